"""Figures show every schedule, and the same results give the same bytes."""

import io
import re

import pytest

from numerics.factor_summary import summary
from numerics.factor_sweep import FactorSweep
from numerics.figures import curves, final_gaps, save, stable_shares
from numerics.sweeps.backends import Backend
from numerics.sweeps.sweep import load, run


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    out = tmp_path_factory.mktemp("sweep") / "out"
    options = FactorSweep(problems=(("two-samples", "generated"),), seeds=8, steps=40, marks=4, baselines=("polyak",))
    run(options.sweep(), out, backend=Backend("sequential"))
    return load(out)


def drawn(figure, kind):
    file = io.BytesIO()
    save(figure, file, kind)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_the_same_results_give_the_same_bytes(tables, kind):
    rows = summary(tables["runs"])
    for make in (final_gaps, stable_shares):
        assert drawn(make(rows), kind) == drawn(make(rows), kind)


def test_a_column_for_each_limit_and_a_line_for_each_schedule(tables):
    (figure,) = curves(tables["runs"], tables["curves"]).values()
    titles = [axes.get_title() for axes in figure.axes[:2]]
    assert titles == ["no max_lr", "max_lr 1/L_max"]
    for axes in figure.axes:
        assert sorted(line.get_label() for line in axes.lines) == [
            "F = 0.25",
            "F = 0.5",
            "F = 0.75",
            "F = 0.99",
            "polyak",
        ]


def test_the_axes_say_what_they_show(tables):
    rows = summary(tables["runs"])
    text = drawn(stable_shares(rows), "svg").decode()
    assert re.search("share of runs that did not diverge", text)
    assert "8 seeds" in text
