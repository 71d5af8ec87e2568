"""Shorthands that build proof terms.  They are not trusted: what they build means nothing until the kernel accepts."""

from __future__ import annotations

from fractions import Fraction
from functools import reduce

from theory.gram import Basis, Term, Variable, Vec
from theory.kernel import Add, Assume, EqMul, Inst, Mean, Mul, Proof, Rational
from theory.notation import SAMPLE
from theory.polynomial import Poly, Scalar, lift


def at(body: Proof | str, **points: Vec) -> Proof:
    """The proof (or the hypothesis of that name) at other values of the point variables x, y, v."""
    pairs: list[tuple[Variable, Term]] = [(Basis(name, (), True), point) for name, point in points.items()]
    return Inst(tuple(pairs), assume(body))


def assume(body: Proof | str) -> Proof:
    """A hypothesis by name; a proof is left as it is."""
    return Assume(body) if isinstance(body, str) else body


def add(*parts: Proof | str) -> Proof:
    """The sum of several proofs."""
    return reduce(Add, map(assume, parts))


def mul(*parts: Proof | str) -> Proof:
    """The product of several proofs."""
    return reduce(Mul, map(assume, parts))


def scale(factor: Poly | Scalar, equation: Proof | str) -> Proof:
    """An equation times any polynomial."""
    return EqMul(lift(factor), assume(equation))


def expect(body: Proof | str) -> Proof:
    """The mean over the fresh sample."""
    return Mean(SAMPLE, assume(body))


def rational(value: int | Fraction) -> Proof:
    """A nonnegative number."""
    return Rational(value)
