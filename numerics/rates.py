"""How fast GreedyLR-SGD converges, measured: against an upper bound at every horizon, and as slopes and floors.

All runs have rates in [min_lr, max_lr] that are decided before the sample is drawn (order "next").  Problems, horizons,
seeds and the bound are arguments: nothing here knows what has been claimed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from greedylr.rule import Rule
from numerics.engine import simulate
from numerics.problems.finite_sum import Array, FiniteSum
from numerics.schedules import Greedy
from numerics.statistics import Estimate, log_slope, mean

FACTORS = (0.25, 0.5, 0.75, 0.99)
Gap = Literal["gap", "average_gap", "mean_gap"]  # as in ``numerics.engine.Runs``
Bound = Callable[[FiniteSum, float, float, int], float]  # of the mean gap over T steps, from min_lr, max_lr and T


@dataclass(frozen=True, slots=True)
class Check:
    """One comparison of a measured mean gap with its bound."""

    problem: str
    rule: Rule
    steps: int
    gap: Estimate  # of the mean over t < T of f(x_t) - f(x*), over seeds
    bound: float

    @property
    def violated(self) -> bool:
        """Whether the whole interval lies above the bound."""
        return self.gap.low > self.bound

    @property
    def margin(self) -> float:
        """bound / gap."""
        return self.bound / self.gap.value


def rules(problem: FiniteSum, relative: float, spread: float) -> list[Rule]:
    """Every factor with both comparisons; max_lr is ``relative``/L_max, min_lr ``spread`` times smaller."""
    most = relative / problem.constants.L_max.high
    return [
        Rule(factor=factor, comparison=comparison, min_lr=most / spread, max_lr=most)
        for factor in FACTORS
        for comparison in ("previous", "best")
    ]


def gaps(
    problem: FiniteSum, chosen: Sequence[Rule], marks: Sequence[int], seeds: Iterable[int], of: Gap = "mean_gap"
) -> Array:
    """Gaps before each mark, shape (seeds, rules, marks), of runs that start at max_lr."""
    schedules = [Greedy(rule, float(rule.max_lr)) for rule in chosen]
    every = of == "mean_gap"
    runs = (simulate(problem, schedules, steps=marks[-1], seed=seed, marks=marks, mean_gap=every) for seed in seeds)
    return np.stack([getattr(run, of) for run in runs])


def against(
    problem: FiniteSum, bound: Bound, chosen: Sequence[Rule], marks: Sequence[int], seeds: Iterable[int]
) -> Iterator[Check]:
    """A check for every rule and every horizon in ``marks``."""
    found = gaps(problem, chosen, marks, seeds)
    for k, rule in enumerate(chosen):
        for j, steps in enumerate(marks):
            limit = bound(problem, float(rule.min_lr), float(rule.max_lr), steps)
            yield Check(problem.name, rule, steps, mean(found[:, k, j]), limit)


def decay(problem: FiniteSum, rule: Rule, marks: Sequence[int], seeds: Sequence[int], of: Gap = "mean_gap") -> Estimate:
    """The slope of log E[gap] against log T, with its bootstrap interval over seeds."""
    return log_slope(marks, gaps(problem, [rule], marks, seeds, of)[:, 0], seed=seeds[0])


def floors(problem: FiniteSum, rule: Rule, halvings: int, steps: int, seeds: Sequence[int]) -> tuple[Array, Estimate]:
    """The noise floor at max_lr, max_lr/2, max_lr/4, ..., and its exponent in max_lr, min_lr/max_lr being kept.

    The floor is the mean gap over the second half of the runs, shape (seeds, halvings); runs begin at the minimiser.
    """
    shrunk = [
        Rule(factor=rule.factor, comparison=rule.comparison, min_lr=rule.min_lr / 2**k, max_lr=rule.max_lr / 2**k)
        for k in range(halvings)
    ]
    schedules, half = [Greedy(r, float(r.max_lr)) for r in shrunk], steps // 2
    found = []
    for seed in seeds:
        run = simulate(
            problem, schedules, steps=steps, seed=seed, marks=[half, steps], mean_gap=True, start=problem.optimum.point
        )
        found.append((steps * run.mean_gap[:, 1] - half * run.mean_gap[:, 0]) / (steps - half))
    values = np.stack(found)
    return values, log_slope([float(r.max_lr) for r in shrunk], values, seed=seeds[0])
