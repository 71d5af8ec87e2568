"""The model that runs begin with."""

from dataclasses import replace

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("peft")
pytest.importorskip("accelerate")

from numerics.llm import base
from numerics.llm.setting import Setting
from numerics.sweeps.store import SweepError

SHORT = Setting(
    model="tiny", data="worked-sums", steps=10, batch=2, length=16, rate=1e-3, held_out=2, pretrain=10, save_every=0
)


def test_it_is_made_once_and_anew_where_it_was_not_made_to_its_end(tmp_path):
    assert base.missing(SHORT, tmp_path)
    made = base.prepare(SHORT, tmp_path)
    path = base.file(SHORT, tmp_path)
    changed = path.stat().st_mtime_ns
    assert base.prepare(SHORT, tmp_path) == made
    assert path.stat().st_mtime_ns == changed
    path.with_suffix(".sha256").unlink()  # as a kill before the last step leaves it
    assert base.missing(SHORT, tmp_path)
    assert base.prepare(SHORT, tmp_path) == made


def test_another_way_to_train_it_makes_another_one_in_the_same_folder(tmp_path):
    longer = replace(SHORT, pretrain=12)
    one, other = base.prepare(SHORT, tmp_path), base.prepare(longer, tmp_path)
    assert one != other
    for setting in (SHORT, longer):
        assert next(base.maker(setting, tmp_path)().parameters()).isfinite().all()


def test_what_concerns_the_runs_only_does_not_make_another_one(tmp_path):
    assert base.file(SHORT, tmp_path) == base.file(replace(SHORT, steps=99, rate=1.0, rank=0, batch=7), tmp_path)


def test_a_damaged_file_is_named_and_nothing_is_made_where_nothing_is_trained_first(tmp_path):
    base.prepare(SHORT, tmp_path)
    path = base.file(SHORT, tmp_path)
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(SweepError, match=r"is not what was stored: delete .* and run again"):
        base.maker(SHORT, tmp_path)()
    assert base.prepare(replace(SHORT, pretrain=0), tmp_path / "none") is None
    assert not (tmp_path / "none").exists()
