"""Learning rates for SGD: GreedyLR and what it is compared with, as values that the engine runs.

A schedule that looks at the clock alone is a table of rates; the others say which numbers the engine needs.  ``t``
counts steps from 0 and ``T`` is their number.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from greedylr.rule import Rule

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Greedy:
    """GreedyLR from the initial rate ``rate``."""

    rule: Rule
    rate: float

    def __post_init__(self) -> None:
        """Refuse a rate that the rule refuses."""
        self.rule.start(self.rate)


@dataclass(frozen=True, slots=True)
class _Positive:
    def __post_init__(self) -> None:
        """Refuse numbers that are not positive and finite."""
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name != "final" and not 0 < value < math.inf:
                raise ValueError(f"{field.name} of {type(self).__name__} must be positive and finite, got {value!r}.")


@dataclass(frozen=True, slots=True)
class Constant(_Positive):
    """``rate`` at every step."""

    rate: float

    def rates(self, steps: int) -> Array:
        """Shape (steps,)."""
        return np.full(steps, float(self.rate))


@dataclass(frozen=True, slots=True)
class InverseRoot(_Positive):
    """rate / sqrt(t + 1), the step size of the O(1/sqrt T) theorems for convex losses."""

    rate: float

    def rates(self, steps: int) -> Array:
        """Shape (steps,)."""
        return np.asarray(self.rate / np.sqrt(np.arange(1.0, steps + 1)))


@dataclass(frozen=True, slots=True)
class Inverse(_Positive):
    """rate / (t + 1), of Robbins and Monro, *A stochastic approximation method* (1951)."""

    rate: float

    def rates(self, steps: int) -> Array:
        """Shape (steps,)."""
        return self.rate / np.arange(1.0, steps + 1)


@dataclass(frozen=True, slots=True)
class Cosine(_Positive):
    """From ``rate`` down to ``final`` along half a cosine: Loshchilov and Hutter, *SGDR* (2017), without restarts."""

    rate: float
    final: float = 0.0

    def rates(self, steps: int) -> Array:
        """final + (rate - final) (1 + cos(pi t / T)) / 2, shape (steps,)."""
        return self.final + (self.rate - self.final) * 0.5 * (1 + np.cos(np.pi * np.arange(steps) / steps))


@dataclass(frozen=True, slots=True)
class Restarts(_Positive):
    """The cosine of *SGDR*, begun anew after ``period`` steps; each period is ``stretch`` times as long as the last."""

    rate: float
    period: int
    stretch: int = 1
    final: float = 0.0

    def rates(self, steps: int) -> Array:
        """Shape (steps,)."""
        pieces, length, period = [np.empty(0)], 0, self.period
        while length < steps:
            pieces.append(Cosine(self.rate, self.final).rates(period))
            length, period = length + period, period * self.stretch
        return np.concatenate(pieces)[:steps]


@dataclass(frozen=True, slots=True)
class Exponential(_Positive):
    """rate * decay^t."""

    rate: float
    decay: float

    def rates(self, steps: int) -> Array:
        """Shape (steps,)."""
        return self.rate * self.decay ** np.arange(float(steps))


@dataclass(frozen=True, slots=True)
class AdaGradNorm(_Positive):
    """rate / sqrt(offset^2 + sum of |g_s|^2 over s <= t): Ward, Wu and Bottou, *AdaGrad stepsizes* (2019)."""

    rate: float
    offset: float = 1e-2


@dataclass(frozen=True, slots=True)
class Polyak(_Positive):
    """min(max_lr, (f_B(x) - l) / (c |g|^2)), l the lower bound of the batch's loss that its scalar losses give.

    Loizou, Vaswani, Laradji and Lacoste-Julien, *Stochastic Polyak step-size for SGD* (2021).
    """

    max_lr: float
    c: float = 0.5


@dataclass(frozen=True, slots=True)
class Armijo(_Positive):
    """The first of s, s shrink, s shrink^2, ... with f_B(x - r g) <= f_B(x) - c r |g|^2.

    s is the last rate times growth^(batch/n), and at most ``max_lr``: Vaswani, Mishkin, Laradji, Schmidt, Gidel and
    Lacoste-Julien, *Painless stochastic gradient* (2019).
    """

    max_lr: float
    c: float = 0.1
    shrink: float = 0.7
    growth: float = 2.0

    def __post_init__(self) -> None:
        """Refuse a search that need not end."""
        _Positive.__post_init__(self)
        if not (self.c < 1 and self.shrink < 1 <= self.growth):
            raise ValueError(f"Armijo needs c < 1, shrink < 1 and growth >= 1, got {self!r}: its search may not end.")


Table = Constant | InverseRoot | Inverse | Cosine | Restarts | Exponential
Schedule = Greedy | Table | AdaGradNorm | Polyak | Armijo
