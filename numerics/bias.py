"""GreedyLR and its variants on two samples, simulated: the mean of the iterates after a burn-in, with its interval.

f_1 = (x - 1)^2/2 + price is dear, f_2 = (x + 1)^2/2 cheap; the minimiser of their mean is 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from greedylr.rule import Rule
from numerics.engine import simulate
from numerics.problems.two_samples import two_samples
from numerics.schedules import Greedy
from numerics.statistics import Estimate, mean


@dataclass(frozen=True, slots=True)
class Simulated:
    """The mean iterate with its 99.9% interval over independent runs, and what it was made of."""

    mean: Estimate
    rate: float  # the mean rate over the last tenth of the steps
    runs: int
    steps: int
    seed: int


def long_run(rule: Rule, *, batch: int, runs: int, steps: int, seed: int, price: float = 10.0) -> Simulated:
    """The mean of x over ``runs`` runs, of the seeds ``seed``, ``seed`` + 1, ..., each without its first half."""
    problem, tail = two_samples(price), np.arange(steps - steps // 10, steps)
    found = [
        simulate(
            problem, [Greedy(rule, float(rule.max_lr))], steps=steps, seed=seed + k, batch=batch, burn_in=steps // 2,
            marks=tail,
        )
        for k in range(runs)
    ]  # fmt: skip
    means, rates = [run.average[0, 0] for run in found], [run.rate[0].mean() for run in found]
    return Simulated(mean(means), float(np.mean(rates)), runs, steps, seed)
