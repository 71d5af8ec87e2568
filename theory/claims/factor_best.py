"""What a best factor can mean: for the worst phase there is none, under a cap of 1/L it is the smallest."""

from greedylr.rule import Rule
from theory.arithmetic import approx
from theory.claim import Check, Claim, Counterexample, KernelProof, RocqTheorem, Witness
from theory.kernel import Conclude, Fact, Proof, Square
from theory.notation import FACTOR, SHORTFALL
from theory.runs import Q, descend, quadratic

SECTION = "A.1 The factor F"
PAPER = "repairs Appendix A.1, Theorem A.2"
# F times the multiplier (a/F - 1)(a - 1) of one round at the phase a = 1 + F - e, against F (1 - e (1 + 1/F))
SLOW = Fact((1 - SHORTFALL) * (FACTOR - SHORTFALL) - FACTOR + SHORTFALL * (1 + FACTOR))


def slow() -> Proof:
    """The difference is e^2."""
    return Conclude(SLOW, Square(SHORTFALL))


def short_horizon() -> Witness:
    """Uncapped, the better of F = 1/2 and F = 3/4 after T steps depends on T: x^2/2 from gamma_0 = 3/10."""
    half, three_quarters = (
        descend(quadratic(Q(1)), Rule(factor=factor, order="same"), Q(3, 10), Q(1), 5) for factor in (Q(1, 2), Q(3, 4))
    )
    return Witness(
        says="f = x^2/2, Algorithm 1 without a cap, gamma_0 = 3/10, x_0 = 1.",
        hypotheses=(Check("after 2 steps F = 1/2 is ahead", half[2].loss, "<", three_quarters[2].loss),),
        claimed=(Check("after 4 steps F = 1/2 is ahead as well", half[4].loss, "<=", three_quarters[4].loss),),
        trace=(("f(x_4), F = 1/2 and 3/4", f"{approx(half[4].loss)}, {approx(three_quarters[4].loss)}"),),
    )


def claims() -> tuple[Claim, ...]:
    """By worst phase and under a cap."""
    return (
        Claim(
            id="factor.worst-phase",
            title="Uncapped, no F is best in the worst phase: just below a = 1 + F the loss falls as slowly as one"
            " likes",
            section=SECTION,
            paper=PAPER,
            latex=r"\left(\tfrac{a}{F} - 1\right)(a - 1) \ge 1 - \varepsilon \left(1 + \tfrac1F\right),"
            r" \quad a = 1 + F - \varepsilon",
            evidence=(KernelProof(SLOW, slow),),
            uses=("stability.previous", "stability.best"),
            note="The rates are a/F, a for both rules, so no bound q^t with q < 1 holds for all phases, whatever F. The"
            " statement is F times the formula.",
        ),
        Claim(
            id="factor.capped",
            title="With max_lr <= 1/L a smaller F is at least as good on every convex quadratic, at every step",
            section=SECTION,
            paper=PAPER,
            latex=r"F' \le F,\; L \gamma_{\max} \le 1 \;\Rightarrow\; f(x_T; F') \le f(x_T; F)",
            evidence=(
                RocqTheorem("UnderCap.smaller_factor_lower_loss", "for all curvatures, starts and horizons"),
                RocqTheorem("UnderCap.smaller_factor_is_better", "coordinate by coordinate"),
            ),
            uses=("full-batch.descent",),
            note="Full batches and patience 0, either loss, either order: every loss improves, so the rate only rises.",
        ),
        Claim(
            id="factor.horizon",
            title="The better of two factors does not depend on the horizon",
            section=SECTION,
            paper="a reading of Appendix A.1, Theorem A.2: one best F",
            latex=r"f(x_T; F) \le f(x_T; F') \text{ for one } T \Rightarrow \text{for all } T",
            evidence=(Counterexample("F = 1/2 and F = 3/4, uncapped", short_horizon),),
        ),
        Claim(
            id="factor.mean-rate",
            title="Uncapped on x^2/2 with the best loss, the mean rate over all phases is best near F = 0.47",
            section=SECTION,
            paper=PAPER,
            latex=r"\int_0^1 \lim_t \tfrac1t \ln |x_t| \, du, \quad a = 2 F^u",
            uses=("stability.best",),
            note="The order of Algorithm 1, patience 0. A best F exists in this sense, and it is a number without L.",
        ),
    )
