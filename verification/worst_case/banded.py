"""The worst case of gradient descent with given rates, in time proportional to the number of steps.

An upper bound needs no more of the class than some of its inequalities.  Those between samples at most ``width`` steps
apart, and those with x*, involve inner products within a band only:

    Y_t = |y_t|^2,   P_t = <y_t, g_t>,   Q_{s,t} = <g_s, g_t> for |s - t| <= width,   y_t = x_t - x*,

with Y_{t+1} = Y_t - 2 gamma_t P_t + gamma_t^2 Q_{t,t}.  A banded matrix has a positive semidefinite completion exactly
if the blocks along the band are positive semidefinite (Grone, Johnson, Sa and Wolkowicz, *Positive definite
completions of partial Hermitian matrices*, 1984), so the program falls into N small cones instead of one of size N + 2.

A lower bound is the better of two explicit functions of one variable, x^2/2 and the Huber function whose iterates stay
on its slope.  Where the two bounds meet, the worst case is known; the band is widened until they do.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import clarabel
import numpy as np
from scipy import sparse

from greedylr.checks import check_number
from verification.worst_case.assembly import Array, Indices
from verification.worst_case.solver import conic, settings

WIDTHS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
TOLERANCE = 1e-8


@dataclass(frozen=True)
class DescentBounds:
    """The worst f(x_N) - f* for L = 1 and |x_0 - x*| = 1: ``lower`` is attained, ``upper`` is a solver's value."""

    lower: float
    upper: float
    width: int
    status: str

    @property
    def gap(self) -> float:
        """The distance of the two, relative to the lower one; negative by what the solver is inaccurate."""
        return (self.upper - self.lower) / self.lower


def gradient_descent(rates: Sequence[float], *, accuracy: float = 1e-6) -> DescentBounds:
    """Bounds that agree up to ``accuracy``, relatively, if any width makes them; else those of the widest band."""
    gammas = [_checked(rate) for rate in rates]
    if not gammas:
        raise ValueError("rates must name at least one learning rate, got none: a run without steps has none.")
    lower, best = attained(gammas), None
    for width in (w for w in WIDTHS if w < 2 or w <= len(gammas)):
        upper, status = _relaxed(gammas, width, lower)
        found = DescentBounds(lower, upper, width, status)
        best = found if best is None or abs(found.gap) < abs(best.gap) else best
        if abs(best.gap) <= accuracy:
            break
    assert best is not None
    return best


def _checked(rate: float) -> float:
    check_number("a learning rate", rate)
    if not 0 < rate < math.inf:
        raise ValueError(f"a learning rate must be positive and finite, got {rate!r}: give it in units of 1/L.")
    return float(rate)


def attained(rates: Sequence[float]) -> float:
    """The larger gap on x^2/2, prod (1 - gamma_t)^2/2, and on a Huber function, 1/(2 (2 sum gamma_t + 1)).

    The Huber function of width d = 1/(2 sum gamma_t + 1) has the slope d until x_N = 1 - d sum gamma_t > d.
    """
    quadratic = math.prod((1 - rate) ** 2 for rate in rates) / 2
    return max(quadratic, 1 / (2 * (2 * math.fsum(rates) + 1)))


@dataclass(frozen=True)
class _Pattern:
    """The rows of the program for N steps and a width; only the sizes of the entries depend on the rates.

    Entry k is ``factor * unit**power * rate[step]**power`` (rate 1 for the last ``step``) and belongs to place
    ``place`` of the sparse matrix, whose entries are sums.
    """

    factor: Array
    power_of_unit: Indices
    step: Indices
    power_of_rate: Indices
    place: Indices
    matrix: Any  # of the right shape, its entries to be filled in
    right: Array
    cost: Array
    cones: Sequence[Any]

    def filled(self, rates: Sequence[float], unit: float) -> Any:
        """The matrix for these rates, gradients and values in units of ``unit``."""
        sizes = np.array([*rates, 1.0])[self.step] ** self.power_of_rate
        entries = self.factor * unit**self.power_of_unit * sizes
        self.matrix.data = np.bincount(self.place, weights=entries, minlength=len(self.matrix.data))
        return self.matrix


def _relaxed(rates: Sequence[float], width: int, guess: float) -> tuple[float, str]:
    """The largest f_N under the inequalities within the band, and the solver's status."""
    pattern, unit = _pattern(len(rates), width), 2 * guess
    matrix = pattern.filled(rates, unit)
    found = conic(pattern.cost, matrix, pattern.right, pattern.cones, settings(TOLERANCE))
    usable = str(found.status) in ("Solved", "AlmostSolved")
    return (-found.obj_val * unit if usable else math.inf), str(found.status)


