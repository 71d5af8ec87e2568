"""Step P10 of Theorem A.1: Jensen's inequality for the average iterate."""

from theory.claim import Claim, KernelProof
from theory.claims.a1_assumption import SECTION
from theory.gram import mean
from theory.kernel import Conclude, Fact, Mean, Proof
from theory.notation import STEP, TIME, X_BAR, f, g, iterate
from theory.tactics import add, at, scale

JENSEN = Fact(mean(TIME, f(iterate(STEP))) - f(X_BAR))


def jensen() -> Proof:
    """Convexity from xbar to every x_t, averaged over t; the linear term vanishes by the definition of xbar."""
    below = Mean(TIME, at("convex", x=X_BAR, y=iterate(STEP)))
    return Conclude(JENSEN, add(below, scale(-1, at("xbar", v=g(X_BAR)))))


def claims() -> tuple[Claim, ...]:
    """P10."""
    return (
        Claim(
            id="A.1.P10",
            title="Jensen's inequality for the average iterate",
            section=SECTION,
            paper="Appendix A.1, proof of Theorem A.3, tenth display",
            latex=r"f(\bar x_T) \le \tfrac{1}{T} \sum_{t<T} f(x_t)",
            evidence=(KernelProof(JENSEN, jensen),),
            rebuilt=("the display",),
            uses=("setting-A.1",),
        ),
    )
