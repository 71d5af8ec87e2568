"""One run at a time on several processes: the first one keeps the sweep, the others train what it says.

``accelerate launch`` starts as many processes as there are devices.  Each of them trains every run, on its own share of
the batches; the tables, the manifest and the progress are the first one's.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import torch
from accelerate.utils import broadcast_object_list

from numerics.llm import base
from numerics.llm.run import state
from numerics.llm.setting import Setting
from numerics.llm.sweep import BASE, Training
from numerics.sweeps.tables import Tables


def processes() -> int:
    """How many processes were launched together."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def accelerated() -> bool:
    """Whether there is an accelerator, which trains one run at a time."""
    return torch.cuda.is_available()


def _told(message: Any) -> Any:
    """What the first process says, in every process."""
    box = [message]
    state()
    broadcast_object_list(box, from_process=0)
    return box[0]


def base_model(setting: Setting, folder: Path) -> str | None:
    """``base.prepare`` in the first process, with the help of the others where the model is to be trained."""
    if base.missing(setting, folder):
        _told({"base": setting.plain()})
    return base.prepare(setting, folder)


@dataclass(frozen=True)
class Leading:
    """The work of a sweep in the first process: every run is announced to the others, then trained with them."""

    training: Training
    __module__ = Training.__module__  # whose code decides the results

    def __call__(self, arguments: Mapping[str, Any]) -> Tables:
        """The tables of the run."""
        _told({"run": dict(arguments)})
        return self.training(arguments)


def is_first() -> bool:
    """Whether this process is the first one."""
    return bool(state().is_main_process)


def follow(training: Training) -> None:
    """Train what the first process announces, until it says that nothing is left."""
    while (message := _told(None)) is not None:
        if "run" in message:
            training(message["run"])
        else:
            base.trained(Setting(**message["base"]), Path(training.folder) / BASE)  # which the first one keeps


def release() -> None:
    """Tell the others that nothing is left."""
    _told(None)


def leave() -> NoReturn:
    """End this process, all that it wrote being written.

    Not by the way of the interpreter: gloo's threads may drop a tensor while that ends, which aborts the process.
    """
    state().destroy_process_group()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
