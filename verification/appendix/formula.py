"""Formulas as a reader writes them: sums of terms with brackets, norms and means.

A ``Sum`` has a ``value``, the kernel's polynomial; whoever regroups a polynomial checks that the value is the same.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from fractions import Fraction

from theory.gram import Law, Vec, mean, square
from theory.polynomial import Poly, atom, product, total


@dataclass(frozen=True)
class Norm2:
    """The squared norm of a vector."""

    vec: Vec


@dataclass(frozen=True)
class Pair:
    """The inner product of two vectors."""

    left: Vec
    right: Vec


@dataclass(frozen=True)
class Power:
    """An atom or a bracket to a power."""

    base: Hashable | Sum
    exponent: int = 1


@dataclass(frozen=True)
class Averaged:
    """The mean of a sum under a law."""

    law: Law
    body: Sum


Factor = Norm2 | Pair | Power | Averaged


@dataclass(frozen=True)
class Term:
    """A rational number times factors."""

    number: Fraction
    factors: tuple[Factor, ...] = ()

    def times(self, number: Fraction, *factors: Factor) -> Term:
        """This term times a number and factors, which come first."""
        return Term(self.number * number, (*factors, *self.factors))


@dataclass(frozen=True)
class Sum:
    """A sum of terms; the empty one is zero."""

    terms: tuple[Term, ...]

    def __neg__(self) -> Sum:
        return Sum(tuple(Term(-t.number, t.factors) for t in self.terms))


def value(s: Sum) -> Poly:
    """The polynomial that the sum is."""
    return total(product([t.number, *map(_value, t.factors)]) for t in s.terms)


def _value(factor: Factor) -> Poly:
    match factor:
        case Norm2(vec):
            return square(vec)
        case Pair(left, right):
            return left @ right
        case Averaged(law, body):
            return mean(law, value(body))
        case Power(Sum() as base, exponent):
            return value(base) ** exponent
        case Power(base, exponent):
            return atom(base) ** exponent
