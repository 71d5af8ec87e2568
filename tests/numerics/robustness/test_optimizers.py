"""Optimizers for many runs at once are torch's, run by run."""

import pytest

pytest.importorskip("torch")

import torch

from numerics.robustness.optimizers import OPTIMIZERS

SHAPES = [(4, 3), (5,), (2, 2, 3)]
SIZES = [12, 5, 12]
RATES = (1e-3, 0.1, 3.0)  # of three runs
TORCH = {
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "sgd-momentum": lambda p, lr: torch.optim.SGD(p, lr=lr, momentum=0.9),
    "adagrad": torch.optim.Adagrad,
    "adafactor": lambda p, lr: torch.optim.Adafactor(p, lr=lr, weight_decay=0.0),
}


def gradients(steps):
    """For three runs, some steps small and some large; not of the parameters, so that no rounding grows."""
    chance = torch.Generator().manual_seed(2)
    return [
        torch.randn(3, sum(SIZES), dtype=torch.float64, generator=chance) * 10.0 ** (step % 5 - 2)
        for step in range(steps)
    ]


def by_torch(name, start, rate, given):
    parts = [p.reshape(s).clone().requires_grad_() for p, s in zip(start.split(SIZES), SHAPES, strict=True)]
    optimizer = TORCH[name](parts, lr=rate)
    for row in given:
        for p, g in zip(parts, row.split(SIZES), strict=True):
            p.grad = g.reshape(p.shape)
        optimizer.step()
    return torch.cat([p.detach().reshape(-1) for p in parts])


@pytest.mark.parametrize("name", sorted(OPTIMIZERS))
def test_twenty_steps_in_double_precision_at_rates_a_thousand_apart(name):
    x = torch.randn(3, sum(SIZES), dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    given = gradients(20)
    expected = torch.stack([by_torch(name, x[k], rate, [g[k] for g in given]) for k, rate in enumerate(RATES)])
    moving, rates = OPTIMIZERS[name](SHAPES), torch.tensor(RATES, dtype=torch.float64)[:, None]
    for g in given:
        x = moving.step(x, g, rates)
    torch.testing.assert_close(x, expected, rtol=1e-9, atol=1e-12)
