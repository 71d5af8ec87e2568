"""``greedylr robustness`` and ``greedylr study``."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from typer.testing import CliRunner

from verification.cli import app

pytest.importorskip("torch")

from numerics.robustness import design, parts
from numerics.sweeps.sweep import load


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(design, "PROBLEMS", ("quadratic-100", "mlp-wine"))
    monkeypatch.setattr(design, "STEPS", 24)
    monkeypatch.setattr(parts, "QUICK_PROBLEMS", ("quadratic-100", "mlp-wine"))


def command(*arguments):
    return CliRunner().invoke(app, arguments)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("study", ["robustness", "study"])
def test_from_tuning_to_comparisons_and_resumed(study, tmp_path):
    arguments = [study, "--quick", "--backend", "sequential", "--out", str(tmp_path), "--json"]
    data = json.loads(command(*arguments).output)
    assert data["computed_tasks"] > 0
    assert all(o["problems"] == 2 for o in data["over_problems"])
    assert len(data["over_problems"]) == len(data["held_out_over_problems"])
    sizes = {p["problem"]: (p["data"], p["parameters"]) for p in data["problems"]}
    assert sizes == {"quadratic-100": (None, 10), "mlp-wine": ("wine", 13 * 32 + 32 + 32 * 3 + 3)}
    again = json.loads(command(*arguments).output)
    assert again.pop("computed_tasks") == 0
    assert again == {key: value for key, value in data.items() if key != "computed_tasks"}
    text = command(*arguments[:-1]).output
    assert "each at its own best rate" in text
    assert f"results: {tmp_path}" in text.replace("\n", "")


@pytest.mark.usefixtures("small")
def test_every_kind_of_noise_and_every_optimizer_has_its_rows(tmp_path):
    data = {}
    for study in ("robustness", "study"):
        out = command(study, "--quick", "--backend", "sequential", "--out", str(tmp_path / study), "--json").output
        data[study] = json.loads(out)
    assert {tuple(o["group"]) for o in data["robustness"]["over_problems"]} == {
        (kind,) for kind in ("none", "gaussian", "periodic-spike", "random-spike", "adversarial", "kick", "labels",
                             "scaled-gradients", "noisy-gradients")
    }  # fmt: skip
    assert {s["schedule"] for s in data["robustness"]["spreads"]["ratio"]} == set(design.SCHEDULES)
    assert {tuple(o["group"]) for o in data["study"]["over_problems"]} == {(200, "adam"), (200, "sgd-momentum")}


@pytest.mark.usefixtures("small")
def test_fixed_schedules_have_the_same_losses_with_noise_and_without(tmp_path):
    """The seeds of the noisy part are among those of the clean one, and its noise is in the reported loss."""
    command("robustness", "--quick", "--backend", "sequential", "--out", str(tmp_path))
    clean, noisy = (load(tmp_path / name)["runs"].to_pylist() for name in ("clean", "noisy"))
    quiet = {(r["problem"], r["schedule"], r["seed"]): r["final"] for r in clean}
    pairs = [(quiet[r["problem"], r["schedule"], r["seed"]], r["final"], r["schedule"]) for r in noisy]
    assert all(a == b for a, b, schedule in pairs if not schedule.startswith("greedy"))
    assert any(a != b for a, b, schedule in pairs if schedule.startswith("greedy"))


PROGRAM = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from numerics.robustness import design
design.PROBLEMS, design.STEPS = ("quadratic-100", "mlp-wine"), 24
sys.argv = ["greedylr", "robustness", "--quick", "--backend", "sequential", "--out", sys.argv[1], "--json"]
from verification.cli import main
main()
"""


@pytest.mark.slow
def test_a_study_killed_in_the_middle_goes_on_with_nothing_lost_or_doubled(tmp_path):
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    done = subprocess.run([sys.executable, "-c", PROGRAM, str(whole)], capture_output=True, text=True, check=True)
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(cut)], stdout=subprocess.DEVNULL)
    while not list(cut.glob("noisy/shards/*.arrow")):
        time.sleep(0.01)
        assert process.poll() is None, "it ended before it could be killed"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    again = subprocess.run([sys.executable, "-c", PROGRAM, str(cut)], capture_output=True, text=True, check=True)
    first, second = json.loads(done.stdout), json.loads(again.stdout)
    assert 0 < second["computed_tasks"] < first["computed_tasks"]
    for part in ("tuning", "clean", "noisy", "rules", "felt", "dynamics", "sensitivity"):
        assert load(whole / part)["runs"].equals(load(cut / part)["runs"])


def test_what_cannot_run_is_refused_in_one_line():
    done = command("robustness", "--backend", "gpu")
    assert done.exit_code == 2
    assert done.output.startswith("greedylr robustness: backend must be one of")
    assert len(done.output.splitlines()) == 1


@pytest.mark.parametrize("study", ["robustness", "study"])
def test_without_torch_the_extra_is_named(study, monkeypatch):
    monkeypatch.setattr("numerics.extra.find_spec", lambda name: None)
    done = command(study, "--quick")
    assert done.exit_code == 1
    assert "torch must be installed" in done.output
    assert "pip install 'greedylr[torch]'" in done.output
