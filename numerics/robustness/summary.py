"""Schedules against each other on the same seeds: in one setting, and over problems.

Two levels are kept apart.  In one setting the seeds are the sample; over problems, each problem counts once, with the
mean of all its settings and seeds, since further seeds of a problem are not further problems.  Losses are compared as
logarithms of ratios; runs that diverged are counted, lose every rank test, and are in no mean.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from numerics.statistics import Estimate, holm, log_ratio, median, share, signed_rank

Array = npt.NDArray[np.float64]
SMALLEST = math.log(1.05)  # the least difference of interest: 5%
SOLVED = 1e-12  # losses below are as good as the minimum, and count as this
BOOTSTRAP = 7


def diverged(first: Sequence[float], final: Sequence[float]) -> npt.NDArray[np.bool_]:
    """Which runs ended at no finite number, or above twice their first loss."""
    start, end = np.asarray(first), np.asarray(final)
    return np.asarray(~np.isfinite(end) | (end > 2 * start))


@dataclass(frozen=True, slots=True)
class Setting:
    """What two runs that are compared share."""

    problem: str
    optimizer: str
    steps: int
    kind: str
    strength: float
    relative: bool


@dataclass(frozen=True, eq=False)
class Pairs:
    """The losses of two schedules in one setting, shape (seeds,) each, infinite where a run diverged."""

    setting: Setting
    first: str
    second: str
    losses: tuple[Array, Array]

    @property
    def lost(self) -> tuple[int, int]:
        """How many runs of each diverged."""
        one, other = self.losses
        return int(np.isinf(one).sum()), int(np.isinf(other).sum())

    @property
    def mean(self) -> float:
        """The mean log-ratio of the pairs in which neither diverged; infinite, with a sign, where there is none."""
        one, other = self.losses
        good = np.isfinite(one) & np.isfinite(other)
        if good.any():
            return float(np.mean(np.log(one[good]) - np.log(other[good])))
        return math.inf * float(np.sign(self.lost[0] - self.lost[1])) if self.lost[0] != self.lost[1] else 0.0


def _verdict(ratio: Estimate, p: float) -> str:
    if ratio.high < 0 and p < 0.05:
        return "better"
    if ratio.low > 0 and p < 0.05:
        return "worse"
    return "same" if max(-ratio.low, ratio.high) < SMALLEST else "unclear"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One schedule against another in one setting: the mean log-ratio of their losses, below 0 if the first is lower.

    ``p`` is that of the signed-rank test over the seeds, adjusted by Holm's method for all comparisons of the table.
    """

    setting: Setting
    first: str
    second: str
    seeds: int
    lost: tuple[int, int]
    ratio: Estimate
    p: float

    @property
    def verdict(self) -> str:
        """``better``, ``worse``, ``same`` (the interval within 5% either way) or ``unclear``."""
        return _verdict(self.ratio, self.p)


@dataclass(frozen=True, slots=True)
class Overall:
    """One schedule against another over problems, each of which counts once, in the group of settings named.

    ``better`` is the share of problems with a mean log-ratio below 0, ``ratio`` the mean of the problems' means; ``p``
    is that of the signed-rank test over problems, adjusted by Holm's method for all rows of the table.
    """

    group: tuple[str | int, ...]
    first: str
    second: str
    problems: int
    runs: int  # pairs
    lost: tuple[int, int]
    better: Estimate
    ratio: Estimate
    p: float

    @property
    def verdict(self) -> str:
        """As for a comparison in one setting."""
        return _verdict(self.ratio, self.p)


@dataclass(frozen=True, eq=False)
class Series:
    """The losses of one schedule in one setting, by seed in ascending order; infinite where the run diverged."""

    seeds: npt.NDArray[np.int64]
    losses: Array


SHARED = ("problem", "optimizer", "steps", "kind", "strength", "relative")
Losses = Mapping[tuple[Setting, str], Series]


def joined(tables: Sequence[pa.Table]) -> pa.Table:
    """The runs of several sweeps in one table."""
    return pa.concat_tables(tables)


def losses(runs: pa.Table, measure: str) -> Losses:
    """By setting and schedule; the runs of a setting must have different seeds, and one initial rate a schedule."""
    lost = diverged(runs["first"].to_numpy(), runs["final"].to_numpy()) | ~np.isfinite(runs[measure].to_numpy())
    values = np.where(lost, math.inf, np.maximum(runs[measure].to_numpy().astype(float), SOLVED))
    seeds, groups = runs["seed"].to_numpy(), _codes(runs, (*SHARED, "schedule"))
    order = np.lexsort((seeds, groups))
    ends = np.flatnonzero(np.diff(groups[order], append=-1)) + 1
    found: dict[tuple[Setting, str], Series] = {}
    for rows in np.split(order, ends[:-1]):
        *where, schedule = (runs[name][int(rows[0])].as_py() for name in (*SHARED, "schedule"))
        found[Setting(*where), schedule] = Series(seeds[rows], values[rows])
    return found


