"""The eight neural families of the paper's Table 11, small: each is what its name says.

Convolutions are matrix products over 3 x 3 patches: a batch of runs must give the bits of a single run, and the grouped
convolutions that it would become do not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import torch
from torch import Tensor, nn

from numerics.robustness.data import CLASSES, SEQUENCE, TOKENS

SIDE = 8  # pixels of an image's side


class Mlp(nn.Module):
    """Two layers: inputs, ``hidden`` units, outputs."""

    def __init__(self, inputs: int, outputs: int, hidden: int = 32) -> None:
        """With that many inputs, outputs and hidden units."""
        super().__init__()
        self.first, self.last = nn.Linear(inputs, hidden), nn.Linear(hidden, outputs)

    def forward(self, x: Tensor) -> Tensor:
        """Shape (n, inputs) to (n, outputs)."""
        found: Tensor = self.last(torch.relu(self.first(x)))
        return found


class Convolution(nn.Module):
    """3 x 3, with zeros around, as a product with patches; shape (n, c, s, s) to (n, d, s/stride, s/stride)."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        """From and to that many channels, at every ``stride``-th pixel."""
        super().__init__()
        self.stride, self.weights = stride, nn.Linear(9 * inputs, outputs)

    def forward(self, x: Tensor) -> Tensor:
        """Of every patch, all channels."""
        side = x.shape[-1] // self.stride
        patches = nn.functional.unfold(x, 3, padding=1, stride=self.stride).transpose(-1, -2)
        found: Tensor = self.weights(patches).transpose(-1, -2)
        return found.reshape(*found.shape[:-1], side, side)


class ConvNet(nn.Module):
    """Three convolutions, the first and third halving the side, and a linear layer."""

    def __init__(self, channels: int = 12) -> None:
        """With that many channels."""
        super().__init__()
        self.layers = nn.ModuleList(
            [Convolution(1, channels, 2), Convolution(channels, channels), Convolution(channels, channels, 2)]
        )
        self.last = nn.Linear(channels * 4, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        """Shape (n, 64) to (n, 10)."""
        z = x.reshape(*x.shape[:-1], 1, SIDE, SIDE)
        for layer in self.layers:
            z = torch.relu(layer(z))
        found: Tensor = self.last(z.flatten(-3))
        return found


class ResNet(nn.Module):
    """A convolution, blocks of two with a skip around each, a mean over the pixels, and a linear layer."""

    def __init__(self, channels: int = 8, blocks: int = 2) -> None:
        """With that many channels and blocks."""
        super().__init__()
        self.first = Convolution(1, channels, 2)
        self.ones = nn.ModuleList(Convolution(channels, channels) for _ in range(blocks))
        self.twos = nn.ModuleList(Convolution(channels, channels) for _ in range(blocks))
        self.last = nn.Linear(channels, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        """Shape (n, 64) to (n, 10)."""
        z = torch.relu(self.first(x.reshape(*x.shape[:-1], 1, SIDE, SIDE)))
        for one, two in zip(self.ones, self.twos, strict=True):
            z = torch.relu(z + two(torch.relu(one(z))))
        found: Tensor = self.last(z.mean(dim=(-2, -1)))
        return found


class Attention(nn.Module):
    """Each place looks at all: softmax(Q K' / sqrt(d)) V, in ``heads`` parts."""

    def __init__(self, width: int, heads: int) -> None:
        """With ``heads`` parts of the width."""
        super().__init__()
        self.heads, self.look, self.out = heads, nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, z: Tensor) -> Tensor:
        """Shape (n, places, width), the same."""
        parts = self.look(z).reshape(*z.shape[:-1], 3, self.heads, -1).movedim(-3, 0).transpose(-2, -3)
        query, key, value = parts[0], parts[1], parts[2]
        weights = torch.softmax(query @ key.transpose(-1, -2) / query.shape[-1] ** 0.5, dim=-1)
        found: Tensor = self.out((weights @ value).transpose(-2, -3).flatten(-2))
        return found


class Block(nn.Module):
    """A transformer's: attention and a two-layer network, each behind a norm and beside a skip."""

    def __init__(self, width: int, heads: int) -> None:
        """With ``heads`` parts of the width."""
        super().__init__()
        self.norms = nn.ModuleList([nn.LayerNorm(width), nn.LayerNorm(width)])
        self.attention, self.network = Attention(width, heads), Mlp(width, width, 2 * width)

    def forward(self, z: Tensor) -> Tensor:
        """Shape (n, places, width), the same."""
        z = z + self.attention(self.norms[0](z))
        found: Tensor = z + self.network(self.norms[1](z))
        return found


class Sequence(nn.Module):
    """Tokens with their places, layers, a mean over the places, and a linear layer."""

    def __init__(self, width: int, layers: nn.ModuleList) -> None:
        """With these layers in the middle."""
        super().__init__()
        self.tokens, self.places = nn.Embedding(TOKENS, width), nn.Embedding(SEQUENCE, width)
        self.layers, self.last = layers, nn.Linear(width, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        """Shape (n, 16), whole numbers, to (n, 10)."""
        z = self.tokens(x) + self.places.weight
        for layer in self.layers:
            z = layer(z)
        found: Tensor = self.last(z.mean(dim=-2))
        return found


class Vision(nn.Module):
    """A vision transformer: patches of 2 x 2 pixels with their places, blocks, a mean, and a linear layer."""

    def __init__(self, width: int, depth: int, heads: int) -> None:
        """With ``depth`` blocks."""
        super().__init__()
        self.patches, self.places = nn.Linear(4, width), nn.Embedding(SEQUENCE, width)
        self.layers, self.last = nn.ModuleList(Block(width, heads) for _ in range(depth)), nn.Linear(width, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        """Shape (n, 64) to (n, 10)."""
        cut = x.reshape(*x.shape[:-1], 4, 2, 4, 2).transpose(-2, -3).reshape(*x.shape[:-1], SEQUENCE, 4)
        z = self.patches(cut) + self.places.weight
        for layer in self.layers:
            z = layer(z)
        found: Tensor = self.last(z.mean(dim=-2))
        return found


@dataclass(frozen=True)
class Family:
    """A row of Table 11: the data it learns and how its model is made."""

    data: str
    make: Callable[[], nn.Module]


def _attention(width: int, heads: int) -> Sequence:
    return Sequence(width, nn.ModuleList([Attention(width, heads)]))


def _transformer(width: int, depth: int, heads: int) -> Sequence:
    return Sequence(width, nn.ModuleList(Block(width, heads) for _ in range(depth)))


FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        "mlp-wine": Family("wine", lambda: Mlp(13, 3)),
        "mlp-breast-cancer": Family("breast-cancer", lambda: Mlp(30, 2)),
        "mlp-diabetes": Family("diabetes", lambda: Mlp(10, 1)),
        "convnet": Family("digits", ConvNet),
        "resnet": Family("digits", ResNet),
        "attention": Family("digit-tokens", lambda: _attention(16, 1)),
        "multi-head-attention": Family("digit-tokens", lambda: _attention(16, 4)),
        "vision-transformer": Family("digits", lambda: Vision(16, 1, 2)),
        "deep-transformer": Family("digit-tokens", lambda: _transformer(8, 4, 2)),
        "wide-transformer": Family("digit-tokens", lambda: _transformer(32, 1, 4)),
    }
)


def loss(output: Tensor, y: Tensor) -> Tensor:
    """Mean cross-entropy for classes, mean squared error for numbers."""
    if y.dtype == torch.int64:
        return nn.functional.cross_entropy(output, y)
    return nn.functional.mse_loss(output.squeeze(-1), y)
