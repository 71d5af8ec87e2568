"""``greedylr appendix``: writes, checks, and says what it needs."""

import pytest
from typer.testing import CliRunner

from verification.appendix import command
from verification.cli import app
from verification.rocq import MISSING, Outcome

FILES = {"appendix.tex": b"a\n", "main.tex": b"m\n", "claims/A-1.tex": b"one\n"}


@pytest.fixture
def run(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command, "_files", lambda: FILES)
    return lambda *words: CliRunner().invoke(app, ["appendix", *words])


def test_it_writes_into_paper_appendix_and_then_agrees_with_itself(run, tmp_path):
    assert run().exit_code == 0
    assert (tmp_path / "paper_appendix" / "claims" / "A-1.tex").read_bytes() == b"one\n"
    again = run("--check")
    assert (again.exit_code, again.output) == (0, "")


def test_check_fails_with_one_line_for_each_file_that_differs_and_writes_nothing(run, tmp_path):
    run("there")
    edited, gone = tmp_path / "there" / "main.tex", tmp_path / "there" / "claims" / "A-1.tex"
    edited.write_text("edited")
    gone.unlink()
    found = run("there", "--check")
    assert found.exit_code == 1
    assert len(found.stderr.splitlines()) == 2
    assert "there/main.tex is not what the ledger says now: run `greedylr appendix there`" in found.stderr
    assert "there/claims/A-1.tex is missing" in found.stderr
    assert edited.read_text() == "edited"
    assert not gone.exists()


def test_a_folder_of_somebody_else_is_refused_in_one_line(run, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("mine")
    found = run("mine")
    assert found.exit_code == 2
    assert found.stderr.startswith("greedylr appendix: mine holds other files")


@pytest.mark.parametrize("words", [(), ("--check",)])
def test_without_rocq_nothing_is_written_or_compared(monkeypatch, tmp_path, words):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("verification.rocq.check", lambda *_: Outcome())
    found = CliRunner().invoke(app, ["appendix", *words])
    assert found.exit_code == 1
    assert found.stderr == f"greedylr appendix: {MISSING}; the appendix has the statuses and statements with Rocq.\n"
    assert not any(tmp_path.iterdir())
