"""What became of a run: trained, stalled, collapsed or diverged."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from numerics.llm.arms import Arm

Array = npt.NDArray[np.float64]
MARGIN = 0.05  # of the starting loss: what lies as near to it counts as at it
LAST = 20  # training losses whose mean is called the final one
FATES = ("trained", "stalled", "collapsed", "diverged")
FAILED = ("collapsed", "diverged")


@dataclass(frozen=True, eq=False)
class Run:
    """One run: ``held`` are the held-out losses at 10, 50 and 100% of its steps, NaN behind its end."""

    arm: Arm
    seed: int
    start: float  # held-out loss before the first step
    held: tuple[float, float, float]
    losses: Array  # of training, one a step
    rates: Array  # in the shared initial rate

    @property
    def fate(self) -> str:
        """How it ended, by the held-out loss, which every run of a sweep measures on the same rows.

        ``diverged``: no finite number, or more than 5% above the start.  ``collapsed``: within 5% of the start, though
        training had once been at least 10% below it; ``stalled`` if it had not.  ``trained``: all else.
        """
        end = self.held[2]
        if not math.isfinite(end) or end > (1 + MARGIN) * self.start:
            return "diverged"
        if end < (1 - MARGIN) * self.start:
            return "trained"
        return "collapsed" if self.lowest < (1 - 2 * MARGIN) * self.start else "stalled"

    @property
    def failed(self) -> bool:
        """Whether it lost what it had learnt, or more."""
        return self.fate in FAILED

    def failed_by(self, stage: int) -> bool:
        """Whether it had failed at the first, second or last of the marks: before the last, whether it diverged."""
        if stage == len(self.held) - 1:
            return self.failed
        return not self.held[stage] <= (1 + MARGIN) * self.start

    @property
    def lowest(self) -> float:
        """The lowest mean of 20 training losses in a row."""
        window = min(LAST, len(self.losses))
        return float(np.convolve(self.losses, np.full(window, 1 / window), "valid").min()) if window else math.nan

    @property
    def final(self) -> float:
        """The mean of the last 20 training losses."""
        return float(self.losses[-LAST:].mean()) if len(self.losses) else math.nan

    @property
    def peak(self) -> float:
        """The highest learning rate, in shared initial rates."""
        return float(self.rates.max())


def runs(tables: Mapping[str, pa.Table], rate: float) -> list[Run]:
    """The runs in the tables of a sweep whose shared initial rate is ``rate``, in their order."""
    steps = {name: tables["steps"][name].to_numpy() for name in ("arm", "seed", "loss", "rate")}
    found = []
    for row in tables["runs"].to_pylist():
        mine = (steps["arm"] == row["arm"]) & (steps["seed"] == row["seed"])
        arm = Arm(**{f.name: row[f.name] for f in fields(Arm) if f.name in row})  # older tables know fewer options
        held = (row["held_out_10"], row["held_out_50"], row["held_out_100"])
        found.append(Run(arm, row["seed"], row["start"], held, steps["loss"][mine], steps["rate"][mine] / rate))
    return found
