"""The PyTorch scheduler: in lock-step with the rule, resumable bit for bit, and clear about what it refuses."""

import copy
import io
import math
import pickle
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from greedylr import GreedyLR  # noqa: E402
from greedylr.smoothing import SlidingMean  # noqa: E402


def optimizer(*rates, kind=None):
    groups = [{"params": [torch.nn.Parameter(torch.zeros(2))], "lr": rate} for rate in rates or (0.1,)]
    return (kind or torch.optim.SGD)(groups, lr=0.1)


def rates_of(scheduler):
    return [float(group["lr"]) for group in scheduler.optimizer.param_groups]


dyadic = st.integers(-(2**12), 2**12).map(lambda k: k / 2**10)
options = st.fixed_dictionaries(
    {
        "mode": st.sampled_from(["min", "max"]),
        "factor": st.sampled_from([0.25, 0.5, 0.9, 0.95]),
        "patience": st.integers(0, 3),
        "threshold": st.sampled_from([0.0, 1e-6, 0.25]),
        "threshold_mode": st.sampled_from(["abs", "rel"]),
        "cooldown": st.integers(0, 3),
        "warmup": st.integers(0, 3),
        "smooth": st.booleans(),
        "window_size": st.sampled_from([4, 8]),
        "reset_start": st.sampled_from([0, 1, 3]),
        "comparison": st.sampled_from(["best", "previous", "test"]),
        "false_alarm": st.sampled_from([0.1, 0.5]),
        "min_lr": st.sampled_from([0.0, 0.0125, 0.05]),
        "max_lr": st.sampled_from([0.1, 0.3, math.inf]),
        "eps": st.sampled_from([0.0, 0.004]),
    }
)


@settings(max_examples=400)
@given(options, st.lists(dyadic, max_size=60))
def test_its_multiplier_is_that_of_the_rule_bit_for_bit(chosen, losses):
    """Losses are dyadic, so that the two ways to take a mean agree exactly."""
    if chosen["comparison"] == "test":
        chosen = {**chosen, "threshold": 0.0}
    scheduler = GreedyLR(optimizer(0.1), **chosen)
    rule = scheduler.rule
    state = rule.start(1.0)
    for loss in losses:
        scheduler.step(loss)
        state = rule.step(state, loss)
        assert scheduler._multiplier == state.rate
        assert (scheduler.num_good_epochs, scheduler.num_bad_epochs) == (state.good, state.bad)
        lo, hi = chosen["min_lr"], chosen["max_lr"]
        assert rates_of(scheduler) == [min(max(0.1 * state.rate, lo), hi)]


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=80), st.integers(1, 9))
def test_the_sliding_mean_is_the_mean_of_the_window(values, size):
    window = SlidingMean(size)
    for k, value in enumerate(values, 1):
        shown = values[max(0, k - size) : k]
        assert window.add(value) == pytest.approx(math.fsum(shown) / len(shown), rel=1e-12, abs=1e-9)
        assert window.values() == shown


def test_a_huge_loss_leaves_no_trace_in_the_mean():
    window = SlidingMean(3)
    for value in (1e17, 1.0, 2.0, 3.0):
        mean = window.add(value)
    assert mean == 2.0


@settings(max_examples=60)
@given(options, st.lists(dyadic, min_size=2, max_size=40), st.data())
def test_a_run_resumed_anywhere_goes_on_bit_for_bit(chosen, losses, data):
    straight = GreedyLR(optimizer(0.1, 0.02), **{**chosen, "min_lr": None, "max_lr": None})
    cut = data.draw(st.integers(0, len(losses)))
    for loss in losses[:cut]:
        straight.step(loss)
    kept = io.BytesIO()
    torch.save(straight.state_dict(), kept)
    kept.seek(0)
    resumed = GreedyLR(optimizer(0.1, 0.02))
    resumed.load_state_dict(torch.load(kept, weights_only=True))
    others = [resumed, copy.deepcopy(straight), pickle.loads(pickle.dumps(straight))]
    for loss in losses[cut:]:
        for scheduler in (straight, *others):
            scheduler.step(loss)
        assert all(rates_of(other) == rates_of(straight) for other in others)
        assert all(other.state_dict() == straight.state_dict() for other in others)


def test_the_state_is_a_copy():
    scheduler = GreedyLR(optimizer(0.1), factor=0.5, patience=0)
    before = scheduler.state_dict()
    scheduler.step(1.0)
    assert before["_last_lr"] == [0.1]
    assert scheduler.state_dict()["_last_lr"] == [0.2]


def test_it_is_what_the_frameworks_look_for():
    scheduler = GreedyLR(optimizer())
    assert isinstance(scheduler, torch.optim.lr_scheduler.ReduceLROnPlateau)
    assert isinstance(scheduler, torch.optim.lr_scheduler.LRScheduler)


def test_ratios_between_groups_stay_at_the_bounds_too():
    scheduler = GreedyLR(optimizer(0.1, 0.001), factor=0.5, patience=0, min_lr=[0.01, 1e-5], max_lr=[1.0, 0.002])
    for loss in (5, 4, 3, 2, 1):
        scheduler.step(loss)
    assert rates_of(scheduler) == [0.2, 0.002]
    for loss in range(10, 20):
        scheduler.step(loss)
    assert rates_of(scheduler) == pytest.approx([0.01, 1e-4])


def test_a_loss_with_its_graph_is_taken_without_a_warning():
    scheduler = GreedyLR(optimizer(0.1), factor=0.5, patience=0)
    for loss in (3.0, 2.0):
        scheduler.step(torch.tensor(loss, requires_grad=True) * 1)
    assert scheduler.get_last_lr() == [0.4]
    assert scheduler.best == 2.0


def test_a_tensor_rate_is_changed_in_place():
    rate = torch.tensor(0.1)
    scheduler = GreedyLR(torch.optim.SGD([torch.nn.Parameter(torch.zeros(2))], lr=rate), factor=0.5, patience=0)
    scheduler.step(1.0)
    assert scheduler.optimizer.param_groups[0]["lr"] is rate
    assert rate.item() == pytest.approx(0.2)


def test_a_group_that_is_added_later_moves_with_the_others():
    scheduler = GreedyLR(optimizer(0.1), factor=0.5, patience=0)
    scheduler.step(3.0)
    scheduler.optimizer.add_param_group({"params": [torch.nn.Parameter(torch.zeros(2))], "lr": 0.04})
    scheduler.step(2.0)
    assert rates_of(scheduler) == pytest.approx([0.4, 0.08])
    scheduler.step(9.0)
    assert rates_of(scheduler) == pytest.approx([0.2, 0.04])


def test_a_rate_that_somebody_else_set_is_where_it_goes_on():
    scheduler = GreedyLR(optimizer(0.1), factor=0.5, patience=0)
    scheduler.optimizer.param_groups[0]["lr"] = 0.03
    scheduler.step(1.0)
    assert rates_of(scheduler) == pytest.approx([0.06])


def test_non_finite_losses_are_skipped_and_counted():
    clean, dirty = (GreedyLR(optimizer(0.1), factor=0.5, patience=1, smooth=True, window_size=3) for _ in range(2))
    for loss in (3.0, 2.0, 4.0, 1.0, 5.0, 6.0, 7.0):
        for bad in (math.nan, math.inf, -math.inf):
            dirty.step(bad)
        clean.step(loss)
        dirty.step(loss)
        assert rates_of(clean) == rates_of(dirty)
    assert dirty.num_skipped == 21


def test_non_finite_losses_may_count_as_bad_or_stop_the_run():
    scheduler = GreedyLR(optimizer(0.1), factor=0.5, patience=0, nonfinite="bad")
    scheduler.step(math.nan)
    assert rates_of(scheduler) == [0.05]
    with pytest.raises(
        FloatingPointError, match="the loss is nan at step 1: lower the learning rate, or pass nonfinite"
    ):
        GreedyLR(optimizer(0.1), nonfinite="raise").step(torch.tensor(math.nan))


def test_the_reset_comes_after_so_many_steps_at_the_bottom():
    scheduler = GreedyLR(optimizer(0.1), factor=0.5, patience=0, min_lr=0.05, reset_start=3)
    seen = []
    for loss in (1.0, 2.0, 3.0, 4.0, 5.0, 6.0):
        scheduler.step(loss)
        seen += rates_of(scheduler)
    assert seen == pytest.approx([0.2, 0.1, 0.05, 0.05, 0.1, 0.2])


def test_what_it_tells_is_a_line_for_every_change(capsys):
    scheduler = GreedyLR(optimizer(0.1, 0.2), factor=0.5, patience=0, verbose=True)
    scheduler.step(1.0)
    scheduler.step(2.0)
    assert capsys.readouterr().out == (
        "Epoch 1: increasing learning rates to 2.0000e-01, 4.0000e-01.\n"
        "Epoch 2: reducing learning rates to 1.0000e-01, 2.0000e-01.\n"
    )


