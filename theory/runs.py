"""Exact runs of the rule on small problems: every iterate, rate and loss is a rational number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from greedylr.rule import Rule, State

Q = Fraction


@dataclass(frozen=True)
class Problem:
    """A function of one variable with its derivative and its smoothness constant; the minimum is 0 at 0."""

    value: Callable[[Fraction], Fraction]
    slope: Callable[[Fraction], Fraction]
    smoothness: Fraction


def quadratic(curvature: Fraction, smoothness: Fraction | None = None) -> Problem:
    """curvature x^2 / 2, which is L-smooth for every L >= curvature."""
    return Problem(lambda x: curvature * x * x / 2, lambda x: curvature * x, smoothness or curvature)


def huber() -> Problem:
    """x^2 / 2 for |x| <= 1, then its tangent |x| - 1/2: convex and 1-smooth."""
    return Problem(
        lambda x: x * x / 2 if abs(x) <= 1 else abs(x) - Q(1, 2),
        lambda x: max(Q(-1), min(Q(1), x)),
        Q(1),
    )


@dataclass(frozen=True)
class Step:
    """One step of gradient descent: x_{t+1} = x_t - rate * f'(x_t)."""

    x: Fraction
    loss: Fraction
    rate: Fraction
    improved: bool
    x_next: Fraction


def descend(problem: Problem, rule: Rule, rate: Fraction, x: Fraction, steps: int) -> tuple[Step, ...]:
    """Gradient descent under the rule on the loss f(x_t) itself, from the initial rate and point."""
    path: list[Step] = []
    state = rule.start(rate)
    for _ in range(steps):
        loss = problem.value(x)
        before, state = state, rule.step(state, loss)
        used = Q(rule.used(before, state))
        improved = before.reference is not None and rule.improves(loss, before.reference)
        path.append(Step(x, loss, used, improved, x - used * problem.slope(x)))
        x = path[-1].x_next
    return tuple(path)


def average(path: tuple[Step, ...]) -> Fraction:
    """The average iterate xbar_T of a run of T steps."""
    return sum((step.x for step in path), Q(0)) / len(path)


@dataclass(frozen=True)
class TwoSamples:
    """f_1 = (x - 1)^2/2 + c and f_2 = (x + 1)^2/2: f = x^2/2 + 1/2 + c/2, L = 1, x* = 0, sigma* = 1."""

    c: Fraction

    def loss(self, i: int, x: Fraction) -> Fraction:
        """f_i(x) for i = 1, 2."""
        return (x - 1) ** 2 / 2 + self.c if i == 1 else (x + 1) ** 2 / 2

    def slope(self, i: int, x: Fraction) -> Fraction:
        """f_i'(x) for i = 1, 2."""
        return x - 1 if i == 1 else x + 1

    def mean(self, x: Fraction) -> Fraction:
        """f(x)."""
        return (self.loss(1, x) + self.loss(2, x)) / 2

    def mean_slope(self, x: Fraction) -> Fraction:
        """f'(x)."""
        return (self.slope(1, x) + self.slope(2, x)) / 2

    def branches(self, rule: Rule, state: State, x: Fraction) -> tuple[tuple[Fraction, Fraction], ...]:
        """(rate used, next iterate) for either sample drawn at x in that state of the rule."""
        result = []
        for i in (1, 2):
            rate = Q(rule.used(state, rule.step(state, self.loss(i, x))))
            result.append((rate, x - rate * self.slope(i, x)))
        return tuple(result)
