"""The four analytic test functions, in ten dimensions; each has the minimum 0."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import torch
from torch import Tensor

DIMENSION = 10


@dataclass(frozen=True)
class Function:
    """f, of a point of shape (10,), and where runs begin: uniformly in the cube [-reach, reach]^10."""

    f: Callable[[Tensor], Tensor]
    reach: float


def quadratic(condition: float) -> Callable[[Tensor], Tensor]:
    """sum_i a_i (x_i - 1)^2 / 2 with a_i from 1/condition to 1, evenly in their logarithm."""

    def f(x: Tensor) -> Tensor:
        a = torch.logspace(-math.log10(condition), 0, DIMENSION, dtype=x.dtype)
        return (a * (x - 1) ** 2).sum() / 2

    return f


def rosenbrock(x: Tensor) -> Tensor:
    """sum_i 100 (x_{i+1} - x_i^2)^2 + (1 - x_i)^2, of Rosenbrock (1960)."""
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def rastrigin(x: Tensor) -> Tensor:
    """sum_i x_i^2 + 10 (1 - cos 2 pi x_i), of Rastrigin (1974)."""
    return (x**2 + 10 * (1 - torch.cos(2 * math.pi * x))).sum()


def ackley(x: Tensor) -> Tensor:
    """20 (1 - exp(-|x| / (5 sqrt d))) + e - exp(mean cos 2 pi x_i), of Ackley (1987)."""
    root = (x**2).mean().sqrt()
    return 20 - 20 * torch.exp(-0.2 * root) + math.e - torch.exp(torch.cos(2 * math.pi * x).mean())


FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        "quadratic-1": Function(quadratic(1.0), 3.0),
        "quadratic-100": Function(quadratic(100.0), 3.0),
        "quadratic-1000": Function(quadratic(1000.0), 3.0),
        "rosenbrock": Function(rosenbrock, 1.0),
        "rastrigin": Function(rastrigin, 3.0),
        "ackley": Function(ackley, 3.0),
    }
)
