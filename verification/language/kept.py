"""The results that are kept, sweep by sweep, held against their manifests whenever they are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from numerics.llm.outcome import Run, runs
from numerics.sweeps import manifest
from numerics.sweeps.sweep import load

FOLDER, SPEED = Path(__file__).with_name("results"), "speed.json"


@dataclass(frozen=True, eq=False)
class Kept:
    """A sweep: what all its runs share, and the runs."""

    configuration: Mapping[str, Any]
    runs: tuple[Run, ...]

    @property
    def about(self) -> str:
        """Model, data and size in a few words."""
        setting, seeds = self.configuration["setting"], sorted({run.seed for run in self.runs})
        return (
            f"{setting['model']} on {setting['data']}, {setting['steps']} steps, seeds {seeds[0]} to {seeds[-1]}"
            if len(seeds) > 1
            else f"{setting['model']} on {setting['data']}, {setting['steps']} steps, seed {seeds[0]}"
        )


@cache
def kept(name: str) -> Kept:
    """The sweep of that name in ``numerics.llm.study``.

    Raises:
        SweepError: where a table is not what its manifest says.
    """
    there = manifest.read(FOLDER / name)
    tables = load(FOLDER / name)
    configuration = there["configuration"] if there else {}
    return Kept(configuration, tuple(runs(tables, configuration["setting"]["rate"])))
