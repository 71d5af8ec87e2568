"""What Lightning does with a GreedyLR by default, and with the right setting."""

import logging

import pytest

torch = pytest.importorskip("torch")
lightning = pytest.importorskip("lightning")

from framework_runs import example, of_lightning, one_thread  # noqa: E402, F401 - a fixture
from lightning.pytorch.callbacks import ModelCheckpoint  # noqa: E402
from lightning.pytorch.plugins.precision import MixedPrecision  # noqa: E402
from lightning.pytorch.utilities.exceptions import MisconfigurationException  # noqa: E402


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
