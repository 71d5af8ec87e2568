"""The mechanism as a prediction that the data can refute: the peak rate decides whether a run fails.

Runs at constant rates, of other seeds, say what a model bears: ``safe`` is the highest constant multiple at and below
which no run failed, ``fatal`` the lowest one at and above which all did.  A run of GreedyLR whose peak is at most
``safe`` is predicted not to fail, one whose peak is at least ``fatal`` to fail; in between nothing is said.  The rival
is what the paper says: a run fails if and only if F < 0.5.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from numerics.llm.outcome import Run

THRESHOLD = 0.5  # of F, in the paper


@dataclass(frozen=True, slots=True)
class Prediction:
    """How often each of the two came true, and how well each number orders failed before other runs.

    Counts, without intervals: runs of one seed see the same batches.  ``area`` is the probability that of a failed run
    and another one, drawn at random, the failed one has the higher peak (or the smaller F), ties counting half: 1/2 for
    a number that says nothing.
    """

    safe: float
    fatal: float
    runs: int
    failed: int
    said: int  # of how many runs the peak says something
    doomed: int  # how many of those it says will fail
    right: int  # how often that came true
    unsaid: int  # failed runs of which the peak says nothing
    right_by_factor: int  # of all runs
    area_peak: float
    area_factor: float


def limits(constants: Sequence[Run]) -> tuple[float, float]:
    """``safe`` and ``fatal``, in shared initial rates: 0 and infinity where no multiple is either."""
    multiples = sorted({run.arm.rate for run in constants})
    failing = [[run.failed for run in constants if run.arm.rate == m] for m in multiples]
    borne = [m for k, m in enumerate(multiples) if not any(map(any, failing[: k + 1]))]
    lost = [m for k, m in enumerate(multiples) if all(map(all, failing[k:]))]
    safe, fatal = max(borne, default=0.0), min(lost, default=math.inf)
    return safe, fatal


def predict(constants: Sequence[Run], greedy: Sequence[Run]) -> Prediction:
    """Held against the runs of GreedyLR."""
    safe, fatal = limits(constants)
    said = [run for run in greedy if run.peak <= safe or run.peak >= fatal]
    bad, good = [r for r in greedy if r.failed], [r for r in greedy if not r.failed]
    return Prediction(
        safe=safe,
        fatal=fatal,
        runs=len(greedy),
        failed=len(bad),
        said=len(said),
        doomed=sum(run.peak >= fatal for run in said),
        right=sum(run.failed == (run.peak >= fatal) for run in said),
        unsaid=len(bad) - sum(run.failed for run in said),
        right_by_factor=sum(run.failed == ((run.arm.factor or 1) < THRESHOLD) for run in greedy),
        area_peak=area([r.peak for r in bad], [r.peak for r in good]),
        area_factor=area([-(r.arm.factor or 1) for r in bad], [-(r.arm.factor or 1) for r in good]),
    )


def area(higher: Sequence[float], lower: Sequence[float]) -> float:
    """The probability that a number of the first kind exceeds one of the second, ties counting half; NaN for none."""
    if not higher or not lower:
        return math.nan
    difference = np.subtract.outer(np.asarray(higher), np.asarray(lower))
    return float((difference > 0).mean() + 0.5 * (difference == 0).mean())
