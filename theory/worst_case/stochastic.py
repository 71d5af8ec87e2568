"""SGD on a finite sum, as methods whose worst case is asked for: every sequence of samples is run, all at once.

From one iterate x there are n next ones, x - gamma grad f_i(x), one for each sample i: the iterates form a tree with
n^t nodes x_t, each reached with probability n^-t.  The measure is that of the convergence theorems,

    (1/T) sum_{t < T} E f(x_t) - f* = (1/T) sum_{t < T} n^-t sum_{nodes x_t} f(x_t) - f*,   f = (f_1 + ... + f_n)/n,

over components f_i that are convex and L-smooth, and f minimal at x*.  The components' gradients at x* add up to zero;
how large they are is for ``problem(..., noise=sigma*^2)`` to bound.  With ``interpolating`` every f_i is minimal at x*,
which is sigma*^2 = 0 said without vectors that are zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from greedylr.checks import check_count
from greedylr.rule import Rule, State
from theory.worst_case.explore import Function, Sample, Trial
from theory.worst_case.unknown import ZERO, Loss, Point, exact

Level = Sequence[Point]  # the nodes of one depth t, each as often as sequences of samples lead to it


@dataclass(frozen=True)
class StochasticDescent:
    """SGD with the rates gamma_0, ..., gamma_{T-2}, each fixed before its sample is drawn; T = len(rates) + 1."""

    rates: tuple[Fraction, ...]
    components: int
    smoothness: Fraction = Fraction(1)
    interpolating: bool = False

    def __post_init__(self) -> None:
        """Refuse what is no run of SGD."""
        check_count("components", self.components, 1)
        for t, rate in enumerate(self.rates):
            if not exact(rate) > 0:
                raise ValueError(f"rate {t} must be positive, got {rate!r}: a step goes against the gradient.")

    def __call__(self, trial: Trial) -> Loss:
        """Run on every sequence of samples; nothing is compared."""
        functions = components(trial, self.components, self.smoothness, interpolating=self.interpolating)
        levels = [[trial.point()]]
        for rate in self.rates:
            levels.append([x - rate * f(x)[1] for x in levels[-1] for f in functions])
        return mean_gap(trial, functions, levels)


@dataclass(frozen=True)
class StochasticGreedy:
    """SGD with GreedyLR, driven by the loss of the drawn sample; T = ``steps`` iterates x_0, ..., x_{T-1}.

    Every node of the tree has a state of its own.  With the rule's order "next" the rate of a step is that decided
    from earlier samples, as the theorems ask; with "same" it is decided from the sample that is stepped on.

    Losses of different components are compared: ``explore`` it without ``rests``.
    """

    rule: Rule
    rate: Fraction
    components: int
    steps: int
    smoothness: Fraction = Fraction(1)
    interpolating: bool = False

    def __post_init__(self) -> None:
        """Refuse what has no worst case."""
        check_count("components", self.components, 1)
        check_count("steps", self.steps, 1)
        self.rule.start(exact(self.rate))

    def __call__(self, trial: Trial) -> Loss:
        """Run on every sequence of samples; each comparison that the rule makes forks the trial."""
        if trial.rests:
            raise ValueError("rests=True speaks of one function's losses, this rule compares several: explore without.")
        functions = components(trial, self.components, self.smoothness, interpolating=self.interpolating)
        nodes = [(trial.point(), self.rule.start(exact(self.rate)))]
        levels = [[x for x, _ in nodes]]
        for t in range(self.steps - 1):
            last = t == self.steps - 2
            nodes = [self._step(f, x, state, last=last) for x, state in nodes for f in functions]
            levels.append([x for x, _ in nodes])
        return mean_gap(trial, functions, levels)

    def _step(self, f: Function, x: Point, before: State, *, last: bool) -> tuple[Point, State]:
        """The next node; a state that decides no rate any more is left as it was, which saves its comparison."""
        loss, gradient = f(x)
        idle = last and self.rule.order == "next"
        after = before if idle else self.rule.step(before, loss)  # type: ignore[arg-type]
        return x - self.rule.used(before, after) * gradient, after


def components(trial: Trial, count: int, smoothness: Fraction, *, interpolating: bool) -> list[Function]:
    """The components; interpolating ones are each minimal at x*, with values there of which the last is 0."""
    if not interpolating:
        return trial.functions_with_mean(count, smoothness)
    minima = [Sample(Point(), Point(), trial.value()) for _ in range(count - 1)]
    minima.append(Sample(Point(), Point(), None))
    found = [Function(trial, exact(smoothness), ZERO, minimum) for minimum in minima]
    trial.functions += found
    return found


def mean_gap(trial: Trial, functions: Sequence[Function], levels: Sequence[Level]) -> Loss:
    """(1/T) sum_t E f(x_t) - f*, the expectation being the mean over a level, f the mean of the functions."""
    lowest = trial.loss(None)
    for f in functions:
        lowest = lowest + trial.loss(f.samples[0].value)
    total = -lowest * Fraction(1, len(functions))
    for nodes in levels:
        weight = Fraction(1, len(levels) * len(nodes) * len(functions))
        for x in nodes:
            for f in functions:
                total = total + weight * f(x)[0]
    return total
