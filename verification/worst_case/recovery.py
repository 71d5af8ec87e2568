"""The worst function run: the real rule on the explicit function that a lower bound consists of."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from theory.worst_case.certificate import Lower, UncertifiedError
from theory.worst_case.envelope import Envelope
from theory.worst_case.greedy import GreedyDescent
from theory.worst_case.problem import Problem
from theory.worst_case.unknown import Point
from verification.worst_case.assembly import Array

START = Point((Fraction(1),))


def replay(method: GreedyDescent, problem: Problem, numbers: Lower) -> Fraction:
    """The measure that the method attains on the envelope from |x_0 - x*| <= 1: the same code, in exact numbers."""
    f = Envelope(problem, numbers)
    if f.inner(START, START) > 1:
        raise UncertifiedError("the start lies further than 1 from the minimiser.")
    return Fraction(method.measured(f, START))


def vectors(numbers: Lower) -> Array:
    """Basis vectors with that Gram matrix, in floats, row by row."""
    return np.linalg.cholesky(np.array([[float(c) for c in row] for row in numbers.gram]))
