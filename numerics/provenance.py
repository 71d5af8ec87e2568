"""Where results come from: the code, the packages, the commit, the machine.

The code of a package is told by a SHA-256 over its source files, in a checkout as in a wheel: unlike a commit it sees
what was not committed, and does not change with what was only written about.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import platform
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import joblib

PACKAGES = ("greedylr", "llvmlite", "numba", "numpy", "pyarrow", "scikit-learn", "scipy", "torch", "transformers")
SOURCES = ("greedylr", "numerics")
HERE = Path(__file__).with_name("__init__.py")


def versions() -> dict[str, str | None]:
    """The versions of Python and of what computes, stores and compiles here; None for what is not installed."""
    return {"python": platform.python_version()} | {name: _version(name) for name in PACKAGES}


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def environment(*modules: str) -> dict[str, Any]:
    """All that may change a result besides the configuration: versions, and the code around ``modules``."""
    tops = {module.split(".")[0] for module in modules}
    return {"versions": versions(), "code": code(*sorted(tops.union(SOURCES)))}


@cache  # a process goes on with the code that it began with
def code(*packages: str) -> Mapping[str, str]:
    """The SHA-256 of the source files of each of ``packages`` that is found here."""
    found = {package: list(_sources(package)) for package in packages}
    return {package: _digest(files) for package, files in found.items() if files}


def _sources(package: str) -> Iterator[tuple[str, Path]]:
    """Every source file of ``package``, with its name from the package on; of a namespace none."""
    spec = importlib.util.find_spec(package) if package != "__main__" else None
    if spec is None or spec.origin is None:
        return
    origin = Path(spec.origin)
    if spec.submodule_search_locations is None:
        yield origin.name, origin
        return
    for path in sorted(origin.parent.rglob("*.py")):
        yield path.relative_to(origin.parent).as_posix(), path


def _digest(files: Iterable[tuple[str, Path]]) -> str:
    whole = hashlib.sha256()
    for name, path in files:
        whole.update(f"{name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return whole.hexdigest()


def git(file: Path = HERE) -> dict[str, str | bool | None]:
    """The commit of the checkout that ``file`` belongs to, and whether anything differs from it; None outside one."""
    tracked = _git(file, "ls-files", "--error-unmatch", file.name)
    commit = _git(file, "rev-parse", "HEAD") if tracked else None
    status = _git(file, "status", "--porcelain") if commit else None
    return {"commit": commit, "dirty": None if status is None else status != ""}


def _git(file: Path, *command: str) -> str | None:
    """What git prints about the directory of ``file``; None where git is missing or fails."""
    call = ["git", "-C", str(file.parent), *command]
    try:
        done = subprocess.run(call, capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def machine() -> dict[str, str | int | None]:
    """The machine that this process runs on."""
    return {
        "host": platform.node(),
        "cpu": cpu(),
        "cores": joblib.cpu_count(),
        "memory": _memory(),
        "platform": platform.platform(),
    }


def cpu() -> str:
    """The model of the processor: machine code may be chosen by it, and with it the last bit of a result."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.processor() or platform.machine())


def _memory() -> int | None:
    """Bytes of memory."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError):
        return None
