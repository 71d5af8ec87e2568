"""GreedyLR in compiled code: the same rule as ``greedylr.rule``, tested in lock-step with it, bit for bit.

Read it beside ``Rule.step``; the names are the same.  Many runs lie in two record arrays, their options and their
states, and their smoothing windows in a third.  Losses are minimised.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from greedylr.rule import Rule
from numerics.compiled import inlined

OPTIONS = np.dtype(
    [(name, np.float64) for name in ("factor", "threshold", "min_lr", "max_lr", "eps", "initial")]
    + [(name, np.int64) for name in ("patience", "cooldown", "warmup", "window", "reset", "best", "relative", "same")],
    align=True,
)
STATE = np.dtype(
    [(name, np.float64) for name in ("rate", "reference")]
    + [(name, np.int64) for name in ("compared", "good", "bad", "cooldown_left", "warmup_left", "reset_left", "seen")],
    align=True,
)
Records = npt.NDArray[np.void]


def options(rule: Rule, initial: float) -> tuple[float, ...]:
    """One record of ``OPTIONS``; refuses a rule that maximises or tests, and an initial rate that the rule refuses."""
    if rule.mode != "min":
        raise ValueError(f"mode must be 'min' in a simulation, got {rule.mode!r}: losses are minimised here.")
    if rule.comparison == "test":
        raise ValueError("comparison='test' is not compiled: simulate it with greedylr.Rule, or compare with 'best'.")
    rule.start(initial)
    numbers = tuple(float(v) for v in (rule.factor, rule.threshold, rule.min_lr, rule.max_lr, rule.eps, initial))
    counts = (rule.patience, rule.cooldown, rule.warmup, rule.window, rule.reset or 0)
    return (*numbers, *counts, rule.comparison == "best", rule.threshold_mode == "rel", rule.order == "same")


def start(rules: Records) -> tuple[Records, npt.NDArray[np.float64]]:
    """The states before the first loss, and room for their smoothing windows."""
    state = np.zeros(len(rules), STATE)
    state["rate"], state["reset_left"] = rules["initial"], rules["reset"]
    return state, np.zeros((len(rules), max(1, int(rules["window"].max(initial=1)))))


@inlined
def moved(old: float, new: float, eps: float) -> float:
    """The rate after a wanted change: ``old`` where the change is at most ``eps`` or leaves the positive floats."""
    return new if max(new - old, old - new) > eps and 0.0 < new < math.inf else old


@inlined
def smoothed(windows: Any, k: int, length: int, seen: int, loss: float) -> float:
    """The mean of the last ``length`` losses of run k, added oldest first."""
    windows[k, seen % length] = loss
    count = min(seen + 1, length)
    total = 0.0
    for back in range(count - 1, -1, -1):
        total += windows[k, (seen - back) % length]
    return total / count


@inlined
def compare(o: Any, s: Any, current: float) -> None:
    """Count ``current`` as good or bad and keep the reference."""
    if current != current:
        s.good, s.bad = 0, s.bad + 1
        return
    if s.compared == 0:
        s.compared, s.reference = 1, current
        s.good += o.best
        return
    bar = s.reference
    if o.threshold != 0.0:
        bar = bar - o.threshold * abs(bar) if o.relative else bar - o.threshold
    better = 1 if current < bar else 0  # counted without a branch: no processor can guess it
    s.good, s.bad = better * (s.good + 1), (1 - better) * (s.bad + 1)
    s.reference = current if better | (1 - o.best) else s.reference


@inlined
def advance(rules: Any, states: Any, windows: Any, k: int, loss: float) -> float:
    """Bring the state of run k from before to after ``loss``; the learning rate of the step on that loss's sample."""
    o, s = rules[k], states[k]
    before = s.rate
    compare(o, s, smoothed(windows, k, o.window, s.seen, loss) if o.window > 1 else loss)
    s.seen += 1
    if s.cooldown_left:
        s.cooldown_left, s.bad = s.cooldown_left - 1, 0
    if s.warmup_left:
        s.warmup_left, s.good = s.warmup_left - 1, 0
    down, up = max(before * o.factor, o.min_lr), min(before / o.factor, o.max_lr)
    cut, rise = s.bad > o.patience, s.good > o.patience  # never both
    s.rate = moved(before, down if cut else (up if rise else before), o.eps)
    s.cooldown_left, s.bad = (o.cooldown, 0) if cut else (s.cooldown_left, s.bad)
    s.warmup_left, s.good = (o.warmup, 0) if rise else (s.warmup_left, s.good)
    if o.reset:
        count_down(o, s)
    used: float = s.rate if o.same else before
    return used


@inlined
def count_down(o: Any, s: Any) -> None:
    """Start afresh after ``reset`` losses at which the next cut would not have lowered the rate."""
    if moved(s.rate, max(s.rate * o.factor, o.min_lr), o.eps) < s.rate:
        return
    if s.reset_left > 1:
        s.reset_left -= 1
        return
    s.rate, s.reference, s.reset_left = o.initial, 0.0, o.reset
    s.compared, s.good, s.bad, s.cooldown_left, s.warmup_left, s.seen = 0, 0, 0, 0, 0, 0
