"""The worst function in floats: its vectors, and its value anywhere by a quadratic program."""

from __future__ import annotations

from dataclasses import dataclass

import clarabel
import numpy as np
from scipy import sparse

from theory.worst_case.certificate import Lower
from theory.worst_case.problem import Problem
from verification.worst_case.assembly import Array
from verification.worst_case.solver import settings


@dataclass(frozen=True)
class WorstFunction:
    """The envelope of ``theory/worst_case/envelope.py`` on R^n, x* = 0; samples a row each."""

    positions: Array  # (samples, n)
    gradients: Array  # (samples, n)
    values: Array  # (samples,)
    smoothness: float

    @property
    def start(self) -> Array:
        """x_0."""
        return np.asarray(self.positions[1])

    def __call__(self, x: Array) -> tuple[float, Array]:
        """f(x) and its gradient: the best weights by a quadratic program, to about 1e-9."""
        squares = np.einsum("ij,ij->i", self.gradients, self.gradients)
        affine = self.values + squares / (2 * self.smoothness)
        affine += np.einsum("ij,ij->i", self.gradients, x - self.positions)
        quadratic = sparse.triu(sparse.csc_matrix(self.gradients @ self.gradients.T / self.smoothness), format="csc")
        n = len(affine)
        rows = sparse.csc_matrix(np.vstack([np.ones((1, n)), -np.eye(n)]))
        right = np.concatenate([[1.0], np.zeros(n)])
        cones = [clarabel.ZeroConeT(1), clarabel.NonnegativeConeT(n)]
        found = clarabel.DefaultSolver(quadratic, -affine, rows, right, cones, settings(1e-12)).solve()
        return -found.obj_val, np.asarray(np.array(found.x) @ self.gradients)


def worst_function(problem: Problem, numbers: Lower) -> WorstFunction:
    """The function that a lower bound consists of, in coordinates: basis vectors with that Gram matrix."""
    basis = np.linalg.cholesky(np.array([[float(c) for c in row] for row in numbers.gram]))
    (component,) = problem.components
    n = problem.dimension

    def rows(name: str) -> Array:
        coords = np.zeros((len(component.samples), n))
        for k, sample in enumerate(component.samples):
            point = getattr(sample, name).coords
            coords[k, : len(point)] = [float(c) for c in point]
        return np.asarray(coords @ basis)

    values = np.array([0.0 if s.value is None else float(numbers.values[s.value]) for s in component.samples])
    return WorstFunction(rows("position"), rows("gradient"), values, float(component.smoothness))
