"""What an F-sweep came to: a row for every schedule on every problem, divergence counted apart from all else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from numerics.factor_sweep import Arm
from numerics.statistics import Estimate, holm, median, share, sign_test

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Row:
    """One schedule on one problem over all seeds.

    ``gap`` and ``peak_rate`` are medians over the runs that did not diverge, the latter in units of 1/L_max.  ``p`` is
    that of the sign test against the problem's best schedule on the same seeds, divergence losing; since the best one
    was chosen by these data, it is adjusted by Holm's method for all pairs of schedules.  None for the best itself.
    """

    problem: str
    arm: Arm
    seeds: int
    diverged: Estimate  # a share
    gap: Estimate
    peak_rate: float
    p: float | None

    @property
    def best(self) -> bool:
        """Whether no schedule diverged less often, or as often and ended lower."""
        return self.p is None


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """The runs of one problem: a row for every schedule, a column for every seed."""

    problem: str
    arms: list[Arm]
    gap: Array
    diverged: npt.NDArray[np.bool_]
    peak_rate: Array

    @property
    def lost(self) -> Array:
        """The gaps, infinite where the run diverged."""
        return np.where(self.diverged, np.inf, self.gap)


def groups(runs: pa.Table) -> Iterator[Group]:
    """The table of runs, problem by problem, in its order."""
    rows = runs.to_pylist()
    names = list(dict.fromkeys((row["problem"], row["data"]) for row in rows))
    for problem, data in names:
        mine = [row for row in rows if (row["problem"], row["data"]) == (problem, data)]
        seeds = sorted({row["seed"] for row in mine})
        arms = {row["arm"]: Arm(**{f.name: row[f.name] for f in fields(Arm)}) for row in mine}
        place = {(row["arm"], row["seed"]): row for row in mine}
        table = [[place[k, seed] for seed in seeds] for k in sorted(arms)]
        columns = {name: np.array([[cell[name] for cell in line] for line in table]) for name in COLUMNS}
        yield Group(f"{problem} on {data}", [arms[k] for k in sorted(arms)], **columns)


COLUMNS = ("gap", "diverged", "peak_rate")


def summary(runs: pa.Table) -> list[Row]:
    """The rows of all problems."""
    return [row for group in groups(runs) for row in _rows(group)]


def _rows(group: Group) -> Iterator[Row]:
    seeds, lost = group.gap.shape[1], group.lost
    shares = group.diverged.sum(axis=1)
    gaps = [median(group.gap[k, ~group.diverged[k]]) for k in range(len(group.arms))]
    best = min(range(len(group.arms)), key=lambda k: (shares[k], gaps[k].value))
    pairs = list(combinations(range(len(group.arms)), 2))
    pvalues = holm([sign_test(lost[j], lost[k]) for j, k in pairs])
    adjusted = {j + k - best: p for (j, k), p in zip(pairs, pvalues, strict=True) if best in (j, k)}
    for k, arm in enumerate(group.arms):
        kept = group.peak_rate[k, ~group.diverged[k]]
        peak = float(np.median(kept)) if len(kept) else float("nan")
        yield Row(group.problem, arm, seeds, share(int(shares[k]), seeds), gaps[k], peak, adjusted.get(k))


def as_data(row: Row) -> Mapping[str, Any]:
    """A row as JSON-ready data; None where nothing is known."""

    def ends(e: Estimate) -> dict[str, float | None]:
        return {name: _finite(getattr(e, name)) for name in ("value", "low", "high", "level")}

    return {
        "problem": row.problem,
        **{f.name: getattr(row.arm, f.name) for f in fields(Arm)},
        "seeds": row.seeds,
        "diverged": ends(row.diverged),
        "gap": ends(row.gap),
        "peak_rate": _finite(row.peak_rate),
        "best": row.best,
        "p": row.p,
    }


def _finite(x: float) -> float | None:
    return float(x) if np.isfinite(x) else None
