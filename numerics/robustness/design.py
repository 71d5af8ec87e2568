"""The protocol of the robustness study, fixed before its runs.

Twelve problems (the eight neural families of Table 11, four functions), five schedules, five kinds of noise in the
reported loss: without noise 27 seeds, with noise three strengths of nine seeds each; 8,100 runs of 200 steps, with
Adam.  Every schedule takes, on every problem, the best rate of one grid by the held-out loss without noise, on seeds of
its own that count nowhere else: the same number of trials for all.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np
import pyarrow as pa

from numerics.robustness.perturbation import FELT, Perturbation
from numerics.robustness.sweep import Arm, StudySweep

PROBLEMS = (
    "mlp-breast-cancer", "convnet", "resnet", "attention", "multi-head-attention", "vision-transformer",
    "deep-transformer", "wide-transformer", "quadratic-100", "rosenbrock", "rastrigin", "ackley",
)  # fmt: skip
SCHEDULES = ("greedy-best-1", "greedy-best-10", "cosine", "restarts", "exponential-0.95")
GRID = (1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1)
STRENGTHS = (0.1, 0.3, 1.0)  # of the clean loss of the step; of what was gained, for adversarial noise
NOISES = tuple(
    Perturbation(kind, strength, relative=kind != "adversarial")
    for kind, strength in product(("gaussian", "periodic-spike", "random-spike", "adversarial"), STRENGTHS)
)
FELT_BY_ALL = tuple(Perturbation(kind, 1.0, relative=kind in ("kick", "noisy-gradients")) for kind in FELT)
OPTIMIZER, STEPS, SEED, TUNING_SEED = "adam", 200, 20251214, 1000
Rates = Mapping[tuple[str, str, str], float]  # by problem, optimizer and schedule


def tuning(seeds: int = 3, grid: Sequence[float] = GRID) -> StudySweep:
    """Every schedule at every rate of the grid on every problem, on the tuning seeds."""
    arms = tuple(Arm(p, OPTIMIZER, s, rate) for p, s, rate in product(PROBLEMS, SCHEDULES, grid))
    return StudySweep(arms=arms, steps=STEPS, seeds=seeds, seed=TUNING_SEED)


def sensitivity(seeds: int = 9, grid: Sequence[float] = GRID) -> StudySweep:
    """The same on the seeds that count: the whole curve, every shared rate of the grid among it."""
    arms = tuple(Arm(p, OPTIMIZER, s, rate) for p, s, rate in product(PROBLEMS, SCHEDULES, grid))
    return StudySweep(arms=arms, steps=STEPS, seeds=seeds, seed=SEED)


def _tuned(rates: Rates) -> tuple[Arm, ...]:
    return tuple(Arm(p, OPTIMIZER, s, rates[p, OPTIMIZER, s]) for p, s in product(PROBLEMS, SCHEDULES))


def clean(rates: Rates, seeds: int = 27) -> StudySweep:
    """Without noise."""
    return StudySweep(arms=_tuned(rates), steps=STEPS, seeds=seeds, seed=SEED)


def noisy(rates: Rates, seeds: int = 9) -> StudySweep:
    """With noise in the reported loss."""
    return StudySweep(arms=_tuned(rates), perturbations=NOISES, steps=STEPS, seeds=seeds, seed=SEED)


def felt(rates: Rates, seeds: int = 9) -> StudySweep:
    """With what every schedule feels."""
    return StudySweep(arms=_tuned(rates), perturbations=FELT_BY_ALL, steps=STEPS, seeds=seeds, seed=SEED)


def best_rates(runs: pa.Table) -> Rates:
    """Of every schedule on every problem: the rate with the least median held-out loss; what is not finite is worst."""
    found: dict[tuple[str, str, str], dict[float, list[float]]] = {}
    for row in runs.to_pylist():
        loss = row["held_out"] if math.isfinite(row["held_out"]) else math.inf
        rates = found.setdefault((row["problem"], row["optimizer"], row["schedule"]), {})
        rates.setdefault(row["initial_rate"], []).append(loss)
    return {arm: min(sorted(rates), key=lambda r: float(np.median(rates[r]))) for arm, rates in found.items()}
