"""Problems by name, for a command line and for manifests: ``build("logistic", "breast-cancer")``."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import cast

import numpy as np

from numerics.problems.data import Data, classification, regression
from numerics.problems.finite_sum import FiniteSum
from numerics.problems.hinge import hinge
from numerics.problems.huber import huber, worst_case_huber
from numerics.problems.least_squares import least_squares
from numerics.problems.logistic import logistic
from numerics.problems.real_data import RealName, real_data
from numerics.problems.spectrum import prescribed_spectrum
from numerics.problems.two_samples import two_samples

ON_DATA: Mapping[str, str] = MappingProxyType(
    {
        "least-squares": "least squares, no ridge",
        "ridge": "least squares with a ridge, 1/n unless given",
        "logistic": "logistic regression with a ridge, 1/n unless given",
        "huber": "Huber regression of width 1 with a ridge, 1/n unless given (0 where the data are fitted exactly)",
        "hinge": "smoothed hinge of width 1 with a ridge, 1/n unless given (0 where the data are separated)",
    }
)
ALONE: Mapping[str, str] = MappingProxyType(
    {
        "quadratic": "spectrum of 8 eigenvalues from 1/100 to 1, 64 samples, noise 1 unless given; 0 interpolates",
        "two-samples": "the two samples on which GreedyLR is biased, price 10",
        "worst-case-huber": "Huber's function on which 1000 steps of gradient descent at the rate 1 are slowest",
    }
)
DATA: Mapping[str, str] = MappingProxyType(
    {
        "generated": "200 gaussian rows of 10 columns, noise 0.1 unless given: deviation, or share of labels flipped",
        "ill-conditioned": "the same with variances from 1 to 1/10000",
        "interpolating": "generated without noise: fitted exactly, or separated",
        "breast-cancer": "569 rows, 30 columns and an intercept",
        "diabetes": "442 rows, 10 columns and an intercept",
        "digits": "1797 rows, 61 columns and an intercept, even against odd",
        "wine": "178 rows, 13 columns and an intercept, the first cultivar against the others",
    }
)
GENERATED = ("generated", "ill-conditioned", "interpolating")
CLASSIFIES = ("logistic", "hinge")
BUILDERS: Mapping[str, Callable[..., FiniteSum]] = MappingProxyType(
    {"least-squares": least_squares, "ridge": least_squares, "logistic": logistic, "huber": huber, "hinge": hinge}
)


def names() -> dict[tuple[str, str], str]:
    """A line for every pair of problem and data that ``build`` takes."""
    pairs = {(p, d): f"{about}; {DATA[d]}" for p, about in ON_DATA.items() for d in DATA}
    return pairs | {(p, "generated"): about for p, about in ALONE.items()}


def build(
    problem: str, data: str = "generated", *, seed: int = 0, ridge: float | None = None, noise: float | None = None
) -> FiniteSum:
    """The problem of that name on the data of that name; real data do not depend on the seed."""
    _known("problem", problem, [*ON_DATA, *ALONE])
    _known("data", data, DATA)
    if problem in ALONE:
        return _alone(problem, data, seed, ridge, noise)
    drawn = _data(problem, data, seed, noise)
    return _on_data(problem, f"{problem} on {data}", drawn, _ridge(problem, drawn, ridge))


def _on_data(problem: str, name: str, data: Data, ridge: float) -> FiniteSum:
    near = data.fit if ridge == 0 else None
    return BUILDERS[problem](data.rows, data.targets, name=name, ridge=ridge, near=near)


def _data(problem: str, data: str, seed: int, noise: float | None) -> Data:
    if noise is not None and data not in ("generated", "ill-conditioned"):
        raise ValueError(f"noise must be left out for the data {data!r}, got {noise!r}: 'generated' takes it.")
    if data not in GENERATED:
        return real_data(cast(RealName, data), classes=problem in CLASSIFIES)
    level = 0.0 if data == "interpolating" else 0.1 if noise is None else noise
    make = classification if problem in CLASSIFIES else regression
    condition = 1e4 if data == "ill-conditioned" else 1.0
    return make(samples=200, dimension=10, noise=level, seed=seed, condition=condition)


def _ridge(problem: str, data: Data, ridge: float | None) -> float:
    if problem == "least-squares" and ridge:
        raise ValueError(f"ridge must be left out for 'least-squares', got {ridge!r}: the problem 'ridge' takes it.")
    fitted = data.fit is not None and problem in ("huber", "hinge")
    default = 0.0 if fitted or problem == "least-squares" else 1 / len(data.rows)
    return default if ridge is None else ridge


def _alone(problem: str, data: str, seed: int, ridge: float | None, noise: float | None) -> FiniteSum:
    if data != "generated" or ridge is not None:
        given = f"data {data!r} and ridge {ridge!r}"
        raise ValueError(f"{problem!r} takes data 'generated' and no ridge, got {given}: leave both out.")
    if problem == "quadratic":
        spectrum = np.geomspace(0.01, 1, 8).tolist()
        return prescribed_spectrum(spectrum, samples=64, noise=1.0 if noise is None else noise, seed=seed)
    if noise is not None:
        raise ValueError(f"noise must be left out for {problem!r}, got {noise!r}: it is one fixed function.")
    if problem == "two-samples":
        return two_samples()
    return worst_case_huber(1.0, distance=1.0, steps=1000, rate=1.0)


def _known(what: str, name: str, allowed: Collection[str]) -> None:
    if name not in allowed:
        near = difflib.get_close_matches(name, allowed, n=3)
        hint = f"did you mean {' or '.join(map(repr, near))}? " if near else ""
        raise ValueError(f"unknown {what} {name!r}: {hint}There are {', '.join(allowed)}.")
