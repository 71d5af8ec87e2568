"""Step P11 of Theorem A.1: what the recursion gives on average over the steps, if it holds."""

from theory.claim import Claim, KernelProof
from theory.claims.a1_assumption import SECTION
from theory.claims.a1_p09_iteration import CONDITIONAL, START, positive_inverse
from theory.gram import count, mean
from theory.kernel import Conclude, Fact, Inst, Proof, Telescope
from theory.notation import BETA, INV_GAP, STEP, STEPS, TIME, gap
from theory.tactics import add, assume, mul, scale

AVERAGED = Fact(INV_GAP * gap(START) + count(STEPS) * BETA * INV_GAP - count(STEPS) * mean(TIME, gap(STEP)))


def average() -> Proof:
    """The recursion times 1/(1 - alpha), summed over t < T; the last a_T is dropped."""
    summand = add(mul(positive_inverse(), "recursion"), scale(gap(STEP), "1/(1-alpha)"))
    summed = Telescope(TIME, INV_GAP * gap(STEP), summand)
    last = mul(positive_inverse(), Inst(((STEP, STEPS),), assume("a>=0")))
    return Conclude(AVERAGED, add(summed, last))


def claims() -> tuple[Claim, ...]:
    """P11, conditional on the recursion."""
    return (
        Claim(
            id="A.1.P11",
            title="Average the iterated recursion",
            section=SECTION,
            paper="Appendix A.1, proof of Theorem A.3, last display",
            latex=r"\tfrac{1}{T} \sum_{t<T} a_t \le \tfrac{a_0}{T (1 - \alpha)} + \tfrac{\beta}{1 - \alpha}",
            evidence=(KernelProof(AVERAGED, average),),
            rebuilt=("the bound; the paper prints 1 - alpha inline as 2 min_lr L (1 - max_lr L / 2)",),
            uses=("A.1.P7", "A.1.P8", "A.1.P10"),
            note=CONDITIONAL,
        ),
    )
