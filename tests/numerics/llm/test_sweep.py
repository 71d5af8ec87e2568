"""What a sweep over language models runs."""

from dataclasses import replace

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("peft")
pytest.importorskip("accelerate")

from numerics.llm.setting import PRESETS
from numerics.llm.sweep import LanguageSweep


def test_a_sweep_runs_every_warm_up_and_tells_it_where_it_is_asked_for():
    usual = LanguageSweep(setting=PRESETS["tiny"], factors=(0.5,), baselines=())
    asked = replace(usual, warmup=(0, 100))
    assert [arm.warmup for arm in asked.arms() if arm.cap is None] == [0, 100]
    assert "warmup" not in usual.plain()
    assert asked.plain()["warmup"] == (0, 100)
