"""Logistic regression.

    f_i(x) = ln(1 + exp(-b_i <a_i, x>)) + (ridge/2) |x|^2,    b_i in {-1, 1}

phi'' <= 1/4 with equality at 0, so that L_max = max |a_i|^2/4 + ridge and L = lambda_max(A^T A/n)/4 + ridge are both
attained at x = 0.  phi'' vanishes far away: mu = ridge.  Without ridge a minimiser need not exist, and none is
certified.  Reference: Bach, *Learning Theory from First Principles* (2024), Section 4.1.
"""

from __future__ import annotations

from typing import Any

from numerics.problems.certified import certified
from numerics.problems.finite_sum import FiniteSum
from numerics.problems.terms import terms


def logistic(
    rows: Any, labels: Any, *, name: str, ridge: float, offsets: Any = None, start: Any = None, near: Any = None
) -> FiniteSum:
    """Logistic regression of the labels on the rows."""
    return certified(name, terms("logistic", rows, labels, ridge=ridge, offsets=offsets), start=start, near=near)
