"""Theorem A.1: convergence of GreedyLR-SGD at the rate O(1/T), as printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from greedylr.rule import Rule
from theory.arithmetic import approx
from theory.claim import Check, Claim, Counterexample, RocqTheorem, Witness
from theory.claims.a1_assumption import SECTION
from theory.claims.a1_same_sample import biased_average
from theory.runs import Q, average, descend, quadratic

LATEX = (
    r"\mathbb{E} f(\bar x_T) - f^* \le \tfrac{1}{T} \tfrac{a_0}{1 - \alpha} + \tfrac{\beta}{1 - \alpha},"
    r"\quad 1 - \alpha = 2 \gamma_{\min} L (1 - \tfrac{\gamma_{\max} L}{2})"
    r",\quad \beta \propto \gamma_{\max}^2 \sigma_f^*"
)


@dataclass(frozen=True)
class Instance:
    """The numbers that a bound may depend on; the noise sigma* is zero in every witness below."""

    smoothness: Fraction
    low: Fraction
    high: Fraction
    steps: int
    gap: Fraction  # f(x_0) - f*
    distance2: Fraction  # |x_0 - x*|^2


def readings(at: Instance) -> Mapping[str, Fraction]:
    """The bound for each reading of the lost display, at sigma* = 0 (so that beta = 0 in all of them)."""
    contraction = 2 * at.low * at.smoothness * (1 - at.high * at.smoothness / 2)  # 1 - alpha, printed inline
    return {
        "a_0 = f(x_0) - f*": at.gap / (at.steps * contraction),
        "a_0 = |x_0 - x*|^2": at.distance2 / (at.steps * contraction),
        "a_0 = L |x_0 - x*|^2 / 2": at.smoothness * at.distance2 / 2 / (at.steps * contraction),
        "distance form, |x_0 - x*|^2 / (2 min_lr T)": at.distance2 / (2 * at.low * at.steps),
        "distance form, |x_0 - x*|^2 / (2 min_lr |1 - max_lr L / 2| T)": at.distance2
        / (2 * at.low * abs(1 - at.high * at.smoothness / 2) * at.steps),
    }


def _violations(at: Instance, suboptimality: Fraction) -> tuple[Check, ...]:
    return tuple(
        Check(f"E f(xbar_{at.steps}) - f* is at most the bound with {name}", suboptimality, "<=", bound)
        for name, bound in readings(at).items()
    )


def no_cap() -> Witness:
    """x^2/2 with F = 1/2 and max_lr = 4 > 1 + 1/F: the rate alternates between 7/2 and 7/4 and the iterates grow."""
    rule = Rule(factor=Q(1, 2), order="same", min_lr=Q(1, 1000), max_lr=Q(4))
    problem, start, rate, steps = quadratic(Q(1)), Q(1), Q(7, 2), 60
    path = descend(problem, rule, rate, start, steps)
    at = Instance(Q(1), Q(1, 1000), Q(4), steps, problem.value(start), start**2)
    gap = problem.value(average(path))
    half = problem.value(average(path[:30]))
    growth = path[-1].x_next / path[-3].x_next
    return Witness(
        says="f = x^2/2 (n = 1, L = 1, no noise), Algorithm 1 with F = 1/2, rates in [1/1000, 4], gamma_0 = 7/2.",
        hypotheses=(
            Check("min_lr <= smallest rate used", Q(1, 1000), "<=", min(step.rate for step in path)),
            Check("largest rate used <= max_lr", max(step.rate for step in path), "<=", Q(4)),
            Check("sigma* = |f'(x*)|^2", problem.slope(Q(0)) ** 2, "=", Q(0)),
            Check("the run repeats, scaled: x_60/x_58 and x_58/x_56", growth, "=", path[-3].x_next / path[-5].x_next),
            Check("the run repeats: rates at steps 59 and 57", path[-1].rate, "=", path[-3].rate),
            Check("each period grows, for ever: |x_60/x_58|", abs(growth), ">", Q(1)),
        ),
        claimed=(
            *_violations(at, gap),
            Check("T (f(xbar_T) - f*) is no larger at T = 60 than at T = 30", 60 * gap, "<=", 30 * half),
        ),
        trace=(
            ("f(xbar_30) - f*", approx(half)),
            ("f(xbar_60) - f*", approx(gap)),
            ("rates, last four", ", ".join(str(step.rate) for step in path[-4:])),
        ),
    )


def one_concave_component() -> Witness:
    """f_1 = x^2/2, f_2 = -(99/100) x^2/2 with every rate 2/5 < 1/(2L): E x_t^2 grows by 1.154 a step."""
    slopes, rate, steps = (Q(1), Q(-99, 100)), Q(2, 5), 100
    first, second = (sum(((1 - rate * c) ** k for c in slopes), Q(0)) / 2 for k in (1, 2))  # E (x_{t+1} / x_t)^k
    square, cross, total = Q(1), Q(0), Q(0)  # E x_t^2, E x_t S_t, E S_t^2 for S_t = x_0 + ... + x_{t-1}
    growth = []
    for _ in range(steps):
        total, cross, square = total + 2 * cross + square, first * (cross + square), second * square
        growth.append(total)
    curvature = sum(slopes, Q(0)) / 2
    gap = curvature / 2 * total / steps**2
    at = Instance(Q(1), rate, rate, steps, curvature / 2, Q(1))
    return Witness(
        says="f_1 = x^2/2, f_2 = -(99/100) x^2/2, x_0 = 1, min_lr = max_lr = 2/5: exact second moments over 100 steps.",
        hypotheses=(
            Check("|f_1''| is at most L", abs(slopes[0]), "<=", Q(1)),
            Check("|f_2''| is at most L", abs(slopes[1]), "<=", Q(1)),
            Check("f is convex: f''", curvature, ">=", Q(0)),
            Check("max_lr is below 1/(2L)", rate, "<", Q(1, 2)),
            Check("E x_{t+1}^2 / E x_t^2, at every step", second, ">", Q(1)),
        ),
        claimed=(
            *_violations(at, gap),
            Check("T (E f(xbar_T) - f*) is no larger at T = 100 than at T = 50", total / steps, "<=", growth[49] / 50),
        ),
        trace=(("E x_{t+1}^2 / E x_t^2", str(second)), ("E f(xbar_100) - f*", approx(gap))),
    )


def claims() -> tuple[Claim, ...]:
    """Theorem A.1, and its announcement in the introduction."""
    evidence = (
        Counterexample("no upper limit on max_lr", no_cap),
        Counterexample("a component that is not convex", one_concave_component),
        Counterexample("the rate of Algorithm 1, chosen from the sample", biased_average),
        RocqTheorem(
            "SameSample.violates_every_reading",
            "with F = 1/2 and rates in [1/1024, 1/512] Algorithm 1, started at the minimiser, keeps"
            " E f(xbar_T) - f* above 1/100 for every T >= 10^6, where three readings of the noise term are below 1/250",
            refutes=True,
        ),
        RocqTheorem(
            "SameSample.printed_theorem_fails",
            "for every F, A and B there are convex 1-smooth components, sigma* = 1, and rates min_lr = F max_lr < 1"
            " for which E f(xbar_T) - f* exceeds A/(min_lr T) + B max_lr at all large T",
            refutes=True,
        ),
    )
    rebuilt = (
        "the bound: several readings, each refuted; all share that it tends to zero when sigma* = 0",
        "the bounds on the rate, which Algorithm 1 does not have: kept by clipping, and l_(-1) as after a cheap sample",
    )
    return (
        Claim(
            id="3.rate",
            title="GreedyLR converges with rate O(1/T) for the average iterate",
            section="3 The scheduler",
            paper="Section 3, contribution 1 (Theorem A.1)",
            latex=r"\mathbb{E} f(\bar x_T) - f^* = O(1/T)",
            evidence=evidence,
            rebuilt=rebuilt,
            uses=("A.1",),
        ),
        Claim(
            id="A.1",
            title="Convergence: E f(xbar_T) - f* is at most C/T plus a noise term, for rates in [min_lr, max_lr]",
            section=SECTION,
            paper="Appendix A.1, Theorem A.1 (restated as A.3)",
            latex=LATEX,
            evidence=evidence,
            rebuilt=rebuilt,
            uses=tuple(f"A.1.P{k}" for k in range(1, 12)),
            note="bias.readings names for fifteen readings of the bound the T from which on Algorithm 1 exceeds it;"
            " bias.limit says where its average iterate goes.",
        ),
    )
