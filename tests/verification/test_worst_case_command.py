"""``greedylr worst-case`` from the outside: exact options, results that resume and check again, figures, refusals."""

import io
import json
import os
import re
import signal
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from sweep_tasks import wait_for
from typer.testing import CliRunner

from numerics import worst_case_figures
from numerics.figures import save
from numerics.sweeps.sweep import SHARDS, load
from verification.cli import app
from verification.worst_case import report, sweep
from verification.worst_case.search import worst_case

BASE = ["--backend", "sequential", "--max-lr", "none"]
QUICK = [*BASE, "--factor", "0.3", "1/3", "--steps", "2", "3"]


def invoke(*arguments):
    return CliRunner().invoke(app, ["worst-case", *map(str, arguments)])


def strictly(text):
    """The data, with no number that JSON has not."""

    def refuse(name):
        raise AssertionError(f"{name} is not JSON")

    return json.loads(text, parse_constant=refuse)


def data_of(*arguments):
    found = invoke(*arguments, "--json", "--no-figures")
    assert found.exit_code == 0, found.output
    return strictly(found.stdout)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A finished sweep, with its figures; read only."""
    out = tmp_path_factory.mktemp("worst") / "out"
    result = invoke(*QUICK, "--out", out, "--json")
    assert result.exit_code == 0, result.output
    return out, strictly(result.stdout)


def test_every_combination_is_a_row_of_exact_numbers(finished):
    _, data = finished
    rows = data["cases"]
    assert [(row["factor"], row["steps"]) for row in rows] == [("3/10", 2), ("3/10", 3), ("1/3", 2), ("1/3", 3)]
    assert data["computed_tasks"] == 4
    for row in rows:
        low, high = Fraction(row["lower_exact"]), Fraction(row["upper_exact"])
        assert low <= high
        assert float(low) == row["lower"]
        assert float(high) == row["upper"]
        assert row["lower"] <= row["value"] * (1 + 1e-6)
        assert row["status"] == "certified"
        assert row["max_lr"] is None is row["max_lr_value"]
        assert "certificates" not in row


def test_the_values_are_those_of_the_search(finished):
    _, data = finished
    for row in data["cases"]:
        found = worst_case(sweep.Case.read(row).method(), rests=True)
        assert (row["value"], row["upper_exact"]) == (found.value, str(found.upper))


@pytest.mark.parametrize(("words", "wanted"), [
    (["0.1:0.9:9"], [f"{k}/10" if k not in (2, 4, 5, 6, 8) else str(Fraction(k, 10)) for k in range(1, 10)]),
    (["0.25", "1/3:2/3:2"], ["1/4", "1/3", "2/3"]), (["0.1"], ["1/10"]), (["5e-1"], ["1/2"]),
])  # fmt: skip
def test_ranges_and_lists_of_factors_are_exact(words, wanted, tmp_path):
    data = data_of(*BASE, "--factor", *words, "--steps", 1, "--no-certify", "--out", tmp_path / "out")
    assert [row["factor"] for row in data["cases"]] == wanted


def test_limits_steps_and_starts_take_lists_and_none(tmp_path):
    asked = ["--max-lr", "none", "3/2", "2:3:2", "--steps", "1:3:3", "--gamma0", "1/2"]
    data = data_of(*asked, "--factor", "0.5", "--no-certify", "--backend", "sequential", "--out", tmp_path / "out")
    assert [row["max_lr"] for row in data["cases"]] == [cap for cap in (None, "3/2", "2", "3") for _ in range(3)]
    assert [row["steps"] for row in data["cases"]] == [1, 2, 3] * 4
    assert {row["gamma0"] for row in data["cases"]} == {"1/2"}


def test_metrics_rules_orders_and_patience_are_options(tmp_path):
    asked = ["--rule", "previous", "best", "--order", "same", "next", "--patience", "0", "1"]
    asked += ["--metric", "last", "best", "average", "mean"]
    data = data_of(*BASE, *asked, "--factor", "1/2", "--steps", 2, "--no-certify", "--out", tmp_path / "out")
    kinds = {(row["comparison"], row["order"], row["patience"], row["measure"]) for row in data["cases"]}
    assert len(kinds) == len(data["cases"]) == 32


def test_without_certificates_there_is_a_value_alone(tmp_path):
    (row,) = data_of(*BASE, "--factor", "0.5", "--steps", 2, "--no-certify", "--out", tmp_path / "out")["cases"]
    assert (row["status"], row["why"]) == ("unverified", "no certificate was asked for")
    assert (row["lower"], row["upper"], row["lower_exact"], row["upper_exact"]) == (None, None, "", "")
    assert row["value"] == pytest.approx(1 / 8, rel=1e-6)  # rates 1 and 2: |x_1 - x*|^2/2 on parabolas


def test_the_table_is_for_people(finished):
    out, _ = finished
    text = invoke(*QUICK, "--out", out, "--no-figures").output
    assert re.search(r"0\.3 +from 1/L, no max_lr +2 ", text)
    assert re.search(r"\(1/3\) +from 1/L, no max_lr +3 ", text)
    assert "certified bound" in text


def test_a_second_run_computes_nothing_and_a_fresh_one_everything(tmp_path):
    quick = [*BASE, "--factor", "0.5", "--steps", "1", "2", "--no-certify", "--out", tmp_path / "out"]
    first, again, fresh = data_of(*quick), data_of(*quick), data_of(*quick, "--fresh")
    assert (first["computed_tasks"], again["computed_tasks"], fresh["computed_tasks"]) == (2, 0, 2)
    assert first["cases"] == again["cases"] == fresh["cases"]


def test_other_options_are_not_mixed_in(tmp_path):
    quick = [*BASE, "--factor", "0.5", "--no-certify", "--out", tmp_path / "out", "--no-figures"]
    assert invoke(*quick, "--steps", 1).exit_code == 0
    other = invoke(*quick, "--steps", 2)
    assert other.exit_code == 1
    assert "steps" in other.output
    assert len(other.output.strip().splitlines()) == 1


def test_without_a_directory_the_name_is_made_of_the_options(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    one, other = (data_of(*BASE, "--factor", "0.5", "--steps", t, "--no-certify")["out"] for t in (1, 2))
    assert one != other
    assert all(re.fullmatch(r"greedylr-results/worst-case-[0-9a-f]{8}", out) for out in (one, other))


# --- refusals ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("arguments", "message"), [
    (["--factor", "1"], "factor must lie in (0, 1), got"), (["--factor", "0"], "factor must lie in (0, 1), got"),
    (["--factor", "-1/2"], "factor must lie in (0, 1), got"),
    (["--factor", "half"], "--factor takes numbers such as 0.3 or 1/3, got 'half'"),
    (["--factor", "1/0"], "--factor takes numbers such as 0.3 or 1/3, got '1/0'"),
    (["--factor", "nan"], "--factor takes numbers such as 0.3 or 1/3, got 'nan'"),
    (["--factor", "0.1:0.9"], "--factor takes values and low:high:count, got '0.1:0.9': for example 2:10:5"),
    (["--factor", "0.1:0.9:1"], "--factor '0.1:0.9:1' needs a count from 2 to 10000"),
    (["--factor", "0.1:0.9:1.5"], "--factor '0.1:0.9:1.5' needs a count from 2 to 10000"),
    (["--factor", "0.5", "1/2"], "factor must name at least one value, and each once"),
    (["--gamma0", "0"], "the initial rate must be positive and finite"),
    (["--gamma0", "-1"], "the initial rate must be positive and finite"),
    (["--gamma0", "inf"], "--gamma0 takes numbers such as 0.3 or 1/3, got 'inf'"),
    (["--max-lr", "0"], "max_lr must be positive"), (["--max-lr", "-1"], "min_lr must not exceed max_lr"),
    (["--max-lr", "much"], "--max-lr takes numbers such as 0.3 or 1/3, got 'much'"),
    (["--metric", "worst"], "a metric must be one of 'last', 'best', 'average', 'mean', got 'worst'"),
    (["--rule", "first"], "comparison must be one of 'previous', 'best'"),
    (["--order", "odd"], "order must be one of 'same', 'next', got 'odd'"),
    (["--patience", "-1"], "patience must be at least 0, got -1"),
    (["--patience", "few"], "--patience takes whole numbers, got 'few'"),
    (["--steps", "0"], "steps must be at least 1, got 0"),
    (["--steps", "1.5"], "--steps takes whole numbers, got '1.5'"),
    (["--steps", "2:9:3"], "--steps takes whole numbers, got '11/2'"),
    (["--patterns", "0"], "patterns must be at least 1, got 0"),
    (["--backend", "slurm"], "backend must be one of"),
])  # fmt: skip
def test_bad_input_gets_one_clear_line(arguments, message, tmp_path):
    result = invoke(*arguments, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert result.stderr.startswith("greedylr worst-case: ")
    assert message in result.output
    assert len(result.output.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_too_many_patterns_get_one_line_with_remedies(tmp_path):
    result = invoke(*BASE, "--factor", "0.5", "--steps", "9", "--patterns", "20", "--out", tmp_path / "out")
    assert result.exit_code == 1
    said = " ".join(result.output.split())
    assert "open: F = 1/2, T = 9: the method can run in more than 20 ways: take fewer steps, a factor closer" in said


def test_a_directory_of_other_files_is_left_alone_even_by_fresh(tmp_path):
    (tmp_path / "thesis.tex").write_text("do not delete")
    for flag in ("--resume", "--fresh"):
        result = invoke(*QUICK, "--no-figures", "--out", tmp_path, flag)
        assert result.exit_code == 1
        assert "holds other files" in result.output
    assert (tmp_path / "thesis.tex").read_text() == "do not delete"


# --- resuming ----------------------------------------------------------------------------------------------------


def test_what_was_finished_before_a_failure_is_kept(tmp_path, monkeypatch):
    quick = [*QUICK, "--no-certify", "--no-figures", "--out", tmp_path / "out"]
    calls = []

    def failing(method, **options):
        calls.append(method)
        if len(calls) == 3:
            raise RuntimeError("the power went off")
        return worst_case(method, **options)

    with monkeypatch.context() as patch:
        patch.setattr(sweep, "worst_case", failing)
        first = invoke(*quick)
    assert first.exit_code == 1
    assert "the power went off" in first.output
    again = data_of(*quick)
    assert again["computed_tasks"] == 2
    assert again["cases"] == data_of(*QUICK, "--no-certify", "--out", tmp_path / "whole")["cases"]


def test_a_killed_run_goes_on_where_it_was(tmp_path):
    """SIGKILL after the first finished case; the rest is computed later, and the result is that of one run."""
    out = tmp_path / "out"
    options = [*BASE, "--factor", "0.5:0.9:5", "--steps", "5", "6", "--no-certify", "--no-figures", "--out", str(out)]
    code = "from verification.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "worst-case", *options],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_for(lambda: process.poll() is not None or any((out / SHARDS).glob("*.arrow")))
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(30)
    done = len(list((out / SHARDS).glob("*.arrow")))
    data = data_of(*options)
    assert len(data["cases"]) == 10
    assert 1 <= done < 10
    assert data["computed_tasks"] == 10 - done
    assert data_of(*options)["computed_tasks"] == 0


# --- checking again ----------------------------------------------------------------------------------------------


def test_a_finished_sweep_checks_without_the_solver(finished, monkeypatch):
    out, data = finished
    monkeypatch.setattr("clarabel.DefaultSolver", None)
    result = invoke("--check", out)
    assert result.exit_code == 0, result.output
    assert "8 bounds check exactly, the upper ones over" in result.output
    shown = strictly(invoke("--check", out, "--json").stdout)
    assert shown["checked_bounds"] == 8
    assert shown["patterns"] == sum(row["patterns"] for row in data["cases"])


def forged(monkeypatch, change):
    """The table as if it had been written that way, digest and all."""

    def changed(out):
        table = load(out)["cases"]
        rows = table.to_pylist()
        change(rows[1])
        return {"cases": table.from_pylist(rows, schema=table.schema)}

    monkeypatch.setattr(report, "load", changed)


def lower_the_bound(row):
    row["upper_exact"] = str(Fraction(row["upper_exact"]) * Fraction(99, 100))


def raise_the_attained_value(row):
    row["lower_exact"] = row["upper_exact"]


def change_a_multiplier(row):
    data = json.loads(row["certificates"])
    (part,) = next(iter(data["patterns"].values()))["pairs"]
    key = next(iter(part))
    part[key] = str(2 * Fraction(part[key]))
    row["certificates"] = json.dumps(data)


def forget_the_certificates(row):
    row["certificates"] = json.dumps({"patterns": {}})


def change_the_factor(row):
    row["factor"] = "1/4"


@pytest.mark.parametrize("change", [lower_the_bound, raise_the_attained_value, change_a_multiplier,
                                    forget_the_certificates, change_the_factor])  # fmt: skip
def test_a_tampered_table_does_not_check(finished, change, monkeypatch):
    out, _ = finished
    forged(monkeypatch, change)
    result = invoke("--check", out)
    assert result.exit_code == 2
    (line,) = result.output.strip().splitlines()
    assert line.startswith(f"greedylr worst-case: {out}: F = ")
    assert "T = 3, max_lr = none does not check: " in line


def test_files_that_were_changed_are_refused(finished, tmp_path):
    out, _ = finished
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("manifest.json", "cases.parquet"):
        (copy / name).write_bytes((out / name).read_bytes())
    assert invoke("--check", copy).exit_code == 0
    rows = load(out)["cases"]
    pq.write_table(rows.slice(1), copy / "cases.parquet")
    result = invoke("--check", copy)
    assert result.exit_code == 1
    assert "cases.parquet is not what was stored: restore it, or delete" in result.output
    (copy / "cases.parquet").write_bytes((out / "cases.parquet").read_bytes()[:-100])
    result = invoke("--check", copy)
    assert result.exit_code == 1
    assert "cannot read" in result.output
    assert len(result.output.strip().splitlines()) == 1


def test_a_directory_without_results_gets_one_line(tmp_path):
    result = invoke("--check", tmp_path / "nowhere")
    assert result.exit_code == 1
    assert "holds no sweep" in result.output
    assert len(result.output.strip().splitlines()) == 1


# --- figures -----------------------------------------------------------------------------------------------------


def test_figures_are_drawn_and_show_every_number_of_steps(finished):
    out, data = finished
    paths = [Path(name) for name in data["figures"]]
    assert {path.suffix for path in paths} == {".png", ".svg"}
    assert all(path.parent == out / "figures" and path.stat().st_size > 5000 for path in paths)
    (svg,) = [path.read_text() for path in paths if path.suffix == ".svg"]
    for word in (
        "T = 2",
        "T = 3",
        "factor F",
        "no max_lr",
        "previous loss, order of Algorithm 1, patience 0, from 1/L",
    ):
        assert word in svg


def test_the_same_options_give_the_same_bytes(finished, tmp_path):
    out, data = finished
    assert invoke(*QUICK, "--out", tmp_path / "again").exit_code == 0
    for path in [Path(name) for name in data["figures"]] + [out / "cases.parquet"]:
        assert (tmp_path / "again" / path.relative_to(out)).read_bytes() == path.read_bytes(), path.name


def rows_of(finished, **changes):
    return [row | changes for row in load(finished[0])["cases"].to_pylist()]


def test_a_panel_for_each_cap_and_a_line_for_each_number_of_steps(finished):
    rows = rows_of(finished) + rows_of(finished, max_lr="3/2", max_lr_value=1.5)
    (figure,) = worst_case_figures.figures(rows).values()
    assert [axes.get_title() for axes in figure.axes] == ["no max_lr", "max_lr = 1.5/L"]
    for axes in figure.axes:
        lines = [line for line in axes.lines if not line.get_label().startswith("_")]
        assert [line.get_label() for line in lines] == ["T = 2", "T = 3"]
        for line, steps in zip(lines, (2, 3), strict=True):
            mine = [row for row in rows_of(finished) if row["steps"] == steps]
            assert list(line.get_xdata()) == pytest.approx([0.3, 1 / 3])
            assert list(line.get_ydata()) == [row["value"] for row in mine]
        assert axes.get_yscale() == "log"


@pytest.mark.parametrize(("status", "filled"), [("certified", True), ("unverified", False), ("upper bound", False)])
def test_what_is_not_certified_is_hollow(finished, status, filled):
    (figure,) = worst_case_figures.figures(rows_of(finished, status=status)).values()
    marks = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert marks
    assert all((mark.get_markerfacecolor() != "white") == filled for mark in marks)


def test_what_has_no_value_is_left_out(finished):
    rows = rows_of(finished)
    rows[0]["value"], rows[1]["value"] = float("nan"), float("inf")
    (figure,) = worst_case_figures.figures(rows).values()
    lines = [line for line in figure.axes[0].lines if line.get_label().startswith("T = ")]
    assert [len(line.get_xdata()) for line in lines] == [1, 1]
    save(figure, io.BytesIO(), "svg")


def test_one_factor_alone_has_no_figure_and_other_options_have_figures_of_their_own(finished):
    assert worst_case_figures.figures([row for row in rows_of(finished) if row["factor"] == "1/3"]) == {}
    names = list(worst_case_figures.figures(rows_of(finished) + rows_of(finished, comparison="best", gamma0="1/2")))
    assert names == ["against-factor-previous-same-0-1-last", "against-factor-best-same-0-1over2-last"]


def test_figures_say_what_is_measured(finished):
    kinds = {"mean": "mean of the losses", "average": "average iterate", "best": "best iterate"}
    for measure, words in kinds.items():
        (figure,) = worst_case_figures.figures(rows_of(finished, measure=measure, order="next")).values()
        assert figure.get_suptitle().endswith(words)
        assert "a PyTorch loop" in figure.get_suptitle()


# --- the best factor -----------------------------------------------------------------------------------------------


def test_the_factor_with_the_smallest_worst_case_is_named_for_every_number_of_steps(finished):
    _, data = finished
    assert [row["steps"] for row in data["best_factors"]] == [2, 3]
    for best in data["best_factors"]:
        mine = [row for row in data["cases"] if row["steps"] == best["steps"]]
        least = min(mine, key=lambda row: row["value"])
        assert (best["factor"], best["value"]) == (least["factor"], least["value"])


@pytest.mark.parametrize(("lower", "ties"), [(0.9, ["1/3"]), (1.0, ["1/3"]), (1.1, []), (float("nan"), ["1/3"])])
def test_a_factor_is_a_tie_unless_it_is_certainly_worse(finished, lower, ties):
    """What it attains must lie above the certified bound of the best; where nothing is certified it does not."""
    rows = [row for row in rows_of(finished) if row["steps"] == 2]
    for row, (value, low, high) in zip(rows, ((0.95, 0.9, 1.0), (1.2, lower, 1.3)), strict=True):
        row.update(value=value, lower=low, upper=high)
    (best,) = report.best_factors(rows)
    assert (best["factor"], best["ties"]) == ("3/10", ties)
    assert report.best_factors(rows[:1]) == []


# --- words -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("word", "shown"), [("3/10", "0.3"), ("1/3", "(1/3)"), ("2", "2"), ("1999/1000", "1.999")])
def test_fractions_are_shown_as_people_write_them(word, shown):
    assert report.decimal(word) == shown
