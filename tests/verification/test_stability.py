"""``greedylr stability`` from the outside."""

import json

import pytest
from typer.testing import CliRunner

from verification.cli import app

SMALL = [
    "stability",
    "--factors",
    "0.3",
    "0.6",
    "--patience",
    "0",
    "--condition",
    "1",
    "--noise",
    "0",
    "--phases",
    "20",
]
SMALL += ["--steps", "300", "--backend", "sequential"]


def run(*arguments):
    return CliRunner().invoke(app, list(arguments))


def test_the_table_stands_beside_theory_and_a_second_run_computes_nothing(tmp_path):
    out = str(tmp_path / "map")
    first = run(*SMALL, "--out", out, "--json", "--no-figures")
    assert first.exit_code == 0
    data = json.loads(first.stdout)
    known = [row for row in data["rows"] if row["theory"] is not None]
    assert len(known) == 8
    assert all(row["low"] <= row["share"] <= row["high"] for row in data["rows"])
    assert data["computed_tasks"] == 8
    again = json.loads(run(*SMALL, "--out", out, "--json", "--no-figures").stdout)
    assert again["computed_tasks"] == 0
    assert again["rows"] == data["rows"]
    text = run(*SMALL, "--out", out, "--no-figures").stdout
    assert "theory lies in the interval in" in text


def test_figures_are_written(tmp_path):
    found = run(*SMALL, "--out", str(tmp_path / "map"), "--json")
    files = json.loads(found.stdout)["figures"]
    assert {name.rsplit(".", 1)[1] for name in files} == {"png", "svg"}
    assert all((tmp_path / "map" / "figures" / name.rsplit("/", 1)[1]).stat().st_size > 1000 for name in files)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (["--factors", "1.5"], "factor must lie in (0, 1), got 1.5"),
        (["--condition", "0.5"], "condition must be at least 1, got 0.5"),
        (["--noise", "-1"], "noise must be at least 0, got -1.0"),
        (["--phases", "0"], "phases"),
        (["--backend", "cloud"], "cloud"),
    ],
)
def test_a_wrong_option_gets_one_line(wrong, message, tmp_path):
    found = run(*SMALL, "--out", str(tmp_path / "map"), *wrong)
    assert found.exit_code == 2
    assert found.stderr.startswith("greedylr stability: ")
    assert message in found.stderr
    assert found.stderr.count("\n") == 1
    assert not (tmp_path / "map").exists()


def test_a_map_of_other_options_is_not_mixed_in(tmp_path):
    out = str(tmp_path / "map")
    assert run(*SMALL, "--out", out, "--no-figures").exit_code == 0
    other = run(*SMALL, "--steps", "301", "--out", out, "--no-figures")
    assert other.exit_code == 1
    assert "steps" in other.stderr
