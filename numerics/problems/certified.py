"""From data to a finite sum with everything known about it, or a refusal."""

from __future__ import annotations

from typing import Any

import numpy as np

from numerics.problems.constants import constants
from numerics.problems.finite_sum import Array, FiniteSum
from numerics.problems.newton import minimiser
from numerics.problems.optimum import certified_optimum
from numerics.problems.terms import Terms


def certified(name: str, terms: Terms, *, start: Any = None, near: Any = None) -> FiniteSum:
    """The finite sum, with enclosures of its constants and a certified minimiser.

    Runs begin at ``start``, the search for the minimiser at ``near``; both are 0 unless given.  A minimiser that is
    known exactly is passed as ``near``: the search stays there, and it is certified as any other.
    """
    known = constants(terms)
    d = terms.rows.shape[1]
    point = minimiser(terms, _point("near", near, d))
    return FiniteSum(
        name=name,
        link=terms.link,
        rows=terms.rows,
        targets=terms.targets,
        offsets=terms.offsets,
        ridge=terms.ridge,
        start=_point("start", start, d),
        scale=terms.scale,
        constants=known,
        optimum=certified_optimum(name, terms, known, point),
    )


def _point(role: str, x: Any, d: int) -> Array:
    point = np.zeros(d) if x is None else np.array(x, dtype=np.float64)
    if point.shape != (d,) or not np.all(np.isfinite(point)):
        raise ValueError(f"{role} must be {d} finite numbers, one per column of rows, got {x!r}.")
    return point
