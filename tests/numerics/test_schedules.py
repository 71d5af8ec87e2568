"""The baselines' rates are their formulas, and impossible ones are refused."""

import math

import numpy as np
import pytest

from greedylr import Rule
from numerics.schedules import (
    AdaGradNorm,
    Armijo,
    Constant,
    Cosine,
    Exponential,
    Greedy,
    Inverse,
    InverseRoot,
    Polyak,
    Restarts,
)


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (Constant(0.5), [0.5] * 4),
        (InverseRoot(0.5), [0.5 / math.sqrt(k) for k in (1, 2, 3, 4)]),
        (Inverse(0.5), [0.5 / k for k in (1, 2, 3, 4)]),
        (Exponential(0.5, 0.9), [0.5, 0.45, 0.405, 0.3645]),
        (Cosine(1.0), [1, (1 + math.sqrt(0.5)) / 2, 0.5, (1 - math.sqrt(0.5)) / 2]),
        (Cosine(1.0, final=0.5), [1, 0.5 + (1 + math.sqrt(0.5)) / 4, 0.75, 0.5 + (1 - math.sqrt(0.5)) / 4]),
        (Restarts(1.0, period=2), [1, 0.5, 1, 0.5]),
        (Restarts(1.0, period=1, stretch=2), [1, 1, 0.5, 1]),
    ],
)
def test_a_table_is_its_formula(schedule, expected):
    assert schedule.rates(4) == pytest.approx(np.array(expected, float))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Constant(0.0),
        lambda: InverseRoot(-1.0),
        lambda: Inverse(math.inf),
        lambda: Cosine(math.nan),
        lambda: Restarts(1.0, period=0),
        lambda: Exponential(1.0, 0.0),
        lambda: AdaGradNorm(1.0, offset=0.0),
        lambda: Polyak(1.0, c=0.0),
    ],
)
def test_numbers_that_are_not_positive_and_finite_are_refused(wrong):
    with pytest.raises(ValueError, match="must be positive and finite, got"):
        wrong()


@pytest.mark.parametrize("change", [{"c": 1.0}, {"shrink": 1.0}, {"growth": 0.5}])
def test_a_line_search_that_need_not_end_is_refused(change):
    with pytest.raises(ValueError, match="may not end"):
        Armijo(1.0, **change)


def test_a_rate_that_the_rule_refuses_is_refused():
    with pytest.raises(ValueError, match="the initial rate must lie in"):
        Greedy(Rule(factor=0.5, max_lr=0.1), 1.0)
