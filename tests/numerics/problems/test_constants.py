"""Smoothness and strong convexity, held against exact arithmetic; an enclosure must hold the number and be narrow."""

import math
from fractions import Fraction

import numpy as np
import pytest
from flint import arb_mat
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Matrix, Rational, eye

from numerics.problems import constants as module
from numerics.problems.balls import precise
from numerics.problems.constants import constants, largest_eigenvalue, smallest_eigenvalue
from numerics.problems.links import LINKS, curvature
from numerics.problems.terms import terms

eighths = st.integers(-24, 24).map(lambda k: k / 8)


def exact(value):
    q = Fraction(value)
    return Rational(q.numerator, q.denominator)


def hessian(data):
    """c A^T A/n + ridge I, in rationals."""
    rows = Matrix([[exact(v) for v in row] for row in data.rows.tolist()])
    return exact(curvature(data.link, data.scale)) * rows.T * rows / rows.rows + exact(data.ridge) * eye(rows.cols)


def ulps(enclosure):
    return (enclosure.high - enclosure.low) / math.ulp(enclosure.high)


@st.composite
def data(draw, link):
    n, d = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    rows = draw(st.lists(st.lists(eighths, min_size=d, max_size=d), min_size=n, max_size=n))
    return terms(link, rows, [1.0] * n, ridge=draw(st.sampled_from((0.0, 0.25))), scale=0.5)


@pytest.mark.parametrize("link", LINKS)
@settings(max_examples=50)
@given(drawn=st.data())
def test_the_enclosures_hold_the_extreme_eigenvalues(link, drawn):
    """t >= lambda_max says t I - H is positive semidefinite, t <= lambda_max that it is not definite beyond."""
    problem = drawn.draw(data(link))
    known, H = constants(problem), hessian(problem)
    one = eye(H.rows)
    assert (exact(known.L.high) * one - H).is_positive_semidefinite
    assert not (exact(known.L.low) * one - H).is_positive_definite
    assert (H - exact(known.mu.low) * one).is_positive_semidefinite or len(problem.rows) < H.rows
    if link == "squares" and len(problem.rows) >= H.rows:
        assert not (H - exact(known.mu.high) * one).is_positive_definite
    c, ridge = Fraction(curvature(link, problem.scale)), Fraction(problem.ridge)
    longest = max(sum(Fraction(v) ** 2 for v in row) for row in problem.rows.tolist())
    assert Fraction(known.L_max.low) <= c * longest + ridge <= Fraction(known.L_max.high)
    assert ulps(known.L_max) <= 1


@given(rows=st.lists(st.lists(eighths, min_size=3, max_size=3), min_size=1, max_size=5))
def test_the_largest_eigenvalue_is_known_to_a_few_units_in_the_last_place(rows):
    assert ulps(constants(terms("squares", rows, [0.0] * len(rows), ridge=1.0)).L) <= 64


def test_with_fewer_rows_than_columns_mu_is_that_on_the_row_space():
    rows = [[1.0, 0.0, 1.0], [0.0, 2.0, 0.0]]  # A A^T/2 = diag(1, 2)
    known = constants(terms("squares", rows, [0.0, 0.0]))
    assert (known.mu.low, known.mu.high) == (1.0, 1.0)
    assert (known.L.low, known.L.high) == (2.0, 2.0)


def test_linearly_dependent_rows_leave_no_strong_convexity_to_certify():
    assert constants(terms("squares", [[1.0, 1.0], [2.0, 2.0]], [0.0, 0.0])).mu.low == 0.0


@pytest.mark.parametrize("link", ["logistic", "huber", "hinge"])
def test_losses_that_are_flat_far_away_have_no_strong_convexity_but_the_ridge(link):
    known = constants(terms(link, [[1.0], [3.0]], [1.0, -1.0], ridge=0.5))
    assert (known.mu.low, known.mu.high) == (0.5, 0.5)
    assert known.L_is_attained == (link == "logistic")


@settings(max_examples=20)
@given(st.integers(1, 10), st.integers(0, 60))
def test_hilbert_matrices_are_enclosed_however_ill_conditioned(d, exponent):
    """At d = 10, lambda_min is 6e-14 of lambda_max: floating point has few digits of it, the certificate must hold."""
    gram = [[Fraction(2) ** -exponent / (i + j + 1) for j in range(d)] for i in range(d)]
    with precise():
        balls = arb_mat([[module.arb(v.numerator) / v.denominator for v in row] for row in gram])
        top, bottom = largest_eigenvalue(balls), smallest_eigenvalue(balls)
    H = Matrix([[Rational(v.numerator, v.denominator) for v in row] for row in gram])
    assert (exact(top.high) * eye(d) - H).is_positive_semidefinite
    assert not (exact(top.low) * eye(d) - H).is_positive_definite
    assert (H - exact(bottom.low) * eye(d)).is_positive_semidefinite
    assert not (H - exact(bottom.high) * eye(d)).is_positive_definite
    assert ulps(top) <= 64


def test_a_wrong_eigenvector_widens_an_enclosure_and_never_falsifies_it(monkeypatch):
    gram = np.array([[2.0, 1.0], [1.0, 2.0]])  # eigenvalues 1 and 3
    monkeypatch.setattr(module, "_eigenvectors", lambda gram: np.array([[1.0, 0.9], [0.0, 1.0]]))
    with precise():
        top, bottom = largest_eigenvalue(arb_mat(gram.tolist())), smallest_eigenvalue(arb_mat(gram.tolist()))
    assert top.low <= 3 <= top.high
    assert bottom.low <= 1 <= bottom.high
    assert top.low < top.high
