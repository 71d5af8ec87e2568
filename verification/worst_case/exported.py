"""The worst cases that Rocq checks as well: which of the ledger's certificates become files, and their texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import greedylr.rule
import theory.worst_case
from theory.worst_case.bounds import table
from theory.worst_case.explore import explore
from theory.worst_case.kept import certificate_of, spell
from theory.worst_case.problem import problem
from verification.worst_case.files import FOLDER, kept
from verification.worst_case.rocq_export import document

FILES: Mapping[str, str] = MappingProxyType(
    {
        "WorstHalf8": "half-8",
        "WorstHalf8Cap3": "half-8-cap-3",
        "WorstThreeQuarters3": "three-quarters-3",
        "WorstNineTenths3": "nine-tenths-3",
        "WorstThreeQuarters8": "three-quarters-8",
        "WorstNineTenths8": "nine-tenths-8",
    }
)


def texts(wanted: frozenset[str]) -> tuple[dict[str, str], dict[str, str]]:
    """The files among ``wanted`` by name, and the reasons for those whose certificate is missing or wrong."""
    found, refused = dict[str, str](), dict[str, str]()
    for name in sorted(wanted & FILES.keys()):
        try:
            found[name] = text(FILES[name])
        except ValueError as reason:
            refused[name] = str(reason)
    return found, refused


def text(name: str) -> str:
    """The file about the worst case of that name."""
    bounds = table()[name]
    runs = explore(bounds.method, rests=True)
    found = {
        trial.pattern: certificate_of(problem(trial, measure), bounds.high, spell(trial.pattern), kept(name))
        for trial, measure in runs
    }
    return document(name, bounds.method, found)


def content(wanted: frozenset[str]) -> Iterator[str]:
    """All that these files depend on."""
    for name in sorted(wanted & FILES.keys()):
        yield f"{name} {table()[FILES[name]]!r}"
        path = FOLDER / f"{FILES[name]}.json"
        yield path.read_text() if path.exists() else "missing"
    here, rule = Path(__file__).parent, Path(greedylr.rule.__file__).parent
    programs = [here / f"{name}.py" for name in ("exported", "files", "rocq_export", "rocq_numbers")]
    programs += [rule / f"{name}.py" for name in ("rule", "checks", "rank_test")]
    for path in [*programs, *sorted(Path(theory.worst_case.__file__).parent.glob("*.py"))]:
        yield path.name
        yield path.read_text()
