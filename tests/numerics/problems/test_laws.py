"""Every class of finite sums: gradients, smoothness, convexity and strong convexity against the stated constants.

    f(y) >= f(x) + <grad f(x), y - x> + |grad f(y) - grad f(x)|^2/(2 L)

holds for all x, y exactly where f is convex and L-smooth (Nesterov 2004, Theorem 2.1.5).
"""

from fractions import Fraction
from functools import cache

import exact_problems as exact
import mpmath
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from numerics.problems.catalogue import build, names
from numerics.problems.hinge import hinge
from numerics.problems.huber import huber
from numerics.problems.least_squares import least_squares
from numerics.problems.links import LINKS
from numerics.problems.logistic import logistic

CLASSES = {"squares": least_squares, "logistic": logistic, "huber": huber, "hinge": hinge}
ENTRIES = [pytest.param(*pair, marks=pytest.mark.slow if "digits" in pair else ()) for pair in names()]
built = cache(build)
eighths = st.integers(-24, 24).map(lambda k: k / 8)


@st.composite
def problems(draw, link):
    """A small problem with a ridge, and two points."""
    n, d = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    rows = draw(st.lists(st.lists(eighths, min_size=d, max_size=d), min_size=n, max_size=n))
    targets = draw(
        st.lists(st.sampled_from((-1.0, 1.0)) if link in ("logistic", "hinge") else eighths, min_size=n, max_size=n)
    )
    options = {"scale": draw(st.sampled_from((0.25, 1.0, 2.0)))} if link in ("huber", "hinge") else {}
    offsets = draw(st.lists(eighths, min_size=n, max_size=n))
    ridge = draw(st.sampled_from((0.125, 1.0)))
    problem = CLASSES[link](rows, targets, name="small", ridge=ridge, offsets=offsets, **options)
    points = st.lists(eighths, min_size=d, max_size=d).map(lambda x: exact.vector(problem, x))
    return problem, draw(points), draw(points)


def surplus(at_x, at_y, x, y):
    """f(y) - f(x) - <grad f(x), y - x> and |grad f(y) - grad f(x)|^2."""
    step = [v - u for u, v in zip(x, y, strict=True)]
    turn = [v - u for u, v in zip(at_x[1], at_y[1], strict=True)]
    return at_y[0] - at_x[0] - exact.dot(at_x[1], step), exact.dot(turn, turn)


def slack(problem):
    return 0 if exact.number(problem) is Fraction else mpmath.mpf(10) ** (10 - exact.DIGITS)


@pytest.mark.parametrize("link", LINKS)
@settings(max_examples=40)
@given(data=st.data())
def test_samples_and_mean_are_convex_and_as_smooth_as_stated(link, data):
    with mpmath.workdps(exact.DIGITS):
        problem, x, y = data.draw(problems(link))
        to = exact.number(problem)
        functions = [
            (lambda z, i=i: exact.sample(problem, i, z), problem.constants.L_max) for i in range(len(problem.rows))
        ]
        for f, L in [*functions, (lambda z: exact.mean(problem, z), problem.constants.L)]:
            above, turn = surplus(f(x), f(y), x, y)
            assert above >= turn / (2 * to(L.high)) - slack(problem)


@pytest.mark.parametrize("link", LINKS)
@settings(max_examples=40)
@given(data=st.data())
def test_the_mean_is_as_strongly_convex_as_stated(link, data):
    with mpmath.workdps(exact.DIGITS):
        problem, x, y = data.draw(problems(link))
        above, _ = surplus(exact.mean(problem, x), exact.mean(problem, y), x, y)
        step = [v - u for u, v in zip(x, y, strict=True)]
        assert above >= exact.number(problem)(problem.constants.mu.low) / 2 * exact.dot(step, step) - slack(problem)


@pytest.mark.parametrize("link", LINKS)
@settings(max_examples=40)
@given(data=st.data())
def test_no_smaller_number_than_the_stated_one_bounds_the_smoothness_of_all_samples(link, data):
    """The curvature of f_i along a_i, from the difference of two slopes in its curved part."""
    with mpmath.workdps(exact.DIGITS):
        problem, _, _ = data.draw(problems(link))
        to, L = exact.number(problem), problem.constants.L_max
        curvature, error = curvature_along_rows(problem), 0 if to is Fraction else mpmath.mpf(10) ** -40  # h^2 = 7e-43
        assert to(L.low) - error <= curvature <= to(L.high) + error


