"""Progress, read off the files of the runs."""

import json
import time

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("peft")
pytest.importorskip("accelerate")

from numerics.llm import watch


def write(runs, name, steps, tail=""):
    folder = runs / name
    folder.mkdir(parents=True)
    lines = [{"step": 0, "held_out": 3.0}] + [
        {"step": k, "loss": 3.0 - k / 10, "rate": 1e-3} for k in range(1, steps + 1)
    ]
    (folder / "steps.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines) + tail)


def test_steps_of_all_runs_are_counted_and_half_a_line_is_not(tmp_path):
    write(tmp_path, "000-42", 3)
    write(tmp_path, "001-42", 2, tail='{"step": 3, "lo')
    assert watch.steps_done(tmp_path) == 5
    assert watch.steps_done(tmp_path / "nothing") == 0


def test_the_run_that_wrote_last_is_shown_with_its_last_step(tmp_path):
    since = time.time() - 1
    write(tmp_path, "000-42", 3)
    time.sleep(0.02)
    write(tmp_path, "001-43", 2)
    assert watch.latest(tmp_path, since) == {"run": "001-43", "step": 2, "loss": 2.8, "rate": 1e-3}
    assert watch.latest(tmp_path, time.time() + 1) is None


def test_it_tells_while_it_lasts_and_then_no_more(tmp_path, monkeypatch):
    monkeypatch.setattr(watch, "PAUSE", 0.01)
    write(tmp_path, "000-42", 3)
    told = []
    with watch.watching(tmp_path, lambda steps, last: told.append(steps)):
        time.sleep(0.2)
    count = len(told)
    assert set(told) == {3}
    time.sleep(0.1)
    assert len(told) == count
