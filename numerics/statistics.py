"""Intervals and tests for runs that share their seeds; each says what it assumes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy import stats

Array = npt.NDArray[np.float64]
RESAMPLES = 2000


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with the interval that holds it at the stated level; infinite ends where the data give none."""

    value: float
    low: float
    high: float
    level: float

    def holds(self, number: float) -> bool:
        """Whether the interval holds ``number``."""
        return self.low <= number <= self.high

    def __str__(self) -> str:
        return f"{self.value:.4g} [{self.low:.4g}, {self.high:.4g}]"


def mean(values: Sequence[float] | Array, level: float = 0.999) -> Estimate:
    """The mean of independent values, with Student's interval: right for many values, or for normal ones."""
    x = np.asarray(values, dtype=np.float64)
    if len(x) < 2:
        raise ValueError(f"an interval for a mean needs at least 2 values, got {len(x)}: add seeds.")
    half = stats.t.ppf((1 + level) / 2, len(x) - 1) * x.std(ddof=1) / math.sqrt(len(x))
    return Estimate(float(x.mean()), float(x.mean() - half), float(x.mean() + half), level)


def median(values: Sequence[float] | Array, level: float = 0.95) -> Estimate:
    """The median of independent values between two of their order statistics: right for every distribution.

    The r-th smallest and r-th largest hold the median with probability 1 - 2 P(Binomial(n, 1/2) < r); r is the largest
    for which that is at least ``level``.
    """
    x = np.sort(np.asarray(values, dtype=np.float64))
    if not len(x):
        return Estimate(math.nan, -math.inf, math.inf, level)
    r = int(stats.binom.ppf((1 - level) / 2, len(x), 0.5))
    low, high = (x[r - 1], x[-r]) if r else (-math.inf, math.inf)
    return Estimate(float(np.median(x)), float(low), float(high), level)


@cache
def share(count: int, of: int, level: float = 0.95) -> Estimate:
    """A share of independent trials with the interval of Clopper and Pearson (1934), which is never too short."""
    interval = stats.binomtest(count, of).proportion_ci(level, method="exact")
    return Estimate(count / of, float(interval.low), float(interval.high), level)


def slope(x: Array, y: Array) -> Array:
    """Least-squares slopes of the rows of y, shape (..., K), against x, shape (K,)."""
    centred = x - x.mean()
    return np.asarray(y @ centred / (centred @ centred))


@cache
def _resampled(count: int, seed: int) -> Array:
    """How much each of ``count`` values weighs in the mean of each bootstrap sample, shape (RESAMPLES, count)."""
    return np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), size=RESAMPLES) / count


def log_slope(at: Sequence[float] | Array, values: Array, *, seed: int, level: float = 0.95) -> Estimate:
    """The slope of log mean value against log ``at``; ``values`` has a row for each seed, shape (seeds, K).

    The interval is the percentile bootstrap over seeds (Efron, 1979): a row is resampled as a whole, since its values
    come from one run.
    """
    if not (np.asarray(values) > 0).all():
        raise ValueError(f"a slope of logarithms needs positive values, got {np.min(values)!r}: drop what is rounding.")
    seeds, x = len(values), np.log(np.asarray(at, dtype=np.float64))
    low, high = np.quantile(slope(x, np.log(_resampled(seeds, seed) @ values)), [(1 - level) / 2, (1 + level) / 2])
    return Estimate(float(slope(x, np.log(values.mean(axis=0)))), float(low), float(high), level)


def sign_test(first: Array, second: Array) -> float:
    """p-value of the hypothesis that neither of two paired samples tends to be the smaller; ties say nothing.

    Infinite values stand for divergence, and lose against any finite one.
    """
    wins, losses = int((first < second).sum()), int((first > second).sum())
    return float(stats.binomtest(wins, wins + losses).pvalue) if wins + losses else 1.0


def log_ratio(first: Array, second: Array, *, seed: int, level: float = 0.95) -> Estimate:
    """The mean of log(first/second) over pairs, with the percentile bootstrap interval over the pairs (Efron, 1979).

    Pairs with a number that is not positive and finite are left out: count them apart.  NaN where none is left, and no
    interval where only one is.
    """
    good = np.isfinite(first) & np.isfinite(second) & (first > 0) & (second > 0)
    x = np.log(first[good]) - np.log(second[good])
    if len(x) < 2:
        return Estimate(float(x.mean()) if len(x) else math.nan, -math.inf, math.inf, level)
    low, high = np.quantile(_resampled(len(x), seed) @ x, [(1 - level) / 2, (1 + level) / 2])
    return Estimate(float(x.mean()), float(low), float(high), level)


def signed_rank(first: Array, second: Array) -> float:
    """p-value of Wilcoxon's signed-rank test (1945) on paired logarithms; ties of a pair say nothing.

    A run that diverged, told as infinity, lost by more than any other.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        x = np.where(np.isinf(first) & np.isinf(second), 0.0, np.log(first) - np.log(second))
    x = x[x != 0]
    return _of_ranks(tuple(sorted((np.sign(x) * stats.rankdata(np.abs(x))).tolist()))) if len(x) else 1.0


@cache
def _of_ranks(ranks: tuple[float, ...]) -> float:
    """The p-value depends on the signed ranks only, and tables hold the same ones many times."""
    return float(stats.wilcoxon(ranks).pvalue)


def holm(pvalues: Sequence[float]) -> list[float]:
    """p-values adjusted for their number by the step-down method of Holm (1979), in the order given."""
    order = sorted(range(len(pvalues)), key=pvalues.__getitem__)
    adjusted, running = [0.0] * len(pvalues), 0.0
    for rank, i in enumerate(order):
        running = max(running, min(1.0, (len(pvalues) - rank) * pvalues[i]))
        adjusted[i] = running
    return adjusted
