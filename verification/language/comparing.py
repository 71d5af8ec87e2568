"""Comparisons that several claims on language models make: gains over pairs, and schedules at their own best rates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from numerics.llm.arms import Arm
from numerics.llm.outcome import Run
from numerics.statistics import mean
from verification.measured import Measured


def against(pairs: Sequence[tuple[int, float]], told: str) -> Measured:
    """A mean gain over the seeds, each seed's mean first, against none."""
    by_seed = {seed: float(np.mean([g for s, g in pairs if s == seed])) for seed, _ in pairs}
    estimate = mean(list(by_seed.values()), 0.95)
    return Measured(
        f"{told}: {estimate.value:+.2f}% [{estimate.low:+.2f}, {estimate.high:+.2f}], the mean of {len(by_seed)} paired"
        " differences with Student's 95% interval",
        estimate.low > 0,
        decides=not estimate.holds(0),
    )


def best(tuning: Sequence[Run]) -> list[Arm]:
    """Every schedule at its best rate: that of the lowest median held-out loss at the end of its tuning runs."""
    found: dict[Arm, dict[Arm, list[float]]] = {}
    for run in tuning:
        loss = run.held[2] if math.isfinite(run.held[2]) else math.inf
        found.setdefault(replace(run.arm, rate=1.0), {}).setdefault(run.arm, []).append(loss)
    return [min(arms, key=lambda arm: float(np.median(arms[arm]))) for arms in found.values()]


def grid(tuning: Sequence[Run]) -> str:
    """The rates that were tried."""
    return ", ".join(f"{rate:g}" for rate in sorted({run.arm.rate for run in tuning}))
