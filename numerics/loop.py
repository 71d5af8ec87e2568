"""The compiled loop: every run of a plan makes its step t before any makes step t + 1, on the same samples.

All sums are in the order of ``numerics.vectors``, every product is rounded: what a run computes does not depend on the
runs beside it.  ``numerics/plain.py`` is the slow twin, line by line.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from numerics.compiled import compiled, inlined
from numerics.compiled_rule import advance
from numerics.problems.links import value_and_slope
from numerics.vectors import clear, dot, step, subtract

Array = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
TABLE, GREEDY, ADAGRAD, POLYAK, ARMIJO = range(5)
BACKTRACKS = 200  # a rate shrunk so often is far below rounding: the last one is taken


class Form(NamedTuple):
    """What a problem is besides its arrays; no array is in here, because every use of one costs an atomic operation."""

    width: int
    code: int
    scale: float
    ridge: float
    minimum: float


class Data(NamedTuple):
    """A problem as compiled code takes it; matrices are flat, their rows padded to ``form.width``."""

    rows: Array
    targets: Array
    offsets: Array
    everything: Counts  # 0, 1, ..., n - 1
    form: Form


class Plans(NamedTuple):
    """The schedules of m runs as compiled code takes them."""

    kind: Counts  # (m,)
    place: Counts  # (m,): row of the table, or number of the rule
    numbers: Array  # (m, 4): constants of the adaptive baselines
    memory: Array  # (m,): AdaGrad's sum, Armijo's last rate
    table: Array  # (tables, T)
    rules: npt.NDArray[np.void]
    states: npt.NDArray[np.void]
    windows: Array


class Batches(NamedTuple):
    """The samples of every step: ``size`` of them a step, begun anew where they end."""

    samples: Counts  # flat
    size: int
    steps: int
    burn_in: int  # iterates before this step are left out of the average


class Room(NamedTuple):
    """Where compiled code works; the caller keeps it alive, since vectors are passed by address."""

    iterates: Array  # flat
    sums: Array  # flat, of the iterates before this step
    gradient: Array
    trial: Array
    slopes: Array  # of the batch
    unused: Array  # slopes that nobody wants
    used: Array  # the last rate of every run
    gaps: Array  # sum of f(x_s) - f(x*) over s < t, of every run


class Record(NamedTuple):
    """What is written down; ``numerics.engine.Runs`` says what each means."""

    marks: Counts
    gap: Array
    average_gap: Array
    mean_gap: Array
    rate: Array
    peak: Array
    stopped: Counts


@inlined
def mean_loss(
    rows: int, targets: Array, offsets: Array, form: Form,
    which: Counts, first: int, size: int, x: int, at: int, slopes: Array,
) -> float:  # fmt: skip
    """The mean loss of ``size`` samples at the x that starts at ``at``; leaves slopes / size in ``slopes``."""
    total, weight = 0.0, 1.0 / size
    for b in range(size):
        i = which[first + b]
        z = dot(rows, i * form.width, x, at, form.width)
        value, slope = value_and_slope(form.code, form.scale, z, targets[i])
        total += value + offsets[i]
        slopes[b] = slope * weight
    total *= weight
    if form.ridge != 0.0:
        total += 0.5 * form.ridge * dot(x, at, x, at, form.width)
    return total


@compiled
def gradient(
    rows: int, form: Form, which: Counts, first: int, size: int, x: int, at: int, slopes: Array, g: int
) -> None:
    """The gradient that belongs to the slopes, in ``g``."""
    clear(g, form.width)
    for b in range(size):  # g += slope a_i, written with the one vector update there is
        subtract(-1.0, slopes[b], rows, which[first + b] * form.width, g, 0, form.width)
    if form.ridge != 0.0:
        subtract(-1.0, form.ridge, x, at, g, 0, form.width)


@compiled
def floor(offsets: Array, which: Counts, first: int, size: int) -> float:
    """A lower bound of the batch's loss: scalar losses and ridge are at least 0, offsets are what they are."""
    total = 0.0
    for b in range(size):
        total += offsets[which[first + b]]
    return total / size


@compiled
def polyak(square: float, above: float, most: float, c: float) -> float:
    """min(most, above / (c |g|^2)), ``above`` being the loss above its lower bound."""
    return min(most, above / (c * square)) if square > 0.0 else most


@compiled
def armijo(
    rows: int, targets: Array, offsets: Array, form: Form, which: Counts, first: int, size: int,
    x: int, at: int, loss: float, g: int, rate: float, c: float, shrink: float, trial: int, slopes: Array,
) -> float:  # fmt: skip
    """The first of rate, rate shrink, ... at which the batch's loss falls by c rate |g|^2."""
    square = dot(g, 0, g, 0, form.width)
    for _ in range(BACKTRACKS):
        clear(trial, form.width)
        subtract(-1.0, 1.0, x, at, trial, 0, form.width)
        subtract(rate, 1.0, g, 0, trial, 0, form.width)
        here = mean_loss(rows, targets, offsets, form, which, first, size, trial, 0, slopes)
        if here <= loss - c * rate * square:
            break
        rate *= shrink
    return rate


