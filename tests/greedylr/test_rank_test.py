"""The rank test: its distribution by enumeration, its false alarms on noise, its verdicts on trends."""

import math
import random
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greedylr import Rule
from greedylr.rank_test import counts, critical, false_alarm, pairs_below
from greedylr.rule import rates

Q = Fraction
LEVEL = Q(1, 40)


@pytest.mark.parametrize("w", [1, 2, 3, 4, 5])
def test_the_counts_are_those_of_all_orders(w):
    found = [0] * (w * w + 1)
    for places in combinations(range(2 * w), w):
        older = [x for x in range(2 * w) if x not in places]
        below, above = pairs_below(places, older)
        assert below + above == w * w
        found[below] += 1
    assert tuple(found) == counts(w)


@given(st.integers(1, 30), st.sampled_from([Q(1, 4), Q(1, 20), LEVEL, Q(1, 1000)]))
def test_the_critical_number_is_the_least_within_the_level(w, level):
    c = critical(w, level)
    assert false_alarm(w, c) <= level
    assert false_alarm(w, c - 1) > level


@given(st.integers(1, 30))
def test_a_rise_and_a_cut_are_equally_likely_on_noise(w):
    assert counts(w) == counts(w)[::-1]
    assert sum(counts(w)) == math.comb(2 * w, w)


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=12), st.lists(st.integers(-3, 3), min_size=1, max_size=12))
def test_pairs_are_counted_strictly(newer, older):
    assert pairs_below(newer, older) == (
        sum(x < y for x in newer for y in older),
        sum(x > y for x in newer for y in older),
    )


def test_nan_is_above_every_number():
    assert pairs_below([math.nan, 1.0], [2.0, math.nan]) == (2, 1)


def rule(**options):
    return Rule(factor=Q(1, 2), comparison="test", order="same", **{"window": 5, **options})


def test_a_trend_is_seen_after_two_blocks_and_then_with_every_block():
    falling = list(rates(rule(), Q(1), range(25, 0, -1)))
    assert falling == [*[1] * 9, *[2] * 5, *[4] * 5, *[8] * 5, 16]
    rising = list(rates(rule(), Q(1), range(25)))
    assert rising == [*[1] * 9, *[Q(1, 2)] * 5, *[Q(1, 4)] * 5, *[Q(1, 8)] * 5, Q(1, 16)]


def test_max_mode_wants_the_losses_to_rise():
    assert list(rates(rule(mode="max"), Q(1), range(10)))[-1] == 2


def test_constant_losses_decide_nothing():
    assert set(rates(rule(), Q(1), [3] * 100)) == {1}


def test_patience_counts_verdicts():
    falling = list(rates(rule(patience=1), Q(1), range(25, 0, -1)))
    assert falling == [*[1] * 14, *[2] * 10, 4]


@given(st.lists(st.integers(-5, 5), max_size=60), st.integers(1, 9), st.integers(-9, 9))
def test_verdicts_do_not_depend_on_the_unit_or_the_zero_of_the_loss(losses, unit, zero):
    assert list(rates(rule(), Q(1), losses)) == list(rates(rule(), Q(1), [unit * x + zero for x in losses]))


def test_false_alarms_on_noise_stay_within_the_stated_rate():
    """20,000 pairs of blocks of Cauchy noise, which has no mean: both shares within five standard deviations."""
    chance, w, trials = random.Random(20251214), 10, 20_000
    c, exact = critical(w, LEVEL), false_alarm(w, critical(w, LEVEL))
    up = down = 0
    for _ in range(trials):
        losses = [math.tan(math.pi * (chance.random() - 0.5)) for _ in range(2 * w)]
        below, above = pairs_below(losses[w:], losses[:w])
        up, down = up + (below >= c), down + (above >= c)
    spread = 5 * math.sqrt(trials * exact * (1 - exact))
    assert abs(up - trials * exact) < spread
    assert abs(down - trials * exact) < spread
