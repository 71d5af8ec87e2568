"""The scalar losses: slopes are derivatives, curvatures are bounds, and the ball versions enclose the doubles."""

import math
from fractions import Fraction

import exact_problems
import mpmath
import numpy as np
import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from numerics.problems import ball_links
from numerics.problems.balls import precise
from numerics.problems.links import LINKS, curvature, value_and_slope

EXACT = ("squares", "huber", "hinge")  # values and slopes are rational where the arguments are
SCALES = (0.25, 1.0, 3.0)
dyadics = st.integers(-200, 200).map(lambda k: k / 16)


def exactly(link, *arguments):
    return exact_problems.link(link, *map(Fraction, arguments))


def target(link, z):
    return z if link in ("squares", "huber") else math.copysign(1.0, z)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("link", EXACT)
@given(z=dyadics, b=dyadics)
def test_a_loss_and_its_slope_are_the_defined_ones_up_to_rounding(link, scale, z, b):
    b = target(link, b)
    value, slope = value_and_slope(LINKS.index(link), scale, z, b)
    expected = exactly(link, scale, z, b)
    assert (value, slope) == pytest.approx(tuple(map(float, expected)), rel=1e-15, abs=0)


@given(z=st.floats(-800, 800), b=st.sampled_from((-1.0, 1.0)))
def test_the_logistic_loss_and_its_slope_agree_with_forty_digits(z, b):
    with mpmath.workdps(400):
        m = mpmath.mpf(b * z)
        expected = float(mpmath.log1p(mpmath.exp(-m))), float(-b / (1 + mpmath.exp(m)))
    assert value_and_slope(LINKS.index("logistic"), 1.0, z, b) == pytest.approx(expected, rel=1e-14, abs=1e-320)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("link", EXACT)
@given(x=dyadics, y=dyadics, b=dyadics)
def test_a_loss_is_convex_smooth_and_its_slope_the_derivative(link, scale, x, y, b):
    """phi(y) >= phi(x) + phi'(x) (y - x) + (phi'(y) - phi'(x))^2/(2 c) says all three, exactly."""
    b = target(link, b)
    (at_x, slope_x), (at_y, slope_y) = exactly(link, scale, x, b), exactly(link, scale, y, b)
    c = Fraction(curvature(link, scale)).limit_denominator(1000)
    assert at_y >= at_x + slope_x * (Fraction(y) - Fraction(x)) + (slope_y - slope_x) ** 2 / (2 * c)


@pytest.mark.parametrize(
    ("link", "scale", "z"), [("squares", 1, 0), ("logistic", 1, 0), ("huber", 1, 1), ("hinge", 2, 0)]
)
def test_the_curvature_is_attained(link, scale, z):
    step = 1e-5
    slopes = [value_and_slope(LINKS.index(link), scale, z + h, 1.0)[1] for h in (-step, step)]
    assert (slopes[1] - slopes[0]) / (2 * step) == pytest.approx(curvature(link, scale), rel=1e-9)


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("z", [-1e300, -1e5, 1e5, 1e300])
def test_huge_arguments_overflow_no_slope_and_only_the_squares(link, z):
    value, slope = value_and_slope(LINKS.index(link), 1.0, z, 1.0)
    assert math.isfinite(slope)
    assert math.isfinite(value) or (link == "squares" and abs(z) > 1e154)
    assert value >= 0


@pytest.mark.parametrize("link", LINKS)
def test_the_loss_of_nan_is_nan(link):
    assert math.isnan(value_and_slope(LINKS.index(link), 1.0, math.nan, 1.0)[0])


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("link", LINKS)
@given(z=dyadics, b=dyadics)
def test_the_ball_versions_agree_with_the_doubles(link, scale, z, b):
    b = target(link, b)
    value, slope = value_and_slope(LINKS.index(link), scale, z, b)
    with precise():
        balls = [f(link, arb(scale), arb(z), arb(b)) for f in (ball_links.value, ball_links.slope)]
        bound = ball_links.curvature(link, arb(scale))
    assert [float(x) for x in balls] == pytest.approx([value, slope], rel=1e-14, abs=1e-300)
    assert float(bound) == pytest.approx(curvature(link, scale), rel=1e-15)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("link", LINKS)
@given(z=dyadics, b=dyadics, width=st.integers(1, 64).map(lambda k: k / 16))
def test_a_ball_across_a_kink_contains_the_losses_of_all_its_members(link, scale, z, b, width):
    b = target(link, b)
    with precise():
        wide = arb(z, width)
        value, slope = (f(link, arb(scale), wide, arb(b)) for f in (ball_links.value, ball_links.slope))
        for inside in np.linspace(z - width, z + width, 9).tolist():
            assert value.contains(ball_links.value(link, arb(scale), arb(inside), arb(b)))
            assert slope.contains(ball_links.slope(link, arb(scale), arb(inside), arb(b)))
