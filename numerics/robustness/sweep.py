"""Sweeps of the scheduler study, on the layer that all sweeps of this project use.

A task is a chunk of the runs of one problem with one optimizer; a run has the same bits in every chunk.  Runs of one
seed share their split, their initial parameters, their batches and the random numbers of their perturbation, whatever
the schedule, so that they can be compared in pairs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from greedylr.checks import check_choice, check_count
from numerics.robustness.engine import Cell, Curves, problem, simulate
from numerics.robustness.optimizers import OPTIMIZERS
from numerics.robustness.perturbation import Perturbation
from numerics.robustness.schedulers import SCHEDULES
from numerics.sweeps.manifest import JSON
from numerics.sweeps.sweep import Sweep
from numerics.sweeps.tables import Tables
from numerics.sweeps.task import Task

Array = npt.NDArray[np.float64]
CHUNK = 120  # runs of a task: all noises of two seeds, so that what they share is computed once
LAST, MARKS = 10, 20


@dataclass(frozen=True, slots=True)
class Arm:
    """A schedule with the initial rate that it takes on a problem with an optimizer."""

    problem: str
    optimizer: str
    schedule: str
    rate: float

    def __post_init__(self) -> None:
        """Refuse what cannot run."""
        problem(self.problem)
        check_choice("an optimizer", self.optimizer, tuple(OPTIMIZERS))
        check_choice("a schedule", self.schedule, tuple(SCHEDULES))
        if not 0 < self.rate < math.inf:
            raise ValueError(f"rates must be positive and finite, got {self.rate!r}.")


@dataclass(frozen=True, kw_only=True)
class StudySweep:
    """Every arm under every perturbation with every seed."""

    arms: tuple[Arm, ...]
    perturbations: tuple[Perturbation, ...] = (Perturbation(),)
    steps: int = 200
    seeds: int = 9
    seed: int = 20251214
    curves: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be run, naming the option."""
        check_count("steps", self.steps, 20)
        check_count("seeds", self.seeds, 1)
        check_count("seed", self.seed, 0)
        for name, values in (("arms", self.arms), ("perturbations", self.perturbations)):
            if not values:
                raise ValueError(f"{name} must hold at least one, got none: there is nothing to run.")
            if len(set(values)) < len(values):
                raise ValueError(f"{name} must hold each one once, got one of them twice: it would be counted twice.")

    def plain(self) -> dict[str, JSON]:
        """The configuration as JSON."""
        return {
            "arms": [asdict(arm) for arm in self.arms],
            "perturbations": [asdict(p) for p in self.perturbations],
            **{f.name: getattr(self, f.name) for f in fields(self) if f.type in ("int", "bool")},
        }

    def sweep(self, chunk: int = CHUNK) -> Sweep:
        """The tasks: chunks of the runs of one problem with one optimizer."""
        tasks = []
        for name, optimizer in dict.fromkeys((arm.problem, arm.optimizer) for arm in self.arms):
            mine = [arm for arm in self.arms if (arm.problem, arm.optimizer) == (name, optimizer)]
            seeds = range(self.seed, self.seed + self.seeds)
            cells: list[JSON] = [
                {"schedule": arm.schedule, "rate": arm.rate, "perturbation": asdict(p), "seed": seed}
                for seed, p, arm in product(seeds, self.perturbations, mine)
            ]
            for k, first in enumerate(range(0, len(cells), chunk)):
                arguments: dict[str, JSON] = {"problem": name, "optimizer": optimizer, "steps": self.steps}
                arguments |= {"curves": self.curves}
                tasks.append(Task(f"{name}.{optimizer}.{k:04d}", arguments | {"cells": cells[first : first + chunk]}))
        return Sweep(self.plain(), tasks, work)


def cell(plain: Mapping[str, Any]) -> Cell:
    """The cell that JSON stands for."""
    return Cell(plain["schedule"], plain["rate"], Perturbation(**plain["perturbation"]), plain["seed"])


def work(arguments: Mapping[str, Any]) -> Tables:
    """A row for every run and, for curves, one for every mark of it."""
    torch.set_num_threads(1)
    cells = [cell(plain) for plain in arguments["cells"]]
    found = simulate(arguments["problem"], arguments["optimizer"], cells, arguments["steps"])
    shared = {name: [arguments[name]] * len(cells) for name in ("problem", "optimizer", "steps")}
    own = {
        "schedule": [c.schedule for c in cells], "initial_rate": [c.rate for c in cells],
        "kind": [c.perturbation.kind for c in cells], "strength": [c.perturbation.strength for c in cells],
        "relative": [c.perturbation.relative for c in cells], "seed": [c.seed for c in cells],
    }  # fmt: skip
    runs: dict[str, Any] = shared | own | outcomes(found)
    if not arguments["curves"]:
        return {"runs": runs}
    marks = np.unique(np.linspace(0, arguments["steps"] - 1, MARKS + 1).round().astype(int))
    many = {name: np.repeat(np.asarray(values), len(marks)).tolist() for name, values in (shared | own).items()}
    curves = {"step": np.tile(marks, len(cells)), "loss": found.loss[:, marks].ravel()}
    return {"runs": runs, "curves": many | curves | {"rate": found.rate[:, marks].ravel()}}


def outcomes(found: Curves) -> dict[str, npt.NDArray[np.float32]]:
    """What became of every run, from its clean losses; shape (runs,) each, in single precision.

    ``early``, ``middle`` and ``final`` are means of the last ten losses before 10%, 50% and 100% of the steps, ``area``
    the mean of all, ``ratio`` the paper's recovery ratio, the largest loss over ``final``.  ``recovered`` counts the
    steps from half way until a loss is no larger than ``middle``, the number of steps that are left if it never is.
    """
    loss, steps = found.loss, found.loss.shape[1]
    half = steps // 2
    early, middle, final = (_before(loss, end) for end in (round(0.1 * steps), half, steps))
    back = loss[:, half:] <= middle[:, None]
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        told = {
            "first": loss[:, 0],
            "early": early,
            "middle": middle,
            "final": final,
            "area": loss.mean(axis=1),
            "largest": loss.max(axis=1),
            "ratio": loss.max(axis=1) / final,
            "train": found.train,
            "held_out": found.held_out,
            "recovered": np.where(back.any(axis=1), back.argmax(axis=1), steps - half),
            "peak_rate": found.rate.max(axis=1),
            "last_rate": found.rate[:, -1],
        }
        return {name: values.astype(np.float32) for name, values in told.items()}


def _before(loss: Array, end: int) -> Array:
    """Means of the last ten losses before a step."""
    return np.asarray(loss[:, max(0, end - LAST) : end].mean(axis=1))
