"""Polynomials over the rationals in arbitrary atoms: sympy's sparse rings do the arithmetic and decide equality.

An atom is any hashable value whose ``repr`` is injective.  A polynomial lives in the ring Q[x_0, ..., x_{n-1}] whose
n generators stand for its n atoms in the order of their ``repr``; operations move both sides to the union first.
Two polynomials are the same function of their atoms iff they are equal here: no simplifier is ever asked.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from sympy import QQ, Symbol
from sympy.polys.rings import PolyElement, PolyRing

Atom = Hashable
Scalar = int | Fraction
Monomial = tuple[tuple[Atom, int], ...]  # atoms with their exponents


@lru_cache
def _ring(size: int) -> PolyRing:
    return PolyRing([Symbol(f"x{k}") for k in range(size)], QQ)


@dataclass(frozen=True)
class Poly:
    """A polynomial in ``atoms``, of which every one occurs; build it with ``lift`` and ``+ - *``."""

    atoms: tuple[Atom, ...]
    body: PolyElement

    def __post_init__(self) -> None:
        """Refuse a body from any other ring, and one that is no polynomial: the operations never make one."""
        if self.body.ring != _ring(len(self.atoms)) or len(set(self.atoms)) < len(self.atoms):
            raise TypeError(f"{self.body!r} does not lie in the ring of {len(self.atoms)} distinct atoms over Q.")
        for exponents, c in self.body.items():
            if not QQ.of_type(c) or not c or any(e < 0 for e in exponents):
                raise TypeError(f"{self.body!r} has a term that is none: {c} with the exponents {exponents}.")

    @property
    def terms(self) -> Iterator[tuple[Monomial, Fraction]]:
        """Monomials with their nonzero coefficients, in a fixed order."""
        for exponents, c in sorted(self.body.terms(), reverse=True):
            monomial = tuple((self.atoms[k], e) for k, e in enumerate(exponents) if e)
            yield monomial, Fraction(int(c.numerator), int(c.denominator))

    def __add__(self, other: Poly | Scalar) -> Poly:
        a, b, atoms = _common(self, lift(other))
        return _tidy(atoms, a + b)

    def __mul__(self, other: Poly | Scalar) -> Poly:
        if hasattr(other, "coords"):
            return NotImplemented  # a vector scales itself
        a, b, atoms = _common(self, lift(other))
        return _tidy(atoms, a * b)

    def __pow__(self, exponent: int) -> Poly:
        return _tidy(self.atoms, self.body**exponent)

    def __neg__(self) -> Poly:
        return Poly(self.atoms, -self.body)

    def __sub__(self, other: Poly | Scalar) -> Poly:
        return self + -lift(other)

    def __rsub__(self, other: Scalar) -> Poly:
        return lift(other) - self

    __radd__, __rmul__ = __add__, __mul__

    @property
    def is_zero(self) -> bool:
        """Whether this is the zero polynomial."""
        return not self.body

    def __str__(self) -> str:
        return " + ".join(_show(m, c) for m, c in self.terms).replace(" + -", " - ") or "0"

    def __repr__(self) -> str:
        return " + ".join(f"{c}{list(monomial) or ''}" for monomial, c in self.terms) or "0"


def lift(value: Poly | Scalar) -> Poly:
    """View an exact number as a polynomial; a float is refused, for it stands for another number than it shows."""
    if type(value) is Poly:
        return value
    if isinstance(value, Poly) or type(value) not in (int, Fraction):
        raise TypeError(f"{value!r} is not an exact number; the kernel computes in Q. Write Fraction('{value}').")
    return Poly((), _ring(0)(QQ(value.numerator, value.denominator)))


def atom(a: Atom) -> Poly:
    """The polynomial that is the one atom ``a``."""
    return Poly((a,), _ring(1).gens[0])


def product(factors: Iterable[Poly | Scalar]) -> Poly:
    """The product; 1 if there are none."""
    result = lift(1)
    for factor in factors:
        result = result * factor
    return result


def total(summands: Iterable[Poly | Scalar]) -> Poly:
    """The sum; 0 if there are none."""
    result = lift(0)
    for summand in summands:
        result = result + summand
    return result


def _common(p: Poly, q: Poly) -> tuple[PolyElement, PolyElement, tuple[Atom, ...]]:
    atoms = tuple(sorted({*p.atoms, *q.atoms}, key=repr))
    return _embed(p, atoms), _embed(q, atoms), atoms


def _embed(p: Poly, atoms: tuple[Atom, ...]) -> PolyElement:
    place = [atoms.index(a) for a in p.atoms]
    moved = {}
    for exponents, c in p.body.items():
        row = [0] * len(atoms)
        for k, e in enumerate(exponents):
            row[place[k]] = e
        moved[tuple(row)] = c
    return _ring(len(atoms)).from_dict(moved)


def _tidy(atoms: tuple[Atom, ...], body: PolyElement) -> Poly:
    used = [k for k in range(len(atoms)) if any(exponents[k] for exponents in body)]
    kept = {tuple(exponents[k] for k in used): c for exponents, c in body.items()}
    return Poly(tuple(atoms[k] for k in used), _ring(len(used)).from_dict(kept))


def _show(monomial: Monomial, c: Fraction) -> str:
    factors = [f"{a}" if e == 1 else f"{a}^{e}" for a, e in monomial]
    if not factors:
        return str(c)
    return ("-" if c == -1 else "" if c == 1 else f"{c}*") + "*".join(factors)
