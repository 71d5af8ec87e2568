"""The ledger for people, as rich tables, and for machines, as plain data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from theory.arithmetic import approx
from theory.claim import Certificates, Computation, Counterexample, IntervalProof, KernelProof, RocqTheorem
from theory.hypotheses import UNESTABLISHED, hypotheses
from theory.notation import latex
from verification.ledger import Entry, Finding, Ledger, Verdict
from verification.prose import steps, witness_lines
from verification.rocq import Outcome
from verification.worst_case.files import kept

STYLE = {
    Verdict.ASSUMED: "dim",
    Verdict.PROVED: "bold green",
    Verdict.CONDITIONAL: "green",
    Verdict.REFUTED: "bold red",
    Verdict.CONSISTENT: "green",
    Verdict.INCONSISTENT: "red",
    Verdict.MEASURED: "cyan",
    Verdict.NOT_CHECKABLE: "dim",
    Verdict.NEEDS_ROCQ: "yellow",
    Verdict.OPEN: "yellow",
}


def as_data(entry: Entry) -> dict[str, Any]:
    """One entry as JSON-ready data."""
    claim = entry.claim
    return {
        "id": claim.id,
        "title": claim.title,
        "section": claim.section,
        "paper": claim.paper,
        "latex": claim.latex,
        "formal": [latex(e.goal) for e in claim.evidence if isinstance(e, KernelProof)],
        "status": entry.status,
        "verdict": entry.verdict.value,
        "conditions": list(entry.conditions),
        "hypotheses": list(entry.hypotheses),
        "evidence": [
            {"kind": f.kind, "says": f.says, "sound": f.sound, "note": f.note or None, "statement": f.statement or None}
            for f in entry.findings
        ],
        "rebuilt": list(claim.rebuilt),
        "uses": list(claim.uses),
        "sources": _sources(entry),
        "repairs": claim.repairs or None,
        "note": claim.note or None,
        "problems": list(entry.problems),
    }


def counts(ledger: Ledger) -> dict[str, int]:
    """How many claims have each verdict."""
    tally = Counter(entry.verdict for entry in ledger.values())
    return {verdict.value: tally[verdict] for verdict in Verdict if tally[verdict]}


def print_ledger(console: Console, ledger: Ledger, *, everything: bool) -> None:
    """The ledger, section by section; printed numbers that nothing determines are counted unless all are wanted."""
    sections: dict[str, list[Entry]] = {}
    for entry in ledger.values():
        sections.setdefault(entry.claim.section, []).append(entry)
    for section, entries in sections.items():
        table = Table(title=section, title_justify="left", title_style="bold", box=None, pad_edge=False)
        if narrow := console.width < 100:
            table.add_column("claim, status, statement and evidence")
        else:
            table.add_column("claim", no_wrap=True, max_width=32)
            table.add_column("status", max_width=28)
            table.add_column("statement and evidence")
        shown = [e for e in entries if everything or e.verdict is not Verdict.NOT_CHECKABLE]
        for entry in shown:
            status = Text(entry.status, style=STYLE[entry.verdict])
            cells = (Text(entry.claim.id), status, Text(_line(entry)))
            if narrow:
                table.add_row(Text("  ").join(cells[:2]))
                table.add_row(Padding(cells[2], (0, 0, 0, 2)))
            else:
                table.add_row(*cells)
        console.print(table)
        if hidden := len(entries) - len(shown):
            console.print(
                f"[dim]and {hidden} printed numbers that nothing in the paper determines (--all lists them)[/]"
            )
        console.print()


def _line(entry: Entry) -> str:
    parts = [entry.claim.title, *(f.says for f in entry.findings if f.kind == "arithmetic")]
    if entry.verdict is Verdict.INCONSISTENT:
        parts += [f.note for f in entry.findings if f.note]
    return ". ".join(part.rstrip(".") for part in parts)


def print_summary(console: Console, ledger: Ledger, seconds: float) -> None:
    """One line: how many claims, by status, in how many seconds; then what contradicts, if anything."""
    parts = ", ".join(f"{n} {name}" for name, n in counts(ledger).items())
    what = "claim" if len(ledger) == 1 else "claims"
    console.print(f"[bold]{len(ledger)} {what}[/]: {parts}; {seconds:.1f} s")
    for entry in ledger.values():
        for problem in entry.problems:
            console.print(f"[bold red]contradiction[/] {escape(entry.claim.id)}: {escape(problem)}")


def rocq_data(rocq: Outcome) -> dict[str, Any]:
    """What the second checker came to, JSON-ready."""
    return {
        "version": rocq.version or None,
        "says": rocq.says,
        "exported_proofs_accepted": rocq.exported,
        "refused": dict(rocq.refused),
        "theorems": {n: {"statement": t.statement, "assumes": list(t.axioms)} for n, t in rocq.theorems.items()},
    }


def print_rocq(console: Console, rocq: Outcome) -> None:
    """The theorems of the formal development, each with what the prover says it assumes."""
    if rocq.theorems:
        table = Table(title="Rocq", title_justify="left", title_style="bold", box=None, pad_edge=False)
        table.add_column("theorem", no_wrap=True)
        table.add_column("assumes")
        for name, checked in rocq.theorems.items():
            table.add_row(Text(name), Text(", ".join(a.split(".")[-1] for a in checked.axioms) or "nothing"))
        console.print(table)
    console.print(Text(rocq.says, style="" if rocq.version and not rocq.refused else "yellow"))
    console.print()


def entry_view(entry: Entry, ledger: Ledger, *, full: bool = True) -> RenderableType:
    """One claim: what it says, its status and why; in full with proof steps, numbers and formal statements."""
    claim = entry.claim
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(ratio=1)
    for name, value in _facts(entry, ledger):
        facts.add_row(name, value)
    parts: list[RenderableType] = [Text(f"{claim.id}  {claim.title}", style="bold"), facts]
    for finding in entry.findings:
        style = "" if finding.sound else "bold red"
        parts.append(Text(f"\n{finding.kind}: {finding.says}", style=style))
        if finding.kind == "exact counterexample" and not full:
            parts.append(Padding(Text(_fails(finding, entry), style="dim"), (0, 0, 0, 4)))
        if finding.statement and full:
            parts.append(Padding(Text(finding.statement, style="dim"), (0, 0, 0, 4)))
    return Group(*parts, *(_details(entry, ledger) if full else ()))


def _fails(finding: Finding, entry: Entry) -> str:
    """The first claimed conclusion that fails in a counterexample, with its numbers."""
    evidence = entry.claim.evidence[entry.findings.index(finding)]
    assert isinstance(evidence, Counterexample)
    return next(
        f"{says}: {numbers}" for says, numbers in witness_lines(evidence.replay()) if says.startswith("claimed")
    )


def _facts(entry: Entry, ledger: Ledger) -> Iterator[tuple[str, RenderableType]]:
    claim, table = entry.claim, hypotheses()
    yield "status", Text(entry.status, style=STYLE[entry.verdict])
    yield "in the paper", Text(claim.paper)
    yield "statement", Text(claim.latex)
    for evidence in claim.evidence:
        if isinstance(evidence, KernelProof):
            yield "for the kernel", Text(str(evidence.goal))
    if claim.rebuilt:
        yield "rebuilt", Text("; ".join(claim.rebuilt))
    for name in entry.hypotheses:
        hypothesis = table[name]
        mark = "needs" if hypothesis.standing in UNESTABLISHED else "uses"
        yield mark, Text(f"{name}: {hypothesis.says} ({hypothesis.standing.value})")
    if claim.uses:
        yield "rests on", Text("; ".join(f"{n} ({ledger[n].status})" if n in ledger else n for n in claim.uses))
    if claim.repairs:
        yield "repairs", Text(claim.repairs)
    for other in ledger.values():
        if other.claim.repairs == claim.id:
            yield "repaired by", Text(f"{other.claim.id} ({other.status})")
    for note in (claim.note, *(finding.note for finding in entry.findings)):
        if note:
            yield "note", Text(note)
    if sources := _sources(entry):
        yield "source", Text("; ".join(sources))
    yield "as a test", Text(f".venv/bin/python -m pytest tests/claims --claim {claim.id}")
    for problem in entry.problems:
        yield "contradiction", Text(problem, style="bold red")


def _sources(entry: Entry) -> list[str]:
    """Where the proofs, the refused steps and the witnesses of a claim are written down."""
    functions = [getattr(e, "build", None) or getattr(e, "replay", None) for e in entry.claim.evidence]
    written = [f"{f.__module__.replace('.', '/')}.py, {f.__name__}" for f in functions if f is not None]
    theorems = [e.theorem for e in entry.claim.evidence if isinstance(e, RocqTheorem)]
    return written + [f"theory/rocq/{name.replace('.', '.v, ')}" for name in theorems]


def _details(entry: Entry, ledger: Ledger) -> Iterator[RenderableType]:
    facts = {name: hypothesis.fact for name, hypothesis in hypotheses().items()}
    facts |= {
        e.claim.id: p.goal for e in ledger.values() for p in reversed(e.claim.evidence) if isinstance(p, KernelProof)
    }
    for evidence, finding in zip(entry.claim.evidence, entry.findings, strict=False):
        if not finding.sound or not isinstance(evidence, KernelProof | Counterexample | IntervalProof | Certificates):
            continue
        table = Table(box=None, expand=True, pad_edge=False, show_header=False, title_justify="left")
        if isinstance(evidence, KernelProof):
            table.title = f"\nproof, step by step {evidence.reading}".rstrip()
            table.add_column(justify="right", style="dim", width=4)
            table.add_column(ratio=2)
            table.add_column(ratio=3)
            for k, (says, gives) in enumerate(steps(evidence.build(), facts), 1):
                table.add_row(f"({k})", Text(says), Text(gives))
        elif isinstance(evidence, IntervalProof | Certificates | Computation):
            done = {IntervalProof: "enclosed", Certificates: "certified", Computation: "computed"}[type(evidence)]
            table.title = f"\n{done}: {evidence.title}"
            table.add_column(ratio=3)
            table.add_column(ratio=2)
            for check in (evidence.replay(kept) if isinstance(evidence, Certificates) else evidence.replay()).checks:
                table.add_row(Text(check.says), Text(f"{approx(check.left, 16)} {check.rel} {approx(check.right, 16)}"))
        else:
            table.title = f"\nreplayed exactly: {evidence.title}"
            table.add_column(ratio=3)
            table.add_column(ratio=2)
            for says, numbers in witness_lines(evidence.replay()):
                table.add_row(Text(says), Text(numbers))
        yield table
