"""``GreedyLR(..., compat="hf")``: the defaults and the behaviour of ``transformers.optimization.GreedyLR`` 5.23.

Every group has a rate of its own, counters stand still during cooldown and warmup, the countdown to a reset runs once
for every reduction that finds all groups at their bounds, and the smoothing keeps a running sum.  It is tested against
the released class step by step.  What is unsafe there is unsafe here; nothing else in this package uses it.
"""

from __future__ import annotations

import math
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from torch.optim import Optimizer

from greedylr.scheduler import GreedyLR

KEYS = (
    "factor", "min_lrs", "max_lrs", "patience", "verbose", "cooldown", "warmup", "cooldown_counter", "warmup_counter",
    "mode", "threshold", "threshold_mode", "best", "num_bad_epochs", "num_good_epochs", "eps", "last_epoch", "smooth",
    "window_size", "reset_start", "reset_start_original", "_last_lr", "_init_lrs",
)  # fmt: skip


class RunningMean:
    """The mean of the last ``size`` numbers by a running sum."""

    def __init__(self, size: int, values: Sequence[float] = (), total: float = 0.0) -> None:
        """The window with these values, oldest first, and their sum as it was kept."""
        self.size, self.kept, self.total = size, deque(values), total

    def add(self, value: float) -> float:
        """The mean with ``value`` as the last."""
        self.kept.append(value)
        self.total += value
        if len(self.kept) > self.size:
            self.total -= self.kept.popleft()
        return self.total / len(self.kept)


class ReleasedGreedyLR(GreedyLR):
    """The released class; made by ``GreedyLR(..., compat="hf")``.

    Raises:
        TypeError: for an optimizer that is none of torch's.
        ValueError: for a factor of 1 or more, an unknown mode, and bounds that do not match the parameter groups.
    """

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
        min_lr: float | Sequence[float] = 1e-3,
        max_lr: float | Sequence[float] = 1.0,
        eps: float = 1e-8,
        verbose: bool = False,
        smooth: bool = False,
        window_size: int = 50,
        reset_start: int = 500,
        *,
        compat: str = "hf",
    ) -> None:
        """Check what the released class checks, and no more."""
        if factor >= 1.0:
            raise ValueError(f"factor must be below 1, got {factor!r}: good steps divide the rate by it.")
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"optimizer must be a torch Optimizer, got {type(optimizer).__name__}.")
        if mode not in ("min", "max") or threshold_mode not in ("rel", "abs"):
            raise ValueError(
                f"mode must be 'min' or 'max', threshold_mode 'rel' or 'abs', got {mode!r}, {threshold_mode!r}."
            )
        groups = len(optimizer.param_groups)
        for name, given in (("min_lr", min_lr), ("max_lr", max_lr)):
            if isinstance(given, list | tuple) and len(given) != groups:
                raise ValueError(f"{name} has {len(given)} bounds for {groups} parameter groups: give one or {groups}.")
        self.compat = compat
        self.optimizer, self.mode, self.factor, self.patience, self.verbose = optimizer, mode, factor, patience, verbose
        self.threshold, self.threshold_mode, self.cooldown, self.warmup = threshold, threshold_mode, cooldown, warmup
        self.eps, self.smooth, self.window_size = eps, smooth, window_size
        self.reset_start = self.reset_start_original = reset_start
        self.min_lrs = list(min_lr) if isinstance(min_lr, list | tuple) else [min_lr] * groups  # type: ignore[list-item]
        self.max_lrs = list(max_lr) if isinstance(max_lr, list | tuple) else [max_lr] * groups  # type: ignore[list-item]
        self._init_lrs = [group["lr"] for group in optimizer.param_groups]
        self._last_lr = list(self._init_lrs)
        self.last_epoch = 0
        self._start_over()

    def _start_over(self) -> None:
        self.best = math.inf if self.mode == "min" else -math.inf
        self.num_bad_epochs = self.num_good_epochs = self.cooldown_counter = self.warmup_counter = 0
        self.reset_start = self.reset_start_original
        self._mean = RunningMean(self.window_size) if self.smooth else None

    def step(self, metrics: Any, epoch: int | None = None) -> None:  # type: ignore[override]
        """Move the learning rates as the released class does."""
        current = float(metrics)
        if self._mean is not None:
            current = self._mean.add(current)
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        if self.cooldown_counter > 0 or self.warmup_counter > 0:
            name = "cooldown_counter" if self.cooldown_counter > 0 else "warmup_counter"
            setattr(self, name, getattr(self, name) - 1)
            self.num_bad_epochs = self.num_good_epochs = 0
        else:
            self._judge(current)
        self._last_lr = [group["lr"] for group in self.optimizer.param_groups]

    def _judge(self, current: float) -> None:
        if self.is_better(current, self.best):
            self.best = current
            self.num_good_epochs, self.num_bad_epochs = self.num_good_epochs + 1, 0
        else:
            self.num_good_epochs, self.num_bad_epochs = 0, self.num_bad_epochs + 1
        if self.num_good_epochs > self.patience:
            self._rise()
            self.warmup_counter, self.num_good_epochs = self.warmup, 0
        elif self.num_bad_epochs > self.patience:
            self._cut()
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0

    def is_better(self, current: float, best: float) -> bool:
        """Whether ``current`` beats the bar of the released class, which is inverted for relative ones below zero."""
        sign = 1.0 if self.mode == "min" else -1.0
        relative = self.threshold_mode == "rel"
        bar = best * (1.0 - sign * self.threshold) if relative else best - sign * self.threshold
        return bool(current < bar if self.mode == "min" else current > bar)

    def _cut(self) -> None:
        standing = True
        for k, group in enumerate(self.optimizer.param_groups):
            old, lowest = float(group["lr"]), self.min_lrs[k]
            new = max(old * self.factor, lowest)
            if old - new > self.eps:
                group["lr"] = new
                self._tell("reducing", k, new)
            standing = standing and not group["lr"] > lowest
        if standing:
            self.reset_start -= 1
            if self.reset_start <= 0:
                for k, group in enumerate(self.optimizer.param_groups):
                    group["lr"] = self._init_lrs[k]
                self._start_over()

    def _rise(self) -> None:
        for k, group in enumerate(self.optimizer.param_groups):
            old = float(group["lr"])
            new = min(old / self.factor, self.max_lrs[k])
            if new - old > self.eps:
                group["lr"] = new
                self._tell("increasing", k, new)
        self.reset_start = self.reset_start_original

    def _tell(self, what: str, k: int, rate: float) -> None:
        if self.verbose:
            sys.stdout.write(f"Epoch {self.last_epoch}: {what} learning rate of group {k} to {rate:.4e}.\n")

    def state_dict(self) -> dict[str, Any]:
        """The 24 keys of the released class."""
        state = {name: getattr(self, name) for name in KEYS}
        state = {name: list(value) if isinstance(value, list) else value for name, value in state.items()}
        if self._mean is not None:
            kept = {"window_size": self.window_size, "values": list(self._mean.kept), "sum": self._mean.total}
            state["_streaming_avg"] = kept
        return state

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on where the state was taken, and set the rates."""
        for name in KEYS:
            value = state_dict.get(name, getattr(self, name))
            setattr(self, name, list(value) if isinstance(value, list) else value)
        if (kept := state_dict.get("_streaming_avg")) is not None:
            self._mean = RunningMean(kept["window_size"], kept["values"], kept["sum"])
        if "_last_lr" in state_dict:
            for group, rate in zip(self.optimizer.param_groups, self._last_lr, strict=False):
                group["lr"] = rate
