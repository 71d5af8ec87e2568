"""The results that are kept, sweep by sweep, held against their manifests whenever they are read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from numerics.llm.outcome import Run, runs
from numerics.sweeps import manifest
from numerics.sweeps.sweep import finished, load

FOLDER, SPEED = Path(__file__).with_name("results"), "speed.json"


@dataclass(frozen=True, eq=False)
class Kept:
    """A sweep: what all its runs share, the runs, and how many there would have been had it not been cut short."""

    configuration: Mapping[str, Any]
    runs: tuple[Run, ...]
    planned: int | None = None

    @property
    def about(self) -> str:
        """Model, data and size in a few words."""
        setting, seeds = self.configuration["setting"], sorted({run.seed for run in self.runs})
        told = f"seeds {seeds[0]} to {seeds[-1]}" if len(seeds) > 1 else f"seed {seeds[0]}"
        cut = f", {len(self.runs)} of {self.planned} runs, then cut short" if self.planned else ""
        return f"{setting['model']} on {setting['data']}, {setting['steps']} steps, {told}{cut}"


@cache
def kept(name: str) -> Kept:
    """The sweep of that name in ``numerics.llm.study``; of one that was cut short, the runs that it had finished.

    Raises:
        SweepError: where a table is not what its manifest says, or a shard not what its digest says.
    """
    there = manifest.read(FOLDER / name)
    if there is None or there["complete"]:
        tables, planned = load(FOLDER / name), None
    else:
        tables, planned = finished(FOLDER / name), there["tasks"]["count"]
    configuration = there["configuration"] if there else {}
    return Kept(configuration, tuple(runs(tables, configuration["setting"]["rate"])), planned)


def machine(name: str) -> str:
    """The accelerator that the sweep of that name ran on, and how much of it the runs used."""
    speed = json.loads((FOLDER / name / SPEED).read_text(encoding="utf-8"))
    return (
        f"one {speed['device']} ({speed['tokens_per_second']:.0f} tokens/s, {speed['share_of_peak']:.0%} of its bf16"
        f" peak by data sheet, {speed['peak_bytes'] / 2**30:.1f} GiB)"
    )
