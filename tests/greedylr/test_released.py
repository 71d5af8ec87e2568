"""``compat="hf"`` against the released class step by step, and what our own class repairs of it."""

import copy
import io
import math
import random

import pytest

torch = pytest.importorskip("torch")
released = pytest.importorskip("transformers.optimization", reason="transformers is not installed")

from greedylr import GreedyLR  # noqa: E402

CONFIGURATIONS, STEPS, SEED = 3000, 200, 20251214


def optimizer(*rates):
    return torch.optim.SGD([{"params": [torch.nn.Parameter(torch.zeros(2))], "lr": rate} for rate in rates], lr=0.1)


def rates_of(scheduler):
    return [float(group["lr"]) for group in scheduler.optimizer.param_groups]


def configuration(chance):
    groups = chance.randint(1, 3)
    several = chance.random() < 0.5
    return [10 ** chance.uniform(-4, 0) for _ in range(groups)], {
        "mode": chance.choice(["min", "max"]),
        "factor": chance.choice([0.25, 0.5, 0.9, 0.95, 0.99]),
        "patience": chance.randint(0, 5),
        "threshold": chance.choice([0.0, 1e-6, 0.01, 0.3]),
        "threshold_mode": chance.choice(["abs", "rel"]),
        "cooldown": chance.randint(0, 4),
        "warmup": chance.randint(0, 4),
        "min_lr": [chance.choice([0.0, 1e-5, 1e-3]) for _ in range(groups)] if several else 1e-4,
        "max_lr": [chance.choice([0.5, 1.0, 10.0]) for _ in range(groups)] if several else 1.0,
        "eps": chance.choice([0.0, 1e-8, 1e-3]),
        "smooth": chance.random() < 0.5,
        "window_size": chance.choice([1, 2, 5, 50]),
        "reset_start": chance.choice([0, 1, 3, 500]),
    }


def losses(chance):
    """A trend with noise, jumps, ties, and now and then what is no number."""
    level, slope, noise = chance.gauss(0, 3), chance.gauss(0, 0.05), chance.choice([0.0, 0.01, 1.0])
    for t in range(STEPS):
        jump = chance.choice([math.nan, math.inf, 1e9]) if chance.random() < 0.002 else 0.0
        yield round(level + slope * t + chance.gauss(0, noise), 3) + jump


def test_compat_is_the_released_class_in_every_state_of_thousands_of_runs():
    chance = random.Random(SEED)
    for _ in range(CONFIGURATIONS):
        rates, options = configuration(chance)
        theirs = released.GreedyLR(optimizer(*rates), **options)
        ours = GreedyLR(optimizer(*rates), **options, compat="hf")
        for loss in losses(chance):
            theirs.step(loss)
            ours.step(loss)
            assert rates_of(ours) == rates_of(theirs), options
        assert repr(ours.state_dict()) == repr(theirs.state_dict()), options


def test_compat_has_its_defaults_and_its_24_keys():
    theirs, ours = released.GreedyLR(optimizer(0.1), smooth=True), GreedyLR(optimizer(0.1), smooth=True, compat="hf")
    assert ours.state_dict() == theirs.state_dict()
    assert len(ours.state_dict()) == 24
    own = GreedyLR(optimizer(0.1), smooth=True)
    assert set(theirs.state_dict()) <= set(own.state_dict())
    assert all(hasattr(own, name) for name in vars(theirs) if name != "_streaming_avg")


def test_states_go_over_to_it_and_back_and_to_our_own_class():
    theirs = released.GreedyLR(optimizer(0.1), factor=0.5, patience=1, smooth=True, window_size=3)
    for loss in (5.0, 4.0, 3.0, 2.0):
        theirs.step(loss)
    ours, back = GreedyLR(optimizer(0.1), compat="hf"), released.GreedyLR(optimizer(0.1))
    ours.load_state_dict(theirs.state_dict())
    back.load_state_dict(ours.state_dict())
    own = GreedyLR(optimizer(0.1))
    own.load_state_dict(theirs.state_dict())
    for loss in (1.0, 6.0, 7.0, 8.0, 9.0):
        for scheduler in (theirs, ours, back, own):
            scheduler.step(loss)
        assert rates_of(ours) == rates_of(back) == rates_of(theirs) == pytest.approx(rates_of(own))


def test_compat_is_copied_and_resumed():
    ours = GreedyLR(optimizer(0.1), compat="hf", smooth=True, patience=0)
    for loss in (3.0, 2.0, 4.0):
        ours.step(loss)
    twin = copy.deepcopy(ours)
    for scheduler in (ours, twin):
        scheduler.step(1.0)
    assert repr(twin.state_dict()) == repr(ours.state_dict())


# What is repaired: each is a property that our class has and the released class lacks.


