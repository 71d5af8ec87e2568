"""Many training runs in one tensor: one model, one optimizer, every run with its own rate, batches and perturbation.

Gradients of all runs come from one ``vmap`` over the parameters; the rest is elementwise.  A run has the same bits
whatever runs stand beside it, which a test holds; one alone is computed twice, since products of single matrices may
be summed in another order than batches of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.func import functional_call, grad_and_value, vmap

from numerics.robustness import families
from numerics.robustness.data import split
from numerics.robustness.families import FAMILIES
from numerics.robustness.functions import DIMENSION, FUNCTIONS
from numerics.robustness.optimizers import OPTIMIZERS, Shapes
from numerics.robustness.perturbation import REPORTED, Perturbation, Plan, plan
from numerics.robustness.schedulers import SCHEDULES, Schedule, watches
from numerics.streams import draws

Array = npt.NDArray[np.float64]
INITIAL = 102  # the stream of initial parameters, see numerics.streams
BATCH = 16


@dataclass(frozen=True, slots=True)
class Cell:
    """One run: which schedule from which rate, under which perturbation, with which seed."""

    schedule: str
    rate: float
    perturbation: Perturbation
    seed: int


@dataclass(frozen=True, eq=False)
class Curves:
    """Losses and rates of runs, shape (runs, steps): before each step, on its batch, without perturbation.

    ``held_out`` and ``train`` are of all held-out and all training rows at the end, shape (runs,); for a function both
    are its value there.
    """

    loss: Array
    rate: Array
    train: Array
    held_out: Array


@dataclass(frozen=True, eq=False)
class Problem:
    """A loss of parameters, shape (p,), of inputs and labels, with what it begins from and what it learns from."""

    loss: Callable[[Tensor, Any, Any], Tensor]
    shapes: Shapes
    initial: Callable[[int], Tensor]
    data: str | None


def problem(name: str) -> Problem:
    """The neural family, or the function, of that name.

    Raises:
        ValueError: for a name that is none.
    """
    if name in FUNCTIONS:
        return _function(name)
    if name in FAMILIES:
        return _family(name)
    raise ValueError(f"problem must be one of {', '.join([*FAMILIES, *FUNCTIONS])}, got {name!r}.")


def _chance(seed: int) -> torch.Generator:
    """The generator of the seed's initial parameters."""
    number = int(np.random.Philox(key=[seed, INITIAL]).random_raw(1)[0])
    return torch.Generator().manual_seed(number >> 1)


def _function(name: str) -> Problem:
    function = FUNCTIONS[name]

    def initial(seed: int) -> Tensor:
        uniform = torch.rand(DIMENSION, generator=_chance(seed), dtype=torch.float64)
        return function.reach * (2 * uniform - 1)

    return Problem(lambda x, _inputs, _labels: function.f(x), [(DIMENSION,)], initial, None)


def _family(name: str) -> Problem:
    family = FAMILIES[name]
    frame = family.make()
    names, shapes = zip(*((key, tuple(p.shape)) for key, p in frame.named_parameters()), strict=True)
    sizes = [math.prod(shape) for shape in shapes]

    def loss(flat: Tensor, x: Tensor, y: Tensor) -> Tensor:
        pieces = torch.split(flat, sizes)
        parts = {key: part.reshape(shape) for key, part, shape in zip(names, pieces, shapes, strict=True)}
        return families.loss(functional_call(frame, parts, (x,)), y)

    def initial(seed: int) -> Tensor:
        return torch.cat([p.detach().reshape(-1) for p in _made(family.make, _chance(seed)).parameters()])

    return Problem(loss, list(shapes), initial, family.data)


