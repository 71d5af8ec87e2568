"""``greedylr fsweep --on llm``."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from typer.testing import CliRunner

from numerics.sweeps.sweep import discard
from verification.cli import app
from verification.fsweep_llm import _baselines, _factors
from verification.options import on_what
from verification.sweeping import limits

NEEDED = ("torch", "transformers", "peft", "accelerate")
SMALL = "--steps 12 --batch 2 --length 16 --pretrain 12 --save-every 4 --factors 0.5 --cap 10 --seeds 2".split()
SMALL += ["--baselines", "cosine"]


def command(*arguments):
    return CliRunner().invoke(app, ["fsweep", "--on", "llm", *arguments])


@pytest.fixture(scope="module")
def needs_extra():
    for name in NEEDED:
        pytest.importorskip(name)


def test_the_option_hands_over_to_the_other_command():
    assert on_what(["--steps", "3", "--on", "llm", "--json"]) == ("llm", ["--steps", "3", "--json"])
    assert on_what(["--on=llm"]) == ("llm", [])
    assert on_what(["--factors", "0.5"]) == ("", ["--factors", "0.5"])
    assert "language models" in command("--help").output
    assert "known L" in CliRunner().invoke(app, ["fsweep", "--help"]).output


def test_what_else_a_sweep_may_be_on_is_said():
    done = CliRunner().invoke(app, ["fsweep", "--on", "images"])
    assert done.exit_code == 2
    assert "--on must be 'problems' or 'llm', got 'images'" in done.output


def test_words_become_arms():
    assert _factors(["none"], "tiny") == ()
    assert _factors(None, "llama-1b") == (0.95,)
    assert limits("cap", ["none", "10"]) == (None, 10.0)
    assert list(_baselines(["cosine", "constant@3"])) == [("cosine", 1.0), ("constant", 3.0)]


def test_a_missing_extra_is_named(monkeypatch):
    monkeypatch.setattr("numerics.extra.find_spec", lambda name: None if name == "peft" else object())
    done = command()
    assert done.exit_code == 1
    assert "peft must be installed for this command: pip install 'greedylr[llm]'" in done.output


@pytest.mark.usefixtures("needs_extra")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--preset", "huge"], "preset must be one of tiny, smollm2, phi2, llama-1b, got 'huge'"),
        (["--steps", "3"], "steps must be"),
        (["--factors", "many"], "--factors takes numbers and 'none', got 'many'"),
        (["--cap", "0.1"], "cap must be at least 1"),
        (["--baselines", "step"], "baselines must be one of"),
        (["--baselines", "greedy"], "baselines must be one of"),
        (["--baselines", "cosine@x"], "--baselines takes numbers and 'none', got 'x'"),
        (["--factors", "none", "--baselines", "none"], "must name at least one arm"),
        (["--factors", "0.5", "0.5"], "every arm must be given once"),
        (["--seeds", "0"], "seeds must be"),
        (["--seed", str(2**32)], "seed must be at most 4294967294, got 4294967296: seeds have 32 bits"),
        (["--backend", "gpu"], "backend must be one of"),
        (["--backend", "threads"], "got 'threads': threads share torch's random numbers"),
        (["--weight-decay", "nan"], "weight-decay must be finite and at least 0, got nan"),
        (["--warmup", "-1"], "warmup must be at least 0, got -1"),
        (["--model", "gpt-5"], "model must be one of tiny, phi-2, llama-3.2-1b, smollm2"),
        (["--dataset", "novels"], "dataset must be one of worked-sums, reference, sources"),
        (["--dataset", "reference", "--length", "500000"], "too few for rows of 500000: lower --length"),
    ],
)
def test_what_cannot_run_is_refused_in_one_line(arguments, message):
    done = command(*arguments)
    assert done.exit_code == 2
    assert message in done.output
    assert len(done.output.splitlines()) == 1


@pytest.mark.usefixtures("needs_extra")
@pytest.mark.parametrize("given", [["--model", "nobody/nothing-at-all"], ["--dataset", "nobody/nothing-at-all"]])
def test_where_no_hub_is_reachable_one_line_says_what_would_run_instead(given, monkeypatch, tmp_path):
    monkeypatch.setattr("numerics.llm.models.reachable", lambda: False)
    monkeypatch.setattr("numerics.llm.data.reachable", lambda: False)
    done = command(*SMALL, *given, "--pretrain", "0", "--backend", "sequential", "--out", str(tmp_path / "sweep"))
    assert done.exit_code == 1
    assert "nobody/nothing-at-all" in done.output
    assert "--preset" in done.output or "pip install datasets" in done.output
    assert len(done.output.splitlines()) == 1
    assert not (tmp_path / "sweep").exists()


@pytest.mark.usefixtures("needs_extra")
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_the_folder_of_a_sweep_may_hold_files_of_others(tmp_path):
    mine = [tmp_path / "runs" / "mine" / "checkpoint-500" / "weights", tmp_path / "base" / "model-1.safetensors"]
    mine += [tmp_path / "runs" / "mine" / "checkpoint-best.pt", tmp_path / "base" / "pre-training" / "notes"]
    for path in mine:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("mine")
    short = ["--steps", "10", *SMALL[2:], "--seeds", "1", "--no-figures", "--backend", "sequential"]
    for more in ([], ["--fresh"]):
        assert command(*short, *more, "--out", str(tmp_path)).exit_code == 0
        assert all(path.read_text() == "mine" for path in mine)
        assert not list(tmp_path.glob("runs/0*/checkpoint-*"))


@pytest.mark.usefixtures("needs_extra")
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_a_run_never_goes_on_from_the_checkpoint_of_another_configuration(tmp_path):
    short = ["--steps", "10", *SMALL[2:], "--seeds", "1", "--json", "--no-figures", "--backend", "sequential"]
    command(*short, "--lr", "1e-2", "--out", str(tmp_path / "other"))
    left = tmp_path / "other" / "runs" / "000-42"
    (left / "checkpoint-8").mkdir()  # as if it had been killed
    (left / "checkpoint-8" / "trainer_state.json").write_text("{}")
    discard(tmp_path / "other" / "results")
    found = [json.loads(command(*short, "--out", str(tmp_path / name)).output)["rows"] for name in ("other", "alone")]
    assert found[0] == found[1]


@pytest.mark.usefixtures("needs_extra")
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_a_sweep_from_options_to_figures_and_its_resumption(tmp_path):
    out = tmp_path / "sweep"
    whole = [*SMALL, "--json", "--out", str(out), "--backend", "sequential"]
    data = json.loads(command(*whole).output)
    assert [row["schedule"] for row in data["rows"]] == ["greedy", "cosine"]
    assert all(row["seeds"] == 2 for row in data["rows"])
    assert data["computed_tasks"] == 4
    assert sum(data["against_cosine"]["counts"].values()) == 2 * 3
    assert {path.rpartition("/")[2] for path in data["figures"]} == {
        f"{name}.{kind}" for name in ("curves", "peaks", "final-loss") for kind in ("png", "svg")
    }
    assert not list(out.glob("runs/*/checkpoint-*"))
    again = json.loads(command(*whole).output)
    assert again["computed_tasks"] == 0
    assert again["rows"] == data["rows"]
    text = command(*(word for word in whole if word != "--json")).output
    assert "below cosine" in text
    (model,) = (out / "base").glob("model-*.safetensors")
    model.write_bytes(model.read_bytes()[:-5])
    (out / "results" / "manifest.json").unlink()
    for table in out.glob("results/*.parquet"):
        table.unlink()
    done = command(*whole)
    assert done.exit_code == 1
    assert f"{model} is not what was stored: delete {out} and run again" in done.output


@pytest.mark.usefixtures("needs_extra")
@pytest.mark.parametrize("processes", [1, 4])
def test_the_share_of_the_peak_is_that_of_each_device(processes, tmp_path):
    """Ten million parameters, a fifth of them trained: 4 operations for each, 2 more for those, for every token."""
    from numerics.llm.setting import PRESETS  # noqa: PLC0415
    from numerics.llm.sweep import LanguageSweep  # noqa: PLC0415
    from verification.fsweep_llm_report import speed  # noqa: PLC0415

    line = {"steps": 10, "seconds": 2.0, "tokens_per_second": 1e6, "parameters": 10**7, "trained": 2 * 10**6}
    line |= {"device": "NVIDIA H100 80GB", "processes": processes, "peak_bytes": 7}
    (tmp_path / "runs" / "000-42").mkdir(parents=True)
    (tmp_path / "runs" / "000-42" / "clock.jsonl").write_text(json.dumps(line) + "\n")
    found = speed(LanguageSweep(setting=PRESETS["phi2"]), tmp_path)
    assert found["share_of_peak"] == pytest.approx(1e6 * 44e6 / processes / 989e12)
    assert (found["tokens_per_second"], found["peak_bytes"]) == (1e6, 7)


def start(arguments, *before):
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    program = "from verification.cli import main; main()"
    return subprocess.Popen(
        [*(before or [sys.executable, "-c", program]), "fsweep", "--on", "llm", *arguments],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.usefixtures("needs_extra")
def test_a_killed_sweep_loses_nothing_and_ends_bit_for_bit_the_same(tmp_path):
    arguments = ["--steps", "60", *SMALL[2:], "--json", "--no-figures", "--backend", "sequential"]
    whole = start([*arguments, "--out", str(tmp_path / "whole")])
    stopped = start([*arguments, "--out", str(tmp_path / "killed")])
    steps = tmp_path / "killed" / "runs" / "000-42" / "steps.jsonl"
    deadline = time.time() + 120
    while not (steps.exists() and len(steps.read_text().splitlines()) > 20) and time.time() < deadline:
        time.sleep(0.05)
    stopped.send_signal(signal.SIGKILL)
    stopped.communicate()
    assert not (tmp_path / "killed" / "results" / "runs.parquet").exists()
    resumed = start([*arguments, "--out", str(tmp_path / "killed")])
    first, _ = whole.communicate(timeout=240)
    second, _ = resumed.communicate(timeout=240)
    assert json.loads(first)["rows"] == json.loads(second)["rows"]
    for run in (tmp_path / "whole" / "runs").iterdir():
        assert (run / "steps.jsonl").read_bytes() == (
            tmp_path / "killed" / "runs" / run.name / "steps.jsonl"
        ).read_bytes()


def launched(arguments, folder):
    script = folder / "launched_command.py"
    script.write_text("from verification.cli import main\nmain()\n")
    return start(arguments, sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", str(script))


@pytest.mark.slow
@pytest.mark.usefixtures("needs_extra")
def test_two_processes_that_were_killed_in_the_pre_training_go_on(tmp_path):
    from numerics.llm.run import newest_checkpoint  # noqa: PLC0415

    arguments = "--steps 10 --batch 2 --length 16 --pretrain 300 --save-every 20 --factors 0.5 --cap 10".split()
    arguments += ["--baselines", "none", "--json", "--no-figures", "--out"]
    whole = launched([*arguments, str(tmp_path / "whole")], tmp_path)
    first, errors = whole.communicate(timeout=240)
    assert whole.returncode == 0, errors
    killed = launched([*arguments, str(tmp_path / "killed")], tmp_path)
    deadline = time.time() + 120
    while not [p for p in tmp_path.glob("killed/base/*/*/steps.jsonl") if p.read_text().count("\n") > 30]:
        assert time.time() < deadline
        time.sleep(0.05)
    killed.send_signal(signal.SIGTERM)  # of which the launcher tells its processes
    killed.communicate(timeout=60)
    (run,) = tmp_path.glob("killed/base/pre-training/*")
    assert newest_checkpoint(run)  # a whole one
    assert not list(tmp_path.glob("killed/base/*.sha256"))
    resumed = launched([*arguments, str(tmp_path / "killed")], tmp_path)
    second, errors = resumed.communicate(timeout=240)
    assert resumed.returncode == 0, errors
    assert json.loads(first)["rows"] == json.loads(second)["rows"]


@pytest.mark.slow
@pytest.mark.usefixtures("needs_extra")
@pytest.mark.parametrize("pretrain", ["12", "0"])
def test_two_processes_train_one_run_together(pretrain, tmp_path):
    arguments = [*SMALL, "--pretrain", pretrain, "--json", "--no-figures", "--out", str(tmp_path / "sweep")]
    done = launched(arguments, tmp_path)
    out, errors = done.communicate(timeout=240)
    assert done.returncode == 0, errors
    data = json.loads(out)
    assert data["computed_tasks"] == 4
    manifest = json.loads((tmp_path / "sweep" / "results" / "manifest.json").read_text())
    assert manifest["configuration"]["processes"] == 2
    clock = json.loads((tmp_path / "sweep" / "runs" / "000-42" / "clock.jsonl").read_text())
    assert clock["processes"] == 2
    assert clock["tokens_per_second"] * clock["seconds"] == pytest.approx(2 * 12 * 2 * 16, rel=0.01)
