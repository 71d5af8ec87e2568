"""The tool runs notebooks in clean kernels, writes or compares, and says which cell of which notebook failed."""

import nbformat
import pytest


@pytest.fixture
def folder(tmp_path, book):
    nbformat.write(
        book(one=("print(0.1 + 0.2, 2 + 2)",), two=("import os\n\nprint(len(os.listdir()))",)),
        tmp_path / "01-sum.ipynb",
    )
    return tmp_path


def test_what_was_written_is_as_committed_and_an_edited_number_is_not(tool, folder, capsys):
    assert tool.main([], folder) == 0
    assert tool.main(["--check"], folder) == 0
    assert capsys.readouterr().out.splitlines() == ["01-sum: written", "01-sum: as committed"]
    path = folder / "01-sum.ipynb"
    path.write_text(path.read_text().replace("0.30000000000000004 4", "0.30000000000000004 5"))
    edited = path.read_bytes()
    assert tool.main(["--check", "01"], folder) == 1
    assert "01-sum, cell one: line 1: committed '0.30000000000000004 5'" in capsys.readouterr().out
    assert path.read_bytes() == edited, "--check writes nothing"


def test_one_drift_among_several_notebooks_is_a_failure(tool, folder, book, capsys):
    nbformat.write(book(same=("1 + 1",)), folder / "02-fine.ipynb")
    tool.main(["02"], folder)
    assert tool.main(["--check"], folder) == 1, "01-sum was never executed and has no outputs"
    written, first, second, last = capsys.readouterr().out.splitlines()
    assert first == "01-sum, cell one: committed 0 outputs, now 1"
    assert second == "01-sum, cell two: committed 0 outputs, now 1"
    assert (written, last) == ("02-fine: written", "02-fine: as committed")


def test_outputs_carry_nothing_of_the_machine_and_kernels_start_in_an_empty_folder(tool, folder):
    tool.main([], folder)
    first = tool.read(folder / "01-sum.ipynb")
    assert first.metadata == tool.METADATA
    assert [cell.execution_count for cell in first.cells] == [1, 2]
    assert all(cell.metadata == {} for cell in first.cells)
    assert first.cells[1].outputs[0].text == "0\n"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("raise KeyError('gone')", "KeyError: 'gone'"),
        ("import warnings\n\nwarnings.warn('old')", "UserWarning: old"),
        ("import os\n\nos._exit(3)", "Kernel died"),
    ],
)
def test_a_cell_that_fails_is_reported_by_name_and_nothing_is_written(tool, tmp_path, book, capsys, source, reason):
    path = tmp_path / "02-broken.ipynb"
    nbformat.write(book(fine=("print(1)",), broken=(source,), never=("print(2)",)), path)
    before = path.read_bytes()
    assert tool.main([], tmp_path) == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("02-broken, cell broken: ")
    assert reason in line
    assert path.read_bytes() == before


def test_a_cell_that_takes_too_long_is_reported_by_name(tool, tmp_path, book, capsys, monkeypatch):
    monkeypatch.setattr(tool, "SECONDS", 1)
    cells = book(fine=("print(1)",), slow=("import time\n\ntime.sleep(30)",), never=("print(2)",))
    nbformat.write(cells, tmp_path / "02-slow.ipynb")
    assert tool.main(["--check"], tmp_path) == 1
    assert capsys.readouterr().out.startswith("02-slow, cell slow: A cell timed out")


def test_notebooks_are_named_by_the_beginnings_of_their_names(tool, tmp_path, book, capsys):
    for name in ("01-a", "02-b", "03-c"):
        nbformat.write(book(only=("1",)), tmp_path / f"{name}.ipynb")
    assert [path.stem for path in tool.chosen([], tmp_path)] == ["01-a", "02-b", "03-c"]
    assert [path.stem for path in tool.chosen(["03", "01-a"], tmp_path)] == ["01-a", "03-c"]
    with pytest.raises(ValueError, match="no notebook's name begins with '04': there are 01-a, 02-b, 03-c"):
        tool.chosen(["04"], tmp_path)
    with pytest.raises(SystemExit) as stopped:
        tool.main(["04"], tmp_path)
    assert stopped.value.code == 2
    assert "no notebook's name begins with '04'" in capsys.readouterr().err
