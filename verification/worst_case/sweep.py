"""Worst cases over ranges of options, as a resumable sweep: one task for every combination."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from fractions import Fraction
from itertools import product
from typing import Any, cast

from greedylr.checks import check_choice
from greedylr.rule import Rule
from numerics.sweeps.manifest import JSON
from numerics.sweeps.sweep import Sweep
from numerics.sweeps.tables import Tables
from numerics.sweeps.task import Task
from theory.worst_case.greedy import MEASURES, GreedyDescent, Measure
from theory.worst_case.kept import replay, spell
from verification.worst_case.kept import text
from verification.worst_case.search import LIMIT, TooLargeError, TooManyError, WorstCase, worst_case

LONGEST, MOST = 100, 100_000  # steps; cases of one sweep


@dataclass(frozen=True, slots=True)
class Case:
    """One configuration; rates in units of 1/L, ``max_lr`` None for no upper limit."""

    factor: Fraction
    comparison: str
    order: str
    patience: int
    gamma0: Fraction
    max_lr: Fraction | None
    steps: int
    measure: str

    def method(self) -> GreedyDescent:
        """Gradient descent under the rule, from gamma_0 or the cap, whichever is lower."""
        told: dict[str, Any] = {name: getattr(self, name) for name in ("factor", "comparison", "order", "patience")}
        rule = Rule(**told, max_lr=math.inf if self.max_lr is None else self.max_lr)
        rate = self.gamma0 if self.max_lr is None else min(self.gamma0, self.max_lr)
        return GreedyDescent(rule, rate, self.steps, cast(Measure, self.measure))

    def plain(self) -> dict[str, JSON]:
        """The case as JSON, its fractions as text."""
        return {f.name: _plain(getattr(self, f.name)) for f in fields(self)}

    @staticmethod
    def read(plain: Mapping[str, Any]) -> Case:
        """The case that ``plain`` wrote."""
        exactly = {name: Fraction(plain[name]) for name in ("factor", "gamma0")}
        cap = None if plain["max_lr"] is None else Fraction(plain["max_lr"])
        return Case(**{f.name: plain[f.name] for f in fields(Case)} | exactly | {"max_lr": cap})


@dataclass(frozen=True, kw_only=True)
class WorstCases:
    """What is asked for: every combination of the tuples; checked before anything runs."""

    factor: tuple[Fraction, ...] = (Fraction(1, 2),)
    comparison: tuple[str, ...] = ("previous",)
    order: tuple[str, ...] = ("same",)
    patience: tuple[int, ...] = (0,)
    gamma0: tuple[Fraction, ...] = (Fraction(1),)
    max_lr: tuple[Fraction | None, ...] = (None,)
    steps: tuple[int, ...] = (6,)
    measure: tuple[str, ...] = ("last",)
    certified: bool = True
    patterns: int = LIMIT

    def __post_init__(self) -> None:
        """Refuse what has no worst case, naming the option."""
        if self.patterns < 1:
            raise ValueError(f"patterns must be at least 1, got {self.patterns!r}: every run has one.")
        if max(self.steps, default=0) > LONGEST:
            raise ValueError(f"steps must be at most {LONGEST}, got {max(self.steps)!r}: the programs grow as T^6.")
        if math.prod(len(getattr(self, f.name)) for f in fields(Case)) > MOST:
            raise ValueError(f"more than {MOST} combinations were asked for: give fewer values.")
        for name in (f.name for f in fields(Case)):
            values = getattr(self, name)
            if not values or len(set(values)) < len(values):
                raise ValueError(f"{name} must name at least one value, and each once, got {values!r}.")
        for measure in self.measure:
            check_choice("a metric", measure, MEASURES)
        for case in self.cases():
            case.method()

    def cases(self) -> list[Case]:
        """The combinations."""
        return [Case(*values) for values in product(*(getattr(self, f.name) for f in fields(Case)))]

    def plain(self) -> dict[str, JSON]:
        """The configuration as JSON."""
        return {f.name: _plain(getattr(self, f.name)) for f in fields(self)}

    def name(self) -> str:
        """A name that other options do not share."""
        return hashlib.sha256(json.dumps(self.plain(), sort_keys=True).encode()).hexdigest()[:8]

    def sweep(self) -> Sweep:
        """The tasks, one for every case."""
        tasks = []
        for k, case in enumerate(self.cases()):
            told: dict[str, JSON] = {"case": case.plain(), "certified": self.certified, "patterns": self.patterns}
            tasks.append(Task(f"case.{k:05d}", told))
        return Sweep(self.plain(), tasks, work)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    return str(value) if isinstance(value, Fraction) else value


def work(arguments: Mapping[str, Any]) -> Tables:
    """One case: a row of results, and its certificates as text."""
    case = Case.read(arguments["case"])
    try:
        found = worst_case(case.method(), rests=True, certified=arguments["certified"], limit=arguments["patterns"])
    except (TooLargeError, TooManyError) as reason:
        found = WorstCase(math.nan, math.nan, "open", str(reason), None, None, (), 0, 0, {})
    if found.attained is not None and found.problem is not None:
        replay(case.method(), found.problem, found.attained)  # the rule itself, exactly; raises if it does otherwise
    return {"cases": {name: [value] for name, value in row(case, found).items()}}


def row(case: Case, found: WorstCase) -> dict[str, Any]:
    """The case and its worst case as columns; exact numbers once as floats, once as text."""
    columns: dict[str, Any] = dict(case.plain()) | {"factor_value": float(case.factor)}
    columns |= {
        "gamma0_value": float(case.gamma0),
        "max_lr_value": math.inf if case.max_lr is None else float(case.max_lr),
    }
    columns |= {"value": found.value, "gap": found.gap, "status": found.status, "why": found.why}
    for name in ("lower", "upper"):
        number = getattr(found, name)
        columns[name] = math.nan if number is None else float(number)
        columns[f"{name}_exact"] = "" if number is None else str(number)
    columns |= {"pattern": spell(found.pattern), "patterns": found.patterns, "solved": found.solved}
    columns |= {"statuses": json.dumps(dict(found.statuses), sort_keys=True), "certificates": text(found)}
    return columns
