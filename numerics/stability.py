"""A map of stability: the share of initial rates from which GreedyLR settles, over its options and the problem's.

The problems are quadratics with eigenvalues from 1/condition to 1, so that rates are in units of 1/L; condition 1 is
x^2/2.  The initial rates are 2 F^(2 + u) with u uniform on [0, 1): every phase is as likely as any other, and the rule
has to climb to 2/L.  Full batches where there is no noise, else batches of half the samples, drawn with replacement.

Without noise a run is *unstable* unless its gap still falls, by a tenth over the second half of the steps, or has
vanished: else it grew, or is stuck.  With noise no run comes to rest, and each has samples of its
own: it is unstable if its gap overflows or ends above its start.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from greedylr.checks import check_choice, check_count, check_number
from greedylr.rule import Rule
from numerics.engine import simulate
from numerics.problems.finite_sum import FiniteSum
from numerics.problems.spectrum import prescribed_spectrum
from numerics.schedules import Greedy
from numerics.sweeps.manifest import JSON
from numerics.sweeps.sweep import Sweep
from numerics.sweeps.tables import Tables
from numerics.sweeps.task import Task

DIMENSIONS = 7  # of the problems with a condition above 1
SETTLED, VANISHED = 0.9, 1e-100


@dataclass(frozen=True, kw_only=True)
class StabilityMap:
    """What is mapped: every combination of the tuples, from ``phases`` initial rates each."""

    factors: tuple[float, ...] = (0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7, 0.8, 0.9, 0.95)
    comparison: tuple[str, ...] = ("previous", "best")
    order: tuple[str, ...] = ("same", "next")
    patience: tuple[int, ...] = (0, 1, 10)
    max_lr: tuple[float | None, ...] = (None,)  # in units of 1/L
    condition: tuple[float, ...] = (1.0, 10.0, 100.0)
    noise: tuple[float, ...] = (0.0, 1.0)
    min_lr: float = 0.0  # in units of 1/L
    phases: int = 100
    steps: int = 3000
    seed: int = 20251214

    def __post_init__(self) -> None:
        """Refuse what cannot be run, naming the option."""
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, tuple) and (not value or len(set(value)) < len(value)):
                raise ValueError(f"{field.name} must name at least one value, and each once, got {value!r}.")
        for name, least in (("phases", 1), ("steps", 2), ("seed", 0)):
            check_count(name, getattr(self, name), least)
        for name in self.comparison:
            check_choice("comparison", name, ("previous", "best"))
        for condition in self.condition:
            check_number("condition", condition)
            if not 1 <= condition < math.inf:
                raise ValueError(f"condition must be at least 1, got {condition!r}: it is L over mu.")
        for noise in self.noise:
            check_number("noise", noise)
            if not 0 <= noise < math.inf:
                raise ValueError(f"noise must be at least 0, got {noise!r}: it is the size of every target.")
        for comparison, order in product(self.comparison, self.order):
            self.schedules(comparison, order, (0.0,))

    def arms(self) -> list[tuple[float, int, float | None]]:
        """Factor, patience and cap of every row of the map."""
        return list(product(self.factors, self.patience, self.max_lr))

    def schedules(self, comparison: Any, order: Any, places: Sequence[float]) -> list[Greedy]:
        """Those of one comparison and order: from every place u in [0, 1), for every row of the map."""
        schedules = []
        for factor, patience, cap in self.arms():
            most = math.inf if cap is None else cap
            rule = Rule(
                factor=factor, comparison=comparison, order=order, patience=patience, min_lr=self.min_lr, max_lr=most
            )
            schedules += [Greedy(rule, max(min(2 * factor ** (2 + u), most), self.min_lr)) for u in places]
        return schedules

    def capped(self) -> StabilityMap:
        """The same over caps from 2/L to 8/L, for full batches and patience 0, from fewer phases."""
        caps = tuple(2 + k / 4 for k in range(25))
        factors = tuple(round(0.05 * k, 2) for k in range(2, 20))
        return replace(self, factors=factors, max_lr=caps, patience=(0,), noise=(0.0,), phases=min(self.phases, 10))

    def plain(self) -> dict[str, JSON]:
        """The configuration as JSON."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    def sweep(self) -> Sweep:
        """The tasks: one for each problem, comparison and order."""
        names = ("condition", "noise", "comparison", "order")
        tasks = []
        for k, values in enumerate(product(*(getattr(self, name) for name in names))):
            tasks.append(Task(f"map.{k:04d}", dict(zip(names, values, strict=True)) | {"configuration": self.plain()}))
        return Sweep(self.plain(), tasks, work)


def from_plain(configuration: Mapping[str, Any]) -> StabilityMap:
    """The configuration that ``StabilityMap.plain`` wrote."""
    frozen: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in configuration.items()}
    return StabilityMap(**frozen)


def problem(condition: float, noise: float, seed: int) -> FiniteSum:
    """The quadratic: x^2/2, or seven eigenvalues evenly spaced on a logarithmic scale."""
    eigenvalues = [1.0] if condition == 1 else np.geomspace(1 / condition, 1.0, DIMENSIONS).tolist()
    samples = 2 if condition == 1 else DIMENSIONS + 1
    return prescribed_spectrum(eigenvalues, samples=samples, noise=noise, seed=seed)


def work(arguments: Mapping[str, Any]) -> Tables:
    """How many initial rates did what, for one problem, comparison and order; one row for every arm."""
    options = from_plain(arguments["configuration"])
    condition, noise, arms = arguments["condition"], arguments["noise"], options.arms()
    quadratic = problem(condition, noise, options.seed)
    places = np.random.default_rng(options.seed).uniform(size=options.phases).tolist()
    rows = len(arms)
    table: dict[str, Any] = {name: [arguments[name]] * rows for name in ("condition", "noise", "comparison", "order")}
    columns = zip(*arms, strict=True)
    table |= {name: list(c) for name, c in zip(("factor", "patience", "max_lr"), columns, strict=True)}
    count = np.zeros(rows, dtype=np.int64)
    for k, group in enumerate([(u,) for u in places] if noise else [tuple(places)]):  # noise: own samples for each
        schedules = options.schedules(arguments["comparison"], arguments["order"], group)
        count += _unstable(options, quadratic, schedules, noise, options.seed + k).reshape(rows, -1).sum(axis=1)
    return {"map": table | {"phases": [options.phases] * rows, "unstable": count}}


def _unstable(
    options: StabilityMap, quadratic: FiniteSum, schedules: Sequence[Greedy], noise: float, seed: int
) -> npt.NDArray[np.bool_]:
    """Which of the runs are unstable."""
    batch = None if noise == 0 else (len(quadratic.rows) + 1) // 2
    marks = [0, options.steps // 2, options.steps]
    runs = simulate(quadratic, schedules, steps=options.steps, seed=seed, batch=batch, marks=marks)
    first, half, last = runs.gap.T
    falls = np.isfinite(last) & ((last <= SETTLED * half) | (last <= VANISHED * first))
    return runs.diverged if noise else np.asarray(~falls)
