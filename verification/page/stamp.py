"""What made a page: versions and commit, and no clock."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Mapping
from pathlib import Path

from numerics.sweeps.provenance import ask_git

PACKAGES = ("greedylr", "sympy", "python-flint", "numpy", "numba", "scipy", "Jinja2", "latex2mathml")
UNKNOWN = "unknown"


def stamp(rocq: str) -> Mapping[str, str]:
    """Every version that a status may depend on, and the commit."""
    versions = {"commit": commit(), "Python": platform.python_version(), "Rocq": rocq or "not run"}
    return versions | {name: _version(name) for name in PACKAGES}


def commit(file: Path = Path(__file__)) -> str:
    """The commit of the checkout that tracks the file, ``-dirty`` if tracked files differ; else ``unknown``."""
    if ask_git(file, "ls-files", "--error-unmatch", file.name) is None:
        return UNKNOWN
    return ask_git(file, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*") or UNKNOWN


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return UNKNOWN
