"""What the commands that sweep share."""

import pytest
import typer

from numerics.sweeps.backends import Backend
from numerics.sweeps.store import SweepError
from verification.sweeping import folder, kept_again, limits, refuse, swept

HERE = Backend("sequential")


def test_a_refusal_is_one_line_and_a_status(capsys):
    with pytest.raises(typer.Exit) as out:
        refuse("fsweep", "steps must be\n  at least 1", 2)
    assert out.value.exit_code == 2
    assert capsys.readouterr().err == "greedylr fsweep: steps must be at least 1\n"


def test_limits_are_numbers_or_none():
    assert limits("cap", ["none", "2.5"]) == (None, 2.5)
    with pytest.raises(ValueError, match="--cap takes numbers and 'none', got 'two'"):
        limits("cap", ["two"])


def test_a_folder_is_that_of_its_options_and_of_no_others():
    assert folder("fsweep", {"a": 1, "b": 2}) == folder("fsweep", {"b": 2, "a": 1})
    assert folder("fsweep", {"a": 1}) != folder("fsweep", {"a": 2})
    assert folder("fsweep", {}).name.startswith("fsweep-")


@pytest.mark.parametrize("across", [False, True])
@pytest.mark.parametrize("resume", [False, True])
def test_a_sweep_is_told_what_the_command_was(resume, across, tmp_path, monkeypatch):
    told = []
    monkeypatch.setattr("numerics.sweeps.sweep.discard", lambda out: told.append(("discard", out)))
    monkeypatch.setattr("numerics.sweeps.sweep.run", lambda sweep, out, **options: told.append((sweep, out, options)))
    swept("sweeping", "a sweep", tmp_path, HERE, resume=resume, quiet=True, across_versions=across)
    *discarded, (sweep, out, options) = told
    assert discarded == ([] if resume else [("discard", tmp_path)])
    assert (sweep, out, options["backend"], options["across_versions"]) == ("a sweep", tmp_path, HERE, across)


@pytest.mark.parametrize(("names", "ran"), [([], ["a", "b"]), (["b"], ["b"])])
def test_what_is_named_is_published_again_or_else_everything(names, ran):
    done = []
    assert kept_again("study", names, {"a": 1, "b": 2}, done.append) == 0
    assert done == ran


def test_a_name_that_is_none_is_refused_before_anything_runs(capsys):
    done = []
    assert kept_again("study", ["b", "c"], ["a", "b"], done.append) == 2
    assert capsys.readouterr().err == "no study is called 'c': a, b.\n"
    assert not done


def test_a_sweep_that_cannot_go_on_says_why(capsys):
    def publish(name):
        raise SweepError(f"{name} is damaged.")

    assert kept_again("study", [], ["a", "b"], publish) == 1
    assert capsys.readouterr().err == "a is damaged.\n"
