"""The rule does what both algorithms of the paper say, exactly, and refuses what no run could mean."""

import math
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greedylr import Rule, rates
from numerics.equivariance import scaled

Q = Fraction
fractions = st.fractions(min_value=-20, max_value=20, max_denominator=8)
losses = st.lists(fractions, min_size=1, max_size=40)
factors = st.fractions(min_value=Q(1, 20), max_value=Q(19, 20), max_denominator=20)


def algorithm_1(losses, gamma, factor, lo, hi):
    """Algorithm 1 of the paper, line by line, with the bounds that the theorem adds."""
    yield gamma  # there is no loss before the first
    for before, now in pairwise(losses):
        gamma = gamma / factor if now < before else gamma * factor
        gamma = min(max(gamma, lo), hi)
        yield gamma


def algorithm_2(losses, lr, o):
    """Algorithms 2 and 3 of the paper, line by line, for mode min and a threshold relative to |best|."""
    best, bad, good, cooldown, warmup, window = math.inf, 0, 0, 0, 0, []
    for loss in losses:
        window = [*window, loss][-o["window"] :]
        current = sum(window) / len(window) if len(window) > 1 else loss
        if best == math.inf or current < best - o["threshold"] * abs(best):
            best, bad, good = current, 0, good + 1
        else:
            bad, good = bad + 1, 0
        if cooldown > 0:
            cooldown, bad = cooldown - 1, 0
        if warmup > 0:
            warmup, good = warmup - 1, 0
        if bad > o["patience"]:
            new = max(lr * o["factor"], o["min_lr"])
            lr = new if lr - new > o["eps"] else lr
            cooldown, bad = o["cooldown"], 0
        if good > o["patience"]:
            new = min(lr / o["factor"], o["max_lr"])
            lr = new if new - lr > o["eps"] else lr
            warmup, good = o["warmup"], 0
        yield lr


@given(losses, factors)
def test_it_is_algorithm_1_line_by_line(losses, factor):
    rule = Rule(factor=factor, order="same", min_lr=Q(1, 50), max_lr=Q(3))
    assert list(rates(rule, Q(1, 4), losses)) == list(algorithm_1(losses, Q(1, 4), factor, Q(1, 50), Q(3)))


options = st.fixed_dictionaries(
    {
        "factor": factors,
        "threshold": st.sampled_from([0, Q(1, 100), Q(1, 3)]),
        "patience": st.integers(0, 3),
        "cooldown": st.integers(0, 3),
        "warmup": st.integers(0, 3),
        "window": st.integers(1, 4),
        "min_lr": st.just(Q(1, 50)),
        "max_lr": st.just(Q(3)),
        "eps": st.sampled_from([0, Q(1, 10)]),
    }
)


@given(losses, options)
def test_it_is_algorithm_2_line_by_line(losses, o):
    rule = Rule(comparison="best", threshold_mode="rel", order="same", **o)
    assert list(rates(rule, Q(1, 4), losses)) == list(algorithm_2(losses, Q(1, 4), o))


@given(losses, options)
def test_the_next_order_uses_the_same_rates_one_sample_later(losses, o):
    same = list(rates(Rule(order="same", **o), Q(1, 4), losses))
    later = list(rates(Rule(order="next", **o), Q(1, 4), losses))
    assert later == [Q(1, 4), *same[:-1]]


@given(losses, options)
def test_rates_stay_in_their_bounds_and_exact(losses, o):
    for rate in rates(Rule(order="same", **o), Q(1, 4), losses):
        assert Q(1, 50) <= rate <= 3
        assert isinstance(rate, Fraction)


@given(losses, options, st.fractions(min_value=Q(1, 9), max_value=9, max_denominator=9))
def test_scaling_the_losses_and_the_rates_scales_the_run(losses, o, c):
    """Relative thresholds are free of scale; an eps in absolute units is not."""
    rule = Rule(comparison="best", threshold_mode="rel", **{**o, "eps": 0})
    plain = list(rates(rule, Q(1, 4), losses))
    assert list(rates(scaled(rule, c), Q(1, 4) / c, [c * loss for loss in losses])) == [rate / c for rate in plain]


