"""A copy of the checkout as a clean clone has it, in which the lines of a document are run as they are printed."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def copy(to):
    """Every file that git tracks, or would track, as it is now; ``.venv`` leads to the environment of this process."""
    listed = "git ls-files -z --cached --others --exclude-standard".split()
    names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file() and name != ".venv":
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)
    (to / ".venv").symlink_to(sys.prefix)
    return to


def recipe(target):
    """What ``make target`` runs once the environment is there."""
    made = re.search(rf"^{target}:.*\n\t@?(.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert made, f"the Makefile has no target {target!r}"
    return made.group(1).replace("$(BIN)", ".venv/bin")


def run(line, where, seconds=3600):
    """Exit status, output and errors of the line in a shell; ``make`` would install: what it runs takes its place."""
    line = re.sub(r"^make (\S+)$", lambda m: recipe(m.group(1)), line)
    environment = os.environ | {"PYTHONPATH": str(where), "NUMBA_CACHE_DIR": str(where / "build" / "compiled")}
    environment |= {"COLUMNS": "120", "OMP_NUM_THREADS": "1"}
    environment.pop("PYTEST_CURRENT_TEST", None)
    done = subprocess.run(
        ["bash", "-c", line], cwd=where, env=environment, capture_output=True, text=True, timeout=seconds, check=False
    )
    return done.returncode, done.stdout, done.stderr
