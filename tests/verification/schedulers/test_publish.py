"""Publishing a study: its tables and manifests are copied to where they are kept, when all of it is complete."""

import pytest

pytest.importorskip("torch")

from numerics.robustness.sweep import Arm, StudySweep
from numerics.sweeps.store import SweepError
from numerics.sweeps.sweep import load
from verification.schedulers import publish

SMALL = StudySweep(arms=(Arm("quadratic-1", "adam", "cosine", 0.1),), steps=20, seeds=2)


def test_what_is_kept_is_what_was_computed(monkeypatch, tmp_path):
    monkeypatch.setattr(publish, "FOLDER", tmp_path / "kept")
    monkeypatch.setattr(publish, "STUDIES", {"small": lambda run: run("one", SMALL)})
    publish.publish("small", tmp_path / "work")
    kept = load(tmp_path / "kept" / "small" / "one")["runs"]
    assert kept.num_rows == 2
    assert kept.equals(load(tmp_path / "work" / "small" / "one")["runs"])


def test_nothing_is_kept_of_a_study_that_breaks_off(monkeypatch, tmp_path):
    def study(run):
        run("one", SMALL)
        raise SweepError("the second part is damaged.")

    (tmp_path / "kept" / "small").mkdir(parents=True)
    (tmp_path / "kept" / "small" / "before").touch()
    monkeypatch.setattr(publish, "FOLDER", tmp_path / "kept")
    monkeypatch.setattr(publish, "STUDIES", {"small": study})
    with pytest.raises(SweepError):
        publish.publish("small", tmp_path / "work")
    assert [path.name for path in (tmp_path / "kept" / "small").iterdir()] == ["before"]
