"""The simulations of the biased example: reproducible, and in agreement with what is exact."""

import pytest

from greedylr import Rule
from numerics.bias import long_run
from numerics.sample_weights import by_sample
from verification.remedies import lines, table

RULE = Rule(factor=0.5, order="same", min_lr=0.005, max_lr=0.02)


def test_the_same_seed_gives_the_same_numbers():
    first, again, other = (long_run(RULE, batch=1, runs=5, steps=100, seed=s) for s in (1, 1, 100))
    assert first == again != other


def test_one_run_makes_no_interval():
    with pytest.raises(ValueError, match="got 1"):
        long_run(RULE, batch=1, runs=1, steps=100, seed=1)


def test_a_constant_rate_has_no_bias_and_the_interval_says_so():
    constant = long_run(Rule(factor=0.5, order="same", min_lr=0.02, max_lr=0.02), batch=1, runs=60, steps=2000, seed=3)
    assert constant.mean.holds(0)
    assert constant.rate == pytest.approx(0.02)


def test_the_printed_rule_has_one_and_the_interval_excludes_zero():
    assert long_run(RULE, batch=1, runs=60, steps=2000, seed=3).mean.high < -0.1


def test_the_table_names_its_sample_size_and_seed():
    rows = list(table(runs=30, steps=60))
    assert "30 runs of 60 steps" in lines(rows)
    assert "seed 20251214" in lines(rows)


def test_the_dearest_sample_gets_the_smaller_rates_and_the_iterates_leave_the_minimiser():
    found = by_sample(1)
    assert found.falls
    assert found.near_root
    assert found.off_minimiser


def test_every_exact_limit_lies_in_the_interval_of_a_long_simulation():
    rows = list(table())
    assert all(row.agrees for row in rows), lines(rows)
    printed, smoothed = rows[0].simulated, [row.simulated for row in rows if "smoothed" in row.name]
    assert all(s.mean.high < printed.mean.low for s in smoothed), lines(rows)
