"""The committed notebooks: complete, self-contained, without logic of their own, and in step with the ledger."""

import ast
import json
import re
import socket
from pathlib import Path

import nbformat
import pytest

from theory.claims import paper

ROOT = Path(__file__).resolve().parents[2]
PATHS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PUBLISHED = json.loads((ROOT / "tests/claims/published.json").read_text())
CLAIMS = {claim.id for claim in paper()}
MINE = {"greedylr", "numerics", "theory", "verification"}
PACKAGES = MINE | {
    "math",
    "fractions",
    "functools",
    "itertools",
    "dataclasses",
    "tempfile",
    "pathlib",
    "numpy",
    "matplotlib",
}
MAY_DEFINE = {
    "06-worst-cases": {"two_steps"},  # a method is a function: that is the interface shown
    "08-the-scheduler": {"train"},  # the training loop is the subject, and runs for every schedule and seed
}
MAY_IMPORT = {"08-the-scheduler": {"torch"}}
LOGIC = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.While, ast.With, ast.Global)
LONGEST = 25  # lines of a cell

each = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)


def cells(path, kind):
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == kind]


def code(cell):
    return "\n".join(line for line in cell.source.splitlines() if not line.startswith("%"))


def texts(cell):
    return [output.get("text", output.get("data", {}).get("text/plain", "")) for output in cell.outputs]


def called(path, *names):
    """The words in calls of these functions, with what the cell shows."""
    for cell in cells(path, "code"):
        for node in ast.walk(ast.parse(code(cell))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in names:
                yield [a.value for a in node.args if isinstance(a, ast.Constant)], "\n".join(texts(cell))


def test_there_are_eight():
    assert [path.stem[:2] for path in PATHS] == [f"0{k}" for k in range(1, 9)]


@each
def test_it_begins_with_title_and_introduction_and_ends_with_exercises(path):
    first, *_, last = cells(path, "markdown")
    assert re.match(rf"# {int(path.stem[:2])}\. \S", first.source)
    for part in ("**What you will see.**", "**What you need.**", "**How long it takes.**"):
        assert part in first.source
    exercises = re.findall(r"^(\d)\. ", last.source.partition("## Exercises")[2], flags=re.M)
    assert exercises in (["1", "2"], ["1", "2", "3"])


@each
def test_it_can_be_read_without_being_run(path):
    words = sum(len(cell.source.split()) for cell in cells(path, "markdown"))
    assert words > 400
    assert sum("$" in cell.source for cell in cells(path, "markdown")) >= 3 or path.stem == "08-the-scheduler"
    assert any("**Predict" in cell.source for cell in cells(path, "markdown"))


@each
def test_every_cell_that_prints_or_draws_has_its_output(path):
    for cell in cells(path, "code"):
        if re.search(r"^\s*print\(", cell.source, flags=re.M):
            assert any(texts(cell)), f"{cell.id} printed nothing"
        if "plt.show()" in cell.source or cell.source.rstrip().endswith("\nfigure"):
            assert any("image/png" in output.get("data", {}) for output in cell.outputs), f"{cell.id} drew nothing"


@each
def test_no_output_is_an_error_a_warning_or_a_clock(path):
    for cell in cells(path, "code"):
        for output in cell.outputs:
            assert output.output_type in ("stream", "display_data", "execute_result"), cell.id
            assert output.get("name", "stdout") == "stdout", cell.id
            assert set(output.get("data", {})) <= {"text/plain", "image/png"}, cell.id
        for text in texts(cell):
            assert not re.search(r"\d (s|ms|sec|seconds|minutes)\b|Traceback|Warning", text), cell.id


@each
def test_nothing_of_the_machine_is_in_it(path):
    book = nbformat.read(path, as_version=4)
    words = "\n".join([cell.source for cell in book.cells] + [t for c in cells(path, "code") for t in texts(c)])
    found = re.findall(
        r"(?<![\w.<])/(?:home|root|tmp|work|usr|opt|var|Users)/\S*|\w:\\\S+|site-packages| at 0x\w+", words
    )
    assert not found
    assert socket.gethostname() not in words
    assert book.metadata == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    assert all(cell.metadata == {} for cell in book.cells)
    assert [cell.execution_count for cell in cells(path, "code")] == list(range(1, len(cells(path, "code")) + 1))
    assert path.stat().st_size < 400_000


@each
def test_its_cells_have_names_and_not_numbers(path):
    names = [cell.id for cell in nbformat.read(path, as_version=4).cells]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in names)


@each
def test_every_claim_that_it_cites_exists(path):
    text = "\n".join(cell.source for cell in cells(path, "markdown"))
    cited = set(re.findall(r"`greedylr show ([^\s`]+)", text))
    assert len(cited) >= 3
    assert cited <= CLAIMS
    asked = {name for names, _ in called(path, "statuses", "look_up") for name in names}
    assert asked <= CLAIMS


@each
def test_its_statuses_come_from_the_ledger_and_are_those_published(path):
    found = list(called(path, "statuses"))
    assert found
    for names, text in found:
        for name in names:
            assert f"{name}: {PUBLISHED[name]}\n" in text


@each
def test_it_has_no_logic_that_is_not_in_the_packages(path):
    for cell in cells(path, "code"):
        assert len(cell.source.splitlines()) <= LONGEST, f"{cell.id} is too long"
        for node in ast.walk(ast.parse(code(cell))):
            if isinstance(node, ast.With) and "no_grad" in ast.unparse(node.items[0]):
                continue
            allowed = getattr(node, "name", "") in MAY_DEFINE.get(path.stem, set())
            assert not isinstance(node, LOGIC) or allowed, f"{cell.id}: {ast.unparse(node)[:60]}"


@each
def test_it_imports_the_packages_and_what_draws(path):
    for cell in cells(path, "code"):
        for node in ast.walk(ast.parse(code(cell))):
            names = [node.module] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            allowed = PACKAGES | MAY_IMPORT.get(path.stem, set())
            assert {name.partition(".")[0] for name in names} <= allowed, cell.id


def test_no_package_imports_a_notebook():
    for package in MINE:
        for path in (ROOT / package).rglob("*.py"):
            assert not re.search(r"^\s*(import|from) notebooks\b", path.read_text(), flags=re.M), path
