"""Comparisons that several claims on language models make: gains over pairs, and schedules at their own best rates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from numerics.llm.arms import Arm
from numerics.llm.outcome import Run
from numerics.llm.summary import gain
from numerics.statistics import mean
from verification.measured import Measured


def against(mine: Sequence[Run], others: Sequence[Run], stage: int, told: str, claims: int = 1) -> Measured:
    """The mean gain of runs over others of the same seeds at a stage, each seed's mean first, held against none.

    Pairs of which one had failed by then are left out and counted.  The interval is that of one among so many
    ``claims``, which hold together with a confidence of 95% (Bonferroni).
    """
    other = {run.seed: run for run in others}
    pairs = [(run, other[run.seed]) for run in mine]
    kept = [(a, b) for a, b in pairs if not (a.failed_by(stage) or b.failed_by(stage))]
    seeds = list(dict.fromkeys(a.seed for a, _ in kept))
    if len(seeds) < 2:
        return Measured(f"{told}: pairs of {len(seeds)} seeds are left, too few", False, decides=False)
    estimate = mean([float(np.mean([gain(a, b, stage) for a, b in kept if a.seed == s])) for s in seeds], level(claims))
    left_out = f"; {len(pairs) - len(kept)} of {len(pairs)} pairs, where one had failed, are left out"
    return Measured(
        f"{told}: {estimate.value:+.2f}% [{estimate.low:+.2f}, {estimate.high:+.2f}], the mean of {len(seeds)} paired"
        f" differences with Student's {100 * level(claims):.3g}% interval{left_out if kept != pairs else ''}",
        estimate.low > 0,
        decides=estimate.low > 0 or estimate.high < 0,
    )


def level(claims: int) -> float:
    """Of each of so many intervals, that they all hold with a confidence of 95%."""
    return 1 - 0.05 / claims


def best(tuning: Sequence[Run]) -> list[Arm]:
    """Every schedule at its best rate, that of the lowest median held-out loss at the end of its tuning runs.

    The schedule with the lowest of all comes first.
    """
    ends: dict[Arm, list[float]] = {}
    for run in tuning:
        ends.setdefault(run.arm, []).append(run.held[2] if math.isfinite(run.held[2]) else math.inf)
    chosen: dict[Arm, Arm] = {}
    for arm in sorted(ends, key=lambda arm: float(np.median(ends[arm]))):
        chosen.setdefault(replace(arm, rate=1.0), arm)
    return list(chosen.values())


def grid(tuning: Sequence[Run]) -> str:
    """The rates that were tried."""
    return ", ".join(f"{rate:g}" for rate in sorted({run.arm.rate for run in tuning}))
