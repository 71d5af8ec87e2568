"""What a sweep over language models came to: a row for every arm, and pairs of runs with the cosine schedule."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from numerics.llm.arms import Arm
from numerics.llm.outcome import FATES, Run
from numerics.statistics import Estimate, mean, median, share

STAGES = ("10%", "50%", "100%")
COSINE = Arm("cosine")


@dataclass(frozen=True, slots=True)
class Row:
    """One arm over all seeds; losses are of the runs that trained or stalled, peaks of all.

    ``better`` holds, for every stage, by how many per cent of cosine's held-out loss, on the same seed and from the
    same rate, the arm's is lower: the mean over the seeds where neither run failed, with Student's 95% interval, or
    None with fewer than two.
    """

    arm: Arm
    seeds: int
    fates: tuple[int, ...]  # in the order of FATES
    failed: Estimate
    held_out: Estimate
    final: float
    peak: float
    better: tuple[Estimate | None, ...]


def rows(found: Sequence[Run]) -> list[Row]:
    """One for every arm, in their order."""
    cosine = cosines(found)
    return [_row(arm, [run for run in found if run.arm == arm], cosine) for arm in dict.fromkeys(r.arm for r in found)]


Cosines = Mapping[tuple[int, float], Run]


def cosines(found: Sequence[Run]) -> Cosines:
    """The runs of cosine, by seed and initial rate."""
    return {(run.seed, run.arm.rate): run for run in found if run.arm.schedule == COSINE.schedule}


def _row(arm: Arm, mine: Sequence[Run], cosine: Cosines) -> Row:
    fates = tuple(sum(run.fate == fate for run in mine) for fate in FATES)
    kept = [run for run in mine if not run.failed]
    return Row(
        arm, len(mine), fates, share(sum(run.failed for run in mine), len(mine)),
        median([run.held[2] for run in kept]), float(np.median([run.final for run in kept])) if kept else math.nan,
        float(np.median([run.peak for run in mine])), tuple(_better(mine, cosine, k) for k in range(3)),
    )  # fmt: skip


def _better(mine: Sequence[Run], cosine: Cosines, stage: int) -> Estimate | None:
    pairs = [(run, cosine.get((run.seed, run.arm.rate))) for run in mine if not run.failed]
    differences = [gain(run, other, stage) for run, other in pairs if other and not other.failed]
    return mean(differences, 0.95) if len(differences) > 1 and mine[0].arm.schedule != COSINE.schedule else None


def gain(run: Run, other: Run, stage: int) -> float:
    """By how many per cent of the other's held-out loss that of ``run`` is lower, at a stage."""
    return 100 * (1 - run.held[stage] / other.held[stage])


@dataclass(frozen=True, slots=True)
class Instance:
    """A run of GreedyLR beside the cosine run of its seed and rate, which did not fail: a row of the paper's Table 10.

    ``deltas`` are gains in per cent at the three stages, None where the run had failed; ``largest`` is the largest
    difference of the training losses on one batch, cosine's less the run's, at step ``at``.
    """

    arm: Arm
    seed: int
    deltas: tuple[float | None, float | None, float | None]
    largest: float
    at: int
    failed: bool


def instances(found: Sequence[Run]) -> list[Instance]:
    """Every run of GreedyLR with whose seed and rate cosine ran, too, and did not fail."""
    cosine = cosines(found)
    pairs = [(run, cosine.get((run.seed, run.arm.rate))) for run in found if run.arm.schedule == "greedy"]
    return [_instance(run, other) for run, other in pairs if other and not other.failed]


def _instance(run: Run, cosine: Run) -> Instance:
    shared = min(len(run.losses), len(cosine.losses))
    apart = np.nan_to_num(cosine.losses[:shared] - run.losses[:shared], nan=-math.inf)
    deltas = [None if run.failed_by(k) else gain(run, cosine, k) for k in range(3)]
    return Instance(
        run.arm, run.seed, (deltas[0], deltas[1], deltas[2]), float(apart.max()), int(apart.argmax()) + 1, run.failed
    )


CATEGORIES = ("yes", "yes*", "no*", "no")


def category(delta: float | None) -> str:
    """The paper's: at least 1% better, better, worse, at least 1% worse; a run that had failed is worse."""
    if delta is None or delta <= -1:
        return "no"
    return "yes" if delta >= 1 else "yes*" if delta > 0 else "no*"


@dataclass(frozen=True, slots=True)
class Tally:
    """The paper's Tables 5 to 7 in numbers of this sweep."""

    counts: tuple[int, int, int, int]  # in the order of CATEGORIES
    better: tuple[Estimate, ...]  # share of better runs at every stage; runs of a seed are not independent
    average: float  # per cent, over the instances of runs that did not fail
    failed: int  # runs

    @property
    def as_good(self) -> float:
        """As good or better: all but ``no``."""
        return 1 - self.counts[3] / sum(self.counts)


def tally(found: Sequence[Instance]) -> Tally | None:
    """Over all instances; None where there are none."""
    deltas = [delta for instance in found for delta in instance.deltas]
    if not deltas:
        return None
    named = [category(delta) for delta in deltas]
    counts = tuple(named.count(name) for name in CATEGORIES)
    better = tuple(
        share(sum(category(i.deltas[k]) in ("yes", "yes*") for i in found), len(found)) for k in range(3)
    )  # fmt: skip
    kept = [delta for instance in found if not instance.failed for delta in instance.deltas if delta is not None]
    average = float(np.mean(kept)) if kept else math.nan
    return Tally((counts[0], counts[1], counts[2], counts[3]), better, average, sum(i.failed for i in found))


def as_data(row: Row) -> dict[str, Any]:
    """A row as JSON-ready data; None where nothing is known."""
    return {
        **{f.name: getattr(row.arm, f.name) for f in fields(Arm)},
        "seeds": row.seeds,
        **dict(zip(FATES, row.fates, strict=True)),
        "failed": _ends(row.failed),
        "held_out": _ends(row.held_out),
        "final": _finite(row.final),
        "peak": row.peak,
        "better_than_cosine": {name: _ends(e) for name, e in zip(STAGES, row.better, strict=True)},
    }


def _ends(e: Estimate | None) -> dict[str, float | None] | None:
    return None if e is None else {name: _finite(getattr(e, name)) for name in ("value", "low", "high", "level")}


def _finite(x: float) -> float | None:
    return float(x) if math.isfinite(x) else None
