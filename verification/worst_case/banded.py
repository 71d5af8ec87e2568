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
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import clarabel
import numpy as np
from scipy import sparse

from greedylr.checks import check_number
from verification.worst_case.solver import conic, settings

WIDTHS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
Term = tuple[int, float]  # a variable and its coefficient


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


@dataclass
class _Program:
    """Rows ``terms @ variables <= or = or PSD right``, collected."""

    rows: list[int] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)
    entries: list[float] = field(default_factory=list)
    height: int = 0

    def add(self, terms: Iterable[Term], times: float = 1.0) -> None:
        """One more row."""
        for variable, c in terms:
            self.rows.append(self.height)
            self.columns.append(variable)
            self.entries.append(times * c)
        self.height += 1


@dataclass(frozen=True)
class _Band:
    """The variables Y_t, P_t, Q_{s,t}, f_t; gradients and values are in units of ``unit``."""

    rates: Sequence[float]
    width: int
    unit: float

    @property
    def samples(self) -> int:
        """N + 1."""
        return len(self.rates) + 1

    def Y(self, t: int) -> int:
        return t

    def P(self, t: int) -> int:
        return self.samples + t

    def Q(self, s: int, t: int) -> int:
        """Diagonal by diagonal of the band."""
        k = abs(s - t)
        return (2 + k) * self.samples - k * (k - 1) // 2 + min(s, t)

    def f(self, t: int) -> int:
        return self.Q(self.samples - self.width - 1, self.samples - 1) + 1 + t

    def gradient_at(self, s: int, t: int) -> list[Term]:
        """<y_s, g_t> for s <= t <= s + width, in units of ``unit``."""
        return [(self.P(t), 1.0), *((self.Q(m, t), self.rates[m] * self.unit) for m in range(s, t))]

    def way(self, i: int, j: int) -> list[Term]:
        """<g_j, x_i - x_j>."""
        sign, steps = (1.0, range(i, j)) if i < j else (-1.0, range(j, i))
        return [(self.Q(m, j), sign * self.rates[m] * self.unit) for m in steps]


def _relaxed(rates: Sequence[float], width: int, guess: float) -> tuple[float, str]:
    """The largest f_N under the inequalities within the band, and the solver's status."""
    band, program = _Band(rates, width, 2 * guess), _Program()
    for t, rate in enumerate(rates):
        step = rate * band.unit
        program.add([(band.Y(t + 1), 1.0), (band.Y(t), -1.0), (band.P(t), 2 * step), (band.Q(t, t), -step * step)])
    for t in range(band.samples):
        _inequalities(band, program, t)
    program.add([(band.Y(0), 1.0)])
    equations, inequalities = len(rates), program.height - len(rates)
    right = np.zeros(program.height)
    right[-1] = 1.0
    cones = [clarabel.ZeroConeT(equations), clarabel.NonnegativeConeT(inequalities)]
    for t in range(max(1, band.samples - width)):
        cones.append(clarabel.PSDTriangleConeT(_block(band, program, t)))
    size = band.f(band.samples)
    matrix = sparse.csc_matrix((program.entries, (program.rows, program.columns)), shape=(program.height, size))
    cost = np.zeros(size)
    cost[band.f(len(rates))] = -1.0
    found = conic(cost, matrix, np.concatenate([right, np.zeros(program.height - len(right))]), cones, settings(1e-9))
    usable = str(found.status) in ("Solved", "AlmostSolved")
    return (-found.obj_val * band.unit if usable else math.inf), str(found.status)


def _inequalities(band: _Band, program: _Program, i: int) -> None:
    """Those between the sample i and its neighbours, and x*, as rows <= 0."""
    half = band.unit / 2
    for j in range(max(0, i - band.width), min(band.samples, i + band.width + 1)):
        if i != j:
            bend = [(band.Q(i, i), half), (band.Q(j, j), half), (band.Q(i, j), -2 * half)]
            program.add([(band.f(i), -1.0), (band.f(j), 1.0), *band.way(i, j), *bend])
    program.add([(band.f(i), -1.0), (band.Q(i, i), half)])
    program.add([(band.f(i), 1.0), (band.P(i), -1.0), (band.Q(i, i), half)])


def _block(band: _Band, program: _Program, t: int) -> int:
    """The Gram matrix of y_t, g_t, ..., g_{t + width} as rows of a packed triangle; its size."""
    last = min(t + band.width, band.samples - 1)
    for column in range(-1, last - t + 1):
        for row in range(-1, column + 1):
            weight = -1.0 if row == column else -math.sqrt(2)
            if column < 0:
                program.add([(band.Y(t), 1.0)], weight)
            elif row < 0:
                program.add(band.gradient_at(t, t + column), weight)
            else:
                program.add([(band.Q(t + row, t + column), 1.0)], weight)
    return last - t + 2
