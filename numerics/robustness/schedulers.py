"""The schedules of the study: functions of the clock as tables, and those that look at the loss, one object a run.

A step of the rule costs about a microsecond, a thousandth of what the gradient of the smallest model costs: GreedyLR
is ``greedylr.Rule`` itself, and ReduceLROnPlateau is torch's, so that nothing has to be written twice.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch.optim.lr_scheduler import ReduceLROnPlateau

from greedylr.rule import Rule
from numerics.schedules import Constant, Cosine, Exponential, Restarts

Array = npt.NDArray[np.float64]
Make = Callable[[float, int], "Schedule"]  # of the initial rate and the number of steps
WARMUP = 0.1  # of the steps
FACTOR, FLOOR, CAP = 0.9, 0.1, 10.0  # GreedyLR's F, and its limits in initial rates


class Schedule(Protocol):
    """What moves the rate of one run."""

    @property
    def rate(self) -> float:
        """That of the next step."""

    def step(self, loss: float) -> None:
        """Be told the loss of the step that used ``rate``."""


@dataclass
class Clock:
    """A table of rates; the losses do not matter."""

    rates: Array
    at: int = 0

    @property
    def rate(self) -> float:
        """That of this step."""
        return float(self.rates[min(self.at, len(self.rates) - 1)])

    def step(self, loss: float) -> None:
        """Go on."""
        self.at += 1


class Greedy:
    """GreedyLR, by the rule itself, after the optimizer as a PyTorch loop has it; a NaN is skipped."""

    def __init__(self, rule: Rule, initial: float) -> None:
        """From ``initial``; the rule counts in it."""
        self.rule, self.state, self.initial = rule, rule.start(1.0), initial
        self.rate = initial

    def step(self, loss: float) -> None:
        """Move the rate as the loss says."""
        if math.isfinite(loss):
            self.state = self.rule.step(self.state, loss)
            self.rate = self.initial * self.state.rate


class Plateau:
    """torch's ReduceLROnPlateau with its defaults: a tenth after ten losses without improvement."""

    def __init__(self, initial: float) -> None:
        """From ``initial``."""
        self._optimizer = torch.optim.SGD([torch.zeros(1)], lr=initial)
        self._scheduler = ReduceLROnPlateau(self._optimizer)
        self.rate = initial

    def step(self, loss: float) -> None:
        """Move the rate as the loss says."""
        self._scheduler.step(loss)
        self.rate = float(self._optimizer.param_groups[0]["lr"])


def _warm(rates: Array) -> Array:
    """The table with a linear warm-up in place of its first tenth."""
    steps = max(1, round(WARMUP * len(rates)))
    first = rates[0] * np.arange(1, steps + 1) / steps
    return np.concatenate([first, rates[: len(rates) - steps]])


def _warm_cosine(rate: float, steps: int) -> Array:
    begin = max(1, round(WARMUP * steps))
    return np.concatenate([rate * np.arange(1, begin + 1) / begin, Cosine(rate).rates(steps - begin)])


def _stable(rate: float, steps: int) -> Array:
    """Warm-up, constant, and a linear decay over the last fifth: Hu et al., *MiniCPM* (2024)."""
    rates = _warm(Constant(rate).rates(steps))
    decay = max(1, steps // 5)
    rates[-decay:] *= 1 - np.arange(1, decay + 1) / (decay + 1)
    return rates


def _power(rate: float, steps: int, power: float) -> Array:
    return np.asarray(rate * (1 - np.arange(steps) / steps) ** power)


def _greedy(
    comparison: Literal["best", "previous", "test"], patience: int, window: int = 1
) -> Callable[[float, int], Schedule]:
    rule = Rule(
        factor=FACTOR, comparison=comparison, order="next", patience=patience, window=window, min_lr=FLOOR, max_lr=CAP
    )
    return lambda rate, steps: Greedy(rule, rate)


def _clock(table: Callable[[float, int], Array]) -> Make:
    return lambda rate, steps: Clock(table(rate, steps))


SCHEDULES: Mapping[str, Make] = MappingProxyType(
    {
        "greedy-best-1": _greedy("best", 1),
        "greedy-best-10": _greedy("best", 10),
        "greedy-best-10-smooth": _greedy("best", 10, 50),  # as in Section 4.1
        "greedy-previous-1": _greedy("previous", 1),
        "greedy-previous-10": _greedy("previous", 10),
        "greedy-test": _greedy("test", 0, 10),
        "cosine": _clock(lambda rate, steps: Cosine(rate).rates(steps)),
        "cosine-warmup": _clock(_warm_cosine),
        "restarts": _clock(lambda rate, steps: Restarts(rate, period=max(1, steps // 4)).rates(steps)),
        "exponential-0.95": _clock(lambda rate, steps: Exponential(rate, 0.95).rates(steps)),
        "exponential": _clock(lambda rate, steps: Exponential(rate, 0.01 ** (1 / steps)).rates(steps)),
        "constant": _clock(lambda rate, steps: Constant(rate).rates(steps)),
        "constant-warmup": _clock(lambda rate, steps: _warm(Constant(rate).rates(steps))),
        "warmup-stable-decay": _clock(_stable),
        "plateau": lambda rate, steps: Plateau(rate),
        "linear": _clock(lambda rate, steps: _power(rate, steps, 1.0)),
        "polynomial": _clock(lambda rate, steps: _power(rate, steps, 2.0)),
    }
)


def watches(name: str) -> bool:
    """Whether a schedule looks at the losses that it is told."""
    return not isinstance(SCHEDULES[name](1.0, 1), Clock)
