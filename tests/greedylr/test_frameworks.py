"""Examples that run, and what accelerate and Lightning do with a GreedyLR by default; Trainer is in test_trainer.py."""

import importlib.util
import logging
import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

torch = pytest.importorskip("torch")
accelerate = pytest.importorskip("accelerate")
pytest.importorskip("transformers")
lightning = pytest.importorskip("lightning")

from accelerate.state import AcceleratorState, GradientState, PartialState  # noqa: E402
from lightning.pytorch.callbacks import ModelCheckpoint  # noqa: E402
from lightning.pytorch.plugins.precision import MixedPrecision  # noqa: E402
from lightning.pytorch.utilities.exceptions import MisconfigurationException  # noqa: E402
from torch.optim.optimizer import register_optimizer_step_post_hook  # noqa: E402

from greedylr import GreedyLR  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
LIGHTNING = [
    pytest.mark.filterwarnings("ignore:`isinstance\\(treespec, LeafSpec\\)` is deprecated"),
    pytest.mark.filterwarnings("ignore:The 'train_dataloader' does not have many workers"),
    pytest.mark.filterwarnings("ignore:Be aware that when using `ckpt_path`, callbacks"),
]


def of_lightning(test):
    """With the warnings ignored that Lightning gives about itself and its data."""
    for mark in LIGHTNING:
        test = mark(test)
    return test


