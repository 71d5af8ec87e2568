"""Kept runs, drawn at random and computed again: they must come out bit for bit where nothing that computes changed."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from numerics.robustness.engine import Cell, simulate
from numerics.robustness.perturbation import Perturbation
from numerics.robustness.sweep import outcomes
from numerics.sweeps import provenance
from verification.schedulers.kept import FOLDER, tables


@dataclass(frozen=True)
class Kept:
    """A row of a kept table."""

    study: str
    part: str
    row: dict[str, Any]


@dataclass(frozen=True)
class Again:
    """What became of the drawn runs: a line for each, and how many differ though nothing that computes did."""

    lines: tuple[str, ...]
    differ: int


def parts(study: str) -> list[str]:
    """The parts of a study that are kept."""
    return sorted(path.name for path in (FOLDER / study).iterdir())


def drawn(study: str, count: int, chance: random.Random | None = None) -> list[Kept]:
    """That many rows, each from a part drawn first."""
    chance = chance or random.Random()
    found = []
    for _ in range(count):
        part = chance.choice(parts(study))
        table = tables(study, part)["runs"]
        found.append(Kept(study, part, table.slice(chance.randrange(table.num_rows), 1).to_pylist()[0]))
    return found


def computed(kept: Kept) -> dict[str, np.float32]:
    """The outcomes of the run, now."""
    row = kept.row
    noise = Perturbation(row["kind"], row["strength"], row["relative"])
    cell = Cell(row["schedule"], row["initial_rate"], noise, row["seed"])
    found = outcomes(simulate(row["problem"], row["optimizer"], [cell], row["steps"]))
    return {name: values[0] for name, values in found.items()}


def changed(kept: Kept) -> list[str]:
    """In what this machine differs from the one that computed the part: packages that compute, and the processor."""
    told = json.loads((FOLDER / kept.study / kept.part / "manifest.json").read_text(encoding="utf-8"))["sessions"][-1]
    now = provenance.versions()
    packages = [name for name in ("python", "numpy", "torch") if told["versions"][name] != now[name]]
    return packages + ([] if provenance.cpu() in told["processors"] else ["processor"])


def compare(found: Sequence[Kept]) -> Again:
    """Each run beside the kept one."""
    lines, differ = [], 0
    for kept in found:
        off = list(_different(kept, computed(kept)))
        other = changed(kept)
        row = kept.row
        name = f"{kept.part}: {row['problem']}, {row['optimizer']}, {row['schedule']}, seed {row['seed']}"
        if not off:
            lines.append(f"{name}: the same bits")
        else:
            lines.append(f"{name}: {off[0]}" + (f" (other {', '.join(other)} than the kept run's)" if other else ""))
            differ += not other
    return Again((*lines, f"{len(found)} runs again, {differ} differ without a reason"), differ)


def _different(kept: Kept, now: dict[str, np.float32]) -> Iterator[str]:
    for name, value in now.items():
        if np.float32(kept.row[name]).tobytes() != value.tobytes():
            yield f"{name} is {value!r} now, {kept.row[name]!r} there"
