"""Run the study again and keep its results: ``python -m verification.language.publish [NAME ...]``.

Three hours on two cores, and four minutes of a large accelerator for the one that needs it; a run that was interrupted
goes on.  Without names, all sweeps of the study.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

from numerics.llm import base
from numerics.llm.launched import accelerated
from numerics.llm.study import STUDY
from numerics.llm.sweep import BASE, RESULTS
from numerics.sweeps.backends import Backend
from numerics.sweeps.sweep import run
from verification.fsweep_llm_report import speed
from verification.language.kept import FOLDER, SPEED
from verification.sweeping import kept_again

WORK = Path("greedylr-results") / "language-study"


def publish(name: str, work: Path = WORK) -> None:
    """Run the sweep of that name in ``work``, and copy its tables with their manifest to where they are kept."""
    options, here = STUDY[name], work / name
    begins_with = base.prepare(options.setting, here / BASE)
    backend = Backend("sequential" if accelerated() else "processes")
    sweep = options.sweep(here, begins_with)
    result = run(sweep, here / RESULTS, backend=backend, progress=lambda done, of: _say(name, done, of))
    kept = FOLDER / name
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    for path in (*result.out.glob("*.parquet"), result.out / "manifest.json"):
        shutil.copy(path, kept)
    if accelerated():
        (kept / SPEED).write_text(json.dumps(speed(options, here), indent=1) + "\n", encoding="utf-8")


def _say(name: str, done: int, of: int) -> None:
    sys.stderr.write(f"{name}: {done} of {of} runs\n")


if __name__ == "__main__":
    sys.exit(kept_again("sweep of the study", sys.argv[1:], STUDY, publish))
