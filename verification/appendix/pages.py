"""A claim as a file of the appendix: its statement, what it rests on, its status, and the evidence in full."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from inspect import unwrap

from theory.claim import Counterexample, Evidence
from verification.appendix import figures
from verification.appendix.escape import code
from verification.appendix.evidence import shown, tabulated
from verification.appendix.lines import display, width
from verification.appendix.naming import Names, environment, label
from verification.appendix.words import prose
from verification.ledger import Entry

SHORT = 9.0  # what is shorter needs no display
TEXT = re.compile(r"\\text\{([^{}]*)\}")


def page(entry: Entry, names: Names) -> str:
    """The file of a claim."""
    return "\n".join(part.rstrip("\n") for part in _parts(entry, names)) + "\n"


def _parts(entry: Entry, names: Names) -> Iterator[str]:
    claim, kind = entry.claim, environment(entry).lower()
    yield f"\\begin{{greedylr{kind}}}[{{{names.text(claim.title)}}}]\\label{{{label(claim.id)}}}"
    measured = is_measured(entry)
    yield f"\\normalfont {names.text(entry.findings[0].says)}." if measured else statement(claim.latex)
    yield f"\\end{{greedylr{kind}}}"
    about = "; ".join([code(claim.id), names.text(claim.paper), *_facts(entry, names)])
    yield f"\\greedylrmeta{{{names.text(entry.status)}}}{{{about}}}"
    yield from _notes(entry, names)
    if twin := _twin(entry, names):
        yield f"\\greedylrpart{{Evidence}} The same as for {names.claim(twin)}."
    elif measured:
        yield tabulated(entry.findings[0])
    else:
        yield from shown(entry, names)
    yield from map(figures.included, figures.of(claim.id))


def is_measured(entry: Entry) -> bool:
    """Whether one measurement is all that decides a claim: then it stands in the place of a formula."""
    return not entry.claim.evidence and [finding.kind for finding in entry.findings] == ["measurement"]


def _facts(entry: Entry, names: Names) -> Iterator[str]:
    claim = entry.claim
    if entry.hypotheses:
        yield f"uses {', '.join(map(names.cite, entry.hypotheses))}"
    if claim.uses:
        yield f"rests on {', '.join(map(names.claim, claim.uses))}"
    if claim.repairs:
        yield f"repairs {names.claim(claim.repairs)}"
    if claim.rebuilt:
        yield f"rebuilt is {'; '.join(map(names.text, claim.rebuilt))}"
    firsts = [_first(note, entry, names) for note in _all_notes(entry)]
    yield from (f"note as at {names.claim(first)}" for first in firsts if first != claim.id)


def _all_notes(entry: Entry) -> list[str]:
    return [note for note in (entry.claim.note, *(f.note for f in entry.findings)) if note]


def _notes(entry: Entry, names: Names) -> Iterator[str]:
    for note in _all_notes(entry):
        if _first(note, entry, names) == entry.claim.id:
            yield f"\\greedylrpart{{Note}} {names.text(note)}"
    for problem in entry.problems:
        yield f"\\greedylrpart{{Contradiction}} {names.text(problem)}."


def _first(note: str, entry: Entry, names: Names) -> str:
    """The first claim of the section that has this note."""
    section = (e.claim for e in names.book.ledger.values() if e.claim.section == entry.claim.section)
    return next((c.id for c in section if c.note == note and c.id in names.argued), entry.claim.id)


def _twin(entry: Entry, names: Names) -> str:
    """A claim that this one rests on, and that has the very same evidence."""
    mine = [_original(e) for e in entry.claim.evidence]
    others = ((u, names.book.ledger[u].claim.evidence) for u in entry.claim.uses)
    return next((u for u, theirs in others if mine and [_original(e) for e in theirs] == mine), "")


def _original(evidence: Evidence) -> Evidence:
    """The evidence with the replay as it is written, and not the one that remembers."""
    if isinstance(evidence, Counterexample):
        return replace(evidence, replay=unwrap(evidence.replay))
    return evidence


def statement(latex: str) -> str:
    """The statement as a display; what is only text comes as text."""
    if words := TEXT.fullmatch(latex.strip()):
        return prose(words[1])
    safe = TEXT.sub(lambda m: rf"\text{{{prose(m[1])}}}", latex)
    return f"${safe}$" if width(safe) <= SHORT else display(safe)
