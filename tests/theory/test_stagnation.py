"""The criterion decides exact runs of the rule; its bounds hold, and fail to hold where they must."""

import math
from fractions import Fraction

import pytest
from flint import arb
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from greedylr.rule import Rule
from theory.claims import stability_best
from theory.intervals import ball, lower, precise, upper
from theory.runs import descend, quadratic
from theory.stagnation import Box, Criterion, Undecided, _bound, beyond, bounded, critical_factor, falling, stuck

Q = Fraction
CRITERIA = [
    Criterion("same", 0),
    Criterion("same", 2),
    Criterion("next", 0),
    Criterion("next", 1),
    Criterion("next", 3),
]


def finite(factor, phase, terms=400):
    return math.prod(abs(1 - float(phase) * float(factor) ** k) for k in range(terms))


@given(st.fractions(Q(1, 20), Q(9, 10)), st.fractions(Q(1, 10), Q(2)))
def test_the_infinite_product_is_enclosed(factor, phase):
    with precise():
        x = falling(ball(factor), ball(phase))
    assert float(lower(x)) - 1e-12 <= finite(factor, phase) <= float(upper(x)) + 1e-12


@given(st.sampled_from(CRITERIA), st.fractions(Q(1, 5), Q(9, 10)), st.fractions(Q(1), Q(2)))
def test_the_slope_is_that_of_the_logarithm(criterion, factor, phase):
    assume(all(abs(phase * factor**k - 1) > Q(1, 50) for k in range(60)))
    step = Q(1, 10**12)
    with precise(200):
        up, down = (criterion.value(ball(factor), ball(phase + s)).log() for s in (step, -step))
        slope = criterion.slope(ball(factor), ball(phase))
        assert abs((up - down) / (2 * ball(step)) - slope) < arb("1e-12")


def run_is_stuck(criterion, factor, phase):
    """By the rule itself, exactly: whether its best loss is as it was 60 steps before."""
    rule = Rule(factor=factor, comparison="best", order=criterion.order, patience=criterion.patience)
    steps = 60 * (criterion.patience + 1)
    path = descend(quadratic(Q(1)), rule, phase * factor**2, Q(1), steps)
    losses = [step.loss for step in path]
    return min(losses[: steps // 3]) <= min(losses[steps // 3 :])


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(CRITERIA[:4]), st.integers(4, 12), st.integers(0, 30))
def test_the_criterion_decides_the_run(criterion, sixteenths, place):
    """Random factors and phases, away from the border: the run of the rule in rational numbers does what it says."""
    factor = Q(sixteenths, 16)
    phase = 2 * factor + (2 - 2 * factor) * Q(2 * place + 1, 64)
    assume(all(phase * factor**k != 1 for k in range(40)))
    with precise():
        value = criterion.value(ball(factor), ball(phase))
    assume(value < Q(9, 10).numerator / arb(10) or value > arb("1.1"))
    assert run_is_stuck(criterion, factor, phase) == bool(value > 1)


def test_the_threshold_has_thirty_digits():
    low, high = critical_factor(30)
    assert 0 < high - low <= Q(1, 10**30)
    assert low < Q("0.344659616369978539368981525") < high + Q(1, 10**26)
    with precise(300):
        assert Criterion().value(ball(low), arb(2)) > 1 > Criterion().value(ball(high), arb(2))


def test_no_bound_is_found_where_a_phase_is_stuck():
    with pytest.raises(Undecided, match="no bound below 1 was found near F = "):
        bounded(Criterion(), Q(34, 100), Q(1, 2))


def test_a_looser_factor_takes_few_boxes_and_leaves_room():
    shown = bounded(Criterion(), Q(36, 100), Q(1, 2))
    assert shown.bound < 1
    assert shown.boxes < 50


@pytest.mark.parametrize("criterion", CRITERIA, ids=str)
def test_the_bound_of_a_range_holds_at_its_points(criterion):
    low, high = Q(11, 20), Q(3, 4)
    shown = bounded(criterion, low, high)
    for k in range(9):
        factor = low + (high - low) * Q(k, 8)
        for j in range(20):
            phase = 2 * factor + (2 - 2 * factor) * Q(j, 20)
            with precise():
                assert upper(criterion.value(ball(factor), ball(phase))) <= shown.bound + Q(1, 10**20)


@pytest.mark.parametrize("criterion", CRITERIA, ids=str)
def test_the_bound_beyond_a_factor_holds_there(criterion):
    for factor in (Q(4, 5), Q(9, 10), Q(19, 20)):
        for j in range(20):
            phase = 2 * factor + (2 - 2 * factor) * Q(j, 20)
            assert stuck(criterion, factor, phase) <= beyond(criterion, Q(4, 5))


def test_a_stuck_phase_stays_stuck_for_smaller_factors():
    phase = Q(19, 10)
    values = [stuck(Criterion(), Q(k, 100), phase) for k in (20, 25, 30, 35)]
    assert values == sorted(values, reverse=True)


def test_boxes_are_cut_without_gap():
    box = Box((Q(2, 5), Q(9, 10)), (Q(1), Q(5, 4)))
    left, right = box.halves()
    assert left.factors[1] == right.factors[0]
    assert left.phases == right.phases == box.phases
    whole = Box((Q(2, 5), Q(9, 20)), (Q(1), Q(2)))  # a F < 1: the low end decides, so only phases are cut
    assert whole.halves()[0].factors == whole.factors


def test_every_digit_of_the_published_thresholds_is_needed():
    """One unit less of the upper end and no bound is found; one more of the lower end and its phase is not stuck."""
    with pytest.raises(Undecided):
        bounded(Criterion(), stability_best.F_C[0], Q(1, 2))
    assert stuck(Criterion(), stability_best.F_C[1], 2 - Q(1, 10**17)) < 1
    for patience, (digits, phase, last) in stability_best.NEXT.items():
        criterion = Criterion("next", patience)
        assert stuck(criterion, Q(digits + 1, 10**13), phase) < 1
        with pytest.raises(Undecided):
            bounded(criterion, Q(digits, 10**13), last)


def test_a_box_in_which_a_rate_passes_one_is_not_decided_by_its_low_end():
    """At F = 1/2 and a = 2 the second factor is zero; the bound of a box that begins there is not."""
    box = Box((Q(1, 2), Q(11, 20)), (Q(199, 100), Q(2)))
    with precise():
        end = lower(Criterion().value(ball(Q(11, 20)), ball(Q(2))))
        assert Criterion().value(ball(Q(1, 2)), ball(Q(2))) < arb("1e-20")
        assert end > Q(1, 100)
        assert _bound(Criterion(), box) >= end


def test_from_one_half_on_the_bound_is_exactly_one():
    assert beyond(Criterion(), Q(1, 2)) == 1
    assert beyond(Criterion("next", 1), Q(1, 2)) == 3**3 * Q(1, 3) ** 2
