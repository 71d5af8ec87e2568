"""The F-sweep: GreedyLR with several factors, and baselines, on problems whose constants are known.

All learning rates are in units of 1/L_max of the problem, since that is the unit in which they mean the same on every
problem.  Runs of one seed see the same samples whatever the schedule, so that they can be compared in pairs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from functools import cache
from itertools import product
from types import MappingProxyType
from typing import Any

import numpy as np

from greedylr.checks import check_choice, check_count
from greedylr.rule import Rule
from numerics.engine import Runs, simulate
from numerics.problems.catalogue import build
from numerics.problems.finite_sum import FiniteSum
from numerics.schedules import AdaGradNorm, Armijo, Constant, Cosine, Greedy, Inverse, InverseRoot, Polyak, Schedule
from numerics.sweeps.manifest import JSON
from numerics.sweeps.sweep import Sweep
from numerics.sweeps.tables import Tables
from numerics.sweeps.task import Task

PROBLEMS = (("least-squares", "generated"), ("logistic", "breast-cancer"), ("ridge", "diabetes"))
BASELINES: Mapping[str, Callable[[float], Schedule]] = MappingProxyType(
    {
        "constant": Constant,
        "cosine": Cosine,
        "inverse-root": InverseRoot,
        "inverse": Inverse,
        "adagrad-norm": AdaGradNorm,
        "polyak": Polyak,
        "armijo": Armijo,
    }
)
SEEDS_A_TASK = 10


@dataclass(frozen=True, slots=True)
class Arm:
    """One schedule of the sweep; rates in units of 1/L_max, ``max_lr`` None for no upper limit."""

    schedule: str  # "greedy" or a baseline's name
    rate: float
    factor: float | None = None
    comparison: str | None = None
    order: str | None = None
    patience: int | None = None
    max_lr: float | None = None

    def build(self, options: FactorSweep, unit: float) -> Schedule:
        """The schedule on a problem with 1/L_max = ``unit``."""
        if self.schedule != "greedy":
            baseline: Schedule = BASELINES[self.schedule](self.rate * unit)
            return baseline
        most = math.inf if self.max_lr is None else self.max_lr * unit
        told: dict[str, Any] = {name: getattr(self, name) for name in ("factor", "comparison", "order", "patience")}
        rule = Rule(**told, window=options.window, min_lr=options.min_lr * unit, max_lr=most)
        return Greedy(rule, min(self.rate * unit, most))


@dataclass(frozen=True, kw_only=True)
class FactorSweep:
    """What is swept: every combination of the tuples, for every seed; checked before anything runs."""

    problems: tuple[tuple[str, str], ...] = PROBLEMS
    factors: tuple[float, ...] = (0.25, 0.5, 0.75, 0.99)
    comparison: tuple[str, ...] = ("previous",)
    order: tuple[str, ...] = ("next",)
    patience: tuple[int, ...] = (0,)
    rate: tuple[float, ...] = (0.1,)
    max_lr: tuple[float | None, ...] = (None, 1.0)
    min_lr: float = 0.005
    window: int = 1
    baselines: tuple[str, ...] = ("constant", "cosine")
    steps: int = 2000
    batch: int = 1
    seeds: int = 50
    seed: int = 20251214
    marks: int = 40

    def __post_init__(self) -> None:
        """Refuse what cannot be run, naming the option."""
        for field in fields(self):
            if isinstance(value := getattr(self, field.name), tuple) and field.name != "baselines" and not value:
                raise ValueError(f"{field.name} must name at least one value, got none: there is nothing to run.")
        for name, least in (("steps", 1), ("batch", 1), ("seeds", 1), ("seed", 0), ("marks", 2)):
            check_count(name, getattr(self, name), least)
        for name in self.baselines:
            check_choice("a baseline", name, tuple(BASELINES))
        for arm in self.arms():
            arm.build(self, 1.0)
        if len(set(self.arms())) < len(self.arms()) or len(set(self.problems)) < len(self.problems):
            raise ValueError("every value must be given once, got one of them twice: it would be counted twice.")

    def arms(self) -> list[Arm]:
        """The schedules, baselines last."""
        greedy = product(self.comparison, self.order, self.patience, self.rate, self.max_lr, self.factors)
        return [Arm("greedy", rate, factor, c, o, p, most) for c, o, p, rate, most, factor in greedy] + [
            Arm(name, rate) for name in self.baselines for rate in self.rate
        ]

    def looked_at(self) -> list[int]:
        """The steps at which runs are looked at, evenly spaced, first and last included."""
        return [int(t) for t in np.unique(np.linspace(0, self.steps, self.marks).round())]

    def plain(self) -> dict[str, JSON]:
        """The configuration as JSON."""
        return {name: _plain(value) for name, value in asdict(self).items()}

    def sweep(self) -> Sweep:
        """The tasks: a few seeds of one problem each."""
        tasks = []
        for problem, data in self.problems:
            for first in range(0, self.seeds, SEEDS_A_TASK):
                count = min(SEEDS_A_TASK, self.seeds - first)
                arguments: dict[str, JSON] = {"problem": problem, "data": data, "first": first, "count": count}
                tasks.append(Task(f"{problem}.{data}.{first:06d}", arguments | {"configuration": self.plain()}))
        return Sweep(self.plain(), tasks, work)


def _plain(value: Any) -> Any:
    return [_plain(v) for v in value] if isinstance(value, tuple | list) else value


def from_plain(configuration: Mapping[str, Any]) -> FactorSweep:
    """The configuration that ``FactorSweep.plain`` wrote."""
    frozen: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in configuration.items()}
    frozen["problems"] = tuple(tuple(pair) for pair in configuration["problems"])
    return FactorSweep(**frozen)


@cache
def problem_named(problem: str, data: str) -> FiniteSum:
    """The problem of the catalogue, built once in a process."""
    return build(problem, data)


def work(arguments: Mapping[str, Any]) -> Tables:
    """The runs and curves of a few seeds on one problem."""
    options = from_plain(arguments["configuration"])
    name, data, first = arguments["problem"], arguments["data"], arguments["first"]
    problem = problem_named(name, data)
    unit = 1 / problem.constants.L_max.high
    schedules = [arm.build(options, unit) for arm in options.arms()]
    seeds = [options.seed + first + k for k in range(arguments["count"])]
    found = [
        simulate(problem, schedules, steps=options.steps, seed=seed, batch=options.batch, marks=options.looked_at())
        for seed in seeds
    ]
    tables = {"runs": _runs(name, data, options.arms(), seeds, found, unit)}
    tables |= {"curves": _curves(name, data, len(schedules), seeds, found, unit)}
    return tables | ({"problems": _facts(name, data, problem)} if first == 0 else {})


def _runs(
    name: str, data: str, arms: Sequence[Arm], seeds: Sequence[int], found: Sequence[Runs], unit: float
) -> dict[str, Any]:
    """One row for every run: who ran, and what became of it."""
    rows, runs = len(arms) * len(seeds), range(len(arms))
    columns: dict[str, Any] = {"problem": [name] * rows, "data": [data] * rows, "arm": [*runs] * len(seeds)}
    columns |= {field.name: [getattr(arm, field.name) for arm in arms] * len(seeds) for field in fields(Arm)}
    columns["seed"] = np.repeat(seeds, len(arms))
    columns |= {
        "start_gap": np.concatenate([r.gap[:, 0] for r in found]),
        "gap": np.concatenate([r.gap[:, -1] for r in found]),
        "average_gap": np.concatenate([r.average_gap[:, -1] for r in found]),
        "last_rate": np.concatenate([r.rate[:, -1] for r in found]) / unit,
        "peak_rate": np.concatenate([r.peak_rate for r in found]) / unit,
        "stopped": np.concatenate([r.stopped for r in found]),
        "diverged": np.concatenate([r.diverged for r in found]),
    }
    return columns


def _curves(
    name: str, data: str, arms: int, seeds: Sequence[int], found: Sequence[Runs], unit: float
) -> dict[str, Any]:
    """One row for every mark of every run."""
    marks = found[0].marks
    each, rows = arms * len(marks), arms * len(marks) * len(seeds)
    return {
        "problem": [name] * rows,
        "data": [data] * rows,
        "arm": np.tile(np.repeat(np.arange(arms), len(marks)), len(seeds)),
        "seed": np.repeat(seeds, each),
        "step": np.tile(marks, arms * len(seeds)),
        "gap": np.concatenate([r.gap.ravel() for r in found]),
        "rate": np.concatenate([r.rate.ravel() for r in found]) / unit,
    }


def _facts(name: str, data: str, problem: FiniteSum) -> dict[str, Any]:
    """What is known of the problem: certified lower and upper ends."""
    c, o = problem.constants, problem.optimum
    n, d = problem.rows.shape
    enclosed = {"L_max": c.L_max, "L": c.L, "mu": c.mu, "minimum": o.value, "sigma2": o.sigma2}
    ends = {f"{key}_{end}": [getattr(value, end)] for key, value in enclosed.items() for end in ("low", "high")}
    return {"problem": [name], "data": [data], "n": [n], "d": [d], "ridge": [problem.ridge], **ends}