def _made(make: Callable[[], nn.Module], chance: torch.Generator) -> nn.Module:
    """A model whose initial parameters are the generator's."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(torch.randint(2**62, (1,), generator=chance)))
        return make()


def simulate(name: str, optimizer: str, cells: Sequence[Cell], steps: int) -> Curves:
    """The runs of all cells on one problem with one optimizer; those that differ in nothing they see, computed once.

    Noise in the reported loss is not seen by a schedule that does not look at it: see ``each``.
    """
    seen = [_seen(cell) for cell in cells]
    place = {cell: k for k, cell in enumerate(dict.fromkeys(seen))}
    found, rows = each(name, optimizer, list(place), steps), [place[cell] for cell in seen]
    return Curves(found.loss[rows], found.rate[rows], found.train[rows], found.held_out[rows])


def _seen(cell: Cell) -> Cell:
    if cell.perturbation.kind in REPORTED and not watches(cell.schedule):
        return replace(cell, perturbation=Perturbation())
    return cell


def each(name: str, optimizer: str, cells: Sequence[Cell], steps: int) -> Curves:
    """The same, every cell computed."""
    posed = problem(name)
    given = list(cells) if len(cells) > 1 else [cells[0]] * 2
    x = torch.stack([posed.initial(cell.seed) for cell in given])
    schedules = [SCHEDULES[cell.schedule](cell.rate, steps) for cell in given]
    plans = [plan(cell.perturbation, cell.seed, steps) for cell in given]
    batches = _batches(posed, given, steps)
    gradients = vmap(grad_and_value(posed.loss))
    moving = OPTIMIZERS[optimizer](posed.shapes)
    losses, rates = np.empty((len(given), steps)), np.empty((len(given), steps))
    for t in range(steps):
        inputs, labels = batches(t)
        x = _felt_parameters(x, plans, t)
        g, loss = gradients(x, inputs, _felt_labels(labels, plans, t))
        g = _felt_gradients(g, plans, t)
        losses[:, t], rates[:, t] = loss.double().numpy(), [schedule.rate for schedule in schedules]
        x = moving.step(x, g, torch.tensor(rates[:, t : t + 1], dtype=x.dtype))
        _tell(schedules, plans, losses, t)
    train, held_out = _ends(posed, given, x)
    kept = slice(len(cells))
    return Curves(losses[kept], rates[kept], train[kept], held_out[kept])


def _tell(schedules: Sequence[Schedule], plans: Sequence[Plan], losses: Array, t: int) -> None:
    before = losses[:, t - 1] if t else losses[:, 0]
    for schedule, planned, loss, last in zip(schedules, plans, losses[:, t].tolist(), before.tolist(), strict=True):
        schedule.step(planned.reported(t, loss, last))


def _batches(posed: Problem, cells: Sequence[Cell], steps: int) -> Callable[[int], tuple[Any, Any]]:
    """The rows that every run draws at a step; runs of one seed draw the same."""
    if posed.data is None:
        nothing = torch.zeros(len(cells), 1)
        return lambda t: (nothing, nothing)
    splits = [split(posed.data, cell.seed) for cell in cells]
    count = len(splits[0].x)
    drawn = [torch.tensor(draws(cell.seed, samples=count, steps=steps, batch=BATCH)) for cell in cells]

    def batch(t: int) -> tuple[Tensor, Tensor]:
        rows = [(s.x[d[t]], s.y[d[t]]) for s, d in zip(splits, drawn, strict=True)]
        return torch.stack([x for x, _ in rows]), torch.stack([y for _, y in rows])

    return batch


def _felt_parameters(x: Tensor, plans: Sequence[Plan], t: int) -> Tensor:
    """The parameters after a kick, in a direction of the run's own."""
    return _added(x, plans, t, "kick")


def _felt_gradients(g: Tensor, plans: Sequence[Plan], t: int) -> Tensor:
    factors = [1 + p.perturbation.strength if _hits(p, t, "scaled-gradients") else 1.0 for p in plans]
    if any(factor != 1.0 for factor in factors):
        g = g * torch.tensor(factors, dtype=g.dtype)[:, None]
    return _added(g, plans, t, "noisy-gradients")


def _felt_labels(labels: Tensor, plans: Sequence[Plan], t: int) -> Tensor:
    hit = [k for k, p in enumerate(plans) if _hits(p, t, "labels")]
    if not hit:
        return labels
    labels = labels.clone()
    for k in hit:
        labels[k] = labels[k].roll(1)
    return labels


def _hits(planned: Plan, t: int, kind: str) -> bool:
    return planned.perturbation.kind == kind and bool(planned.hit[t])


def _added(values: Tensor, plans: Sequence[Plan], t: int, kind: str) -> Tensor:
    """Gaussian numbers added where the perturbation hits, of its strength, or of that share of the values' size."""
    hit = [k for k, p in enumerate(plans) if _hits(p, t, kind)]
    if not hit:
        return values
    values = values.clone()
    for k in hit:
        p = plans[k]
        noise = torch.randn(values.shape[1], generator=p.generator(t), dtype=values.dtype)
        size = values[k].square().mean().sqrt() if p.perturbation.relative else 1.0
        values[k] += p.perturbation.strength * size * noise
    return values


def _ends(posed: Problem, cells: Sequence[Cell], x: Tensor) -> tuple[Array, Array]:
    """Losses of the last parameters on all training and all held-out rows."""
    train, held = np.empty(len(cells)), np.empty(len(cells))
    with torch.no_grad():
        for k, cell in enumerate(cells):
            if posed.data is None:
                train[k] = held[k] = float(posed.loss(x[k], None, None))
            else:
                s = split(posed.data, cell.seed)
                train[k], held[k] = float(posed.loss(x[k], s.x, s.y)), float(posed.loss(x[k], s.held_x, s.held_y))
    return train, held
