"""The compiled rule and ``greedylr.Rule`` in lock-step, bit for bit, over every option."""

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from greedylr import Rule
from numerics.compiled import compiled
from numerics.compiled_rule import OPTIONS, advance, options, start

INITIAL = 0.7
COUNTS = st.integers(0, 3)


@st.composite
def rules(draw):
    reset = draw(st.sampled_from([None, None, 1, 3]))
    return Rule(
        factor=draw(st.floats(0.05, 0.95)),
        comparison=draw(st.sampled_from(["previous", "best"])),
        order=draw(st.sampled_from(["same", "next"])),
        threshold=draw(st.just(0) | st.floats(0, 0.5)),
        threshold_mode=draw(st.sampled_from(["abs", "rel"])),
        patience=draw(COUNTS),
        cooldown=draw(COUNTS),
        warmup=draw(COUNTS),
        window=draw(st.sampled_from([1, 1, 2, 7])),
        min_lr=draw(st.floats(0.001, 0.5)) if reset else draw(st.sampled_from([0, 0.1])),
        max_lr=draw(st.sampled_from([math.inf, 3.0, 0.7])),
        eps=draw(st.sampled_from([0, 0.01])),
        reset=reset,
    )


LOSSES = st.lists(
    st.floats(-2, 2) | st.integers(0, 2).map(float) | st.sampled_from([math.nan, math.inf, -math.inf]),
    min_size=1,
    max_size=60,
)


@compiled
def follow(records, states, windows, losses, used):
    for t in range(len(losses)):
        for k in range(len(records)):
            used[k, t] = advance(records, states, windows, k, losses[t])


def both(rule, losses):
    """Rates used and final states of the rule and of its compiled twin, the latter beside a run that differs."""
    records = np.array([options(Rule(factor=0.5), 1.0), options(rule, INITIAL)], OPTIONS)
    states, windows = start(records)
    used = np.zeros((2, len(losses)))
    follow(records, states, windows, np.array(losses), used)
    state, expected = rule.start(INITIAL), []
    for loss in losses:
        before, state = state, rule.step(state, loss)
        expected.append(rule.used(before, state))
    return used[1].tolist(), states[1], expected, state


@settings(max_examples=400)
@given(rules(), LOSSES)
@example(Rule(factor=1e-200), [1.0] * 5)  # the rate must not underflow
@example(Rule(factor=0.5, eps=0.35), [1.0] * 3)  # a change of exactly eps is dropped
@example(Rule(factor=1e-200), [3.0, 2.0, 1.0, 0.0])  # nor overflow
def test_every_rate_and_counter_agrees_to_the_last_bit(rule, losses):
    used, compiled_state, expected, state = both(rule, losses)
    assert used == expected
    for name in ("rate", "good", "bad", "cooldown_left", "warmup_left", "reset_left"):
        assert compiled_state[name] == getattr(state, name), name
    assert bool(compiled_state["compared"]) == (state.reference is not None)
    if state.reference is not None:
        assert compiled_state["reference"] == state.reference


def test_the_lock_step_would_see_one_wrong_comparison():
    used, _, expected, _ = both(Rule(factor=0.5, comparison="best"), [3.0, 2.0, 2.5, 2.25])
    other = both(Rule(factor=0.5, comparison="previous"), [3.0, 2.0, 2.5, 2.25])[2]
    assert used == expected != other


def test_a_rule_that_maximises_is_refused():
    with pytest.raises(ValueError, match="minimised here"):
        options(Rule(factor=0.5, mode="max"), 1.0)


def test_an_initial_rate_out_of_bounds_is_refused():
    with pytest.raises(ValueError, match="initial rate"):
        options(Rule(factor=0.5, max_lr=0.5), 1.0)
