"""Step P4 of Theorem A.1: the variance transfer put into the expected descent."""

from fractions import Fraction

from theory.claim import Claim, KernelProof
from theory.claims.a1_assumption import SECTION
from theory.claims.a1_p01_descent import NEXT
from theory.gram import mean, square
from theory.kernel import Conclude, Fact, Proof, Square
from theory.notation import GAMMA, SAMPLE, SIGMA2, X_STAR, L, X, f, g
from theory.tactics import add, mul, rational

GAP = f(X) - f(X_STAR)
GAP_NEXT = mean(SAMPLE, f(NEXT)) - f(X_STAR)
SUBSTITUTED = Fact((1 + 2 * L**2 * GAMMA**2) * GAP - GAMMA * square(g(X)) + L * GAMMA**2 * SIGMA2 - GAP_NEXT)


def substitution() -> Proof:
    """P2 plus (L/2) gamma^2 times P3."""
    noise = mul(rational(Fraction(1, 2)), "L>0", Square(GAMMA), "A.1.P3.repaired")
    return Conclude(SUBSTITUTED, add("A.1.P2.repaired", noise))


def claims() -> tuple[Claim, ...]:
    """P4."""
    return (
        Claim(
            id="A.1.P4",
            title="Substitute the variance transfer",
            section=SECTION,
            paper="Appendix A.1, proof of Theorem A.3, fourth display",
            latex=r"\mathbb{E} f(x_{t+1}) - f^* \le (1 + 2 L^2 \gamma_t^2)(f(x_t) - f^*)"
            r" - \gamma_t \| \nabla f(x_t) \|^2 + L \gamma_t^2 \sigma_f^*",
            evidence=(KernelProof(SUBSTITUTED, substitution),),
            rebuilt=("the display",),
            uses=("A.1.P2.repaired", "A.1.P3.repaired"),
        ),
    )
