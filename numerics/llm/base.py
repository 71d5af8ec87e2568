"""The model that all runs of a sweep begin with, where it has to be trained first: made once, kept as a file."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from safetensors.torch import load_model, save_model

from numerics.llm.arms import Arm
from numerics.llm.models import Make, language
from numerics.llm.run import state, train
from numerics.llm.setting import Setting
from numerics.sweeps import store
from numerics.sweeps.store import SweepError

WORK, OURS = "pre-training", f"model-{'?' * 12}"
RATE, BATCH, SEED = 2e-3, 8, 0


def first(setting: Setting) -> Setting:
    """How the model is trained before the runs."""
    return replace(
        setting, data="reference", steps=setting.pretrain, batch=BATCH, accumulate=1, rate=RATE, rank=0, pretrain=0
    )  # fmt: skip


def file(setting: Setting, folder: Path) -> Path:
    """Where the model is kept: another file for every way to train it."""
    told = json.dumps(first(setting).plain(), sort_keys=True)
    return folder / f"model-{hashlib.sha256(told.encode()).hexdigest()[:12]}.safetensors"


def missing(setting: Setting, folder: Path) -> bool:
    """Whether the model is still to be made, or was not made to its end."""
    if not setting.pretrain:
        return False
    path = file(setting, folder)
    return _kept(path) is None or not path.exists()


def prepare(setting: Setting, folder: Path) -> str | None:
    """Make the model in ``folder`` unless it is there; its SHA-256, or None where nothing has to be trained first."""
    if not setting.pretrain:
        return None
    path = file(setting, folder)
    with store.locked(store.directory(folder)):
        if missing(setting, folder):
            save_model(trained(setting, folder), str(path))
            store.write(_noted(path), _digest(path, path.stat().st_mtime_ns).encode())
            shutil.rmtree(_work(setting, folder))
    return _kept(path)


def trained(setting: Setting, folder: Path) -> Any:
    """The model, trained by all processes that were launched together, from their last checkpoint in ``folder``."""
    make = language(setting.model).make
    model = train(first(setting), Arm("cosine-warmup"), SEED, _work(setting, folder), make)
    state().wait_for_everyone()  # until the last one wrote its last file there
    return model


def _work(setting: Setting, folder: Path) -> Path:
    return folder / WORK / file(setting, folder).stem


def maker(setting: Setting, folder: Path) -> Make:
    """How the model of every run is made: as its name says, or from the file in ``folder``.

    Raises:
        SweepError: by what is returned, where the file was damaged.
    """
    make = language(setting.model).make
    if not setting.pretrain:
        return make
    path = file(setting, folder)

    def loaded() -> Any:
        if _digest(path, path.stat().st_mtime_ns) != _kept(path):
            raise SweepError(f"{path} is not what was stored: delete {folder.parent} and run again.")
        model = make()
        load_model(model, str(path), device=str(model.device))
        return model

    return loaded


def forget(folder: Path) -> None:
    """Delete the models that were made in ``folder``, and what is half made."""
    for path in (*folder.glob(f"{OURS}.safetensors"), *folder.glob(f"{OURS}.sha256")):
        path.unlink()
    for path in (folder / WORK).glob(OURS):
        shutil.rmtree(path)


def _noted(path: Path) -> Path:
    return path.with_suffix(".sha256")


def _kept(path: Path) -> str | None:
    """The digest that was noted; None where the model is not made, or not to its end."""
    noted = store.read(_noted(path))
    return None if noted is None else noted.decode()


@cache
def _digest(path: Path, changed: int) -> str:
    """SHA-256 of a file as it was when it was last ``changed``: one of eleven gigabytes is read once, not every run."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
