"""Multipliers in closed form: the last iterate of gradient descent, whatever its rates.

With s_t = L (gamma_0 + ... + gamma_{t-1}) and S = s_N the multipliers

    lambda_t = s_t/(2 S - s_{t-1})  of  f_{t-1} >= f_t + ...   and   lambda_{t+1} - lambda_t  of  f(x*) >= f_t + ...

(lambda_0 = 0, lambda_{N+1} = 1) belong to the bound L |x_0 - x*|^2/(2 (2 S + 1)), the gap on a Huber function: they
are chosen so that this function's Gram matrix lies in the kernel of the slack matrix.  For equal rates they are those
of Drori and Teboulle (*Performance of first-order methods for smooth convex minimization: a novel approach*, 2014).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate, pairwise

from theory.worst_case.certificate import Upper

ONE = Fraction(1)


def bound(rates: Sequence[Fraction], smoothness: Fraction = ONE) -> Fraction:
    """L/(2 (2 S + 1))."""
    return smoothness / (2 * (2 * smoothness * sum(rates, Fraction(0)) + 1))


def multipliers(rates: Sequence[Fraction], smoothness: Fraction = ONE) -> Upper:
    """The certificate for ``FixedDescent(rates)``; whether the slack matrix is semidefinite is for the checker."""
    sums = list(accumulate((smoothness * rate for rate in rates), initial=Fraction(0)))
    weights = [Fraction(0), *(now / (2 * sums[-1] - before) for before, now in pairwise(sums)), ONE]
    pairs = {(t, t + 1): weights[t] for t in range(1, len(rates) + 1)}
    pairs |= {(0, t + 1): after - before for t, (before, after) in enumerate(pairwise(weights))}
    high = bound(rates, smoothness)
    return Upper(high, (pairs,), (high,))


def huber_gap(rates: Sequence[Fraction], smoothness: Fraction = ONE) -> tuple[Fraction, Fraction]:
    """f(x_N) - f* of gradient descent on the Huber function L (d |x| - d^2/2) for |x| > d, run exactly; and d.

    d = 1/(2 S + 1), and x_0 = 1.
    """
    d, x = 1 / (2 * smoothness * sum(rates, Fraction(0)) + 1), ONE
    for rate in rates:
        x -= rate * smoothness * max(-d, min(d, x))
    return smoothness * (d * abs(x) - d * d / 2 if abs(x) > d else x * x / 2), d
