"""Every notebook runs in a clean kernel and says what was committed."""

import importlib.util
import shutil
from pathlib import Path

import pytest

PATHS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))


@pytest.mark.slow
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_its_outputs_are_those_committed(tool, path):
    if shutil.which("coqc") is None:
        pytest.skip("the committed statuses are those with Rocq's theorems, and there is no coqc here")
    if path.stem == "08-the-scheduler" and importlib.util.find_spec("torch") is None:
        pytest.skip("needs torch: pip install '.[torch]'")
    assert list(tool.drifts(path.stem, tool.read(path), tool.executed(path))) == []
