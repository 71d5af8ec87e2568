"""The smoothed hinge, a support vector machine whose loss is differentiable.

    f_i(x) = phi(b_i <a_i, x>) + (ridge/2) |x|^2
    phi(m) = 0 where m >= 1, (1 - m)^2/(2 s) where 1 - s < m < 1, 1 - m - s/2 where m <= 1 - s

phi'' <= 1/s, attained where 1 - s < m < 1: L_max = max |a_i|^2/s + ridge is attained, L = lambda_max(A^T A/n)/s + ridge
is a bound.  phi is flat far away: mu = ridge.  Without ridge only a minimiser with all margins at least 1 is certified.
Reference: Shalev-Shwartz and Zhang, *Stochastic dual coordinate ascent methods* (2013), equation (3).
"""

from __future__ import annotations

from typing import Any

from numerics.problems.certified import certified
from numerics.problems.finite_sum import FiniteSum
from numerics.problems.terms import terms


def hinge(
    rows: Any,
    labels: Any,
    *,
    name: str,
    ridge: float,
    scale: float = 1.0,
    offsets: Any = None,
    start: Any = None,
    near: Any = None,
) -> FiniteSum:
    """The smoothed hinge of the labels' margins, with s = ``scale``."""
    data = terms("hinge", rows, labels, ridge=ridge, scale=scale, offsets=offsets)
    return certified(name, data, start=start, near=near)
