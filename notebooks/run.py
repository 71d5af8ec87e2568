"""Execute the notebooks, or check that they still say what they say.

    python notebooks/run.py [NAME ...]            execute in a clean kernel each, and write the outputs
    python notebooks/run.py --check [NAME ...]    execute copies, and compare their outputs with the committed ones

A NAME is the beginning of a file's name: 03 is enough.  Text must be equal, integers and fractions with it; numbers
with a decimal point or an exponent may differ by ``TOLERANCE``, relatively.  A figure must be there on both sides; its
bytes depend on fonts.  Every kernel has one thread, turns warnings into errors and runs in an empty folder.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

HERE = Path(__file__).resolve().parent
TOLERANCE = 1e-7  # measured: 6e-9, one last digit, with the vector instructions of numpy, torch, BLAS and numba off
SECONDS = 600  # for one cell
STRICT = """\
import warnings

warnings.simplefilter("error")
warnings.filterwarnings("ignore", module=r"ipykernel\\.")  # the kernel's own are not the notebook's
"""
QUIET = ["--log-level=ERROR"]
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
FLOAT = re.compile(r"(?<![\w.])(\d+\.\d+(?:[eE][-+]?\d+)?|\d+[eE][-+]?\d+)(?!\.?\w)")
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
Notebook = Any  # nbformat's nodes are dictionaries with attributes


class BrokenError(Exception):
    """A notebook did not run to its end."""


def chosen(names: Sequence[str], folder: Path = HERE) -> list[Path]:
    """The notebooks whose names begin like that; all of them if none is named."""
    every = sorted(folder.glob("*.ipynb"))
    for name in names:
        if not any(path.name.startswith(name) for path in every):
            raise ValueError(f"no notebook's name begins with {name!r}: there are {', '.join(p.stem for p in every)}.")
    return [path for path in every if not names or any(path.name.startswith(name) for name in names)]


def read(path: Path) -> Notebook:
    """The notebook of the file."""
    return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]


def executed(path: Path) -> Notebook:
    """The notebook with new outputs; ``BrokenError`` names the cell that raised, or ran too long."""
    book = read(path)
    book.cells.insert(0, nbformat.v4.new_code_cell(STRICT, id="strict"))  # type: ignore[no-untyped-call]
    begun: list[str] = []

    def begin(cell: Notebook, cell_index: int) -> None:
        begun.append(cell.id)

    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as settings:
        where = {"metadata": {"path": folder}}
        options: dict[str, Any] = {
            "timeout": SECONDS,
            "kernel_name": "python3",
            "coalesce_streams": True,
            "extra_arguments": QUIET,
        }
        client = NotebookClient(book, resources=where, on_cell_execute=begin, **options)
        try:
            client.execute(env=environment(settings))
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as reason:
            raise BrokenError(f"{path.stem}, cell {begun[-1]}: {_reason(reason)}") from None
    del book.cells[0]
    return tidy(book)


def environment(settings: str) -> dict[str, str]:
    """That of a kernel: this checkout's packages, one thread, no settings of the user's."""
    from numerics.compiled import keep_compiled  # noqa: PLC0415 - where the path has been set

    kept = {name: value for name, value in os.environ.items() if name not in ("MPLBACKEND", "PYTHONWARNINGS")}
    kept |= dict.fromkeys(THREADS, "1") | {
        "PYTHONPATH": str(HERE.parent),
        "IPYTHONDIR": settings,
        "PYTHONHASHSEED": "0",
    }
    keep_compiled(kept)
    return kept


def _reason(reason: Exception) -> str:
    """In one line."""
    if isinstance(reason, CellExecutionError):
        return f"{reason.ename}: {reason.evalue}".splitlines()[0]
    return str(reason).strip().splitlines()[0]


def tidy(book: Notebook) -> Notebook:
    """Without what changes from run to run and machine to machine."""
    book.metadata = nbformat.from_dict(METADATA)  # type: ignore[no-untyped-call]
    count = 0
    for cell in book.cells:
        cell.metadata = nbformat.NotebookNode()  # type: ignore[no-untyped-call]
        if cell.cell_type == "code":
            count += 1
            cell.execution_count = count
            for output in cell.outputs:
                output.pop("execution_count", None)
                if output.output_type == "execute_result":
                    output.execution_count = count
                if "metadata" in output:
                    output.metadata = nbformat.NotebookNode()  # type: ignore[no-untyped-call]
    return book


def shown(cell: Notebook) -> list[tuple[str, str, bool]]:
    """What a cell shows: of every output its stream or type, its text, and whether there is a figure."""
    found = []
    for output in cell.outputs:
        data = output.get("data", {})
        text = output.get("text", data.get("text/plain", ""))
        found.append((output.get("name", output.output_type), text, "image/png" in data))
    return found


def drifts(name: str, committed: Notebook, now: Notebook) -> Iterator[str]:
    """A line for every cell whose outputs are no longer those that were committed."""
    for old, new in zip(committed.cells, now.cells, strict=True):
        if old.cell_type == "code" and (found := list(_differences(shown(old), shown(new)))):
            more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
            yield f"{name}, cell {old.id}: {found[0]}{more}"


def _differences(old: Sequence[tuple[str, str, bool]], new: Sequence[tuple[str, str, bool]]) -> Iterator[str]:
    if len(old) != len(new):
        yield f"committed {len(old)} outputs, now {len(new)}"
        return
    for (old_kind, before, old_figure), (new_kind, after, new_figure) in zip(old, new, strict=True):
        if old_kind != new_kind:
            yield f"committed an output of kind {old_kind}, now of kind {new_kind}"
        if old_figure != new_figure:
            yield "committed a figure, now none" if old_figure else "committed no figure, now one"
        for number, (a, b) in enumerate(zip_longest(before.splitlines(), after.splitlines()), 1):
            if difference := unlike(a, b):
                yield f"line {number}: {difference}"


def unlike(old: str | None, new: str | None) -> str:
    """In what two lines differ, with both values; empty if in nothing."""
    if old is None or new is None or FLOAT.sub("", old) != FLOAT.sub("", new):
        return f"committed {old!r}, now {new!r}"
    for a, b in zip(FLOAT.findall(old), FLOAT.findall(new), strict=True):
        x, y = float(a), float(b)
        if x != y and not abs(x - y) <= TOLERANCE * max(abs(x), abs(y)):
            return f"committed {a}, now {b}, relatively {abs(x - y) / max(abs(x), abs(y)):.1e} apart: {old.strip()!r}"
    return ""


def main(arguments: Sequence[str], folder: Path = HERE) -> int:
    """Exit status 1 if a notebook broke, or drifted; 2 if there is none of that name."""
    parser = argparse.ArgumentParser(description="Execute the notebooks, or check their outputs.")
    parser.add_argument("--check", action="store_true", help="compare with the committed outputs, write nothing")
    parser.add_argument("names", nargs="*", metavar="NAME", help="beginnings of file names; all if left out")
    asked = parser.parse_args(arguments)
    try:
        paths = chosen(asked.names, folder)
    except ValueError as error:
        parser.error(str(error))
    status = 0
    for path in paths:
        try:
            now = executed(path)
        except BrokenError as reason:
            lines = [str(reason)]
        else:
            lines = list(drifts(path.stem, read(path), now)) if asked.check else []
            if not asked.check:
                nbformat.write(now, path)  # type: ignore[no-untyped-call]
        status |= bool(lines)
        done = "as committed" if asked.check else "written"
        sys.stdout.write("".join(f"{line}\n" for line in lines or [f"{path.stem}: {done}"]))
        sys.stdout.flush()
    return status


if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parent))
    sys.exit(main(sys.argv[1:]))
