"""What differs from the ledger is named, and nothing of somebody else's is lost."""

import pytest

from verification.appendix.folder import drift, put

FILES = {"appendix.tex": b"a\n", "main.tex": b"m\n", "claims/A-1.tex": b"one\n", "figures/f.png": b"\x89PNG"}


@pytest.fixture
def folder(tmp_path):
    put(tmp_path / "paper", FILES)
    return tmp_path / "paper"


def test_a_folder_just_written_has_no_drift(folder):
    assert list(drift(folder, FILES)) == []


@pytest.mark.parametrize("name", FILES)
def test_an_edited_file_is_named(folder, name):
    (folder / name).write_bytes(FILES[name] + b" ")
    assert list(drift(folder, FILES)) == [f"{folder / name} is not what the ledger says now"]


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    assert list(drift(folder, FILES)) == [f"{folder / name} is missing"]


def test_a_file_of_a_claim_that_is_gone_is_named_and_removed(folder):
    (folder / "claims" / "old.tex").write_text("old")
    assert list(drift(folder, FILES)) == [f"{folder / 'claims' / 'old.tex'} belongs to no claim any more"]
    put(folder, FILES)
    assert list(drift(folder, FILES)) == []


def test_other_peoples_files_are_refused_or_left(folder, tmp_path):
    (folder / "notes.md").write_text("mine")
    put(folder, FILES)
    assert (folder / "notes.md").read_text() == "mine"
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.tex").write_text("mine")
    with pytest.raises(ValueError, match="holds other files and no older appendix"):
        put(other, FILES)
    assert (other / "thesis.tex").read_text() == "mine"
