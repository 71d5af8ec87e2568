"""Run the studies again and keep their results: ``python -m verification.schedulers.publish [NAME ...]``.

An hour on two cores; what was interrupted goes on.  Without names, all: robustness, study, blind.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pyarrow as pa

from numerics.robustness import parts
from numerics.sweeps.sweep import load, run
from verification.sweeping import kept_again

FOLDER = Path(__file__).with_name("results")
WORK = Path("greedylr-results") / "schedulers"
STUDIES: Mapping[str, Callable[[parts.Run], None]] = {
    "robustness": parts.robustness,
    "study": parts.study,
    "blind": parts.blind,
}


def publish(study: str, work: Path = WORK) -> None:
    """Run the study of that name in ``work``, and copy its tables with their manifests to where they are kept."""
    outs: dict[str, Path] = {}

    def part(name: str, asked: parts.Part) -> pa.Table:
        def say(done: int, of: int) -> None:
            sys.stderr.write(f"{study} {name}: {done} of {of} tasks\n")

        outs[name] = run(asked.sweep(), work / study / name, progress=say).out
        return load(outs[name])["runs"]

    STUDIES[study](part)
    shutil.rmtree(FOLDER / study, ignore_errors=True)
    for name, out in outs.items():  # at the end: until then the checkout is that of the commit
        kept = FOLDER / study / name
        kept.mkdir(parents=True)
        for path in (*out.glob("*.parquet"), out / "manifest.json"):
            shutil.copy(path, kept)


if __name__ == "__main__":
    sys.exit(kept_again("study", sys.argv[1:], STUDIES, publish))
