"""Runs made up for tests."""

import numpy as np

from numerics.llm.arms import Arm
from numerics.llm.outcome import Run


def made(arm, seed, end, *, start=3.0, steps=100, peak=1.0, dip=None, held=None):
    """A run whose losses fall, or rise, on a line from ``start`` to ``end``, by way of ``dip`` if there is one."""
    at = np.arange(steps)
    losses = np.interp(at, [0, steps / 2, steps - 1], [start, (start + end) / 2 if dip is None else dip, end])
    rates = np.interp(at, [0, steps / 2, steps - 1], [1.0, peak, 1.0])
    return Run(arm, seed, start, held or (losses[9], losses[49], end), losses, rates)


def greedy(factor=0.5, cap=None, patience=10, window=50, comparison="best", rate=1.0):
    return Arm("greedy", rate, factor, comparison, patience, window, cap)
