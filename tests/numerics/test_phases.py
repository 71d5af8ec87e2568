"""The curves of theory in floating point agree with its exact twins and with runs."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from greedylr.rule import Rule
from numerics import phases
from theory.intervals import ball, lower, precise
from theory.runs import descend, quadratic
from theory.stagnation import Criterion

Q = Fraction


@given(
    st.floats(0.05, 0.95), st.floats(0.01, 0.99), st.sampled_from([("same", 0), ("next", 0), ("next", 1), ("next", 10)])
)
def test_the_best_loss_multiplier_is_the_criterion(factor, place, kind):
    order, patience = kind
    phase = 2 * factor**place
    told = phases.multiplier(factor, np.array([phase]), comparison="best", order=order, patience=patience)[0]
    with precise():
        value = Criterion(order, patience).value(ball(Q(factor)), ball(Q(phase)))
        exact = float(lower(value)) if value.is_finite() else math.nan
    power = patience + 1 if order == "next" and patience else 1
    assert math.exp(told * power) == pytest.approx(exact, rel=1e-6)


def test_the_share_of_the_previous_loss_is_the_formula():
    for factor in (0.08, 0.15, 0.2, 0.5, 0.9):
        counted = phases.share(factor, comparison="previous", order="same", patience=0)
        assert counted == pytest.approx(phases.previous_share(factor), abs=2e-4)


@pytest.mark.parametrize("phase", [Q(13, 10), Q(9, 5), Q(17, 10), Q(11, 10)])
def test_six_rates_of_a_loop_without_patience_multiply_as_told(phase):
    factor = Q(1, 2)
    path = descend(quadratic(Q(1)), Rule(factor=factor, order="next"), phase * factor**2, Q(1), 40)
    a = float(phase)
    ratio = abs(path[39].x / path[33].x)
    told = phases.multiplier(0.5, np.array([a]), comparison="previous", order="next", patience=0)[0]
    assert math.log(ratio) == pytest.approx(told)
    assert [step.rate / phase for step in path[10:16]] == [path[16 + k].rate / phase for k in range(6)]


def test_the_mean_rate_is_that_of_long_runs():
    """200 phases: the engine's twin, the rule itself, in floats."""
    factor, found = 0.5, []
    for k in range(200):
        phase = 2 * factor ** ((k + 0.5) / 200)
        path_rate = _rate(factor, phase)
        found.append(path_rate)
    assert np.mean(found) == pytest.approx(phases.mean_rate(factor, 200), abs=0.02)


def _rate(factor, phase, steps=2400):
    rule, x, log_x = Rule(factor=factor, comparison="best", order="same"), 1.0, 0.0
    state = rule.start(phase * factor)
    for _ in range(steps):  # rescaled: the state remembers the best loss in the unit of x^2
        before, state = state, rule.step(state, x * x / 2)
        x *= 1 - float(rule.used(before, state))
        log_x, scale = log_x + math.log(abs(x)), abs(x)
        state = _rescaled(state, scale)
        x /= scale
    return log_x / steps


def _rescaled(state, scale):
    from dataclasses import replace  # noqa: PLC0415

    return replace(state, reference=state.reference / scale**2, window=())


def test_where_a_phase_is_stuck_there_is_no_mean_rate():
    assert math.isnan(phases.mean_rate(0.3))
