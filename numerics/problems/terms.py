"""The data of a finite sum, checked, and what is computed from them in doubles."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from numerics.problems.finite_sum import Array
from numerics.problems.links import LINKS, Link, value_and_slope


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """f(x) = (1/n) sum_i [phi(<a_i, x>; b_i) + c_i] + (ridge/2) |x|^2, before anything is known about it."""

    link: Link
    rows: Array  # (n, d): a_i
    targets: Array  # (n,): b_i
    offsets: Array  # (n,): c_i
    ridge: float
    scale: float

    def losses_and_slopes(self, x: Array) -> tuple[Array, Array]:
        """phi(<a_i, x>; b_i) and phi'(<a_i, x>; b_i) for all i, each of shape (n,)."""
        code, z = LINKS.index(self.link), (self.rows @ x).tolist()
        pairs = [value_and_slope(code, self.scale, z_i, b) for z_i, b in zip(z, self.targets.tolist(), strict=True)]
        both = np.array(pairs)
        return both[:, 0], both[:, 1]


def terms(link: Link, rows: Any, targets: Any, *, ridge: float = 0.0, scale: float = 1.0, offsets: Any = None) -> Terms:
    """The data as arrays of doubles, copied, once they are found to define a convex finite sum."""
    a, b = np.array(rows, dtype=np.float64, order="C"), np.array(targets, dtype=np.float64)
    c = np.zeros(len(b)) if offsets is None else np.array(offsets, dtype=np.float64)
    _check_shapes(a, b, c)
    _check_numbers(a, b, c)
    if not (math.isfinite(ridge) and ridge >= 0):
        raise ValueError(f"ridge must be finite and at least 0, got {ridge!r}: f is convex with ridge >= 0.")
    if not (math.isfinite(scale) and scale > 0):
        raise ValueError(f"scale must be finite and positive, got {scale!r}: it is the width of the curved part.")
    if link in ("logistic", "hinge") and not np.all(np.abs(b) == 1):
        wrong = b[np.abs(b) != 1][0]
        raise ValueError(f"labels must be -1 or 1, got {float(wrong)!r}: map two classes to the two signs.")
    return Terms(link, a, b, c, float(ridge), float(scale))


def _check_shapes(a: Array, b: Array, c: Array) -> None:
    if a.ndim != 2 or 0 in a.shape:
        raise ValueError(f"rows must have shape (n, d) with n, d >= 1, got {a.shape}: one row a_i per sample.")
    for name, values in (("targets", b), ("offsets", c)):
        if values.shape != (len(a),):
            raise ValueError(f"{name} must have shape ({len(a)},), got {values.shape}: one number per row.")


def _check_numbers(a: Array, b: Array, c: Array) -> None:
    for name, values in (("rows", a), ("targets", b), ("offsets", c)):
        if not np.all(np.isfinite(values)):
            wrong = values[~np.isfinite(values)][0]
            raise ValueError(f"{name} must be finite, got {float(wrong)!r}: drop or impute such entries first.")
