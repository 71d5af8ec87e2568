"""Intervals cover what they say, bootstrap slopes find a known power, and corrections are those of the textbook."""

import math

import numpy as np
import pytest

from numerics.statistics import Estimate, holm, log_slope, mean, median, share, sign_test


def coverage(interval, truth, draw, trials=400):
    return np.mean([interval(draw(np.random.default_rng(seed))).holds(truth) for seed in range(trials)])


def test_the_interval_of_a_mean_covers_as_often_as_it_says():
    assert 0.86 < coverage(lambda x: mean(x, 0.9), 1.0, lambda rng: rng.normal(1.0, 3.0, 20)) < 0.94


@pytest.mark.parametrize("n", [6, 15, 50])
def test_the_interval_of_a_median_covers_at_least_as_often_as_it_says_for_a_skewed_distribution(n):
    truth = math.log(2)  # of the exponential distribution
    assert coverage(lambda x: median(x, 0.95), truth, lambda rng: rng.exponential(size=n)) >= 0.93


def test_five_values_give_no_interval_for_a_median():
    assert median([1, 2, 3, 4, 5]) == Estimate(3.0, -math.inf, math.inf, 0.95)
    assert (median([1, 2, 3, 4, 5, 6]).low, median([1, 2, 3, 4, 5, 6]).high) == (1, 6)


def test_nothing_has_no_median():
    assert math.isnan(median([]).value)


def test_a_median_with_infinite_values_is_still_one():
    assert median([1.0, math.inf, 2.0]).value == 2.0


def test_shares_have_the_exact_interval():
    none = share(0, 10)
    assert none.low == 0.0
    assert none.high == pytest.approx(1 - 0.025 ** (1 / 10))  # (1 - p)^10 = 2.5%


def test_one_value_makes_no_mean():
    with pytest.raises(ValueError, match="at least 2 values, got 1"):
        mean([1.0])


def test_the_slope_of_a_power_law_is_its_exponent():
    at = np.array([10.0, 100.0, 1000.0])
    noise = np.exp(np.random.default_rng(1).normal(0, 0.1, (50, 1)))
    exact = log_slope(at, 3 * noise * at**-1.5, seed=1)
    assert exact.value == pytest.approx(-1.5)
    assert exact.high - exact.low < 1e-9  # the noise is common to all times
    loose = log_slope(at, 3 * at**-1.5 * np.exp(np.random.default_rng(2).normal(0, 0.3, (50, 3))), seed=1)
    assert loose.holds(-1.5)
    assert 0.01 < loose.high - loose.low < 0.2


def test_the_bootstrap_covers():
    at = np.array([1.0, 10.0, 100.0])
    inside = [
        log_slope(at, at**-1.0 * np.random.default_rng(s).gamma(5.0, size=(40, 3)), seed=s).holds(-1)
        for s in range(200)
    ]
    assert 0.88 < np.mean(inside) < 0.99


def test_a_slope_through_zero_is_refused():
    with pytest.raises(ValueError, match="needs positive values, got"):
        log_slope([1, 2], np.array([[1.0, 0.0]]), seed=1)


def test_the_sign_test_counts_divergence_as_a_loss_and_drops_ties():
    first = np.array([1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 5.0])
    second = np.array([2.0, 2.0, 2.0, 2.0, 2.0, np.inf, 5.0])
    assert sign_test(first, second) == sign_test(second, first) == 2 / 2**6
    assert sign_test(first, first) == 1.0


def test_holm_is_that_of_the_textbook():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []
