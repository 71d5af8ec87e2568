"""Where results come from: the code, the packages, the commit, the machine.

The code of a function is told by a SHA-256 of the file that it stands in and of every file of this project that is
imported from there, in a checkout as in a wheel.  Unlike a commit it sees what was not committed, and it does not see
what cannot matter.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.metadata
import importlib.util
import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import joblib

PACKAGES = (
    "accelerate", "greedylr", "llvmlite", "numba", "numpy", "peft", "pyarrow", "scikit-learn", "scipy", "torch",
    "transformers",
)  # fmt: skip
SOURCES = ("greedylr", "numerics")
HERE = Path(__file__).with_name("__init__.py")


def environment(module: str) -> dict[str, Any]:
    """All that may change what a function of ``module`` returns, besides its arguments: versions, and its code."""
    return {"versions": versions(), "code": code(module)}


def versions() -> dict[str, str | None]:
    """The versions of Python and of what computes, compiles and stores here; None for what is not installed."""
    return {"python": platform.python_version()} | {name: _version(name) for name in PACKAGES}


@cache
def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def code(module: str) -> dict[str, str]:
    """The SHA-256 of the source of ``module`` and of every module that it imports, directly or not, from SOURCES.

    What imports itself under a computed name is not seen.
    """
    tops, found, todo = {_top(module), *SOURCES}, dict[str, str](), [module]
    while todo:
        name = todo.pop()
        source = _source(name)
        if source is not None and name not in found and _top(name) in tops:
            found[name] = hashlib.sha256(source).hexdigest()
            todo += _imported(name, ast.parse(source))
    return dict(sorted(found.items()))


def _top(module: str) -> str:
    return module.partition(".")[0]


def fingerprints(modules: Iterable[str]) -> dict[str, str]:
    """The SHA-256 of the source of each of ``modules`` that is found here."""
    sources = {module: _source(module) for module in modules}
    return {module: hashlib.sha256(source).hexdigest() for module, source in sources.items() if source is not None}


@cache  # a process goes on with the code that it began with
def _source(module: str) -> bytes | None:
    """The source of ``module``; None where it has none, or is not a module."""
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):  # inside what is no package; or a script, which has no specification
        spec = None
    origin = spec.origin if spec else getattr(sys.modules.get(module), "__file__", None)
    return Path(origin).read_bytes() if origin and origin.endswith(".py") else None


def _imported(module: str, tree: ast.Module) -> Iterator[str]:
    """What may be a module among the names that ``module`` imports, and the packages around each."""
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
        if isinstance(node, ast.ImportFrom):
            base = _absolute("." * node.level + (node.module or ""), module)
            names = [base, *(f"{base}.{name}" for name in names)]
        for name in names:
            parts = name.split(".")
            yield from (".".join(parts[:k]) for k in range(1, len(parts) + 1))


def _absolute(name: str, module: str) -> str:
    """What ``module`` means by ``name``, which may begin with dots."""
    spec = importlib.util.find_spec(module) if name.startswith(".") else None
    return importlib.util.resolve_name(name, spec.parent) if spec else name


def git(file: Path = HERE) -> dict[str, str | bool | None]:
    """The commit of the checkout that ``file`` belongs to, and whether anything differs from it; None outside one."""
    tracked = ask_git(file, "ls-files", "--error-unmatch", file.name)
    commit = ask_git(file, "rev-parse", "HEAD") if tracked else None
    status = ask_git(file, "status", "--porcelain") if commit else None
    return {"commit": commit, "dirty": None if status is None else status != ""}


def ask_git(file: Path, *command: str) -> str | None:
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


@cache
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
