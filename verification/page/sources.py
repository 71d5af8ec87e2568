"""Where proofs and theorems are written down, and the pages that show these files line by line."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from inspect import unwrap
from pathlib import Path
from typing import Any

import theory

ROOT = Path(theory.__file__).resolve().parent.parent
ROCQ = "theory/rocq"
TEST = "tests/claims/test_paper.py"  # in a checkout only


@dataclass(frozen=True)
class Place:
    """A line of a file."""

    path: str
    line: int
    name: str

    @property
    def href(self) -> str:
        """The line on the page about the file."""
        return f"{page_of(self.path)}#L{self.line}"

    @property
    def says(self) -> str:
        """The file and what begins there."""
        return f"{self.path}, {self.name}"


def page_of(path: str) -> str:
    """The page about a file."""
    return f"source/{path.replace('/', '.')}.html"


def of_function(function: Callable[..., Any]) -> Place:
    """Where a proof or a replay is written."""
    original = unwrap(function)
    path = f"{original.__module__.replace('.', '/')}.py"
    return Place(path, original.__code__.co_firstlineno, original.__name__)


def of_theorem(theorem: str) -> Place | None:
    """Where ``File.name`` is stated; None for files that are written from certificates."""
    file, _, name = theorem.partition(".")
    path = ROOT / ROCQ / f"{file}.v"
    if not path.exists():
        return None
    lines = path.read_text().splitlines()
    stated = re.compile(rf"^\s*(?:Theorem|Lemma|Corollary|Proposition|Remark|Fact)\s+{re.escape(name)}\b")
    return Place(f"{ROCQ}/{file}.v", next((k for k, line in enumerate(lines, 1) if stated.match(line)), 1), name)


def of_test() -> Place | None:
    """The test of every claim, where the tests are."""
    path = ROOT / TEST
    if not path.exists():
        return None
    lines = path.read_text().splitlines()
    return Place(TEST, next(k for k, line in enumerate(lines, 1) if line.startswith("def test_claim")), "test_claim")


def development() -> tuple[str, ...]:
    """The files of the Rocq development."""
    return tuple(f"{ROCQ}/{path.name}" for path in sorted((ROOT / ROCQ).glob("*.v")))


def text_of(path: str) -> str:
    """What stands in a file of the project."""
    return (ROOT / path).read_text()
