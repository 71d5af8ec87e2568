"""Optimizers for many runs at once: torch's own rules, on the parameters of all runs in one tensor.

Parameters and gradients have shape (runs, parameters); every run has a learning rate of its own.  Each optimizer is
tested against ``torch.optim`` on a single run.  ``shapes`` are those of the tensors that the parameters are made of, in
order: Adafactor treats matrices as such.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import torch
from torch import Tensor

Shapes = Sequence[tuple[int, ...]]


@dataclass
class Adam:
    """Kingma and Ba (2015); with ``decay``, AdamW of Loshchilov and Hutter (2019)."""

    shapes: Shapes
    decay: float = 0.0
    first: float = 0.9
    second: float = 0.999
    eps: float = 1e-8
    steps: int = 0
    mean: Tensor | None = None
    square: Tensor | None = None

    def step(self, x: Tensor, g: Tensor, rates: Tensor) -> Tensor:
        """The parameters after a step; ``rates`` have shape (runs, 1)."""
        self.steps += 1
        mean = torch.zeros_like(x) if self.mean is None else self.mean
        square = torch.zeros_like(x) if self.square is None else self.square
        self.mean = mean.lerp(g, 1 - self.first)
        self.square = square.mul(self.second).addcmul(g, g, value=1 - self.second)
        root = (self.square.sqrt() / math.sqrt(1 - self.second**self.steps)).add(self.eps)
        return x * (1 - rates * self.decay) - rates / (1 - self.first**self.steps) * (self.mean / root)


@dataclass
class Momentum:
    """SGD with heavy-ball momentum, as torch has it: v = m v + g, x = x - rate v."""

    shapes: Shapes
    momentum: float = 0.9
    velocity: Tensor | None = None

    def step(self, x: Tensor, g: Tensor, rates: Tensor) -> Tensor:
        """The parameters after a step."""
        self.velocity = g if self.velocity is None else self.velocity * self.momentum + g
        return x - rates * self.velocity


@dataclass
class Adagrad:
    """Duchi, Hazan and Singer (2011)."""

    shapes: Shapes
    eps: float = 1e-10
    square: Tensor | None = None

    def step(self, x: Tensor, g: Tensor, rates: Tensor) -> Tensor:
        """The parameters after a step."""
        self.square = g * g if self.square is None else self.square.addcmul(g, g)
        return x - rates * (g / self.square.sqrt().add(self.eps))


@dataclass
class Adafactor:
    """Shazeer and Stern (2018), as torch has it: second moments of matrices by rows and columns, updates clipped."""

    shapes: Shapes
    power: float = -0.8
    least: float = 1e-3  # of the size of a tensor that its step is relative to
    clip: float = 1.0
    steps: int = 0
    moments: dict[int, tuple[Tensor, ...]] = field(default_factory=dict)

    def step(self, x: Tensor, g: Tensor, rates: Tensor) -> Tensor:
        """The parameters after a step."""
        self.steps += 1
        sizes = [math.prod(shape) for shape in self.shapes]
        pieces = zip(torch.split(x, sizes, dim=1), torch.split(g, sizes, dim=1), strict=True)
        return torch.cat([self._tensor(k, *piece, rates) for k, piece in enumerate(pieces)], dim=1)

    def _tensor(self, k: int, x: Tensor, g: Tensor, rates: Tensor) -> Tensor:
        rate = torch.minimum(rates, torch.full_like(rates, 1 / math.sqrt(self.steps)))
        rate = rate * (x.square().mean(dim=1, keepdim=True).sqrt()).clamp(min=self.least)
        update = self._scaled(k, g)
        size = update.square().mean(dim=1, keepdim=True).sqrt() / self.clip
        return x - rate * update / size.clamp(min=1.0)

    def _scaled(self, k: int, g: Tensor) -> Tensor:
        """The gradient over the root of its second moment."""
        weight, tiny = float(self.steps**self.power), torch.finfo(g.dtype).eps
        if len(self.shapes[k]) < 2:
            (before,) = self.moments.get(k, (torch.zeros_like(g),))
            self.moments[k] = (before.lerp(g.square(), weight),)
            return g / self.moments[k][0].clamp(min=tiny * tiny).sqrt()
        square = g.reshape(len(g), *self.shapes[k]).square()
        rows, columns = square.mean(dim=-1, keepdim=True), square.mean(dim=-2, keepdim=True)
        last = self.moments.get(k, (torch.zeros_like(rows), torch.zeros_like(columns)))
        row, column = last[0].lerp(rows, weight), last[1].lerp(columns, weight)
        self.moments[k] = (row, column)
        estimate = row @ column / row.mean(dim=-2, keepdim=True).clamp(min=tiny)
        return g / estimate.clamp(min=tiny * tiny).sqrt().flatten(1)


Optimizer = Adam | Momentum | Adagrad | Adafactor
OPTIMIZERS: Mapping[str, Callable[[Shapes], Optimizer]] = MappingProxyType(
    {
        "adam": Adam,
        "adamw": lambda shapes: Adam(shapes, decay=0.01),
        "sgd-momentum": Momentum,
        "adagrad": Adagrad,
        "adafactor": Adafactor,
    }
)
