"""A kernel proof in words: numbered formulas, each as the kernel inferred it, and how one comes from the others.

In a sum, ``(3)`` stands for the difference of the sides of formula (3): the larger less the smaller, for an equation
the right less the left, or the left where the right is 0.
"""

from __future__ import annotations

from collections.abc import Mapping
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
    Square,
    Telescope,
)
from theory.notation import PATH
from theory.polynomial import Poly
from verification.appendix.argument import Argument, Part, Statement, cancels
from verification.appendix.formula import Averaged, Norm2, Sum, Term, value
from verification.appendix.lines import display
from verification.appendix.reasons import Cite, Writer, reasons
from verification.appendix.typeset import compared, fact, multiplied, polynomial, symbol, vector


def written(found: Argument, cite: Cite, known: Mapping[str, str]) -> str:
    """The proof as LaTeX, from its first formula to the end mark."""
    writer = Writer(found, cite, known)
    last = found.statements[-1]
    if len(found.statements) == 2 and _restates(last):
        said = _leaf(writer, writer.proof(found.statements[0].node)).rstrip(":")
        return _within(f"{said}, as it stands.")
    paragraphs = [_paragraph(writer, k, s) for k, s in enumerate(found.statements, 1) if s is not last]
    if signs := list(dict.fromkeys(reasons(writer))):
        first = next(k for k, s in enumerate(found.statements) if s.parts)
        paragraphs.insert(first, f"The multipliers below are not negative: {'; '.join(signs)}.")
    return _within("\n".join([*paragraphs, _end(writer, last)]))


def _within(text: str) -> str:
    return f"\\begin{{greedylrproof}}\n{text}\n\\end{{greedylrproof}}\n"


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
            said = _mean(law)
            return f"{said[0].upper()}{said[1:]}, formula {refs[0]} becomes{_leaving(law, writer.fact(s.below[0]))}"
        case Inst(at, _):
            return f"Formula {refs[0]} {_at(at)} is"
        case Telescope(law, potential, _):
            steps = f"${law.over} = 0, \\dots, {law.below} - 1$"
            telescope = f"the differences of ${polynomial(potential)}$ telescope"
            return f"Sum {refs[0]} over {steps}; {telescope}, and what is left is"
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
        f"Induction on ${over}$: formula {base} is the assertion for ${over} = 0$, and {step} says that the difference"
        f" of its sides at ${over} + 1$ is at least $q$ times that at ${over}$, for $q = {q}$, which is not negative"
        f" by {factor}. Hence, for every ${over}$,"
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
    if not rates:
        return ""
    names = ", ".join(f"${symbol(a)}$" for a in rates)
    do, leave = ("does", "leaves") if len(rates) == 1 else ("do", "leave")
    return f" ({names} {do} not depend on ${law.over}$ and {leave} the mean)"


def _at(at: tuple[tuple[Variable, Vec | Poly | Index], ...]) -> str:
    return "with " + ", ".join(f"${symbol(v) if not isinstance(v, Index) else v} := {_term(t)}$" for v, t in at)


def _term(t: Vec | Poly | Index) -> str:
    if isinstance(t, Index):
        return str(t)
    return vector(t) if isinstance(t, Vec) else polynomial(t)
