"""One loss for all processes: ranks that decide from different losses drift apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import torch
import torch.distributed as dist

Reduce = Literal["mean", "same", "local"] | Callable[[float], float]


def several() -> bool:
    """Whether this process is one of several that train together."""
    return dist.is_available() and dist.is_initialized() and dist.get_world_size() > 1


def agreed(loss: float, reduce: Reduce) -> float:
    """The loss that every rank decides from: the mean of theirs, or the common one, which is checked.

    Raises:
        RuntimeError: where the losses differ between the ranks and ``reduce`` says that they are the same.
    """
    if callable(reduce):
        return float(reduce(loss))
    if reduce == "local" or not several():
        return loss
    return _mean(loss) if reduce == "mean" else _same(loss)


def _tensor(*numbers: float) -> torch.Tensor:
    """Where the process group wants it: NCCL reduces on the device only."""
    device = torch.device("cuda", torch.cuda.current_device()) if dist.get_backend() == "nccl" else torch.device("cpu")
    return torch.tensor(numbers, dtype=torch.float64, device=device)


def _mean(loss: float) -> float:
    total = _tensor(loss)
    dist.all_reduce(total)
    return float(total.item()) / dist.get_world_size()


def _same(loss: float) -> float:
    """The loss, if all ranks have it; NaN counts as a loss of its own."""
    known = 0.0 if loss != loss else loss
    ends = _tensor(known, -known, float(loss != loss), -float(loss != loss))
    dist.all_reduce(ends, op=dist.ReduceOp.MAX)
    high, low, some_nan, no_number = ends.tolist()
    if high != -low or some_nan != -no_number:
        raise RuntimeError(
            f"this rank's loss is {loss!r}, others see between {-low!r} and {high!r}: their learning rates would drift"
            " apart. Pass reduce='mean' for the mean over the ranks, a function of your own, or reduce='local' if every"
            " rank really has a model of its own."
        )
    return loss
