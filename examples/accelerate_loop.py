"""GreedyLR with Hugging Face accelerate.

By default a prepared scheduler's ``step(loss)`` steps the scheduler once for every process, because accelerate means
``step()`` to count batches of one process: with eight processes GreedyLR compares every loss with itself seven times
and cuts the rate on the way.  Within ``accumulate`` it steps only where the optimizer does, with the loss of the last
micro-batch.  ``step_scheduler_with_optimizer=False`` leaves both to you: one call is one step, and you call it, with
the mean over the micro-batches, where the gradients were synchronised and the optimizer stepped.

``prepare`` also puts the scheduler into ``save_state`` and ``load_state``; they resume a run bit for bit.  With several
processes (``accelerate launch``) ``reduce="mean"`` makes all of them decide from the mean of their losses.
"""

import torch
from accelerate import Accelerator
from torch import nn

from greedylr import GreedyLR


def main(epochs: int = 8) -> None:
    """Fit a small network to a smooth function of eight variables, two micro-batches of 16 to an optimizer step."""
    accelerator = Accelerator(cpu=True, gradient_accumulation_steps=2, step_scheduler_with_optimizer=False)
    torch.manual_seed(0)
    x = torch.randn(512, 8)
    data = torch.utils.data.TensorDataset(x, torch.sin(x.sum(dim=1, keepdim=True)) + x[:, :1])
    model = nn.Sequential(nn.Linear(8, 32), nn.Tanh(), nn.Linear(32, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    scheduler = GreedyLR(optimizer, factor=0.9, patience=2, smooth=True, window_size=8, reduce="mean")
    model, optimizer, batches, scheduler = accelerator.prepare(
        model, optimizer, torch.utils.data.DataLoader(data, batch_size=16, shuffle=True), scheduler
    )
    rates, losses, parts = [], [], []
    for _ in range(epochs):
        for inputs, targets in batches:
            with accelerator.accumulate(model):
                loss = nn.functional.mse_loss(model(inputs), targets)
                accelerator.backward(loss)
                parts.append(loss.item())
                optimizer.step()
                if accelerator.sync_gradients:
                    mean, parts = sum(parts) / len(parts), []
                    if not accelerator.optimizer_step_was_skipped:  # mixed precision: an overflow
                        rates += scheduler.get_last_lr()
                        losses.append(mean)
                        scheduler.step(mean)  # after the optimizer
                optimizer.zero_grad()
    steps = scheduler.state_dict()["last_epoch"]
    accelerator.print(f"accelerate: {steps} steps of the rule for {len(rates)} of the optimizer")
    accelerator.print(f"rate {rates[0]:.3g}, at most {max(rates):.3g}, at last {rates[-1]:.3g};", end=" ")
    accelerator.print(f"loss {losses[0]:.3f} -> {losses[-1]:.3f}")
    accelerator.end_training()


if __name__ == "__main__":
    main()
