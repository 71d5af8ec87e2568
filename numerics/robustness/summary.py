"""Schedules against each other on the same seeds: per problem and noise, and over problems.

Two levels are kept apart.  On one problem the seeds are the sample; over problems, each problem counts once, with the
mean of its seeds, since further seeds of a problem are not further problems.  Losses are compared as logarithms of
ratios; runs that diverged are counted, lose every rank test, and are in no mean.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from numerics.robustness.sweep import diverged
from numerics.statistics import Estimate, holm, log_ratio, share, signed_rank

Array = npt.NDArray[np.float64]
SMALLEST = math.log(1.05)  # the least difference of interest: 5%
BOOTSTRAP = 7


@dataclass(frozen=True, slots=True)
class Setting:
    """What two runs that are compared share."""

    problem: str
    optimizer: str
    kind: str
    strength: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """One schedule against another in one setting: the mean log-ratio of their losses, below 0 if the first is lower.

    ``p`` is that of the signed-rank test over the seeds, adjusted by Holm's method for all comparisons of the table.
    """

    setting: Setting
    first: str
    second: str
    seeds: int
    ratio: Estimate
    p: float

    @property
    def verdict(self) -> str:
        """``better``, ``worse``, ``same`` (the interval within 5% either way) or ``unclear``."""
        if self.ratio.high < 0 and self.p < 0.05:
            return "better"
        if self.ratio.low > 0 and self.p < 0.05:
            return "worse"
        return "same" if max(-self.ratio.low, self.ratio.high) < SMALLEST else "unclear"


@dataclass(frozen=True, slots=True)
class Overall:
    """One schedule against another under one noise, over problems: each counts once."""

    kind: str
    first: str
    second: str
    problems: int
    better: Estimate  # the share of problems with a mean log-ratio below 0
    ratio: Estimate  # the mean of the problems' means


Losses = Mapping[tuple[Setting, str], Mapping[int, float]]


def joined(tables: Sequence[pa.Table]) -> pa.Table:
    """The runs of several sweeps in one table."""
    return pa.concat_tables(tables)


def losses(runs: pa.Table, measure: str) -> Losses:
    """By setting and schedule, for every seed, infinite where the run diverged."""
    shared = ("problem", "optimizer", "kind", "strength")
    columns = {name: runs[name].to_pylist() for name in (*shared, "schedule", "seed")}
    values, lost = runs[measure].to_numpy(), diverged(runs["first"].to_numpy(), runs["final"].to_numpy())
    found: dict[tuple[Setting, str], dict[int, float]] = {}
    for row in range(runs.num_rows):
        where = Setting(*(columns[name][row] for name in shared))
        of = found.setdefault((where, columns["schedule"][row]), {})
        of[columns["seed"][row]] = math.inf if lost[row] else float(values[row])
    return found


def comparisons(
    runs: pa.Table, first: Sequence[str], second: Sequence[str], measure: str = "final"
) -> list[Comparison]:
    """Every one of the first schedules against every one of the second, in every setting."""
    told = losses(runs, measure)
    pairs = [
        (where, a, b, *_paired(told[where, a], told[where, b]))
        for where in dict.fromkeys(where for where, _ in told)
        for a in first
        for b in second
        if (where, a) in told and (where, b) in told
    ]
    adjusted = holm([signed_rank(x, y) for *_, x, y in pairs])
    return [
        Comparison(where, a, b, len(x), log_ratio(x, y, seed=BOOTSTRAP), p)
        for (where, a, b, x, y), p in zip(pairs, adjusted, strict=True)
    ]


def _paired(one: Mapping[int, float], other: Mapping[int, float]) -> tuple[Array, Array]:
    seeds = sorted(one.keys() & other.keys())
    return np.array([one[s] for s in seeds]), np.array([other[s] for s in seeds])


def overall(found: Sequence[Comparison]) -> list[Overall]:
    """Over problems, for every noise and every pair of schedules; strengths of one kind count as one."""
    groups: dict[tuple[str, str, str], dict[str, list[float]]] = {}
    for c in found:
        problems = groups.setdefault((c.setting.kind, c.first, c.second), {})
        if math.isfinite(c.ratio.value):
            problems.setdefault(c.setting.problem, []).append(c.ratio.value)
    return [_over(*key, [float(np.mean(v)) for v in problems.values()]) for key, problems in groups.items() if problems]


def _over(kind: str, first: str, second: str, means: Sequence[float]) -> Overall:
    x = np.array(means)
    ratio = log_ratio(np.exp(x), np.ones(len(x)), seed=BOOTSTRAP)
    return Overall(kind, first, second, len(x), share(int((x < 0).sum()), len(x)), ratio)


@dataclass(frozen=True, slots=True)
class Recovery:
    """One schedule under one noise, over all runs: the paper's recovery ratio, largest loss over the final one.

    Quantiles at 10%, 50% and 90% of the ratio, of the final loss relative to the first, and the share that diverged.
    """

    kind: str
    schedule: str
    runs: int
    lost: Estimate
    ratio: tuple[float, float, float]
    final: tuple[float, float, float]


def recoveries(runs: pa.Table) -> Iterator[Recovery]:
    """For every noise and schedule."""
    columns: dict[str, Any] = {name: np.array(runs[name].to_pylist()) for name in ("kind", "schedule")}
    first, final, ratio = (runs[name].to_numpy() for name in ("first", "final", "ratio"))
    lost = diverged(first, final)
    for kind in dict.fromkeys(columns["kind"].tolist()):
        for schedule in dict.fromkeys(columns["schedule"].tolist()):
            mine = (columns["kind"] == kind) & (columns["schedule"] == schedule)
            if mine.any():
                kept = mine & ~lost
                yield Recovery(
                    kind, schedule, int(mine.sum()), share(int((mine & lost).sum()), int(mine.sum())),
                    _quantiles(ratio[kept]), _quantiles(final[kept] / first[kept]),
                )  # fmt: skip


def _quantiles(x: Array) -> tuple[float, float, float]:
    low, middle, high = np.quantile(x, (0.1, 0.5, 0.9)) if len(x) else (math.nan,) * 3
    return float(low), float(middle), float(high)
