"""Which samples a run draws: a counter-based stream, so that any run can be replayed alone.

Philox 4x64 with ten rounds (Salmon et al., *Parallel random numbers: as easy as 1, 2, 3*, 2011), keyed by the seed.
numpy guarantees its raw output for all versions; it becomes an index by (u n) >> 32 of its upper 32 bits u, which
favours no index by more than n / 2^32.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

SAMPLES = 0  # the stream of sample indices; other uses of a seed take other numbers


def draws(seed: int, *, samples: int, steps: int, batch: int) -> npt.NDArray[np.int64]:
    """Indices in range(samples), with replacement, of shape (steps, batch)."""
    if not 0 <= seed < 2**64:
        raise ValueError(f"a seed must lie in [0, 2^64), got {seed!r}: it is half of a Philox key.")
    if not 0 < samples < 2**32:
        raise ValueError(f"a sum must have between 1 and 2^32 - 1 samples, got {samples!r}: indices come from 32 bits.")
    bits = np.random.Philox(key=np.array([seed, SAMPLES], dtype=np.uint64)).random_raw(steps * batch)
    upper = np.asarray(bits, dtype=np.uint64) >> np.uint64(32)
    return ((upper * np.uint64(samples)) >> np.uint64(32)).astype(np.int64).reshape(steps, batch)
