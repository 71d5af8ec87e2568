"""Printed numbers carry their last digit; arithmetic with them is exact and shows its working."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.arithmetic import MODES, Comparison, Equality, Printed, approx, decimal, exact, mean, tally, total

Q = Fraction
rationals = st.fractions(min_value=-50, max_value=50, max_denominator=40)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("86.73", Q(8673, 100), Q(1, 100)),
        ("72,999", Q(72999), Q(1)),
        ("73K", Q(73000), Q(1000)),
        ("-0.62", Q(-31, 50), Q(1, 100)),
    ],
)
def test_a_printed_number_knows_its_value_and_last_digit(text, value, unit):
    assert (Printed(text).value, Printed(text).unit) == (value, unit)


@pytest.mark.parametrize("text", ["", "1.", "1e3", "5M", "abc", "--1"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError, match="is not a printed number: digits, commas"):
        _ = Printed(text).value


def test_rounding_is_told_from_truncation():
    cut, round_ = (
        Equality(Printed("79.16"), 100 * (exact(19) / 24)),
        Equality(Printed("13.27"), 100 * (exact(26) / 196)),
    )
    assert [cut.agrees(mode) for mode in MODES] == [False, True]
    assert [round_.agrees(mode) for mode in MODES] == [True, False]


def test_truncation_goes_towards_zero():
    assert Equality(Printed("-0.6"), exact(Q(-69, 100))).agrees("truncated")
    assert not Equality(Printed("-0.6"), exact(Q(-59, 100))).agrees("truncated")
    assert Equality(Printed("-0.6"), exact(Q(-59, 100))).agrees("rounded")


@given(rationals, st.integers(0, 3))
def test_a_number_printed_by_rounding_is_recognised_as_rounded(q, places):
    scaled = q * 10**places
    nearest = int(scaled + Q(1, 2)) if scaled >= 0 else -int(-scaled + Q(1, 2))
    text = f"{'-' if nearest < 0 else ''}{abs(nearest) // 10**places}" + (
        f".{abs(nearest) % 10**places:0{places}d}" if places else ""
    )
    assert Equality(Printed(text), exact(q)).agrees("rounded")


@given(rationals, rationals, rationals)
def test_an_interval_holds_every_value_its_inputs_may_have(a, b, shift):
    t = Printed("2.5").measured()
    inside = Q(5, 2) + max(min(shift / 1000, Q(1, 20)), Q(-1, 20))
    for op in (lambda u: exact(a) + u * exact(b), lambda u: exact(a) - exact(b) / u, lambda u: u * u - u):
        low, high = op(t).interval("rounded")
        assert low <= op(exact(inside)).value <= high


def test_an_impossible_number_agrees_in_neither_way():
    relation = Equality(Printed("37"), 100 * (1 - Printed("0.148").measured() / Printed("0.226").measured()))
    assert not any(relation.agrees(mode) for mode in MODES)


def test_comparisons_hold_when_some_possible_values_satisfy_them():
    spread = 100 * (Printed("1.92").measured() / Printed("1.89").measured() - 1)
    within = Comparison(spread, "<=", exact(Q(3, 2)))
    assert within.agrees("rounded")
    assert not within.agrees("rounded", as_printed=True)


@pytest.mark.parametrize(("rel", "holds"), [("<", False), ("<=", True), ("=", True), (">=", True), (">", False)])
def test_comparisons_of_exact_numbers_are_exact(rel, holds):
    assert Comparison(exact(3), rel, exact(3)).agrees("rounded") is holds


def test_arithmetic_writes_itself_down_with_the_brackets_it_needs():
    a, b, c = exact(1), exact(2), exact(3)
    assert (a - (b - c)).text == "1 - (2 - 3)"
    assert ((a + b) * c / (a + b)).text == "(1 + 2) * 3 / (1 + 2)"
    assert (a / (b * c)).text == "1 / (2 * 3)"
    assert (2 * (1 - a / b)).text == "2 * (1 - 1 / 2)"
    assert total([a, Printed("-9").measured()]).text == "1 + (-9)"
    assert mean([a, b]).value == Q(3, 2)
    assert tally("rows", [True, False, True]).text == "(2 of 3 rows)"


def test_dividing_by_what_may_be_zero_is_refused():
    with pytest.raises(ZeroDivisionError, match="may be zero"):
        _ = exact(1) / Printed("0").measured()


@pytest.mark.parametrize(
    ("q", "text"), [(Q(1, 3), "0.3333..."), (Q(5, 4), "1.25"), (Q(-2), "-2"), (Q(2, 3), "0.6667...")]
)
def test_decimals_say_where_digits_are_lost(q, text):
    assert decimal(q) == text


@pytest.mark.parametrize(("q", "text"), [(Q(7), "7"), (Q(10**30, 3), "3.333e+29"), (Q(1, 3 * 10**9), "3.333e-10")])
def test_approximations_keep_the_leading_digits(q, text):
    assert approx(q) == text
