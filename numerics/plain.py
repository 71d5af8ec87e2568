"""The engine's slow twin: one run of SGD, line by line, with ``greedylr.Rule`` itself.

It adds in the engine's order, so the two agree to the last bit; it keeps the whole path.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from greedylr.rule import State
from numerics.problems.finite_sum import Array, FiniteSum
from numerics.problems.links import value_and_slope
from numerics.schedules import AdaGradNorm, Armijo, Greedy, Polyak, Schedule
from numerics.streams import draws
from numerics.vectors import padded, slow_dot


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One step: where it began, the loss that was compared, and the learning rate that was used."""

    x: Array
    loss: float
    rate: float


def path(
    problem: FiniteSum,
    schedule: Schedule,
    *,
    steps: int,
    seed: int,
    batch: int | None = 1,
    compared: Literal["batch", "full"] = "batch",
) -> Iterator[Step]:
    """The steps of one run, up to the first loss that is not finite; the last one only says where the run ended."""
    n, d = problem.rows.shape
    everything = [*range(n)]
    drawn = [everything] * steps if batch is None else draws(seed, samples=n, steps=steps, batch=batch).tolist()
    x, rate = padded(problem.start[None, :])[0], _rates(problem, schedule, steps)
    for t, which in enumerate(drawn):
        loss, g = loss_and_gradient(problem, which, x)
        seen = loss_and_gradient(problem, everything, x)[0] if compared == "full" else loss
        if not math.isfinite(seen):
            break
        gamma = rate(t, which, x, loss, seen, g)
        yield Step(x[:d].copy(), seen, gamma)
        x = x - gamma * g
    yield Step(x[:d].copy(), loss_and_gradient(problem, everything, x)[0], math.nan)


def loss_and_gradient(problem: FiniteSum, which: list[int], x: Array) -> tuple[float, Array]:
    """The mean loss of the samples and its gradient at a padded x, which is padded, too."""
    rows, weight, total, g = padded(problem.rows), 1 / len(which), 0.0, np.zeros_like(x)
    for i in which:
        z = slow_dot(rows[i], x)
        value, slope = value_and_slope(problem.code, problem.scale, z, float(problem.targets[i]))
        total += value + float(problem.offsets[i])
        g = g + (slope * weight) * rows[i]
    total *= weight
    if problem.ridge:
        total, g = total + 0.5 * problem.ridge * slow_dot(x, x), g + problem.ridge * x
    return total, g


Rate = Callable[[int, list[int], Array, float, float, Array], float]


def _rates(problem: FiniteSum, schedule: Schedule, steps: int) -> Rate:
    """The rate of step t from the batch, x, the batch's loss, the loss that is compared and the gradient."""
    match schedule:
        case Greedy():
            return _greedy(schedule)
        case AdaGradNorm():
            return _adagrad(schedule)
        case Polyak(max_lr, c):
            return lambda _, which, __, loss, ___, g: min(
                max_lr, _quotient(loss - sum(map(float, problem.offsets[which])) / len(which), c * slow_dot(g, g))
            )
        case Armijo():
            return _armijo(problem, schedule)
        case _:
            table = schedule.rates(steps)
            return lambda t, *_: float(table[t])


def _greedy(schedule: Greedy) -> Rate:
    states: list[State] = [schedule.rule.start(schedule.rate)]

    def rate(_: int, __: list[int], ___: Array, ____: float, seen: float, _____: Array) -> float:
        states.append(schedule.rule.step(states[-1], seen))
        return float(schedule.rule.used(states[-2], states[-1]))

    return rate


def _adagrad(schedule: AdaGradNorm) -> Rate:
    squares = [0.0]

    def rate(_: int, __: list[int], ___: Array, ____: float, _____: float, g: Array) -> float:
        squares.append(squares[-1] + slow_dot(g, g))
        return schedule.rate / math.sqrt(schedule.offset * schedule.offset + squares[-1])

    return rate


def _armijo(problem: FiniteSum, schedule: Armijo) -> Rate:
    used = [schedule.max_lr]

    def rate(_: int, which: list[int], x: Array, loss: float, __: float, g: Array) -> float:
        gamma = min(schedule.max_lr, used[-1] * schedule.growth ** (len(which) / len(problem.targets)))
        while loss_and_gradient(problem, which, x - gamma * g)[0] > loss - schedule.c * gamma * slow_dot(g, g):
            gamma *= schedule.shrink
        used.append(float(gamma))
        return used[-1]

    return rate


def _quotient(a: float, b: float) -> float:
    return a / b if b > 0 else math.inf
