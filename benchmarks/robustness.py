"""The 8,100 runs, batched, beside a plain loop: ``python benchmarks/robustness.py [--check]``.

For every problem one thread runs, in turn, the five schedules under all noises of one seed as the study does (a chunk
of 60 runs, of which those that see no noise are computed once) and a few of them in the loop that a user would write:
a module, torch's optimizer, one run at a time.  Ratios of the medians of the rounds; ``--check`` fails if the whole
study is not at least twice as fast, or if a run differs by more than rounding grows in its first steps.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from numerics.robustness.data import split
from numerics.robustness.design import NOISES, PROBLEMS, SCHEDULES, SEED, STEPS
from numerics.robustness.engine import BATCH, Cell, problem, simulate
from numerics.robustness.families import FAMILIES, loss
from numerics.robustness.functions import FUNCTIONS
from numerics.robustness.perturbation import Perturbation, plan
from numerics.robustness.schedulers import SCHEDULES as MAKE
from numerics.streams import draws

ROUNDS, ALONE, EARLY, RATE = 3, 2, 10, 1e-2
RUNS = len(SCHEDULES) * (27 + 9 * len(NOISES))  # of one problem, in the 8,100


def posed(name: str, seed: int) -> tuple[list[Any], Callable[[int], Any]]:
    """The parameters of a run, and its loss at a step."""
    start = problem(name).initial(seed)
    if name in FUNCTIONS:
        x = torch.nn.Parameter(start.clone())
        return [x], lambda t: FUNCTIONS[name].f(x)
    model, data = FAMILIES[name].make(), split(FAMILIES[name].data, seed)
    at = 0
    for p in model.parameters():
        p.data = start[at : at + p.numel()].reshape(p.shape).clone()
        at += p.numel()
    rows = draws(seed, samples=len(data.x), steps=STEPS, batch=BATCH)
    return list(model.parameters()), lambda t: loss(model(data.x[rows[t]]), data.y[rows[t]])


def plain(name: str, cell: Cell) -> np.ndarray:
    """One run as a user would write it; its losses."""
    parameters, value_at = posed(name, cell.seed)
    optimizer = torch.optim.Adam(parameters, lr=cell.rate)
    schedule, noise = MAKE[cell.schedule](cell.rate, STEPS), plan(cell.perturbation, cell.seed, STEPS)
    losses: list[float] = []
    for t in range(STEPS):
        optimizer.param_groups[0]["lr"] = schedule.rate
        optimizer.zero_grad()
        value = value_at(t)
        value.backward()
        optimizer.step()
        losses.append(value.item())
        schedule.step(noise.reported(t, losses[-1], losses[-2] if t else losses[0]))
    return np.array(losses)


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """How long it took, and what it returned."""
    start = time.perf_counter()
    found = work()
    return time.perf_counter() - start, found


def measured(name: str) -> tuple[float, float, float]:
    """Milliseconds a run, batched and alone, and by how much the first losses differ."""
    cells = [Cell(s, RATE, noise, SEED) for noise in (Perturbation(), *NOISES) for s in SCHEDULES]
    batched, alone, apart = [], [], 0.0
    for _ in range(ROUNDS):
        took, found = seconds(lambda: simulate(name, "adam", cells, STEPS))
        batched.append(1e3 * took / len(cells))
        for k in range(ALONE):
            took, losses = seconds(lambda k=k: plain(name, cells[k]))
            alone.append(1e3 * took)
            apart = max(apart, float(np.abs(losses / found.loss[k] - 1)[:EARLY].max()))
    return statistics.median(batched), statistics.median(alone), apart


def main(arguments: Sequence[str]) -> int:
    """Print a row for every problem, and the study; with --check, fail beyond the limits."""
    torch.set_num_threads(1)
    print(f"{'problem':22s} {'batched':>9s} {'alone':>9s}  ratio   first {EARLY} losses differ by")
    total = [0.0, 0.0]
    wrong = False
    for name in PROBLEMS:
        batched, alone, apart = measured(name)
        total = [total[0] + RUNS * batched, total[1] + RUNS * alone]
        wrong |= apart > 1e-3
        print(f"{name:22s} {batched:6.1f} ms {alone:6.1f} ms {alone / batched:6.1f}   {apart:.1e}")
    minutes = [t / 60_000 for t in total]
    ratio = total[1] / total[0]
    told = f"{minutes[0]:.1f} min batched, {minutes[1]:.0f} min alone, ratio {ratio:.1f}"
    print(f"{len(PROBLEMS) * RUNS} runs on one core: {told}")
    return int("--check" in arguments and (wrong or ratio < 2))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
