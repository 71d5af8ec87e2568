"""Step P9 of Theorem A.1: what the recursion gives for one step, if it holds."""

from theory.claim import Claim, KernelProof
from theory.claims.a1_assumption import SECTION
from theory.gram import Index
from theory.kernel import Conclude, Fact, Induct, Proof, Square
from theory.notation import BETA, INV_GAP, STEP, gap, power
from theory.tactics import add, assume, mul, scale

START = Index("")
CONDITIONAL = "A correct inference from the recursion of P7; the recursion itself does not hold for convex f."
ITERATED = Fact(power(STEP) * gap(START) + BETA * INV_GAP - gap(STEP))


def positive_inverse() -> Proof:
    """1/(1 - alpha) >= 0: its square times 1 - alpha."""
    return add(mul(Square(INV_GAP), "alpha<1"), scale(-INV_GAP, "1/(1-alpha)"))


def iterate() -> Proof:
    """Induction on t for alpha^t a_0 + beta/(1 - alpha) - a_t >= 0 with the factor alpha."""
    base = add(mul("beta>=0", positive_inverse()), scale(gap(START), "alpha^0"))
    step = add("recursion", scale(gap(START), "alpha^(t+1)"), scale(BETA, "1/(1-alpha)"))
    return Conclude(ITERATED, Induct(STEP, ITERATED.poly, base, assume("alpha>=0"), step))


def claims() -> tuple[Claim, ...]:
    """P9, conditional on the recursion."""
    return (
        Claim(
            id="A.1.P9",
            title="Iterate the recursion",
            section=SECTION,
            paper="Appendix A.1, proof of Theorem A.3, ninth display",
            latex=r"a_t \le \alpha^t a_0 + \tfrac{\beta}{1 - \alpha}",
            evidence=(KernelProof(ITERATED, iterate),),
            rebuilt=("the display",),
            uses=("A.1.P7", "A.1.P8"),
            note=CONDITIONAL,
        ),
    )
