"""Reciprocals in displays: L times 1/L is 1, and 1/(1 - alpha) times 1 - alpha is.

The kernel knows these as equations and uses them one by one; a reader cancels.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from types import MappingProxyType

from theory.notation import ALPHA, HI, INV_GAP, INV_HI, INV_L, L
from theory.polynomial import Monomial, Poly, atom, lift, product, total

PRODUCTS: Mapping[tuple[Hashable, Hashable], Poly] = MappingProxyType(
    {
        (INV_L.atoms[0], L.atoms[0]): lift(1),
        (INV_HI.atoms[0], HI.atoms[0]): lift(1),
        (INV_GAP.atoms[0], ALPHA.atoms[0]): INV_GAP - 1,
    }
)
RECIPROCALS = frozenset(reciprocal for reciprocal, _ in PRODUCTS)


def cancelled(p: Poly) -> Poly:
    """``p`` with every product of a number and its reciprocal replaced; equal to it whatever the numbers are."""
    if RECIPROCALS.isdisjoint(p.atoms):
        return p
    return total(_cancelled(m) * c for m, c in p.terms)


def _cancelled(monomial: Monomial) -> Poly:
    powers = dict(monomial)
    for (reciprocal, number), image in PRODUCTS.items():
        if reciprocal in powers and number in powers:
            less = {a: e - (a in (reciprocal, number)) for a, e in powers.items()}
            return cancelled(product(atom(a) ** e for a, e in less.items() if e) * image)
    return product(atom(a) ** e for a, e in monomial)
