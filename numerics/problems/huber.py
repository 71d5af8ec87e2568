"""Huber regression, and the Huber function on which gradient descent is slowest.

    f_i(x) = phi(<a_i, x> - b_i) + (ridge/2) |x|^2,    phi(r) = r^2/2 where |r| <= s, else s |r| - s^2/2

phi'' <= 1, attained where |r| < s: L_max = max |a_i|^2 + ridge is attained, L = lambda_max(A^T A/n) + ridge is a bound
(and attained with one sample).  phi is flat far away: mu = ridge.  Without ridge only a minimiser with gradient exactly
0 is certified, such as one that fits the data.  Reference: Huber, *Robust estimation of a location parameter* (1964).
"""

from __future__ import annotations

import math
from typing import Any, Literal

from numerics.problems.certified import certified
from numerics.problems.finite_sum import FiniteSum
from numerics.problems.terms import terms


def huber(
    rows: Any,
    targets: Any,
    *,
    name: str,
    ridge: float,
    scale: float = 1.0,
    offsets: Any = None,
    start: Any = None,
    near: Any = None,
) -> FiniteSum:
    """Huber regression of the targets on the rows, with s = ``scale``."""
    data = terms("huber", rows, targets, ridge=ridge, scale=scale, offsets=offsets)
    return certified(name, data, start=start, near=near)


def worst_case_huber(
    L: float, *, distance: float, steps: int, rate: float, measured: Literal["last", "mean"] = "mean"
) -> FiniteSum:
    """f(x) = L x^2/2 where |x| <= delta, L delta |x| - L delta^2/2 beyond, with runs from x_0 = distance =: R.

    Gradient descent at a constant rate stays on the slope for T = steps steps, and delta makes largest, of all Huber
    functions of curvature L,

    * "last": f(x_T) - f*, by delta = R/(2 gamma L T + 1); it is L R^2/(2 (2 gamma L T + 1)), for gamma <= 1/L the most
      that is possible (Drori and Teboulle, *Performance of first-order methods*, 2014, Theorem 3.2);
    * "mean": the mean of f(x_t) - f* over t < T, by delta = R/(1 + gamma L (T - 1)); it is
      R^2/(2 (gamma (T - 1) + 1/L)), at gamma = 1/L the first term of the paper's bound exactly (the claim
      ``sharp.first-term``; theory/rocq/HuberLowerBound.v).

    L is the square of a double only up to rounding: the constants say by how much.
    """
    for symbol, value in (("L", L), ("distance", distance), ("steps", steps), ("rate", rate)):
        if not (math.isfinite(value) and value > 0):
            raise ValueError(f"{symbol} must be finite and positive, got {value!r}: the run must descend a slope.")
    stretch = {"last": 2 * rate * L * steps + 1, "mean": rate * L * (steps - 1) + 1}
    if measured not in stretch:
        raise ValueError(f"measured must be 'last' or 'mean', got {measured!r}: it says which gap is made largest.")
    slope = math.sqrt(L)
    name = f"worst-case-huber-{measured}-{steps}"
    return huber([[slope]], [0.0], name=name, ridge=0.0, scale=slope * distance / stretch[measured], start=[distance])