def example(name):
    spec = importlib.util.spec_from_file_location(f"example_{name}", ROOT / "examples" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Threads that wait for each other on a busy machine cost tiny models a minute."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def told_to(scheduler):
    """The losses that its steps are told from now on."""
    losses, step = [], scheduler.step
    scheduler.step = lambda loss: (losses.append(float(loss)), step(loss))
    return losses


# The examples


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


# accelerate


@pytest.fixture
def accelerator():
    """Makes an Accelerator, and leaves no trace of it in the process."""
    yield lambda **options: accelerate.Accelerator(cpu=True, **options)
    for state in (AcceleratorState, GradientState, PartialState):
        state._reset_state()


def prepared(accelerator, **options):
    """A model with its optimizer and a GreedyLR, as accelerate wraps them."""
    torch.manual_seed(0)
    model = torch.nn.Linear(3, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    return accelerator.prepare(model, optimizer, GreedyLR(optimizer, factor=0.5, patience=0, **options))


def micro_steps(accelerator, model, optimizer, scheduler, count, chance):
    """So many micro-batches, the scheduler told every time."""
    for _ in range(count):
        x = torch.randn(8, 3, generator=chance)
        with accelerator.accumulate(model):
            loss = (model(x) - x.sum(1, keepdim=True)).square().mean()
            accelerator.backward(loss)
            optimizer.step()
            scheduler.step(loss.item())
            optimizer.zero_grad()


@pytest.mark.parametrize(("own", "steps"), [({}, 8), ({"step_scheduler_with_optimizer": False}, 1)])
def test_accelerate_steps_it_once_for_every_process_unless_told_not_to(accelerator, monkeypatch, own, steps):
    """Eight processes are pretended: the first loss is good, and none of its seven repetitions is better."""
    made = accelerator(**own)
    model, optimizer, scheduler = prepared(made)
    monkeypatch.setattr("accelerate.scheduler.AcceleratorState", lambda: SimpleNamespace(num_processes=8))
    micro_steps(made, model, optimizer, scheduler, 1, torch.Generator().manual_seed(0))
    assert scheduler.scheduler.last_epoch == steps
    assert scheduler.get_last_lr() == pytest.approx([0.1] if steps == 1 else [0.005])


@pytest.mark.parametrize(("own", "steps"), [({}, 2), ({"step_scheduler_with_optimizer": False}, 4)])
def test_within_accumulate_accelerate_steps_it_with_the_optimizer_unless_told_not_to(accelerator, own, steps):
    made = accelerator(gradient_accumulation_steps=2, **own)
    model, optimizer, scheduler = prepared(made)
    told = told_to(scheduler.scheduler)
    micro_steps(made, model, optimizer, scheduler, 4, torch.Generator().manual_seed(0))
    assert len(told) == steps


def test_accelerate_saves_and_loads_it_so_that_a_run_goes_on_bit_for_bit(accelerator, tmp_path):
    made = accelerator(step_scheduler_with_optimizer=False)
    whole, chance = prepared(made), torch.Generator().manual_seed(0)
    micro_steps(made, *whole, 5, chance)
    made.save_state(tmp_path)
    drawn = chance.get_state()
    micro_steps(made, *whole, 15, chance)
    made.free_memory()
    resumed = prepared(made)
    made.load_state(tmp_path)
    micro_steps(made, *resumed, 15, torch.Generator().set_state(drawn))
    assert whole[2].state_dict() == resumed[2].state_dict()
    assert resumed[2].state_dict()["last_epoch"] == 20
    assert all(map(torch.equal, whole[0].parameters(), resumed[0].parameters()))


RANKS = """
import sys
from pathlib import Path
from torch.optim.optimizer import register_optimizer_step_post_hook
from greedylr import GreedyLR

steps, made, step = [], [], GreedyLR.step
GreedyLR.step = lambda self, loss: (steps.append(self), step(self, loss))
register_optimizer_step_post_hook(lambda *_: made.append(1))
program = Path(sys.argv[1]).read_text().replace(sys.argv[2], "")
exec(compile(program, "example", "exec"), {"__name__": "__main__"})
print(len(steps) / len(made), steps[-1].get_last_lr())
"""
SETTING = ", step_scheduler_with_optimizer=False"


@pytest.fixture
def world():
    """The environment in which accelerate finds two processes."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "WORLD_SIZE": "2",
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
    }


def both(world, program, *arguments):
    """The last lines that the two ranks print."""
    command = [sys.executable, "-W", "ignore", "-c", program, *map(str, arguments)]
    ranks = [
        subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env={**world, "RANK": str(rank), "LOCAL_RANK": str(rank)}
        )
        for rank in (0, 1)
    ]
    outputs = [rank.communicate(timeout=300)[0] for rank in ranks]
    assert [rank.returncode for rank in ranks] == [0, 0]
    return [output.splitlines()[-1] for output in outputs]


@pytest.mark.parametrize(("without", "steps"), [(SETTING, 2.0), ("no such text", 1.0)], ids=["default", "example"])
def test_two_processes_step_it_twice_by_default_and_once_as_in_the_example(world, without, steps):
    """The example itself, over gloo, with and without its setting: both ranks end at the same rate."""
    first, second = both(world, RANKS, ROOT / "examples" / "accelerate_loop.py", without)
    assert first == second
    assert float(first.split()[0]) == steps


TRAINERS = '''
import sys
import torch
from transformers import Trainer, TrainingArguments
from greedylr import GreedyLR
from greedylr.trainer import EveryLog, GreedyTrainer

class Line(torch.nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.net = torch.nn.Linear(4, 1)

    def forward(self, x, labels):
        return {"loss": (self.net(x) - labels).square().mean()}

def driven(logs):
    """Twelve steps of a GreedyTrainer, or of Trainer with EveryLog."""
    model = Line()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    rule = GreedyLR(optimizer, factor=0.7, patience=0, reduce="same" if logs else "mean")
    driver = EveryLog(rule) if logs else rule
    data = [{"x": x, "labels": x.sum(0, keepdim=True)} for x in torch.randn(48, 4)]
    args = TrainingArguments(
        sys.argv[1], max_steps=12, per_device_train_batch_size=2, use_cpu=True, report_to="none", logging_steps=1,
        save_strategy="no", disable_tqdm=True,
    )
    trainer = (Trainer if logs else GreedyTrainer)(
        model, args, train_dataset=data, optimizers=(optimizer, driver), callbacks=[driver] if logs else None
    )
    trainer.train()
    return args.world_size, rule.state_dict(), [parameter.tolist() for parameter in model.parameters()]

print([driven(logs) for logs in (False, True)])
'''


def test_two_processes_of_trainer_keep_one_rate_and_the_same_parameters(world, tmp_path):
    """Over gloo: GreedyTrainer takes the mean of its ranks' losses, and EveryLog is told it, the same on every rank."""
    first, second = both(world, TRAINERS, tmp_path)
    assert first == second
    assert re.findall(r"\((\d), ", first) == ["2", "2"]
    assert re.findall(r"'last_epoch': (\d+)", first) == ["12", "12"]


# Lightning


class Batches(list):
    """Batches in order, which know where they are, so that Lightning can go on in the middle of an epoch."""

    at = 0

    def __iter__(self):
        self.at %= len(self)
        while self.at < len(self):
            self.at += 1
            yield self[self.at - 1]

    def state_dict(self):
        return {"at": self.at}

    def load_state_dict(self, state):
        self.at = state["at"]


def batches():
    """An epoch of six batches of eight."""
    x = torch.randn(6, 8, 8, generator=torch.Generator().manual_seed(0))
    return Batches([part, part.sum(1, keepdim=True)] for part in x)


def watched(kind, config=None, on_epoch=False):
    """The example's module, or with ``config`` one that is driven by Lightning, and what happens to it in order."""
    events = []

    class Watched(kind):
        def training_step(self, batch, index):
            loss = super().training_step(batch, index)
            self.log("train_loss", loss, on_step=not on_epoch, on_epoch=on_epoch)
            events.append(("loss", loss.item()))
            return loss

        def configure_optimizers(self):
            made = super().configure_optimizers()
            made["optimizer"].register_step_post_hook(lambda *_: events.append("optimizer"))
            scheduler = made["lr_scheduler"]["scheduler"]
            scheduler.patience, step = 0, scheduler.step
            scheduler.step = lambda loss: (events.append(("rule", float(loss))), step(loss))
            return made if config is None else {**made, "lr_scheduler": {"scheduler": scheduler, **config}}

        def validation_step(self, batch, index):
            events.append("validated")

        def on_save_checkpoint(self, checkpoint):
            events.append(f"saved after {checkpoint['lr_schedulers'][0]['last_epoch']}")

    if config is not None:
        Watched.lr_scheduler_step = lightning.LightningModule.lr_scheduler_step
    return Watched(), events


def fit(module, data, *callbacks, resume=None, **options):
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    trainer = lightning.Trainer(
        accelerator="cpu", callbacks=list(callbacks), logger=False, enable_checkpointing=bool(callbacks),
        enable_progress_bar=False, enable_model_summary=False, num_sanity_val_steps=0,
        **{"max_epochs": 2, "limit_val_batches": 0, **options},
    )  # fmt: skip
    trainer.fit(module, data, Batches(data), ckpt_path=resume)


@pytest.fixture(scope="module")
def fitting():
    return example("lightning_module").Fit


def values(events, name):
    return [event[1] for event in events if event[0] == name]


@of_lightning
def test_lightning_demands_a_monitor(fitting):
    module, _ = watched(fitting, {})
    with pytest.raises(MisconfigurationException, match="must include a monitor when a `ReduceLROnPlateau`"):
        fit(module, batches())


@of_lightning
@pytest.mark.parametrize("on_epoch", [False, True], ids=["last", "mean"])
def test_lightning_steps_it_once_per_epoch_with_the_last_loss_or_the_mean(fitting, on_epoch):
    module, events = watched(fitting, {"monitor": "train_loss"}, on_epoch)
    fit(module, batches())
    losses = values(events, "loss")
    epochs = losses[:6], losses[6:]
    expected = [sum(epoch) / 6 if on_epoch else epoch[-1] for epoch in epochs]
    assert values(events, "rule") == pytest.approx(expected, rel=1e-6)


@of_lightning
def test_with_interval_step_lightning_tells_this_batchs_loss_but_after_checkpoints_and_validation(fitting, tmp_path):
    module, events = watched(fitting, {"monitor": "train_loss", "interval": "step"})
    fit(module, batches(), ModelCheckpoint(tmp_path, every_n_train_steps=1), max_epochs=1, limit_val_batches=1)
    losses = values(events, "loss")
    assert len(losses) == 6
    assert [event for event in events if event != "validated"] == [
        event
        for k, loss in enumerate(losses)
        for event in (("loss", loss), "optimizer", f"saved after {k}", ("rule", loss))
    ]
    assert events[-3:] == ["saved after 5", "validated", ("rule", losses[-1])]


@of_lightning
def test_with_interval_step_lightning_tells_the_last_micro_batchs_loss(fitting):
    module, events = watched(fitting, {"monitor": "train_loss", "interval": "step"})
    fit(module, batches(), accumulate_grad_batches=3)
    assert values(events, "rule") == values(events, "loss")[2::3]


@of_lightning
def test_the_examples_module_steps_it_right_after_the_optimizer_with_the_mean_loss(fitting, tmp_path):
    module, events = watched(fitting)
    fit(module, batches(), ModelCheckpoint(tmp_path, every_n_train_steps=1), accumulate_grad_batches=4, max_epochs=1)
    *losses, fifth, sixth = values(events, "loss")
    assert events == [
        *[("loss", loss) for loss in losses], "optimizer", ("rule", sum(losses) / 4), "saved after 1",
        ("loss", fifth), ("loss", sixth), "optimizer", ("rule", (fifth + sixth) / 2), "saved after 2",
    ]  # fmt: skip


MONITORED = {"monitor": "train_loss", "interval": "step"}


@of_lightning
@pytest.mark.parametrize(("config", "exact"), [(None, True), (MONITORED, False)], ids=["example", "monitor"])
def test_resumed_in_the_middle_of_an_epoch_the_example_goes_on_bit_for_bit_and_a_monitor_does_not(
    fitting, tmp_path, config, exact
):
    runs = []
    for resume in (None, tmp_path / "step=4.ckpt"):
        module, events = watched(fitting, config)
        keep = [] if resume else [ModelCheckpoint(tmp_path, "{step}", every_n_train_steps=4, save_top_k=-1)]
        fit(module, batches(), *keep, resume=resume)
        runs.append((module, events, module.lr_schedulers().state_dict()))
    (whole, all_events, state), (resumed, events, its_state) = runs
    assert len(values(all_events, "rule")) == 12
    assert len(values(events, "rule")) == 8
    assert (values(events, "loss") == values(all_events, "loss")[4:]) is exact
    assert all(map(torch.equal, whole.parameters(), resumed.parameters())) is exact
    assert (its_state == state) is exact


@of_lightning
def test_lightning_steps_schedulers_where_mixed_precision_skipped_the_optimizer(fitting):
    module, events = watched(fitting)
    fit(module, batches(), plugins=[MixedPrecision("16-mixed", "cpu", torch.amp.GradScaler("cpu", init_scale=2.0**20))])
    assert 0 < events.count("optimizer") < len(values(events, "rule")) == 12
