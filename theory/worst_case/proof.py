"""A certificate as a proof for the kernel: the second check of what ``certificate.py`` computes with matrices.

The problem's inequalities are the theory, its basis vectors and values are opaque symbols; the proof adds them up with
the multipliers, adds the squares that the slack matrix is a sum of, and concludes ``bound - objective >= 0``.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from theory.gram import Index, Vec, symbol, vector
from theory.kernel import Add, Assume, Conclude, Fact, Mul, Norm, Proof, Rational, Theory
from theory.polynomial import Poly, lift, total
from theory.worst_case.certificate import Upper, factors, slack_matrix
from theory.worst_case.problem import Component, Problem
from theory.worst_case.unknown import Point


def _basis(k: int) -> Vec:
    return vector("e", Index("", shift=k))


def _vector(point: Point) -> Vec:
    return _sum(c * _basis(k) for k, c in enumerate(point.coords) if c)


def _sum(parts: Iterable[Vec]) -> Vec:
    result = Vec(())
    for part in parts:
        result = result + part
    return result


def _value(index: int | None) -> Poly:
    return lift(0) if index is None else symbol("f", Index("", shift=index))


def _inequality(component: Component, i: int, j: int) -> Fact:
    a, b = component.samples[i], component.samples[j]
    dx, dg = (_vector(getattr(a, n)) - _vector(getattr(b, n)) for n in ("position", "gradient"))
    of_g, of_x, mixed = component.weights
    bend = of_g * (dg @ dg) + of_x * (dx @ dx) + mixed * (dg @ dx)
    return Fact(_value(a.value) - _value(b.value) - _vector(b.gradient) @ dx - bend)


def theory_of(problem: Problem) -> Theory:
    """The problem's inequalities as hypotheses."""
    facts: dict[str, Fact] = {}
    for c, component in enumerate(problem.components):
        size = len(component.samples)
        pairs = ((i, j) for i in range(size) for j in range(size) if i != j)
        facts |= {f"samples {c} {i} {j}": _inequality(component, i, j) for i, j in pairs}
    for k, condition in enumerate(problem.conditions):
        gram = total(c * (_basis(a) @ _basis(b)) for (a, b), c in condition.gram)
        values = total(c * _value(v) for v, c in condition.values)
        facts[f"condition {k}"] = Fact(values + gram + condition.constant)
    return facts


def goal(problem: Problem, bound: Fraction) -> Fact:
    """``bound - objective >= 0``."""
    return Fact(lift(bound - problem.constant) - total(c * _value(k) for k, c in problem.objective))


def proof(problem: Problem, proposed: Upper) -> Proof:
    """The sum of all parts, as a balanced tree."""
    parts: list[Proof] = []
    for c, multipliers in enumerate(proposed.pairs):
        parts += [Mul(Rational(x), Assume(f"samples {c} {i} {j}")) for (i, j), x in multipliers.items() if x]
    parts += [Mul(Rational(x), Assume(f"condition {k}")) for k, x in enumerate(proposed.conditions) if x]
    S = slack_matrix(problem, proposed, check=False)
    for pivot, column in factors(S):
        parts.append(Mul(Rational(pivot), Norm(_sum(c * _basis(k) for k, c in enumerate(column) if c))))
    spent = sum((x * c.constant for x, c in zip(proposed.conditions, problem.conditions, strict=True)), Fraction(0))
    parts.append(Rational(proposed.bound - problem.constant - spent))
    while len(parts) > 1:
        parts = [Add(*pair) if len(pair) == 2 else pair[0] for pair in _by_two(parts)]
    return Conclude(goal(problem, proposed.bound), parts[0])


def _by_two(parts: list[Proof]) -> list[list[Proof]]:
    return [parts[k : k + 2] for k in range(0, len(parts), 2)]
