"""One run of a language model: what it writes, how it ends, and that it goes on where it was killed."""

import json
import math
import shutil
from itertools import pairwise

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("peft")
pytest.importorskip("accelerate")

import torch
from transformers import AutoModelForCausalLM

from numerics.llm import data, texts
from numerics.llm import run as runs
from numerics.llm.arms import Arm
from numerics.llm.data import held_out_rows, training_rows
from numerics.llm.models import SHAPES, language, with_lora
from numerics.llm.run import STEPS, Recorder, newest_checkpoint, read, train
from numerics.llm.setting import Setting
from numerics.sweeps.store import SweepError

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")

SHORT = Setting(
    model="tiny", data="worked-sums", steps=12, batch=2, length=16, rate=1e-2, held_out=2, save_every=4, accumulate=2
)
GREEDY = Arm("greedy", 1.0, 0.5, "previous", 0, 1, 8.0)
MAKE = language("tiny").make


def lines(folder):
    return read(folder / STEPS)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """An uninterrupted run of GreedyLR."""
    folder = tmp_path_factory.mktemp("whole")
    train(SHORT, GREEDY, 7, folder, MAKE)
    return lines(folder)


def test_every_step_and_every_stage_has_a_line(whole):
    assert [line["step"] for line in whole if "loss" in line] == list(range(1, 13))
    assert [line["step"] for line in whole if "held_out" in line] == [0, 1, 6, 12]


def test_rates_are_those_that_the_rule_makes_of_the_losses(whole):
    """In lock-step: the rate of step t + 1 is decided by the loss of step t, once the optimizer used its own."""
    steps = [line for line in whole if "loss" in line]
    state = GREEDY.rule.start(1.0)
    assert len({line["rate"] for line in steps}) > 2
    for before, after in pairwise(steps):
        state = GREEDY.rule.step(state, before["loss"])
        assert after["rate"] == pytest.approx(state.rate * SHORT.rate, rel=1e-12)


@pytest.mark.parametrize("arm", [GREEDY, Arm("greedy", 1.0, 0.5, "best", 1, 3), Arm("cosine-warmup")])
@pytest.mark.parametrize("killed_at", [2, 4, 7, 12])
def test_a_killed_run_goes_on_bit_for_bit(arm, killed_at, tmp_path, monkeypatch):
    class Killer(Recorder):
        def on_log(self, args, state, control, logs, **rest):
            super().on_log(args, state, control, logs=logs, **rest)
            if state.global_step == killed_at and "loss" in logs:
                raise KeyboardInterrupt

    whole, cut = tmp_path / "whole", tmp_path / "cut"
    model = train(SHORT, arm, 3, whole, MAKE)
    monkeypatch.setattr(runs, "Recorder", Killer)
    with pytest.raises(KeyboardInterrupt):
        train(SHORT, arm, 3, cut, MAKE)
    with (cut / STEPS).open("a") as file:
        file.write('{"step": 8, "lo')  # half a line, as a kill may leave it
    monkeypatch.undo()
    again = train(SHORT, arm, 3, cut, MAKE)
    assert (whole / STEPS).read_bytes() == (cut / STEPS).read_bytes()
    for one, other in zip(model.parameters(), again.parameters(), strict=True):
        assert torch.equal(one, other)


def test_a_checkpoint_that_is_not_whole_is_not_used(tmp_path):
    train(SHORT, GREEDY, 3, tmp_path, MAKE)
    (last,) = tmp_path.glob("checkpoint-*")
    assert newest_checkpoint(tmp_path) == last
    half = shutil.copytree(last, tmp_path / "checkpoint-99")
    (half / "trainer_state.json").write_text('{"epoch": 1')
    assert newest_checkpoint(tmp_path) == last
    assert not half.exists()


def test_a_run_whose_loss_is_no_number_ends_there(tmp_path):
    wild = Setting(model="tiny", data="worked-sums", steps=60, batch=2, length=16, rate=1e4, held_out=2, rank=0)
    train(wild, Arm("greedy", 1.0, 0.25, "previous", 0, 1), 1, tmp_path, MAKE)
    *_, last = (line for line in lines(tmp_path) if "loss" in line)
    assert not math.isfinite(last["loss"])
    assert last["step"] < 60
    assert all(math.isfinite(line["loss"]) for line in lines(tmp_path)[:-1] if "loss" in line)


def test_runs_of_one_seed_see_the_same_batches_whatever_the_schedule(tmp_path, whole):
    train(SHORT, Arm("constant"), 7, tmp_path, MAKE)
    first = {name: next(line for line in found if line["step"] == 1) for name, found in
             (("greedy", whole), ("constant", lines(tmp_path)))}  # fmt: skip
    assert first["greedy"] == first["constant"]


def test_accumulated_micro_batches_are_one_batch(tmp_path):
    plain = Setting(model="tiny", data="worked-sums", steps=10, batch=4, length=16, rate=1e-3, held_out=2, dropout=0.0)
    parts = Setting(model="tiny", data="worked-sums", steps=10, batch=2, accumulate=2, length=16, rate=1e-3, held_out=2,
                    dropout=0.0)  # fmt: skip
    for name, setting in (("plain", plain), ("parts", parts)):
        train(setting, Arm("constant"), 7, tmp_path / name, MAKE)
    one, other = ([line["loss"] for line in lines(tmp_path / name) if "loss" in line] for name in ("plain", "parts"))
    assert one == pytest.approx(other, rel=1e-4)


