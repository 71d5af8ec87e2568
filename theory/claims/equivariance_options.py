"""Which options keep scale equivariance: everything without a unit; absolute thresholds and eps have one."""

from fractions import Fraction

from greedylr.rule import Rule
from theory.arithmetic import approx
from theory.claim import Check, Claim, Counterexample, Witness
from theory.runs import Q, Step, descend, quadratic

SECTION = "A.1 The factor F"
PAPER = "repairs Appendix A.1, Theorem A.2"


def _runs(rule: Rule) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """f = x^2/2 from gamma_0 = 1/4, and f/64 from 64 gamma_0, the options left as they are."""
    return descend(quadratic(Q(1)), rule, Q(1, 4), Q(1), 20), descend(quadratic(Q(1, 64)), rule, Q(16), Q(1), 20)


def _witness(option: str, rule: Rule, value: Fraction) -> Witness:
    one, small = _runs(rule)
    return Witness(
        says=f"f = x^2/2 from gamma_0 = 1/4 and f/64 from 16, F = 1/2, {option} = {value} in both, x_0 = 1, 20 steps.",
        hypotheses=(Check("the first iterates agree", one[1].x, "=", small[1].x),),
        claimed=(Check("so do the last ones", one[-1].x, "=", small[-1].x),),
        trace=(("x_19", f"{approx(one[-1].x)}, {approx(small[-1].x)}"),),
    )


def absolute_threshold() -> Witness:
    """A threshold of 1/100 in units of the loss."""
    return _witness("threshold", Rule(factor=Q(1, 2), threshold=Q(1, 100)), Q(1, 100))


def eps() -> Witness:
    """An eps of 1 in units of the rate."""
    return _witness("eps", Rule(factor=Q(1, 2), eps=Q(1)), Q(1))


def claims() -> tuple[Claim, ...]:
    """The options of Algorithm 2, one by one."""
    return (
        Claim(
            id="A.2.threshold-units",
            title="Scale equivariance survives an absolute threshold that is not rescaled",
            section=SECTION,
            paper=PAPER,
            latex=r"x_t[c f, \gamma_0 / c] = x_t[f, \gamma_0]",
            evidence=(Counterexample("threshold 1/100, c = 1/64", absolute_threshold),),
            uses=("A.2.repaired",),
            note="A relative threshold has no unit and keeps it; the paper's default is an absolute 1e-6.",
        ),
        Claim(
            id="A.2.eps-units",
            title="Scale equivariance survives an eps that is not rescaled",
            section=SECTION,
            paper=PAPER,
            latex=r"x_t[c f, \gamma_0 / c] = x_t[f, \gamma_0]",
            evidence=(Counterexample("eps 1, c = 1/64", eps),),
            uses=("A.2.repaired",),
            note="Divided by c like min_lr and max_lr it keeps it.",
        ),
    )
