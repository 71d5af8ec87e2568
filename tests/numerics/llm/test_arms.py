"""What can be asked of a sweep over language models: its setting and its arms."""

import math
from dataclasses import replace

import pytest

from numerics.llm.arms import BASELINES, Arm
from numerics.llm.setting import PRESETS, Setting, preset

TINY = PRESETS["tiny"]
GREEDY = Arm("greedy", 2.0, 0.5, "best", 10, 50, 4.0)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"steps": 9}, "steps must be"),
        ({"batch": 0}, "batch must be at least 1, got 0: it counts rows"),
        ({"length": 2}, "length must be at least 8, got 2: it counts tokens"),
        ({"rank": -1}, "lora-r must be at least 0, got -1"),
        ({"alpha": 0}, "lora-alpha must be at least 1, got 0"),
        ({"weight_decay": -1.0}, "weight-decay must be finite and at least 0, got -1.0"),
        ({"weight_decay": math.nan}, "weight-decay must be finite and at least 0, got nan"),
        ({"pretrain": 9}, "pretrain must be 0, or at least 10, got 9"),
        ({"model": "smollm2"}, "pretrain must be 0 for 'smollm2', got 300: it is trained already"),
        ({"rate": 0.0}, "lr must be positive and finite, got 0.0: LoRA often takes 2e-4"),
        ({"rate": math.nan}, "lr must be positive and finite, got nan"),
        ({"dropout": 1.0}, r"lora-dropout must lie in \[0, 1\), got 1.0"),
        ({"warmup": -0.1}, r"warmup must lie in \[0, 1\), got -0.1"),
        ({"model": "a/b"}, "pretrain must be 0 for 'a/b', got 300: it is trained already"),
    ],
)
def test_settings_that_cannot_run_are_refused(given, message):
    with pytest.raises((ValueError, TypeError), match=message):
        replace(TINY, **given)


def test_a_preset_takes_what_is_given_and_a_model_of_the_hub_is_not_pre_trained():
    assert preset("tiny", {"steps": 20, "batch": None}) == replace(TINY, steps=20)
    assert preset("tiny", {"model": "a/b"}).pretrain == 0
    assert preset("tiny", {"model": "smollm2"}).pretrain == 0
    with pytest.raises(ValueError, match="preset must be one of tiny, smollm2, phi2, llama-1b, got 'huge'"):
        preset("huge", {})


def test_the_paper_s_two_experiments_are_presets():
    phi, llama = PRESETS["phi2"], PRESETS["llama-1b"]
    assert (phi.model, phi.data, phi.rank, phi.alpha, phi.dropout, phi.rate, phi.steps, phi.bf16) == (
        "microsoft/phi-2", "w601sxs/simpleCoT", 8, 16, 0.08, 2e-4, 250, True,
    )  # fmt: skip
    assert (llama.steps, llama.rate, llama.batch, llama.accumulate, llama.bf16, llama.rank) == (
        1000,
        2e-4,
        1,
        32,
        True,
        0,
    )
    assert llama.warmup * llama.steps == 100


def test_stages_are_a_tenth_a_half_and_all_of_the_steps():
    assert TINY.marks == (25, 125, 250)
    assert Setting(model="tiny", data="worked-sums", steps=10, batch=1, length=8, rate=1.0).marks == (1, 5, 10)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"schedule": "step"}, "a schedule must be one of"),
        ({"rate": 0.0}, "rates must be positive and finite, got 0.0: they are multiples of --lr"),
        ({"cap": 0.5}, "cap must be at least 1, or 'none', got 0.5"),
        ({"factor": 1.5}, "factor must"),
        ({"comparison": "worst"}, "comparison must"),
        ({"patience": -1}, "patience must"),
        ({"warmup": -1}, "warmup must"),
    ],
)
def test_arms_that_cannot_run_are_refused(given, message):
    with pytest.raises((ValueError, TypeError), match=message):
        replace(GREEDY, **given)


def test_the_scheduler_is_told_rates_in_the_arm_s_own_unit():
    told = GREEDY.options(TINY)
    assert told["min_lr"] == pytest.approx(4e-5)
    assert told["max_lr"] == pytest.approx(16e-4)
    assert GREEDY.transformers(TINY)["learning_rate"] == pytest.approx(4e-4)
    assert replace(GREEDY, cap=None).options(TINY)["max_lr"] == math.inf


def test_the_test_of_blocks_smooths_nothing():
    assert not replace(GREEDY, comparison="test", window=10).options(TINY)["smooth"]
    assert GREEDY.options(TINY)["smooth"]
    assert not replace(GREEDY, window=1).options(TINY)["smooth"]


def test_only_schedules_that_say_so_warm_up():
    for name in BASELINES:
        assert ("warmup_steps" in Arm(name).transformers(TINY)) == ("warmup" in name)


def test_the_warm_up_of_the_rule_reaches_the_scheduler_and_is_told_where_there_is_one():
    waiting = replace(GREEDY, warmup=100)
    assert (waiting.options(TINY)["warmup"], GREEDY.options(TINY)["warmup"]) == (100, 0)
    assert waiting.rule.warmup == 100
    assert waiting.plain() == GREEDY.plain() | {"warmup": 100}
    assert "warmup" not in GREEDY.plain()
    assert Arm(**waiting.plain()) == waiting
    assert Arm(**GREEDY.plain()) == GREEDY


def test_arms_have_names_of_their_own():
    arms = [
        GREEDY,
        replace(GREEDY, cap=None),
        replace(GREEDY, factor=0.75),
        replace(GREEDY, rate=1.0),
        replace(GREEDY, warmup=100),
        Arm("cosine"),
        Arm("cosine", 3.0),
    ]
    assert len({arm.name for arm in arms}) == len(arms)


def test_the_floor_of_the_pre_training_is_the_papers():
    assert Arm("greedy", 1.0, 0.95, "best", 10, 50).options(PRESETS["llama-1b"])["min_lr"] == pytest.approx(1.85e-5)
    assert Arm("greedy", 3.0, 0.95, "best", 10, 50).options(PRESETS["phi2"])["min_lr"] == pytest.approx(6e-5)


def test_a_floor_is_told_where_it_is_not_the_usual_one():
    assert PRESETS["llama-1b"].plain()["floor"] == 0.0925
    assert "floor" not in PRESETS["tiny"].plain()
    assert all(Setting(**setting.plain()) == setting for setting in PRESETS.values())


@pytest.mark.parametrize("floor", [0.0, -0.1, 1.5, math.nan])
def test_a_floor_that_is_no_share_is_refused(floor):
    with pytest.raises(ValueError, match=r"floor must lie in \(0, 1\], got .*: min_lr is at most the initial rate"):
        replace(PRESETS["tiny"], floor=floor)
