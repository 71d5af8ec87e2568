"""Gradient descent on full batches, its rates given or decided by GreedyLR: methods whose worst cases are asked for.

The same code runs on an unknown function, where every comparison of the rule forks the run, and on a known one, where
it is the method itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, cast

from greedylr.checks import check_choice, check_count
from greedylr.rule import Rule
from theory.worst_case.explore import Trial, check_class
from theory.worst_case.unknown import Loss, Point, exact

Measure = Literal["last", "best", "average", "mean"]
MEASURES: tuple[Measure, ...] = ("last", "best", "average", "mean")
Oracle = Callable[[Point], tuple[Any, Point]]  # a loss, a number or not, and a gradient


@dataclass(frozen=True)
class GreedyDescent:
    """T = ``steps`` steps of gradient descent on one convex L-smooth function, its rates decided by the rule.

    The measure is the gap to f* of the last iterate x_T, of the best of x_0, ..., x_T, of the average iterate
    (x_0 + ... + x_{T-1})/T, or the mean of the gaps of x_0, ..., x_{T-1}.  Rates are taken as the numbers they are.
    """

    rule: Rule
    rate: Fraction
    steps: int
    measure: Measure = "last"
    smoothness: Fraction = Fraction(1)
    convexity: Fraction = Fraction(0)

    def __post_init__(self) -> None:
        """Refuse what has no worst case."""
        check_count("steps", self.steps, 1)
        check_choice("the measure", self.measure, MEASURES)
        check_class(self.smoothness, self.convexity)
        self.rule.start(self.rate)

    def __call__(self, trial: Trial) -> Loss:
        """The measure on an unknown function."""
        f = trial.function(self.smoothness, self.convexity)
        return cast(Loss, self.measured(f, trial.point(), trial.least))

    def measured(self, f: Oracle, x: Point, least: Callable[[Sequence[Any]], Any] = min) -> Any:
        """The measure of the run on f from x."""
        points, losses = zip(*self.iterates(f, x), strict=True)
        match self.measure:
            case "last":
                return losses[-1]
            case "best":
                return least(losses)
            case "mean":
                return sum(losses) / len(losses)
            case "average":
                return f(Fraction(1, len(points)) * sum(points, Point()))[0]

    def iterates(self, f: Oracle, x: Point) -> Iterator[tuple[Point, Any]]:
        """The iterates that the measure looks at, each with its loss; no rate is decided that is not used."""
        rule, state = self.rule, self.rule.start(exact(self.rate))
        last = self.steps if self.measure in ("last", "best") else self.steps - 1
        for t in range(last + 1):
            loss, gradient = f(x)
            yield x, loss
            if rule.order == "same" and t < last:
                state = rule.step(state, loss)
            x = x - state.rate * gradient
            if rule.order == "next" and t + 1 < last:
                state = rule.step(state, loss)


@dataclass(frozen=True)
class FixedDescent:
    """Gradient descent with the rates given; the measure is the gap of the last iterate."""

    rates: tuple[Fraction, ...]
    smoothness: Fraction = Fraction(1)
    convexity: Fraction = Fraction(0)

    def __post_init__(self) -> None:
        """Refuse what has no worst case."""
        check_class(self.smoothness, self.convexity)
        for t, rate in enumerate(self.rates):
            if not exact(rate) > 0:
                raise ValueError(f"rate {t} must be positive, got {rate!r}: a step goes against the gradient.")

    def __call__(self, trial: Trial) -> Loss:
        """The measure on an unknown function; nothing is compared."""
        f, x = trial.function(self.smoothness, self.convexity), trial.point()
        for rate in self.rates:
            x = x - rate * f(x)[1]
        return f(x)[0]