@compiled
def look(
    data: Data, record: Record, mark: int, t: int, burn_in: int, k: int,
    x: int, sums: int, gaps: float, trial: int, slopes: Array,
) -> None:  # fmt: skip
    """Write down where run k is before step t."""
    rows, targets, offsets, everything, form = (
        data.rows.ctypes.data,
        data.targets,
        data.offsets,
        data.everything,
        data.form,
    )
    at, n = k * form.width, len(targets)
    gap = average = math.inf
    if record.stopped[k] < 0:
        gap = average = mean_loss(rows, targets, offsets, form, everything, 0, n, x, at, slopes) - form.minimum
        if t > burn_in:
            clear(trial, form.width)
            subtract(-1.0, 1.0 / (t - burn_in), sums, at, trial, 0, form.width)
            average = mean_loss(rows, targets, offsets, form, everything, 0, n, trial, 0, slopes) - form.minimum
    record.gap[k, mark] = gap if gap == gap else math.inf
    record.average_gap[k, mark] = average if average == average else math.inf
    if t > 0:
        record.mean_gap[k, mark] = gaps / t if record.stopped[k] < 0 else math.inf


@compiled
def loop(data: Data, plans: Plans, batches: Batches, room: Room, record: Record, full: bool, mean_gap: bool) -> None:
    """Run everything; the iterates, and their sums over t < T, end as they are after the last step."""
    rows, targets, offsets, form = data.rows.ctypes.data, data.targets, data.offsets, data.form
    kinds, place, numbers, memory, table, rules, states, windows = plans
    samples, size, steps = batches.samples, batches.size, batches.steps
    x, sums, g, trial = (
        room.iterates.ctypes.data, room.sums.ctypes.data, room.gradient.ctypes.data, room.trial.ctypes.data,
    )  # fmt: skip
    slopes, unused, used, gaps = room.slopes, room.unused, room.used, room.gaps
    marks, peak, stopped = record.marks, record.peak, record.stopped
    runs, width, n, mark = len(kinds), form.width, len(targets), 0
    for t in range(steps + 1):
        marked = mark < len(marks) and marks[mark] == t
        if marked:
            for k in range(runs):
                look(
                    data, record, mark, t, batches.burn_in, k, x, sums, gaps[k] if mean_gap else math.nan, trial, unused
                )
        first = (t * size) % len(samples)
        for k in range(runs if t < steps else 0):
            if stopped[k] >= 0:
                continue
            at, kind = k * width, kinds[k]
            loss = mean_loss(rows, targets, offsets, form, samples, first, size, x, at, slopes)
            compared = loss
            if full or mean_gap:
                everywhere = mean_loss(rows, targets, offsets, form, data.everything, 0, n, x, at, unused)
                gaps[k] += everywhere - form.minimum
                compared = everywhere if full else loss
            if not math.isfinite(compared):
                stopped[k] = t
                continue
            direct = size == 1 and form.ridge == 0.0 and kind <= GREEDY
            if not direct:
                gradient(rows, form, samples, first, size, x, at, slopes, g)
            if kind == TABLE:
                rate = table[place[k], t]
            elif kind == GREEDY:
                rate = advance(rules, states, windows, place[k], compared)
            elif kind == ADAGRAD:
                memory[k] += dot(g, 0, g, 0, width)
                rate = numbers[k, 0] / math.sqrt(numbers[k, 1] * numbers[k, 1] + memory[k])
            elif kind == POLYAK:
                above = loss - floor(offsets, samples, first, size)
                rate = polyak(dot(g, 0, g, 0, width), above, numbers[k, 0], numbers[k, 1])
            else:
                first_try = min(numbers[k, 0], memory[k] * numbers[k, 3] ** (size / n))
                rate = memory[k] = armijo(
                    rows, targets, offsets, form, samples, first, size, x, at, loss, g,
                    first_try, numbers[k, 1], numbers[k, 2], trial, unused,
                )  # fmt: skip
            used[k], peak[k] = rate, max(peak[k], rate)
            inner = slopes[0] if direct else 1.0
            along, start = (rows, samples[first] * width) if direct else (g, 0)
            if t >= batches.burn_in:
                step(rate, inner, along, start, x, at, sums, width)
            else:
                subtract(rate, inner, along, start, x, at, width)
        if marked:
            for k in range(runs):
                record.rate[k, mark] = used[k]
            mark += 1
