"""All files of the appendix, from the ledger."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from pathlib import Path

from verification.appendix import audit, figures, front, references
from verification.appendix.naming import Names, file_of, label, unique
from verification.appendix.pages import page
from verification.appendix.words import prose
from verification.ledger import Entry, Ledger
from verification.page.formal import Exported
from verification.page.view import Book, argues
from verification.rocq import Outcome

TEMPLATES = Path(__file__).parent / "templates"  # what no claim changes: macros, and the skeleton
Files = Mapping[str, bytes]


def appendix(ledger: Ledger, rocq: Outcome, done: Callable[[str], None] = lambda _: None) -> Files:
    """Every file by its name; ``done`` is told of each claim that is written."""
    argued = {name: e for name, e in ledger.items() if argues(e.claim)}
    names = Names(Book(ledger, rocq, Exported("", {}, {})), argued)
    unique(ledger, label)
    files: dict[str, str] = {}
    for name, entry in argued.items():
        files[file_of(name)] = page(entry, names)
        done(name)
    files |= dict(audit.tables((e for name, e in ledger.items() if name not in argued), names))
    files |= {
        "front/reading.tex": front.reading(names),
        "front/verdicts.tex": front.verdicts(names),
        "front/claims.tex": front.decided(argued.values(), names),
        "front/hypotheses.tex": front.hypotheses(names),
        "preamble.tex": template("preamble"),
        "main.tex": template("main"),
        "appendix.tex": skeleton(argued.values()),
        "references.tex": references.bibliography(),
        "references.bib": references.bibtex(),
    }
    return {name: text.encode("ascii") for name, text in files.items()} | dict(figures.copies())


def template(name: str) -> str:
    """A file that is the same for every ledger."""
    return (TEMPLATES / f"{name}.tex").read_text(encoding="ascii")


def skeleton(argued: Iterable[Entry]) -> str:
    """The sections with the files that they consist of."""
    parts = [
        template("head"),
        _section("How to read this appendix", "front/reading.tex", "front/verdicts.tex"),
        _section("The claims and how they were decided", "front/claims.tex"),
        _section("Hypotheses", "front/hypotheses.tex"),
    ]
    for section, members in groupby(argued, key=lambda e: e.claim.section):
        parts.append(_section(titled(section), *(file_of(e.claim.id) for e in members)))
    parts += [
        _section("Printed numbers that contradict others", "audit/contradicted.tex"),
        _section("Printed numbers that agree with what they follow from", "audit/consistent.tex"),
        _section("Printed numbers that nothing in the paper determines", "audit/unchecked.tex"),
    ]
    return "\n".join(parts)


def titled(section: str) -> str:
    """The name of a section of the ledger, its place in the paper last."""
    place = re.match(r"((?:[A-Z]\.)?\d[\d.]*(?: and (?:[A-Z]\.)?\d[\d.]*)?),? (?=\w)", section)
    rest = section[place.end() :] if place else section
    return prose(rest[0].upper() + rest[1:]) + (f" (the paper's {place[1]})" if place else "")


def _section(title: str, *files: str) -> str:
    return f"\\section{{{title}}}\n" + "".join(f"\\input{{\\greedylrpath {file}}}\n" for file in files)
