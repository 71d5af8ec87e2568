"""What is recorded of code, packages, commit and machine changes when they do, and only then."""

import subprocess
import sys
from pathlib import Path

import pytest

from numerics.sweeps import provenance


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package that can be imported, with nothing remembered of an earlier one."""
    folder = tmp_path / "somewhere" / "small_package"
    (folder / "inner").mkdir(parents=True)
    sources = {
        "__init__": "",
        "work": "from small_package.inner import deep\nimport numpy, small_package.a as b\n",
        "a": "def late():\n    from . import late\n",
        "late": "from small_package.work import anything\nimport greedylr.rule\n",
        "inner/__init__": "from . import broad",
        "inner/broad": "",
        "inner/deep": "from ..a import x\n",
        "unused": "",
    }
    for name, source in sources.items():
        (folder / f"{name}.py").write_text(source)
    monkeypatch.syspath_prepend(str(folder.parent))
    yield folder
    provenance._source.cache_clear()
    for name in [name for name in sys.modules if name.split(".")[0] == "small_package"]:
        del sys.modules[name]


def code_now():
    provenance._source.cache_clear()
    return provenance.code("small_package.work")


def test_the_code_is_all_that_is_imported_from_the_project_late_and_relative_imports_included(package):
    modules = {"small_package" + rest for rest in ("", ".a", ".inner", ".inner.broad", ".inner.deep", ".late", ".work")}
    assert {name for name in code_now() if name.startswith("small_package")} == modules
    assert {"greedylr", "greedylr.rule"} <= code_now().keys()


def test_the_code_changes_with_what_is_imported_and_with_nothing_else(package):
    first = code_now()
    (package / "unused.py").write_text("A = 1\n")
    assert code_now() == first
    (package / "late.py").write_text("A = 2\nimport greedylr.rule\n")
    changed = {name for name, code in code_now().items() if code != first[name]}
    assert changed == {"small_package.late"}


def test_a_process_keeps_the_code_that_it_began_with(package):
    first = provenance.code("small_package.work")
    (package / "a.py").write_text("A = 2\n")
    assert provenance.code("small_package.work") == first == provenance.fingerprints(first)


def test_a_script_has_code_and_what_is_no_module_has_none(tmp_path):
    script = "import numerics.vectors; from numerics.sweeps import provenance; print(*provenance.code('__main__'))"
    (tmp_path / "script.py").write_text(script)
    call = [sys.executable, str(tmp_path / "script.py")]
    told = subprocess.run(call, capture_output=True, text=True, check=True).stdout.split()
    assert {"__main__", "numerics", "numerics.vectors", "numerics.sweeps.provenance"} <= set(told)
    assert provenance.code("no_such_module") == {}
    assert provenance.fingerprints(["no_such_module", "numerics.no_such_module", "sys"]) == {}


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
    assert provenance.cpu.__wrapped__()
