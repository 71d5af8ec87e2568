"""The worst case of gradient descent, next to PEPit, which a user would pick: ``worst_case.py [--check]``.

N steps at the rate 1/L on convex L-smooth functions, measure f(x_N) - f*; the truth is L R^2/(4 N + 2).  PEPit runs
as it comes, with the solver it chooses itself, and with Clarabel.  All in one process, in turn, medians of the runs
with their spread, after one run that is not counted; the split is between making the program and solving it.
The promised ratios are those of a call whose number of steps was seen before; the first call is printed beside it, and
so is the program with all inequalities, the one that patterns of comparisons need.  ``--check`` fails below the ratios
that the project promises, above 1e-6 relative error, and beyond 30 s a case.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

import cvxpy as cp
from PEPit import PEP
from PEPit.functions import SmoothConvexFunction

from theory.worst_case.explore import explore
from theory.worst_case.greedy import FixedDescent
from theory.worst_case.problem import problem
from verification.worst_case import banded, solver
from verification.worst_case.assembly import assemble

PROMISED = {5: 50, 10: 50, 20: 10, 40: 20}
RUNS, ACCURACY, LIMIT = 5, 1e-6, 30.0  # seconds for one case of GreedyLR


@dataclass
class Clock:
    """Seconds spent in a solver, added up."""

    seconds: float = 0.0

    def around(self, job: Callable[..., object]) -> Callable[..., object]:
        """The job, timed."""

        def timed(*arguments: object, **named: object) -> object:
            start = time.perf_counter()
            try:
                return job(*arguments, **named)
            finally:
                self.seconds += time.perf_counter() - start

        return timed


@dataclass
class Timing:
    """Runs of one tool on one N: total and solver seconds, and the last value."""

    total: list[float] = field(default_factory=list)
    solving: list[float] = field(default_factory=list)
    value: float = 0.0

    def run(self, job: Callable[[Clock], float]) -> None:
        """One more run."""
        clock, start = Clock(), time.perf_counter()
        self.value = job(clock)
        self.total.append(time.perf_counter() - start)
        self.solving.append(clock.seconds)

    @property
    def median(self) -> float:
        """Of the totals."""
        return statistics.median(self.total)

    def __str__(self) -> str:
        low, high = min(self.total), max(self.total)
        share = statistics.median(self.solving) / self.median
        return f"{1e3 * self.median:9.2f} ms [{1e3 * low:.2f}, {1e3 * high:.2f}], {share:3.0%} solving"


def pepit(steps: int, chosen: str | None) -> Callable[[Clock], float]:
    """PEPit's model; its seconds of solving are those that the solver itself reports."""

    def job(clock: Clock) -> float:
        pep = PEP()
        f = pep.declare_function(SmoothConvexFunction, L=1.0)
        minimum = f.stationary_point()
        x = pep.set_initial_point()
        pep.set_initial_condition((x - minimum) ** 2 <= 1)
        for _ in range(steps):
            x = x - f.gradient(x)
        pep.set_performance_metric(f(x) - f(minimum))
        kept = cp.Problem.solve

        def solve(self: cp.Problem, *arguments: object, **named: object) -> object:
            found = kept(self, *arguments, **named)
            clock.seconds += self.solver_stats.solve_time or 0.0
            return found

        cp.Problem.solve = solve
        try:
            return float(pep.solve(verbose=0, solver=chosen))
        finally:
            cp.Problem.solve = kept

    return job


def ours(steps: int, *, first: bool = False) -> Callable[[Clock], float]:
    """The banded program, its pattern known from an earlier call, or as on the first call."""

    def job(clock: Clock) -> float:
        if first:
            banded._pattern.cache_clear()
        kept, banded.conic = banded.conic, clock.around(banded.conic)
        try:
            return banded.gradient_descent([1.0] * steps).upper
        finally:
            banded.conic = kept

    return job


def dense(steps: int) -> Callable[[Clock], float]:
    """The program with all inequalities, as for patterns of comparisons."""

    def job(clock: Clock) -> float:
        kept, solver.conic = solver.conic, clock.around(solver.conic)
        try:
            trial, measure = next(explore(FixedDescent((Fraction(1),) * steps), rests=True))
            rows = assemble(problem(trial, measure))
            return solver.maximise(rows).value * rows.size
        finally:
            solver.conic = kept

    return job


def error(steps: int, value: float) -> float:
    """Relative to L R^2/(4 N + 2)."""
    return value * (4 * steps + 2) - 1


def compare(steps: int) -> float:
    """Print the timings for one N; the ratio of PEPit's median to ours."""
    jobs = {"PEPit": pepit(steps, None), "PEPit, Clarabel": pepit(steps, "CLARABEL"), "banded": ours(steps)}
    jobs["banded, first call"] = ours(steps, first=True)
    if steps <= 20:
        jobs["all inequalities"] = dense(steps)
    timings = {name: Timing() for name in jobs}
    for run in range(RUNS + 1):
        for name, job in jobs.items():
            (timings[name] if run else Timing()).run(job)
    for name, timing in timings.items():
        print(f"N = {steps:3d}  {name:18s} {timing}, relative error {error(steps, timing.value):+.1e}")
    return min(timings["PEPit"].median, timings["PEPit, Clarabel"].median) / timings["banded"].median


CASES = {
    "banded, N = 400": "gradient_descent([1.0] * 400, accuracy=1e-5).upper",
    "GreedyLR, F = 1/2, no max_lr, T = 12": "greedy(Fraction(1, 2), math.inf, 12)",
    "GreedyLR, F = 1/2, max_lr = 3/L, T = 12": "greedy(Fraction(1, 2), 3, 12)",
    "GreedyLR, F = 9/10, max_lr = 1.9/L, T = 40": "greedy(Fraction(9, 10), Fraction(19, 10), 40)",
}
ALONE = """
import math, pathlib, time
from fractions import Fraction
from greedylr import Rule
from theory.worst_case.greedy import GreedyDescent
from verification.worst_case.banded import gradient_descent
from verification.worst_case.search import worst_case

def greedy(factor, cap, steps):
    found = worst_case(GreedyDescent(Rule(factor=factor, order="same", max_lr=cap), Fraction(1), steps), rests=True)
    assert found.status == "certified", found.why
    return f"{found.value:.6g}, certified, {found.solved} programs for {found.patterns} patterns"

def peak():
    lines = pathlib.Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024

before, start = peak(), time.perf_counter()
found = CASE
print(f"{time.perf_counter() - start:.2f} s, {peak():.0f} MiB, {peak() - before:.0f} of them for the case; {found}")
"""


def alone(case: str) -> float:
    """Print what a case takes in a process of its own; its seconds, without the interpreter's start."""
    code = ALONE.replace("CASE", CASES[case])
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    print(f"{case}: {done.stdout.strip()}")
    return float(done.stdout.split()[0])


def main(arguments: list[str]) -> int:
    """Print the table; with --check, fail where a promised ratio or accuracy is missed."""
    failed = False
    for steps, promised in PROMISED.items():
        ratio = compare(steps)
        wrong = abs(error(steps, banded.gradient_descent([1.0] * steps).upper))
        print(f"N = {steps:3d}  {ratio:.0f} times faster than the faster PEPit (promised: {promised})\n")
        failed |= ratio < promised or wrong > ACCURACY
    for case in CASES:
        failed |= alone(case) > LIMIT
    return 1 if failed and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
