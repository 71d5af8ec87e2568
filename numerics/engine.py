"""Many runs of SGD at once, compiled: one problem, one stream of samples, any number of schedules.

    x_{t+1} = x_t - gamma_t g_t,    g_t the mean over the batch of  phi'(<a_i, x_t>; b_i) a_i,  plus ridge x_t

``simulate`` returns gaps and rates at chosen steps, and a summary, of every run; no trajectory.  A run makes the same
operations in the same order whatever runs beside it: it can be replayed alone, and neither the grouping of runs nor the
number of workers changes a bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from numerics import compiled_rule
from numerics.loop import (
    ADAGRAD,
    ARMIJO,
    GREEDY,
    POLYAK,
    TABLE,
    Array,
    Batches,
    Counts,
    Data,
    Form,
    Plans,
    Record,
    Room,
    loop,
)
from numerics.problems.finite_sum import FiniteSum
from numerics.schedules import AdaGradNorm, Armijo, Greedy, Polyak, Schedule
from numerics.streams import draws
from numerics.vectors import aligned, padded


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """What became of m runs; at K marks t_k the run is looked at, before its step t_k.

    A run whose compared loss is not finite stops there: its later gaps are infinite, its rate is the last one used.
    """

    marks: Counts  # (K,)
    gap: Array  # (m, K): f(x_t) - f(x*)
    average_gap: Array  # (m, K): f(mean of x_s over burn_in <= s < t) - f(x*); that of x_t where there is none
    mean_gap: Array  # (m, K): mean of f(x_s) - f(x*) over s < t; NaN at t = 0, and where it was not asked for
    rate: Array  # (m, K): of step t; at t = T of the last step
    peak_rate: Array  # (m,): the largest of all steps
    stopped: Counts  # (m,): the step at which the loss was not finite, -1 if none
    last: Array  # (m, d): x_T
    average: Array  # (m, d): mean of x_t over burn_in <= t < T

    @property
    def diverged(self) -> npt.NDArray[np.bool_]:
        """Which runs stopped, or ended with a larger gap than they began with, shape (m,)."""
        return np.asarray((self.stopped >= 0) | (self.gap[:, -1] > self.gap[:, 0]))


def simulate(
    problem: FiniteSum,
    schedules: Sequence[Schedule],
    *,
    steps: int,
    seed: int,
    batch: int | None = 1,
    compared: Literal["batch", "full"] = "batch",
    marks: Sequence[int] | Counts | None = None,
    start: Array | None = None,
    mean_gap: bool = False,
    burn_in: int = 0,
) -> Runs:
    """The runs of ``schedules``, all on the samples that ``seed`` draws.

    ``batch`` samples a step are drawn with replacement; None takes all of them, in order.  ``compared`` is the loss
    that GreedyLR sees: the batch's, or f itself, which costs a pass over the data at every step, as ``mean_gap`` does.
    """
    _check(schedules, steps, burn_in, batch, compared)
    looked = _marks(marks, steps)
    n, d = problem.rows.shape
    samples = np.arange(n) if batch is None else draws(seed, samples=n, steps=steps, batch=batch).ravel()
    size = n if batch is None else batch
    x = padded(np.tile(_start(problem, start), (len(schedules), 1)))
    room, record = _room(x, size, n), _record(len(schedules), looked)
    loop(
        _data(problem), _plans(schedules, steps), Batches(samples, size, steps, burn_in), room, record,
        compared == "full", mean_gap,
    )  # fmt: skip
    sums = room.sums.reshape(x.shape)
    return Runs(*record, last=x[:, :d].copy(), average=sums[:, :d] / (steps - burn_in))


def _check(schedules: Sequence[Schedule], steps: int, burn_in: int, batch: int | None, compared: str) -> None:
    if not schedules:
        raise ValueError("schedules must name at least one schedule, got none: there is nothing to run.")
    if steps < 1:
        raise ValueError(f"steps must be at least 1, got {steps!r}: a run makes steps.")
    if not 0 <= burn_in < steps:
        raise ValueError(f"burn_in must lie in [0, steps) = [0, {steps}), got {burn_in!r}: the rest is averaged.")
    if batch is not None and batch < 1:
        raise ValueError(f"batch must be at least 1, got {batch!r}: pass None for all samples.")
    if compared not in ("batch", "full"):
        raise ValueError(f"compared must be 'batch' or 'full', got {compared!r}: GreedyLR sees one of these losses.")


def _marks(marks: Sequence[int] | Counts | None, steps: int) -> Counts:
    """The marks in order; by default the start and the end."""
    looked = np.unique(np.asarray([0, steps] if marks is None else marks, dtype=np.int64))
    if not len(looked) or looked[0] < 0 or looked[-1] > steps:
        raise ValueError(f"marks must lie in [0, steps] = [0, {steps}], got {list(looked)}: a run is looked at there.")
    return looked


def _start(problem: FiniteSum, start: Array | None) -> Array:
    x = np.asarray(problem.start if start is None else start, dtype=np.float64)
    if x.shape != problem.start.shape or not np.isfinite(x).all():
        raise ValueError(f"start must be {len(problem.start)} finite numbers, got {start!r}: one for each dimension.")
    return x


def _data(problem: FiniteSum) -> Data:
    rows = padded(problem.rows)
    form = Form(rows.shape[1], problem.code, float(problem.scale), float(problem.ridge), problem.optimum.value.low)
    targets, offsets = (np.ascontiguousarray(v, dtype=np.float64) for v in (problem.targets, problem.offsets))
    return Data(rows.reshape(-1), targets, offsets, np.arange(len(rows)), form)


def _plans(schedules: Sequence[Schedule], steps: int) -> Plans:
    runs = len(schedules)
    kind, place, numbers, memory = np.zeros(runs, int), np.zeros(runs, int), np.zeros((runs, 4)), np.zeros(runs)
    tables: list[Array] = []
    rules: list[tuple[float, ...]] = []
    for k, s in enumerate(schedules):
        match s:
            case Greedy(rule, rate):
                kind[k], place[k] = GREEDY, len(rules)
                rules.append(compiled_rule.options(rule, float(rate)))
            case AdaGradNorm(rate, offset):
                kind[k], numbers[k, :2] = ADAGRAD, (rate, offset)
            case Polyak(max_lr, c):
                kind[k], numbers[k, :2] = POLYAK, (max_lr, c)
            case Armijo(max_lr, c, shrink, growth):
                kind[k], numbers[k], memory[k] = ARMIJO, (max_lr, c, shrink, growth), max_lr
            case _:
                kind[k], place[k] = TABLE, len(tables)
                tables.append(s.rates(steps))
    packed = np.array(rules, dtype=compiled_rule.OPTIONS)
    states, windows = compiled_rule.start(packed)
    return Plans(kind, place, numbers, memory, np.array(tables).reshape(len(tables), steps), packed, states, windows)


def _room(x: Array, size: int, n: int) -> Room:
    runs, width = x.shape
    sums, gradient, trial = (aligned(rows, width).reshape(-1) for rows in (runs, 1, 1))
    return Room(
        x.reshape(-1), sums, gradient, trial, np.zeros(size), np.zeros(max(n, size)), np.zeros(runs), np.zeros(runs)
    )


def _record(runs: int, marks: Counts) -> Record:
    shape = (runs, len(marks))
    gap, average, mean, rate = (np.full(shape, np.nan) for _ in range(4))
    return Record(marks, gap, average, mean, rate, np.zeros(runs), np.full(runs, -1))
