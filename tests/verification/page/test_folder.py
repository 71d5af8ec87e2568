"""A site replaces an older one, and nothing else."""

import pytest

from verification.page.folder import CONTENTS, put


def test_a_new_site_replaces_the_files_of_an_older_one(tmp_path):
    put(tmp_path / "site", {"a.html": "1", "claims/b.html": "2"})
    put(tmp_path / "site", {"a.html": "3\r\n"})
    assert {p.name for p in (tmp_path / "site").rglob("*") if p.is_file()} == {"a.html", CONTENTS}
    assert (tmp_path / "site" / "a.html").read_bytes() == b"3\r\n"


def test_a_file_that_is_not_the_sites_stays(tmp_path):
    put(tmp_path, {"a.html": "1"})
    (tmp_path / "mine.txt").write_text("mine")
    put(tmp_path, {"b.html": "1"})
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_a_folder_with_other_files_is_refused(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ValueError, match=r"holds other files and no contents\.txt"):
        put(tmp_path, {"a.html": "1"})
    with pytest.raises(ValueError, match="is a file"):
        put(tmp_path / "mine.txt", {"a.html": "1"})
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]
