"""The audit of printed numbers as three tables: those that contradict others, those that agree, and the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from verification.appendix.escape import code
from verification.appendix.naming import Names
from verification.ledger import Entry, Verdict

FILES = {
    "audit/contradicted.tex": (Verdict.INCONSISTENT,),
    "audit/consistent.tex": (Verdict.CONSISTENT,),
    "audit/unchecked.tex": (Verdict.NOT_CHECKABLE,),
}


def tables(numbers: Iterable[Entry], names: Names) -> Iterator[tuple[str, str]]:
    """The files with their text; every number stands in one of them."""
    given = tuple(numbers)
    left = [e.claim.id for e in given if not any(e.verdict in verdicts for verdicts in FILES.values())]
    if left:
        raise ValueError(f"{', '.join(left)}: numbers with a status that no table of the audit has.")
    for file, (verdict,) in FILES.items():
        chosen = [e for e in given if e.verdict is verdict]
        yield file, _unchecked(chosen, names) if verdict is Verdict.NOT_CHECKABLE else _arithmetic(chosen, names)


def _arithmetic(entries: list[Entry], names: Names) -> str:
    rows = []
    for section, members in _sections(entries).items():
        rows.append(f"\\greedylrsection{{{names.text(section)}}}\n")
        rows += [f"{_claim(e, names)} & {_says(e, names)} \\\\\n" for e in members]
    return "\\begin{greedylrnumbers}\n" + "".join(rows) + "\\end{greedylrnumbers}\n"


def _claim(entry: Entry, names: Names) -> str:
    return f"{names.text(entry.claim.title)} \\greedylrid{{{code(entry.claim.id)}}}"


def _says(entry: Entry, names: Names) -> str:
    notes = [note for note in (entry.claim.note, *(f.note for f in entry.findings)) if note]
    return " ".join(
        names.text(text if text.endswith(".") else f"{text}.") for text in [*(f.says for f in entry.findings), *notes]
    )


def _unchecked(entries: list[Entry], names: Names) -> str:
    """One row for each place and reason."""
    rows = []
    for section, members in _sections(entries).items():
        rows.append(f"\\greedylrsection{{{names.text(section)}}}\n")
        groups: dict[tuple[str, str], list[Entry]] = {}
        for e in members:
            groups.setdefault((e.claim.paper, " ".join(f.says for f in e.findings)), []).append(e)
        for (place, reason), group in groups.items():
            listed = "; ".join(_claim(e, names) for e in group)
            rows.append(f"{names.text(place)}: {names.text(reason)} & {listed} \\\\\n")
    return "\\begin{greedylrnumbers}\n" + "".join(rows) + "\\end{greedylrnumbers}\n"


def _sections(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    sections: dict[str, list[Entry]] = {}
    for entry in entries:
        sections.setdefault(entry.claim.section, []).append(entry)
    return sections
