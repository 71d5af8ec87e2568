"""Why the multipliers of a proof are not negative."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from theory.kernel import Assume, Fact, Induct, Inst, Proof, Rational, Rel, Square
from verification.appendix.argument import Argument, cancels, decomposed
from verification.appendix.reciprocals import RECIPROCALS
from verification.appendix.typeset import fact, multiplied, polynomial, signed

Cite = Callable[[str], str]  # how a hypothesis or a claim is referred to


@dataclass(frozen=True)
class Writer:
    """What the text of a proof needs besides the argument: how to cite, and the names of parts given before."""

    found: Argument
    cite: Cite
    known: Mapping[str, str]

    def fact(self, node: int) -> Fact:
        """What the kernel inferred."""
        return self.found.tree.facts[node]

    def proof(self, node: int) -> Proof:
        """The subproof."""
        return self.found.tree.nodes[node]


def reasons(writer: Writer) -> Iterator[str]:
    """Why the multipliers of inequalities are not negative, one reason for each number that is not obvious."""
    for s in writer.found.statements:
        for part in s.parts:
            if writer.fact(part.base).rel is not Rel.EQ:
                for sign in part.signs:
                    if not isinstance(writer.proof(sign), Rational | Square):
                        yield _reason(writer, sign)


def _reason(writer: Writer, node: int) -> str:
    said, proof = writer.fact(node), writer.proof(node)
    shown = f"${fact(said)}$"
    if isinstance(proof, Induct) or (isinstance(proof, Inst) and isinstance(proof.body, Induct)):
        return f"{shown} by induction, from $0 \\ge 0$"
    cited = ", ".join(dict.fromkeys(map(writer.cite, _cited(writer, node))))
    if isinstance(proof, Assume) or (len(said.poly.atoms) == 1 and said.poly.atoms[0] in RECIPROCALS):
        return f"{shown} by {cited}"
    if not cited:
        return f"{shown}, as steps are counted from 0"
    return f"{shown} by {cited}: ${polynomial(said.poly)} = {_decomposed(writer, node)}$"


def _decomposed(writer: Writer, node: int) -> str:
    """A number as the sum of products that its proof adds up."""
    parts = [p for p in decomposed(writer.found, node) if not cancels(writer.fact(p.base))]
    products = [multiplied((*writer.found.multipliers(p), writer.fact(p.base).poly)) for p in parts]
    return signed((p.startswith("-"), p.removeprefix("-")) for p in products)


def _cited(writer: Writer, node: int) -> Iterator[str]:
    proof = writer.proof(node)
    if isinstance(proof, Assume) and not cancels(writer.fact(node)):
        yield proof.name
    for below in writer.found.tree.below[node]:
        yield from _cited(writer, below)
