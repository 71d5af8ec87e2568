"""Rows of tokens, to train on and to be held out."""

from __future__ import annotations

from functools import cache
from itertools import islice
from typing import Any

import torch
from torch import Tensor

from numerics.extra import require
from numerics.llm import texts
from numerics.llm.models import Encode, language, reachable, unreachable
from numerics.llm.setting import Setting

HELD_OUT_SEED = -1  # of worked sums; those of it are never trained on
SHARE = 0.1  # of a text, its end, is held out
Rows = list[dict[str, Tensor]]


def training_rows(setting: Setting, count: int, seed: int) -> Rows:
    """``count`` rows drawn by the seed."""
    encode = language(setting.model).encode
    if setting.data == "worked-sums":
        return _dicts(_sums(encode, count, setting.length, seed))
    tokens = _text(setting.model, setting.data)
    return _dicts(_windows(tokens[: _split(tokens, setting.length)], count, setting.length, seed))


def held_out_rows(setting: Setting) -> Rows:
    """The same for every run."""
    encode = language(setting.model).encode
    if setting.data == "worked-sums":
        return _dicts(_sums(encode, setting.held_out, setting.length, HELD_OUT_SEED))
    tokens = _text(setting.model, setting.data)
    return _dicts(_windows(tokens[_split(tokens, setting.length) :], setting.held_out, setting.length, HELD_OUT_SEED))


def _dicts(rows: Tensor) -> Rows:
    """As the Trainer takes them; the labels are the tokens, which the model shifts by one."""
    return [{"input_ids": row, "labels": row} for row in rows]


@cache
def _held_out_sums(count: int) -> frozenset[str]:
    return frozenset(islice(texts.worked_sums(HELD_OUT_SEED), count))


def _sums(encode: Encode, count: int, length: int, seed: int) -> Tensor:
    """Examples one after the other, cut into rows, shape (count, length)."""
    known = _held_out_sums(10_000) if seed != HELD_OUT_SEED else frozenset[str]()
    tokens: list[int] = []
    for example in texts.worked_sums(seed):
        if example not in known:
            tokens += encode(example)
        if len(tokens) >= count * length:
            break
    return torch.tensor(tokens[: count * length]).reshape(count, length)


def _split(tokens: Tensor, length: int) -> int:
    """Where the held-out end begins."""
    cut = int(len(tokens) * (1 - SHARE))
    if min(cut, len(tokens) - cut) <= length:
        raise ValueError(f"the text has {len(tokens)} tokens, too few for rows of {length}: lower --length.")
    return cut


def _windows(tokens: Tensor, count: int, length: int, seed: int) -> Tensor:
    """Rows from random places, shape (count, length)."""
    chance = torch.Generator().manual_seed(seed % 2**63)
    starts = torch.randint(0, len(tokens) - length + 1, (count,), generator=chance)
    return torch.stack([tokens[start : start + length] for start in starts.tolist()])


@cache
def _text(model: str, data: str) -> Tensor:
    """The tokens of a text, shape (tokens,)."""
    if "/" in data:
        text = _from_hub(data)
    elif data in ("reference", "sources"):
        text = texts.reference() if data == "reference" else texts.sources()
    else:
        known = "worked-sums, reference, sources"
        raise ValueError(f"dataset must be one of {known}, or of the hub, with a slash; got {data!r}.")
    return torch.tensor(language(model).encode(text))


def _from_hub(name: str) -> str:
    """All texts of a data set's training part, an example's columns one after the other."""
    require(("datasets",), f"pip install datasets, which fetches {name!r}")
    import datasets  # type: ignore[import-untyped, import-not-found, unused-ignore]  # noqa: PLC0415 - often not needed

    try:
        if not reachable():
            datasets.config.HF_HUB_OFFLINE = True
        table = datasets.load_dataset(name, split="train")
    except Exception as error:
        raise unreachable("data set", name, error) from error
    examples: list[dict[str, Any]] = list(table)
    return "\n\n".join("\n".join(v for v in example.values() if isinstance(v, str)) for example in examples)