@pytest.mark.parametrize(
    "rule",
    [Rule(factor=Q(1, 2), threshold=Q(1), order="same"), Rule(factor=Q(1, 2), eps=Q(1, 8), order="same")],
    ids=["absolute threshold", "eps"],
)
def test_what_is_in_absolute_units_breaks_the_scaling(rule):
    losses = [4, Q(13, 4), 1, 2, 2, 2]
    plain = list(rates(rule, Q(1, 4), losses))
    assert list(rates(rule, Q(1, 8), [2 * loss for loss in losses])) != [rate / 2 for rate in plain]


@given(losses)
def test_max_mode_is_min_mode_on_the_negated_losses(losses):
    up, down = Rule(factor=Q(1, 2), mode="max"), Rule(factor=Q(1, 2), mode="min")
    assert list(rates(up, Q(1), losses)) == list(rates(down, Q(1), [-loss for loss in losses]))


def test_an_absolute_threshold_must_be_beaten_strictly():
    rule = Rule(factor=Q(1, 2), threshold=Q(1, 2))
    assert not rule.improves(Q(1, 2), Q(1))
    assert rule.improves(Q(49, 100), Q(1))
    assert Rule(factor=Q(1, 2), threshold=Q(1, 2), mode="max").improves(Q(151, 100), Q(1))


def test_a_relative_threshold_is_a_share_of_the_reference():
    rule = Rule(factor=Q(1, 2), threshold=Q(1, 10), threshold_mode="rel")
    assert not rule.improves(Q(90), Q(100))
    assert rule.improves(Q(89), Q(100))
    assert Rule(factor=Q(1, 2), threshold=2, threshold_mode="rel", mode="max").improves(Q(301), Q(100))


@given(st.fractions(min_value=0, max_value=9), st.fractions(min_value=0, max_value=9), st.fractions(0, Q(1, 2)))
def test_for_positive_losses_the_relative_bar_is_the_papers(loss, best, threshold):
    rule = Rule(factor=Q(1, 2), threshold=threshold, threshold_mode="rel")
    assert rule.improves(loss, best) == (loss < best * (1 - threshold))


def test_a_relative_threshold_asks_for_more_below_zero_too():
    rule = Rule(factor=Q(1, 2), threshold=Q(1, 10), threshold_mode="rel")
    assert not rule.improves(Q(-105), Q(-100))
    assert rule.improves(Q(-111), Q(-100))


def test_the_best_loss_is_remembered_and_the_previous_one_forgotten():
    falling_then_high = [5, 1, 4, 3]
    assert list(rates(Rule(factor=Q(1, 2), order="same"), 8, falling_then_high)) == [8, 16, 8, 16]
    best = Rule(factor=Q(1, 2), order="same", comparison="best")
    assert list(rates(best, 8, falling_then_high)) == [16, 32, 16, 8]


def test_a_smoothed_integer_loss_stays_exact():
    rule = Rule(factor=Q(1, 2), window=3)
    state = rule.step(rule.step(rule.start(1), 1), 2)
    assert state.reference == Q(3, 2)
    assert isinstance(state.reference, Fraction)


def test_a_nan_loss_counts_as_bad_and_is_never_the_reference():
    rule = Rule(factor=0.5, order="same")
    state = rule.step(rule.step(rule.start(1.0), 3.0), math.nan)
    assert (state.rate, state.reference) == (0.5, 3.0)
    assert rule.step(state, 2.0).rate == 1.0


def test_an_infinite_loss_is_an_ordinary_bad_one():
    assert list(rates(Rule(factor=0.5, order="same"), 1.0, [1.0, math.inf, 1.0])) == [1.0, 0.5, 1.0]


