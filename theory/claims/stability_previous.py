"""Section 4.3 for the previous loss: on x^2/2 no F is stable from every initial rate, and the share is known."""

from fractions import Fraction

from flint import arb

from greedylr.rule import Rule
from theory.arithmetic import approx
from theory.claim import Check, Claim, Counterexample, Enclosure, IntervalProof, RocqTheorem, Witness
from theory.intervals import ball, lower, precise, upper
from theory.runs import Q, descend, quadratic

SECTION = "4.3 Stability threshold"
PAPER = "repairs Section 4.3: F >= 0.5 as a threshold"
FACTORS = (Q(1, 4), Q(1, 2), Q(3, 4), Q(99, 100))


def share(factor: Fraction) -> arb:
    """ln(2/(1 + F)) / ln(1/F) in a ball, for F >= 3 - 2 sqrt 2."""
    return (2 / (1 + ball(factor))).log() / (1 / ball(factor)).log()


def shares() -> Enclosure:
    """The share for the paper's four factors, and how it ends as F tends to 1 and to 0."""
    with precise():
        found = {factor: share(factor) for factor in FACTORS}
        near_one = share(1 - Q(1, 10**9))
        tiny = ball(Q(1, 10**9))
        high = (1 + tiny + (1 - 6 * tiny + tiny**2).sqrt()) / 2  # the roots' product is 2F
        near_zero = share(Q(1, 10**9)) + (high**2 / (2 * tiny)).log() / (1 / tiny).log()
        ends = [(f"F = {factor}", lower(x), upper(x)) for factor, x in found.items()]
    checks = [Check(f"{name}: at least a third of all phases", low, ">", Q(1, 3)) for name, low, _ in ends]
    checks += [Check(f"{name}: below one half", most, "<", Q(1, 2)) for name, _, most in ends]
    checks += [Check("F = 1 - 10^-9: one half, nearly", lower(near_one), ">", Q(1, 2) - Q(1, 10**9))]
    checks += [Check("F = 10^-9: nearly all", lower(near_zero), ">", 1 - Q(1, 10**8))]
    says = ", ".join(f"{approx(low, 4)} at {name}" for name, low, _ in ends)
    return Enclosure(f"the share is {says}", tuple(checks))


def small_factor() -> Witness:
    """F = 1/10 diverges from the phase 11/20, below 1 and far below 1 + F."""
    path = descend(quadratic(Q(1)), Rule(factor=Q(1, 10), order="same"), Q(11, 20), Q(1), 60)
    return Witness(
        says="f = x^2/2, Algorithm 1 with F = 1/10 without a cap, gamma_0 = 11/20, x_0 = 1, 60 steps.",
        hypotheses=(
            Check("F is below 3 - 2 sqrt 2: F^2 - 6F + 1", Q(1, 100) - Q(6, 10) + 1, ">", Q(0)),
            Check("the phase is below 1 + F", Q(11, 20), "<", Q(11, 10)),
        ),
        claimed=(Check("the run contracts: f(x_59)", path[-1].loss, "<", path[0].loss),),
        trace=(("f(x_59)", approx(path[-1].loss)), ("last rates", f"{path[-2].rate}, {path[-1].rate}")),
    )


def claims() -> tuple[Claim, ...]:
    """The two-cycle, its share of the phases, and what changes below 3 - 2 sqrt 2."""
    return (
        Claim(
            id="stability.previous",
            title="With the previous loss, uncapped on x^2/2, a phase a ends in rates a/F, a: it contracts iff"
            " (a/F - 1)|1 - a| < 1",
            section=SECTION,
            paper=PAPER,
            latex=r"x_{2k} = \left((1 - a)(1 - \tfrac{a}{F})\right)^k x_0",
            evidence=(
                RocqTheorem("TwoCycle.two_cycle", "the rule alternates, from every state in which the loss improved"),
                RocqTheorem("TwoCycle.two_cycle_criterion", "for a >= 1 that is a < 1 + F"),
                RocqTheorem("TwoCycle.two_cycle_converges", "below 1 the iterate tends to 0"),
                RocqTheorem("TwoCycle.two_cycle_diverges", "above 1 it exceeds every bound"),
            ),
            note="Units of 1/L; a is the largest rate gamma_0 F^k below 2; the order of Algorithm 1. With patience p"
            " each"
            " rate is used p + 1 times, in a PyTorch loop p + 2 times if p > 0: the criterion is the same. Without"
            " patience"
            " a PyTorch loop runs through six rates, a F, a, a/F, a/F^2, a/F, a.",
        ),
        Claim(
            id="stability.previous-share",
            title="So the share ln(2/(1 + F)) / ln(1/F) of all initial rates diverges, for F >= 3 - 2 sqrt 2: no F"
            " is stable",
            section=SECTION,
            paper=PAPER,
            latex=r"\frac{\ln \frac{2}{1 + F}}{\ln \frac{1}{F}} \;\to\; \tfrac12 \quad (F \to 1)",
            evidence=(
                RocqTheorem(
                    "TwoCycle.below_one_always_contracts", "for F > 3 - 2 sqrt 2 only phases above 1 + F diverge"
                ),
                RocqTheorem(
                    "TwoCycle.previous_rule_diverges_for_every_factor",
                    "for every F in (0, 1) some initial rate diverges",
                ),
                IntervalProof("four factors and both ends", shares),
            ),
            uses=("stability.previous",),
            repairs="4.3.necessary",
            note="Shares are of ln gamma_0. A larger F has the larger share: the opposite of a threshold."
            " From 1 - 1/x <= ln x <= x - 1 the share lies between F/2 and 1/(1 + F), which both tend to 1/2.",
        ),
        Claim(
            id="stability.previous-small",
            title="Below F = 3 - 2 sqrt 2 = 0.1716 the phases with (a/F - 1)(1 - a) >= 1 diverge as well",
            section=SECTION,
            paper=PAPER,
            latex=r"a^2 - (1 + F) a + 2F \le 0, \quad F \le 3 - 2\sqrt2",
            evidence=(
                RocqTheorem("TwoCycle.below_one_window", "there is such a phase below 1"),
                RocqTheorem("TwoCycle.two_cycle_criterion_below", "below 1 the sign of the polynomial decides"),
            ),
            uses=("stability.previous",),
            note="As F tends to 0 nearly every initial rate diverges.",
        ),
        Claim(
            id="stability.previous-above",
            title="Phases below 1 + F contract for every F",
            section=SECTION,
            paper="a lead of this project, read without F > 3 - 2 sqrt 2",
            latex=r"a < 1 + F \;\Rightarrow\; x_t \to 0",
            evidence=(Counterexample("F = 1/10 from the phase 11/20", small_factor),),
            uses=("stability.previous-small",),
        ),
    )