REFUSED = {
    "optimizer": (
        lambda: GreedyLR(torch.nn.Linear(1, 1)),
        TypeError,
        "must be a torch Optimizer, got Linear: pass the one",
    ),
    "factor zero": (lambda: GreedyLR(optimizer(), factor=0.0), ValueError, r"factor must lie in \(0, 1\), got 0.0"),
    "factor nan": (lambda: GreedyLR(optimizer(), factor=math.nan), ValueError, "factor must be a number, got nan"),
    "factor one": (lambda: GreedyLR(optimizer(), factor=1.0), ValueError, r"factor must lie in \(0, 1\), got 1.0"),
    "patience": (lambda: GreedyLR(optimizer(), patience=-1), ValueError, "patience must be at least 0, got -1"),
    "mode": (lambda: GreedyLR(optimizer(), mode="down"), ValueError, "mode must be one of 'min', 'max', got 'down'"),
    "comparison": (
        lambda: GreedyLR(optimizer(), comparison="last"),
        ValueError,
        "comparison must be one of .* got 'last'",
    ),
    "nonfinite": (
        lambda: GreedyLR(optimizer(), nonfinite="ignore"),
        ValueError,
        "nonfinite must be one of .* 'ignore'",
    ),
    "reduce": (lambda: GreedyLR(optimizer(), reduce="sum"), ValueError, "reduce must be one of .* got 'sum'"),
    "compat": (lambda: GreedyLR(optimizer(), compat="timm"), ValueError, "compat must be one of 'hf', got 'timm'"),
    "start below": (
        lambda: GreedyLR(optimizer(2e-5), min_lr=1e-3),
        ValueError,
        r"initial rates must lie in \[min_lr, max_lr\], got \[2e-05\] with \[0.001\] and .*: move them or the bounds",
    ),
    "start above": (lambda: GreedyLR(optimizer(2.0), max_lr=1.0), ValueError, "initial rates must lie in"),
    "bounds": (
        lambda: GreedyLR(optimizer(1, 1), max_lr=[2.0]),
        ValueError,
        "max_lr has 1 bounds for 2 parameter groups",
    ),
    "window": (
        lambda: GreedyLR(optimizer(), window_size=3, comparison="test"),
        ValueError,
        "window=3 losses can never",
    ),
}


@pytest.mark.parametrize(("build", "error", "message"), REFUSED.values(), ids=REFUSED)
def test_a_wrong_option_is_refused(build, error, message):
    with pytest.raises(error, match=message):
        build()


def test_a_state_of_other_groups_is_refused():
    state = GreedyLR(optimizer(0.1, 0.2)).state_dict()
    with pytest.raises(ValueError, match="the state is of 2 parameter groups, the optimizer has 1: build the same"):
        GreedyLR(optimizer(0.1)).load_state_dict(state)


def moves(comparison, losses, **others):
    """Rises and cuts over these losses, and the last multiplier."""
    scheduler = GreedyLR(
        optimizer(1.0), patience=0, min_lr=0.0, max_lr=math.inf, comparison=comparison, factor=0.9, **others
    )
    up = down = 0
    for loss in losses:
        before = scheduler._multiplier
        scheduler.step(loss)
        up, down = up + (scheduler._multiplier > before), down + (scheduler._multiplier < before)
    return up, down, scheduler._multiplier


def test_on_pure_noise_the_best_decays_the_previous_wanders_and_the_test_stays():
    """2000 losses of Gaussian noise, seed 20251214; the test: blocks of 25, false alarm 5%."""
    chance = random.Random(20251214)
    noise = [chance.gauss(2.0, 0.5) for _ in range(2000)]
    up, down, rate = moves("best", noise)
    assert (up < 20, down > 1900, rate < 1e-50) == (True, True, True)
    up, down, _ = moves("previous", noise)
    assert abs(up - 1000) < 100
    assert abs(down - 1000) < 100
    up, down, rate = moves("test", noise, window_size=25)
    assert up + down <= 10
    assert 0.5 < rate < 2


def test_the_test_follows_a_trend_within_two_blocks():
    """A slope of 3 standard deviations a block."""
    chance = random.Random(20251214)
    falling = [chance.gauss(0, 1) - 3 * t / 10 for t in range(60)]
    up, down, _ = moves("test", falling, window_size=10)
    assert (up, down) == (5, 0)
    up, down, _ = moves("test", [-x for x in falling], window_size=10)
    assert (up, down) == (0, 5)
