"""Algorithm 1 and its variants on two samples, simulated: the mean of the iterates after a burn-in, with its interval.

f_1 = (x - 1)^2/2 + c is dear, f_2 = (x + 1)^2/2 cheap; the minimiser of their mean is 0.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from statistics import fmean, stdev

from greedylr.rule import Rule

QUANTILE = 3.66  # Student's, two-sided 99.9%, 29 degrees of freedom; of more it is smaller


@dataclass(frozen=True)
class Simulated:
    """A mean over independent runs, with the half-width of its 99.9% interval and what it was made of."""

    mean: float
    half_width: float
    rate: float  # the mean rate over the last tenth of the steps
    runs: int
    steps: int
    seed: int


def simulate(rule: Rule, *, batch: int, runs: int, steps: int, seed: int, price: float = 10.0) -> Simulated:
    """The long-run mean of x over ``runs`` >= 30 independent runs of ``steps`` steps, each without its first half."""
    if runs < 30:
        raise ValueError(f"at least 30 runs make an interval here, got {runs}: its quantile is that of 30.")
    rng = random.Random(seed)
    means, rates = zip(*(_run(rule, batch, steps, price, rng) for _ in range(runs)), strict=True)
    return Simulated(fmean(means), QUANTILE * stdev(means) / runs**0.5, fmean(rates), runs, steps, seed)


def _run(rule: Rule, batch: int, steps: int, price: float, rng: random.Random) -> tuple[float, float]:
    state = rule.step(rule.start(rule.max_lr), price / 2)
    x, total, rates, kept = 0.05, 0.0, 0.0, 0
    for t in range(steps):
        if t >= steps // 2:
            total, kept = total + x, kept + 1
        dear = rng.getrandbits(batch).bit_count() / batch
        before = state
        state = rule.step(state, (x * x + 1) / 2 - (2 * dear - 1) * x + dear * price)
        rate = float(rule.used(before, state))
        rates += rate if t >= steps - steps // 10 else 0.0
        x -= rate * (x - (2 * dear - 1))
    return total / kept, rates / (steps // 10)
