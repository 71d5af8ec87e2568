"""The tool, which is a script and no module, and notebooks to try it on."""

import importlib.util
from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


@pytest.fixture(scope="session")
def tool():
    """``notebooks/run.py``, loaded from its file."""
    spec = importlib.util.spec_from_file_location("run_notebooks", NOTEBOOKS / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def book():
    """A notebook of code cells: each a source with what it shows, as text, or as text and True for a figure."""

    def make(**cells):
        made = []
        for name, (source, *shown) in cells.items():
            outputs = [_output(entry) for entry in shown]
            made.append(nbformat.v4.new_code_cell(source, id=name, outputs=outputs))
        return nbformat.v4.new_notebook(cells=made)

    return make


def _output(entry):
    if isinstance(entry, str):
        return nbformat.v4.new_output("stream", name="stdout", text=entry)
    text, figure = entry
    data = {"text/plain": text} | ({"image/png": "aGVsbG8="} if figure else {})
    return nbformat.v4.new_output("display_data", data=data)
