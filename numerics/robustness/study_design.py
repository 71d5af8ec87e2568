"""The protocol of the scheduler study, fixed before its runs: every schedule with every optimizer, as in Section 4.1.

Sixteen problems (ten neural, six functions), seventeen schedules, five optimizers at 200 steps; at 1,000 steps two
optimizers and the twelve problems whose networks are small.  Every schedule takes, on every problem with every
optimizer and at every horizon, the best rate of one grid by the held-out loss, on seeds of its own that count nowhere
else: the same number of trials for all.  Those seeds also give the whole curve over the grid.  Other seeds then run
every schedule from that rate, and from one rate shared by all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from numerics.robustness.design import SEED, TUNING_SEED, Rates
from numerics.robustness.families import FAMILIES
from numerics.robustness.functions import FUNCTIONS
from numerics.robustness.optimizers import OPTIMIZERS
from numerics.robustness.schedulers import SCHEDULES
from numerics.robustness.sweep import Arm, StudySweep

GRID = (1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1.0)
SHARED = 1e-2
LARGE = ("resnet", "multi-head-attention", "deep-transformer", "wide-transformer")


@dataclass(frozen=True)
class Horizon:
    """How long runs are, on what, and with which optimizers."""

    steps: int
    problems: tuple[str, ...]
    optimizers: tuple[str, ...]

    @property
    def arms(self) -> tuple[tuple[str, str, str], ...]:
        """Every problem with every optimizer and schedule."""
        return tuple(product(self.problems, self.optimizers, SCHEDULES))


SHORT = Horizon(200, (*FAMILIES, *FUNCTIONS), tuple(OPTIMIZERS))
LONG = Horizon(1000, tuple(name for name in SHORT.problems if name not in LARGE), ("adam", "sgd-momentum"))


def tuning(horizon: Horizon, seeds: int = 2, grid: Sequence[float] = GRID) -> StudySweep:
    """Every arm at every rate of the grid, on the tuning seeds."""
    arms = tuple(Arm(*arm, rate) for arm, rate in product(horizon.arms, grid))
    return StudySweep(arms=arms, steps=horizon.steps, seeds=seeds, seed=TUNING_SEED)


def own(horizon: Horizon, rates: Rates, seeds: int) -> StudySweep:
    """Every arm at its own best rate."""
    arms = tuple(Arm(*arm, rates[arm]) for arm in horizon.arms)
    return StudySweep(arms=arms, steps=horizon.steps, seeds=seeds, seed=SEED)


def shared(horizon: Horizon, seeds: int) -> StudySweep:
    """Every arm at the shared rate."""
    arms = tuple(Arm(*arm, SHARED) for arm in horizon.arms)
    return StudySweep(arms=arms, steps=horizon.steps, seeds=seeds, seed=SEED)
