"""What all arms of a sweep over language models share: model, data, batches, precision."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from types import MappingProxyType
from typing import Any

from greedylr.checks import check_count
from numerics.sweeps.manifest import JSON

FLOOR = 0.1  # the paper's min_lr for fine-tuning, in initial rates


STEPS = 10  # of the shortest run
COUNTS: Mapping[str, tuple[str, int, str]] = MappingProxyType(
    {
        "steps": ("steps", STEPS, "optimizer steps"),
        "batch": ("batch", 1, "rows"),
        "length": ("length", 8, "tokens"),
        "accumulate": ("accumulate", 1, "micro-batches"),
        "rank": ("lora-r", 0, "directions, 0 to train all parameters"),
        "alpha": ("lora-alpha", 1, "what LoRA divides by its rank"),
        "pretrain": ("pretrain", 0, "steps, 0 for none"),
        "held_out": ("held_out", 1, "rows"),
        "save_every": ("save-every", 0, "steps, 0 for no checkpoint"),
    }
)  # what must be a whole number: the option, the least, what it counts


def is_trained(model: str) -> bool:
    """Whether a model comes with trained weights: one of the hub, and that of the package index."""
    return "/" in model or model == "smollm2"


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One experiment; ``rate`` is the shared initial learning rate, of which arms take multiples.

    Args:
        model: A name in ``numerics.llm.models``, or of a model on the hub (with a slash).
        data: ``"worked-sums"``, ``"reference"``, ``"sources"``, or a data set on the hub (with a slash).
        steps: Optimizer steps of every run, each of ``accumulate`` micro-batches of ``batch`` rows a process.
        length: Tokens of a row.
        rate: The shared initial learning rate.
        rank: LoRA's r, 0 to train all parameters; ``alpha`` and ``dropout`` are LoRA's as well.
        weight_decay: AdamW's.
        warmup: Share of the steps that schedules with a warm-up take for it.
        pretrain: Steps by which a model from random weights is first trained on the reference text.
        held_out: Rows of the held-out set.
        bf16: Mixed precision.
        checkpoint_activations: Compute activations twice instead of keeping them.
        save_every: Steps between checkpoints, 0 for none.
        floor: min_lr of GreedyLR, in initial rates.
    """

    model: str
    data: str
    steps: int
    batch: int
    length: int
    rate: float
    accumulate: int = 1
    rank: int = 8
    alpha: int = 16
    dropout: float = 0.08
    weight_decay: float = 0.0
    warmup: float = 0.1
    pretrain: int = 0
    held_out: int = 32
    bf16: bool = False
    checkpoint_activations: bool = False
    save_every: int = 25
    floor: float = FLOOR

    def __post_init__(self) -> None:
        """Refuse what cannot be run, naming the option."""
        for name, (option, least, counts) in COUNTS.items():
            check_count(option, getattr(self, name), least, counts)
        if not 0 < self.rate < math.inf:
            raise ValueError(f"lr must be positive and finite, got {self.rate!r}: LoRA often takes 2e-4.")
        for name, option in (("dropout", "lora-dropout"), ("warmup", "warmup")):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{option} must lie in [0, 1), got {getattr(self, name)!r}: it is a share.")
        if not 0 <= self.weight_decay < math.inf:
            raise ValueError(f"weight-decay must be finite and at least 0, got {self.weight_decay!r}: 0 is none.")
        if not 0 < self.floor <= 1:
            raise ValueError(f"floor must lie in (0, 1], got {self.floor!r}: min_lr is at most the initial rate.")
        if 0 < self.pretrain < STEPS:
            raise ValueError(f"pretrain must be 0, or at least {STEPS}, got {self.pretrain!r}: it counts steps.")
        if self.pretrain and is_trained(self.model):
            raise ValueError(f"pretrain must be 0 for {self.model!r}, got {self.pretrain!r}: it is trained already.")

    @property
    def marks(self) -> tuple[int, int, int]:
        """The stages of the paper: 10%, 50% and 100% of the steps."""
        return (max(1, round(self.steps / 10)), round(self.steps / 2), self.steps)

    def plain(self) -> dict[str, JSON]:
        """The setting as JSON; the floor is told where it is not the usual one, which once was the only one."""
        told: dict[str, JSON] = asdict(self)
        if self.floor == FLOOR:
            del told["floor"]
        return told


PRESETS: Mapping[str, Setting] = MappingProxyType(
    {
        "tiny": Setting(
            model="tiny", data="worked-sums", steps=250, batch=4, length=96, rate=2e-4, pretrain=300, save_every=50
        ),
        "smollm2": Setting(
            model="smollm2", data="worked-sums", steps=250, batch=1, length=80, rate=2e-4, held_out=16, save_every=25
        ),
        "phi2": Setting(
            model="microsoft/phi-2", data="w601sxs/simpleCoT", steps=250, batch=4, length=512, rate=2e-4, bf16=True
        ),
        "llama-1b": Setting(
            model="llama-3.2-1b", data="sources", steps=1000, batch=1, accumulate=32, length=2048, rate=2e-4, rank=0,
            held_out=16, bf16=True, checkpoint_activations=True, save_every=100, floor=0.0925,
        ),
    }
)  # fmt: skip


def preset(name: str, given: Mapping[str, Any]) -> Setting:
    """The preset with what was given instead of its own values; None stands for what was not."""
    if name not in PRESETS:
        raise ValueError(f"preset must be one of {', '.join(PRESETS)}, got {name!r}.")
    chosen = {key: value for key, value in given.items() if value is not None}
    if is_trained(chosen.get("model", "")):
        chosen = {"pretrain": 0} | chosen
    return replace(PRESETS[name], **chosen)
