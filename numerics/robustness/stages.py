"""The paper's categories of Tables 1 to 3: a schedule against others at 10%, 50% and 100% of the steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from numerics.robustness.summary import pairs

Array = npt.NDArray[np.float64]
STAGES = ("early", "middle", "final")
CATEGORIES = ("yes", "yes*", "no*", "no")
INSIGNIFICANT = 0.1  # differences of losses below this have a star


@dataclass(frozen=True, eq=False)
class Instances:
    """By how much the first schedule's loss is lower, at each stage, shape (3, pairs); -inf where its run diverged.

    A diverged run counts as worse at every stage, and a run against a diverged one as better.  ``problem`` has the
    problem of each pair.
    """

    deltas: Array
    problem: npt.NDArray[np.str_]

    def counts(self, stage: int | None = None) -> tuple[int, int, int, int]:
        """How many are in each category, in the order of CATEGORIES, at one stage or at all."""
        x = self.deltas if stage is None else self.deltas[stage]
        yes, better, no = x >= INSIGNIFICANT, x > 0, x <= -INSIGNIFICANT
        return int(yes.sum()), int((better & ~yes).sum()), int((~better & ~no).sum()), int(no.sum())

    def as_good(self) -> dict[str, float]:
        """The share of all instances of a problem that are not ``no``."""
        good = (self.deltas > -INSIGNIFICANT).mean(axis=0)
        return {name: float(good[self.problem == name].mean()) for name in dict.fromkeys(self.problem.tolist())}


def instances(runs: pa.Table, first: str, second: Sequence[str]) -> Instances:
    """Every run of the first schedule beside each run of the others with the same problem, optimizer and seed."""
    deltas, problems = [], []
    for of in zip(*(pairs(runs, [first], second, stage) for stage in STAGES), strict=True):
        deltas.append([_apart(*pair.losses) for pair in of])
        problems += [of[0].setting.problem] * len(of[0].losses[0])
    return Instances(np.concatenate(deltas, axis=1), np.array(problems))


def _apart(one: Array, other: Array) -> Array:
    with np.errstate(invalid="ignore"):
        return np.where(np.isinf(one), -np.inf, other - one)
