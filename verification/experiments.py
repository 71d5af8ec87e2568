"""Measurements that stand beside a claim: which run, with which seed and size, and what it must show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from numerics.equivariance import exact_runs, float_runs


@dataclass(frozen=True)
class Measured:
    """The outcome of a run: whether it supports the claim, or the refutation, that it stands beside."""

    says: str
    agrees: bool


def experiments() -> Mapping[str, Callable[[], Measured]]:
    """The runs, by the claim they stand beside."""
    return {"A.2.repaired": scale_equivariance}


def scale_equivariance() -> Measured:
    """Exact runs for any c, float runs for powers of two."""
    exact, power = exact_runs(100, seed=1), float_runs(2.0**-7, 40, seed=2)
    return Measured(
        f"identical iterates in {exact.identical} of {exact.runs} exact runs (random rational c, random options, "
        f"seed {exact.seed}) and bit-identical ones in {power.identical} of {power.runs} float runs (c = 2^-7, "
        f"logistic regression, seed {power.seed})",
        exact.identical == exact.runs and power.identical == power.runs,
    )