Term = tuple[int, float, int, int, int]  # a variable; factor, power of the unit, step and power of its rate


@dataclass
class _Program:
    """Rows of terms, collected."""

    steps: int
    width: int
    terms: list[Term] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    height: int = 0

    def add(self, *terms: Term, times: float = 1.0) -> None:
        """One more row."""
        for variable, c, *rest in terms:
            self.terms.append((variable, times * c, *rest))  # type: ignore[arg-type]
            self.rows.append(self.height)
        self.height += 1

    def term(self, variable: int, c: float, unit: int = 0, step: int | None = None, power: int = 1) -> Term:
        """``c unit^unit rate_step^power`` times the variable."""
        return (variable, c, unit, self.steps, 0) if step is None else (variable, c, unit, step, power)

    def Y(self, t: int) -> int:
        return t

    def P(self, t: int) -> int:
        return self.steps + 1 + t

    def Q(self, s: int, t: int) -> int:
        """Diagonal by diagonal of the band."""
        k = abs(s - t)
        return (2 + k) * (self.steps + 1) - k * (k - 1) // 2 + min(s, t)

    def f(self, t: int) -> int:
        return self.Q(self.steps - self.width, self.steps) + 1 + t

    def gradient_at(self, s: int, t: int) -> list[Term]:
        """<y_s, g_t> for s <= t <= s + width."""
        return [self.term(self.P(t), 1.0), *(self.term(self.Q(m, t), 1.0, 1, m) for m in range(s, t))]

    def way(self, i: int, j: int) -> list[Term]:
        """<g_j, x_i - x_j>."""
        sign, between = (1.0, range(i, j)) if i < j else (-1.0, range(j, i))
        return [self.term(self.Q(m, j), sign, 1, m) for m in between]


@lru_cache(maxsize=64)
def _pattern(steps: int, width: int) -> _Pattern:
    """Recursion of Y, inequalities within the band, |x_0 - x*|^2 <= 1, and the blocks along the band."""
    program = _Program(steps, width)
    term, Y, P, Q = program.term, program.Y, program.P, program.Q
    for t in range(steps):
        program.add(term(Y(t + 1), 1.0), term(Y(t), -1.0), term(P(t), 2.0, 1, t), term(Q(t, t), -1.0, 2, t, 2))
    for t in range(steps + 1):
        _inequalities(program, t)
    program.add(term(Y(0), 1.0))
    cones = [clarabel.ZeroConeT(steps), clarabel.NonnegativeConeT(program.height - steps)]
    right = np.zeros(program.height)
    right[-1] = 1.0
    cones += [clarabel.PSDTriangleConeT(_block(program, t)) for t in range(max(1, steps + 1 - width))]
    cost = np.zeros(program.f(steps) + 1)
    cost[program.f(steps)] = -1.0
    variables, factor, unit, step, power = (np.array(column) for column in zip(*program.terms, strict=True))
    keys, place = np.unique(variables * program.height + np.array(program.rows), return_inverse=True)
    starts = np.searchsorted(keys, np.arange(len(cost) + 1) * program.height)
    empty = np.zeros(len(keys)), keys % program.height, starts
    matrix = sparse.csc_matrix(empty, shape=(program.height, len(cost)))
    right = np.concatenate([right, np.zeros(program.height - len(right))])
    return _Pattern(factor, unit, step, power, place, matrix, right, cost, cones)


def _inequalities(program: _Program, i: int) -> None:
    """Those between the sample i and its neighbours, and x*, as rows <= 0."""
    term, f, P, Q = program.term, program.f, program.P, program.Q
    for j in range(max(0, i - program.width), min(program.steps, i + program.width) + 1):
        if i != j:
            bend = term(Q(i, i), 0.5, 1), term(Q(j, j), 0.5, 1), term(Q(i, j), -1.0, 1)
            program.add(term(f(i), -1.0), term(f(j), 1.0), *program.way(i, j), *bend)
    program.add(term(f(i), -1.0), term(Q(i, i), 0.5, 1))
    program.add(term(f(i), 1.0), term(P(i), -1.0), term(Q(i, i), 0.5, 1))


def _block(program: _Program, t: int) -> int:
    """The Gram matrix of y_t, g_t, ..., g_{t + width} as rows of a packed triangle; its size."""
    last = min(t + program.width, program.steps)
    for column in range(-1, last - t + 1):
        for row in range(-1, column + 1):
            weight = -1.0 if row == column else -math.sqrt(2)
            if column < 0:
                program.add(program.term(program.Y(t), weight))
            elif row < 0:
                program.add(*program.gradient_at(t, t + column), times=weight)
            else:
                program.add(program.term(program.Q(t + row, t + column), weight))
    return last - t + 2
