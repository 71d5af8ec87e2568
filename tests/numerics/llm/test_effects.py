"""Effects of a factorial design."""

import math

import pytest
from llm_synthetic import greedy, made

from numerics.llm.effects import effects, levels

SEEDS = (1, 2, 3)


def full(end):
    """Every combination of three options with every seed; ``end(arm, seed)`` is the last loss."""
    arms = [greedy(F, cap, patience) for F in (0.25, 0.5) for cap in (None, 10.0) for patience in (0, 10)]
    return [made(arm, seed, end(arm, seed), dip=1.0) for arm in arms for seed in SEEDS]


def named(found, *options, on="share"):
    return next(e for e in found if e.options == options and e.response.startswith(on))


def test_the_option_that_decides_alone_has_the_whole_effect():
    found = effects(full(lambda arm, seed: 9.0 if arm.cap is None else 1.0))
    assert named(found, "cap").effect.value == -1
    assert named(found, "factor").effect.value == 0
    assert named(found, "factor", "cap").effect.value == 0


def test_an_interaction_is_found():
    found = effects(full(lambda arm, seed: 9.0 if (arm.cap is None) == (arm.factor == 0.25) else 1.0))
    assert named(found, "cap").effect.value == 0
    assert named(found, "factor", "cap").effect.value == 1  # it fails where the two go together


def test_the_interval_is_over_seeds():
    found = effects(full(lambda arm, seed: 9.0 if arm.cap is None and seed == 1 else 1.0))
    effect = named(found, "cap")
    assert effect.effect.value == pytest.approx(-1 / 3)
    assert effect.effect.low < -1 / 3 < 0 < effect.effect.high
    assert effect.seeds == 3


def test_losses_are_compared_in_pairs_without_failures():
    found = effects(
        full(lambda arm, seed: math.nan if arm.factor == 0.25 and arm.cap is None else 2 - arm.patience / 10)
    )
    effect = named(found, "patience", on="log")
    assert effect.effect.value == pytest.approx(-math.log(2))
    assert effect.pairs == 3 * 3  # F = 0.25 without a cap gives none
    assert named(found, "cap", on="log").pairs == 2 * 3  # F = 0.5 alone, two patiences


def test_a_design_with_holes_is_refused():
    with pytest.raises(ValueError, match="23 runs are no full design of 3 options and 3 seeds"):
        effects(full(lambda arm, seed: 1.0)[:-1])
    with pytest.raises(ValueError, match="factor has 3 levels"):
        levels([made(greedy(F), 1, 1.0) for F in (0.25, 0.5, 0.75)])
