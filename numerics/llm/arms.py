"""The schedules of a sweep over language models, GreedyLR and what it is compared with."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

from greedylr.checks import check_choice
from greedylr.rule import Rule
from numerics.llm.setting import FLOOR, Setting

BASELINES: Mapping[str, str] = MappingProxyType(
    {
        "constant": "constant",
        "cosine": "cosine",
        "linear": "linear",
        "cosine-warmup": "cosine",
        "constant-warmup": "constant_with_warmup",
        "warmup-stable-decay": "warmup_stable_decay",
    }
)  # our names, which say whether there is a warm-up, and those of transformers


@dataclass(frozen=True, slots=True)
class Arm:
    """One schedule; ``rate`` in shared initial rates, ``cap`` (max_lr) in initial rates of the arm, None for none.

    ``window`` is the number of losses that are smoothed over, or the size of a block for the comparison "test", and
    ``warmup`` that of the rule: so many losses after a rise of the rate do not count as good.
    """

    schedule: str  # "greedy" or a baseline's name
    rate: float = 1.0
    factor: float | None = None
    comparison: str | None = None
    patience: int | None = None
    window: int | None = None
    cap: float | None = None
    warmup: int = 0

    def __post_init__(self) -> None:
        """Refuse what no run could mean."""
        check_choice("a schedule", self.schedule, ("greedy", *BASELINES))
        if not 0 < self.rate < math.inf:
            raise ValueError(f"rates must be positive and finite, got {self.rate!r}: they are multiples of --lr.")
        if self.cap is not None and not self.cap >= 1:
            raise ValueError(
                f"cap must be at least 1, or 'none', got {self.cap!r}: it is a multiple of the first rate."
            )
        if self.schedule == "greedy":
            _ = self.rule

    @property
    def rule(self) -> Rule:
        """The rule, in units of the initial rate, with the floor that a setting has by itself."""
        names = ("factor", "comparison", "patience", "window", "warmup")
        told: dict[str, Any] = {name: getattr(self, name) for name in names}
        most = math.inf if self.cap is None else self.cap
        return Rule(**told, order="next", min_lr=FLOOR, max_lr=most)

    def options(self, setting: Setting) -> dict[str, Any]:
        """The arguments of ``greedylr.GreedyLR``."""
        initial = setting.rate * self.rate
        most = math.inf if self.cap is None else self.cap * initial
        return {
            "factor": self.factor, "comparison": self.comparison, "patience": self.patience, "threshold": 0.0,
            "warmup": self.warmup,
            "smooth": self.window != 1 and self.comparison != "test", "window_size": self.window,
            "min_lr": setting.floor * initial, "max_lr": most, "reset_start": 0,
        }  # fmt: skip

    def transformers(self, setting: Setting) -> dict[str, Any]:
        """What ``TrainingArguments`` are told of it."""
        told: dict[str, Any] = {"learning_rate": setting.rate * self.rate}
        if self.schedule == "greedy":
            return told | {"lr_scheduler_kwargs": self.options(setting)}
        told |= {"lr_scheduler_type": BASELINES[self.schedule]}
        if "warmup" in self.schedule:
            told["warmup_steps"] = max(1, round(setting.warmup * setting.steps))
        if self.schedule == "warmup-stable-decay":
            told["lr_scheduler_kwargs"] = {"num_decay_steps": max(1, setting.steps // 5)}
        return told

    def plain(self) -> dict[str, Any]:
        """The arm as JSON; the warm-up of the rule is told where there is one, since once there was none."""
        told = asdict(self)
        if not self.warmup:
            del told["warmup"]
        return told

    @property
    def name(self) -> str:
        """A few words."""
        initial = "" if self.rate == 1 else f" at {self.rate:g} x"
        if self.schedule != "greedy":
            return f"{self.schedule}{initial}"
        cap = "no cap" if self.cap is None else f"cap {self.cap:g}"
        numbers = f"patience {self.patience}, window {self.window}"
        if self.warmup:
            numbers += f", warm-up {self.warmup}"
        return f"greedy F {self.factor:g}, {self.comparison}, {numbers}, {cap}{initial}"
