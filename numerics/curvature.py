"""The largest eigenvalue of the Hessian of a PyTorch loss, at a point and along a run of SGD: the L a network shows.

Lanczos' method on products Hv, not power iteration: from a random start and k products it is off by more than a share
eps of the spectrum's width with probability of the order sqrt(n) exp(-(2k - 1) sqrt(eps)), power iteration of the order
sqrt(n) (1 - eps)^k (Kuczynski and Wozniakowski, SIAM J. Matrix Anal. Appl. 13, 1992); and it finds both ends at once.

What is found bounds L from below only: at a point because a Rayleigh quotient does, along a run because L is a supremum
over more than the points visited.  Kinks, as those of ReLU, are not seen at all: the loss has no L across them.  Nor is
what a custom backward hides from autograd: a fused loss that computes its gradient in advance takes part of H away.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import reduce
from itertools import compress
from textwrap import shorten
from typing import Any, NamedTuple

import numpy as np
from scipy.linalg import eigh_tridiagonal

from numerics.user_loss import Loss, NotFiniteError, Tensor, evaluate, torch_module, trainable

EARLIEST = 8  # products before a small residual is believed: a start that lacks the top vector has one, too


@dataclass(frozen=True, slots=True)
class Curvature:
    """Rayleigh quotients theta = <v, Hv> at both ends of the spectrum of one Hessian, and |Hv - theta v|, |v| = 1.

    In exact arithmetic ``most_negative`` >= the least and ``largest`` <= the largest eigenvalue, and some eigenvalue
    lies within each residual of its theta.  No multiple of a residual makes ``largest`` an upper bound.  Rounding is
    that of the parameters' dtype.  ``converged``: the residuals of ``largest`` and of ``magnitude`` are at most
    ``tolerance`` times these.
    """

    largest: float  # algebraically: at most 0 where no direction of positive curvature was met
    residual: float
    most_negative: float  # the least, positive for a strongly convex loss
    residual_negative: float
    iterations: int
    converged: bool
    products: int
    tolerance: float
    seed: int

    @property
    def magnitude(self) -> float:
        """The largest absolute value, a lower bound of the gradient's Lipschitz constant near the point."""
        return max(abs(self.largest), abs(self.most_negative))


class Point(NamedTuple):
    """What was measured before the SGD step number ``step``."""

    step: int
    loss: float
    curvature: Curvature


@dataclass(frozen=True, slots=True)
class Trajectory:
    """The points measured; ``diverged_at`` is the step whose loss, or its Hessian, was not finite."""

    points: tuple[Point, ...]
    lr: float
    seed: int
    diverged_at: int | None

    @property
    def largest(self) -> float:
        """The maximum over the points."""
        return max(point.curvature.largest for point in self.points)


def curvature(parameters: Any, loss: Loss, *, iterations: int = 30, seed: int, tolerance: float = 1e-3) -> Curvature:
    """The ends of the spectrum of the Hessian of ``loss``, evaluated once, in the span of ``iterations`` products.

    The basis of that space is kept, and made orthogonal in full: ``iterations`` vectors as long as all parameters.
    """
    _check(iterations, seed, tolerance)
    chosen = trainable(parameters)
    return _ends(evaluate(loss), chosen, iterations, seed, tolerance)


def along_trajectory(
    parameters: Any, loss: Loss, *, steps: int, every: int, lr: float, seed: int,
    iterations: int = 30, tolerance: float = 1e-3,
) -> Trajectory:  # fmt: skip
    """The curvature before every ``every``-th of ``steps`` steps x - ``lr`` g, and after the last; x is put back.

    The loss is evaluated once a step, for both, so that the path does not depend on ``every``.  What else the loss
    changes, such as running means, stays as the run leaves it.
    """
    _check(iterations, seed, tolerance, steps, every, lr)
    chosen, points = trainable(parameters), list[Point]()
    with _put_back(chosen):
        for step in range(steps + 1):
            try:
                value = evaluate(loss)
                if step % every == 0 or step == steps:
                    points.append(Point(step, value.item(), _ends(value, chosen, iterations, seed, tolerance)))
                if step < steps:
                    _descend(value, chosen, lr)
            except ValueError as error:
                if isinstance(error, NotFiniteError) and points:
                    return Trajectory(tuple(points), lr, seed, step)
                raise ValueError(f"at step {step}, {error}") from error
    return Trajectory(tuple(points), lr, seed, None)


