"""The certificate of a minimiser, held against minimisers that are known exactly."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import exact_problems as exact
import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Matrix, Rational

from numerics.problems.constants import constants
from numerics.problems.hinge import hinge
from numerics.problems.huber import huber
from numerics.problems.least_squares import least_squares
from numerics.problems.logistic import logistic
from numerics.problems.optimum import certified_optimum
from numerics.problems.spectrum import prescribed_spectrum
from numerics.problems.terms import terms

eighths = st.integers(-24, 24).map(lambda k: k / 8)
ridges = st.sampled_from((0.125, 0.5, 2.0))


def rational(v):
    return Rational(*v.as_integer_ratio())


def lists(entries, n):
    return st.lists(entries, min_size=n, max_size=n)


def check(problem, x):
    """Every bound of the certificate, given the minimiser exactly."""
    o, to = problem.optimum, exact.number(problem)
    value, _ = exact.mean(problem, x)
    point = exact.vector(problem, o.point.tolist())
    there, gradient = exact.mean(problem, point)
    away = [u - v for u, v in zip(point, x, strict=True)]
    slack = 0 if to is Fraction else mpmath.mpf(10) ** (10 - exact.DIGITS)
    assert to(o.value.low) - slack <= value <= to(o.value.high) + slack
    assert exact.dot(away, away) <= to(o.distance) ** 2 + slack
    assert there - value <= to(o.gap) + slack
    assert exact.dot(gradient, gradient) <= to(o.gradient) ** 2 + slack
    assert to(o.sigma2.low) - slack <= exact.variance(problem, x) <= to(o.sigma2.high) + slack


@settings(max_examples=50)
@given(st.data())
def test_the_minimiser_of_a_ridge_regression_is_that_of_the_normal_equations(data):
    n, d = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 3))
    rows, targets = data.draw(lists(lists(eighths, d), n)), data.draw(lists(eighths, n))
    problem = least_squares(rows, targets, name="small", ridge=data.draw(ridges), offsets=data.draw(lists(eighths, n)))
    A, b = Matrix([[rational(v) for v in row] for row in rows]), Matrix(list(map(rational, targets)))
    x = (A.T * A / n + rational(problem.ridge) * Matrix.eye(d)).LUsolve(A.T * b / n)
    check(problem, [Fraction(int(v.p), int(v.q)) for v in x])


def root(problem, kinks):
    """The zero of the derivative of a problem in one dimension, which is linear between the kinks."""

    def derivative(x):
        return exact.mean(problem, [x])[1][0]

    ends = [min(kinks, default=Fraction(0)) - 1000, *sorted(kinks), max(kinks, default=Fraction(0)) + 1000]
    for a, b in pairwise(ends):
        at_a, at_b = derivative(a), derivative(b)
        if at_a <= 0 <= at_b and at_a != at_b:
            return a - at_a * (b - a) / (at_b - at_a)
    raise AssertionError("a convex function with a ridge has a minimiser")


@settings(max_examples=50)
@given(st.data(), ridges, st.sampled_from((0.25, 1.0)))
def test_the_minimiser_of_a_huber_regression_in_one_dimension(data, ridge, scale):
    n = data.draw(st.integers(1, 4))
    rows, targets = data.draw(lists(eighths, n)), data.draw(lists(eighths, n))
    problem = huber([[a] for a in rows], targets, name="small", ridge=ridge, scale=scale)
    pairs = [(Fraction(a), Fraction(b)) for a, b in zip(rows, targets, strict=True) if a]
    check(problem, [root(problem, [(b + s * Fraction(scale)) / a for a, b in pairs for s in (-1, 1)])])


@settings(max_examples=50)
@given(st.data(), ridges, st.sampled_from((0.25, 1.0)))
def test_the_minimiser_of_a_smoothed_hinge_in_one_dimension(data, ridge, scale):
    n = data.draw(st.integers(1, 4))
    rows, labels = data.draw(lists(eighths, n)), data.draw(lists(st.sampled_from((-1.0, 1.0)), n))
    problem = hinge([[a] for a in rows], labels, name="small", ridge=ridge, scale=scale)
    pairs = [(Fraction(a), Fraction(b)) for a, b in zip(rows, labels, strict=True) if a]
    check(problem, [root(problem, [b * m / a for a, b in pairs for m in (Fraction(1), 1 - Fraction(scale))])])


@settings(max_examples=50)
@given(st.data(), ridges)
def test_the_minimiser_of_a_logistic_regression_in_one_dimension(data, ridge):
    n = data.draw(st.integers(1, 4))
    rows, labels = data.draw(lists(eighths, n)), data.draw(lists(st.sampled_from((-1.0, 1.0)), n))
    problem = logistic([[a] for a in rows], labels, name="small", ridge=ridge)
    with mpmath.workdps(exact.DIGITS):
        near = float(problem.optimum.point[0])
        x = mpmath.findroot(lambda x: exact.mean(problem, [x])[1][0], (near - 0.5, near + 0.5), solver="anderson")
        check(problem, [x])


def separated():
    """Ridge regression whose numbers are of order 1; mu = 0.6."""
    data = terms("squares", [[1.0, 0.0], [1.0, 1.0], [0.5, -1.0]], [1.0, 2.0, -1.0], ridge=0.25)
    return data, constants(data), least_squares(data.rows, data.targets, name="small", ridge=data.ridge).optimum


@pytest.mark.parametrize("off", [1e-12, 1e-10, 1e-9])
def test_a_point_beside_the_minimiser_gets_a_certificate_that_says_how_far(off):
    data, known, best = separated()
    moved = certified_optimum("moved", data, known, best.point + np.array([off, 0]))
    assert off <= moved.distance <= 10 * off
    assert moved.value.low <= best.value.low
    assert moved.value.high >= best.value.high
    assert moved.sigma2.low <= best.sigma2.low <= best.sigma2.high <= moved.sigma2.high


@pytest.mark.parametrize("off", [1e-6, 1e-3, 1.0])
def test_a_point_away_from_the_minimiser_is_refused(off):
    data, known, best = separated()
    with pytest.raises(ValueError, match=r"above the .* that doubles resolve"):
        certified_optimum("moved", data, known, best.point + np.array([off, 0]))


def test_a_minimiser_whose_gradient_is_not_zero_is_refused_without_strong_convexity():
    data, known, best = separated()
    with pytest.raises(ValueError, match=r"no minimiser can be certified.*ridge > 0"):
        certified_optimum("flat", data, replace(known, mu=replace(known.mu, low=0.0)), best.point + 1e-9)


def test_separable_data_without_a_ridge_have_no_logistic_minimiser():
    with pytest.raises(ValueError, match="no minimiser can be certified"):
        logistic([[1.0], [2.0]], [1.0, 1.0], name="separable", ridge=0.0)


def test_huber_regression_without_a_ridge_is_certified_where_the_data_are_fitted_exactly():
    problem = huber([[1.0, 2.0], [3.0, 5.0]], [3.0, 8.0], name="fitted", ridge=0.0, near=[1.0, 1.0])
    assert (problem.optimum.gradient, problem.optimum.gap, problem.optimum.value.high) == (0.0, 0.0, 0.0)


def test_a_nearly_dependent_problem_is_certified_truly_or_refused():
    e = 2.0**-10
    problem = least_squares([[1.0, 1.0], [1.0, 1.0 + e]], [1.0, 2.0], name="dependent")
    check(problem, [1 - 1 / Fraction(e), 1 / Fraction(e)])
    with pytest.raises(ValueError, match="too ill-conditioned, take a larger ridge"):
        least_squares([[1.0, 1.0], [1.0, 1.0 + 2.0**-36]], [1.0, 2.0], name="more so")


@pytest.mark.parametrize(("role", "point"), [("start", [1.0]), ("near", [1.0, np.nan]), ("start", [[1.0, 2.0]])])
def test_points_of_a_wrong_shape_or_without_a_value_are_refused(role, point):
    with pytest.raises(ValueError, match=f"{role} must be 2 finite numbers, one per column of rows"):
        least_squares([[1.0, 0.0], [0.0, 1.0]], [1.0, 2.0], name="small", **{role: point})


@pytest.mark.parametrize("seed", range(5))
def test_a_gradient_that_is_zero_up_to_the_balls_is_certified(seed):
    """The square of a ball around 0 reaches below 0; its root must not."""
    spectrum = np.geomspace(0.01, 1, 8).tolist()
    o = prescribed_spectrum(spectrum, samples=64, noise=1.0, seed=seed).optimum
    assert 0 <= o.gradient <= 1e-30
    assert o.value.low <= 0.5 <= o.value.high
