"""The Markov chain of the biased example is the rule itself: every sample sequence, run one by one, gives its mean."""

from fractions import Fraction
from itertools import product

import pytest

from greedylr import Rule
from theory.claims.a1_same_sample import COST, FACTOR, HIGH, LOW, average_mean, chain, transition
from theory.runs import TwoSamples

Q = Fraction
MATRIX = transition({pair: max(found) for pair, found in chain().items()})


def one_by_one(rule, initial, steps):
    """E xbar_T over all 2^T sample sequences, Algorithm 1 run on each from x_0 = 0 and l_{-1} = 5."""
    problem, total = TwoSamples(COST), Q(0)
    for samples in product((1, 2), repeat=steps):
        x, state = Q(0), rule.step(rule.start(initial), 5)
        for i in samples:
            total += x / steps
            before, state = state, rule.step(state, problem.loss(i, x))
            x -= Q(rule.used(before, state)) * problem.slope(i, x)
    return total / 2**steps


@pytest.mark.parametrize("initial", [LOW, HIGH])
@pytest.mark.parametrize("doublings", [0, 1, 2, 3])
def test_the_chain_is_the_rule_run_on_every_sequence(initial, doublings):
    rule = Rule(factor=FACTOR, order="same", min_lr=LOW, max_lr=HIGH)
    assert average_mean(MATRIX, doublings) == one_by_one(rule, initial, 2**doublings)


def test_the_mean_tends_to_the_bias_and_not_to_the_minimiser():
    """-(1 - F)/(3 + F) = -1/7 as the rates go to zero with min_lr = F max_lr; here within a tenth of it."""
    assert abs(average_mean(MATRIX, 16) + Q(1, 7)) < Q(1, 70)


def test_with_the_rate_of_the_previous_loss_the_bias_is_of_another_order():
    """Not exactly zero, for the rate and the iterate share a past; but more than a thousand times smaller."""
    next_order = one_by_one(Rule(factor=FACTOR, order="next", min_lr=LOW, max_lr=HIGH), LOW, 8)
    assert 0 < 1000 * abs(next_order) < abs(average_mean(MATRIX, 3))
