"""The rule on tensors with no dimension, so that nothing ever waits for the device.

``scheduler.step(loss.item())`` makes the processor wait for every loss.  Here the loss stays where it is: the state is
a tuple of tensors, ``advance`` is a function from state and loss to the next state, without branches and without
writes, and the rate goes into a tensor learning rate.  It is for accelerators; on a processor ``GreedyLR`` is faster.

    rule = DeviceRule(Rule(factor=0.9, comparison="best", patience=10, min_lr=1e-5, max_lr=1e-2))
    state = rule.start(1e-3, device=loss.device)
    ...
    optimizer.step()
    state = rule.advance(state, loss.detach())    # may be compiled, or captured in a CUDA graph
    rule.apply(optimizer, state)                  # fused AdamW takes a tensor learning rate

Take the state that is returned: compiled code may drop writes to zero-dimensional tensors on a processor.

It pays inside a CUDA graph, compiled: on an H200, where the steps of a small network were captured, a step that waited
for its loss took 1.15 times as long [1.10, 1.24] (median and range of seven rounds, torch 2.11), and 1.19 times as long
as one without a rule.  Launched one operation at a time it costs more than the wait that it saves: 0.58 times the
steps a second, 0.88 compiled (``benchmarks/device.py``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor
from torch.optim import Optimizer

from greedylr.rule import Rule


class DeviceState(NamedTuple):
    """``greedylr.rule.State`` on a device: rates and losses in one floating type, counters as int64."""

    rate: Tensor  # ()
    initial: Tensor  # ()
    reference: Tensor  # (); the worst loss before the first
    good: Tensor  # ()
    bad: Tensor  # ()
    cooldown_left: Tensor  # ()
    warmup_left: Tensor  # ()
    reset_left: Tensor  # ()
    window: Tensor  # (window,), or (2 window,) for the test; newest last
    seen: Tensor  # (): so many of them hold losses


@dataclass(frozen=True)
class DeviceRule:
    """``rule`` on tensors, step by step the same; losses that are not finite leave the state as it was.

    The order is that of the code that calls it.  In float64 the rates are those of the rule bit for bit, where means of
    losses are exact and the code is not compiled for a GPU; in float32 (for devices without float64) they are rounded
    at every step.
    """

    rule: Rule

    def start(
        self, rate: float, *, device: torch.device | str = "cpu", dtype: torch.dtype = torch.float64
    ) -> DeviceState:
        """The state before the first loss, at the initial learning rate."""
        self.rule.start(rate)

        def number(x: float) -> Tensor:
            return torch.tensor(x, dtype=dtype, device=device)

        def count(n: int) -> Tensor:
            return torch.tensor(n, dtype=torch.int64, device=device)

        size = self.rule.window * (2 if self.rule.comparison == "test" else 1)
        window = torch.zeros(size, dtype=dtype, device=device)
        zeros = (count(0), count(0), count(0), count(0))
        return DeviceState(
            number(rate), number(rate), number(self._worst), *zeros, count(self.rule.reset or 0), window, count(0)
        )

    @property
    def _worst(self) -> float:
        return math.inf if self.rule.mode == "min" else -math.inf

    def advance(self, state: DeviceState, loss: Tensor) -> DeviceState:
        """The state after ``loss``, a tensor with one element on the state's device."""
        loss = loss.detach().reshape(()).to(state.rate)
        judged = self._test(state, loss) if self.rule.comparison == "test" else self._compare(state, loss)
        after = self._reset(self._moved(judged))
        known = torch.isfinite(loss)
        return DeviceState(*(torch.where(known, new, old) for new, old in zip(after, state, strict=True)))

    def _compare(self, state: DeviceState, loss: Tensor) -> DeviceState:
        """Count the mean of the window as good or bad, and keep the reference."""
        rule = self.rule
        window = torch.cat((state.window[1:], loss.reshape(1)))
        seen = torch.clamp(state.seen + 1, max=rule.window)
        current = window.sum() / seen if rule.window > 1 else loss
        first, reference = torch.isinf(state.reference), state.reference
        margin = float(rule.threshold) * reference.abs() if rule.threshold_mode == "rel" else float(rule.threshold)
        margin = torch.where(first, 0.0, margin)
        better = current < reference - margin if rule.mode == "min" else current > reference + margin
        if rule.comparison == "best":
            good, bad = torch.where(better, state.good + 1, 0), torch.where(better, 0, state.bad + 1)
            reference = torch.where(better, current, reference)
        else:
            good = torch.where(first, state.good, torch.where(better, state.good + 1, 0))
            bad = torch.where(first, state.bad, torch.where(better, 0, state.bad + 1))
            reference = current
        return state._replace(window=window, seen=seen, reference=reference, good=good, bad=bad)

    def _test(self, state: DeviceState, loss: Tensor) -> DeviceState:
        """Whenever two blocks are full, compare all pairs of the newer and the older one."""
        w, critical = self.rule.window, self.rule.critical
        window, seen = torch.cat((state.window[1:], loss.reshape(1))), state.seen + 1
        older, newer = window[:w], window[w:]
        below = (newer[:, None] < older[None, :]).sum()
        above = (newer[:, None] > older[None, :]).sum()
        better, worse = (below >= critical, above >= critical) if self.rule.mode == "min" else (
            above >= critical,
            below >= critical,
        )  # fmt: skip
        full = seen == 2 * w
        good = torch.where(full, torch.where(better, state.good + 1, 0), state.good)
        bad = torch.where(full, torch.where(worse & ~better, state.bad + 1, 0), state.bad)
        return state._replace(window=window, seen=torch.where(full, w, seen), good=good, bad=bad)

    def _moved(self, state: DeviceState) -> DeviceState:
        """Counters of cooldown and warmup, and the cut or the rise that is due."""
        rule, rate = self.rule, state.rate
        bad = torch.where(state.cooldown_left > 0, 0, state.bad)
        good = torch.where(state.warmup_left > 0, 0, state.good)
        cooldown, warmup = (torch.clamp(n - 1, min=0) for n in (state.cooldown_left, state.warmup_left))
        cut, rise = bad > rule.patience, good > rule.patience
        wanted = torch.where(cut, self._cut(rate), torch.where(rise, self._risen(rate), rate))
        return state._replace(
            rate=self._unless_tiny(rate, wanted),
            bad=torch.where(cut, 0, bad),
            good=torch.where(rise, 0, good),
            cooldown_left=torch.where(cut, rule.cooldown, cooldown),
            warmup_left=torch.where(rise, rule.warmup, warmup),
        )

    def _cut(self, rate: Tensor) -> Tensor:
        return torch.clamp(rate * float(self.rule.factor), min=float(self.rule.min_lr))

    def _risen(self, rate: Tensor) -> Tensor:
        """Divided by a tensor: CUDA multiplies by the reciprocal of a number, which rounds twice."""
        return torch.clamp(rate / torch.full_like(rate, float(self.rule.factor)), max=float(self.rule.max_lr))

    def _unless_tiny(self, old: Tensor, new: Tensor) -> Tensor:
        """The new rate, unless the change is at most eps or leaves the positive floats."""
        moved = ((new - old).abs() > float(self.rule.eps)) & (new > 0) & torch.isfinite(new)
        return torch.where(moved, new, old)

    def _reset(self, state: DeviceState) -> DeviceState:
        """Start afresh after so many losses at which the next cut would not have lowered the rate."""
        if self.rule.reset is None:
            return state
        stands = ~(self._unless_tiny(state.rate, self._cut(state.rate)) < state.rate)
        again = stands & (state.reset_left <= 1)
        left = torch.where(stands, state.reset_left - 1, state.reset_left)
        counters = ("good", "bad", "cooldown_left", "warmup_left", "seen")
        kept = {name: torch.where(again, 0, getattr(state, name)) for name in counters}
        return state._replace(
            **kept,
            rate=torch.where(again, state.initial, state.rate),
            reference=torch.where(again, self._worst, state.reference),
            window=torch.where(again, 0.0, state.window),
            reset_left=torch.where(again, self.rule.reset, left),
        )

    def apply(self, optimizer: Optimizer, state: DeviceState) -> None:
        """Write the rate into the optimizer's tensor learning rates; the first group's initial rate is the unit.

        Groups keep the ratios that they have.

        Raises:
            TypeError: for a learning rate that is a number: writing it would wait for the device.
        """
        groups = optimizer.param_groups
        for k, group in enumerate(groups):
            if not isinstance(group["lr"], Tensor):
                raise TypeError(
                    f"group {k} has the learning rate {group['lr']!r}, a number: pass lr=torch.tensor(...) on the"
                    " device, and fused=True or capturable=True."
                )
        shares = [group["lr"] / groups[0]["lr"] for group in groups]
        for group, share in zip(groups, shares, strict=True):
            group["lr"].copy_(state.rate * share)
