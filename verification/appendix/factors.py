"""A polynomial as a number times irreducible factors over Q."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from theory.polynomial import Poly, atom, product, total


def factors(p: Poly) -> tuple[Fraction, tuple[tuple[Poly, int], ...]]:
    """The number, and the factors with their exponents."""
    if not p.atoms:
        return next((c for _, c in p.terms), Fraction(0)), ()
    number, found = p.body.factor_list()
    return _rational(number), tuple((_poly(p, dict(body.terms())), exponent) for body, exponent in found)


def _poly(p: Poly, terms: Mapping[tuple[int, ...], Any]) -> Poly:
    """The polynomial of these terms in the atoms of ``p``."""
    powers = ((c, [atom(a) ** e for a, e in zip(p.atoms, es, strict=True)]) for es, c in terms.items())
    return total(product([_rational(c), *atoms]) for c, atoms in powers)


def _rational(c: Any) -> Fraction:
    """A number of sympy's domain Q."""
    return Fraction(int(c.numerator), int(c.denominator))
