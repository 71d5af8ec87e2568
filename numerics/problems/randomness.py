"""Random numbers that are the same on every machine and for every version of numpy: rounded, from Philox's raw output.

Gaussians are multiples of 2^-20, so that sums of a few products of them with short dyadic numbers are exact.
"""

from __future__ import annotations

from math import prod
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from numerics.problems.finite_sum import Array

DATA = 1  # the stream of generated data; numerics/streams.py has others
DIGITS = 20  # bits after the point


def uniforms(count: int, *, seed: int, part: int = 0) -> Array:
    """Odd multiples of 2^-33 in (0, 1); ``part`` numbers independent uses of one seed."""
    if not 0 <= seed < 2**64:
        raise ValueError(f"a seed must lie in [0, 2^64), got {seed!r}: it is half of a Philox key.")
    generator = np.random.Philox(key=np.array([seed, DATA], dtype=np.uint64), counter=np.array([0, 0, 0, part]))
    bits = np.asarray(generator.random_raw(count), dtype=np.uint64) >> np.uint64(32)
    return np.asarray((bits.astype(np.float64) + 0.5) / 2.0**32)


def gaussians(shape: tuple[int, ...], *, seed: int, part: int = 0) -> Array:
    """Standard normal numbers, by inversion, rounded to multiples of 2^-20."""
    inverse = NormalDist().inv_cdf
    values = [inverse(u) for u in uniforms(prod(shape), seed=seed, part=part).tolist()]
    return dyadic(np.array(values)).reshape(shape)


def shuffled(count: int, *, seed: int, part: int = 1) -> npt.NDArray[np.int64]:
    """A permutation of range(count): the order of that many uniforms."""
    return np.argsort(uniforms(count, seed=seed, part=part), kind="stable")


def dyadic(values: Array, digits: int = DIGITS) -> Array:
    """The nearest multiples of 2^-digits."""
    return np.asarray(np.round(values * 2.0**digits) / 2.0**digits)
