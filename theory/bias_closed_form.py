"""The limit of E x_t on the two samples in closed form, for either order: a rational function of d and h.

h = max_lr is the high rate, r = max(min_lr, F h) the low one, d = 1 - r/h.  One sample at a time, without patience,
the rate decided from a dear sample after a cheap one is r, every other one is h.  In the limit each pair of successive
samples has probability 1/4, and the means of x restricted to the last sample solve two (or three) linear equations.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from sympy import QQ
from sympy.polys.fields import FracElement
from sympy.polys.rings import PolyElement, ring
from sympy.polys.solvers import solve_lin_sys

Q = Fraction
FIELD = QQ.frac_field("d", "h")


@dataclass(frozen=True)
class Ratio:
    """A rational function of (d, h): a numerator over a denominator with integer coefficients."""

    numerator: PolyElement
    denominator: PolyElement

    def __call__(self, d: Fraction, h: Fraction) -> Fraction:
        """Its value."""
        return _value(self.numerator, d, h) / _value(self.denominator, d, h)


def same() -> Ratio:
    """-d (1 + h) / (4 - d (1 - h)), for Algorithm 1 as printed: from u = E[x; last dear] and v = E[x; last cheap].

    u = ((1-h) u + (1-r) v + (h + r)/2)/2 and v = ((1-h)(u + v) - h)/2, for either sample last has probability 1/2.
    """
    d, h = FIELD.gens
    r = (1 - d) * h
    _, u, v = ring("u,v", FIELD)
    dear = (1 - h) * u + (1 - r) * v + (h + r) / 2 - 2 * u
    cheap = (1 - h) * (u + v) - h - 2 * v
    return _total([dear, cheap])


def next_() -> Ratio:
    """d h (d (1 - h) + 4h) / (4 (4 - d (1 - h))), for the order of a PyTorch loop: positive, and of the order of h.

    a, b, c are E[x; .] for the last two samples dear dear, any cheap, cheap dear; only after the last is the rate r.
    """
    d, h = FIELD.gens
    r = (1 - d) * h
    _, a, b, c = ring("a,b,c", FIELD)
    dear_dear = (1 - h) * a + (1 - r) * c + (h + r) / 4 - 2 * a
    cheap = (1 - h) * (a + b) + (1 - r) * c - (3 * h + r) / 4 - 2 * b
    cheap_dear = (1 - h) * b + h / 2 - 2 * c
    return _total([dear_dear, cheap, cheap_dear])


def _total(equations: list[PolyElement]) -> Ratio:
    solution = solve_lin_sys(equations, equations[0].ring)
    total: FracElement = sum(solution.values(), FIELD.zero)
    return Ratio(total.numer, total.denom)


def _value(poly: PolyElement, d: Fraction, h: Fraction) -> Fraction:
    terms = (Q(int(c.numerator), int(c.denominator)) * d**i * h**j for (i, j), c in poly.terms())
    return sum(terms, Q(0))


def relative_cut(factor: Fraction, low: Fraction, high: Fraction) -> Fraction:
    """d = 1 - max(min_lr, F max_lr)/max_lr: 1 - F where min_lr leaves room for a cut."""
    return 1 - max(low, factor * high) / high


def bias(factor: Fraction, high: Fraction) -> Fraction:
    """-(1-F)(1+h)/(3 + F + (1-F)h): the limit for Algorithm 1 if min_lr <= F max_lr; -(1-F)/(3+F) at h = 0."""
    return -(1 - factor) * (1 + high) / (3 + factor + (1 - factor) * high)


def distance_bound(high: Fraction, x0: Fraction, steps: int) -> Fraction:
    """2 (1 + |x_0|)/(h T), which |E xbar_T - bias| never exceeds: theory/rocq, SameSample.expected_average."""
    return 2 * (1 + abs(x0)) / (high * steps)
