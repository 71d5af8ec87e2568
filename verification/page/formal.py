"""The formal statements of a claim: what the kernel and Rocq were asked, for a reader to hold against the paper's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from theory.claim import Claim, KernelProof, RocqTheorem
from theory.hypotheses import hypotheses
from theory.notation import latex
from verification import rocq_text
from verification.export import document, theorem_name
from verification.ledger import Entry
from verification.page.mathml import mathml
from verification.page.sources import Place, of_theorem
from verification.rocq import Outcome

EXPORTED = "Exported.v"
STATED = re.compile(r"^(?:Theorem|Definition) (\w+) : (.*)\.$")


@dataclass(frozen=True)
class Formal:
    """One statement in the language of one checker."""

    checker: str
    title: str
    formula: Markup | None = None
    text: str = ""
    place: Place | None = None
    assumes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exported:
    """The file of exported proofs: its text, and where in it each statement is, and how it reads."""

    text: str
    places: Mapping[str, Place]
    statements: Mapping[str, str]


def exported(claims: Iterable[Claim]) -> Exported:
    """All kernel proofs as Rocq's text, whether or not Rocq is installed."""
    text = document(claims, {name: h.fact for name, h in hypotheses().items()}).text
    found = [(k, m) for k, line in enumerate(text.splitlines(), 1) if (m := STATED.match(line))]
    places = {m[1]: Place(EXPORTED, k, m[1]) for k, m in found}
    return Exported(text, places, {m[1]: broken(m[2].removeprefix("Prop := ")) for _, m in found})


def hypothesis_name(name: str) -> str:
    """What a hypothesis is called in the exported file."""
    return f"hyp_{rocq_text.identifier(name)}"


def broken(statement: str) -> str:
    """A statement with a line for every premise."""
    return re.sub(r" -> (?=hyp_|forall|0)", " ->\n", re.sub(r"^(forall .*?|.* forall .*?), ", r"\1,\n", statement))


def formal(entry: Entry, rocq: Outcome, written: Exported) -> Iterator[Formal]:
    """The kernel's goals, each with the same as Rocq reads it, and the theorems of the development."""
    earlier: list[KernelProof] = []
    for evidence in entry.claim.evidence:
        if isinstance(evidence, KernelProof):
            yield Formal("kernel", evidence.reading, mathml(latex(evidence.goal)))
            name = theorem_name(entry.claim.id, earlier)
            earlier.append(evidence)
            if name in written.statements:
                title = evidence.reading or "the same, exported"
                yield Formal("Rocq", title, text=written.statements[name], place=written.places[name])
        elif isinstance(evidence, RocqTheorem):
            yield _theorem(evidence, rocq)


def _theorem(evidence: RocqTheorem, rocq: Outcome) -> Formal:
    checked = rocq.theorems.get(evidence.theorem)
    text = checked.statement if checked else "(not run here: the statement is in the source)"
    assumes = tuple(a.split(".")[-1] for a in checked.axioms) if checked else ()
    title = f"{evidence.theorem}: {evidence.says}"
    return Formal("Rocq", title, text=text, place=of_theorem(evidence.theorem), assumes=assumes)
