"""The GreedyLR rule as a pure state machine: ``rule.step(state, loss)`` is the next state.

Given a factor F in (0, 1), a loss that improved divides the learning rate by F, one that did not multiplies
it by F, and the result is kept in [min_lr, max_lr].  Everything else is an option:

* **comparison** with the ``"previous"`` loss (Algorithm 1 of arXiv 2512.14527), with the ``"best"`` so far (Algorithm
  2), or by a ``"test"`` of a block of losses against the block before, which noise alone seldom passes;
* **order**: the rate decided from a sample's loss is used on that ``"same"`` sample (Algorithm 1 as printed: the
  rate then depends on the sample) or on the ``"next"`` one (a PyTorch loop: ``scheduler.step(loss)`` comes last);
* threshold, patience, cooldown, warmup, smoothing window, reset: Algorithm 2 and its guidance (A.7).

The arithmetic is that of the arguments: exact on ``int`` and ``Fraction``, IEEE on ``float``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from greedylr.checks import check_choice, check_count, check_loss, check_number
from greedylr.rank_test import critical, pairs_below

Number = int | float | Fraction


@dataclass(frozen=True, slots=True)
class State:
    """What the rule remembers between two losses; ``rate`` is the learning rate it decided last."""

    rate: Number
    initial: Number
    reference: Number | None = None  # the previous or the best loss; None before the first
    good: int = 0
    bad: int = 0
    cooldown_left: int = 0
    warmup_left: int = 0
    reset_left: int = 0
    window: tuple[Number, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """The options of GreedyLR.

    ``threshold`` 0 is the strict comparison; otherwise a loss must beat its reference b by ``threshold``
    (``"abs"``) or by ``threshold * |b|`` (``"rel"``; the paper has b, which is the same for positive losses and puts
    the bar on the wrong side of b for negative ones).  ``patience`` p acts on the (p+1)-th improvement or
    deterioration in a row; after a cut, ``cooldown`` losses do not count as bad; after a rise, ``warmup`` losses do
    not count as good.  Changes of the rate of at most ``eps`` are dropped.  After ``reset`` losses, in a
    row or not, at which the rate stood at ``min_lr`` the rule starts afresh from the initial rate (None: never).

    The ``"test"`` compares every ``window`` losses with the ``window`` losses before them and counts as good or bad
    only what noise alone would show with a probability of at most ``false_alarm``/2 each (``rank_test``); losses in
    between decide nothing.  Its ``patience`` counts such verdicts.

    ``min_lr``, ``max_lr`` and ``eps`` have the unit of the learning rate, an ``"abs"`` threshold that of the loss; all
    other numbers have none.

    Raises:
        TypeError: for an option of another type than is meant.
        ValueError: for a value that no run could mean, and for options that contradict each other, with the remedy.
    """

    factor: Number
    comparison: Literal["previous", "best", "test"] = "previous"
    order: Literal["same", "next"] = "next"
    mode: Literal["min", "max"] = "min"
    threshold: Number = 0
    threshold_mode: Literal["abs", "rel"] = "abs"
    patience: int = 0
    cooldown: int = 0
    warmup: int = 0
    window: int = 1
    min_lr: Number = 0
    max_lr: Number = math.inf
    eps: Number = 0
    reset: int | None = None
    false_alarm: Number = 0.05

    def __post_init__(self) -> None:
        """Refuse what no run could mean."""
        for name in ("factor", "threshold", "min_lr", "max_lr", "eps", "false_alarm"):
            check_number(name, getattr(self, name))
        for name, least in (("patience", 0), ("cooldown", 0), ("warmup", 0), ("window", 1)):
            check_count(name, getattr(self, name), least)
        check_choice("comparison", self.comparison, ("previous", "best", "test"))
        check_choice("order", self.order, ("same", "next"))
        check_choice("mode", self.mode, ("min", "max"))
        check_choice("threshold_mode", self.threshold_mode, ("abs", "rel"))
        if self.reset is not None:
            check_count("reset", self.reset, 1)
            if self.min_lr == 0:
                raise ValueError(f"reset={self.reset!r} needs a positive min_lr: the rate never stands at 0.")
        self._check_ranges()
        if self.comparison == "test":
            self._check_test()

    @property
    def critical(self) -> int:
        """So many of the window^2 pairs of losses, newer against older, make a verdict of the test."""
        return critical(self.window, Fraction(self.false_alarm) / 2)

    def _check_test(self) -> None:
        if not 0 < self.false_alarm < 1:
            raise ValueError(f"false_alarm must lie in (0, 1), got {self.false_alarm!r}: it is a probability.")
        if self.threshold:
            raise ValueError(f"the test has no threshold, got {self.threshold!r}: its bar is the noise; set 0.")
        if self.critical > self.window**2:
            raise ValueError(
                f"window={self.window!r} losses can never pass a test with false_alarm={self.false_alarm!r}: take more"
                " losses, or a larger false_alarm."
            )

    def _check_ranges(self) -> None:
        if not 0 < self.factor < 1:
            raise ValueError(
                f"factor must lie in (0, 1), got {self.factor!r}: bad steps multiply the rate by it, good steps divide."
            )
        if not 0 <= self.threshold < math.inf:
            raise ValueError(f"threshold must be finite and at least 0, got {self.threshold!r}: 0 compares strictly.")
        if self.threshold_mode == "rel" and self.mode == "min" and self.threshold >= 1:
            raise ValueError(
                f"a relative threshold must be below 1, got {self.threshold!r}: no loss beats it otherwise."
            )
        if not 0 <= self.min_lr < math.inf:
            raise ValueError(f"min_lr must be finite and at least 0, got {self.min_lr!r}: it bounds a learning rate.")
        if not self.min_lr <= self.max_lr:
            raise ValueError(f"min_lr must not exceed max_lr, got {self.min_lr!r} > {self.max_lr!r}: swap them?")
        if self.max_lr == 0:
            raise ValueError(f"max_lr must be positive, got {self.max_lr!r}: no rate could ever move a parameter.")
        if not 0 <= self.eps < math.inf:
            raise ValueError(f"eps must be finite and at least 0, got {self.eps!r}: 0 applies every change.")

    def start(self, rate: Number) -> State:
        """The state before the first loss, at the initial learning rate gamma_0 = ``rate``.

        Raises:
            TypeError: for a rate that is no number.
            ValueError: for one that is not positive and finite, or outside [min_lr, max_lr].
        """
        check_number("the initial rate", rate)
        if not 0 < rate < math.inf:
            raise ValueError(f"the initial rate must be positive and finite, got {rate!r}: rates are only ever scaled.")
        if not self.min_lr <= rate <= self.max_lr:
            raise ValueError(
                f"the initial rate must lie in [min_lr, max_lr] = [{self.min_lr!r}, {self.max_lr!r}], "
                f"got {rate!r}: move it or the bounds."
            )
        return State(rate=rate, initial=rate, reset_left=self.reset or 0)

    def step(self, state: State, loss: Number) -> State:
        """The state after ``loss``: its ``rate`` is the learning rate decided from it.

        A NaN loss counts as not improved and never becomes the reference; smoothed, it lasts as long as the window.

        Raises:
            TypeError: for a loss that is no number; a tensor is none, its ``loss.item()`` is.
        """
        check_loss(loss)
        if self.comparison == "test":
            window, good, bad = self._test(state, loss)
            reference = None
        else:
            window = (*state.window, loss)[-self.window :]
            good, bad, reference = self._compare(state, _mean(window))
        cooldown_left, warmup_left, rate = state.cooldown_left, state.warmup_left, state.rate
        if cooldown_left:
            cooldown_left, bad = cooldown_left - 1, 0
        if warmup_left:
            warmup_left, good = warmup_left - 1, 0
        if bad > self.patience:
            rate = self._moved(rate, max(rate * self.factor, self.min_lr))
            cooldown_left, bad = self.cooldown, 0
        if good > self.patience:
            rate = self._moved(rate, min(rate / self.factor, self.max_lr))
            warmup_left, good = self.warmup, 0
        after = State(rate, state.initial, reference, good, bad, cooldown_left, warmup_left, state.reset_left, window)
        return self._reset(after)

    def used(self, before: State, after: State) -> Number:
        """The rate of the step on the sample whose loss led from ``before`` to ``after``: the order decides."""
        return after.rate if self.order == "same" else before.rate

    def improves(self, loss: Number, reference: Number) -> bool:
        """Whether ``loss`` beats ``reference`` by more than the threshold; False when either is NaN."""
        bar = self._bar(reference) if self.threshold else reference  # without one, compare what is, exactly
        return loss < bar if self.mode == "min" else loss > bar

    def _bar(self, reference: Number) -> Number:
        margin: Number = self.threshold if self.mode == "min" else -self.threshold
        return reference - margin if self.threshold_mode == "abs" else reference - margin * max(reference, -reference)

    def _compare(self, state: State, current: Number) -> tuple[int, int, Number | None]:
        if current != current:
            return 0, state.bad + 1, state.reference
        if state.reference is None:  # Algorithm 2 starts from the worst loss; Algorithm 1 has nothing to compare with
            return state.good + (self.comparison == "best"), state.bad, current
        better = self.improves(current, state.reference)
        reference = current if better or self.comparison == "previous" else state.reference
        return (state.good + 1, 0, reference) if better else (0, state.bad + 1, reference)

    def _test(self, state: State, loss: Number) -> tuple[tuple[Number, ...], int, int]:
        """The losses to remember, and the verdicts in a row: a new one whenever two blocks are full."""
        losses = (*state.window, loss)
        if len(losses) < 2 * self.window:
            return losses, state.good, state.bad
        older, newer = losses[: self.window], losses[self.window :]
        below, above = pairs_below(newer, older)
        better, worse = (below, above) if self.mode == "min" else (above, below)
        if better >= self.critical:
            return newer, state.good + 1, 0
        return (newer, 0, state.bad + 1) if worse >= self.critical else (newer, 0, 0)

    def _moved(self, old: Number, new: Number) -> Number:
        moved = max(new - old, old - new) > self.eps and 0 < new < math.inf  # no rate under- or overflows
        return new if moved else old

    def _reset(self, state: State) -> State:
        if self.reset is None or self._moved(state.rate, max(state.rate * self.factor, self.min_lr)) < state.rate:
            return state  # the next cut would still lower the rate
        if state.reset_left > 1:
            return replace(state, reset_left=state.reset_left - 1)
        return self.start(state.initial)


def rates(rule: Rule, initial: Number, losses: Iterable[Number]) -> Iterator[Number]:
    """The learning rate that each sample's step uses, in the rule's order."""
    before = rule.start(initial)
    for loss in losses:
        after = rule.step(before, loss)
        yield rule.used(before, after)
        before = after


def _mean(values: tuple[Number, ...]) -> Number:
    if len(values) == 1:
        return values[0]
    total: Number = 0
    for value in values:  # in this order, one by one: `sum` compensates floats from Python 3.12 on
        total += value
    return Fraction(total, len(values)) if isinstance(total, int) else total / len(values)