def _hessian(value: Tensor, chosen: Sequence[Tensor], like: Tensor) -> Callable[[Tensor], Tensor]:
    """The map v -> Hv, the gradient of <g, v> (Pearlmutter, 1994), on vectors ``like`` one; all from one graph."""
    torch = torch_module()
    slopes = _gradient("first", [value], chosen, create_graph=True)
    if all(slope is None for slope in slopes):
        raise ValueError(f"the loss does not depend on the {len(chosen)} parameters: return those that it uses.")
    curved = [slope is not None and slope.requires_grad for slope in slopes]
    if not any(curved):
        raise _flat()
    sizes, of = [p.numel() for p in chosen], list(compress(slopes, curved))
    _refuse_dropped(of)

    def product(v: Tensor) -> Tensor:
        parts = zip(compress(v.split(sizes), curved), of, strict=True)
        along = [part.view(slope.shape).to(slope) for part, slope in parts]
        found = _gradient("second", of, chosen, grad_outputs=along, retain_graph=True)
        dense = [torch.zeros_like(p) if h is None else h for h, p in zip(found, chosen, strict=True)]
        flat = torch.cat([h.reshape(-1).to(like) for h in dense])
        if not flat.isfinite().all():
            raise NotFiniteError("the Hessian is not finite here, though the loss is: start at another point.")
        return flat

    return product


def _gradient(order: str, of: Sequence[Tensor], chosen: Sequence[Tensor], **options: Any) -> list[Tensor]:
    """Derivatives, None where there is no dependence."""
    torch = torch_module()
    try:
        found = torch.autograd.grad(of, chosen, allow_unused=True, **options)
        return [g if g is None else g.to_dense() for g in found]
    except torch.OutOfMemoryError:
        raise
    except RuntimeError as error:
        raise ValueError(
            f"the loss has no {order} derivative here (torch: {shorten(str(error), 200)}): use operations that can be "
            f"differentiated twice; for attention, sdpa_kernel(SDPBackend.MATH)."
        ) from error


def _refuse_dropped(slopes: Sequence[Tensor]) -> None:
    """Refuse @once_differentiable: its node raises, but leads to no parameter, so that torch would take it for zero."""
    seen, ahead = set[object](), [slope.grad_fn for slope in slopes]
    while ahead:
        node = ahead.pop()
        if node is None or node in seen:
            continue
        if type(node).__name__ == "Error":
            raise ValueError(
                "the loss has no second derivative here: a custom backward is marked @once_differentiable: write it "
                "with operations that torch can differentiate, without the mark."
            )
        seen.add(node)
        ahead.extend(following for following, _ in node.next_functions)


def _flat() -> ValueError:
    return ValueError(
        "the Hessian is zero here: the loss is piecewise linear (or affine), or a custom backward hides its second "
        "derivative; largest = 0 is no L: use a smooth loss, or start at another point."
    )


