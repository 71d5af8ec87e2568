"""Certificates with short numbers: a prover reads fewer digits sooner.

Multipliers of a solver have fifty bits, and the squares of an exact elimination a thousand digits; both are rounded as
far as the certificate bears, and what rounded squares leave of the slack matrix must be dominated by its diagonal.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from theory.worst_case.certificate import Upper, check_upper, factors, positive_semidefinite, rational, slack_matrix
from theory.worst_case.problem import Problem
from theory.worst_case.unknown import ZERO
from verification.worst_case.certify import cancel

Matrix = Any  # python-flint's, over Q
Square = tuple[Fraction, Sequence[Fraction]]  # d and l of d |sum_k l_k e_k|^2
PLACES = (8, 12, 16, 20, 24, 28, 32, 36)  # of a rounded multiplier after the binary point, tried in this order
BITS = (12, 24, 36, 48, 72, 96)  # of the mantissa of a rounded number in a square


def rounded(given: Problem, upper: Upper, bound: Fraction) -> tuple[Upper, list[Square]]:
    """The certificate for that bound, with as few digits as it bears, and squares for its slack matrix."""
    check_upper(given, upper)
    for places in PLACES:
        short = _rounded_multipliers(given, upper, places)
        S = _slack(given, short, bound)
        if (room := _room(S)) is not None:
            return short, squares(S, room)
    S = _slack(given, upper, bound)
    return upper, squares(S, _room(S))


def _slack(given: Problem, upper: Upper, bound: Fraction) -> Matrix:
    """The slack matrix with the bound in place of the multiplier of |x_0 - x*|^2 <= 1."""
    S = slack_matrix(given, upper, check=False)
    S[0, 0] += rational(bound - upper.conditions[0])
    return S


def _rounded_multipliers(given: Problem, upper: Upper, places: int) -> Upper:
    """Rounded multipliers, the function values cancelling again."""
    unit = Fraction(1, 2**places)
    pairs = {pair: round(c / unit) * unit for pair, c in upper.pairs[0].items()}
    conditions = (upper.conditions[0], *(round(c / unit) * unit for c in upper.conditions[1:]))
    cancel(given, (pairs,), conditions)
    return Upper(upper.bound, (pairs,), conditions)


def squares(S: Matrix, room: Fraction | None) -> list[Square]:
    """d_k >= 0 and l_k with S = sum_k d_k l_k l_k^T + rest, the rest dominated by its diagonal.

    They are short if S can spare ``room``, a share of its diagonal; otherwise they are exact, and there is no rest.
    """
    if room is not None:
        for bits in BITS:
            if (found := _rounded_squares(S, room, bits)) is not None:
                return found
    return list(factors(S))


def _room(S: Matrix) -> Fraction | None:
    """A share of its diagonal that S can spare and half of it stay positive; None if there is next to none."""
    shares = (Fraction(1, 2**k) for k in range(2, 60, 3))
    return next((share / 2 for share in shares if positive_semidefinite(_without_diagonal(S, share))), None)


def _without_diagonal(S: Matrix, share: Fraction) -> Matrix:
    smaller = 1 * S
    for i in range(S.nrows()):
        smaller[i, i] -= rational(share) * S[i, i]
    return smaller


def _rounded_squares(S: Matrix, room: Fraction, bits: int) -> list[Square] | None:
    """Rounded squares of S less that share of its diagonal, if the diagonal of what they leave of S dominates."""
    found: list[Square] = [
        (_short(d, bits), [_short(c, bits) for c in l]) for d, l in factors(_without_diagonal(S, room))
    ]
    n, rest = S.nrows(), 1 * S
    for d, l in found:
        for i in range(n):
            for j in range(n):
                rest[i, j] -= rational(d * l[i] * l[j])
    dominated = all(2 * rest[i, i] >= sum(abs(rest[i, j]) for j in range(n)) for i in range(n))
    return found if dominated else None


def _short(x: Fraction, bits: int) -> Fraction:
    """The number with that many bits."""
    if not x:
        return ZERO
    unit = Fraction(2) ** (x.numerator.bit_length() - x.denominator.bit_length() - bits)
    return round(x / unit) * unit
