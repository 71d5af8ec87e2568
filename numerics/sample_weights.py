"""The rates that Algorithm 1 gives to the samples of a random sum, and where its iterates end.

f_i(x) = (x - a_i)^2/2 + c_i with random a_i and c_i: samples that are dear at the minimiser are seldom an improvement.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from greedylr.rule import Rule
from numerics.engine import simulate
from numerics.problems.finite_sum import FiniteSum
from numerics.problems.least_squares import least_squares
from numerics.schedules import Greedy
from numerics.statistics import Estimate, mean
from numerics.streams import draws

SAMPLES, RUNS, STEPS = 6, 100, 10_000
RULE = Rule(factor=0.5, order="same", min_lr=0.0025, max_lr=0.02)


@dataclass(frozen=True, slots=True)
class BySample:
    """Mean rates by sample, cheapest first; the mean iterate with its 99.9% interval; the root of sum w_i f_i'."""

    rates: tuple[float, ...]
    mean: Estimate
    root: float
    minimiser: float

    @property
    def falls(self) -> bool:
        """Whether the dearest sample's mean rate is below the cheapest one's."""
        return self.rates[-1] < self.rates[0]

    @property
    def near_root(self) -> bool:
        """Whether the mean iterate's interval holds the weighted root: at small rates it nearly is the limit."""
        return self.mean.holds(self.root)

    @property
    def off_minimiser(self) -> bool:
        """Whether the mean iterate's interval excludes the minimiser."""
        return not self.mean.holds(self.minimiser)


def random_sum(seed: int) -> FiniteSum:
    """Parabolas of random minimisers in [-1, 1] and random prices in [0, 20], cheapest first."""
    rng = np.random.default_rng(seed)
    prices, targets = np.sort(rng.uniform(0, 20, SAMPLES)), rng.uniform(-1, 1, SAMPLES)
    return least_squares(
        np.ones((SAMPLES, 1)), targets, name=f"parabolas-{seed}", offsets=prices, start=[targets.mean()]
    )


def by_sample(seed: int) -> BySample:
    """The outcome of independent runs on one random problem, the first half of each dropped."""
    problem, half = random_sum(seed), STEPS // 2
    rates, means = np.zeros((RUNS, SAMPLES)), np.zeros(RUNS)
    for k in range(RUNS):
        run = simulate(
            problem, [Greedy(RULE, 0.02)], steps=STEPS, seed=1000 * seed + k, burn_in=half, marks=range(half, STEPS)
        )
        drawn = draws(1000 * seed + k, samples=SAMPLES, steps=STEPS, batch=1)[half:, 0]
        rates[k] = np.bincount(drawn, weights=run.rate[0], minlength=SAMPLES) / np.bincount(drawn, minlength=SAMPLES)
        means[k] = run.average[0, 0]
    weights = rates.mean(axis=0)
    root = float(weights @ problem.targets / weights.sum())
    return BySample(tuple(weights.tolist()), mean(means), root, float(problem.targets.mean()))
