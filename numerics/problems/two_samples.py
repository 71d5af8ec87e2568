"""The two samples on which GreedyLR is biased: a dear one and a cheap one.

    f_1(x) = (x - 1)^2/2 + price,    f_2(x) = (x + 1)^2/2

L_max = L = mu = 1, x* = 0, f* = (1 + price)/2 and sigma*^2 = 1, all exactly.  Comparing losses of different samples
lowers the rate after f_1 more often than after f_2, and the iterates drift towards -1 (the claims on the biased
example, theory/claims/a1_same_sample.py).
"""

from __future__ import annotations

from numerics.problems.finite_sum import FiniteSum
from numerics.problems.least_squares import least_squares


def two_samples(price: float = 10.0, *, start: float = 0.05) -> FiniteSum:
    """The example at that price of f_1."""
    name = f"two-samples-{price:g}"
    return least_squares([[1.0], [1.0]], [1.0, -1.0], name=name, offsets=[price, 0.0], start=[start])
