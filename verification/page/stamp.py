"""What made a page: versions and commit, and no clock."""

from __future__ import annotations

import importlib.metadata
import platform
import subprocess
from collections.abc import Mapping
from pathlib import Path

PACKAGES = ("greedylr", "sympy", "python-flint", "numpy", "numba", "scipy", "Jinja2", "latex2mathml")
UNKNOWN = "unknown"


def stamp(rocq: str) -> Mapping[str, str]:
    """Every version that a status may depend on, and the commit."""
    versions = {"commit": commit(), "Python": platform.python_version(), "Rocq": rocq or "not run"}
    return versions | {name: _version(name) for name in PACKAGES}


def commit(file: Path = Path(__file__)) -> str:
    """The commit of the checkout that tracks the file, ``-dirty`` if tracked files differ; else ``unknown``."""
    if _git(file, "ls-files", "--error-unmatch", file.name) is None:
        return UNKNOWN
    return _git(file, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*") or UNKNOWN


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return UNKNOWN


def _git(file: Path, *command: str) -> str | None:
    """What git prints in the folder of the file; None where git is missing or fails."""
    call = ["git", "-C", str(file.parent), *command]
    try:
        done = subprocess.run(call, capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
