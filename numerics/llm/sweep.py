"""A sweep over language models: every arm with every seed, on the layer that all sweeps of this project use.

Runs of one seed see the same batches, begin with the same adapters and drop the same activations, whatever the
schedule, so that they can be compared in pairs.  The folder of a sweep holds ``results`` (tables and manifest),
``runs`` (losses as they come, checkpoints) and ``base`` (the model that runs begin with, where it is trained first).
"""

from __future__ import annotations

import json
import math
import shutil
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import product
from pathlib import Path
from typing import Any

from transformers.trainer_utils import PREFIX_CHECKPOINT_DIR

from greedylr.checks import check_choice, check_count
from numerics.llm import base
from numerics.llm.arms import BASELINES, Arm
from numerics.llm.run import STEPS, read, state, train
from numerics.llm.setting import Setting
from numerics.sweeps import store
from numerics.sweeps.manifest import JSON
from numerics.sweeps.sweep import Sweep
from numerics.sweeps.tables import Tables
from numerics.sweeps.task import Task

RESULTS, RUNS, BASE = "results", "runs", "base"
TOLD = "arguments.json"  # in the folder of a run
ONE_AT_A_TIME = threading.Lock()  # in a process, whose random numbers its threads share
BLOCK = 10  # losses of a block of the comparison "test"


@dataclass(frozen=True, kw_only=True)
class LanguageSweep:
    """What is swept: every combination of the tuples, then the baselines, each with every seed.

    The comparison "test" takes blocks of ten losses and patience 0 instead of ``window`` and ``patience``.
    """

    setting: Setting
    factors: tuple[float, ...] = (0.25, 0.5, 0.75, 0.99)
    comparison: tuple[str, ...] = ("best",)
    patience: tuple[int, ...] = (10,)
    window: tuple[int, ...] = (50,)
    warmup: tuple[int, ...] = (0,)
    cap: tuple[float | None, ...] = (None, 10.0)
    rates: tuple[float, ...] = (1.0,)
    baselines: tuple[tuple[str, float], ...] = (("cosine", 1.0), ("constant", 1.0))
    seeds: int = 1
    seed: int = 42

    def __post_init__(self) -> None:
        """Refuse what cannot be run, naming the option."""
        check_count("seeds", self.seeds, 1, "runs of every arm")
        check_count("seed", self.seed, 0, "from the first of all seeds")
        if self.seed + self.seeds > 2**32:
            raise ValueError(f"seed must be at most {2**32 - self.seeds}, got {self.seed!r}: seeds have 32 bits.")
        for name, _ in self.baselines:
            check_choice("baselines", name, tuple(BASELINES))
        arms = self.arms()
        if not arms:
            raise ValueError("factors and baselines must name at least one arm, got none: there is nothing to run.")
        if len(set(arms)) < len(arms):
            raise ValueError("every arm must be given once, got one of them twice: it would be counted twice.")

    def arms(self) -> list[Arm]:
        """The schedules, baselines last."""
        greedy = []
        for comparison, rate, cap, warmup in product(self.comparison, self.rates, self.cap, self.warmup):
            tests = comparison == "test"
            kinds = [(0, BLOCK)] if tests else list(product(self.patience, self.window))
            greedy += [
                Arm("greedy", rate, F, comparison, p, w, cap, warmup) for (p, w), F in product(kinds, self.factors)
            ]
        return greedy + [Arm(name, multiple * rate) for name, multiple in self.baselines for rate in self.rates]

    def plain(self) -> dict[str, JSON]:
        """The configuration as JSON; a warm-up of the rule is told where there is one, since once there was none."""
        told: dict[str, Any] = {f.name: getattr(self, f.name) for f in fields(self)}
        if self.warmup == (0,):
            del told["warmup"]
        return told | {"setting": self.setting.plain(), "baselines": [list(pair) for pair in self.baselines]}

    def sweep(self, folder: Path, begins_with: str | None, processes: int = 1, *, tensorboard: bool = False) -> Sweep:
        """The tasks, one a run, kept up in ``folder``; ``begins_with`` is the digest of the model in it."""
        shared: dict[str, JSON] = {"setting": self.setting.plain(), "base": begins_with, "processes": processes}
        tasks = [
            Task(f"{k:03d}-{seed}", shared | {"arm": k, "seed": seed, "schedule": arm.plain()})
            for seed in range(self.seed, self.seed + self.seeds)
            for k, arm in enumerate(self.arms())
        ]
        return Sweep(self.plain() | shared, tasks, Training(str(folder), tensorboard))


@dataclass(frozen=True)
class Training:
    """The work of a sweep: one run in its folder under ``folder``, or the end of one that was killed."""

    folder: str
    tensorboard: bool = False

    def __call__(self, arguments: Mapping[str, Any]) -> Tables:
        """The tables of the run."""
        setting, arm = Setting(**arguments["setting"]), Arm(**arguments["schedule"])
        number, seed, here = arguments["arm"], arguments["seed"], Path(self.folder)
        run = here / RUNS / f"{number:03d}-{seed}"
        with ONE_AT_A_TIME:
            with state().main_process_first():
                _claim(run, arguments)
            train(setting, arm, seed, run, base.maker(setting, here / BASE), tensorboard=self.tensorboard)
        return tables(setting, arm, number, seed, read(run / STEPS))


def _claim(run: Path, arguments: Mapping[str, Any]) -> None:
    """Have the folder of a run to itself: what another run left there, of other arguments, is deleted."""
    told = json.dumps(dict(arguments), sort_keys=True).encode()
    if store.read(run / TOLD) != told:
        shutil.rmtree(run, ignore_errors=True)
        store.write(store.directory(run) / TOLD, told)


def forget(folder: Path) -> None:
    """Delete what sweeps in ``folder`` wrote beside their results, and nothing else that may lie there."""
    for told in (folder / RUNS).glob(f"*/{TOLD}"):
        shutil.rmtree(told.parent)
    base.forget(folder / BASE)


def tidy(folder: Path) -> None:
    """Delete the checkpoints of the runs of a finished sweep."""
    for told in (folder / RUNS).glob(f"*/{TOLD}"):
        for checkpoint in told.parent.glob(f"{PREFIX_CHECKPOINT_DIR}-*"):
            shutil.rmtree(checkpoint)


def tables(setting: Setting, arm: Arm, number: int, seed: int, lines: Sequence[Mapping[str, Any]]) -> Tables:
    """A row for the run, with its held-out losses at the marks (NaN behind its end), and one for every step."""
    steps = [line for line in lines if "loss" in line]
    held = {line["step"]: line["held_out"] for line in lines if "held_out" in line}
    row: dict[str, Any] = {"arm": number} | asdict(arm) | {"seed": seed, "steps": len(steps), "start": held[0]}
    for share, mark in zip((10, 50, 100), setting.marks, strict=True):
        row[f"held_out_{share}"] = held.get(mark, math.nan)
    columns = {name: [float(line[name]) for line in steps] for name in ("loss", "rate", "norm")}
    many = {"arm": [number] * len(steps), "seed": [seed] * len(steps), "step": [line["step"] for line in steps]}
    return {"runs": {name: [value] for name, value in row.items()}, "steps": many | columns}
