"""The F-sweep command: tables and data, resume, and one clear line for every wrong input."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from verification.cli import app

QUICK = ["--problem", "two-samples", "quadratic", "--seeds", "6", "--steps", "40", "--backend", "sequential"]


def invoke(*arguments):
    return CliRunner().invoke(app, ["fsweep", *map(str, arguments)])


@pytest.fixture
def quick(tmp_path):
    return [*QUICK, "--out", tmp_path / "out"]


def test_tables_figures_and_manifest_come_out(quick, tmp_path):
    result = invoke(*quick, "--factors", "0.25", "0.5")
    assert result.exit_code == 0, result.output
    assert "two-samples on generated" in result.output
    assert "quadratic on generated" in result.output
    assert "6 seeds from 20251214, 40 steps" in result.output
    found = {path.name for path in (tmp_path / "out").rglob("*")}
    assert {"manifest.json", "runs.parquet", "curves.parquet", "problems.parquet"} <= found
    for name in ("two-samples-generated", "quadratic-generated", "final-gap", "stable-share"):
        assert {f"{name}.png", f"{name}.svg"} <= found


def test_data_for_machines(quick):
    data = json.loads(invoke(*quick, "--json", "--no-figures").output)
    assert data["configuration"]["factors"] == [0.25, 0.5, 0.75, 0.99]
    assert len(data["rows"]) == 2 * 10
    assert data["figures"] == []
    assert data["problems"][0]["L_max_low"] <= data["problems"][0]["L_max_high"]


def test_a_finished_sweep_is_shown_again_at_once_and_fresh_computes_it_anew(quick):
    first, again = (json.loads(invoke(*quick, "--json", "--no-figures").output) for _ in range(2))
    fresh = json.loads(invoke(*quick, "--json", "--no-figures", "--fresh").output)
    assert (first["computed_tasks"], again["computed_tasks"], fresh["computed_tasks"]) == (2, 0, 2)
    assert first["rows"] == again["rows"] == fresh["rows"]


def test_another_configuration_is_not_mixed_in_and_the_field_is_named(quick):
    assert invoke(*quick, "--no-figures").exit_code == 0
    other = invoke(*quick, "--no-figures", "--batch", 2)
    assert other.exit_code == 1
    assert "batch" in other.output
    assert len(other.output.strip().splitlines()) <= 2
    assert invoke(*quick, "--no-figures").exit_code == 0, "the earlier results are intact"


def test_without_a_directory_the_name_is_made_of_the_options(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    one, other = (json.loads(invoke(*QUICK, "--json", "--no-figures", "--batch", b).output)["out"] for b in (1, 2))
    assert one != other
    assert all(re.fullmatch(r"greedylr-results/fsweep-[0-9a-f]{8}", out) for out in (one, other))
    assert Path(one, "manifest.json").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--factors", "1.5"], "factor must lie in (0, 1), got 1.5"),
        (["--factors", "nan"], "factor must be a number, got nan"),
        (["--problem", "logistc"], "unknown problem 'logistc': did you mean 'logistic'"),
        (["--problem", "logistic", "--data", "iris"], "unknown data 'iris'"),
        (["--problem", "two-samples", "--data", "wine"], "takes data 'generated'"),
        (["--data", "wine"], "--data wine needs a --problem"),
        (["--gamma0", "-1"], "must be positive and finite, got -1.0"),
        (["--max-lr", "much"], "--max-lr takes numbers and 'none', got 'much'"),
        (["--min-lr", "2"], "the initial rate must lie in [min_lr, max_lr] = [2.0, inf], got 0.1"),
        (["--seeds", "0"], "seeds must be at least 1, got 0"),
        (["--steps", "0"], "steps must be at least 1, got 0"),
        (["--rule", "worst"], "comparison must be one of 'previous', 'best', 'test', got 'worst'"),
        (["--baselines", "adam"], "a baseline must be one of"),
        (["--backend", "slurm"], "backend must be one of"),
        (["--backend", "dask"], "needs the address of a cluster"),
    ],
)
def test_bad_input_gets_one_clear_line(arguments, message, tmp_path):
    result = invoke(*arguments, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert message in result.output
    assert len(result.output.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_words_for_numbers_are_refused_by_name():
    result = invoke("--factors", "half")
    assert result.exit_code == 2
    assert "--factors" in result.output
    assert "valid number" in result.output


def test_a_directory_of_other_files_is_left_alone_even_by_fresh(tmp_path):
    (tmp_path / "thesis.tex").write_text("do not delete")
    for flag in ("--resume", "--fresh"):
        result = invoke(*QUICK, "--no-figures", "--out", tmp_path, flag)
        assert result.exit_code == 1
        assert "holds other files" in result.output
    assert (tmp_path / "thesis.tex").read_text() == "do not delete"


def test_a_path_that_is_a_file_gets_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    result = invoke(*QUICK, "--no-figures", "--out", tmp_path / "file")
    assert result.exit_code == 1
    assert len(result.output.strip().splitlines()) == 1


def test_the_list_names_every_problem():
    output = invoke("--list").output
    assert "--problem logistic --data breast-cancer" in output
    assert "--problem two-samples --data generated" in output
