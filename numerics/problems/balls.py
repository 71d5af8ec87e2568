"""Ball arithmetic: real numbers known to lie in a ball, computed with python-flint's ``arb``.

A double is a dyadic number and enters without error; every operation returns a ball that contains the exact result
(Johansson, *Arb: efficient arbitrary-precision midpoint-radius interval arithmetic*, 2017).  A comparison is true only
where it holds for all members of the balls.  The precision decides how small the balls are, never whether they are
right.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from contextlib import AbstractContextManager

from flint import arb, arb_mat, ctx

from numerics.problems.finite_sum import Array, Enclosure

PRECISION = 128  # bits: products of two doubles are exact, and so are sums of a few million of them, of like size


def precise(bits: int = PRECISION) -> AbstractContextManager[object]:
    """Ball arithmetic with midpoints of that many bits until the context ends; then the precision is as before."""
    return ctx.workprec(bits)


def matrix(rows: Array) -> arb_mat:
    """The matrix of doubles, exactly."""
    return arb_mat(rows.tolist())


def column(x: Array) -> arb_mat:
    """The vector of doubles as a matrix of one column, exactly."""
    return arb_mat([[v] for v in x.tolist()])


def identity(d: int) -> arb_mat:
    """The identity matrix of size d."""
    return arb_mat(d, d, [int(i == j) for i in range(d) for j in range(d)])


def total(terms: Iterable[arb]) -> arb:
    """Their sum."""
    return sum(terms, arb(0))


def norm2(entries: Iterable[arb]) -> arb:
    """The square of the Euclidean norm."""
    return total(v * v for v in entries)


def below(x: arb) -> float:
    """A double that is certainly at most x, no further from the ball than rounding."""
    if x.is_nan():
        raise ArithmeticError(
            f"the ball {x} is no number: some input overflowed the ball arithmetic; rescale the data."
        )
    low = float(x.lower())
    while not arb(low) <= x:
        low = math.nextafter(low, -math.inf)
    return low


def above(x: arb) -> float:
    """A double that is certainly at least x, no further from the ball than rounding."""
    return 0.0 - below(-x)  # not -0.0


def enclosure(x: arb) -> Enclosure:
    """The ball as an interval of doubles, rounded outwards."""
    return Enclosure(below(x), above(x))


def semidefinite(symmetric: arb_mat) -> bool:
    """Whether the matrix is certainly positive semidefinite: every pivot of its LDL^T is certainly positive.

    A pivot may also be exactly zero, if the rest of its column is: then its row and column split off.  Only the lower
    triangle is looked at.
    """
    a = symmetric.tolist()
    for k in range(len(a)):
        pivot, rest = a[k][k], range(k + 1, len(a))
        if pivot == 0 and all(a[i][k] == 0 for i in rest):
            continue
        if not pivot > 0:
            return False
        for i in rest:
            ratio = a[i][k] / pivot
            for j in range(k + 1, i + 1):
                a[i][j] -= ratio * a[j][k]
    return True
