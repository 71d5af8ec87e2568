"""A kernel proof in words: numbered formulas, each as the kernel inferred it, and how one comes from the others.

In a sum, ``(3)`` stands for the difference of the sides of formula (3): the larger less the smaller, for an equation
the right less the left, or the left where the right is 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from theory.gram import Index, Law, Symbol, Variable, Vec, free
from theory.kernel import (
    Assume,
    Conclude,
    EqMul,
    Fact,
    Induct,
    Inst,
    Mean,
    Mul,
    Norm,
    Proof,
    Rational,
    Rel,
    Square,
    Telescope,
)
from theory.notation import PATH
from theory.polynomial import Poly
from verification.appendix.argument import Argument, Part, Statement, cancels, decomposed
from verification.appendix.formula import Averaged, Norm2, Sum, Term, value
from verification.appendix.lines import display
from verification.appendix.reciprocals import RECIPROCALS
from verification.appendix.typeset import compared, fact, multiplied, polynomial, symbol, vector

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


def written(found: Argument, cite: Cite, known: Mapping[str, str]) -> str:
    """The proof as LaTeX, from its first formula to the end mark."""
    writer = Writer(found, cite, known)
    last = found.statements[-1]
    if len(found.statements) == 2 and _restates(last):
        said = _leaf(writer, writer.proof(found.statements[0].node)).rstrip(":")
        return f"\\begin{{greedylrproof}}\n{said}, as it stands.\n\\end{{greedylrproof}}\n"
    paragraphs = [_paragraph(writer, k, s) for k, s in enumerate(found.statements, 1) if s is not last]
    signs = list(dict.fromkeys(_signs(writer)))
    if signs:
        paragraphs.append(f"The multipliers below are not negative: {'; '.join(signs)}.")
        order = next((k for k, s in enumerate(found.statements[:-1]) if s.parts), len(paragraphs) - 1)
        paragraphs.insert(order, paragraphs.pop())
    paragraphs.append(_end(writer, last))
    return "\\begin{greedylrproof}\n" + "\n".join(paragraphs) + "\n\\end{greedylrproof}\n"


def _paragraph(writer: Writer, number: int, statement: Statement) -> str:
    shown = display(_formula(writer, statement), str(number))
    return f"{_sentence(writer, statement)}\n{shown}"


def _formula(writer: Writer, statement: Statement) -> str:
    """What the kernel inferred; the norm of a vector is left as it is written in the proof."""
    given = writer.fact(statement.node)
    norm = None if statement.parts or statement.below else _norm(writer.proof(statement.node))
    if norm is None:
        return fact(given)
    if not (value(norm) - given.poly).is_zero:
        raise ValueError(f"{given} is not the norm that it is written as.")
    return compared(norm, given.rel)


def _norm(node: Proof) -> Sum | None:
    """The mean of a squared norm, as a sum of one term."""
    match node:
        case Norm(vec):
            return Sum((Term(Fraction(1), (Norm2(vec),)),))
        case Mean(law, body) if (inside := _norm(body)) is not None:
            return Sum((Term(Fraction(1), (Averaged(law, inside),)),))
    return None


def _end(writer: Writer, last: Statement) -> str:
    """The assertion itself."""
    if _restates(last):
        return f"Formula ({writer.found.number(last.parts[0].base)}) is the assertion."
    if last.parts:
        return f"The assertion is the sum {_sum(writer, last)}."
    return f"{_sentence(writer, last).rstrip(':')}, the assertion."


def _restates(s: Statement) -> bool:
    """Whether a statement is another one, up to an identity."""
    return [(p.signs, p.factor) for p in s.parts] == [((), Part(0).factor)]


def _sentence(writer: Writer, s: Statement) -> str:
    node = writer.proof(s.node)
    if s.parts:
        return f"The sum {_sum(writer, s)} is"
    if not s.below:
        return _leaf(writer, node)
    refs = [f"({writer.found.number(k)})" for k in s.below]
    match node:
        case Mean(law, _):
            return f"{_mean(law)[0].upper()}{_mean(law)[1:]}, formula {refs[0]} becomes{_leaving(law, writer.fact(s.below[0]))}"
        case Inst(at, _):
            return f"Formula {refs[0]} {_at(at)} is"
        case Telescope(law, potential, _):
            return (
                f"Sum {refs[0]} over ${law.over} = 0, \\dots, {law.below} - 1$; the differences of ${polynomial(potential)}$"
                " telescope, and what is left is"
            )
        case Induct(over, _, _, _, _):
            return _induction(writer, over, s.below)
        case Mul():
            return f"The product of {refs[0]} and {refs[1]} is"
        case EqMul(factor, _):
            return f"Equation {refs[0]} times ${polynomial(factor)}$ is"
    raise TypeError(f"{type(node).__name__} has no sentence: add one to verification/appendix/proof.py.")


def _induction(writer: Writer, over: Index, below: tuple[int, ...]) -> str:
    base, factor, step = (f"({writer.found.number(k)})" for k in below)
    q = polynomial(writer.fact(below[1]).poly)
    return (
        f"Induction on ${over}$: formula {base} is the assertion for ${over} = 0$, and {step} says that the difference of its"
        f" sides at ${over} + 1$ is at least $q$ times that at ${over}$, for $q = {q}$, which {factor} has as not negative."
        f" Hence, for every ${over}$,"
    )


def _sum(writer: Writer, s: Statement) -> str:
    """The statements with their multipliers; definitions of reciprocals are left out, for the displays cancel them."""
    text = ""
    for part in s.parts:
        if cancels(writer.fact(part.base)):
            continue
        scale = multiplied(writer.found.multipliers(part))
        sign, scale = ("-", scale[1:]) if scale.startswith("-") else ("+", scale)
        text += f" {sign} {'' if scale == '1' else scale + chr(92) + ','}({writer.found.number(part.base)})"
    return f"${text.strip().removeprefix('+ ')}$"


def _leaf(writer: Writer, node: Proof) -> str:
    text = repr(node)
    if isinstance(node, Conclude) and text in writer.known:
        return f"It was shown above ({writer.known[text]}) that"
    said, changes = _source(writer, node)
    return f"{said}{''.join(f', {c}' for c in changes)}:"


def _source(writer: Writer, node: Proof) -> tuple[str, tuple[str, ...]]:
    """Where a formula comes from, and what is done to it, in order."""
    match node:
        case Assume(name):
            return f"By {writer.cite(name)}", ()
        case Norm() | Square():
            return "A square is not negative", ()
        case Rational(value):
            return f"The number ${value}$", ()
        case Inst(at, body):
            said, changes = _source(writer, body)
            return said, (*changes, _at(at)) if at else changes
        case EqMul(factor, body):
            said, changes = _source(writer, body)
            return said, (*changes, f"times ${polynomial(factor)}$")
        case Mean(law, body):
            said, changes = _source(writer, body)
            inside = next(f for n, f in zip(writer.found.tree.nodes, writer.found.tree.facts, strict=True) if n is body)
            return said, (*changes, _mean(law) + _leaving(law, inside))
    raise TypeError(f"{type(node).__name__} is no leaf: add it to verification/appendix/proof.py.")


def _mean(law: Law) -> str:
    if law.below is not None:
        return f"averaged over ${law.over} < {law.below}$"
    return "in expectation" if law.over.sort == "path" else f"in the mean over ${law.over}$"


def _leaving(law: Law, inside: Fact) -> str:
    """Which rates leave a mean over the sample, because they do not depend on it: the step that the paper misses."""
    if law.over.sort != "sample":
        return ""
    rates = [a for a in inside.poly.atoms if isinstance(a, Symbol) and PATH in free(a) and law.over not in free(a)]
    names = ", ".join(f"${symbol(a)}$" for a in rates)
    return f" ({names} {'does' if len(rates) == 1 else 'do'} not depend on ${law.over}$ and {'leaves' if len(rates) == 1 else 'leave'} the mean)" if rates else ""


def _at(at: tuple[tuple[Variable, Vec | Poly | Index], ...]) -> str:
    return "with " + ", ".join(f"${symbol(v) if not isinstance(v, Index) else v} := {_term(t)}$" for v, t in at)


def _term(t: Vec | Poly | Index) -> str:
    if isinstance(t, Index):
        return str(t)
    return vector(t) if isinstance(t, Vec) else polynomial(t)


def _signs(writer: Writer) -> Iterator[str]:
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
    if isinstance(proof, Assume):
        return f"{shown} by {writer.cite(proof.name)}"
    cited = ", ".join(dict.fromkeys(writer.cite(name) for name in _cited(writer, node)))
    if isinstance(proof, Induct) or (isinstance(proof, Inst) and isinstance(proof.body, Induct)):
        return f"{shown} by induction, from $0 \\ge 0$"
    if len(said.poly.atoms) == 1 and said.poly.atoms[0] in RECIPROCALS:
        return f"{shown} by {cited}"
    parts = [
        multiplied((*writer.found.multipliers(p), writer.fact(p.base).poly))
        for p in decomposed(writer.found, node)
        if not cancels(writer.fact(p.base))
    ]
    added = "".join(f" - {p[1:]}" if p.startswith("-") else f" + {p}" for p in parts).removeprefix(" + ")
    counted = any(isinstance(writer.proof(p.base), Induct | Inst) and not p.signs for p in decomposed(writer.found, node))
    return f"{shown} by {cited}: ${polynomial(said.poly)} = {added}$" if cited or not counted else f"{shown}, a number of steps and one more"


def _cited(writer: Writer, node: int) -> Iterator[str]:
    proof = writer.proof(node)
    if isinstance(proof, Assume) and not cancels(writer.fact(node)):
        yield proof.name
    for below in writer.found.tree.below[node]:
        yield from _cited(writer, below)
