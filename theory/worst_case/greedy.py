"""GreedyLR on full batches, as a method whose worst case is asked for: the rule is the user's own ``greedylr.Rule``."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from greedylr.checks import check_choice, check_count
from greedylr.rule import Rule
from theory.worst_case.explore import Trial
from theory.worst_case.unknown import Loss, Point, exact

Measure = Literal["last", "best", "average", "mean"]
MEASURES: tuple[Measure, ...] = ("last", "best", "average", "mean")


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
        self.rule.start(self.rate)

    def __call__(self, trial: Trial) -> Loss:
        """Run once; a comparison that the rule makes forks the trial."""
        f, x, state = trial.function(self.smoothness, self.convexity), trial.point(), self.rule.start(exact(self.rate))
        losses: list[Loss] = []
        points: list[Point] = []
        for t in range(self.steps):
            loss, gradient = f(x)
            losses.append(loss)
            points.append(x)
            if self.rule.order == "same":
                state = self.rule.step(state, loss)  # type: ignore[arg-type]
            x = x - state.rate * gradient
            if self.rule.order == "next" and t + 1 < self.steps:
                state = self.rule.step(state, loss)  # type: ignore[arg-type]
        if self.measure == "mean":
            return sum(losses, 0) / self.steps  # type: ignore[arg-type,return-value]
        if self.measure == "average":
            return f(Fraction(1, self.steps) * sum(points, Point()))[0]
        last = f(x)[0]
        return last if self.measure == "last" else trial.least([*losses, last])


@dataclass(frozen=True)
class FixedDescent:
    """Gradient descent with the rates given."""

    rates: tuple[Fraction, ...]
    smoothness: Fraction = Fraction(1)
    convexity: Fraction = Fraction(0)

    def __call__(self, trial: Trial) -> Loss:
        """Run; nothing is compared."""
        f, x = trial.function(self.smoothness, self.convexity), trial.point()
        for rate in self.rates:
            x = x - rate * f(x)[1]
        return f(x)[0]
