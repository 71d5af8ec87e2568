"""The evidence of a claim in LaTeX: proofs, counterexamples with their numbers, theorems, enclosures, measurements."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from textwrap import wrap

from theory.arithmetic import approx
from theory.claim import (
    Arithmetic,
    Assumed,
    Certificates,
    Check,
    Computation,
    Counterexample,
    Evidence,
    IntervalProof,
    KernelProof,
    Refusal,
    RocqTheorem,
    Unpublished,
)
from verification.appendix.argument import argument
from verification.appendix.escape import code, escaped, typewriter
from verification.appendix.lines import display
from verification.appendix.naming import Names
from verification.appendix.proof import written
from verification.appendix.typeset import fact
from verification.ledger import Entry, Finding
from verification.prose import witness_lines
from verification.worst_case.files import kept

CHECKS = 12  # of these many checks of one computation some are shown
WIDTH = 124  # letters of typewriter in a line
GAP = 4  # letters between columns
Row = tuple[str, ...]


def shown(entry: Entry, names: Names) -> Iterator[str]:
    """Every piece of evidence, in the ledger's order."""
    known: dict[str, str] = {}
    pairs = zip(entry.findings, (*entry.claim.evidence, *[None] * len(entry.findings)), strict=False)
    for finding, evidence in pairs:
        if not finding.sound and finding.kind != "measurement":
            yield f"\\greedylrpart{{{escaped(finding.kind.capitalize())}}} {names.text(finding.says)}\n"
        elif finding.kind == "Rocq":
            continue  # front/reading.tex says it once for all proofs
        elif isinstance(evidence, KernelProof):
            yield _kernel(evidence, names, known)
        else:
            yield from _other(finding, evidence, names)


def _kernel(evidence: KernelProof, names: Names, known: dict[str, str]) -> str:
    proof = evidence.build()
    reading = names.text(evidence.reading)
    title = f"Formal statement{', ' + reading if reading else ''}"
    text = written(argument(proof, names.book.facts, known), names.cite, known)
    known[repr(proof)] = reading or "first proof"
    return f"\\greedylrpart{{{title}}}\n{display(fact(evidence.goal) + '.')}\n{text}"


def _other(finding: Finding, evidence: Evidence | None, names: Names) -> Iterator[str]:
    match evidence:
        case Counterexample(title, replay):
            witness = replay()
            yield f"\\greedylrpart{{Counterexample: {names.text(title)}}} {names.text(witness.says)}\n"
            yield table([(names.text(a), names.text(b)) for a, b in witness_lines(witness)])
        case Certificates(title) | IntervalProof(title) | Computation(title):
            found = evidence.replay(kept) if isinstance(evidence, Certificates) else evidence.replay()
            head = f"{escaped(finding.kind.capitalize())}: {names.text(title)}"
            yield f"\\greedylrpart{{{head}}} {names.text(found.says)}.\n"
            yield from _checks(found.checks, names.text)
        case RocqTheorem():
            yield _theorem(finding, evidence, names)
        case Refusal():
            reason = finding.says.partition(f"to {evidence.says}: ")[2]
            said = names.text(evidence.says)
            yield f"\\greedylrpart{{Refused by the kernel}} {said}: the kernel answers\n{program(reason)}"
        case Arithmetic() | Unpublished() | Assumed():
            yield f"\\greedylrpart{{{escaped(finding.kind.capitalize())}}} {names.text(finding.says)}.\n"
        case None if finding.kind == "measurement":
            yield f"\\greedylrpart{{Measured}} {names.text(finding.says)}.\n"
            yield tabulated(finding)
        case None:
            yield f"\\greedylrpart{{{escaped(finding.kind)}}} {names.text(finding.says)}.\n"


def tabulated(finding: Finding) -> str:
    """The rows beside a measurement, if there are any."""
    return verbatim(columns(finding.statement)) if finding.statement else ""


def _theorem(finding: Finding, evidence: RocqTheorem, names: Names) -> str:
    file, _, name = evidence.theorem.partition(".")
    role = "Refuted by a theorem of Rocq" if evidence.refutes else "Theorem of Rocq"
    head = f"\\greedylrpart{{{role}}} {code(name)} in {code(file + '.v')}: {names.text(evidence.says)}.\n"
    needs = f"It assumes {', '.join(map(names.cite, evidence.needs))} as premises.\n" if evidence.needs else ""
    return f"{head}{needs}{program(finding.statement)}"


def _checks(checks: tuple[Check, ...], text: Callable[[str], str]) -> Iterator[str]:
    rows = [(text(c.says), text(f"{approx(c.left, 16)} {c.rel} {approx(c.right, 16)}")) for c in checks]
    kept_rows = rows if len(rows) <= CHECKS else rows[: CHECKS // 2] + rows[-CHECKS // 2 :]
    yield table(kept_rows)
    if len(kept_rows) < len(rows):
        yield f"\\noindent\\emph{{The first and the last {CHECKS // 2} of {len(rows)} checks; all of them hold.}}\n"


def table(rows: Iterable[Row]) -> str:
    """Two columns: what is compared, and the numbers."""
    body = "".join(f"{' & '.join(row)} \\\\\n" for row in rows)
    return f"\\begin{{greedylrtable}}\n{body}\\end{{greedylrtable}}\n"


def program(text: str) -> str:
    """What a checker printed, as one paragraph: where it breaks lines says nothing."""
    lines = wrap(typewriter(" ".join(text.split())), WIDTH, break_long_words=False, break_on_hyphens=False)
    return "\\begin{greedylrrocq}\n" + "\n".join(lines) + "\n\\end{greedylrrocq}\n"


def columns(text: str) -> str:
    """Short lines side by side, to be read down each column."""
    lines = text.splitlines()
    widest = max(map(len, lines), default=0) + GAP
    across = min((WIDTH + GAP) // widest, len(lines)) if widest else 1
    if across < 2:
        return text
    deep = -(-len(lines) // across)
    return "\n".join("".join(line.ljust(widest) for line in lines[k::deep]).rstrip() for k in range(deep))


def verbatim(text: str) -> str:
    """The text as it is, long lines cut at spaces and set in."""
    if not text.isascii():
        raise ValueError(f"{text[:60]!r} is not ASCII: spell it in letters.")
    lines = [piece for line in text.splitlines() for piece in _pieces(line)]
    return "\\begin{greedylrcode}\n" + "\n".join(lines) + "\n\\end{greedylrcode}\n"


def _pieces(line: str) -> Iterator[str]:
    indent = re.match(r" *", line)[0] + "  "  # type: ignore[index]
    while len(line) > WIDTH and (cut := line.rfind(" ", len(indent), WIDTH)) > 0:
        yield line[:cut]
        line = indent + line[cut + 1 :]
    yield line
