"""Interval proofs: real numbers known to lie in a ball, computed with python-flint's ``arb``.

Every operation returns a ball that contains the exact result (Johansson, *Arb: efficient arbitrary-precision
midpoint-radius interval arithmetic*, 2017); a comparison is true only where it holds for all members.  Rationals enter
as rationals, results leave as rationals: a dyadic number that certainly lies below, or above.  The precision decides
how small the balls are, never whether they are right.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from fractions import Fraction

from flint import arb, ctx, fmpq

PRECISION = 128  # bits


def precise(bits: int = PRECISION) -> AbstractContextManager[object]:
    """Balls with midpoints of that many bits until the context ends; then the precision is as before."""
    return ctx.workprec(bits)


def ball(low: Fraction, high: Fraction | None = None) -> arb:
    """A ball that contains the rational, or every number between the two."""
    point = arb(fmpq(low.numerator, low.denominator))
    return point if high is None else point.union(arb(fmpq(high.numerator, high.denominator)))


def lower(x: arb) -> Fraction:
    """A rational that is at most every member of x, no further away than rounding."""
    return _exactly(x.lower())


def upper(x: arb) -> Fraction:
    """A rational that is at least every member of x."""
    return _exactly(x.upper())


def _exactly(x: arb) -> Fraction:
    if not x.is_finite() or not x.is_exact():
        raise ArithmeticError(f"the ball {x} has no finite end: raise the precision, or divide by no ball around 0.")
    mantissa, exponent = x.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
