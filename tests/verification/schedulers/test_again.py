"""Kept runs, computed again."""

import random

import numpy as np
import pytest
from typer.testing import CliRunner

from verification.cli import app

pytest.importorskip("torch")

from numerics.robustness.parts import HORIZONS
from verification.schedulers import again
from verification.schedulers.again import Kept, changed, compare, computed, drawn, parts

STUDIES = ("robustness", "study")


def cheap(study):
    """A kept run of a function, which takes milliseconds."""
    chance = random.Random(3)
    return next(k for k in drawn(study, 1000, chance) if k.row["problem"] in ("quadratic-100", "rosenbrock", "ackley"))


@pytest.mark.parametrize("study", STUDIES)
def test_drawn_runs_come_out_bit_for_bit(study):
    """Drawn anew every time; where the processor or the packages are others, they may differ, and it is said."""
    found = compare(drawn(study, 3))
    assert found.differ == 0, found.lines


@pytest.mark.parametrize("study", STUDIES)
def test_a_kept_number_that_is_off_by_one_bit_is_seen(study, monkeypatch):
    kept = cheap(study)
    monkeypatch.setattr(again, "changed", lambda _: [])
    held = float(np.nextafter(np.float32(kept.row["final"]), np.float32(np.inf)))
    found = compare([Kept(kept.study, kept.part, kept.row | {"final": held})])
    assert found.differ == 1
    assert "final is" in found.lines[0]


def test_another_processor_or_package_is_named_and_no_fault(monkeypatch):
    kept = cheap("study")
    monkeypatch.setattr(again.provenance, "cpu", lambda: "an abacus")
    assert "processor" in changed(kept)
    found = compare([Kept(kept.study, kept.part, kept.row | {"area": -1.0})])
    assert found.differ == 0
    assert "processor" in found.lines[0]


def test_a_run_again_is_that_of_the_row():
    kept = cheap("robustness")
    other = Kept(kept.study, kept.part, kept.row | {"seed": kept.row["seed"] + 1000})
    assert computed(other)["first"] != computed(kept)["first"]


def test_all_parts_are_kept():
    assert set(parts("study")) == {f"{part}-{steps}" for part in ("tuning", "own", "shared") for steps in HORIZONS}
    assert set(parts("robustness")) == {"tuning", "clean", "noisy", "rules", "felt", "dynamics", "sensitivity"}


def test_the_command_says_what_became_of_each_run(monkeypatch):
    monkeypatch.setattr(again, "drawn", lambda study, count: [cheap(study)] * count)
    done = CliRunner().invoke(app, ["study", "--again", "2"])
    assert done.exit_code == 0, done.output
    assert "2 runs again, 0 differ without a reason" in done.output
    monkeypatch.setattr(again, "computed", lambda kept: {"final": np.float32(-1)})
    monkeypatch.setattr(again, "changed", lambda kept: [])
    done = CliRunner().invoke(app, ["study", "--again", "2"])
    assert done.exit_code == 1
    assert "2 runs again, 2 differ without a reason" in done.output
