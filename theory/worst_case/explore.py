"""All the ways in which a method can run: its code is executed once for every answer to its comparisons.

A method is a function of a ``Trial``, from which it gets a start point and functions to evaluate.  Where it asks
whether one loss is below another, the run forks.

A method that ``rests`` is gradient descent on one function: every step starts at the latest iterate, and the measure is
the same expression in the iterates' losses whatever the answers are.  There smoothness may decide: a gradient step at a
rate below 2/L lowers the loss, or stands at a minimiser, from where all further iterates and losses are equal whatever
the answers are.  Conditions being closed (``<=`` for ``<``), such a run is among those of the answer "below" as well.
That steps start at the latest iterate is checked; that the measure is the same expression cannot be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from greedylr.checks import check_count
from theory.worst_case.unknown import ZERO, AmbiguousError, Loss, Point, exact


@dataclass(frozen=True)
class Sample:
    """What is known of a function at a point: f and its gradient there; ``value`` None stands for f(x*) = 0."""

    position: Point
    gradient: Point
    value: int | None


def steps_from(old: Sample, new: Sample) -> bool:
    """Whether x may be a gradient step from the old point: the gradient there was a new vector, and is its last one."""
    return len(new.position.coords) == len(old.gradient.coords) > len(old.position.coords)


@dataclass(frozen=True)
class Comparison:
    """An answer: ``low <= high`` for a loss that is below (strictly) or not below another, as low - high."""

    difference: tuple[tuple[int, Fraction], ...]
    constant: Fraction
    strict: bool
    free: bool  # whether the other answer was possible


def check_class(smoothness: object, convexity: object) -> tuple[Fraction, Fraction]:
    """L and mu as fractions; constants of no class of functions are refused."""
    L, mu = exact(smoothness), exact(convexity)
    if not 0 <= mu < L:
        raise ValueError(f"a class needs 0 <= mu < L, got mu = {convexity!r} and L = {smoothness!r}: check the two.")
    return L, mu


class Function:
    """A convex L-smooth function, mu-strongly convex for mu > 0, that is minimal at x* = 0 with value 0."""

    def __init__(self, trial: Trial, smoothness: Fraction, convexity: Fraction, minimum: Sample) -> None:
        """Nothing is known but the minimum; ``Trial.function`` makes these."""
        self.trial, self.smoothness, self.convexity = trial, smoothness, convexity
        self.samples = [minimum]
        self.descends: dict[int, tuple[int, bool]] = {}  # a value, the one it lies below, and whether strictly

    def __call__(self, x: Point) -> tuple[Loss, Point]:
        """The loss and the gradient at x; the same at the same point."""
        for known in self.samples:
            if known.position == x and known.value is not None:
                return self.trial.loss(known.value), known.gradient
        sample = Sample(x, self.trial.vector(), self.trial.value())
        self._descent(sample)
        if self.trial.rests and not self._rests(sample):
            raise ValueError(
                "rests=True needs every step to start at the latest iterate, this one does not: leave it out."
            )
        self.samples.append(sample)
        return self.trial.loss(sample.value), sample.gradient

    def _descent(self, new: Sample) -> None:
        """Remember where x is a gradient step from an earlier point at a rate of at most 2/L."""
        for old in reversed(self.samples):
            if old.value is None or not steps_from(old, new):
                continue
            rate = (old.position - new.position).multiple_of(old.gradient)
            if rate is not None and 0 < rate * self.smoothness <= 2:
                assert new.value is not None
                self.descends[new.value] = (old.value, rate * self.smoothness < 2)
                return

    def _rests(self, new: Sample) -> bool:
        """Whether x is the start, a gradient step from the latest iterate, or the mean of all of them."""
        known = self.samples[1:]
        if not known:
            return True
        rate = (known[-1].position - new.position).multiple_of(known[-1].gradient)
        mean = Fraction(1, len(known)) * sum((sample.position for sample in known), Point())
        return rate is not None or new.position == mean

    def lies_below(self, low: int, high: int) -> bool:
        """Whether descent steps lead from ``high`` to ``low``, one of them at a rate below 2/L."""
        strict = False
        while low in self.descends and low != high:
            low, here = self.descends[low]
            strict |= here
        return low == high and strict


class Trial:
    """One execution of a method, its comparisons answered by a script, and by True beyond its end."""

    def __init__(self, script: Sequence[bool] = (), *, rests: bool = False) -> None:
        """Nothing has happened yet; ``explore`` makes these."""
        self.script, self.rests, self.dimension, self.values = tuple(script), rests, 0, 0
        self.functions: list[Function] = []
        self.comparisons: list[Comparison] = []
        self.start: Point | None = None

    def vector(self) -> Point:
        """A new basis vector."""
        self.dimension += 1
        return Point((ZERO,) * (self.dimension - 1) + (Fraction(1),))

    def value(self) -> int:
        """A new function value."""
        self.values += 1
        return self.values - 1

    def loss(self, value: int | None) -> Loss:
        """A function value as a loss."""
        return Loss(((value, Fraction(1)),) if value is not None else (), self._answer)

    def point(self) -> Point:
        """The start x_0 - x*; |x_0 - x*| <= 1 is what worst cases are relative to."""
        if self.start is not None:
            raise ValueError("a trial has one start: take other points as combinations of it and of gradients.")
        self.start = self.vector()
        return self.start

    def function(self, smoothness: object = 1, convexity: object = 0) -> Function:
        """An unknown function with the minimum 0 at x*."""
        return self.functions_with_mean(1, smoothness, convexity)[0]

    def functions_with_mean(self, count: int, smoothness: object = 1, convexity: object = 0) -> list[Function]:
        """Unknown components whose mean is minimal at x*: their gradients there add up to zero.

        Their values at x* are unknown; that of the last is 0, which a constant added to all brings about.
        """
        L, mu = check_class(smoothness, convexity)
        check_count("count", count, 1)
        rest, minima = Point(), []
        for _ in range(count - 1):
            gradient = self.vector()
            rest = rest - gradient
            minima.append(Sample(Point(), gradient, self.value()))
        minima.append(Sample(Point(), rest, None))
        self.functions += [Function(self, L, mu, minimum) for minimum in minima]
        return self.functions[-count:]

    def least(self, losses: Sequence[Loss]) -> Loss:
        """The least of several losses, as a value that is at most each of them."""
        least = self.loss(self.value())
        for loss in losses:
            low = least - loss
            self.comparisons.append(Comparison(low.terms, low.constant, strict=False, free=False))
        return least

    def _answer(self, difference: Loss) -> bool:
        """Whether the difference is negative: from smoothness, else from the script."""
        if sum((c for _, c in difference.terms), ZERO):
            raise AmbiguousError(
                "the answer depends on f(x*), which is unknown: compare losses, or their means, with each other."
            )
        if not difference.terms:
            return difference.constant < 0
        free = not self._decided(difference)
        asked = sum(c.free for c in self.comparisons)
        below = not free or asked >= len(self.script) or self.script[asked]
        low = difference if below else -difference
        self.comparisons.append(Comparison(low.terms, low.constant, below, free))
        return below

    def _decided(self, difference: Loss) -> bool:
        if not self.rests or len(self.functions) > 1 or difference.constant or len(difference.terms) != 2:
            return False
        (a, c), (b, d) = difference.terms
        low, high = (a, b) if c > 0 else (b, a)
        return abs(c) == abs(d) == 1 and any(f.lies_below(low, high) for f in self.functions)

    @property
    def pattern(self) -> tuple[bool, ...]:
        """The answers that could have been otherwise."""
        return tuple(c.strict for c in self.comparisons if c.free)


Method = Callable[[Trial], Loss]


def explore(method: Method, *, rests: bool = False) -> Iterator[tuple[Trial, Loss]]:
    """Every run of the method, with the measure of its worst case that it returns; nothing is left out."""
    scripts: list[tuple[bool, ...]] = [()]
    while scripts:
        script = scripts.pop()
        trial = Trial(script, rests=rests)
        measure = method(trial)
        found = trial.pattern
        if found[: len(script)] != script:
            raise ValueError("the method ran another way than before: it must keep nothing from run to run.")
        if not isinstance(measure, Loss) or not measure.terms:
            raise TypeError(f"a method must return a loss that depends on the function, got {measure!r}.")
        scripts += [(*found[:k], False) for k in range(len(script), len(found))]
        yield trial, measure