def one_nan_is_forgotten(make):
    scheduler = make(optimizer(0.1), factor=0.5, patience=0, smooth=True, window_size=2, min_lr=0.001)
    for loss in (5.0, math.nan, 4.0, 3.0, 2.0, 1.0):
        scheduler.step(loss)
    return rates_of(scheduler)[0] > 0.1


def a_fine_tuning_rate_can_fall_by_default(make):
    scheduler = make(optimizer(2e-5), patience=0)
    for loss in range(9):
        scheduler.step(float(loss))
    return rates_of(scheduler)[0] < 2e-5


def small_rates_are_not_frozen(make):
    scheduler = make(optimizer(1e-8), patience=0, factor=0.5, min_lr=1e-10)
    scheduler.step(1.0)
    scheduler.step(2.0)
    scheduler.step(3.0)
    return rates_of(scheduler)[0] == pytest.approx(0.5e-8)


def a_factor_of_zero_is_refused(make):
    try:
        make(optimizer(0.1), factor=0.0)
    except ValueError:
        return True
    return False


def a_factor_of_nan_is_refused(make):
    try:
        make(optimizer(0.1), factor=math.nan)
    except ValueError:
        return True
    return False


def a_worse_negative_loss_is_not_better(make):
    scheduler = make(optimizer(0.1), threshold=0.1, threshold_mode="rel", patience=0, factor=0.5, min_lr=0.001)
    scheduler.step(-100.0)
    before = rates_of(scheduler)[0]
    scheduler.step(-95.0)
    return rates_of(scheduler)[0] < before


def the_best_is_kept_during_cooldown(make):
    scheduler = make(optimizer(0.1), patience=0, cooldown=1, factor=0.5, min_lr=0.001)
    for loss in (5.0, 6.0, 1.0):
        scheduler.step(loss)
    return scheduler.best == 1.0


def a_later_group_is_taken_in(make):
    scheduler = make(optimizer(0.1), patience=0, factor=0.5)
    scheduler.step(3.0)
    scheduler.optimizer.add_param_group({"params": [torch.nn.Parameter(torch.zeros(2))], "lr": 0.1})
    try:
        scheduler.step(2.0)
    except IndexError:
        return False
    return True


def a_tensor_rate_stays_a_tensor(make):
    rate = torch.tensor(0.1)
    scheduler = make(torch.optim.SGD([torch.nn.Parameter(torch.zeros(2))], lr=rate), patience=0)
    scheduler.step(1.0)
    return scheduler.optimizer.param_groups[0]["lr"] is rate


def ratios_survive_the_bounds(make):
    scheduler = make(optimizer(0.1, 0.01), patience=0, factor=0.5, max_lr=0.15)
    for loss in (3.0, 2.0, 1.0):
        scheduler.step(loss)
    first, second = rates_of(scheduler)
    return first / second == pytest.approx(10)


def a_state_is_not_shared(make):
    scheduler = make(optimizer(0.1), patience=0, factor=0.5)
    state = scheduler.state_dict()
    state["min_lrs"][0] = 123.0
    return scheduler.min_lrs[0] != 123.0


def a_state_of_numpy_losses_loads_safely(make):
    numpy = pytest.importorskip("numpy")
    scheduler = make(optimizer(numpy.float64(0.1)), patience=0, smooth=True)
    scheduler.step(numpy.float64(3.0))
    kept = io.BytesIO()
    torch.save(scheduler.state_dict(), kept)
    kept.seek(0)
    try:
        torch.load(kept, weights_only=True)
    except Exception:  # noqa: BLE001 - pickle's own error
        return False
    return True


def the_reset_counts_steps(make):
    scheduler = make(optimizer(0.1), patience=2, factor=0.5, min_lr=0.05, reset_start=3)
    for loss in range(9):
        scheduler.step(float(loss))
    return rates_of(scheduler)[0] == pytest.approx(0.1)


def a_huge_loss_leaves_no_trace(make):
    scheduler = make(optimizer(0.1), patience=0, factor=0.5, smooth=True, window_size=2, min_lr=0.001, max_lr=1.0)
    for loss in (1e17, 8.0, 4.0, 2.0):
        scheduler.step(loss)
    return scheduler.best == 3.0


REPAIRED = [
    one_nan_is_forgotten,
    a_fine_tuning_rate_can_fall_by_default,
    small_rates_are_not_frozen,
    a_factor_of_zero_is_refused,
    a_factor_of_nan_is_refused,
    a_worse_negative_loss_is_not_better,
    the_best_is_kept_during_cooldown,
    a_later_group_is_taken_in,
    a_tensor_rate_stays_a_tensor,
    ratios_survive_the_bounds,
    a_state_is_not_shared,
    a_state_of_numpy_losses_loads_safely,
    the_reset_counts_steps,
    a_huge_loss_leaves_no_trace,
]


@pytest.mark.parametrize("holds", REPAIRED, ids=lambda f: f.__name__)
def test_it_holds_for_ours_and_not_for_the_released_class(holds):
    assert holds(GreedyLR)
    assert not holds(released.GreedyLR)
