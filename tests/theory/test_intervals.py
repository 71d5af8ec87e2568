"""Balls contain what they stand for, and their ends are exact."""

from fractions import Fraction

import pytest
from flint import arb, ctx
from hypothesis import given
from hypothesis import strategies as st

from theory.intervals import ball, lower, precise, upper

rationals = st.fractions(min_value=-1000, max_value=1000, max_denominator=10**6)


@given(rationals)
def test_the_ends_of_a_ball_enclose_the_rational(q):
    assert lower(ball(q)) <= q <= upper(ball(q))


@given(rationals, rationals, st.integers(0, 8))
def test_a_ball_between_two_rationals_contains_all_between(a, b, eighths):
    low, high = min(a, b), max(a, b)
    x = ball(low, high)
    assert lower(x) <= low + (high - low) * Fraction(eighths, 8) <= upper(x)


@given(rationals, rationals)
def test_products_of_balls_contain_the_product(a, b):
    assert lower(ball(a) * ball(b)) <= a * b <= upper(ball(a) * ball(b))


def test_dyadic_ends_are_exact():
    assert lower(ball(Fraction(3, 8))) == upper(ball(Fraction(3, 8))) == Fraction(3, 8)


@pytest.mark.parametrize("end", [lower, upper])
def test_a_ball_without_end_is_refused(end):
    with pytest.raises(ArithmeticError, match="has no finite end"):
        end(1 / ball(Fraction(-1), Fraction(1)))


def test_the_precision_is_put_back():
    before = ctx.prec
    with precise(200):
        assert ctx.prec == 200
        assert arb(1).is_exact()
    assert ctx.prec == before
