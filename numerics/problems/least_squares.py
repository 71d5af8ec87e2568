"""Least squares and ridge regression.

    f_i(x) = (<a_i, x> - b_i)^2/2 + (ridge/2) |x|^2

L_max = max |a_i|^2 + ridge, L = lambda_max(A^T A/n) + ridge, mu = lambda_min(A^T A/n) + ridge; on the row space of A
where the rows are fewer than the columns and ridge = 0.  x* solves (A^T A/n + ridge I) x = A^T b/n.
Reference: Bach, *Learning Theory from First Principles* (2024), Section 5.1.
"""

from __future__ import annotations

from typing import Any

from numerics.problems.certified import certified
from numerics.problems.finite_sum import FiniteSum
from numerics.problems.terms import terms


def least_squares(
    rows: Any,
    targets: Any,
    *,
    name: str,
    ridge: float = 0.0,
    offsets: Any = None,
    start: Any = None,
    near: Any = None,
) -> FiniteSum:
    """Least squares of ``rows @ x`` against ``targets``; the names are those of ``FiniteSum``."""
    return certified(name, terms("squares", rows, targets, ridge=ridge, offsets=offsets), start=start, near=near)
