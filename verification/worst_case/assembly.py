"""A worst-case problem as arrays of floats, scaled: one row for every inequality, over Gram entries and values.

A symmetric n x n matrix is packed as its upper triangle, column by column, off-diagonal entries times sqrt(2): the
inner product of two matrices is that of their packed forms.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from theory.worst_case.chain import Chain
from theory.worst_case.problem import Component, Problem

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Rows:
    """Maximise ``objective @ f``, given ``gram @ packed(G) + values @ f + constant >= 0``, G positive semidefinite.

    The unknowns are the problem's in units of their own: basis vector k is ``basis[k]`` times the scaled one, value k
    is ``unit[k]`` times the scaled one; row k is the inequality divided by ``norm[k]``, the objective is divided by
    ``size``.  ``pairs`` names the components' inequalities, (component, i, j), in the order of the first rows.
    """

    gram: Array  # (rows, n (n + 1) / 2)
    values: Array  # (rows, values)
    constant: Array  # (rows,)
    objective: Array  # (values,)
    basis: Array  # (n,)
    unit: Array  # (values,)
    norm: Array  # (rows,)
    size: float
    pairs: tuple[tuple[int, int, int], ...]

    @property
    def dimension(self) -> int:
        """n."""
        return len(self.basis)


def assemble(problem: Problem, known: Chain | None = None) -> Rows:
    """The arrays of the problem; with the sizes that a chain bound gives, everything is at most about 1."""
    matrices = [_matrices(component, problem.dimension) for component in problem.components]
    basis, unit = _scales(problem, matrices, known)
    blocks, pairs = [], []
    for c, ((X, G, of_value), component) in enumerate(zip(matrices, problem.components, strict=True)):
        i, j = np.nonzero(~np.eye(len(X), dtype=bool))
        blocks.append(_interpolation(X * basis, G * basis, of_value, component, i, j, problem.values))
        pairs += [(c, int(a), int(b)) for a, b in zip(i, j, strict=True)]
    extra = [_condition(problem, k, basis) for k in range(len(problem.conditions))]
    gram = np.vstack([*(block[0] for block in blocks), *(row[0] for row in extra)])
    values = np.vstack([*(block[1] for block in blocks), *(row[1] for row in extra)]) * unit
    constant = np.concatenate([np.zeros(len(pairs)), [float(c.constant) for c in problem.conditions]])
    norm = np.maximum(np.abs(gram).max(axis=1), np.abs(constant))
    norm = np.maximum(norm, np.abs(values).max(axis=1, initial=0.0))
    objective = np.zeros(problem.values)
    for k, a in problem.objective:
        objective[k] = float(a) * unit[k]
    size = float(np.abs(objective).max())
    scaled = (gram / norm[:, None], values / norm[:, None], constant / norm, objective / size)
    return Rows(*scaled, basis, unit, norm, size, tuple(pairs))


def _matrices(component: Component, n: int) -> tuple[Array, Array, Indices]:
    """Positions and gradients, a row a sample, and the indices of their values; -1 stands for f(x*) = 0."""
    X, G = np.zeros((len(component.samples), n)), np.zeros((len(component.samples), n))
    for k, sample in enumerate(component.samples):
        X[k, : len(sample.position.coords)] = [float(c) for c in sample.position.coords]
        G[k, : len(sample.gradient.coords)] = [float(c) for c in sample.gradient.coords]
    return X, G, np.array([-1 if s.value is None else s.value for s in component.samples])


def _scales(problem: Problem, matrices: list[tuple[Array, Array, Indices]], known: Chain | None) -> tuple[Array, Array]:
    """Sizes of the basis vectors and of the values: |g|^2 <= 2 L f, where a bound of f is known; else 1."""
    basis, unit = np.ones(problem.dimension), np.ones(problem.values)
    if known is None:
        return basis, unit
    smoothness = float(problem.components[0].smoothness)
    for k, most in known.bounds.items():
        unit[k] = float(most)
    for _, G, of_value in matrices:
        for row, k in zip(G, of_value, strict=True):
            if k >= 0:
                basis[np.nonzero(row)[0]] = np.sqrt(2 * smoothness * unit[k])
    return basis, unit


def _interpolation(
    X: Array, G: Array, of_value: Indices, component: Component, i: Any, j: Any, values: int
) -> tuple[Array, Array]:
    of_g, of_x, mixed = map(float, component.weights)
    dx, dg = X[i] - X[j], G[i] - G[j]
    gram = -_packed_products(G[j], dx) - of_g * _packed_products(dg, dg)
    if of_x:
        gram -= of_x * _packed_products(dx, dx) + mixed * _packed_products(dg, dx)
    of_f = np.zeros((len(i), values + 1))  # the last column is that of f(x*)
    rows = np.arange(len(i))
    of_f[rows, of_value[i]] += 1
    of_f[rows, of_value[j]] -= 1
    return gram, of_f[:, :-1]


def _condition(problem: Problem, k: int, basis: Array) -> tuple[Array, Array]:
    condition = problem.conditions[k]
    matrix, values = np.zeros((len(basis), len(basis))), np.zeros(problem.values)
    for (a, b), c in condition.gram:
        matrix[a, b] = matrix[b, a] = float(c) * basis[a] * basis[b] / (1 if a == b else 2)
    for v, c in condition.values:
        values[v] = float(c)
    return packed(matrix), values


@cache
def triangle(n: int) -> tuple[Indices, Indices, Array]:
    """Rows and columns of the upper triangle, column by column, and the weights of the packed form."""
    column, row = np.tril_indices(n)
    return row, column, np.where(row == column, 1.0, np.sqrt(2.0))


def packed(matrix: Array) -> Array:
    """The packed form of a symmetric matrix."""
    row, column, weight = triangle(len(matrix))
    return np.asarray(matrix[row, column] * weight)


def unpacked(vector: Array, n: int) -> Array:
    """The symmetric matrix of a packed form."""
    row, column, weight = triangle(n)
    matrix = np.zeros((n, n))
    matrix[row, column] = matrix[column, row] = vector / weight
    return matrix


def _packed_products(U: Array, V: Array) -> Array:
    """The packed forms of (u v^T + v u^T)/2 for the rows u of U and v of V."""
    row, column, weight = triangle(U.shape[1])
    return np.asarray((U[:, row] * V[:, column] + V[:, row] * U[:, column]) * (weight / 2))
