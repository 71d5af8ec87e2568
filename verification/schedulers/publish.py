"""Run both studies again and keep their results: ``python -m verification.schedulers.publish [robustness] [study]``.

An hour on two cores; what was interrupted goes on.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pyarrow as pa

from numerics.robustness import parts
from numerics.robustness.sweep import StudySweep
from numerics.sweeps.store import SweepError
from numerics.sweeps.sweep import load, run

FOLDER = Path(__file__).with_name("results")
WORK = Path("greedylr-results") / "schedulers"
STUDIES: Mapping[str, Callable[[parts.Run], None]] = {"robustness": parts.robustness, "study": parts.study}


def publish(study: str, work: Path = WORK) -> None:
    """Run the study of that name in ``work``, and copy its tables with their manifests to where they are kept."""

    def part(name: str, asked: StudySweep) -> pa.Table:
        def say(done: int, of: int) -> None:
            sys.stderr.write(f"{study} {name}: {done} of {of} tasks\n")

        out = run(asked.sweep(), work / study / name, progress=say).out
        kept = FOLDER / study / name
        shutil.rmtree(kept, ignore_errors=True)
        kept.mkdir(parents=True)
        for path in (*out.glob("*.parquet"), out / "manifest.json"):
            shutil.copy(path, kept)
        return load(out)["runs"]

    STUDIES[study](part)


def main(names: list[str]) -> int:
    """Publish the studies of these names, or both; the exit status is 2 for a name that is none."""
    unknown = [name for name in names if name not in STUDIES]
    if unknown:
        sys.stderr.write(f"no study is called {unknown[0]!r}: {', '.join(STUDIES)}.\n")
        return 2
    try:
        for name in names or STUDIES:
            publish(name)
    except SweepError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
