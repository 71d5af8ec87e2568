"""Real data that ship inside scikit-learn, split and standardised; nothing is downloaded.

Digits come as images, and as sequences of tokens: each 8 x 8 image is summed over 2 x 2 blocks and divided by four,
which leaves 16 whole numbers between 0 and 16.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import torch
from sklearn import datasets
from torch import Tensor

Array = npt.NDArray[np.float64]
HELD_OUT = 0.2
SPLIT = 101  # the stream of splits, see numerics.streams
TOKENS, SEQUENCE, CLASSES = 17, 16, 10


@dataclass(frozen=True, eq=False)
class Split:
    """Training and held-out rows: inputs of shape (n, ...), labels (n,), whole numbers or, for a regression, floats."""

    x: Tensor
    y: Tensor
    held_x: Tensor
    held_y: Tensor


@cache
def raw(name: str) -> tuple[Array, Array]:
    """Inputs and labels of a data set.

    Raises:
        ValueError: for a name that is none.
    """
    loaders = {
        "breast-cancer": datasets.load_breast_cancer,
        "wine": datasets.load_wine,
        "diabetes": datasets.load_diabetes,
        "digits": datasets.load_digits,
        "digit-tokens": datasets.load_digits,
    }
    if name not in loaders:
        raise ValueError(f"data must be one of {', '.join(loaders)}, got {name!r}.")
    x, y = loaders[name](return_X_y=True)
    if name == "digit-tokens":
        x = x.reshape(-1, 4, 2, 4, 2).sum(axis=(2, 4)).reshape(-1, SEQUENCE) // 4
    return x, y


@cache
def split(name: str, seed: int) -> Split:
    """The data in a random order that the seed decides, a fifth held out, standardised by the training rows."""
    x, y = raw(name)
    order = np.random.Generator(np.random.Philox(key=[seed, SPLIT])).permutation(len(x))
    held, kept = order[: int(HELD_OUT * len(x))], order[int(HELD_OUT * len(x)) :]
    if name != "digit-tokens":
        spread = x[kept].std(axis=0)
        x = (x - x[kept].mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    if name == "diabetes":
        y = (y - y[kept].mean()) / y[kept].std()
    inputs = torch.tensor(x, dtype=torch.int64 if name == "digit-tokens" else torch.float32)
    labels = torch.tensor(y, dtype=torch.float32 if name == "diabetes" else torch.int64)
    return Split(inputs[kept], labels[kept], inputs[held], labels[held])
