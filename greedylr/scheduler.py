"""GreedyLR for PyTorch: the rule of ``greedylr.rule`` as a learning-rate scheduler.

    optimizer.step()
    scheduler.step(loss)      # after it: then the rate never depends on the sample that it is used on

is the order in which the convergence theorems of this project hold (``greedylr show pytorch-order``).  The learning
rate of every parameter group is its initial rate times one multiplier, which the rule moves: ratios between groups
stay.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Literal

import torch
from torch.optim import Optimizer
from torch.optim.lr_scheduler import ReduceLROnPlateau

from greedylr.checks import check_choice
from greedylr.processes import Reduce, agreed, several
from greedylr.rank_test import critical, pairs_below
from greedylr.rule import Rule
from greedylr.smoothing import SlidingMean

Bound = float | Sequence[float] | None
FLOOR, CAP = 0.1, 10.0  # of the initial rate, where nothing else is said


class GreedyLR(ReduceLROnPlateau):
    """Divide the learning rate by ``factor`` when the loss improved, multiply it by ``factor`` when it did not.

    ``step(loss)`` belongs after ``optimizer.step()``; the loss may be a float or a tensor with one element, for which
    the device is waited for (``greedylr.device`` does not).  Losses of every step are meant, not of every epoch.

    Args:
        optimizer: Its parameter groups keep the ratios of their learning rates.
        mode: ``"min"`` or ``"max"``: whether lower or higher values are better.
        factor: F in (0, 1).
        patience: A rise, or a cut, comes with the (patience + 1)-th good, or bad, loss in a row.
        threshold: A loss must beat its reference by that much (``threshold_mode="abs"``) or by that share of the
            reference's size (``"rel"``).
        cooldown: So many losses after a cut do not count as bad.
        warmup: So many losses after a rise do not count as good.
        min_lr: Lower bound, or one for every group; a tenth of the initial rate if None.
        max_lr: Upper bound, or one for every group; ten times the initial rate if None.
        eps: Changes of the first group's rate of at most that much are dropped; none if None.
        verbose: Write a line for every change.
        smooth: Compare means of the last ``window_size`` losses.
        window_size: That number; for ``comparison="test"`` the size of a block.
        reset_start: After so many losses at the lower bound start afresh from the initial rates; 0 or None: never.
        comparison: ``"best"``: with the best loss so far (Algorithm 2 of arXiv 2512.14527 and the released class); on a
            stationary noisy loss this is a decay by F^(1/(patience + 1)) a step.  ``"previous"``: with the one before
            (Algorithm 1); on noise a random walk of the logarithm.  ``"test"``: a rank test of a block of losses
            against the block before, which noise alone passes with at most the probability ``false_alarm``.
        false_alarm: Of one test, a rise and a cut together.
        nonfinite: What NaN and infinite losses do: ``"skip"`` (counted in ``num_skipped``), count as ``"bad"``, or
            ``"raise"``.
        reduce: With several processes: ``"same"`` checks that all ranks pass the same loss, ``"mean"`` takes the mean
            over the ranks, a function takes the loss and returns the common one, ``"local"`` does nothing.
        compat: ``"hf"`` has the defaults and the behaviour of ``transformers.optimization.GreedyLR``.

    Theory: with ``comparison`` "best" or "previous", rates in [min_lr, max_lr] that are fixed before the sample is
    drawn, convex components and plain SGD, sharp.theorem bounds the mean gap for max_lr < 1/L; with full batches
    full-batch.theorem holds for max_lr < 2/L and every F.  Both hold for every option of this class, "test" included,
    as the rate depends on the past only.  For Adam nothing is proved.

    Raises:
        TypeError, ValueError: for options that no run could mean, naming the value, the rule and the remedy.

    Defaults that differ from the released class, because there they are unsafe: ``min_lr`` (1e-3 there, above the rates
    of fine-tuning), ``max_lr`` (1.0), ``eps`` (1e-8, which freezes small rates).
    """

    def __new__(cls, *arguments: Any, compat: str | None = None, **options: Any) -> GreedyLR:
        """The class itself, or with ``compat="hf"`` the one that does what the released class does."""
        if compat is None:
            return super().__new__(cls)
        check_choice("compat", compat, ("hf",))
        from greedylr.released import ReleasedGreedyLR  # noqa: PLC0415 - it builds on this class

        return super().__new__(ReleasedGreedyLR)

    def __init__(
        self,
        optimizer: Optimizer,
        mode: Literal["min", "max"] = "min",
        factor: float = 0.95,
        patience: int = 10,
        threshold: float = 1e-6,
        threshold_mode: Literal["rel", "abs"] = "abs",
        cooldown: int = 0,
        warmup: int = 0,
        min_lr: Bound = None,
        max_lr: Bound = None,
        eps: float | None = None,
        verbose: bool = False,
        smooth: bool = False,
        window_size: int = 50,
        reset_start: int | None = 500,
        *,
        comparison: Literal["best", "previous", "test"] = "best",
        false_alarm: float = 0.05,
        nonfinite: Literal["skip", "bad", "raise"] = "skip",
        reduce: Reduce = "same",
        compat: None = None,
    ) -> None:
        """Read the initial rates off the optimizer, and refuse what cannot run."""
        if not isinstance(optimizer, Optimizer):
            raise TypeError(
                f"optimizer must be a torch Optimizer, got {type(optimizer).__name__}: pass the one it steps."
            )
        check_choice("nonfinite", nonfinite, ("skip", "bad", "raise"))
        if not callable(reduce):
            check_choice("reduce", reduce, ("same", "mean", "local"))
        self.optimizer = optimizer
        self.mode, self.factor, self.patience, self.verbose = mode, factor, patience, verbose
        self.threshold, self.threshold_mode = (0.0 if comparison == "test" else threshold), threshold_mode
        self.cooldown, self.warmup, self.eps = cooldown, warmup, eps or 0.0
        self.smooth, self.window_size = smooth, window_size
        self.reset_start_original = reset_start or 0
        self.comparison, self.false_alarm, self.nonfinite, self.reduce = comparison, false_alarm, nonfinite, reduce
        for name, given in (("min_lr", min_lr), ("max_lr", max_lr)):
            groups = len(optimizer.param_groups)
            if isinstance(given, Sequence) and len(given) != groups:
                raise ValueError(f"{name} has {len(given)} bounds for {groups} parameter groups: give one or {groups}.")
        self._given = (min_lr, max_lr)
        self.last_epoch = self.num_skipped = 0
        self._init_lrs: list[float] = []
        self.min_lrs: list[float] = []
        self.max_lrs: list[float] = []
        self._multiplier, self._floor, self._cap, self._eps = 1.0, 0.0, math.inf, self.eps
        _ = self.rule  # refuses options that no run could mean
        self._look_up()
        self._adopt_groups()
        self._forget()
        self._last_lr = [float(group["lr"]) for group in optimizer.param_groups]
        self._alone: bool | None = None  # looked up at the first step

    @property
    def rule(self) -> Rule:
        """The rule that moves the multiplier: ``step`` is its twin, tested in lock-step with it."""
        test = self.comparison == "test"
        return Rule(
            factor=self.factor, comparison=self.comparison, order="next", mode=self.mode, threshold=self.threshold,
            threshold_mode=self.threshold_mode, patience=self.patience, cooldown=self.cooldown, warmup=self.warmup,
            window=self.window_size if self.smooth or test else 1, min_lr=self._floor, max_lr=self._cap,
            eps=self._eps, reset=self.reset_start_original or None if self._floor else None,
            false_alarm=self.false_alarm,
        )  # fmt: skip

    def _look_up(self) -> None:
        """What ``step`` would otherwise find out every time."""
        self._worst = math.inf if self.mode == "min" else -math.inf
        self._tests, self._keeps_best = self.comparison == "test", self.comparison == "best"
        self._critical = critical(self.window_size, Fraction(self.false_alarm) / 2) if self._tests else 0

    def _forget(self) -> None:
        """As before the first loss."""
        self.best = self._worst
        self.num_bad_epochs = self.num_good_epochs = self.cooldown_counter = self.warmup_counter = 0
        self.reset_start = self.reset_start_original
        self._window = SlidingMean(self.window_size) if self.smooth and not self._tests else None
        self._block: list[float] = []

    def _adopt_groups(self) -> None:
        """Initial rates and bounds of groups that are new, and what all bounds mean for the multiplier."""
        for k, group in enumerate(self.optimizer.param_groups):
            if k < len(self._init_lrs):
                continue
            initial = float(group["lr"]) / self._multiplier
            self._init_lrs.append(initial)
            for bounds, given, share in zip((self.min_lrs, self.max_lrs), self._given, (FLOOR, CAP), strict=True):
                bounds.append(_bound(given, k, share * initial))
        moving = [(lo / b, hi / b) for lo, hi, b in zip(self.min_lrs, self.max_lrs, self._init_lrs, strict=True) if b]
        self._floor = max((lo for lo, _ in moving), default=0.0)
        self._cap = min((hi for _, hi in moving), default=math.inf)
        self._eps = self.eps / max(self._init_lrs[0], sys.float_info.min) if self.eps else 0.0
        counts = self.reset_start_original and self._floor  # resets, and only from twice the lowest rates down
        self._low = 2 * (self._floor + self._eps / (1 - self.factor)) if counts else -1.0
        if not self._floor <= 1 <= self._cap:
            raise ValueError(
                f"initial rates must lie in [min_lr, max_lr], got {self._init_lrs} with {self.min_lrs} and"
                f" {self.max_lrs}: move them or the bounds, or leave the bounds out."
            )
        self.rule.start(1.0)

    def step(self, metrics: Any, epoch: int | None = None) -> None:  # type: ignore[override]
        """Move the learning rates as the loss ``metrics`` says; call it after ``optimizer.step()``.

        Raises:
            FloatingPointError: for a loss that is not finite, where ``nonfinite="raise"``.
            ValueError: where a parameter group was added whose rate lies outside its bounds.
        """
        loss = metrics if type(metrics) is float else float(metrics.detach() if hasattr(metrics, "detach") else metrics)
        if self._alone is None:
            self._alone = self.reduce == "local" or not (callable(self.reduce) or several())
        if not self._alone:
            loss = agreed(loss, self.reduce)
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        if loss - loss != 0.0 and self._not_finite(loss):
            return
        good, bad = self.num_good_epochs, self.num_bad_epochs
        if loss - loss != 0.0:
            good, bad = 0, bad + 1
        elif self._tests:
            good, bad = self._test(loss, good, bad)
        else:
            current = loss if self._window is None else self._window.add(loss)
            best = self.best
            if best == self._worst:  # nothing to compare with
                self.best, good = current, good + self._keeps_best
            elif self.is_better(current, best):
                self.best, good, bad = current, good + 1, 0
            else:
                good, bad = 0, bad + 1
                if not self._keeps_best:
                    self.best = current
        if self.cooldown_counter:
            self.cooldown_counter, bad = self.cooldown_counter - 1, 0
        if self.warmup_counter:
            self.warmup_counter, good = self.warmup_counter - 1, 0
        if bad > self.patience:
            self._move(max(self._multiplier * self.factor, self._floor))
            self.cooldown_counter, bad = self.cooldown, 0
        if good > self.patience:
            self._move(min(self._multiplier / self.factor, self._cap))
            self.warmup_counter, good = self.warmup, 0
        self.num_good_epochs, self.num_bad_epochs = good, bad
        if self._multiplier <= self._low:
            self._count_down()

    def is_better(self, current: float, best: float) -> bool:
        """Whether ``current`` beats ``best`` by more than the threshold."""
        margin = self.threshold if self.threshold_mode == "abs" else self.threshold * abs(best)
        return bool(current < best - margin if self._worst > 0 else current > best + margin)

    def _not_finite(self, loss: float) -> bool:
        """Count a loss that is no number; whether it is to be skipped."""
        if self.nonfinite == "raise":
            raise FloatingPointError(
                f"the loss is {loss!r} at step {self.last_epoch}: lower the learning rate, or pass nonfinite='skip'."
            )
        self.num_skipped += 1
        return self.nonfinite == "skip"

    def _test(self, loss: float, good: int, bad: int) -> tuple[int, int]:
        """The verdicts in a row: a new one whenever two blocks are full."""
        block, w = self._block, self.window_size
        block.append(loss)
        if len(block) < 2 * w:
            return good, bad
        below, above = pairs_below(block[w:], block[:w])
        self._block = block[w:]
        better, worse = (below, above) if self.mode == "min" else (above, below)
        if better >= self._critical:
            return good + 1, 0
        return (0, bad + 1) if worse >= self._critical else (0, 0)

    def _move(self, multiplier: float) -> None:
        """Set the rates, unless the change is at most eps or leaves the positive floats."""
        old = self._multiplier
        if not (max(multiplier - old, old - multiplier) > self._eps and 0 < multiplier < math.inf):
            return
        groups = self.optimizer.param_groups
        for k, (group, last) in enumerate(zip(groups, self._last_lr, strict=False)):
            rate = float(group["lr"])
            if rate != last:  # set by somebody else: from here on that is where the multiplier stands
                self._init_lrs[k] = rate / old
        if len(groups) > len(self._init_lrs):
            self._adopt_groups()
            multiplier = min(max(multiplier, self._floor), self._cap)
        self._multiplier = multiplier
        bounds = zip(self._init_lrs, self.min_lrs, self.max_lrs, strict=True)
        self._apply([min(max(b * multiplier, lo), hi) if b else 0.0 for b, lo, hi in bounds])
        if self.verbose:
            what = "reducing" if multiplier < old else "increasing"
            sys.stdout.write(f"Epoch {self.last_epoch}: {what} learning rates to {_listed(self._last_lr)}.\n")

    def _apply(self, rates: Sequence[float]) -> None:
        """Write the rates into the optimizer; tensors are changed in place."""
        for group, rate in zip(self.optimizer.param_groups, rates, strict=False):
            if isinstance(group["lr"], torch.Tensor):
                group["lr"].fill_(rate)
            else:
                group["lr"] = rate
        self._last_lr = [float(group["lr"]) for group in self.optimizer.param_groups]

    def _count_down(self) -> None:
        """Start afresh after so many losses at which the next cut would not have lowered the rate."""
        multiplier = self._multiplier
        if multiplier - max(multiplier * self.factor, self._floor) > self._eps:
            return
        if self.reset_start > 1:
            self.reset_start -= 1
            return
        self._move(1.0)
        self._forget()

    def get_last_lr(self) -> list[Any]:
        """The rates last set, a list of its own."""
        return list(self._last_lr)

    def state_dict(self) -> dict[str, Any]:
        """All that changes, with the options, as numbers, texts and lists of its own."""
        state = {name: getattr(self, name) for name in OPTIONS + COUNTERS}
        state |= {name: list(getattr(self, name)) for name in ("min_lrs", "max_lrs", "_last_lr", "_init_lrs", "_block")}
        if self._window is not None:
            values, split = self._window.state()
            total = math.fsum(values)
            state["_streaming_avg"] = {"window_size": self.window_size, "values": values, "sum": total, "split": split}
        return state

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on where ``state_dict`` was taken, of this class or of the released one, and set the rates.

        Raises:
            ValueError: for the state of another number of parameter groups, and for rates outside their bounds.
        """
        rates = state_dict.get("_last_lr", self._last_lr)
        if len(rates) != len(self.optimizer.param_groups):
            raise ValueError(
                f"the state is of {len(rates)} parameter groups, the optimizer has"
                f" {len(self.optimizer.param_groups)}: build the same groups first."
            )
        for name in OPTIONS + COUNTERS:
            setattr(self, name, state_dict.get(name, getattr(self, name)))
        for name in ("min_lrs", "max_lrs", "_init_lrs", "_block"):
            setattr(self, name, list(state_dict.get(name, getattr(self, name))))
        self._given = (list(self.min_lrs), list(self.max_lrs))
        self._look_up()
        if "_multiplier" not in state_dict:
            self._multiplier = max(r / b for r, b in zip(rates, self._init_lrs, strict=True) if b)
        self._adopt_groups()
        kept = state_dict.get("_streaming_avg")
        if self.smooth and not self._tests:
            values, split = (list(kept["values"]), kept.get("split", 0)) if kept else ([], 0)
            self._window = SlidingMean.restored(self.window_size, values, split)
        self._apply(rates)


COUNTERS = (
    "best", "num_bad_epochs", "num_good_epochs", "cooldown_counter", "warmup_counter", "last_epoch", "reset_start",
    "num_skipped", "_multiplier",
)  # fmt: skip
OPTIONS = (
    "mode", "factor", "patience", "threshold", "threshold_mode", "cooldown", "warmup", "eps", "verbose", "smooth",
    "window_size", "reset_start_original", "comparison", "false_alarm", "nonfinite",
)  # fmt: skip


def _bound(given: Bound, k: int, otherwise: float) -> float:
    """The bound of group k; a group that was added later takes the last one of a list."""
    if given is None:
        return otherwise
    return float(given[min(k, len(given) - 1)]) if isinstance(given, Sequence) else float(given)


def _listed(rates: Sequence[Any]) -> str:
    return ", ".join(f"{rate:.4e}" for rate in rates)
