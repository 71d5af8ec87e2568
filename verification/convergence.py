"""The convergence theorems held against runs: bounds at every horizon, slopes, floors, and the closed form of the bias.

The bounds are those of the claims, in floats: R^2 = |x_0 - x*|^2, L = L_max, s2 = sigma*^2, rates in [lo, hi].
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np

from greedylr.rule import Rule
from numerics.bias import long_run
from numerics.engine import simulate
from numerics.factor_sweep import problem_named
from numerics.problems.catalogue import build
from numerics.problems.finite_sum import FiniteSum
from numerics.problems.huber import worst_case_huber
from numerics.rates import FACTORS, Bound, Check, against, decay, floors, rules
from numerics.schedules import Constant
from verification.measured import Measured

SEEDS, HORIZONS, SPREAD = range(20251214, 20251224), [2**k for k in range(10)], 4.0
PROBLEMS = (
    ("least-squares", "generated"), ("least-squares", "interpolating"), ("ridge", "diabetes"), ("logistic", "wine"),
    ("huber", "generated"), ("hinge", "generated"), ("quadratic", "generated"), ("two-samples", "generated"),
    ("worst-case-huber", "generated"),
)  # fmt: skip
INTERPOLATING = (("least-squares", "interpolating"), ("hinge", "interpolating"), ("worst-case-huber", "generated"))


def repaired(problem: FiniteSum, lo: float, hi: float, steps: int) -> float:
    """R^2 / (2 lo (1 - 2 L hi) T) + hi^2 s2 / (lo (1 - 2 L hi)): A.1.repaired."""
    slack = 1 - 2 * problem.constants.L_max.high * hi
    return (_distance2(problem) / (2 * steps) + hi * hi * problem.optimum.sigma2.high) / (lo * slack)


def sharp(problem: FiniteSum, lo: float, hi: float, steps: int) -> float:
    """R^2 / (2 lo T) + hi^2 s2 / (2 lo (1 - L hi)): sharp.theorem."""
    noise = hi * hi * problem.optimum.sigma2.high / (1 - problem.constants.L_max.high * hi)
    return (_distance2(problem) / steps + noise) / (2 * lo)


def wide(problem: FiniteSum, lo: float, hi: float, steps: int) -> float:
    """R^2 / (lo (2 - L hi) T) + (2 + L hi) hi^2 s2 / (lo (2 - L hi)^2): wide.theorem."""
    g = problem.constants.L_max.high * hi
    noise = (2 + g) * hi * hi * problem.optimum.sigma2.high / (2 - g)
    return (_distance2(problem) / steps + noise) / (lo * (2 - g))


def interpolation(problem: FiniteSum, lo: float, hi: float, steps: int) -> float:
    """R^2 / (2 lo min(1, 2 - L hi) T): interpolation.theorem."""
    return _distance2(problem) / (2 * lo * min(1.0, 2 - problem.constants.L_max.high * hi) * steps)


def _distance2(problem: FiniteSum) -> float:
    """At least the squared distance of the start from the nearest minimiser."""
    return float(np.linalg.norm(problem.start - problem.optimum.point) + problem.optimum.distance) ** 2


@cache
def bound_holds(bound: Bound, relative: float, problems: Sequence[tuple[str, str]] = PROBLEMS) -> Measured:
    """Whether the bound holds on every problem, for every rule and horizon, with max_lr = relative/L_max."""
    checks: list[Check] = []
    for name, data in problems:
        problem = problem_named(name, data)
        checks += against(problem, bound, rules(problem, relative, SPREAD), HORIZONS, SEEDS)
    violated, tightest = [c for c in checks if c.violated], min(checks, key=lambda c: c.margin)
    held = f"{len(checks) - len(violated)} of {len(checks)}"
    return Measured(
        f"the bound holds in {held} checks ({len(problems)} problems, F = {_list(FACTORS)}, both comparisons, T = 1, 2,"
        f" 4, ..., {HORIZONS[-1]}, max_lr = {relative:g}/L_max = {SPREAD:g} min_lr, {len(SEEDS)} seeds from"
        f" {SEEDS[0]}); the smallest margin, bound over mean gap, is {tightest.margin:.3g}, on {tightest.problem} at"
        f" T = {tightest.steps}",
        not violated,
    )


@cache
def first_term_attained() -> Measured:
    """The mean gap of gradient descent on the Huber functions at the rate 1/L, against R^2 L/(2 T)."""
    worst = 0.0
    for steps in HORIZONS:
        problem = worst_case_huber(1.0, distance=1.0, steps=steps, rate=1.0)
        gap = simulate(problem, [Constant(1.0)], steps=steps, seed=0, mean_gap=True).mean_gap[0, -1]
        worst = max(worst, abs(gap * 2 * steps - 1))
    return Measured(
        f"in floats the mean gap over T = 1, 2, 4, ..., {HORIZONS[-1]} steps is R^2 L/(2 T) up to a relative error of"
        f" {worst:.1e}",
        worst < 1e-12,
    )


@cache
def slopes() -> Measured:
    """O(1/T) under interpolation: slopes of log gap against log T once the transient is over.

    Where f is also strongly convex the iterates converge linearly, so sums over them stay constant: the mean gap falls
    as 1/T, and the gap of the average iterate as 1/T^2.
    """
    horizons, seeds = [4096, 8192, 16384, 32768], range(SEEDS[0], SEEDS[0] + 40)
    mean, average = [], []
    for name, data, noise in (("least-squares", "interpolating", None), ("quadratic", "generated", 0.0)):
        problem = build(name, data, noise=noise)
        rule = rules(problem, 0.9, SPREAD)[2]
        mean.append(decay(problem, rule, horizons, seeds))
        average.append(decay(problem, rule, horizons, seeds, of="average_gap"))
    return Measured(
        f"over T = {horizons[0]} to {horizons[-1]} the slope against log T is {_list(mean)} for the log of the mean"
        f" gap, and {_list(average)} for that of f(xbar_T) - f*, on two interpolating problems that are strongly convex"
        f" (F = 1/2, 95% bootstrap intervals, {len(seeds)} seeds)",
        all(abs(e.value + 1) < 0.01 for e in mean) and all(e.high < -1 for e in average),
    )


@cache
def noise_floor() -> Measured:
    """The floor is proportional to max_lr when it is small, as the noise term is at fixed min_lr/max_lr."""
    found = []
    for name, data in (("ridge", "diabetes"), ("quadratic", "generated"), ("two-samples", "generated")):
        problem = build(name, data)
        rule = rules(problem, 0.2, SPREAD)[2]
        values, exponent = floors(problem, rule, 4, 16384 if len(problem.rows) < 100 else 4096, SEEDS)
        most = [float(rule.max_lr) / 2**k for k in range(4)]
        limit = [sharp(problem, m / SPREAD, m, 10**12) for m in most]
        found.append((exponent, float(np.max(values.mean(axis=0) / limit))))
    return Measured(
        f"with noise the mean gap stays at a floor whose exponent in max_lr is {_list([e for e, _ in found])} on"
        f" three problems (max_lr from 0.2/L_max down to 0.025/L_max, 95% bootstrap intervals, {len(SEEDS)} seeds),"
        f" at most {max(share for _, share in found):.2f} of the noise term",
        all(abs(e.value - 1) < 0.1 and share < 1 for e, share in found),
    )


@cache
def bias_formula() -> Measured:
    """The long-run mean iterate of Algorithm 1 on two samples against -(1-F)(1+h)/(3+F+(1-F)h)."""
    inside, cases = 0, [(factor, most) for factor in (0.1, 0.25, 0.5, 0.75, 0.9) for most in (0.5, 0.1, 0.02)]
    for factor, most in cases:
        rule = Rule(factor=factor, order="same", min_lr=factor * most, max_lr=most)
        bias = -(1 - factor) * (1 + most) / (3 + factor + (1 - factor) * most)
        inside += long_run(rule, batch=1, runs=60, steps=20_000, seed=SEEDS[0]).mean.holds(bias)
    return Measured(
        f"the closed form lies in the 99.9% interval of the simulated mean in {inside} of {len(cases)} cases (F from"
        f" 0.1 to 0.9, h = 0.5, 0.1, 0.02; 60 runs of 20000 steps each, seeds from {SEEDS[0]})",
        inside == len(cases),
    )


def measurements() -> dict[str, Callable[[], Measured]]:
    """The runs, by the claim they stand beside."""
    return {
        "A.1.repaired": lambda: bound_holds(repaired, 0.45),
        "sharp.theorem": lambda: bound_holds(sharp, 0.9),
        "wide.theorem": lambda: bound_holds(wide, 1.5),
        "interpolation.theorem": lambda: _both(bound_holds(interpolation, 1.5, INTERPOLATING), slopes()),
        "sharp.first-term": first_term_attained,
        "sharp.noise-term": noise_floor,
        "bias.limit": bias_formula,
    }


def _both(first: Measured, second: Measured) -> Measured:
    return Measured(f"{first.says}; {second.says}", first.agrees and second.agrees)


def _list(items: Sequence[object]) -> str:
    return ", ".join(map(str, items))
