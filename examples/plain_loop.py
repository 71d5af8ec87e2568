"""GreedyLR in a loop of your own.

PyTorch does nothing by itself: you call ``scheduler.step(loss)``, and you call it after ``optimizer.step()``.  Then the
rate that a batch is used with was fixed before the batch was drawn, which the convergence theorems need; the loss is
the one whose gradient was just used, so no further forward pass is spent.  With gradient accumulation pass the mean
over the micro-batches, once.  ``state_dict`` of model, optimizer and scheduler resume a run bit for bit.
"""

import torch
from torch import nn

from greedylr import GreedyLR


def main(steps: int = 200) -> None:
    """Fit a small network to a smooth function of eight variables, by batches of 64."""
    chance = torch.Generator().manual_seed(0)
    torch.manual_seed(0)
    x = torch.randn(512, 8, generator=chance)
    y = torch.sin(x.sum(dim=1, keepdim=True)) + x[:, :1]
    model = nn.Sequential(nn.Linear(8, 32), nn.Tanh(), nn.Linear(32, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    scheduler = GreedyLR(optimizer, factor=0.9, patience=2, smooth=True, window_size=8)
    rates, losses = [], []
    for _ in range(steps):
        rows = torch.randint(len(x), (64,), generator=chance)
        loss = nn.functional.mse_loss(model(x[rows]), y[rows])
        optimizer.zero_grad()
        loss.backward()
        rates += scheduler.get_last_lr()
        losses.append(loss.item())
        optimizer.step()
        scheduler.step(losses[-1])  # after the optimizer
    print(f"plain loop: {scheduler.last_epoch} steps of the rule for {steps} of the optimizer")
    print(f"rate {rates[0]:.3g}, at most {max(rates):.3g}, at last {rates[-1]:.3g}; loss {losses[0]:.3f}", end=" ")
    print(f"-> {losses[-1]:.3f}")


if __name__ == "__main__":
    main()
