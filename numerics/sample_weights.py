"""The rates that Algorithm 1 gives to the samples of a random sum, and where its iterates end.

f_i(x) = (x - a_i)^2/2 + c_i with random a_i and c_i: samples that are dear at the minimiser are seldom an improvement.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from statistics import fmean, stdev

from greedylr.rule import Rule
from numerics.two_samples import QUANTILE

SAMPLES, RUNS, STEPS = 6, 30, 1000
FACTOR, LOW, HIGH = 0.5, 0.0025, 0.02


@dataclass(frozen=True)
class BySample:
    """Mean rates by sample, cheapest first; the mean iterate with its 99.9% half-width; the root of sum w_i f_i'."""

    rates: tuple[float, ...]
    mean: float
    half_width: float
    root: float
    minimiser: float

    @property
    def falls(self) -> bool:
        """Whether the dearest sample's mean rate is below the cheapest one's."""
        return self.rates[-1] < self.rates[0]

    @property
    def near_root(self) -> bool:
        """Whether the mean iterate's interval holds the weighted root: at small rates it nearly is the limit."""
        return abs(self.mean - self.root) <= self.half_width

    @property
    def off_minimiser(self) -> bool:
        """Whether the mean iterate's interval excludes the minimiser."""
        return abs(self.mean - self.minimiser) > self.half_width


def by_sample(seed: int) -> BySample:
    """The outcome of 30 independent runs on one random problem, the first half of each dropped."""
    rng = random.Random(seed)
    prices = sorted(rng.uniform(0, 20) for _ in range(SAMPLES))
    targets = [rng.uniform(-1, 1) for _ in range(SAMPLES)]
    rates: list[list[float]] = [[] for _ in range(SAMPLES)]
    means = [_run(prices, targets, rates, rng) for _ in range(RUNS)]
    weights = [fmean(row) for row in rates]
    root = sum(w * a for w, a in zip(weights, targets, strict=True)) / sum(weights)
    return BySample(tuple(weights), fmean(means), QUANTILE * stdev(means) / RUNS**0.5, root, fmean(targets))


def _run(prices: list[float], targets: list[float], rates: list[list[float]], rng: random.Random) -> float:
    rule = Rule(factor=FACTOR, order="same", min_lr=LOW, max_lr=HIGH)
    state, x, total = rule.start(HIGH), fmean(targets), 0.0
    for t in range(STEPS):
        i = rng.randrange(SAMPLES)
        before = state
        state = rule.step(state, (x - targets[i]) ** 2 / 2 + prices[i])
        rate = float(rule.used(before, state))
        if t >= STEPS // 2:
            total += x
            rates[i].append(rate)
        x -= rate * (x - targets[i])
    return total / (STEPS - STEPS // 2)
