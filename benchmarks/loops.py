"""The loops that the engine is held against: torch and the released scheduler, one run and one step at a time."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from transformers.optimization import GreedyLR

from numerics.problems.finite_sum import FiniteSum
from numerics.schedules import Greedy


def scheduler(parameter: Any, schedule: Greedy) -> tuple[Any, Any]:
    """The optimizer and the released GreedyLR with the options of the rule; it is never to reset."""
    optimizer, rule = torch.optim.SGD([parameter], lr=schedule.rate), schedule.rule
    names = ("factor", "patience", "threshold", "threshold_mode", "cooldown", "warmup", "min_lr", "max_lr", "eps")
    options = {name: getattr(rule, name) for name in names}
    return optimizer, GreedyLR(optimizer, mode="min", smooth=False, reset_start=sys.maxsize, **options)


def user(problem: FiniteSum, schedule: Greedy, which: Sequence[int]) -> Iterator[tuple[float, Any]]:
    """The loop a user would write today; yields the rate and the iterate before each step, in place."""
    rows, targets = torch.from_numpy(problem.rows), torch.from_numpy(problem.targets)
    x = torch.nn.Parameter(torch.from_numpy(problem.start.copy()))
    optimizer, greedy = scheduler(x, schedule)
    for i in which:
        optimizer.zero_grad()
        loss = 0.5 * (rows[i] @ x - targets[i]) ** 2
        loss.backward()
        yield optimizer.param_groups[0]["lr"], x
        optimizer.step()
        greedy.step(loss.item())


def by_hand(problem: FiniteSum, schedule: Greedy, which: Sequence[int]) -> Iterator[tuple[float, Any]]:
    """The same with the least that torch can do: no autograd, no optimizer; only the scheduler is the released one."""
    rows, targets = list(torch.from_numpy(problem.rows)), problem.targets.tolist()
    x = torch.from_numpy(problem.start.copy())
    optimizer, greedy = scheduler(x, schedule)
    (group,) = optimizer.param_groups
    for i in which:
        a = rows[i]
        r = torch.dot(a, x).item() - targets[i]
        yield group["lr"], x
        x.sub_(a, alpha=group["lr"] * r)
        greedy.step(0.5 * r * r)
