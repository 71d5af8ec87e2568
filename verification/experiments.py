"""Measurements that stand beside a claim: which run, with which seed and size, and what it must show.

Each is a function of its seeds, and is computed once in a process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache

from numerics.equivariance import exact_runs, float_runs
from numerics.sample_weights import RUNS, SAMPLES, STEPS, by_sample
from verification import noise, stability_shares
from verification.convergence import measurements
from verification.language import experiments as language
from verification.measured import Measured
from verification.remedies import lines, table
from verification.schedulers import blind, by_optimizer, under_noise
from verification.worst_case import experiments as worst_cases


def experiments() -> Mapping[str, Callable[[], Measured]]:
    """The runs, by the claim they stand beside."""
    return (
        {
            "A.2.repaired": scale_equivariance,
            "bias.remedies": remedies,
            "bias.dear-samples": sample_weights,
        }
        | measurements()
        | stability_shares.measurements()
        | worst_cases.measurements()
        | noise.measurements()
        | language.measurements()
        | blind.measurements()
        | under_noise.measurements()
        | by_optimizer.measurements()
    )


@cache
def remedies() -> Measured:
    """Exact limits where the samples alone decide the rates, simulation for all."""
    rows = list(table())
    printed = rows[0].exact or Fraction(0)
    exact = [row for row in rows if row.exact is not None]
    smoothed = [row.simulated for row in rows if "smoothed" in row.name]
    return Measured(
        f"{sum(row.agrees for row in exact)} of {len(exact)} exact limits lie in the simulations' 99.9% intervals;"
        f" smoothed losses leave {', '.join(str(s.mean) for s in smoothed)}, the rule as"
        f" printed {float(printed):.3f}",
        all(row.agrees for row in rows) and all(s.mean.high < printed for s in smoothed),
        lines(rows),
    )


@cache
def sample_weights() -> Measured:
    """Rates by sample on random one-dimensional sums."""
    found = [by_sample(seed) for seed in range(1, 6)]
    falls, near, off = (
        sum(kind) for kind in zip(*((b.falls, b.near_root, b.off_minimiser) for b in found), strict=True)
    )
    return Measured(
        f"on {len(found)} random sums of {SAMPLES} parabolas (seeds 1 to 5, {RUNS} runs of {STEPS} steps) the dearest"
        f" sample's mean rate is below the cheapest one's in {falls}; the 99.9% interval of the mean iterate holds the"
        f" root of sum_i w_i f_i' in {near} and excludes the minimiser in {off}",
        falls == near == len(found),
    )


@cache
def scale_equivariance() -> Measured:
    """Exact runs for any c, float runs for powers of two."""
    exact, power = exact_runs(100, seed=1), float_runs(2.0**-7, 40, seed=2)
    return Measured(
        f"identical iterates in {exact.identical} of {exact.runs} exact runs (random rational c, random options, "
        f"seed {exact.seed}) and bit-identical ones in {power.identical} of {power.runs} float runs (c = 2^-7, "
        f"logistic regression, seed {power.seed})",
        exact.identical == exact.runs and power.identical == power.runs,
    )
