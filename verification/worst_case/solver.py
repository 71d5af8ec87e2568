"""Semidefinite programs through Clarabel, an interior-point solver, called directly.

What it returns is a proposal: statuses and gaps are passed on as they are, and only ``certify.py`` makes a bound of it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import clarabel
import numpy as np
from scipy import sparse

from verification.worst_case.assembly import Array, Rows

TOLERANCE = 1e-9


@dataclass(frozen=True)
class Solution:
    """What the solver came to, in the units of ``Rows``."""

    status: str
    value: float  # of the objective; -inf if infeasible, inf if unbounded, NaN if neither is known
    gap: float  # between primal and dual value
    gram: Array  # (n (n + 1) / 2,), packed
    values: Array  # (values,)


def settings(tolerance: float, time_limit: float = math.inf) -> clarabel.DefaultSettings:
    """One thread, quiet, and the tolerance of gap and feasibility."""
    options = clarabel.DefaultSettings()
    options.verbose = False
    options.max_threads = 1
    options.time_limit = time_limit
    options.tol_gap_abs = options.tol_gap_rel = options.tol_feas = tolerance
    options.chordal_decomposition_enable = False
    options.presolve_enable = False
    return options


def conic(cost: Array, matrix: Any, right: Array, cones: Sequence[Any], options: clarabel.DefaultSettings) -> Any:
    """Minimise ``cost @ x`` where ``right - matrix @ x`` lies in the cones."""
    matrix = matrix if sparse.isspmatrix_csc(matrix) else sparse.csc_matrix(matrix)
    return clarabel.DefaultSolver(_nothing(len(cost)), cost, matrix, right, list(cones), options).solve()


@lru_cache(maxsize=64)
def _nothing(size: int) -> Any:
    """The quadratic part of a linear cost."""
    return sparse.csc_matrix((size, size))


def maximise(rows: Rows, *, tolerance: float = TOLERANCE, time_limit: float = math.inf) -> Solution:
    """The worst case: the largest objective over Gram matrices and values that satisfy every row."""
    (m, d), k = rows.gram.shape, rows.values.shape[1]
    inequalities = sparse.csr_matrix(np.hstack([-rows.gram, -rows.values]))
    matrix = sparse.vstack([inequalities, -sparse.eye(d, d + k, format="csr")], format="csc")
    right = np.concatenate([rows.constant, np.zeros(d)])
    cost = np.concatenate([np.zeros(d), -rows.objective])
    cones = [clarabel.NonnegativeConeT(m), clarabel.PSDTriangleConeT(rows.dimension)]
    found = conic(cost, matrix, right, cones, settings(tolerance, time_limit))
    status, x = str(found.status), np.array(found.x)
    value = {"PrimalInfeasible": -math.inf, "DualInfeasible": math.inf}.get(status, -found.obj_val)
    return Solution(status, value, abs(found.obj_val - found.obj_val_dual), x[:d], x[d:])
