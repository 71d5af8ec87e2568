"""The protocol of the robustness study, fixed before its runs.

Twelve problems (the eight neural families of Table 11, four functions), five schedules, five kinds of noise in the
reported loss: without noise 27 seeds, with noise three strengths of nine seeds each; 8,100 runs of 200 steps, with
Adam.  Beyond them, GreedyLR's other comparisons under the same noise, and what every schedule feels.  Every schedule
takes, on every problem, the best rate of one grid by the held-out loss without noise, on seeds of its own that count
nowhere else: the same number of trials for all.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np
import pyarrow as pa

from numerics.robustness.perturbation import Perturbation
from numerics.robustness.sweep import Arm, StudySweep

PROBLEMS = (
    "mlp-breast-cancer", "convnet", "resnet", "attention", "multi-head-attention", "vision-transformer",
    "deep-transformer", "wide-transformer", "quadratic-100", "rosenbrock", "rastrigin", "ackley",
)  # fmt: skip
SCHEDULES = ("greedy-best-1", "greedy-best-10", "cosine", "restarts", "exponential-0.95")
RULES = ("greedy-previous-1", "greedy-previous-10", "greedy-test")  # beyond the 8,100: what noise does to the others
GRID = (1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1)
NOISES = (  # relative strengths are shares of the clean loss of the step; adversarial ones, of what was just gained
    *(Perturbation("gaussian", *how) for how in ((0.1, True), (1.0, True), (0.1, False))),
    *(
        Perturbation(kind, *how)
        for kind in ("periodic-spike", "random-spike")
        for how in ((1.0, True), (10.0, True), (1.0, False))
    ),
    *(Perturbation("adversarial", strength) for strength in (0.5, 1.0, 2.0)),
)
SHOWN = (
    Perturbation(),
    Perturbation("gaussian", 1.0, relative=True),
    Perturbation("periodic-spike", 10.0, relative=True),
    Perturbation("random-spike", 10.0, relative=True),
    Perturbation("adversarial", 1.0),
)
FELT_BY_ALL = (
    Perturbation("kick", 1.0, relative=True),
    Perturbation("labels", 1.0),
    Perturbation("scaled-gradients", 9.0),
    Perturbation("noisy-gradients", 1.0, relative=True),
)
OPTIMIZER, STEPS, SEED, TUNING_SEED = "adam", 200, 20251214, 1000
Rates = Mapping[tuple[str, str, str], float]  # by problem, optimizer and schedule


def tuning(seeds: int = 3, grid: Sequence[float] = GRID) -> StudySweep:
    """Every schedule at every rate of the grid on every problem, on the tuning seeds."""
    arms = tuple(Arm(p, OPTIMIZER, s, rate) for p, s, rate in product(PROBLEMS, (*SCHEDULES, *RULES), grid))
    return StudySweep(arms=arms, steps=STEPS, seeds=seeds, seed=TUNING_SEED)


def sensitivity(seeds: int = 9, grid: Sequence[float] = GRID) -> StudySweep:
    """The same on the seeds that count: the whole curve, every shared rate of the grid among it."""
    arms = tuple(Arm(p, OPTIMIZER, s, rate) for p, s, rate in product(PROBLEMS, SCHEDULES, grid))
    return StudySweep(arms=arms, steps=STEPS, seeds=seeds, seed=SEED)


def _tuned(rates: Rates, schedules: Sequence[str] = SCHEDULES) -> tuple[Arm, ...]:
    return tuple(Arm(p, OPTIMIZER, s, rates[p, OPTIMIZER, s]) for p, s in product(PROBLEMS, schedules))


def clean(rates: Rates, seeds: int = 27) -> StudySweep:
    """Without noise."""
    return StudySweep(arms=_tuned(rates), steps=STEPS, seeds=seeds, seed=SEED, curves=True)


def noisy(rates: Rates, seeds: int = 9) -> StudySweep:
    """With noise in the reported loss."""
    return StudySweep(arms=_tuned(rates), perturbations=NOISES, steps=STEPS, seeds=seeds, seed=SEED)


def rules(rates: Rates, seeds: int = 9) -> StudySweep:
    """GreedyLR's other comparisons, without noise and with it."""
    noises = (Perturbation(), *NOISES)
    return StudySweep(arms=_tuned(rates, RULES), perturbations=noises, steps=STEPS, seeds=seeds, seed=SEED)


def felt(rates: Rates, seeds: int = 9) -> StudySweep:
    """With what every schedule feels."""
    return StudySweep(arms=_tuned(rates), perturbations=FELT_BY_ALL, steps=STEPS, seeds=seeds, seed=SEED, curves=True)


def dynamics(rates: Rates, seeds: int = 9) -> StudySweep:
    """How rates move with noise and without, with curves: one strength of each noise."""
    arms = _tuned(rates, (*SCHEDULES[:2], *RULES))
    return StudySweep(arms=arms, perturbations=SHOWN, steps=STEPS, seeds=seeds, seed=SEED, curves=True)


def best_rates(runs: pa.Table) -> Rates:
    """Of every schedule on every problem: the rate with the least median held-out loss; what is not finite is worst."""
    found: dict[tuple[str, str, str], dict[float, list[float]]] = {}
    for row in runs.to_pylist():
        loss = row["held_out"] if math.isfinite(row["held_out"]) else math.inf
        rates = found.setdefault((row["problem"], row["optimizer"], row["schedule"]), {})
        rates.setdefault(row["initial_rate"], []).append(loss)
    return {arm: min(sorted(rates), key=lambda r: float(np.median(rates[r]))) for arm, rates in found.items()}
