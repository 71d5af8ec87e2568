"""A kernel proof as an argument: statements, and sums of them with their multipliers.

A tree of additions and multiplications is one statement, ``sum of multiplier times statement``, as in a proof on
paper; every other rule is a statement of its own.  Each statement is what the kernel infers of its subproof, and each
sum is computed again here: a ``ValueError`` if it is not what the kernel inferred.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field, replace

from theory.kernel import (
    Add,
    Assume,
    Conclude,
    EqMul,
    Fact,
    Inst,
    Mean,
    Mul,
    Norm,
    Proof,
    Rational,
    Rel,
    Square,
    Theory,
)
from theory.polynomial import Poly, lift, product, total
from verification.appendix.reciprocals import cancelled
from verification.appendix.regroup import scalar
from verification.appendix.tree import Tree, tree


@dataclass(frozen=True)
class Part:
    """A summand: a product of nonnegative numbers and a polynomial, times a statement; all are subproofs by number."""

    base: int
    signs: tuple[int, ...] = ()  # subproofs that numbers are nonnegative
    factor: Poly = field(default_factory=lambda: lift(1))  # 1, or what an equation is multiplied by


@dataclass(frozen=True)
class Statement:
    """A line of the argument: a sum if it has ``parts``; else ``below`` are the statements that it comes from."""

    node: int
    parts: tuple[Part, ...] = ()
    below: tuple[int, ...] = ()


@dataclass(frozen=True)
class Argument:
    """The statements in order, the goal last, over the tree of subproofs."""

    statements: tuple[Statement, ...]
    tree: Tree

    def number(self, node: int) -> int | None:
        """The number of the statement about a subproof, if there is one."""
        return next((k for k, s in enumerate(self.statements, 1) if s.node == node), None)

    def multipliers(self, part: Part) -> tuple[Poly, ...]:
        """What a summand's statement is multiplied by, factor by factor."""
        return part.factor, *(self.tree.facts[s].poly for s in part.signs)


def argument(proof: Proof, theory: Theory, known: Container[str] = ()) -> Argument:
    """The argument that the proof is; a subproof whose text is ``known`` was given before, and is cited."""
    subproofs = tree(proof, theory)
    statements: dict[int, Statement] = {}

    def state(node: int) -> None:
        if node in statements:
            return
        statement = _statement(subproofs, node, known)
        for base in (*statement.below, *(p.base for p in statement.parts)):
            if not cancels(subproofs.facts[base]):
                state(base)
        statements[node] = statement

    state(len(subproofs.nodes) - 1)
    found = Argument(tuple(statements.values()), subproofs)
    for statement in found.statements:
        _check(found, statement)
    return found


def number_only(fact: Fact) -> bool:
    """Whether a fact is about numbers such as rates and constants alone."""
    return all(map(scalar, fact.poly.atoms))


def cancels(fact: Fact) -> bool:
    """Whether a fact is the definition of a reciprocal, which the displays cancel."""
    return fact.rel is Rel.EQ and cancelled(fact.poly).is_zero


def _statement(subproofs: Tree, node: int, known: Container[str]) -> Statement:
    proof = subproofs.nodes[node]
    root = node == len(subproofs.nodes) - 1
    if is_leaf(proof) or (not root and is_known(proof, known)):
        return Statement(node)
    if not isinstance(proof, Add | Mul | EqMul | Conclude):
        return Statement(node, below=subproofs.below[node])
    below = subproofs.below[node]
    parts = tuple(_flat(subproofs, below[0] if isinstance(proof, Conclude) else node, known))
    return Statement(node, below=below) if [p.base for p in parts] == [node] else Statement(node, parts)


def is_leaf(proof: Proof) -> bool:
    """A hypothesis, a claim or a square: at a point, in the mean, times a polynomial."""
    match proof:
        case Assume() | Norm() | Square() | Rational():
            return True
        case EqMul(_, (Assume() | Inst()) as body) | Inst(_, body) | Mean(_, body):
            return is_leaf(body)
    return False


def is_known(proof: Proof, known: Container[str]) -> bool:
    """Whether a restated subproof was given before."""
    return isinstance(proof, Conclude) and bool(known) and repr(proof) in known


def _flat(subproofs: Tree, node: int, known: Container[str]) -> Iterator[Part]:
    """The summands of a subproof, its products with numbers multiplied out."""
    match subproofs.nodes[node]:
        case Add():
            for part in subproofs.below[node]:
                yield from _flat(subproofs, part, known)
        case EqMul(factor, _):
            (body,) = subproofs.below[node]
            yield from (replace(p, factor=p.factor * factor) for p in _flat(subproofs, body, known))
        case Mul() if (number := _number(subproofs, node)) is not None:
            (rest,) = (set(subproofs.below[node]) - {number}) or {number}
            signs = tuple(_signs(subproofs, number))
            yield from (replace(p, signs=signs + p.signs) for p in _flat(subproofs, rest, known))
        case _:
            yield Part(node)


def _number(subproofs: Tree, node: int) -> int | None:
    """The premise of a product that is about numbers, the left one of two."""
    return next((k for k in subproofs.below[node] if number_only(subproofs.facts[k])), None)


def _signs(subproofs: Tree, node: int) -> Iterator[int]:
    """The factors of a product of numbers."""
    if isinstance(subproofs.nodes[node], Mul):
        for part in subproofs.below[node]:
            yield from _signs(subproofs, part)
    else:
        yield node


def decomposed(found: Argument, node: int) -> Sequence[Part]:
    """A fact about numbers as a sum of products of facts about numbers."""
    below = found.tree.below[node]
    return tuple(_flat(found.tree, below[0] if isinstance(found.tree.nodes[node], Conclude) else node, ()))


def _check(found: Argument, statement: Statement) -> None:
    if not statement.parts:
        return
    summed = total(product(found.multipliers(p)) * found.tree.facts[p.base].poly for p in statement.parts)
    rest = found.tree.facts[statement.node].poly - summed
    if not rest.is_zero:
        raise ValueError(f"a sum of statements is not what the kernel inferred: {rest} is left over.")
