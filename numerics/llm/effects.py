"""Which option decides: main effects and interactions of a factorial design, seed by seed.

Every option of the design has two levels, and every combination ran with every seed.  The effect of an option is the
mean over the runs at its second level less that at its first; that of a pair is half the difference of the effects of
one at the two levels of the other.  It is computed for every seed, and Student's interval is that over seeds: runs of
one seed share their batches.  Losses are compared in pairs of runs that differ in that option only, where none failed,
so that no divergence is averaged.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from numerics.llm.outcome import Run
from numerics.statistics import Estimate, mean

OPTIONS = ("factor", "cap", "patience", "window", "comparison")


@dataclass(frozen=True, slots=True)
class Effect:
    """Of an option, or of a pair: what the second level does to the response, over the seeds."""

    options: tuple[str, ...]
    levels: tuple[str, ...]
    response: str
    effect: Estimate
    seeds: int
    pairs: int


def levels(found: Sequence[Run]) -> dict[str, tuple[Any, Any]]:
    """The options with two levels each, in order.

    Raises:
        ValueError: unless every combination ran with every seed.
    """
    varied: dict[str, tuple[Any, Any]] = {}
    for option in OPTIONS:
        values = list(dict.fromkeys(getattr(run.arm, option) for run in found))
        if len(values) == 2:
            varied[option] = (values[0], values[1])
        elif len(values) > 2:
            raise ValueError(f"{option} has {len(values)} levels, a factorial design has two of each.")
    seeds = {run.seed for run in found}
    if len(found) != 2 ** len(varied) * len(seeds):
        raise ValueError(f"{len(found)} runs are no full design of {len(varied)} options and {len(seeds)} seeds.")
    return varied


def effects(found: Sequence[Run]) -> list[Effect]:
    """On the share of failed runs, main effects and pairs; on the logarithm of the loss, main effects."""
    varied = levels(found)
    failing = [_on_failing(found, varied, group) for k in (1, 2) for group in combinations(varied, k)]
    return failing + [_paired(found, varied, option) for option in varied]


def _sign(run: Run, varied: Mapping[str, tuple[Any, Any]], options: Sequence[str]) -> int:
    return math.prod(1 if getattr(run.arm, option) == varied[option][1] else -1 for option in options)


def _on_failing(found: Sequence[Run], varied: Mapping[str, tuple[Any, Any]], options: tuple[str, ...]) -> Effect:
    seeds = sorted({run.seed for run in found})
    signed = {seed: [_sign(run, varied, options) * run.failed for run in found if run.seed == seed] for seed in seeds}
    effect = mean([2 * float(np.mean(values)) for values in signed.values()], 0.95)
    return Effect(options, _levels(varied, options), "share of failed runs", effect, len(seeds), len(found) // 2)


def _levels(varied: Mapping[str, tuple[Any, Any]], options: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{varied[o][0]} -> {varied[o][1]}" for o in options)


def _paired(found: Sequence[Run], varied: Mapping[str, tuple[Any, Any]], option: str) -> Effect:
    """Mean difference of log held-out loss between runs that differ in ``option`` only; a mean for every seed first."""
    others = [o for o in varied if o != option]
    place = {(run.seed, *(getattr(run.arm, o) for o in others), getattr(run.arm, option)): run for run in found}
    low, high = varied[option]
    by_seed: dict[int, list[float]] = {}
    for (seed, *rest, level), run in place.items():
        other = place[seed, *rest, high]
        if level == low and not run.failed and not other.failed:
            by_seed.setdefault(seed, []).append(math.log(other.held[2] / run.held[2]))
    means = [float(np.mean(differences)) for differences in by_seed.values()]
    estimate = mean(means, 0.95) if len(means) > 1 else Estimate(math.nan, -math.inf, math.inf, 0.95)
    return Effect(
        (option,), _levels(varied, [option]), "log of the held-out loss, runs that did not fail", estimate, len(means),
        sum(map(len, by_seed.values())),
    )  # fmt: skip
