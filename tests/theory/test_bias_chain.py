"""The chain of the biased example is the rule itself, and its limit is the closed form."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from greedylr import Rule
from theory.bias_chain import chain, moments, recurrent, stationary_mean
from theory.bias_closed_form import bias, distance_bound, next_, relative_cut, same
from theory.claims.bias_limit import bounds, every_reading, floor, violated_from

Q = Fraction
factors = st.fractions(min_value=Q(1, 10), max_value=Q(9, 10), max_denominator=10)
highs = st.sampled_from([Q(1, 50), Q(1, 5), Q(1, 2)])


def one_by_one(rule, initial, x0, steps, batch=1, price=10):
    """E x_T, E x_T^2, E xbar_T and E xbar_T^2 over all sequences of draws, the rule run on each."""
    found = [Q(0)] * 4
    sequences = list(product(product((0, 1), repeat=batch), repeat=steps))
    for draws in sequences:
        x, total, state = x0, Q(0), rule.step(rule.start(initial), Q(price, 2 * batch))
        for drawn in draws:
            total += x
            dear = Q(sum(drawn), batch)
            before = state
            state = rule.step(state, (x * x + 1) / 2 - (2 * dear - 1) * x + dear * price)
            x -= Q(rule.used(before, state)) * (x - (2 * dear - 1))
        for k, value in enumerate((x, x * x, total / steps, (total / steps) ** 2)):
            found[k] += value / len(sequences)
    return found


@pytest.mark.parametrize("order", ["same", "next"])
@pytest.mark.parametrize("patience", [0, 1])
@pytest.mark.parametrize(("low", "initial"), [(Q(1, 10), Q(1, 5)), (Q(1, 12), Q(1, 8)), (Q(1, 40), Q(1, 40))])
@pytest.mark.parametrize("steps", [1, 2, 6])
def test_the_chain_is_the_rule_run_on_every_sequence(order, patience, low, initial, steps):
    rule = Rule(factor=Q(1, 2), order=order, patience=patience, min_lr=low, max_lr=Q(1, 5))
    found = moments(chain(rule, initial), Q(1, 7), steps)
    exact = [found.mean[-1], found.square[-1], found.average[-1], found.average_square[-1]]
    assert exact == one_by_one(rule, initial, Q(1, 7), steps)


def test_the_chain_of_batches_is_the_rule_run_on_every_sequence():
    rule = Rule(factor=Q(1, 2), order="same", min_lr=Q(1, 20), max_lr=Q(1, 5))
    found = moments(chain(rule, Q(1, 5), batch=2), Q(1, 7), 5)
    assert [found.mean[-1], found.square[-1]] == one_by_one(rule, Q(1, 5), Q(1, 7), 5, batch=2)[:2]


@settings(max_examples=40)
@given(factors, highs, st.fractions(min_value=Q(1, 100), max_value=1, max_denominator=100))
def test_the_limit_is_the_closed_form_in_either_order(factor, high, share):
    low = share * high
    d = relative_cut(factor, low, high)
    for order, ratio in (("same", same()), ("next", next_())):
        limit = stationary_mean(chain(Rule(factor=factor, order=order, min_lr=low, max_lr=high), high))
        assert limit == ratio(d, high)


@given(factors, highs)
def test_with_room_for_a_cut_the_limit_is_the_one_that_rocq_proves(factor, high):
    assert same()(1 - factor, high) == bias(factor, high)


def test_known_values():
    assert bias(Q(1, 2), Q(1, 5)) == -Q(1, 6)
    assert bias(Q(1, 2), Q(0)) == -Q(1, 7)
    assert all(bias(f, Q(0)) == -(1 - f) / (3 + f) for f in (Q(1, 10), Q(1, 2), Q(9, 10)))


def test_the_order_of_a_pytorch_loop_leaves_a_bias_of_the_order_of_the_rate():
    small, smaller = (next_()(Q(1, 2), h) for h in (Q(1, 100), Q(1, 1000)))
    assert small > smaller > 0
    assert Q(9) < small / smaller < Q(11)


@pytest.mark.parametrize("patience", [1, 10])
def test_patience_removes_the_bias_for_no_two_cuts_follow_each_other(patience):
    rule = Rule(factor=Q(1, 2), order="same", patience=patience, min_lr=Q(1, 200), max_lr=Q(1, 50))
    assert stationary_mean(chain(rule, Q(1, 50))) == 0


@pytest.mark.parametrize("x0", [Q(0), Q(1, 2), Q(-9, 10)])
def test_the_mean_of_the_average_is_as_near_its_limit_as_rocq_proves(x0):
    rule = Rule(factor=Q(1, 2), order="same", min_lr=Q(1, 100), max_lr=Q(1, 50))
    found = moments(chain(rule, Q(1, 50)), x0, 60)
    for steps, average in enumerate(found.average, 1):
        assert abs(average - bias(Q(1, 2), Q(1, 50))) <= distance_bound(Q(1, 50), x0, steps)


def test_the_recurrent_states_are_those_of_the_top_of_the_range():
    found = chain(Rule(factor=Q(1, 2), order="same", min_lr=Q(1, 800), max_lr=Q(1, 50)), Q(1, 800))
    assert len(found.states) > len(recurrent(found)) == 3


def test_every_reading_is_exceeded_at_its_first_step_and_not_before():
    for reading in bounds(1):
        steps = violated_from(reading)
        assert floor(steps) > bounds(steps)[reading]
        assert floor(steps - 1) <= bounds(steps - 1)[reading]
        assert floor(10 * steps) > bounds(10 * steps)[reading]
    assert len(every_reading().claimed) == 15


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"comparison": "best"}, "previous loss"),
        ({"window": 2}, "previous loss"),
        ({"max_lr": 1}, "lie in"),
        ({"min_lr": 0}, "lie in"),
    ],
)
def test_a_rule_whose_chain_is_not_finite_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        chain(Rule(**{"factor": Q(1, 2), "min_lr": Q(1, 9), "max_lr": Q(1, 2), **options}), Q(1, 2))


def test_a_batch_has_a_draw():
    with pytest.raises(ValueError, match="at least one draw"):
        chain(Rule(factor=Q(1, 2), min_lr=Q(1, 9), max_lr=Q(1, 2)), Q(1, 2), batch=0)
