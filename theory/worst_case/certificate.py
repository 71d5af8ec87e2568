"""Exact certificates of worst cases: an upper bound by multipliers, a lower bound by numbers that some function has.

Upper bound.  With multipliers >= 0 on the inequalities of a problem,

    bound - objective = sum of multiplier * inequality + <S, G>

is an identity in the function values and in the Gram matrix G, with a symmetric matrix S; if S is positive
semidefinite, the objective cannot exceed the bound.  Only the multipliers are given: S is computed from them here.

Lower bound.  A positive definite Gram matrix and values that satisfy all inequalities, the answers strictly, belong to
a function of the class (the interpolation theorem, see ``problem.py``), on which the objective is what it is.

Everything is rational and exact, with python-flint's matrices over Q; nothing is believed of whoever proposed the
numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import fmpq, fmpq_mat

from theory.worst_case.problem import Component, Problem
from theory.worst_case.unknown import ZERO

Multipliers = Mapping[tuple[int, int], Fraction]  # of the inequality between the samples i and j


class UncertifiedError(ValueError):
    """The numbers do not certify what they are brought for."""


@dataclass(frozen=True)
class Upper:
    """Multipliers of the components' inequalities, pair by pair, and of the conditions."""

    bound: Fraction
    pairs: tuple[Multipliers, ...]
    conditions: tuple[Fraction, ...]


@dataclass(frozen=True)
class Lower:
    """A Gram matrix, row by row, and function values."""

    gram: tuple[tuple[Fraction, ...], ...]
    values: tuple[Fraction, ...]


def rational(q: Fraction) -> fmpq:
    """The number for flint."""
    return fmpq(q.numerator, q.denominator)


def check_upper(problem: Problem, proposed: Upper) -> None:
    """Return if no function of the class exceeds the bound; raise ``UncertifiedError`` with the reason otherwise."""
    slack_matrix(problem, proposed, check=True)


def slack_matrix(problem: Problem, proposed: Upper, *, check: bool) -> fmpq_mat:
    """The matrix S of the identity; with ``check``, after everything that makes it a proof was held against it."""
    _check_shape(problem, proposed)
    S = fmpq_mat(problem.dimension, problem.dimension)
    for component, multipliers in zip(problem.components, proposed.pairs, strict=True):
        S += interpolation_gram(component, multipliers, problem.dimension)
    constant = proposed.bound - problem.constant
    for condition, c in zip(problem.conditions, proposed.conditions, strict=True):
        for (u, v), entry in condition.gram:
            half = rational(c * entry / 2)
            S[u, v] -= half
            S[v, u] -= half
        constant -= c * condition.constant
    if check:
        if left := [f"{c} f_{k}" for k, c in balance_of(problem, proposed.pairs, proposed.conditions).items() if c]:
            raise UncertifiedError(f"the function values do not cancel: {left[0]} is left.")
        if constant < 0:
            raise UncertifiedError(f"the constants leave {constant}: the bound is too small for these multipliers.")
        if not positive_semidefinite(S):
            raise UncertifiedError("the slack matrix is not positive semidefinite.")
    return S


def _check_shape(problem: Problem, proposed: Upper) -> None:
    """Every multiplier is a fraction, not negative, and belongs to an inequality."""
    if len(proposed.pairs) != len(problem.components) or len(proposed.conditions) != len(problem.conditions):
        raise UncertifiedError("one multiplier for every inequality is needed.")
    for component, multipliers in zip(problem.components, proposed.pairs, strict=True):
        samples = len(component.samples)
        for pair in multipliers:
            if any(type(k) is not int or not 0 <= k < samples for k in pair):
                raise UncertifiedError(f"there is no pair {pair}: the samples are 0 to {samples - 1}.")
        _nonnegative(multipliers.values())
    _nonnegative(proposed.conditions)
    if type(proposed.bound) is not Fraction:
        raise UncertifiedError(f"the bound {proposed.bound!r} is no Fraction.")


def balance_of(problem: Problem, pairs: Sequence[Multipliers], conditions: Sequence[Fraction]) -> dict[int, Fraction]:
    """What is left of every function value in ``objective + sum of multiplier * inequality``."""
    balance = dict(problem.objective)
    for condition, c in zip(problem.conditions, conditions, strict=True):
        for k, a in condition.values:
            balance[k] = balance.get(k, ZERO) + c * a
    for component, multipliers in zip(problem.components, pairs, strict=False):
        for (i, j), c in multipliers.items():
            for value, signed in ((component.samples[i].value, c), (component.samples[j].value, -c)):
                if value is not None:
                    balance[value] = balance.get(value, ZERO) + signed
    return balance


def interpolation_gram(component: Component, multipliers: Multipliers, dimension: int) -> fmpq_mat:
    """Minus the Gram part of the sum of multiplier * inequality, as a symmetric matrix."""
    samples = component.samples
    m = len(samples)
    X, G = (_rows([getattr(s, name).coords for s in samples], dimension) for name in ("position", "gradient"))
    weights, laplacian = fmpq_mat(m, m), fmpq_mat(m, m)
    for (i, j), c in multipliers.items():
        q = rational(c)
        weights[j, i] += q
        weights[j, j] -= q
        laplacian[i, i] += q
        laplacian[j, j] += q
        laplacian[i, j] -= q
        laplacian[j, i] -= q
    of_g, of_x, mixed = map(rational, component.weights)
    transposed = G.transpose()
    cross = transposed * (weights * X) + mixed * (transposed * (laplacian * X))
    total = cross + cross.transpose()
    total = total * fmpq(1, 2) + of_g * (transposed * (laplacian * G))
    return total + of_x * (X.transpose() * (laplacian * X)) if of_x else total


