"""What the page shows of a claim."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from theory.arithmetic import approx
from theory.claim import (
    Arithmetic,
    Certificates,
    Claim,
    Computation,
    Counterexample,
    Evidence,
    IntervalProof,
    KernelProof,
    RocqTheorem,
    Unpublished,
)
from theory.hypotheses import UNESTABLISHED, Hypothesis, hypotheses
from theory.kernel import Fact
from theory.notation import latex
from verification.ledger import Entry, Finding, Ledger
from verification.page.formal import Exported, Formal, formal
from verification.page.legend import FILLS, Known, known, slug
from verification.page.mathml import mathml
from verification.page.sources import Place, of_function, of_theorem
from verification.prose import inferred, witness_lines
from verification.replays import certificates
from verification.rocq import Outcome
from verification.worst_case.files import kept

NUMBERS = Arithmetic | Unpublished  # evidence that a line of a table shows in full


@dataclass(frozen=True)
class Row:
    """A step of a proof, or a line of numbers."""

    says: str
    gives: Markup | str
    href: str = ""


@dataclass(frozen=True)
class Shown:
    """A piece of evidence, with its steps or numbers."""

    finding: Finding
    heading: str = ""
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Used:
    """A hypothesis that a claim rests on."""

    name: str
    hypothesis: Hypothesis

    @property
    def missing(self) -> bool:
        """Whether the paper does not state or establish it."""
        return self.hypothesis.standing in UNESTABLISHED


@dataclass(frozen=True)
class Book:
    """All that the views of the claims share."""

    ledger: Ledger
    rocq: Outcome
    written: Exported

    @cached_property
    def table(self) -> Mapping[str, Hypothesis]:
        """The hypotheses, by name."""
        return hypotheses()

    @cached_property
    def facts(self) -> Mapping[str, Fact]:
        """What a proof may cite."""
        proofs = {
            e.claim.id: p.goal
            for e in self.ledger.values()
            for p in reversed(e.claim.evidence)
            if isinstance(p, KernelProof)
        }
        return {name: h.fact for name, h in self.table.items()} | proofs

    @cached_property
    def repairs(self) -> tuple[tuple[str, str], ...]:
        """Every claim that is repaired, with what repairs it."""
        return tuple((e.claim.repairs, name) for name, e in self.ledger.items() if e.claim.repairs)

    @cached_property
    def parents(self) -> Mapping[str, Sequence[str]]:
        """What each claim of the graph rests on; printed numbers that nothing rests on are left out."""
        linked = {name for e in self.ledger.values() for name in e.claim.uses}.union(*self.repairs)
        shown = {n: e.claim for n, e in self.ledger.items() if n in linked or e.claim.uses or argues(e.claim)}
        return {name: claim.uses for name, claim in shown.items()}


def argues(claim: Claim) -> bool:
    """Whether there is more to a claim than the arithmetic of printed numbers."""
    return not claim.evidence or not all(isinstance(e, NUMBERS) for e in claim.evidence)


@dataclass(frozen=True)
class View:
    """A claim as the templates read it; addresses are relative to the site's folder."""

    entry: Entry
    book: Book
    formula: Markup
    formal: tuple[Formal, ...]
    shown: tuple[Shown, ...]
    files: tuple[str, ...]  # the certificates that it rests on

    @property
    def claim(self) -> Claim:
        """The claim."""
        return self.entry.claim

    @property
    def sign(self) -> str:
        """The verdict's sign."""
        return FILLS[self.entry.verdict].sign

    @property
    def classes(self) -> str:
        """Verdict and origin, for the style sheet."""
        return f"v-{slug(self.entry.verdict)} k-{self.known.value}"

    @property
    def known(self) -> Known:
        """How its statement is known."""
        return known(self.claim)

    @property
    def deep(self) -> bool:
        """Whether it has a page of its own."""
        return self.claim.id in self.book.parents

    @property
    def href(self) -> str:
        """Where it is shown in full."""
        return f"claims/{self.claim.id}.html" if self.deep else f"index.html#{self.claim.id}"

    @property
    def used(self) -> tuple[Used, ...]:
        """The hypotheses really used."""
        return tuple(Used(name, self.book.table[name]) for name in self.entry.hypotheses)

    @property
    def places(self) -> tuple[Place, ...]:
        """Where its proofs and witnesses are written."""
        functions = [getattr(e, "build", None) or getattr(e, "replay", None) for e in self.claim.evidence]
        theorems = [of_theorem(e.theorem) for e in self.claim.evidence if isinstance(e, RocqTheorem)]
        places = [of_function(f) for f in functions if f is not None] + [t for t in theorems if t is not None]
        return tuple(dict.fromkeys(places))

    @property
    def used_by(self) -> tuple[str, ...]:
        """The claims that rest on it."""
        return tuple(n for n, e in self.book.ledger.items() if self.claim.id in e.claim.uses)

    @property
    def repaired_by(self) -> tuple[str, ...]:
        """The claims that replace it."""
        return tuple(n for n, e in self.book.ledger.items() if e.claim.repairs == self.claim.id)

    @property
    def notes(self) -> tuple[str, ...]:
        """Remarks on the claim and on its evidence."""
        return tuple(note for note in (self.claim.note, *(f.note for f in self.entry.findings)) if note)

    @property
    def why(self) -> str:
        """What decided it, in a line."""
        for evidence, finding in zip(self.claim.evidence, self.entry.findings, strict=False):
            if finding.sound and finding.verdict is self.entry.verdict:
                if isinstance(evidence, Counterexample):
                    return f"{evidence.title}: {_fails(evidence)}"
                return finding.says
        return next((f.says for f in self.entry.findings), "")


