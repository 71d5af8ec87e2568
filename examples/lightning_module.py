"""GreedyLR in Lightning.

By default Lightning demands a ``monitor`` for a GreedyLR, as for every ``ReduceLROnPlateau``, and steps it once per
epoch: with the loss of its last batch, or with the mean if that was logged with ``on_epoch=True``.  With ``interval``
"step" it steps it after every optimizer step with the loss of that batch, but only after ``on_train_batch_end`` and
validation: a checkpoint that is written there lacks the step, and a run that is resumed from it is another one.  With
``accumulate_grad_batches`` it sees the last micro-batch only.

``"reduce_on_plateau": False`` makes Lightning step it as it steps every other scheduler, between the optimizer and all
that writes checkpoints, and ``lr_scheduler_step`` gives it the mean loss of the micro-batches.  Its state is in the
checkpoints; a resumed run goes on bit for bit if the batches do, which here depend on the epoch only.  Steps that the
optimizer skips because mixed precision overflowed are steps of the rule, as they are of every scheduler in Lightning.
"""

import logging
import tempfile
from typing import Any

import lightning
import torch
from lightning.pytorch.callbacks import ModelCheckpoint
from torch import Tensor, nn

from greedylr import GreedyLR


class Fit(lightning.LightningModule):
    """A small network, to be fitted to a function of eight variables."""

    def __init__(self) -> None:
        """Always the same initial parameters."""
        super().__init__()
        torch.manual_seed(0)
        self.net = nn.Sequential(nn.Linear(8, 32), nn.Tanh(), nn.Linear(32, 1))
        self.parts: list[float] = []
        self.rates: list[float] = []
        self.losses: list[float] = []

    def training_step(self, batch: list[Tensor], index: int) -> Tensor:
        """The loss of a micro-batch, noted for the rule."""
        loss = nn.functional.mse_loss(self.net(batch[0]), batch[1])
        self.parts.append(loss.item())
        return loss

    def configure_optimizers(self) -> dict[str, Any]:
        """Step the scheduler after every optimizer step, and not where plateau schedulers are stepped."""
        optimizer = torch.optim.SGD(self.parameters(), lr=0.05, momentum=0.9)
        scheduler = GreedyLR(optimizer, factor=0.9, patience=2, smooth=True, window_size=8, reduce="mean")
        how = {"scheduler": scheduler, "interval": "step", "reduce_on_plateau": False}
        return {"optimizer": optimizer, "lr_scheduler": how}

    def lr_scheduler_step(self, scheduler: GreedyLR, metric: None) -> None:
        """One step of the rule with the mean loss of the micro-batches; Lightning calls it after the optimizer."""
        self.losses.append(sum(self.parts) / len(self.parts))
        self.rates += scheduler.get_last_lr()
        self.parts.clear()
        scheduler.step(self.losses[-1])


def train(callbacks: list[ModelCheckpoint], resume: str | None = None) -> Fit:
    """Eight epochs, two micro-batches of 16 to an optimizer step."""
    x = torch.randn(512, 8, generator=torch.Generator().manual_seed(0))
    data = torch.utils.data.TensorDataset(x, torch.sin(x.sum(dim=1, keepdim=True)) + x[:, :1])
    order = torch.utils.data.DistributedSampler(data, num_replicas=1, rank=0)  # Lightning tells it the epoch
    trainer = lightning.Trainer(
        accelerator="cpu", max_epochs=8, accumulate_grad_batches=2, callbacks=callbacks, logger=False,
        enable_checkpointing=bool(callbacks), enable_model_summary=False, enable_progress_bar=False,
    )  # fmt: skip
    module = Fit()
    trainer.fit(module, torch.utils.data.DataLoader(data, batch_size=16, sampler=order), ckpt_path=resume)
    return module


def main() -> None:
    """Train, and train the second half again."""
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        whole = train([ModelCheckpoint(folder, "{step}", every_n_epochs=4, save_top_k=-1)])
        rates, losses = whole.rates, whole.losses
        steps = whole.lr_schedulers().last_epoch
        print(f"lightning: {steps} steps of the rule for {whole.global_step} of the optimizer")
        print(f"rate {rates[0]:.3g}, at most {max(rates):.3g}, at last {rates[-1]:.3g};", end=" ")
        print(f"loss {losses[0]:.3f} -> {losses[-1]:.3f}")
        half = train([], resume=f"{folder}/step=64.ckpt")
        same = all(map(torch.equal, whole.parameters(), half.parameters())) and half.rates == rates[-len(half.rates) :]
        print(f"resumed in the middle: the same {len(half.rates)} rates and the same parameters: {same}")


if __name__ == "__main__":
    main()
