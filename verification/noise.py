"""The three comparisons of the rule on losses that are noise, or noise on a trend."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from greedylr.rule import Rule
from verification.measured import Measured

RUNS, STEPS, SEED, FACTOR = 40, 2000, 20251214, 0.9
SLOPE = 0.04  # of the trend, in standard deviations of the noise a step: one in 25 steps
RULES = {
    "best, patience 10": Rule(factor=FACTOR, comparison="best", patience=10),
    "previous": Rule(factor=FACTOR, comparison="previous"),
    "test, blocks of 25": Rule(factor=FACTOR, comparison="test", window=25),
}


@dataclass(frozen=True)
class Drift:
    """Mean rises and cuts of a run, and the mean change of log10 of the rate with twice its standard error."""

    rises: float
    cuts: float
    change: float
    error: float

    def __str__(self) -> str:
        return f"{self.rises:.1f} rises, {self.cuts:.1f} cuts, log10 rate {self.change:+.2f} +- {self.error:.2f}"


def drift(rule: Rule, slope: float, steps: int) -> Drift:
    """Over ``RUNS`` runs of Gaussian losses with that slope; the same losses for every rule."""
    found = [_run(rule, slope, steps, SEED + k) for k in range(RUNS)]
    rises, cuts, change = np.array(found).T
    return Drift(float(rises.mean()), float(cuts.mean()), float(change.mean()), float(2 * change.std() / RUNS**0.5))


def _run(rule: Rule, slope: float, steps: int, seed: int) -> Sequence[float]:
    losses = np.random.default_rng(seed).normal(size=steps) + slope * np.arange(steps)
    state, rises, cuts = rule.start(1.0), 0, 0
    for loss in losses.tolist():
        before, state = state, rule.step(state, loss)
        rises, cuts = rises + (state.rate > before.rate), cuts + (state.rate < before.rate)
    return rises, cuts, math.log10(state.rate)


@cache
def on_noise() -> Measured:
    """Stationary noise, and falling and rising trends of 200 steps."""
    still = {name: drift(rule, 0.0, STEPS) for name, rule in RULES.items()}
    down = {name: drift(rule, -SLOPE, 200) for name, rule in RULES.items()}
    up = {name: drift(rule, SLOPE, 200) for name, rule in RULES.items()}
    test = "test, blocks of 25"
    agrees = abs(still[test].change) <= 2 * still[test].error and still[test].rises + still[test].cuts < 0.05 * 79 * 1.5
    agrees &= down[test].rises > 5 * down[test].cuts and up[test].cuts > 5 * up[test].rises
    agrees &= still["best, patience 10"].change < -5
    lines = [
        f"{where}: {'; '.join(f'{name}: {found}' for name, found in drifts.items())}"
        for where, drifts in (
            (f"{STEPS} losses of pure noise", still),
            ("200 losses falling by a standard deviation in 25 steps", down),
            ("200 losses rising as fast", up),
        )
    ]
    return Measured(
        f"F = {FACTOR}, {RUNS} runs, seeds from {SEED}, means with twice their standard errors; {'. '.join(lines)}",
        agrees,
    )


def measurements() -> dict[str, Callable[[], Measured]]:
    """The runs, by the claim they stand beside."""
    return {"noise.test": on_noise}
