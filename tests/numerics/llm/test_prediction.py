"""The peak rate as a prediction."""

import math

import pytest
from llm_synthetic import greedy, made

from numerics.llm.arms import Arm
from numerics.llm.prediction import area, limits, predict


def constants(failing, multiples=(1.0, 3.0, 10.0, 30.0, 100.0)):
    """Two seeds at every multiple; ``failing`` are pairs of multiple and seed."""
    return [made(Arm("constant", m), s, 9.0 if (m, s) in failing else 1.0) for m in multiples for s in (1, 2)]


@pytest.mark.parametrize(
    ("failing", "expected"),
    [
        ({(100.0, 1), (100.0, 2)}, (30.0, 100.0)),
        ({(30.0, 1), (100.0, 1), (100.0, 2)}, (10.0, 100.0)),
        ({(10.0, 1), (10.0, 2)}, (3.0, math.inf)),  # the highest multiples train again: nothing is fatal
        (set(), (100.0, math.inf)),
        ({(m, s) for m in (1.0, 3.0, 10.0, 30.0, 100.0) for s in (1, 2)}, (0.0, 1.0)),
    ],
)
def test_safe_is_below_every_failure_and_fatal_above_every_success(failing, expected):
    assert limits(constants(failing)) == expected


def test_predictions_are_counted_where_they_say_something():
    known = constants({(30.0, 1), (100.0, 1), (100.0, 2)})  # safe 10, fatal 100
    runs = [
        made(greedy(0.25), 1, 9.0, peak=256.0),  # right
        made(greedy(0.25, cap=10.0), 1, 1.0, peak=10.0),  # right, and F is wrong
        made(greedy(0.5), 1, 1.0, peak=64.0),  # nothing said
        made(greedy(0.5), 2, 9.0, peak=4.0),  # wrong twice
        made(greedy(0.75), 1, 1.0, peak=120.0),  # wrong, F right
    ]
    told = predict(known, runs)
    assert (told.runs, told.failed, told.said, told.doomed, told.right, told.unsaid) == (5, 2, 4, 2, 2, 0)
    assert told.right_by_factor == 3
    assert told.area_peak == pytest.approx((3 + 0) / 6)


def test_where_nothing_is_known_nothing_is_said():
    told = predict(constants(set(), multiples=(1.0,)), [made(greedy(), 1, 1.0, peak=2.0)])
    assert (told.said, told.right) == (0, 0)
    assert math.isnan(told.area_peak)


def test_a_failure_between_safe_and_fatal_is_counted_as_one_of_which_nothing_is_said():
    told = predict(constants({(100.0, 1), (100.0, 2)}), [made(greedy(), 1, 9.0, peak=64.0)])
    assert (told.failed, told.said, told.unsaid) == (1, 0, 1)


def test_the_area_is_that_of_the_mann_whitney_statistic():
    assert area([3, 4], [1, 2]) == 1
    assert area([1, 2], [3, 4]) == 0
    assert area([1, 2], [1, 2]) == 0.5
