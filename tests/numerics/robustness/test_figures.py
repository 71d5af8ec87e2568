"""The pictures of the studies show the numbers that they are given."""

import math

import numpy as np
import pytest

from numerics.robustness import figures
from numerics.robustness.summary import Overall, Spread
from numerics.statistics import Estimate
from numerics.sweeps.tables import arrow

KEYS = {"optimizer": "adam", "kind": "none", "strength": 0.0, "relative": False, "initial_rate": 0.1}


def tables(schedules=("greedy", "cosine"), seeds=3, marks=4):
    runs = [KEYS | {"problem": "a", "schedule": s, "seed": k, "first": 8.0} for s in schedules for k in range(seeds)]
    curves = [
        {name: run[name] for name in run if name != "first"} | {"step": 10 * t, "loss": 8.0 / 2**t, "rate": 0.1 * 3**t}
        for run in runs
        for t in range(marks)
    ]
    return (arrow("t", {name: [row[name] for row in of] for name in of[0]}) for of in (runs, curves))


def over(second, ratio):
    e = Estimate(math.log(ratio), math.log(ratio / 2), math.log(ratio * 2), 0.95)
    return Overall(("none",), "greedy", second, 12, 60, (0, 0), Estimate(0.5, 0.2, 0.8, 0.95), e, 0.5)


def test_trajectories_are_losses_over_the_first_one():
    runs, curves = tables()
    (axes,) = figures.trajectories(runs, curves, "problem", ["a"], "t").axes
    for line in axes.get_lines():
        np.testing.assert_allclose(line.get_ydata(), [1.0, 0.5, 0.25, 0.125])


def test_rates_are_over_the_initial_one():
    _, curves = tables()
    (axes,) = figures.rates(curves, ["none"], "t").axes
    np.testing.assert_allclose(axes.get_lines()[0].get_ydata(), [1, 3, 9, 27])


def test_curves_of_other_runs_are_refused():
    runs, _ = tables()
    _, curves = tables(("greedy", "linear"))
    with pytest.raises(ValueError, match="curves and runs must come from one sweep"):
        figures.trajectories(runs, curves, "problem", ["a"], "t")


def test_a_forest_has_ratios_with_their_intervals():
    (axes,) = figures.forest({"x": [over("cosine", 2.0), over("linear", 0.5)]}, "t").axes
    dots = [line.get_xdata()[0] for line in axes.get_lines() if len(line.get_xdata()) == 1]
    assert dots == pytest.approx([2.0, 0.5])
    ends = [line.get_xdata() for line in axes.get_lines() if len(line.get_xdata()) == 2 and line.get_color() != "black"]
    np.testing.assert_allclose(ends, [[1, 4], [0.25, 1]])


def test_a_heatmap_prints_every_ratio():
    figure = figures.heatmap([over("cosine", 2.0)], ["greedy"], ["none"], "t")
    assert [text.get_text() for text in figure.axes[0].texts] == ["2"]


def test_medians_stand_with_their_number_of_runs():
    spread = Spread("all", "greedy", 7, Estimate(0, 0, 0.4, 0.95), (1.0, 2.0, 3.0), Estimate(2.0, 1.5, 2.5, 0.95), 3.0)
    (axes,) = figures.medians([spread], "t").axes
    assert axes.get_yticklabels()[0].get_text() == "greedy (n = 7)"
    assert sorted(x for line in axes.get_lines() for x in np.atleast_1d(line.get_xdata())) == [1, 1.5, 2, 2.5, 3]


def test_a_rate_at_which_runs_diverge_is_counted_and_has_no_loss():
    rows = [
        {"problem": p, "optimizer": "adam", "steps": 200, "schedule": "greedy", "kind": "none", "strength": 0.0,
         "relative": False, "seed": k, "initial_rate": rate, "first": 4.0, "final": final}
        for p in "ab" for k in range(3) for rate, final in ((0.1, 1.0), (1.0, 99.0 if p == "b" else 3.0))
    ]  # fmt: skip
    above, below = figures.sensitivity(arrow("t", {name: [r[name] for r in rows] for name in rows[0]}), "t").axes
    np.testing.assert_allclose(above.get_lines()[0].get_ydata(), [1.0, 3.0])
    np.testing.assert_allclose(below.get_lines()[0].get_ydata(), [0.0, 0.5])
