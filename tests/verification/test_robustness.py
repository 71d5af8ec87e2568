"""``greedylr robustness``."""

import json

import pytest
from typer.testing import CliRunner

from verification.cli import app

pytest.importorskip("torch")

from numerics.robustness import design


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(design, "PROBLEMS", ("quadratic-100", "mlp-wine"))
    monkeypatch.setattr(design, "STEPS", 24)


def command(*arguments):
    return CliRunner().invoke(app, ["robustness", *arguments])


@pytest.mark.usefixtures("small")
def test_from_tuning_to_comparisons_and_resumed(tmp_path):
    arguments = ["--quick", "--backend", "sequential", "--out", str(tmp_path), "--json"]
    data = json.loads(command(*arguments).output)
    assert data["computed_tasks"] > 0
    kinds = {c["setting"]["kind"] for c in data["comparisons"]}
    assert kinds == {"none", "gaussian", "periodic-spike", "random-spike", "adversarial", "kick", "labels",
                     "scaled-gradients", "noisy-gradients"}  # fmt: skip
    assert all(o["problems"] == 2 for o in data["over_problems"])
    assert {r["schedule"] for r in data["recovery"]} == set(design.SCHEDULES)
    again = json.loads(command(*arguments).output)
    assert again.pop("computed_tasks") == 0
    assert again == {key: value for key, value in data.items() if key != "computed_tasks"}
    text = command(*arguments[:-1]).output
    assert "GreedyLR against fixed schedules" in text
    assert "Recovery ratio" in text


@pytest.mark.usefixtures("small")
def test_fixed_schedules_have_the_same_losses_with_noise_and_without(tmp_path):
    """The seeds of the noisy part are among those of the clean one, and its noise is in the reported loss."""
    from numerics.sweeps.sweep import load  # noqa: PLC0415

    command("--quick", "--backend", "sequential", "--out", str(tmp_path))
    clean, noisy = (load(tmp_path / name)["runs"].to_pylist() for name in ("clean", "noisy"))
    quiet = {(r["problem"], r["schedule"], r["seed"]): r["final"] for r in clean}
    pairs = [(quiet[r["problem"], r["schedule"], r["seed"]], r["final"], r["schedule"]) for r in noisy]
    assert all(a == b for a, b, schedule in pairs if not schedule.startswith("greedy"))
    assert any(a != b for a, b, schedule in pairs if schedule.startswith("greedy"))


def test_what_cannot_run_is_refused_in_one_line():
    done = command("--backend", "gpu")
    assert done.exit_code == 2
    assert done.output.startswith("greedylr robustness: backend must be one of")
    assert len(done.output.splitlines()) == 1


def test_without_torch_the_extra_is_named(monkeypatch):
    monkeypatch.setattr("numerics.extra.find_spec", lambda name: None)
    done = command("--quick")
    assert done.exit_code == 1
    assert "torch must be installed" in done.output
    assert "pip install 'greedylr[torch]'" in done.output
