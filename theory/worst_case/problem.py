"""The worst case of one run as a problem in two unknowns: the Gram matrix of its vectors, and the function values.

The class of convex L-smooth functions (mu-strongly convex for mu > 0) is seen only through the inequality that it
implies between any two of its samples (Taylor, Hendrickx and Glineur, *Smooth strongly convex interpolation and exact
worst-case performance of first-order methods*, 2017, Theorem 4):

    f_i - f_j - <g_j, x_i - x_j>
        - (|g_i - g_j|^2/L + mu |x_i - x_j|^2 - 2 (mu/L) <g_i - g_j, x_i - x_j>) / (2 (1 - mu/L)) >= 0.

Every function of the class satisfies it, which is all that an upper bound needs; that numbers which satisfy it belong
to some function of the class is what makes the bound attained.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from theory.worst_case.explore import Sample, Trial
from theory.worst_case.unknown import ZERO, Loss, Point

Entry = tuple[int, int]  # a <= b: the inner product <e_a, e_b>
Form = Mapping[Entry, Fraction]
Values = tuple[tuple[int, Fraction], ...]
LEAST = "the least of the losses"


@dataclass(frozen=True)
class Component:
    """The samples of one function; the first is x*."""

    samples: tuple[Sample, ...]
    smoothness: Fraction
    convexity: Fraction

    @property
    def weights(self) -> tuple[Fraction, Fraction, Fraction]:
        """Of |g_i - g_j|^2, of |x_i - x_j|^2 and of <g_i - g_j, x_i - x_j> in the inequality."""
        L, mu = self.smoothness, self.convexity
        scale = 1 / (2 * (1 - mu / L))
        return scale / L, scale * mu, -2 * scale * mu / L


@dataclass(frozen=True)
class Condition:
    """``constant + values + gram >= 0``."""

    name: str
    values: Values
    gram: tuple[tuple[Entry, Fraction], ...]
    constant: Fraction


@dataclass(frozen=True)
class Problem:
    """Maximise ``objective`` (with its constant) over all Gram matrices and values that satisfy the conditions."""

    dimension: int
    values: int
    components: tuple[Component, ...]
    conditions: tuple[Condition, ...]  # those besides the components' inequalities
    objective: Values
    constant: Fraction = ZERO


def square(v: Point) -> tuple[tuple[Entry, Fraction], ...]:
    """|v|^2 in Gram entries."""
    return product(v, v)


def product(u: Point, v: Point) -> tuple[tuple[Entry, Fraction], ...]:
    """<u, v> in Gram entries."""
    sums: dict[Entry, Fraction] = {}
    for a, c in enumerate(u.coords):
        for b, d in enumerate(v.coords):
            if c and d:
                sums[min(a, b), max(a, b)] = sums.get((min(a, b), max(a, b)), ZERO) + c * d
    return tuple(sorted((e, c) for e, c in sums.items() if c))


def problem(trial: Trial, measure: Loss, *, noise: Fraction | None = None) -> Problem:
    """The worst case of ``measure`` over all functions on which the trial's answers are true, |x_0 - x*| <= 1.

    ``noise`` bounds the mean square of the components' gradients at x*.
    """
    if trial.start is None:
        raise ValueError("the method took no start point: its worst case would be relative to nothing.")
    conditions = [Condition("|x_0 - x*|^2 <= 1", (), _negated(square(trial.start)), Fraction(1))]
    for c in trial.comparisons:
        if c.free or not c.strict:
            name = "an answer" if c.free else LEAST
            conditions.append(Condition(name, tuple((k, -a) for k, a in c.difference), (), -c.constant))
    if noise is not None:
        count = len(trial.functions)
        total: dict[Entry, Fraction] = {}
        for f in trial.functions:
            for entry, a in square(f.samples[0].gradient):
                total[entry] = total.get(entry, ZERO) - a / count
        conditions.append(Condition("sigma*^2", (), tuple(sorted(total.items())), noise))
    components = tuple(Component(tuple(f.samples), f.smoothness, f.convexity) for f in trial.functions)
    return Problem(trial.dimension, trial.values, components, tuple(conditions), measure.terms, measure.constant)


def _negated(form: tuple[tuple[Entry, Fraction], ...]) -> tuple[tuple[Entry, Fraction], ...]:
    return tuple((e, -c) for e, c in form)