def test_reset_starts_afresh_after_that_many_losses_at_the_bottom():
    rule = Rule(factor=Q(1, 2), min_lr=Q(1, 4), reset=2, order="same")
    rising = [1, 2, 3, 4, 5, 6]
    assert list(rates(rule, Q(1), rising)) == [1, Q(1, 2), Q(1, 4), 1, 1, Q(1, 2)]


def test_without_reset_it_stays_at_the_bottom():
    rule = Rule(factor=Q(1, 2), min_lr=Q(1, 4), order="same")
    assert list(rates(rule, Q(1), [1, 2, 3, 4, 5])) == [1, Q(1, 2), Q(1, 4), Q(1, 4), Q(1, 4)]


HALF = {"factor": Q(1, 2)}
REFUSED = {
    "factor zero": (lambda: Rule(factor=0), ValueError, r"factor must lie in \(0, 1\), got 0: bad steps multiply"),
    "factor one": (lambda: Rule(factor=1), ValueError, r"factor must lie in \(0, 1\), got 1"),
    "factor above one": (lambda: Rule(factor=2.0), ValueError, r"factor must lie in \(0, 1\), got 2.0"),
    "factor nan": (lambda: Rule(factor=math.nan), ValueError, "factor must be a number, got nan: look for"),
    "factor text": (lambda: Rule(factor="0.5"), TypeError, "factor must be a number, got '0.5': pass an int"),
    "factor decimal": (lambda: Rule(factor=Decimal("0.5")), TypeError, "factor must be a number, got Decimal"),
    "factor bool": (lambda: Rule(factor=True), TypeError, "factor must be a number, got True"),
    "comparison": (
        lambda: Rule(**HALF, comparison="last"),
        ValueError,
        "one of 'previous', 'best', 'test', got 'last'",
    ),
    "false alarm": (
        lambda: Rule(**HALF, comparison="test", window=9, false_alarm=0),
        ValueError,
        "must lie in .* got 0",
    ),
    "test with threshold": (
        lambda: Rule(**HALF, comparison="test", window=9, threshold=1),
        ValueError,
        "the test has no threshold, got 1: its bar is the noise",
    ),
    "test too short": (
        lambda: Rule(**HALF, comparison="test", window=3),
        ValueError,
        "window=3 losses can never pass a test with false_alarm=0.05: take more",
    ),
    "order": (lambda: Rule(**HALF, order="before"), ValueError, "order must be one of 'same', 'next', got 'before'"),
    "mode": (lambda: Rule(**HALF, mode="down"), ValueError, "mode must be one of 'min', 'max', got 'down'"),
    "threshold mode": (lambda: Rule(**HALF, threshold_mode="%"), ValueError, "threshold_mode must be one of"),
    "threshold negative": (lambda: Rule(**HALF, threshold=-1), ValueError, "threshold must be finite and at least 0"),
    "threshold infinite": (lambda: Rule(**HALF, threshold=math.inf), ValueError, "threshold must be finite"),
    "threshold relative": (
        lambda: Rule(**HALF, threshold=1, threshold_mode="rel"),
        ValueError,
        "a relative threshold must be below 1, got 1: no loss beats it",
    ),
    "min_lr negative": (
        lambda: Rule(**HALF, min_lr=-0.1),
        ValueError,
        "min_lr must be finite and at least 0, got -0.1",
    ),
    "min_lr infinite": (lambda: Rule(**HALF, min_lr=math.inf), ValueError, "min_lr must be finite"),
    "bounds crossed": (lambda: Rule(**HALF, min_lr=2, max_lr=1), ValueError, "must not exceed max_lr, got 2 > 1: swap"),
    "max_lr zero": (lambda: Rule(**HALF, max_lr=0), ValueError, "max_lr must be positive, got 0"),
    "max_lr nan": (lambda: Rule(**HALF, max_lr=math.nan), ValueError, "max_lr must be a number, got nan"),
    "eps negative": (lambda: Rule(**HALF, eps=-1), ValueError, "eps must be finite and at least 0, got -1: 0 applies"),
    "patience negative": (lambda: Rule(**HALF, patience=-1), ValueError, "patience must be at least 0, got -1"),
    "patience fractional": (lambda: Rule(**HALF, patience=1.5), TypeError, "patience counts losses .* got 1.5"),
    "patience bool": (lambda: Rule(**HALF, patience=True), TypeError, "patience counts losses .* got True"),
    "cooldown": (lambda: Rule(**HALF, cooldown=-1), ValueError, "cooldown must be at least 0"),
    "warmup": (lambda: Rule(**HALF, warmup=-1), ValueError, "warmup must be at least 0"),
    "window": (lambda: Rule(**HALF, window=0), ValueError, "window must be at least 1, got 0"),
    "reset": (lambda: Rule(**HALF, reset=0), ValueError, "reset must be at least 1, got 0"),
    "reset at zero": (
        lambda: Rule(**HALF, reset=2),
        ValueError,
        "reset=2 needs a positive min_lr: the rate never stands",
    ),
    "initial rate zero": (lambda: Rule(**HALF).start(0), ValueError, "initial rate must be positive and finite, got 0"),
    "initial rate infinite": (lambda: Rule(**HALF).start(math.inf), ValueError, "positive and finite, got inf"),
    "initial rate nan": (lambda: Rule(**HALF).start(math.nan), ValueError, "initial rate must be a number, got nan"),
    "initial rate below": (
        lambda: Rule(**HALF, min_lr=1, max_lr=2).start(Q(1, 2)),
        ValueError,
        r"must lie in \[min_lr, max_lr\] = \[1, 2\], got Fraction\(1, 2\): move it or the bounds",
    ),
    "initial rate above": (lambda: Rule(**HALF, max_lr=2).start(3), ValueError, "must lie in .* got 3"),
}


