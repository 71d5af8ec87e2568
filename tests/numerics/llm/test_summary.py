"""Sweeps in rows, and GreedyLR beside cosine in the paper's form."""

import math
from dataclasses import replace

import pytest
from llm_synthetic import greedy, made

from numerics.llm.arms import Arm
from numerics.llm.summary import CATEGORIES, as_data, category, gain, instances, rows, tally
from numerics.statistics import mean

COSINE = Arm("cosine")


def pair(seed, held, arm=None, **options):
    """A run of GreedyLR and one of cosine, whose held-out losses are 2 throughout."""
    mine = made(arm or greedy(), seed, held[2], held=held, **options)
    return [mine, made(COSINE, seed, 2.0, held=(2.0, 2.0, 2.0))]


@pytest.mark.parametrize(
    ("delta", "name"),
    [(1.0, "yes"), (0.99, "yes*"), (0.0, "no*"), (-0.99, "no*"), (-1.0, "no"), (None, "no"), (-math.inf, "no")],
)
def test_categories_are_those_of_the_paper(delta, name):
    assert category(delta) == name


def test_a_gain_is_a_share_of_the_other_loss():
    mine, cosine = pair(1, (2.2, 1.9, 1.0))
    assert [gain(mine, cosine, k) for k in range(3)] == pytest.approx([-10, 5, 50])


def test_rows_count_failures_and_leave_them_out_of_medians():
    found = [made(greedy(), s, end, dip=1.0) for s, end in ((1, 1.0), (2, 1.2), (3, 9.0), (4, math.nan), (5, 3.0))]
    (row,) = rows(found)
    assert row.fates == (2, 0, 1, 2)
    assert row.failed.value == pytest.approx(3 / 5)
    assert row.held_out.value == pytest.approx(1.1)
    assert row.better == (None, None, None)  # no cosine


def test_differences_are_paired_by_seed():
    found = pair(1, (1.9, 1.8, 1.0)) + pair(2, (1.9, 1.7, 1.1))
    found[3] = replace(found[3], held=(2.0, 2.0, 1.0))
    row = rows(found)[0]
    expected = mean([50.0, -10.0], 0.95)
    assert (row.better[2].value, row.better[2].low) == pytest.approx((expected.value, expected.low))
    assert rows(found)[1].better == (None, None, None)  # cosine against itself


def test_a_run_that_failed_is_in_no_difference():
    found = pair(1, (1.9, 1.8, 1.0)) + pair(2, (1.9, 1.7, 1.1)) + pair(3, (1.9, 1.8, 9.0))
    without, fewer = rows(found)[0].better[2], rows(found[:4])[0].better[2]
    assert without == fewer


def test_an_instance_finds_the_step_of_the_largest_difference():
    mine, cosine = pair(1, (2.0, 2.0, 2.0))
    mine.losses[41] = cosine.losses[41] - 7
    (found,) = instances([mine, cosine])
    assert (found.at, found.largest) == (42, pytest.approx(7))


def test_a_run_that_failed_is_counted_and_in_no_average():
    counted = tally(instances(pair(1, (1.0, math.nan, math.nan)) + pair(2, (1.99, 2.01, 2.5))))
    assert dict(zip(CATEGORIES, counted.counts, strict=True)) == {"yes": 1, "yes*": 1, "no*": 1, "no": 3}
    assert counted.failed == 1
    assert counted.average == pytest.approx((0.5 - 0.5 - 25) / 3)
    assert [b.value for b in counted.better] == [1.0, 0.0, 0.0]
    assert counted.as_good == 0.5
    assert tally([]) is None


def test_of_a_pair_whose_cosine_failed_nothing_is_said():
    for end in (math.nan, 9.0):
        found = [*pair(1, (1.0, 1.0, 1.0)), made(greedy(), 2, 1.0), made(COSINE, 2, end)]
        assert [instance.seed for instance in instances(found)] == [1]
        assert rows(found)[0].better == (None, None, None)  # one pair is left


def test_arms_are_compared_with_cosine_from_their_own_rate():
    low, high = pair(1, (1.0, 1.0, 1.0)), pair(1, (1.5, 1.5, 1.5))
    high = [replace(run, arm=replace(run.arm, rate=3.0)) for run in high]
    assert [i.deltas for i in instances(low + high)] == [(50.0,) * 3, (25.0,) * 3]
    alone = [*low, replace(low[0], arm=replace(low[0].arm, rate=5.0))]
    assert len(instances(alone)) == 1


def test_a_run_that_diverged_beside_one_that_did_more_is_no_gain():
    (found,) = instances([made(greedy(), 1, 9.0, held=(2.0, 9.0, 9.0)), made(COSINE, 1, 2.0, held=(2.0, 2.0, 2.0))])
    assert found.deltas == (0.0, None, None)


def test_data_hold_no_nan():
    (row,) = rows([made(greedy(), 1, math.nan)])
    data = as_data(row)
    assert data["held_out"]["value"] is None
    assert data["final"] is None
    assert data["diverged"] == 1
