"""Quadratics with a prescribed spectrum and known everything else.

    f(x) = (1/2) sum_j lambda_j x_j^2 + noise^2/2

as a finite sum of squares.  With columns h_j of a Hadamard matrix of order n, entries +-1, a_i = (s_j h_ij)_j with
s_j = sqrt(lambda_j) and b = noise h_0: the columns are orthogonal, so that A^T A/n = diag(s_j^2) and A^T b = 0 exactly.
L = max lambda_j, mu = min lambda_j, |a_i|^2 = L_max = sum lambda_j for every sample, x* = 0, f* = noise^2/2 and
sigma*^2 = noise^2 sum lambda_j; with noise = 0 every sample is minimised at x*.
Reference: Horadam, *Hadamard Matrices and Their Applications* (2007), Section 2.1.1 (Sylvester's construction).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.linalg import hadamard

from numerics.problems.finite_sum import FiniteSum
from numerics.problems.least_squares import least_squares
from numerics.problems.randomness import gaussians, shuffled


def prescribed_spectrum(
    eigenvalues: Sequence[float], *, samples: int, noise: float, seed: int, name: str = "quadratic"
) -> FiniteSum:
    """The quadratic with these eigenvalues; the seed chooses the columns and a gaussian start.

    The eigenvalues are the squares of doubles: 1 and 1/4 are met exactly, others up to rounding.
    """
    d, least = len(eigenvalues), min(eigenvalues, default=0.0)
    if not least > 0:
        raise ValueError(f"eigenvalues must be positive, and at least one, got a least of {least!r}.")
    if samples & (samples - 1) or not samples > d:
        raise ValueError(f"samples must be a power of two above {d}, the number of eigenvalues, got {samples!r}.")
    if not noise >= 0:
        raise ValueError(f"noise must be at least 0, got {noise!r}: it is the size of every target.")
    columns = hadamard(samples)[:, shuffled(samples, seed=seed)[: d + 1]]
    rows = columns[:, 1:] * np.sqrt(np.asarray(eigenvalues, dtype=np.float64))
    start = gaussians((d,), seed=seed)
    return least_squares(rows, noise * columns[:, 0], name=name, start=start, near=np.zeros(d))
