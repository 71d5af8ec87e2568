"""The stamp has versions and the commit, and no clock."""

import subprocess

from verification.page.stamp import PACKAGES, UNKNOWN, commit, stamp


def test_the_stamp_names_every_version_and_whether_rocq_ran():
    assert set(PACKAGES) < set(stamp("8.20"))
    assert stamp("8.20")["Rocq"] == "8.20"
    assert stamp("")["Rocq"] == "not run"
    assert UNKNOWN not in {stamp("")[name] for name in ("sympy", "Jinja2", "latex2mathml")}


def test_the_commit_is_the_checkouts_and_says_whether_a_tracked_file_differs(tmp_path):
    file = tmp_path / "a.py"
    file.write_text("1")
    assert commit(file) == UNKNOWN
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b"]
    for command in (["init", "-q"], ["add", "a.py"], ["commit", "-q", "-m", "a"]):
        subprocess.run([*git, *command], check=True)
    clean = commit(file)
    assert len(clean) == 40
    (tmp_path / "untracked.py").write_text("2")
    assert commit(file) == clean
    file.write_text("2")
    assert commit(file) == f"{clean}-dirty"
    assert commit(tmp_path / "untracked.py") == UNKNOWN
