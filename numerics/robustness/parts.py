"""The parts of the studies in their order: rates are chosen first, on seeds of their own, and then used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

import pyarrow as pa

from numerics.robustness import design, study_design
from numerics.robustness.blind import BlindSweep
from numerics.robustness.sweep import StudySweep
from numerics.sweeps.sweep import Sweep


class Part(Protocol):
    """What can be run."""

    def sweep(self) -> Sweep:
        """Its tasks."""


Run = Callable[[str, Part], pa.Table]  # of a part by its name; returns the table of its runs
QUICK_GRID = (1e-2, 1e-1)
SEEDS = {"tuning": 3, "clean": 27, "noisy": 9, "rules": 9, "felt": 9, "dynamics": 5, "sensitivity": 9}
QUICK_SEEDS = {"tuning": 1, "clean": 3, "noisy": 1, "rules": 1, "felt": 1, "dynamics": 1, "sensitivity": 1}
HORIZONS = {200: (study_design.SHORT, 8), 1000: (study_design.LONG, 5)}  # with the seeds that count
QUICK_PROBLEMS = ("mlp-wine", "attention", "quadratic-100", "rosenbrock")


def robustness(run: Run, *, quick: bool = False) -> None:
    """Section 4.4: the 8,100 runs are the parts ``clean`` and ``noisy``."""
    seeds, grid = (QUICK_SEEDS, QUICK_GRID) if quick else (SEEDS, design.GRID)
    rates = design.best_rates(run("tuning", design.tuning(seeds["tuning"], grid)))
    for name, part in (
        ("clean", design.clean), ("noisy", design.noisy), ("rules", design.rules), ("felt", design.felt),
        ("dynamics", design.dynamics),
    ):  # fmt: skip
        run(name, part(rates, seeds[name]))
    run("sensitivity", design.sensitivity(seeds["sensitivity"], grid))


def blind(run: Run) -> None:
    """What noise in the reported loss does to schedules that do not look at it."""
    run("all", BlindSweep())


def study(run: Run, *, quick: bool = False) -> None:
    """Section 4.1: for every horizon ``tuning``, then every arm at its ``own`` rate and at the ``shared`` one."""
    if quick:
        short = replace(study_design.SHORT, problems=QUICK_PROBLEMS, optimizers=("adam", "sgd-momentum"))
        _horizon(run, short, 3, study_design.tuning(short, 1, QUICK_GRID))
        return
    for horizon, seeds in HORIZONS.values():
        _horizon(run, horizon, seeds, study_design.tuning(horizon))


def _horizon(run: Run, horizon: study_design.Horizon, seeds: int, tuning: StudySweep) -> None:
    rates = design.best_rates(run(f"tuning-{horizon.steps}", tuning))
    run(f"own-{horizon.steps}", study_design.own(horizon, rates, seeds))
    run(f"shared-{horizon.steps}", study_design.shared(horizon, seeds))
