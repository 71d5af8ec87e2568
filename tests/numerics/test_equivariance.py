"""Scale equivariance is exact for powers of two in floats and for every factor in Fractions, and the test can fail."""

import pytest

from numerics.equivariance import exact_runs, float_runs


@pytest.mark.parametrize("c", [2.0**-20, 0.5, 2.0, 2.0**30])
def test_powers_of_two_give_bit_identical_float_runs(c):
    tally = float_runs(c, 10, seed=3)
    assert tally.identical == tally.runs == 10


def test_another_factor_does_not():
    assert float_runs(3.0, 10, seed=3).identical < 10


def test_any_rational_factor_gives_identical_exact_runs():
    tally = exact_runs(25, seed=4)
    assert tally.identical == tally.runs == 25


def test_a_run_is_told_by_its_seed():
    assert float_runs(3.0, 10, seed=3) == float_runs(3.0, 10, seed=3)
