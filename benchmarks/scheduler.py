"""What ``scheduler.step(loss)`` costs on the processor: ``python benchmarks/scheduler.py [--check]``.

Beside torch's ReduceLROnPlateau and the released class of transformers, on the same losses, in turn; medians of the
rounds with their range, in nanoseconds a step.  ``--check`` fails if ours is dearer than ReduceLROnPlateau by more than
a tenth, or not constant in the window: twice as dear with a hundred times the window.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import torch
from torch.optim.lr_scheduler import ReduceLROnPlateau
from transformers.optimization import GreedyLR as Released

from greedylr import GreedyLR

ROUNDS, STEPS, SEED = 15, 20_000, 20251214


def optimizer() -> torch.optim.Optimizer:
    """One group of one parameter."""
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(3))], lr=0.1)


SCHEDULERS: dict[str, Callable[[], Any]] = {
    "ReduceLROnPlateau": lambda: ReduceLROnPlateau(optimizer()),
    "released": lambda: Released(optimizer()),
    "released, window 50": lambda: Released(optimizer(), smooth=True),
    "released, window 5000": lambda: Released(optimizer(), smooth=True, window_size=5000),
    "ours": lambda: GreedyLR(optimizer()),
    "ours, previous loss": lambda: GreedyLR(optimizer(), comparison="previous"),
    "ours, window 50": lambda: GreedyLR(optimizer(), smooth=True),
    "ours, window 5000": lambda: GreedyLR(optimizer(), smooth=True, window_size=5000),
    "ours, test": lambda: GreedyLR(optimizer(), comparison="test"),
    'ours, compat="hf"': lambda: GreedyLR(optimizer(), compat="hf"),
}


def nanoseconds(make: Callable[[], Any], losses: list[float]) -> float:
    """Of one step, on average."""
    scheduler = make()
    start = time.perf_counter()
    for loss in losses:
        scheduler.step(loss)
    return (time.perf_counter() - start) / len(losses) * 1e9


def main(arguments: list[str]) -> int:
    """Print the table; with --check, fail beyond a limit."""
    chance = random.Random(SEED)
    losses = [chance.random() for _ in range(STEPS)]
    times: dict[str, list[float]] = {name: [] for name in SCHEDULERS}
    for _ in range(ROUNDS):
        for name, make in SCHEDULERS.items():
            times[name].append(nanoseconds(make, losses))
    for name, found in times.items():
        print(f"{name:22s} {statistics.median(found):6.0f} ns [{min(found):.0f}, {max(found):.0f}]")

    def ratio(a: str, b: str) -> float:
        """The median over the rounds, in each of which both ran."""
        return statistics.median(x / y for x, y in zip(times[a], times[b], strict=True))

    plateau, window = ratio("ours", "ReduceLROnPlateau"), ratio("ours, window 5000", "ours, window 50")
    print(f"ours over ReduceLROnPlateau: {plateau:.2f}; window 5000 over window 50: {window:.2f}")
    return 1 if "--check" in arguments and (plateau > 1.1 or window > 2) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
