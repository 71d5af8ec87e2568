"""The worst function, written down: an explicit convex L-smooth function through given samples.

    f(x) = max over w >= 0, sum w_i = 1, of  sum_i w_i (f_i + |g_i|^2/(2L) + <g_i, x - x_i>) - |sum_i w_i g_i|^2/(2L),

the Moreau envelope of a maximum of affine functions.  A maximum of affine functions of x is convex, and the square
makes the gradient ``sum_i w_i g_i`` of the maximising weights L-Lipschitz.  At the sample x_i the weights that are 1
at i are the best exactly if the samples satisfy the inequalities of the class; here that is checked at every
evaluation, so the values and gradients returned are those of f, without any theorem about interpolation.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from theory.worst_case.certificate import Lower, UncertifiedError
from theory.worst_case.problem import Problem, product
from theory.worst_case.unknown import ZERO, Point


@dataclass(frozen=True)
class Envelope:
    """The function of one component of a problem, its vectors known by their Gram matrix."""

    problem: Problem
    numbers: Lower

    def __post_init__(self) -> None:
        """One function, not strongly convex: the formula is that of the convex L-smooth class."""
        if len(self.problem.components) != 1 or self.problem.components[0].convexity:
            raise ValueError("an envelope is made of the samples of one convex L-smooth function, with mu = 0.")

    def inner(self, u: Point, v: Point) -> Fraction:
        """<u, v>."""
        return sum((c * self.numbers.gram[a][b] for (a, b), c in product(u, v)), ZERO)

    def __call__(self, x: Point) -> tuple[Fraction, Point]:
        """f(x) and its gradient at a sampled point, the weights proved to be the best ones."""
        component = self.problem.components[0]
        here = next((s for s in component.samples if s.position == x), None)
        if here is None:
            raise UncertifiedError(f"{x} is not among the samples: no weights are known to be the best ones there.")
        best = self._affine(here.position, here.gradient, self._value(here.value), x)
        for s in component.samples:
            other = self._affine(s.position, s.gradient, self._value(s.value), x)
            excess = other - best - self.inner(here.gradient, s.gradient - here.gradient) / component.smoothness
            if excess > 0:
                raise UncertifiedError("the samples belong to no convex L-smooth function: other weights are better.")
        return best - self.inner(here.gradient, here.gradient) / (2 * component.smoothness), here.gradient

    def _affine(self, position: Point, gradient: Point, value: Fraction, x: Point) -> Fraction:
        """f_i + |g_i|^2/(2L) + <g_i, x - x_i>."""
        half = self.inner(gradient, gradient) / (2 * self.problem.components[0].smoothness)
        return value + half + self.inner(gradient, x - position)

    def _value(self, index: int | None) -> Fraction:
        return ZERO if index is None else self.numbers.values[index]
