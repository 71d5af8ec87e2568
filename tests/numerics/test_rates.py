"""Bounds are checked where they can fail, and known rates come out."""

import numpy as np
import pytest

from greedylr import Rule
from numerics.problems.catalogue import build
from numerics.rates import against, decay, floors, gaps, rules

SEEDS, HORIZONS = range(12), [1, 8, 64]


def test_a_bound_that_is_too_small_is_violated_and_a_generous_one_is_not():
    problem = build("quadratic")
    chosen = rules(problem, 0.45, 4.0)
    tight, loose = (
        list(against(problem, lambda p, lo, hi, steps, c=c: c / steps, chosen, HORIZONS, SEEDS)) for c in (1e-3, 1e3)
    )
    assert len(tight) == len(loose) == len(chosen) * len(HORIZONS)
    assert all(check.violated for check in tight)
    assert not any(check.violated for check in loose)
    assert all(check.margin > 1 for check in loose)


def test_the_rules_are_predictable_and_within_the_limits_that_were_asked_for():
    problem = build("two-samples")
    for rule in rules(problem, 0.5, 4.0):
        assert rule.order == "next"
        assert rule.max_lr == 0.5 / problem.constants.L_max.high == 4 * rule.min_lr


def test_gaps_are_those_of_the_runs():
    problem = build("two-samples")
    found = gaps(problem, rules(problem, 0.5, 4.0)[:2], HORIZONS, SEEDS)
    assert found.shape == (12, 2, 3)
    assert np.array_equal(found, gaps(problem, rules(problem, 0.5, 4.0)[:2], HORIZONS, SEEDS))


def test_a_quadratic_without_noise_decays_as_one_over_T_in_the_mean():
    problem = build("quadratic", noise=0.0)
    slope = decay(problem, rules(problem, 0.9, 4.0)[2], [4096, 8192, 16384], range(10))
    assert slope.value == pytest.approx(-1, abs=0.01)


def test_noise_keeps_it_from_doing_so_and_the_floor_is_proportional_to_the_rate():
    problem = build("quadratic")
    rule = Rule(factor=0.5, min_lr=0.01 / problem.constants.L_max.high, max_lr=0.04 / problem.constants.L_max.high)
    assert decay(problem, rules(problem, 0.2, 4.0)[2], [4096, 8192, 16384], range(10)).low > -0.3
    values, exponent = floors(problem, rule, 3, 32768, range(10))
    assert values.shape == (10, 3)
    assert exponent.value == pytest.approx(1, abs=0.1)
