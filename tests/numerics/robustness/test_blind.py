"""Noise told to schedules that do not look at it."""

import pytest

pytest.importorskip("torch")

from numerics.robustness import blind, engine
from numerics.robustness.blind import BlindSweep, work
from numerics.robustness.perturbation import REPORTED
from numerics.robustness.schedulers import SCHEDULES

SMALL = BlindSweep(problems=("mlp-wine",), optimizers=("adam",), steps=110)


def runs():
    (task,) = SMALL.sweep().tasks
    of = work(task.plain())["runs"]
    return [dict(zip(of, row, strict=True)) for row in zip(*of.values(), strict=True)]


def test_every_schedule_runs_under_every_noise_and_only_those_that_watch_feel_it():
    rows = runs()
    assert {(r["schedule"], r["kind"]) for r in rows} == {(s, k) for s in SCHEDULES for k in REPORTED}
    clean = {r["schedule"]: r["sha256"] for r in rows if r["kind"] == "none"}
    assert all(r["sha256"] == clean[r["schedule"]] for r in rows if not r["watches"])
    assert any(r["sha256"] != clean[r["schedule"]] for r in rows if r["watches"])
    assert len({clean[s] for s in ("cosine", "linear", "constant")}) == 3


def test_no_run_is_copied(monkeypatch):
    counted = []

    def watched(name, optimizer, cells, steps):
        counted.append(len(cells))
        return engine.each(name, optimizer, cells, steps)

    monkeypatch.setattr(blind, "each", watched)
    runs()
    assert counted == [len(SCHEDULES) * len(REPORTED)]


def test_a_difference_in_the_last_bit_is_seen():
    found = engine.simulate("quadratic-1", "adam", [engine.Cell("cosine", 0.01, engine.Perturbation(), 1)], 20)
    before = blind._digest(found, 0)
    found.rate[0, 7] += 2.0**-60
    assert blind._digest(found, 0) != before
