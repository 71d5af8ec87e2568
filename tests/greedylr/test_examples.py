"""The examples run, and step the rule as they say."""

import re

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("accelerate")
pytest.importorskip("transformers")
pytest.importorskip("lightning")

from framework_runs import example, of_lightning, one_thread  # noqa: E402, F401 - a fixture
from torch.optim.optimizer import register_optimizer_step_post_hook  # noqa: E402

from greedylr import GreedyLR  # noqa: E402


@of_lightning
@pytest.mark.parametrize("name", ["plain_loop", "trainer", "accelerate_loop", "lightning_module"])
def test_an_example_steps_the_rule_after_every_optimizer_step(name, capsys, monkeypatch):
    """Counted where both happen; the second run of the Trainer is the one by evaluation."""
    happened, step = [], GreedyLR.step
    monkeypatch.setattr(GreedyLR, "step", lambda self, loss: (happened.append("rule"), step(self, loss)))
    hook = register_optimizer_step_post_hook(lambda *_: happened.append("optimizer"))
    try:
        example(name).main()
    finally:
        hook.remove()
    text = capsys.readouterr().out
    rule, optimizer = map(int, re.search(r"(\d+) steps of the rule for (\d+) of the optimizer", text).groups())
    assert rule == optimizer >= 60
    assert happened[: 2 * rule] == ["optimizer", "rule"] * rule
    first, last = re.search(r"loss (\S+) -> (\S+)", text).groups()
    assert float(last) < float(first)
    assert len(set(re.search(r"rate (\S+), at most (\S+), at last (\S+);", text).groups())) == 3
    if name == "trainer":
        assert "evaluation: 12 steps of the rule for 60 of the optimizer" in text
        assert happened[120:] == (["optimizer"] * 5 + ["rule"]) * 12
    if name == "lightning_module":
        assert "the same 64 rates and the same parameters: True" in text


@of_lightning
@pytest.mark.parametrize(("name", "parts"), [("plain_loop", 1), ("accelerate_loop", 2), ("lightning_module", 2)])
def test_an_example_tells_the_rule_the_mean_loss_of_the_micro_batches(name, parts, monkeypatch):
    micro, told, loss, step = [], [], torch.nn.functional.mse_loss, GreedyLR.step
    monkeypatch.setattr(GreedyLR, "step", lambda self, mean: (told.append(mean), step(self, mean)))
    monkeypatch.setattr(torch.nn.functional, "mse_loss", lambda *of: (micro.append(loss(*of)), micro[-1])[1])
    example(name).main()
    losses = [value.item() for value in micro]
    assert told == [sum(losses[k : k + parts]) / parts for k in range(0, len(losses), parts)]
