"""How fast the engine is, held against the loop a user would write and against the machine.

Least squares, n = 1000, d = 100, one sample a step.  Every speed is the median of ``ROUNDS`` rounds, in brackets the
slowest and the fastest; what is compared takes turns, and a ratio is taken within a round, since the machine is shared.
Both loops must make the same trajectories: rates to the last bit, iterates to ``TOLERANCE``.  No rate exceeds
0.9/L_max, so that a step expands no distance and rounding adds up, about 1e-16 a step, but is never amplified.

``--check`` fails beyond a limit, after up to three attempts at the speeds of which the best counts.  Speeds are held as
ratios of one run; millions of steps a second are printed beside their aim and fail nothing, as they measure the machine
and its other users, too.  ``--json`` prints numbers; ``--memory`` is the sweep whose memory is measured.
Torch and transformers: ``pip install -e .[bench]``.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from importlib.util import find_spec
from itertools import product
from typing import Any, Literal

import numpy as np

from greedylr.rule import Rule
from numerics.compiled import keep_compiled

keep_compiled(os.environ)  # before numba is imported

from limits import CHAINS, arithmetic, peak, stream  # noqa: E402

from numerics.engine import simulate  # noqa: E402
from numerics.problems.data import regression  # noqa: E402
from numerics.problems.finite_sum import FiniteSum  # noqa: E402
from numerics.problems.least_squares import least_squares  # noqa: E402
from numerics.schedules import Greedy  # noqa: E402
from numerics.streams import draws  # noqa: E402
from numerics.sweeps.provenance import cpu  # noqa: E402
from numerics.vectors import WIDTH, aligned, padded  # noqa: E402

ROUNDS, ATTEMPTS, CORES = 9, 3, 2
STEPS, USER_STEPS, SEED = 40_000, 1000, 1  # of a timed run
FACTORS, PATIENCES = (0.5, 0.75, 0.9, 0.99), range(8)  # 32 runs in one call
TIMES, SEEDS, TOLERANCE = (1, 10, 100, 600), range(3), 1e-12  # where iterates are compared, and how closely
LONG, SHORT = 2**26, 10_000  # numbers in a vector of the memory stream; steps of the arithmetic alone
PADDED = -(-100 // WIDTH) * WIDTH  # 104
FLOPS = (2 + 3 + 1) * PADDED  # <a, x>;  x -= rate * (slope * a);  sum += x
BYTES = (2 + 3 + 3) * PADDED * 8  # loaded and stored by these three
BYTES_L2 = (4 + 1 / len(FACTORS) / len(PATIENCES)) * PADDED * 8  # x and sum, in and out; a once for all runs


@dataclass(frozen=True, slots=True)
class Row:
    """A measured quantity and its limits."""

    what: str
    values: Sequence[float]
    unit: str
    least: float | None = None
    most: float | None = None
    aim: float | None = None  # printed, not held

    @property
    def median(self) -> float:
        """The value that is held against the limits."""
        return statistics.median(self.values)

    @property
    def margin(self) -> float:
        """At least 1 within the limits."""
        least = self.median / self.least if self.least is not None else 1.0
        return least if self.most is None or self.median <= self.most else 0.0

    def __str__(self) -> str:
        """A line of the table."""
        spread = f" [{min(self.values):.4g}, {max(self.values):.4g}]" if len(self.values) > 1 else ""
        limits = [f"{w} {v:g}" for w, v in (("at least", self.least), ("at most", self.most)) if v is not None]
        limit = f"  ({limits[0]}{'' if self.margin >= 1 else ': FAILED'})" if limits else ""
        aim = f"  (aim {self.aim:g})" if self.aim is not None else ""
        return f"{self.what:54s} {self.median:9.4g} {self.unit}{spread}{limit}{aim}"


def sweep(problem: FiniteSum, comparison: Literal["previous", "best"], patiences: Sequence[int]) -> list[Greedy]:
    """GreedyLR with every factor and patience; rates between 0.01/L_max and 0.9/L_max."""
    unit = 1 / problem.constants.L_max.high
    shared = Rule(factor=0.5, comparison=comparison, threshold=1e-6, min_lr=0.01 * unit, max_lr=0.9 * unit, eps=1e-8)
    return [Greedy(replace(shared, factor=f, patience=p), 0.1 * unit) for p, f in product(patiences, FACTORS)]


def deviations(problem: FiniteSum, loop: Callable[..., Any], order: Literal["same", "next"]) -> tuple[float, float]:
    """Largest relative deviations of the engine from a loop: of rates, and of iterates and their mean by their size."""
    rate = point = 0.0
    plans = sweep(problem, "best", (0, 1))
    ours = [replace(s, rule=replace(s.rule, order=order)) for s in plans]
    for seed in SEEDS:
        which = draws(seed, samples=len(problem.rows), steps=TIMES[-1], batch=1).ravel().tolist()
        runs = [simulate(problem, ours, steps=t, seed=seed, marks=range(t + 1)) for t in TIMES]
        for k, schedule in enumerate(plans):
            path = [(lr, x.detach().numpy().copy()) for lr, x in loop(problem, schedule, [*which, 0])]
            rates, points = np.array([lr for lr, _ in path[:-1]]), np.array([x for _, x in path])
            rate = max(rate, float(np.max(np.abs(runs[-1].rate[k, :-1] / rates - 1))))
            pairs = [(r.last[k], points[t]) for r, t in zip(runs, TIMES, strict=True)]
            for x, y in [*pairs, (runs[-1].average[k], points[:-1].mean(axis=0))]:
                point = max(point, float(np.max(np.abs(x - y)) / np.max(np.abs(y))))
    return rate, point


def trajectories(problem: FiniteSum) -> list[Row]:
    """The check that all loops make the same steps, and that it notices where they do not."""
    rows = []
    from loops import by_hand, user  # noqa: PLC0415 - all but the comparison works without torch

    for name, loop in (("user's loop", user), ("loop by hand", by_hand)):
        rate, point = deviations(problem, loop, "next")
        rows += [Row(f"{name}: largest deviation of a rate", [rate], "", most=0.0)]
        rows += [Row(f"{name}: largest deviation of an iterate", [point], "", most=TOLERANCE)]
    rate, point = deviations(problem, user, "same")
    rows += [Row('control, engine in the order "same": rates', [rate], "", least=TOLERANCE)]
    return [*rows, Row('control, engine in the order "same": iterates', [point], "", least=TOLERANCE)]


def per_second(count: float, job: Callable[[], object]) -> Callable[[], float]:
    """A measurement: ``count`` by the seconds that the job takes."""

    def measured() -> float:
        start = time.perf_counter()
        job()
        return count / (time.perf_counter() - start)

    return measured


def engine_jobs(problem: FiniteSum, pool: ThreadPoolExecutor) -> dict[str, Callable[[], float]]:
    """Millions of steps a second on each core."""

    def job(comparison: Literal["previous", "best"], cores: int) -> Callable[[], float]:
        plans = sweep(problem, comparison, PATIENCES)

        def one(seed: int) -> object:
            return simulate(problem, plans, steps=STEPS, seed=seed)

        count = STEPS * len(plans) / 1e6
        return per_second(count, (lambda: one(0)) if cores == 1 else lambda: list(pool.map(one, range(cores))))

    kinds: tuple[Literal["best", "previous"], ...] = ("best", "previous")
    return {f"{kind} {cores}": job(kind, cores) for kind, cores in product(kinds, (1, CORES))}


def user_jobs(problem: FiniteSum) -> dict[str, Callable[[], float]]:
    """Millions of steps a second, of one run after the other."""
    from loops import by_hand, user  # noqa: PLC0415

    plans = sweep(problem, "best", PATIENCES)
    which = draws(0, samples=len(problem.rows), steps=USER_STEPS, batch=1).ravel().tolist()

    def job(loop: Callable[..., Any], steps: int) -> Callable[[], float]:
        turn = iter(plans * ATTEMPTS)
        return per_second(steps / 1e6, lambda: [None for _ in loop(problem, next(turn), which * (steps // USER_STEPS))])

    return {"user": job(user, USER_STEPS), "by hand": job(by_hand, 10 * USER_STEPS)}


def machine_jobs(problem: FiniteSum) -> dict[str, Callable[[], float]]:
    """Of the machine: billions of flops and bytes a second; of the arithmetic alone: millions of steps."""
    runs, rows = len(FACTORS) * len(PATIENCES), padded(problem.rows)
    which = draws(0, samples=len(rows), steps=SHORT, batch=1).ravel()
    x, sums, a, b = aligned(runs, PADDED), aligned(runs, PADDED), aligned(1, LONG), aligned(1, LONG)
    a.fill(1.0)  # or all of it would be one page of zeros
    b.fill(1.0)

    def alone() -> None:
        arithmetic(rows.ctypes.data, problem.targets, which, x.ctypes.data, sums.ctypes.data, runs, PADDED)

    def streamed(n: int, times: int) -> Callable[[], float]:
        return per_second(24 * n * times / 1e9, lambda: stream(a.ctypes.data, b.ctypes.data, n, times))

    jobs = {"arithmetic": per_second(runs * SHORT / 1e6, alone)}
    jobs["peak"] = per_second(2 * WIDTH * CHAINS * 500_000 / 1e9, lambda: peak(500_000))
    return jobs | {"L1": streamed(2**10, 100_000), "L2": streamed(2**15, 1500), "memory": streamed(LONG, 1)}


def speeds(jobs: Mapping[str, Callable[[], float]]) -> list[Row]:
    """All jobs in turn, and what follows."""
    rounds = [{name: job() for name, job in jobs.items()} for _ in range(ROUNDS)]

    def row(what: str, value: Callable[[dict[str, float]], float], unit: str, **limits: float) -> Row:
        return Row(what, [value(r) for r in rounds], unit, **limits)

    name = {"best 1": "best loss, one core", f"best {CORES}": f"best loss, on each of {CORES} cores"}
    name |= {k.replace("best", "previous"): v.replace("best", "previous") for k, v in name.items()}
    rows = [row(f"engine, {v}", lambda r, k=k: r[k], "M steps/s", aim=15.0) for k, v in name.items()]  # type: ignore[misc]
    if "user" in jobs:
        rows.append(row("user's loop (torch, autograd, SGD, GreedyLR)", lambda r: r["user"] * 1e3, "k steps/s"))
        rows.append(row("loop by hand (torch.dot, sub_, GreedyLR)", lambda r: r["by hand"] * 1e3, "k steps/s"))
        rows.append(row("engine / user's loop, one core", lambda r: r["best 1"] / r["user"], "times", least=1500.0))
        rows.append(row("engine / loop by hand, one core", lambda r: r["best 1"] / r["by hand"], "times"))
    rows.append(row("a step's arithmetic alone, one core", lambda r: r["arithmetic"], "M steps/s"))
    rows.append(row("engine / arithmetic alone", lambda r: 100 * r["best 1"] / r["arithmetic"], "%", least=45.0))
    units = (("peak", FLOPS, "Gflop/s", "flops"), ("L1", BYTES, "GB/s", "bytes"), ("L2", BYTES_L2, "GB/s", "bytes"))
    for key, per_step, unit, of in units:
        rows.append(row(f"{key}, measured", lambda r, k=key: r[k], unit))  # type: ignore[misc]
        share = f"engine's share: {per_step:.0f} {of} a step"
        rows.append(row(share, lambda r, k=key, p=per_step: r["best 1"] * p / r[k] / 10, "%"))  # type: ignore[misc]
    return [*rows, row("memory, measured; all data are in L2: 0 bytes a step", lambda r: r["memory"], "GB/s")]


def memory() -> float:
    """Peak GiB of 10,000 runs of 1000 steps in one call, looked at eleven times; their paths would take 7.5 GiB."""
    problem = least_squares_1000()
    plans = sweep(problem, "best", range(2500))
    simulate(problem, plans, steps=1000, seed=0, marks=range(0, 1001, 100))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**30 if sys.platform == "darwin" else 2**20)


def least_squares_1000() -> FiniteSum:
    """The problem: gaussian rows, noise 0.1."""
    data = regression(samples=1000, dimension=100, noise=0.1, seed=SEED)
    return least_squares(data.rows, data.targets, name="least squares, n = 1000, d = 100")


def measure(check: bool, compare: bool) -> list[Row]:
    """All rows; memory first, because a new process inherits the peak of the old one."""
    child = subprocess.run([sys.executable, __file__, "--memory"], check=True, capture_output=True, text=True)
    rows = [Row("memory of 10,000 runs in one call", [float(child.stdout)], "GiB", most=4.0)]
    problem = least_squares_1000()
    start = time.perf_counter()
    simulate(problem, sweep(problem, "best", PATIENCES), steps=1, seed=0)
    rows.append(Row("first call (compiles, or loads what was kept)", [time.perf_counter() - start], "s"))
    if compare:
        import torch  # noqa: PLC0415

        torch.set_num_threads(1)
        rows += trajectories(problem)
    with ThreadPoolExecutor(CORES) as pool:
        jobs = engine_jobs(problem, pool) | (user_jobs(problem) if compare else {}) | machine_jobs(problem)
        for job in jobs.values():
            job()
        attempts: list[list[Row]] = []
        while not attempts or (check and len(attempts) < ATTEMPTS and worst(attempts[-1]) < 1):
            attempts.append(speeds(jobs))
    return rows + max(attempts, key=worst)


def worst(rows: Sequence[Row]) -> float:
    """The smallest margin."""
    return min(row.margin for row in rows)


def main(arguments: list[str]) -> int:
    """Print the table; with --check, 1 beyond a limit and 2 where the comparison cannot be made."""
    if "--memory" in arguments:
        print(memory())
        return 0
    check, compare = "--check" in arguments, bool(find_spec("torch") and find_spec("transformers"))
    if not compare:
        print("no comparison without torch and transformers: pip install -e .[bench]", file=sys.stderr)
        if check:
            return 2
    rows = measure(check, compare)
    if "--json" in arguments:
        print(json.dumps({"cpu": cpu(), "rows": [asdict(r) | {"median": r.median} for r in rows]}, indent=1))
    else:
        print(cpu(), *rows, sep="\n")
    return 1 if check and worst(rows) < 1 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