def view(entry: Entry, book: Book) -> View:
    """The view of a claim; a ``ValueError`` names the claim and the formula that cannot be written."""
    try:
        numbered = zip(entry.findings, (*entry.claim.evidence, *[None] * len(entry.findings)), strict=False)
        shown = tuple(_shown(finding, evidence, book) for finding, evidence in numbered)
        stated = tuple(formal(entry, book.rocq, book.written))
        return View(entry, book, mathml(entry.claim.latex), stated, shown, tuple(_files(entry)))
    except ValueError as reason:
        raise ValueError(f"{entry.claim.id} cannot be shown: {reason}") from reason


def _fails(evidence: Counterexample) -> str:
    """The first conclusion that fails, with its numbers."""
    lines = witness_lines(evidence.replay())
    return next(
        f"“{says.removeprefix('claimed: ')}”, but {gives}" for says, gives in lines if says.startswith("claimed: ")
    )


def _files(entry: Entry) -> Iterator[str]:
    for evidence, finding in zip(entry.claim.evidence, entry.findings, strict=False):
        if isinstance(evidence, Certificates) and finding.sound:
            yield from (f"{name}.json" for name in certificates(evidence))


def _shown(finding: Finding, evidence: Evidence | None, book: Book) -> Shown:
    if not finding.sound:
        return Shown(finding)
    match evidence:
        case KernelProof():
            rows = tuple(_step(says, fact, book) for says, fact in inferred(evidence.build(), book.facts))
            return Shown(finding, f"Proof, step by step {evidence.reading}".rstrip(), rows)
        case Counterexample():
            lines = tuple(Row(says, numbers) for says, numbers in witness_lines(evidence.replay()))
            return Shown(finding, f"Replayed exactly: {evidence.title}", lines)
        case Certificates() | IntervalProof() | Computation():
            found = evidence.replay(kept) if isinstance(evidence, Certificates) else evidence.replay()
            rows = tuple(Row(c.says, f"{approx(c.left, 16)} {c.rel} {approx(c.right, 16)}") for c in found.checks)
            return Shown(finding, f"Computed exactly: {evidence.title}", rows)
    return Shown(finding)


def _step(says: str, fact: Fact, book: Book) -> Row:
    """A step; what it cites is a link."""
    cited = says.removeprefix("cite ")
    href = ""
    if cited != says:
        href = f"claims/{cited}.html" if cited in book.ledger else f"hypotheses.html#{anchor(cited)}"
    return Row(says, mathml(latex(fact)), href)


def anchor(hypothesis: str) -> str:
    """The anchor of a hypothesis: its name, with a number for every sign."""
    return "hyp-" + "".join(c if c.isalnum() else "_" if c == " " else f"-{ord(c):x}-" for c in hypothesis)
