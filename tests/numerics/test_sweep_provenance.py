"""What is recorded of code, packages, commit and machine changes when they do, and only then."""

import subprocess
import sys
from pathlib import Path

import pytest

from numerics import provenance


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package of two files that can be imported, with nothing remembered of an earlier one."""
    folder = tmp_path / "somewhere" / "small_package"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (folder / "a.py").write_text("A = 1\n")
    monkeypatch.syspath_prepend(str(folder.parent))
    provenance.code.cache_clear()
    yield folder
    provenance.code.cache_clear()


def code_now():
    provenance.code.cache_clear()
    return provenance.code("small_package")["small_package"]


def test_the_code_changes_with_a_source_file_its_name_and_nothing_else(package):
    first = code_now()
    (package / "notes.md").write_text("nothing")
    assert code_now() == first
    (package / "a.py").write_text("A = 2\n")
    second = code_now()
    (package / "a.py").rename(package / "b.py")
    third = code_now()
    (package / "b.py").rename(package / "a.py")
    (package / "a.py").write_text("A = 1\n")
    assert len({first, second, third}) == 3
    assert code_now() == first


def test_a_process_keeps_the_code_that_it_began_with(package):
    first = provenance.code("small_package")
    (package / "a.py").write_text("A = 2\n")
    assert provenance.code("small_package") == first


def test_the_environment_covers_the_package_of_the_work_and_those_it_stands_on():
    assert provenance.environment("sweep_tasks")["code"].keys() == {"greedylr", "numerics", "sweep_tasks"}
    assert provenance.environment("verification.cli")["code"].keys() == {"greedylr", "numerics", "verification"}


@pytest.mark.parametrize("module", ["__main__", "no_such_module"])
def test_code_without_a_file_is_left_out(module):
    assert provenance.environment(module)["code"].keys() == {"greedylr", "numerics"}


def test_packages_that_are_not_installed_have_no_version(monkeypatch):
    monkeypatch.setattr(provenance, "PACKAGES", ("numpy", "no-such-package"))
    assert provenance.versions().keys() == {"python", "numpy", "no-such-package"}
    assert provenance.versions()["no-such-package"] is None
    assert provenance.versions()["python"] == sys.version.split()[0]


def test_the_commit_is_told_inside_a_checkout_and_none_outside(tmp_path):
    file, other = tmp_path / "file.py", tmp_path / "other.py"
    file.write_text("")
    assert provenance.git(file) == {"commit": None, "dirty": None}

    def git(*command):
        who = ("-c", "user.name=a", "-c", "user.email=a@b")
        call = ["git", "-C", str(tmp_path), *who, *command]
        return subprocess.run(call, check=True, capture_output=True, text=True).stdout.strip()

    git("init")
    git("add", "file.py")
    git("commit", "-m", "one")
    assert provenance.git(file) == {"commit": git("rev-parse", "HEAD"), "dirty": False}
    other.write_text("")
    assert provenance.git(file)["dirty"]
    assert provenance.git(other) == {"commit": None, "dirty": None}  # not of this checkout, though inside it


def test_without_git_there_is_no_commit(monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert provenance.git() == {"commit": None, "dirty": None}


def test_the_machine_is_told():
    machine = provenance.machine()
    assert machine.keys() == {"host", "cpu", "cores", "memory", "platform"}
    assert machine["cpu"]
    assert machine["cores"] >= 1
    assert machine["memory"] > 2**20


def test_the_processor_is_told_where_linux_does_not(monkeypatch):
    def missing(_):
        raise FileNotFoundError

    monkeypatch.setattr(Path, "read_text", missing)
    assert provenance.cpu()
