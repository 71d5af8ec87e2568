"""Step P1 of Theorem A.1: smoothness along a gradient step."""

from fractions import Fraction

from theory.claim import Claim, KernelProof
from theory.claims.a1_assumption import SECTION
from theory.gram import square
from theory.kernel import Conclude, Fact, Proof
from theory.notation import GAMMA_I, L, X, Y, f, f_i, g, g_i
from theory.tactics import add, at, expect, scale

HALF = Fraction(1, 2)
NEXT = X - GAMMA_I * g_i(X)  # x_{t+1}: one stochastic gradient step, whatever the rate depends on

COMPONENT = Fact(f_i(X) - GAMMA_I * (1 - HALF * L * GAMMA_I) * square(g_i(X)) - f_i(NEXT))
MEAN_SMOOTH = Fact(f(X) + g(X) @ (Y - X) + HALF * L * square(Y - X) - f(Y))
ALONG = Fact(f(X) - GAMMA_I * (g(X) @ g_i(X)) + HALF * L * GAMMA_I**2 * square(g_i(X)) - f(NEXT))


def component() -> Proof:
    """f_i decreases by gamma (1 - gamma L / 2) |grad f_i|^2 along its own gradient step."""
    return Conclude(COMPONENT, at("smooth components", y=NEXT))


def mean_smooth() -> Proof:
    """The mean of L-smooth functions is L-smooth."""
    values = add(at("f is the mean", x=X), scale(-1, at("f is the mean", x=Y)))
    return Conclude(MEAN_SMOOTH, add(expect("smooth components"), values, at("grad f is the mean", v=Y - X)))


def along() -> Proof:
    """F along a stochastic gradient step."""
    return Conclude(ALONG, at("lemma-mean-smooth", y=NEXT))


def claims() -> tuple[Claim, ...]:
    """The descent step, for a component and for the mean."""
    return (
        Claim(
            id="lemma-mean-smooth",
            title="The mean of L-smooth functions is L-smooth",
            section=SECTION,
            paper="used in Appendix A.1, proof of Theorem A.3",
            latex=r"f(y) \le f(x) + \langle \nabla f(x), y - x \rangle + \tfrac{L}{2} \| y - x \|^2",
            evidence=(KernelProof(MEAN_SMOOTH, mean_smooth),),
            uses=("assumption-A.1",),
        ),
        Claim(
            id="A.1.P1",
            title="Smoothness gives a one-step inequality along the stochastic gradient",
            section=SECTION,
            paper="Appendix A.1, proof of Theorem A.3, first display",
            latex=r"f(x_{t+1}) \le f(x_t) - \gamma_t \langle \nabla f(x_t), g_t \rangle"
            r" + \tfrac{L}{2} \gamma_t^2 \| g_t \|^2",
            evidence=(
                KernelProof(ALONG, along, "for f along the step on sample i"),
                KernelProof(COMPONENT, component, "for f_i along its own step (descent lemma)"),
            ),
            rebuilt=("the display",),
            uses=("assumption-A.1", "lemma-mean-smooth"),
        ),
    )