def check_lower(problem: Problem, proposed: Lower) -> Fraction:
    """The objective at these numbers, if they satisfy everything, the conditions strictly; raise otherwise."""
    gram, values = proposed.gram, proposed.values
    if [len(row) for row in gram] != [problem.dimension] * problem.dimension or len(values) != problem.values:
        raise UncertifiedError("a Gram entry for every pair of vectors and a number for every value are needed.")
    matrix = _rows(gram, problem.dimension)
    if matrix != matrix.transpose() or not positive_definite(matrix):
        raise UncertifiedError("the Gram matrix is not symmetric and positive definite.")
    for condition in problem.conditions:
        left = condition.constant + sum((a * values[k] for k, a in condition.values), ZERO)
        left += sum((c * gram[a][b] for (a, b), c in condition.gram), ZERO)
        if left <= 0:
            raise UncertifiedError(f"{condition.name} fails: {left} is not positive.")
    for component in problem.components:
        _check_samples(component, matrix, values, problem.dimension)
    return problem.constant + sum((a * values[k] for k, a in problem.objective), ZERO)


def _check_samples(component: Component, matrix: fmpq_mat, values: Sequence[Fraction], dimension: int) -> None:
    samples = component.samples
    X, G = (_rows([getattr(s, name).coords for s in samples], dimension) for name in ("position", "gradient"))
    xx, xg, gg = (_table(u * matrix * v.transpose()) for u, v in ((X, X), (X, G), (G, G)))
    f = [ZERO if s.value is None else values[s.value] for s in samples]
    of_g, of_x, mixed = component.weights
    for i in range(len(samples)):
        for j in range(len(samples)):
            slope = xg[i][j] - xg[j][j]
            bend = of_g * (gg[i][i] - 2 * gg[i][j] + gg[j][j]) + of_x * (xx[i][i] - 2 * xx[i][j] + xx[j][j])
            bend += mixed * (xg[i][i] - xg[i][j] - xg[j][i] + xg[j][j])
            if f[i] - f[j] - slope - bend < 0:
                raise UncertifiedError(f"the samples {i} and {j} belong to no function of the class.")


def positive_semidefinite(S: fmpq_mat) -> bool:
    """Whether a symmetric rational matrix is, by exact elimination: a zero pivot needs a zero row."""
    return _pivots(S, semidefinite=True) is not None


def positive_definite(S: fmpq_mat) -> bool:
    """Whether a symmetric rational matrix is, by exact elimination."""
    return _pivots(S, semidefinite=False) is not None


def _pivots(S: fmpq_mat, *, semidefinite: bool) -> list[fmpq] | None:
    """The pivots of S = L D L^T, or None if one has the wrong sign."""
    rows = [[S[i, j] for j in range(S.ncols())] for i in range(S.nrows())]
    pivots = []
    while rows:
        first, *others = rows
        pivot = first[0]
        if pivot < 0 or (pivot == 0 and (not semidefinite or any(first))):
            return None
        pivots.append(pivot)
        rows = (
            [[a - row[0] * b / pivot for a, b in zip(row[1:], first[1:], strict=True)] for row in others]
            if pivot
            else [row[1:] for row in others]
        )
    return pivots


def factors(S: fmpq_mat) -> list[tuple[Fraction, list[Fraction]]]:
    """d_k and l_k with S = sum_k d_k l_k l_k^T, for a positive semidefinite S."""
    n = S.nrows()
    rows = [[S[i, j] for j in range(n)] for i in range(n)]
    found = []
    for k in range(n):
        pivot = rows[k][k]
        if pivot:
            column = [rows[i][k] / pivot if i >= k else fmpq(0) for i in range(n)]
            found.append((_fraction(pivot), [_fraction(c) for c in column]))
            for i in range(k + 1, n):
                for j in range(k + 1, n):
                    rows[i][j] -= pivot * column[i] * column[j]
    return found


def _rows(rows: Sequence[Sequence[Fraction]], width: int) -> fmpq_mat:
    matrix = fmpq_mat(len(rows), width)
    for i, row in enumerate(rows):
        for j, c in enumerate(row):
            matrix[i, j] = rational(c)
    return matrix


def _table(matrix: fmpq_mat) -> list[list[Fraction]]:
    return [[_fraction(matrix[i, j]) for j in range(matrix.ncols())] for i in range(matrix.nrows())]


def _fraction(q: fmpq) -> Fraction:
    return Fraction(int(q.p), int(q.q))


def _nonnegative(numbers: Iterable[Fraction]) -> None:
    for c in numbers:
        if type(c) is not Fraction:
            raise UncertifiedError(f"the multiplier {c!r} is no Fraction.")
        if c < 0:
            raise UncertifiedError(f"the multiplier {c} is negative.")
