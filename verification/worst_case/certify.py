"""From a solver's value to exact certificates: re-centred solutions, rounded, repaired exactly, and checked exactly.

At the optimum multipliers and slack matrix lie on the border of their cones, where rounding leaves them.  A second
program looks for the point deepest inside, for a bound a little above the value: everything there can be rounded to
dyadic numbers; then the function values, which must cancel exactly, are made to by moving what is left over into the
inequalities between each sample and x*.  ``theory/worst_case/certificate.py`` has the last word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import clarabel
import numpy as np
import numpy.typing as npt
from scipy import optimize, sparse

from theory.worst_case.certificate import Lower, UncertifiedError, Upper, balance_of, check_lower, check_upper
from theory.worst_case.problem import LEAST, Problem
from theory.worst_case.unknown import ZERO
from verification.worst_case.assembly import Array, Rows, packed, unpacked
from verification.worst_case.solver import conic, settings

Pair = tuple[int, int]
BoolArray = npt.NDArray[np.bool_]
BITS = (16, 24, 36, 48)  # of the mantissa of a rounded number, tried in turn: short certificates check faster
TOLERANCE = 1e-10


def upper(problem: Problem, rows: Rows, bound: Fraction) -> Upper:
    """A checked certificate that the objective is at most ``bound``; raises ``UncertifiedError`` if none was found."""
    used = np.ones(len(rows.norm), dtype=bool)
    used[len(rows.pairs) :] = ~_idle(problem)
    found = np.zeros(len(used))
    found[used] = _centred_multipliers(_only(rows, used), float((bound - problem.constant) / Fraction(rows.size)))
    multipliers = np.maximum(found, 0.0) * rows.size / rows.norm
    for bits in BITS:
        proposed = _balanced(problem, rows, bound, [_dyadic(x, bits) for x in multipliers])
        try:
            check_upper(problem, proposed)
        except UncertifiedError:
            if bits == BITS[-1]:
                raise
        else:
            break
    return proposed


def _centred_multipliers(rows: Rows, bound: float) -> Array:
    """Multipliers of the rows for that bound; the least of them, and of the slack matrix's eigenvalues, is largest."""
    (m, d), k = rows.gram.shape, rows.values.shape[1]
    identity = packed(np.eye(rows.dimension))
    equations = np.hstack([rows.values.T, np.zeros((k, 1))])
    constants = np.concatenate([rows.constant, [0.0]])
    margins = np.hstack([-np.eye(m), np.ones((m, 1))])
    slack = np.hstack([rows.gram.T, identity[:, None]])
    matrix = sparse.vstack([sparse.csr_matrix(b) for b in (equations, constants[None], margins, slack)])
    right = np.concatenate([-rows.objective, [bound], np.zeros(m + d)])
    cost = np.zeros(m + 1)
    cost[m] = -1.0
    cones = [clarabel.ZeroConeT(k + 1), clarabel.NonnegativeConeT(m), clarabel.PSDTriangleConeT(rows.dimension)]
    found = conic(cost, matrix, right, cones, settings(TOLERANCE))
    x = np.array(found.x)
    if not np.all(np.isfinite(x)) or x[m] <= 0:
        raise UncertifiedError(f"no multipliers inside the cones were found for this bound ({found.status}).")
    return x[:m]


def _balanced(problem: Problem, rows: Rows, bound: Fraction, multipliers: Sequence[Fraction]) -> Upper:
    """The multipliers, repaired so that function values and constants cancel exactly."""
    pairs: list[dict[Pair, Fraction]] = [{} for _ in problem.components]
    for (c, i, j), x in zip(rows.pairs, multipliers, strict=False):
        pairs[c][i, j] = x
    conditions = _between(problem, multipliers[len(rows.pairs) :])
    _least(problem, conditions)
    cancel(problem, pairs, conditions)
    spent = sum((x * c.constant for x, c in zip(conditions, problem.conditions, strict=True)), ZERO)
    scale = next(k for k, c in enumerate(problem.conditions) if c.constant == 1 and not c.values)
    conditions[scale] += bound - problem.constant - spent
    return Upper(bound, tuple(pairs), tuple(conditions))


def cancel(problem: Problem, pairs: Sequence[dict[Pair, Fraction]], conditions: Sequence[Fraction]) -> None:
    """Make the function values cancel: what is left of each goes into the inequalities between its sample and x*."""
    balance = balance_of(problem, pairs, conditions)
    for multipliers, component in zip(pairs, problem.components, strict=True):
        minimum = component.samples[0].value
        for s, sample in enumerate(component.samples[1:], 1):
            if sample.value is not None and (left := balance.get(sample.value, ZERO)):
                pair = (0, s) if left > 0 else (s, 0)
                multipliers[pair] = multipliers.get(pair, ZERO) + abs(left)
                if minimum is not None:
                    balance[minimum] = balance.get(minimum, ZERO) + left


def _sums(problem: Problem) -> list[list[Fraction]]:
    """What a constant that is added to a component does to the conditions, for each with an unknown value at x*.

    The inequalities of the component do not see it, and neither does the objective.
    """
    sums = []
    for component in problem.components:
        if component.samples[0].value is not None:
            own = {s.value for s in component.samples}
            sums.append([sum((a for k, a in c.values if k in own), ZERO) for c in problem.conditions])
    return sums