@pytest.mark.parametrize(("build", "error", "message"), REFUSED.values(), ids=REFUSED)
def test_a_wrong_option_is_refused_with_its_value_the_rule_and_the_remedy(build, error, message):
    with pytest.raises(error, match=message):
        build()


def test_without_a_threshold_the_comparison_is_exact_whatever_the_zero():
    rule = Rule(factor=Q(1, 2), threshold=0.0)
    assert rule.improves(Q(1, 3) - Q(1, 10**30), Q(1, 3))
    assert rule.improves(10**400 - 1, 10**400)


def test_float_smoothing_adds_from_left_to_right_on_every_python():
    rule = Rule(factor=0.5, window=10)
    state = rule.start(1.0)
    for _ in range(10):
        state = rule.step(state, 0.1)
    assert state.reference == 0.09999999999999999


@pytest.mark.parametrize(("rate", "losses"), [(5e-324, [1.0, 2.0, 3.0]), (1e308, [3.0, 2.0, 1.0, 0.5])])
def test_a_rate_never_underflows_to_zero_nor_overflows(rate, losses):
    assert list(rates(Rule(factor=0.5, order="same"), rate, losses)) == [rate] * len(losses)


def test_a_blocked_last_cut_counts_as_the_bottom():
    rule = Rule(factor=0.5, min_lr=0.1, eps=0.05, reset=2, order="same")
    assert list(rates(rule, 0.12, [1.0, 2.0, 3.0])) == [0.12] * 3
    state = rule.step(rule.step(rule.start(0.12), 1.0), 2.0)
    assert (state.reference, state.reset_left) == (None, 2)


@pytest.mark.parametrize("loss", ["3", True, 1j, None])
def test_what_is_no_loss_is_refused(loss):
    rule = Rule(factor=0.5)
    with pytest.raises(TypeError, match=r"a loss must be a number, got .*: pass loss\.item"):
        rule.step(rule.start(1.0), loss)
