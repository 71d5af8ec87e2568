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
from numerics.sweeps.store import SweepError
from numerics.sweeps.sweep import load, run

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


def main(names: list[str]) -> int:
    """Publish the studies of these names, or all; the exit status is 2 for a name that is none."""
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
