"""The rule on an accelerator: bit for bit the rule, in a CUDA graph and compiled; skipped where there is none."""

import random

import pytest

torch = pytest.importorskip("torch")
if not torch.cuda.is_available():
    pytest.skip("torch finds no CUDA device", allow_module_level=True)

from greedylr import Rule  # noqa: E402
from greedylr.device import DeviceRule  # noqa: E402

RULE = Rule(factor=0.9, comparison="best", patience=1, cooldown=2, window=4, min_lr=1e-3, max_lr=1.0, reset=3)
LOSSES = [random.Random(1).randint(0, 64) / 8 for _ in range(60)]


def rates_of_the_rule():
    state, rates = RULE.start(0.1), []
    for loss in LOSSES:
        state = RULE.step(state, loss)
        rates.append(state.rate)
    return rates


@pytest.mark.parametrize("compiled", [False, True])
def test_on_the_device_it_is_the_rule(compiled):
    device = DeviceRule(RULE)
    advance = torch.compile(device.advance, fullgraph=True) if compiled else device.advance
    state, rates = device.start(0.1, device="cuda"), []
    for loss in LOSSES:
        state = advance(state, torch.tensor(loss, device="cuda"))
        rates.append(state.rate.item())
    if compiled:  # its quotients are rounded another way
        assert rates == pytest.approx(rates_of_the_rule(), rel=1e-12)
    else:
        assert rates == rates_of_the_rule()


def test_in_a_graph_it_is_the_rule_bit_for_bit():
    device, loss = DeviceRule(RULE), torch.zeros((), device="cuda")
    state = device.start(0.1, device="cuda")

    def step():
        for old, new in zip(state, device.advance(state, loss), strict=True):
            old.copy_(new)

    side = torch.cuda.Stream()
    with torch.cuda.stream(side):
        step()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()
    for old, new in zip(state, device.start(0.1, device="cuda"), strict=True):
        old.copy_(new)
    rates = []
    for value in LOSSES:
        loss.fill_(value)
        graph.replay()
        rates.append(state.rate.item())
    assert rates == rates_of_the_rule()


@pytest.mark.filterwarnings("ignore:Synchronization debug mode is a prototype")
def test_nothing_waits_for_the_device():
    device = DeviceRule(RULE)
    parameter = torch.nn.Parameter(torch.zeros(3, device="cuda"))
    optimizer = torch.optim.AdamW([parameter], lr=torch.tensor(0.1, device="cuda"), fused=True)
    state, loss = device.start(0.1, device="cuda"), torch.tensor(1.0, device="cuda")
    state = device.advance(state, loss)
    try:
        torch.cuda.set_sync_debug_mode("error")
        state = device.advance(state, loss)
        device.apply(optimizer, state)
        with pytest.raises(RuntimeError, match="called a synchronizing CUDA operation"):
            loss.item()
    finally:
        torch.cuda.set_sync_debug_mode("default")
