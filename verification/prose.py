"""Proofs and witnesses as lines of text: what the kernel saw, in the order it saw it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from fractions import Fraction
from typing import Any

from theory.arithmetic import approx
from theory.claim import Check, Witness
from theory.kernel import (
    Add,
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
    Theory,
    infer,
)

Line = tuple[str, str]  # what is done, what it gives


def steps(proof: Proof, theory: Theory) -> list[Line]:
    """The proof as numbered steps, each with the fact that the kernel infers there."""
    return [(says, str(fact)) for says, fact in inferred(proof, theory)]


def inferred(proof: Proof, theory: Theory) -> list[tuple[str, Fact]]:
    """The numbered steps with the facts themselves; each is inferred once, from the facts of the steps it names."""
    lines: list[tuple[str, Fact]] = []
    numbers: dict[Proof, int] = {}
    known = dict(theory)

    def visit(node: Proof) -> int:
        if node not in numbers:
            below = [visit(child) for child in _children(node)]
            fact = infer(_citing(node, {c: f"({numbers[c]})" for c in _children(node)}), known).concl
            lines.append((_says(node, below), fact))
            numbers[node] = len(lines)
            known[f"({len(lines)})"] = fact
        return numbers[node]

    visit(proof)
    return lines


def _citing(node: Proof, names: Mapping[Proof, str]) -> Proof:
    """The last rule of a proof, its subproofs replaced by citations under these names."""
    below = {f.name: getattr(node, f.name) for f in fields(node)}
    cited: dict[str, Any] = {
        field: Assume(names[part]) for field, part in below.items() if any(part is child for child in _children(node))
    }
    return replace(node, **cited)


def _children(node: Proof) -> tuple[Proof, ...]:
    match node:
        case Add(left, right) | Mul(left, right):
            return left, right
        case EqMul(_, body) | Mean(_, body) | Inst(_, body) | Conclude(_, body) | Telescope(_, _, body):
            return (body,)
        case Induct(_, _, base, factor, step):
            return base, factor, step
    return ()


def _says(node: Proof, below: list[int]) -> str:
    refs = [f"({k})" for k in below]
    match node:
        case Assume(name):
            return f"cite {name}"
        case Rational():
            return "a number"
        case Square():
            return "a square"
        case Norm():
            return "a squared norm"
        case Add():
            return f"add {' and '.join(refs)}"
        case Mul():
            return f"multiply {' and '.join(refs)}"
        case EqMul(factor, _):
            return f"multiply the equation {refs[0]} by {factor}"
        case Mean(law, _):
            return f"take the mean {law} of {refs[0]}"
        case Telescope(law, potential, _):
            return f"sum {refs[0]} over {law.over} < {law.below}, the potential {potential} telescoping"
        case Induct(over, _, _, _, _):
            return f"induction on {over}: start {refs[0]}, factor {refs[1]}, step {refs[2]}"
        case Inst(at, _):
            return f"put {', '.join(f'{v} := {t}' for v, t in at)} into {refs[0]}"
    return f"restate {refs[0]}"


def witness_lines(witness: Witness) -> Iterator[Line]:
    """The numbers of an exact replay: hypotheses that hold, conclusions that fail, and what is worth seeing."""
    for check in witness.hypotheses:
        yield f"holds: {check.says}" if check.holds else f"FAILS: {check.says}", _numbers(check)
    for check in witness.claimed:
        yield f"claimed: {check.says}", f"{_numbers(check)} is {'true' if check.holds else 'false'}"
    yield from witness.trace


def _numbers(check: Check) -> str:
    left, right = (_number(q) for q in (check.left, check.right))
    return f"{left} {check.rel} {right}"


def _number(q: Fraction) -> str:
    """The fraction itself if it is short; some have tens of thousands of digits."""
    return str(q) if q.numerator.bit_length() + q.denominator.bit_length() <= 72 else approx(q)