def test_where_memory_does_not_suffice_the_options_that_need_less_are_named(tmp_path):
    def greedy_for_memory():
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 80.00 GiB.")

    with pytest.raises(SweepError, match=r"CUDA out of memory.*--batch.*--length, --bf16, --checkpoint-activations"):
        train(SHORT, GREEDY, 1, tmp_path, greedy_for_memory)

    def too_much_here():
        return torch.empty(2**60)

    with pytest.raises(SweepError, match="memory does not suffice"):
        train(SHORT, GREEDY, 1, tmp_path, too_much_here)


def test_other_errors_are_not_taken_for_a_lack_of_memory(tmp_path):
    def broken():
        raise RuntimeError("something else")

    with pytest.raises(RuntimeError, match="something else"):
        train(SHORT, GREEDY, 1, tmp_path, broken)


def test_saved_activations_change_no_loss(tmp_path):
    for name in ("kept", "again"):
        setting = Setting(**{**SHORT.plain(), "checkpoint_activations": name == "again"})
        train(setting, GREEDY, 7, tmp_path / name, MAKE)
    assert lines(tmp_path / "kept") == lines(tmp_path / "again")


def test_held_out_rows_are_not_trained_on():
    held = {tuple(row["input_ids"].tolist()) for row in held_out_rows(SHORT)}
    trained = {tuple(row["input_ids"].tolist()) for row in training_rows(SHORT, 500, 1)}
    assert held
    assert not held & trained
    text = Setting(**{**SHORT.plain(), "data": "reference"})
    assert all(len(row["input_ids"]) == 16 for row in [*training_rows(text, 5, 1), *held_out_rows(text)])


def test_an_example_of_the_held_out_set_is_left_out_of_the_training_set(monkeypatch):
    held = next(texts.worked_sums(data.HELD_OUT_SEED))
    monkeypatch.setattr(data.texts, "worked_sums", lambda seed: iter([held, *(f"example {k}. " for k in range(99))]))
    monkeypatch.setattr(data, "_held_out_sums", lambda count: frozenset([held]))
    text = bytes(int(t) for row in training_rows(SHORT, 3, 1) for t in row["input_ids"]).decode()
    assert text.startswith("example 0. example 1.")


def test_adapters_begin_as_the_seed_says(tmp_path, monkeypatch):
    begun = []

    def noting(model, setting):
        made = with_lora(model, setting)
        begun.append(torch.cat([p.detach().flatten() for p in made.parameters() if p.requires_grad]))
        return made

    monkeypatch.setattr(runs, "with_lora", noting)
    for k, seed in enumerate((1, 1, 2)):
        train(SHORT, Arm("constant"), seed, tmp_path / str(k), MAKE)
    assert torch.equal(begun[0], begun[1])
    assert not torch.equal(begun[0], begun[2])


def test_two_seeds_draw_different_rows_and_one_seed_the_same():
    one, same, other = (training_rows(SHORT, 9, seed)[8]["input_ids"] for seed in (1, 1, 2))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


@pytest.mark.parametrize(("name", "millions"), [("tiny", 1.009), ("phi-2", 2779.684), ("llama-3.2-1b", 1235.814)])
def test_shapes_have_the_number_of_parameters_that_their_models_have(name, millions):
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(SHAPES[name]())
    assert sum(p.numel() for p in model.parameters()) / 1e6 == pytest.approx(millions, abs=5e-4)


def test_lora_sits_where_peft_puts_it_for_phi():
    setting = Setting(**{**SHORT.plain(), "rank": 8})
    names = {
        name.split(".lora_")[0].rpartition(".")[2]
        for name, p in with_lora(MAKE(), setting).named_parameters()
        if p.requires_grad
    }
    assert names == {"q_proj", "v_proj", "fc1", "fc2"}


def test_what_no_model_or_text_is_called_is_refused():
    with pytest.raises(ValueError, match=r"model must be one of tiny, phi-2, llama-3.2-1b, smollm2, or of the hub"):
        language("gpt-5")
    with pytest.raises(ValueError, match=r"dataset must be one of worked-sums, reference, sources, or of the hub"):
        training_rows(Setting(**{**SHORT.plain(), "data": "novels"}), 1, 1)
    with pytest.raises(ValueError, match="too few for rows of 500000: lower --length"):
        training_rows(Setting(**{**SHORT.plain(), "data": "reference", "length": 500_000}), 1, 1)


def test_the_clock_says_what_a_run_took(tmp_path):
    train(SHORT, GREEDY, 7, tmp_path, MAKE)
    (line,) = [json.loads(text) for text in (tmp_path / runs.CLOCK).read_text().splitlines()]
    assert line["steps"] == 12
    assert line["device"] == "cpu"
    assert line["tokens_per_second"] == pytest.approx(12 * 2 * 2 * 16 / line["seconds"], rel=0.01)
    assert 0 < line["trained"] < line["parameters"]
