"""The model that all runs of a sweep begin with, where it has to be trained first: made once, kept as a file."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from safetensors.torch import load_model, save_model

from numerics.llm.arms import Arm
from numerics.llm.models import Make, language
from numerics.llm.run import train
from numerics.llm.setting import Setting
from numerics.sweeps import store
from numerics.sweeps.store import SweepError

FILE, DIGEST, WORK = "model.safetensors", "model.sha256", "pre-training"
RATE, BATCH, SEED = 2e-3, 8, 0


def prepare(setting: Setting, folder: Path) -> str | None:
    """Make the model in ``folder`` unless it is there; its SHA-256, or None where nothing has to be trained first."""
    if not setting.pretrain:
        return None
    store.directory(folder)
    with store.locked(folder):
        kept = _kept(folder)
        if kept is None or not (folder / FILE).exists():
            first = replace(
                setting, data="reference", steps=setting.pretrain, batch=BATCH, accumulate=1, rate=RATE, rank=0,
                pretrain=0,
            )  # fmt: skip
            model = train(first, Arm("cosine-warmup"), SEED, folder / WORK, language(setting.model).make)
            save_model(model, str(folder / FILE))
            kept = _digest(folder / FILE)
            (folder / DIGEST).write_text(kept, encoding="utf-8")
            shutil.rmtree(folder / WORK)
    return kept


def maker(setting: Setting, folder: Path) -> Make:
    """How the model of every run is made: as its name says, or from the file in ``folder``.

    Raises:
        SweepError: by what is returned, where the file was damaged.
    """
    make = language(setting.model).make
    if not setting.pretrain:
        return make

    def loaded() -> Any:
        if _digest(folder / FILE) != _kept(folder):
            raise SweepError(f"{folder / FILE} is not what was stored: delete {folder.parent} and run again.")
        model = make()
        load_model(model, str(folder / FILE))
        return model

    return loaded


def _kept(folder: Path) -> str | None:
    path = folder / DIGEST
    return path.read_text(encoding="utf-8") if path.exists() else None


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
