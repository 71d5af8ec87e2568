"""Step P8 of Theorem A.1: replace alpha_t by one alpha for all rates in [min_lr, max_lr]."""

from fractions import Fraction

from theory.claim import Check, Claim, Counterexample, KernelProof, Witness
from theory.claims.a1_assumption import SECTION
from theory.kernel import Conclude, Fact, Proof
from theory.notation import GAMMA_I, HI, LO, L
from theory.polynomial import Poly
from theory.runs import Q
from theory.tactics import add, mul, rational

HALF = Fraction(1, 2)


def alpha(first: Poly, second: Poly) -> Poly:
    """1 - 2 first L (1 - second L / 2)."""
    return 1 - 2 * first * L * (1 - HALF * second * L)


UNIFORM = Fact(alpha(LO, HI) - alpha(GAMMA_I, GAMMA_I))


def uniform() -> Proof:
    """2L [(gamma - lo)(1 - gamma L/2) + lo (hi - gamma) L/2], each factor nonnegative when hi <= 2/L."""
    slack = add("max_lr<=2/L", mul("L>0", "gamma<=max_lr"))  # 2 - gamma L
    first = mul("L>0", "min_lr<=gamma", slack)
    second = mul("L>0", "L>0", "min_lr>0", "gamma<=max_lr")
    return Conclude(UNIFORM, add(first, mul(rational(1), second)))


def beyond_two_over_l() -> Witness:
    """gamma = max_lr = 4/L, min_lr = 1/L: alpha_t = 9, but the uniform alpha is 3."""
    smoothness, low, high = Q(1), Q(1), Q(4)
    alpha_t = 1 - 2 * high * smoothness * (1 - high * smoothness / 2)
    uniform_alpha = 1 - 2 * low * smoothness * (1 - high * smoothness / 2)
    return Witness(
        says="L = 1, min_lr = 1, max_lr = 4 and the rate gamma_t = 4.",
        hypotheses=(Check("min_lr <= gamma_t = max_lr", low, "<=", high),),
        claimed=(Check("alpha_t <= alpha", alpha_t, "<=", uniform_alpha),),
        trace=(("alpha_t", str(alpha_t)), ("alpha", str(uniform_alpha))),
    )


def claims() -> tuple[Claim, ...]:
    """P8 as printed, and for max_lr <= 2/L."""
    latex = (
        r"1 - 2 \gamma_t L (1 - \tfrac{\gamma_t L}{2}) \le"
        r" 1 - 2 \gamma_{\min} L (1 - \tfrac{\gamma_{\max} L}{2}) = \alpha"
    )
    return (
        Claim(
            id="A.1.P8",
            title="alpha_t is at most one alpha, for all rates in [min_lr, max_lr]",
            section=SECTION,
            paper="Appendix A.1, proof of Theorem A.3, eighth display",
            latex=latex,
            evidence=(Counterexample("a cap beyond 2/L", beyond_two_over_l),),
            rebuilt=("alpha, from the inline formula for 1 - alpha",),
        ),
        Claim(
            id="A.1.P8.repaired",
            title="alpha_t is at most one alpha, if max_lr <= 2/L",
            section=SECTION,
            paper="repairs Appendix A.1, proof of Theorem A.3, eighth display",
            latex=latex,
            evidence=(KernelProof(UNIFORM, uniform),),
            repairs="A.1.P8",
        ),
    )
