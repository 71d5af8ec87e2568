"""Steps P9 and P11 of Theorem A.1: what the recursion would give, if it held."""

from theory.claim import Claim, KernelProof
from theory.claims.a1_assumption import SECTION
from theory.gram import Index, count, mean
from theory.kernel import Conclude, Fact, Induct, Inst, Proof, Square, Telescope
from theory.notation import BETA, INV_GAP, STEP, STEPS, TIME, gap, power
from theory.tactics import add, assume, mul, scale

START = Index("")
ITERATED = Fact(power(STEP) * gap(START) + BETA * INV_GAP - gap(STEP))
AVERAGED = Fact(INV_GAP * gap(START) + count(STEPS) * BETA * INV_GAP - count(STEPS) * mean(TIME, gap(STEP)))


def positive_inverse() -> Proof:
    """1/(1 - alpha) >= 0: its square times 1 - alpha."""
    return add(mul(Square(INV_GAP), "alpha<1"), scale(-INV_GAP, "1/(1-alpha)"))


def iterate() -> Proof:
    """Induction on t for alpha^t a_0 + beta/(1 - alpha) - a_t >= 0 with the factor alpha."""
    base = add(mul("beta>=0", positive_inverse()), scale(gap(START), "alpha^0"))
    step = add("recursion", scale(gap(START), "alpha^(t+1)"), scale(BETA, "1/(1-alpha)"))
    return Conclude(ITERATED, Induct(STEP, ITERATED.poly, base, assume("alpha>=0"), step))


def average() -> Proof:
    """The recursion times 1/(1 - alpha), summed over t < T; the last a_T is dropped."""
    summand = add(mul(positive_inverse(), "recursion"), scale(gap(STEP), "1/(1-alpha)"))
    summed = Telescope(TIME, INV_GAP * gap(STEP), summand)
    last = mul(positive_inverse(), Inst(((STEP, STEPS),), assume("a>=0")))
    return Conclude(AVERAGED, add(summed, last))


def claims() -> tuple[Claim, ...]:
    """P9 and P11, conditional on the recursion."""
    note = "A correct inference from the recursion of P7; the recursion itself does not hold for convex f."
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
            note=note,
        ),
        Claim(
            id="A.1.P11",
            title="Average the iterated recursion",
            section=SECTION,
            paper="Appendix A.1, proof of Theorem A.3, last display",
            latex=r"\tfrac{1}{T} \sum_{t<T} a_t \le \tfrac{a_0}{T (1 - \alpha)} + \tfrac{\beta}{1 - \alpha}",
            evidence=(KernelProof(AVERAGED, average),),
            rebuilt=("the bound; the paper prints 1 - alpha inline as 2 min_lr L (1 - max_lr L / 2)",),
            uses=("A.1.P7", "A.1.P8", "A.1.P10"),
            note=note,
        ),
    )
