"""The finite sums: f(x) = (1/n) sum_i [phi(<a_i, x>; b_i) + c_i] + (ridge/2) |x|^2, with what is known about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from numerics.problems.links import LINKS, Link, value_and_slope

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A real number known to lie in [low, high]; both ends are rounded outwards."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Constants:
    """Smoothness of the samples and of their mean, and strong convexity of the mean."""

    L_max: Enclosure  # every f_i is L_max-smooth, and no smaller number does for all
    L: Enclosure  # f is L-smooth
    mu: Enclosure  # f is mu-strongly convex, on the affine hull of the iterates
    L_is_attained: bool  # False: ``L`` is a bound, f may be smoother


@dataclass(frozen=True, slots=True, eq=False)
class Optimum:
    """A point near a minimiser x*, and how near: all bounds are certified in ball arithmetic."""

    point: Array  # (d,)
    value: Enclosure  # f(x*)
    gradient: float  # at least |grad f(point)|
    distance: float  # at least |point - x*| for the nearest minimiser x*
    gap: float  # at least f(point) - f(x*)
    sigma2: Enclosure  # (1/n) sum |grad f_i(x*)|^2


@dataclass(frozen=True, slots=True, eq=False)
class FiniteSum:
    """n samples in d dimensions; the methods are the slow, plain numpy twins of the compiled engine."""

    name: str
    link: Link
    rows: Array  # (n, d): a_i
    targets: Array  # (n,): b_i
    offsets: Array  # (n,): c_i
    ridge: float
    start: Array  # (d,): where runs begin
    scale: float  # of Huber's function and of the smoothed hinge, 1 elsewhere
    constants: Constants
    optimum: Optimum

    @property
    def code(self) -> int:
        """The link as compiled code knows it."""
        return LINKS.index(self.link)

    def sample_loss(self, i: int, x: Array) -> float:
        """f_i(x) = phi(<a_i, x>; b_i) + c_i + (ridge/2) |x|^2."""
        value, _ = value_and_slope(self.code, self.scale, float(self.rows[i] @ x), float(self.targets[i]))
        return float(value + self.offsets[i] + 0.5 * self.ridge * (x @ x))

    def sample_gradient(self, i: int, x: Array) -> Array:
        """grad f_i(x), shape (d,)."""
        _, slope = value_and_slope(self.code, self.scale, float(self.rows[i] @ x), float(self.targets[i]))
        return np.asarray(slope * self.rows[i] + self.ridge * x)

    def loss(self, x: Array) -> float:
        """f(x)."""
        return float(np.mean([self.sample_loss(i, x) for i in range(len(self.rows))]))

    def gradient(self, x: Array) -> Array:
        """grad f(x), shape (d,)."""
        return np.asarray(np.mean([self.sample_gradient(i, x) for i in range(len(self.rows))], axis=0))

    def gap(self, x: Array) -> float:
        """f(x) - f(x*), up to the width of the optimum's enclosure."""
        return self.loss(x) - self.optimum.value.low

    def describe(self) -> dict[str, Any]:
        """What a manifest keeps of the problem."""
        n, d = self.rows.shape
        o = self.optimum
        return {"name": self.name, "link": self.link, "n": n, "d": d, "ridge": self.ridge, "gap_bound": o.gap}