def curvature_along_rows(problem):
    to, h = exact.number(problem), exact.number(problem)(2.0**-70)
    best = to(problem.ridge)
    for i, row in enumerate(problem.rows.tolist()):
        a, b = exact.vector(problem, row), to(float(problem.targets[i]))
        size = exact.dot(a, a)
        if size:
            z = {"squares": 0, "logistic": 0, "huber": b, "hinge": b * (1 - to(problem.scale) / 2)}[problem.link]
            ends = [exact.sample(problem, i, [(z + t) / size * v for v in a])[1] for t in (-h, h)]
            best = max(best, exact.dot([v - u for u, v in zip(*ends, strict=True)], a) / (2 * h))
    return best


@pytest.mark.parametrize("link", LINKS)
@settings(max_examples=40)
@given(data=st.data())
def test_the_doubles_of_losses_and_gradients_are_the_exact_ones_up_to_rounding(link, data):
    with mpmath.workdps(exact.DIGITS):
        problem, x, _ = data.draw(problems(link))
        point = np.array(list(map(float, x)))
        for i in range(len(problem.rows)):
            loss, gradient = exact.sample(problem, i, x)
            assert problem.sample_loss(i, point) == pytest.approx(float(loss), rel=1e-14, abs=1e-13)
            assert problem.sample_gradient(i, point) == pytest.approx(list(map(float, gradient)), rel=1e-14, abs=1e-13)
        loss, gradient = exact.mean(problem, x)
        assert problem.loss(point) == pytest.approx(float(loss), rel=1e-13, abs=1e-12)
        assert problem.gradient(point) == pytest.approx(list(map(float, gradient)), rel=1e-13, abs=1e-12)


@pytest.mark.parametrize("link", LINKS)
@settings(max_examples=40)
@given(data=st.data())
def test_gradients_are_derivatives(link, data):
    """A central difference is the slope of the chord; where f is smooth it lies within L h^2/2 h of the derivative."""
    with mpmath.workdps(exact.DIGITS):
        problem, x, y = data.draw(problems(link))
        assume(x != y)
        to, h = exact.number(problem), exact.number(problem)(2.0**-60)
        step = [v - u for u, v in zip(x, y, strict=True)]
        ends = [exact.mean(problem, [u + t * s for u, s in zip(x, step, strict=True)])[0] for t in (-h, h)]
        error = (ends[1] - ends[0]) / (2 * h) - exact.dot(exact.mean(problem, x)[1], step)
        assert abs(error) <= to(problem.constants.L.high) * exact.dot(step, step) * h


@pytest.mark.parametrize(("name", "data"), ENTRIES)
def test_every_entry_of_the_catalogue_obeys_its_constants(name, data):
    """In doubles: 1e-10 of the size of f covers what rounding does to sums of at most 2000 terms."""
    problem = built(name, data)
    generator, d = np.random.Generator(np.random.Philox(7)), problem.rows.shape[1]
    for size in (1e-3, 1.0, 30.0):
        x, y = problem.optimum.point + size * generator.normal(size=(2, d)) / np.sqrt(d)
        at_x, at_y = (problem.loss(x), problem.gradient(x)), (problem.loss(y), problem.gradient(y))
        above, turn = surplus(at_x, at_y, x, y)
        rounding = 1e-10 * max(at_x[0], at_y[0])
        assert above >= turn / (2 * problem.constants.L.high) - rounding
        assert above >= problem.constants.mu.low / 2 * (y - x) @ (y - x) - rounding
        assert min(at_x[0], at_y[0]) >= problem.optimum.value.low - rounding
        for i in range(0, len(problem.rows), 1 + len(problem.rows) // 10):
            pair = [(problem.sample_loss(i, z), problem.sample_gradient(i, z)) for z in (x, y)]
            above, turn = surplus(*pair, x, y)
            assert above >= turn / (2 * problem.constants.L_max.high) - 1e-10 * max(at[0] for at in pair)


@pytest.mark.parametrize(("name", "data"), ENTRIES)
def test_every_entry_of_the_catalogue_is_known_to_the_last_digits(name, data):
    problem = built(name, data)
    c, o = problem.constants, problem.optimum
    for known in (c.L_max, c.L, c.mu):
        assert 0 <= known.low <= known.high <= known.low * (1 + 1e-9)
    assert c.mu.low <= c.L.high <= c.L_max.high * (1 + 1e-15)
    assert o.gap <= 1e-20
    assert o.value.high - o.value.low <= 1e-14 * max(1.0, o.value.high)
    assert o.sigma2.high - o.sigma2.low <= 1e-9 * max(1.0, o.sigma2.high)