def _idle(problem: Problem) -> BoolArray:
    """The conditions that constants added to the components make as slack as one likes: their multipliers are 0.

    Among all constants d with A^T d >= 0 one makes all of these entries at least 1; a linear program finds it.
    """
    A = np.array([[float(a) for a in row] for row in _sums(problem)]).reshape(-1, len(problem.conditions))
    if not A.any():
        return np.zeros(len(problem.conditions), dtype=bool)
    n, m = A.shape
    cost = np.concatenate([np.zeros(n), -np.ones(m)])
    box = [(None, None)] * n + [(0, 1)] * m
    found = optimize.linprog(cost, A_ub=np.hstack([-A.T, np.eye(m)]), b_ub=np.zeros(m), bounds=box)
    return np.asarray(found.x[n:] > 0.5)


def _only(rows: Rows, used: BoolArray) -> Rows:
    arrays = {name: getattr(rows, name)[used] for name in ("gram", "values", "constant", "norm")}
    return replace(rows, **arrays)


def _between(problem: Problem, conditions: Sequence[Fraction]) -> list[Fraction]:
    """The conditions' multipliers c, repaired so that what answers say of constants added to components cancels.

    For a row a of ``_sums``, c_k (1 - a_k <a, c>/sum_j c_j a_j^2) is orthogonal to a; the rows are first made
    orthogonal in that weighted product, so that each repair leaves the others alone.
    """
    moved, rows = list(conditions), list[list[Fraction]]()
    for sums in _sums(problem):
        row = sums
        for other in rows:
            share = _weighted(row, other, conditions) / _weighted(other, other, conditions)
            row = [a - share * b for a, b in zip(row, other, strict=True)]
        if size := _weighted(row, row, conditions):
            rows.append(row)
            share = sum((a * c for a, c in zip(row, conditions, strict=True)), ZERO) / size
            moved = [m - share * a * c for m, a, c in zip(moved, row, conditions, strict=True)]
    return moved


def _weighted(u: Sequence[Fraction], v: Sequence[Fraction], weights: Sequence[Fraction]) -> Fraction:
    return sum((a * b * c for a, b, c in zip(u, v, weights, strict=True)), ZERO)


def _least(problem: Problem, conditions: list[Fraction]) -> None:
    """Where the objective is the least of the losses its conditions alone carry it: their multipliers add up to 1."""
    balance = balance_of(problem, (), conditions)
    for k, _ in problem.objective:
        own = [n for n, c in enumerate(problem.conditions) if c.name == LEAST and dict(c.values).get(k) == -1]
        if own:
            conditions[max(own, key=lambda n: conditions[n])] += balance[k]


def lower(problem: Problem, rows: Rows, value: float) -> tuple[Lower, Fraction]:
    """Numbers that some function of the class has, checked, with an objective of about ``value`` (in units of rows)."""
    gram, values = _centred_numbers(rows, value)
    n = rows.dimension
    exact = [[_dyadic(x) for x in row] for row in gram * np.outer(rows.basis, rows.basis)]
    symmetric = tuple(tuple(exact[min(a, b)][max(a, b)] for b in range(n)) for a in range(n))
    proposed = Lower(symmetric, tuple(_dyadic(x) for x in values * rows.unit))
    return proposed, check_lower(problem, proposed)


def _centred_numbers(rows: Rows, value: float) -> tuple[Array, Array]:
    """A Gram matrix and values with that objective, as far inside all inequalities as possible."""
    (m, d), k = rows.gram.shape, rows.values.shape[1]
    identity = packed(np.eye(rows.dimension))
    equation = np.concatenate([np.zeros(d), rows.objective, [0.0]])
    inequalities = np.hstack([-rows.gram, -rows.values, np.ones((m, 1))])
    matrix = np.hstack([-np.eye(d), np.zeros((d, k)), identity[:, None]])
    right = np.concatenate([[value], rows.constant, np.zeros(d)])
    cost = np.zeros(d + k + 1)
    cost[-1] = -1.0
    cones = [clarabel.ZeroConeT(1), clarabel.NonnegativeConeT(m), clarabel.PSDTriangleConeT(rows.dimension)]
    stacked = sparse.vstack([sparse.csr_matrix(b) for b in (equation[None], inequalities, matrix)])
    found = conic(cost, stacked, right, cones, settings(TOLERANCE))
    x = np.array(found.x)
    if not np.all(np.isfinite(x)) or x[-1] <= 0:
        raise UncertifiedError(f"no numbers inside the conditions were found for this value ({found.status}).")
    return unpacked(x[:d], rows.dimension), x[d : d + k]


def _dyadic(x: float, bits: int = BITS[-1]) -> Fraction:
    """The number with so many bits."""
    if not x:
        return ZERO
    exponent = int(np.floor(np.log2(abs(x)))) + 1 - bits
    return Fraction(round(x / 2.0**exponent)) * Fraction(2) ** exponent
