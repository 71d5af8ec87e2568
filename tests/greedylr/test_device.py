"""The rule on tensors: in lock-step with the rule, without a wait, compiled, and with a fused optimizer."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from torch.utils._python_dispatch import TorchDispatchMode  # noqa: E402

from greedylr import Rule  # noqa: E402
from greedylr.device import DeviceRule  # noqa: E402

dyadic = st.integers(-(2**12), 2**12).map(lambda k: k / 2**10)
OPTIONS = {
    "mode": ["min", "max"],
    "comparison": ["best", "previous", "test"],
    "factor": [0.25, 0.5, 0.9],
    "threshold": [0.0, 0.25],
    "threshold_mode": ["abs", "rel"],
    "patience": [0, 1, 3],
    "cooldown": [0, 2],
    "warmup": [0, 2],
    "window": [4, 8],
    "eps": [0.0, 0.004],
    "reset": [None, 1, 3],
    "false_alarm": [0.1, 0.5],
}


def rules(choose):
    chosen = {name: choose(values) for name, values in OPTIONS.items()}
    if chosen["comparison"] == "test":
        chosen["threshold"] = 0.0
    elif choose([True, False]):
        chosen["window"] = 1
    return Rule(**chosen, min_lr=0.0125, max_lr=choose([0.1, 0.3, math.inf]))


def in_lock_step(rule, losses):
    device = DeviceRule(rule)
    state, fast = rule.start(0.1), device.start(0.1)
    for loss in losses:
        state, fast = rule.step(state, loss), device.advance(fast, torch.tensor(loss, dtype=torch.float64))
        assert fast.rate.item() == state.rate
        assert (fast.good.item(), fast.bad.item()) == (state.good, state.bad)
        assert (fast.cooldown_left.item(), fast.warmup_left.item()) == (state.cooldown_left, state.warmup_left)
        assert fast.reset_left.item() == state.reset_left


@settings(max_examples=40, deadline=None)
@given(st.data(), st.lists(dyadic, max_size=30))
def test_it_is_the_rule_bit_for_bit(data, losses):
    in_lock_step(rules(lambda values: data.draw(st.sampled_from(values))), losses)


@pytest.mark.slow
def test_it_is_the_rule_in_thousands_of_runs():
    chance = random.Random(20251214)
    for _ in range(1000):
        trend = chance.uniform(-0.2, 0.2)
        losses = [round((trend * t + chance.gauss(0, 1)) * 1024) / 1024 for t in range(60)]
        in_lock_step(rules(chance.choice), losses)


RULE = Rule(factor=0.5, comparison="best", patience=0, min_lr=1e-4, max_lr=1.0)


def test_losses_that_are_not_finite_change_nothing():
    device = DeviceRule(RULE)
    state = device.advance(device.start(0.1), torch.tensor(2.0))
    for bad in (math.nan, math.inf, -math.inf):
        after = device.advance(state, torch.tensor(bad))
        assert all(torch.equal(a, b) for a, b in zip(after, state, strict=True))


def test_a_step_leaves_the_state_that_it_was_given():
    device = DeviceRule(RULE)
    state = device.start(0.1)
    before = [x.clone() for x in state]
    device.advance(state, torch.tensor(1.0))
    assert all(torch.equal(a, b) for a, b in zip(before, state, strict=True))


class Operations(TorchDispatchMode):
    """All operations that reach the dispatcher."""

    def __init__(self):
        super().__init__()
        self.names = []

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        self.names.append(str(function))
        return function(*args, **(kwargs or {}))


@pytest.mark.parametrize("comparison", ["best", "previous", "test"])
def test_nothing_is_read_back_from_the_device(comparison):
    """Reading a tensor back is `aten._local_scalar_dense`; the count of operations is what a step costs in launches."""
    rule = Rule(factor=0.5, comparison=comparison, window=8 if comparison == "test" else 1, min_lr=1e-4)
    device = DeviceRule(rule)
    optimizer = torch.optim.AdamW([torch.nn.Parameter(torch.zeros(3))], lr=torch.tensor(0.1), fused=True)
    state, loss = device.start(0.1), torch.tensor(1.0)
    with Operations() as seen:
        state = device.advance(state, loss)
        device.apply(optimizer, state)
    assert not [name for name in seen.names if "local_scalar" in name or "item" in name]
    assert len(seen.names) < 100


def test_reading_back_would_be_seen():
    with Operations() as seen:
        torch.tensor(1.0).item()
    assert any("local_scalar" in name for name in seen.names)


def test_compiled_it_is_the_same():
    device = DeviceRule(Rule(factor=0.5, comparison="best", patience=1, window=4, min_lr=1e-4, reset=3))
    compiled = torch.compile(device.advance, backend="aot_eager", fullgraph=True)
    plain, fast = device.start(0.1), device.start(0.1)
    chance = random.Random(1)
    for _ in range(40):
        loss = torch.tensor(chance.randint(0, 64) / 8, dtype=torch.float64)
        plain, fast = device.advance(plain, loss), compiled(fast, loss)
        assert all(torch.equal(a, b) for a, b in zip(plain, fast, strict=True))


def test_a_fused_optimizer_takes_the_rates_and_groups_keep_their_ratios():
    groups = [
        {"params": [torch.nn.Parameter(torch.ones(3))], "lr": torch.tensor(0.1)},
        {"params": [torch.nn.Parameter(torch.ones(3))], "lr": torch.tensor(0.01)},
    ]
    optimizer = torch.optim.AdamW(groups, lr=torch.tensor(0.1), fused=True)
    device = DeviceRule(RULE)
    state = device.start(0.1)
    for loss in (3.0, 2.0, 5.0):
        for group in optimizer.param_groups:
            for parameter in group["params"]:
                parameter.grad = torch.ones(3)
        optimizer.step()
        state = device.advance(state, torch.tensor(loss))
        device.apply(optimizer, state)
    assert [group["lr"].item() for group in optimizer.param_groups] == pytest.approx([0.2, 0.02])


def test_a_learning_rate_that_is_a_number_is_refused():
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(3))], lr=0.1)
    with pytest.raises(TypeError, match=r"group 0 has the learning rate 0\.1, a number: pass lr=torch\.tensor"):
        DeviceRule(RULE).apply(optimizer, DeviceRule(RULE).start(0.1))
