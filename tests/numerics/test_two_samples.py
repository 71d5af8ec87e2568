"""The simulations of the biased example: reproducible, and in agreement with what is exact."""

import pytest

from greedylr import Rule
from numerics.sample_weights import by_sample
from numerics.two_samples import simulate
from verification.remedies import lines, table

RULE = Rule(factor=0.5, order="same", min_lr=0.005, max_lr=0.02)


def test_the_same_seed_gives_the_same_numbers():
    first, again, other = (simulate(RULE, batch=1, runs=30, steps=100, seed=s) for s in (1, 1, 2))
    assert first == again != other


def test_fewer_runs_than_the_interval_is_made_for_are_refused():
    with pytest.raises(ValueError, match="got 29"):
        simulate(RULE, batch=1, runs=29, steps=100, seed=1)


def test_a_constant_rate_has_no_bias_and_the_interval_says_so():
    constant = simulate(Rule(factor=0.5, order="same", min_lr=0.02, max_lr=0.02), batch=1, runs=30, steps=500, seed=3)
    assert abs(constant.mean) <= constant.half_width
    assert constant.rate == pytest.approx(0.02)


def test_the_table_names_its_sample_size_and_seed():
    rows = list(table(runs=30, steps=60))
    assert "30 runs of 60 steps" in lines(rows)
    assert "seed 20251214" in lines(rows)


def test_dear_samples_get_smaller_rates_in_order_of_their_price():
    assert list(by_sample(1).rates) == sorted(by_sample(1).rates, reverse=True)


@pytest.mark.slow
def test_every_exact_limit_lies_in_the_interval_of_a_long_simulation():
    rows = list(table(runs=60, steps=20000))
    assert all(row.agrees for row in rows), lines(rows)
    printed, smoothed = rows[0].simulated, [row.simulated for row in rows if "smoothed" in row.name]
    assert all(s.mean + s.half_width < printed.mean - printed.half_width for s in smoothed), lines(rows)
