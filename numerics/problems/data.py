"""Generated data: gaussian rows and a planted model, with noise or without.

Rows are N(0, diag(s_1^2, .., s_d^2)) with variances s_j^2 falling geometrically from 1 to 1/condition.  Rows are
multiples of 2^-20 and the planted w of 2^-8, both below 8 in size, so that <a_i, w> is exact in doubles, in any order
of addition, for d <= 2^19.  Without noise w fits the data exactly, and the certificate says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from numerics.problems.finite_sum import Array
from numerics.problems.randomness import dyadic, gaussians, uniforms

ROWS, PLANTED, NOISE = range(2, 5)  # parts of the seed's stream, one for each use


@dataclass(frozen=True, slots=True, eq=False)
class Data:
    """Rows with one target each, and a point that fits them exactly where one is known."""

    rows: Array  # (n, d)
    targets: Array  # (n,); for classification -1 or 1
    fit: Array | None = None  # (d,): rows @ fit = targets, or targets * (rows @ fit) >= 1


def regression(*, samples: int, dimension: int, noise: float, seed: int, condition: float = 1.0) -> Data:
    """b_i = <a_i, w> + noise * N(0, 1), the noise rounded like the rows; w fits exactly where noise = 0."""
    if not noise >= 0:
        raise ValueError(f"noise must be at least 0, got {noise!r}: it is a standard deviation.")
    rows, w = _design(samples, dimension, condition, seed)
    errors = dyadic(noise * gaussians((samples,), seed=seed, part=NOISE))
    return Data(rows, rows @ w + errors, None if np.any(errors) else w)


def classification(*, samples: int, dimension: int, noise: float, seed: int, condition: float = 1.0) -> Data:
    """b_i = sign <a_i, w>, flipped with probability ``noise``; a multiple of w has all margins >= 1 where no flip fell.

    Of five rows for every four samples the fifth that lies closest to the hyperplane <a, w> = 0 is left out.
    """
    if not 0 <= noise <= 0.5:
        raise ValueError(f"noise must lie in [0, 1/2], got {noise!r}: it is the probability that a label is flipped.")
    rows, w = _design(samples, dimension, condition, seed, spare=samples // 4)
    kept = np.sort(np.argsort(-np.abs(rows @ w), kind="stable")[:samples])
    margins = rows[kept] @ w
    flips = uniforms(samples, seed=seed, part=NOISE) < noise
    stretch = 2.0 ** np.ceil(-np.log2(np.abs(margins).min()))
    labels = np.where((margins >= 0) == flips, -1.0, 1.0)
    return Data(rows[kept], labels, None if np.any(flips) else stretch * w)


def _design(samples: int, dimension: int, condition: float, seed: int, *, spare: int = 0) -> tuple[Array, Array]:
    if samples < 1 or dimension < 1:
        raise ValueError(f"samples and dimension must be at least 1, got {samples!r} and {dimension!r}.")
    if not condition >= 1:
        raise ValueError(f"condition must be at least 1, got {condition!r}: variances fall from 1 to 1/condition.")
    scales = np.geomspace(1, condition**-0.5, dimension)
    rows = dyadic(gaussians((samples + spare, dimension), seed=seed, part=ROWS) * scales)
    return rows, dyadic(gaussians((dimension,), seed=seed, part=PLANTED), digits=8)