def _ends(value: Tensor, chosen: Sequence[Tensor], iterations: int, seed: int, tolerance: float) -> Curvature:
    """Both Ritz vectors of Lanczos' method, and what H makes of them: two products more, no trust in recurrences."""
    torch = torch_module()
    n, dtype = sum(p.numel() for p in chosen), reduce(torch.promote_types, (p.dtype for p in chosen), torch.float32)
    generator = torch.Generator(device="cpu").manual_seed(seed)
    start = torch.randn(n, generator=generator, dtype=torch.float64, device="cpu").to(dtype).to(chosen[0].device)
    product = _hessian(value, chosen, start)
    basis, ritz = _lanczos(product, start, min(iterations, n), tolerance)

    def judged(s: np.ndarray[Any, Any]) -> tuple[float, float]:
        v = basis.T @ torch.as_tensor(s).to(basis)
        v /= v.norm()
        image = product(v)
        theta = v @ image
        return float(theta), float((image - theta * v).norm())

    (least, below), (most, above) = judged(ritz[:, 0]), judged(ritz[:, -1])
    good = _small(least, below, most, above, tolerance)
    return Curvature(most, above, least, below, len(basis), good, len(basis) + 2, tolerance, seed)


def _small(least: float, below: float, most: float, above: float, tolerance: float) -> bool:
    """Whether the residuals of the largest, and of the largest in absolute value, are small."""
    return above <= tolerance * abs(most) and (abs(least) <= abs(most) or below <= tolerance * abs(least))


def _lanczos(
    product: Callable[[Tensor], Tensor], start: Tensor, most: int, tolerance: float
) -> tuple[Tensor, np.ndarray[Any, Any]]:
    """Orthonormal rows V of the Krylov space, and the eigenvectors s of T = V H V' in columns, least eigenvalue first.

    Row by row, beta v_next = Hv - V'VHv, twice since once is not enough in floating point; alpha = <v, Hv> and beta are
    the entries of T, and |Hy - theta y| = beta |last entry of s| for y = V's.
    """
    basis, alphas, betas = start.new_empty((most, len(start))), list[float](), list[float]()
    basis[0] = start / start.norm()
    for k in range(1, most + 1):
        w = product(basis[k - 1])
        if k == 1 and not w.any():
            raise _flat()
        alphas.append(float(basis[k - 1] @ w))
        for _ in range(2):
            w = w - basis[:k].T @ (basis[:k] @ w)
        theta, s = eigh_tridiagonal(np.array(alphas), np.array(betas))
        betas.append(float(w.norm()))
        below, above = betas[-1] * np.abs(s[-1, [0, -1]])
        exhausted = betas[-1] <= 10 * torch_module().finfo(w.dtype).eps * np.abs(theta).max()
        if k == most or exhausted or (k >= EARLIEST and _small(theta[0], below, theta[-1], above, tolerance)):
            break
        basis[k] = w / betas[-1]
    return basis[:k], s


def _descend(value: Tensor, chosen: Sequence[Tensor], lr: float) -> None:
    torch = torch_module()
    slopes = _gradient("first", [value], chosen)
    with torch.no_grad():
        for parameter, slope in zip(chosen, slopes, strict=True):
            if slope is not None:
                parameter.sub_(slope, alpha=lr)


@contextmanager
def _put_back(chosen: Sequence[Tensor]) -> Iterator[None]:
    """Run the body, and leave the tensors as they were, bit for bit, however it ends."""
    torch = torch_module()
    before = [p.detach().clone() for p in chosen]
    try:
        yield
    finally:
        with torch.no_grad():
            for parameter, value in zip(chosen, before, strict=True):
                parameter.copy_(value)


def _check(iterations: int, seed: int, tolerance: float, steps: int = 1, every: int = 1, lr: float = 1.0) -> None:
    for name, count in (("iterations", iterations), ("steps", steps), ("every", every)):
        if not isinstance(count, int) or count < 1:
            raise ValueError(f"{name} must be an integer of at least 1, got {count!r}: nothing is measured without.")
    if not isinstance(seed, int) or not 0 <= seed < 2**64:
        raise ValueError(f"a seed must be an integer in [0, 2^64), got {seed!r}: torch's generators take no other.")
    for name, number, remedy in (("tolerance", tolerance, "1e-3"), ("lr", lr, "a tenth of 1/L")):
        if not 0 < number < math.inf:
            raise ValueError(f"{name} must be positive and finite, got {number!r}: try {remedy}.")
