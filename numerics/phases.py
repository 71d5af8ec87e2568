"""What theory says of x^2/2 phase by phase, in floating point: the curves that are laid over the measured maps.

The phase a is the largest of the rates gamma_0 F^k (k an integer) below 2/L, in units of 1/L: in [2F, 2), uniform on a
logarithmic scale.  ``theory/stagnation.py`` and ``theory/rocq`` say why; what is proved is proved there.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
TERMS = 600
SMALLEST = 3 - 2 * math.sqrt(2)  # of the factors for which no phase below 1 diverges


def previous_share(factor: float) -> float:
    """The share of phases whose two-cycle a/F, a diverges on x^2/2, with the previous loss and order "same".

    ln(2/(1 + F)) / ln(1/F), and ln(a+/a-) / ln(1/F) more for F < 3 - 2 sqrt 2, a+ and a- being the roots of
    a^2 - (1 + F) a + 2F.  In the order "next" it is the same for every patience but 0.
    """
    log_width = math.log(2 / (1 + factor))
    if factor < SMALLEST:
        root = math.sqrt(1 - 6 * factor + factor**2)
        log_width += math.log((1 + factor + root) / (1 + factor - root))
    return log_width / math.log(1 / factor)


def multiplier(factor: float, phases: Array, *, comparison: str, order: str, patience: int) -> Array:
    """ln of what decides: above 0 the phase diverges (previous loss), or is stuck (best loss, from 0 on)."""
    a = np.asarray(phases)
    once, twice = np.log(a / factor - 1), np.log(a / factor**2 - 1)
    with np.errstate(divide="ignore"):
        at = np.log(np.abs(1 - a))
        below = np.log(np.abs(1 - a * factor))
        if comparison == "previous":
            return below + 2 * at + 2 * once + twice if order == "next" and patience == 0 else once + at
        rest = sum(np.log(np.abs(1 - a * factor**k)) for k in range(1, _terms(factor)))
    if order == "same":
        return np.asarray(once + at + rest)
    return np.asarray(
        2 * once + twice + at + rest if patience == 0 else once * (patience + 2) / (patience + 1) + at + rest
    )


def _terms(factor: float) -> int:
    return min(TERMS, 2 + int(40 / math.log(1 / factor)))


def share(factor: float, *, comparison: str, order: str, patience: int, phases: int = 20_001) -> float:
    """The share of phases for which that is at least 0, by midpoints on the logarithmic scale."""
    a = 2 * factor ** ((np.arange(phases) + 0.5) / phases)
    return float(np.mean(multiplier(factor, a, comparison=comparison, order=order, patience=patience) >= 0))


def mean_rate(factor: float, phases: int = 20_001) -> float:
    """The mean over phases of ln |x_t| per step, best loss, order "same", patience 0; NaN where a phase is stuck.

    One round from a/F is down to a F^n, the first at which the loss beats its best, and up again: with
    P_n = (a/F - 1) prod_{k <= n} |1 - a F^k| < 1 it takes 2n + 2 steps, and multiplies |x| by
    P_n prod_{k < n} |1 - a F^k|.
    """
    a = 2 * factor ** ((np.arange(phases) + 0.5) / phases)
    rate, down, up = np.full(phases, np.nan), np.log(a / factor - 1), np.zeros(phases)
    for n in range(_terms(factor)):
        here = np.log(np.abs(1 - a * factor**n))
        down = down + here
        back = np.isnan(rate) & (down < 0)
        rate[back] = ((down + up) / (2 * n + 2))[back]
        up = up + here
    return float(rate.mean())
