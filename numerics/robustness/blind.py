"""Noise in the reported loss, told to every schedule, those that do not look at it included: every run is computed.

A run is kept as the SHA-256 of all its losses and rates: two runs with the same one are the same, bit for bit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import product
from typing import Any

import numpy as np
import torch

from numerics.robustness.engine import Cell, Curves, each
from numerics.robustness.families import FAMILIES
from numerics.robustness.functions import FUNCTIONS
from numerics.robustness.optimizers import OPTIMIZERS
from numerics.robustness.perturbation import REPORTED, Perturbation
from numerics.robustness.schedulers import SCHEDULES, watches
from numerics.sweeps.manifest import JSON
from numerics.sweeps.sweep import Sweep
from numerics.sweeps.tables import Tables
from numerics.sweeps.task import Task

STRENGTH = 10.0  # times the loss, or what was gained


@dataclass(frozen=True, kw_only=True)
class BlindSweep:
    """Every schedule from one rate under every noise in the reported loss, on every problem with every optimizer."""

    problems: tuple[str, ...] = (*FAMILIES, *FUNCTIONS)
    optimizers: tuple[str, ...] = tuple(OPTIMIZERS)
    rate: float = 1e-2
    steps: int = 120  # periodic spikes come every 50 to 100
    seed: int = 20251214

    def sweep(self) -> Sweep:
        """A task for every problem and optimizer."""
        plain: dict[str, JSON] = {**asdict(self), "strength": STRENGTH}
        shared: dict[str, JSON] = {"rate": self.rate, "steps": self.steps, "seed": self.seed}
        tasks = [
            Task(f"{name}.{optimizer}", shared | {"problem": name, "optimizer": optimizer})
            for name, optimizer in product(self.problems, self.optimizers)
        ]
        return Sweep(plain, tasks, work)


def work(arguments: Mapping[str, Any]) -> Tables:
    """A row for every schedule and kind of noise."""
    torch.set_num_threads(1)
    noises = [Perturbation(kind, STRENGTH if kind != "none" else 0.0, relative=True) for kind in REPORTED]
    cells = [Cell(name, arguments["rate"], noise, arguments["seed"]) for name, noise in product(SCHEDULES, noises)]
    found = each(arguments["problem"], arguments["optimizer"], cells, arguments["steps"])
    return {
        "runs": {
            "problem": [arguments["problem"]] * len(cells),
            "optimizer": [arguments["optimizer"]] * len(cells),
            "schedule": [cell.schedule for cell in cells],
            "watches": [watches(cell.schedule) for cell in cells],
            "kind": [cell.perturbation.kind for cell in cells],
            "sha256": [_digest(found, k) for k in range(len(cells))],
        }
    }


def _digest(found: Curves, run: int) -> str:
    parts = (found.loss[run], found.rate[run], found.train[run : run + 1], found.held_out[run : run + 1])
    return hashlib.sha256(b"".join(np.ascontiguousarray(part).tobytes() for part in parts)).hexdigest()