def _codes(runs: pa.Table, names: Sequence[str]) -> npt.NDArray[np.int64]:
    """A number for every row, the same where the columns agree, in the order in which they first occur."""
    code = np.zeros(runs.num_rows, dtype=np.int64)
    for name in names:
        of = runs[name].combine_chunks().dictionary_encode()
        code = code * len(of.dictionary) + of.indices.to_numpy()
    _, first, inverse = np.unique(code, return_index=True, return_inverse=True)
    return np.asarray(np.argsort(np.argsort(first))[inverse], dtype=np.int64)


def pairs(runs: pa.Table, first: Sequence[str], second: Sequence[str], measure: str = "final") -> list[Pairs]:
    """Every one of the first schedules with every one of the second, in every setting that both ran in."""
    told = losses(runs, measure)
    return [
        Pairs(where, a, b, paired(told[where, a], told[where, b]))
        for where in dict.fromkeys(where for where, _ in told)
        for a in first
        for b in second
        if a != b and (where, a) in told and (where, b) in told
    ]


def paired(one: Series, other: Series) -> tuple[Array, Array]:
    """The losses of the seeds that both have, which each may have once."""
    _, mine, theirs = np.intersect1d(one.seeds, other.seeds, assume_unique=True, return_indices=True)
    return one.losses[mine], other.losses[theirs]


def comparisons(found: Sequence[Pairs]) -> list[Comparison]:
    """Each setting on its own."""
    adjusted = holm([signed_rank(*pair.losses) for pair in found])
    return [
        Comparison(q.setting, q.first, q.second, len(q.losses[0]), q.lost, log_ratio(*q.losses, seed=BOOTSTRAP), p)
        for q, p in zip(found, adjusted, strict=True)
    ]


def overall(found: Sequence[Pairs], by: Sequence[str] = ("kind",)) -> list[Overall]:
    """Over problems, for every pair of schedules and every group of settings that agree in the fields ``by``."""
    groups: dict[tuple[tuple[str | int, ...], str, str], list[Pairs]] = {}
    for pair in found:
        group = tuple(getattr(pair.setting, name) for name in by)
        groups.setdefault((group, pair.first, pair.second), []).append(pair)
    rows = [_over(*key, mine) for key, mine in groups.items()]
    return [replace(row, p=p) for row, p in zip(rows, holm([row.p for row in rows]), strict=True)]


def _over(group: tuple[str | int, ...], first: str, second: str, mine: Sequence[Pairs]) -> Overall:
    means: dict[str, list[float]] = {}
    for pair in mine:
        means.setdefault(pair.setting.problem, []).append(pair.mean)
    x = np.array([_mean(values) for values in means.values()])
    ratio = log_ratio(np.exp(np.clip(x, -600, 600))[np.isfinite(x)], np.ones(int(np.isfinite(x).sum())), seed=BOOTSTRAP)
    lost = sum(pair.lost[0] for pair in mine), sum(pair.lost[1] for pair in mine)
    return Overall(
        group, first, second, len(x), sum(len(pair.losses[0]) for pair in mine), lost,
        share(int((x < 0).sum()), len(x)), ratio, signed_rank(np.exp(np.clip(x, -600, 600)), np.ones(len(x))),
    )  # fmt: skip


def _mean(values: Sequence[float]) -> float:
    """The mean of the finite ones; where none is, of the signs of the infinite ones, as infinity."""
    x = np.array(values)
    if np.isfinite(x).any():
        return float(x[np.isfinite(x)].mean())
    return math.inf * float(np.sign(np.sign(x).sum())) if np.sign(x).sum() else 0.0


@dataclass(frozen=True, slots=True)
class Spread:
    """The runs of one schedule in a group: how many, how many diverged, and the 10%, 50% and 90% quantiles of a number.

    ``middle`` is the median with its interval, by order statistics over the runs.
    """

    group: str
    schedule: str
    runs: int
    lost: Estimate
    quantiles: tuple[float, float, float]
    middle: Estimate
    best: float


def spreads(runs: pa.Table, measure: str, by: str = "") -> Iterator[Spread]:
    """For every value of the column ``by``, or for all rows, and every schedule, over the runs that did not diverge."""
    schedules = np.array(runs["schedule"].to_pylist())
    groups = np.array(runs[by].to_pylist()) if by else np.full(len(schedules), "all")
    values = runs[measure].to_numpy().astype(float)
    lost = diverged(runs["first"].to_numpy(), runs["final"].to_numpy())
    for group in dict.fromkeys(groups.tolist()):
        for schedule in dict.fromkeys(schedules.tolist()):
            mine = (groups == group) & (schedules == schedule)
            if mine.any():
                kept = values[mine & ~lost]
                yield Spread(
                    str(group), schedule, int(mine.sum()), share(int((mine & lost).sum()), int(mine.sum())),
                    _quantiles(kept), median(kept), float(kept.max()) if len(kept) else math.nan,
                )  # fmt: skip


def _quantiles(x: Array) -> tuple[float, float, float]:
    low, middle, high = np.quantile(x, (0.1, 0.5, 0.9)) if len(x) else (math.nan,) * 3
    return float(low), float(middle), float(high)
