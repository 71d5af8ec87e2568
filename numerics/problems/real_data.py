"""The data sets that ship inside scikit-learn, standardised: nothing is downloaded.

Columns are centred and divided by their standard deviation, constant ones are dropped, and a column of ones is put
last.  Sums are rounded once (``math.fsum``), which makes the numbers the same on every machine.
"""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np

from numerics.problems.data import Data
from numerics.problems.finite_sum import Array

RealName = Literal["breast-cancer", "diabetes", "digits", "wine"]


def real_data(name: RealName, *, classes: bool) -> Data:
    """The data set; with ``classes`` its targets are -1 and 1.

    breast-cancer: benign is 1; digits: even is 1; wine: the first cultivar is 1; for these regression has the same
    targets.  diabetes: the disease's progression, standardised, or, for classes, whether it is above the median.
    """
    features, raw = _load(name)
    rows = np.column_stack([*(_standardised(c) for c in features.T if c.min() < c.max()), np.ones(len(raw))])
    if name == "diabetes" and not classes:
        return Data(rows, _standardised(raw))
    positive = {
        "breast-cancer": lambda t: t == 1,
        "diabetes": lambda t: t > np.median(t),
        "digits": lambda t: t % 2 == 0,
        "wine": lambda t: t == 0,
    }[name](raw)
    return Data(rows, np.where(positive, 1.0, -1.0))


def _load(name: RealName) -> tuple[Array, Array]:
    from sklearn import datasets  # noqa: PLC0415 - a second to import, and most problems need none of it

    loaded: Any = {
        "breast-cancer": datasets.load_breast_cancer,
        "diabetes": lambda: datasets.load_diabetes(scaled=False),
        "digits": datasets.load_digits,
        "wine": datasets.load_wine,
    }[name]()
    return np.asarray(loaded.data, dtype=np.float64), np.asarray(loaded.target, dtype=np.float64)


def _standardised(column: Array) -> Array:
    """(v - mean)/deviation, the deviation with 1/n."""
    centred = column - math.fsum(column.tolist()) / len(column)
    return np.asarray(centred / math.sqrt(math.fsum((centred * centred).tolist()) / len(column)))
