"""Steps P5 and P6 of Theorem A.1: bound the rate by max_lr, and rearrange."""

from theory.claim import Claim, KernelProof
from theory.claims.a1_assumption import SECTION
from theory.claims.a1_p04_substitution import GAP, GAP_NEXT
from theory.gram import square
from theory.kernel import Conclude, Fact, Norm, Proof, Square
from theory.notation import GAMMA, HI, SIGMA2, X_STAR, L, X, g, g_i
from theory.tactics import add, expect, mul, rational, scale

CAPPED = Fact((1 + 2 * L**2 * HI**2) * GAP - GAMMA * square(g(X)) + L * HI**2 * SIGMA2 - GAP_NEXT)
REARRANGED = Fact(GAP - GAP_NEXT + 2 * L**2 * HI**2 * GAP + L * HI**2 * SIGMA2 - GAMMA * square(g(X)))


def below_cap() -> Proof:
    """max_lr - gamma >= 0, the rate fixed before the sample."""
    return add("gamma<=max_lr", "predictable rate")


def positive_rate() -> Proof:
    """gamma > 0, the rate fixed before the sample."""
    return add("min_lr<=gamma", "min_lr>0", scale(-1, "predictable rate"))


def cap() -> Proof:
    """P4 plus (max_lr^2 - gamma^2) times the nonnegative 2 L^2 (f - f*) + L sigma*."""
    sum_of_rates = add(below_cap(), mul(rational(2), positive_rate()))
    squares = mul(below_cap(), sum_of_rates)
    noise = add(expect(Norm(g_i(X_STAR))), "sigma2")
    weight = add(mul(rational(2), Square(L), "x* optimal"), mul("L>0", noise))
    return Conclude(CAPPED, add("A.1.P4", mul(squares, weight)))


def rearrange() -> Proof:
    """The same inequality, solved for the gradient."""
    return Conclude(REARRANGED, add("A.1.P5"))


def claims() -> tuple[Claim, ...]:
    """P5 and P6."""
    return (
        Claim(
            id="A.1.P5",
            title="Use that the rate is at most max_lr",
            section=SECTION,
            paper="Appendix A.1, proof of Theorem A.3, fifth display",
            latex=r"\mathbb{E} f(x_{t+1}) - f^* \le (1 + 2 L^2 \gamma_{\max}^2)(f(x_t) - f^*)"
            r" - \gamma_t \| \nabla f(x_t) \|^2 + L \gamma_{\max}^2 \sigma_f^*",
            evidence=(KernelProof(CAPPED, cap),),
            rebuilt=("the display",),
            uses=("A.1.P4",),
        ),
        Claim(
            id="A.1.P6",
            title="Rearrange the terms",
            section=SECTION,
            paper="Appendix A.1, proof of Theorem A.3, sixth display",
            latex=r"\gamma_t \| \nabla f(x_t) \|^2 \le (1 + 2 L^2 \gamma_{\max}^2)(f(x_t) - f^*)"
            r" - (\mathbb{E} f(x_{t+1}) - f^*) + L \gamma_{\max}^2 \sigma_f^*",
            evidence=(KernelProof(REARRANGED, rearrange),),
            rebuilt=("the display",),
            uses=("A.1.P5",),
        ),
    )
