"""The pictures of the studies: schedules against each other, over steps, over initial rates, under noise."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from numerics.figures import COLOURS, STYLE
from numerics.robustness.summary import SOLVED, Overall, Setting, Spread, losses

Array = npt.NDArray[np.float64]


def medians(found: Sequence[Spread], title: str) -> Figure:
    """The median final loss of every schedule with its interval, and a band of 10% to 90% of the runs."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(6, 0.8 + 0.35 * len(found)), layout="constrained")
        axes = figure.subplots()
        for k, s in enumerate(found):
            axes.plot(s.quantiles[::2], [k, k], color=COLOURS[k], alpha=0.3, lw=7, solid_capstyle="butt")
            axes.plot((s.middle.low, s.middle.high), [k, k], color=COLOURS[k], lw=2)
            axes.plot(s.middle.value, k, "o", color=COLOURS[k])
        axes.set_yticks(range(len(found)), [f"{s.schedule} (n = {s.runs})" for s in found])
        axes.invert_yaxis()
        axes.set(xscale="log", xlabel="final loss: median, 95% interval, 10% to 90% of the runs", title=title)
    return figure


def heatmap(found: Sequence[Overall], schedules: Sequence[str], rows: Sequence[str], title: str) -> Figure:
    """The mean log-ratio of every schedule to one other, by kind of perturbation, over problems."""
    by = {(o.group[0], o.first): o for o in found}
    values = np.array([[math.exp(by[kind, name].ratio.value) for name in schedules] for kind in rows])
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(2.4 + 1.15 * len(schedules), 1.2 + 0.42 * len(rows)), layout="constrained")
        axes = figure.subplots()
        limit = float(np.abs(np.log10(values)).max())
        image = axes.imshow(np.log10(values), cmap="PuOr_r", vmin=-limit, vmax=limit, aspect="auto")
        for (i, j), value in np.ndenumerate(values):
            dark = abs(math.log10(value)) > 0.6 * limit
            axes.text(j, i, f"{value:.2g}", ha="center", va="center", color="white" if dark else "black")
        axes.set_xticks(range(len(schedules)), [name.replace("-", "-\n", 1) for name in schedules])
        axes.set_yticks(range(len(rows)), rows)
        axes.set_title(title)
        figure.colorbar(image, label=f"log10 of the final loss over that of {found[0].second}")
    return figure


def trajectories(runs: pa.Table, curves: pa.Table, by: str, panels: Sequence[str], title: str) -> Figure:
    """Loss over the first loss against steps, medians with bands of 10% to 90%; a panel for each value of ``by``."""
    values = np.maximum(curves["loss"].to_numpy() / _by_run(curves, runs, "first"), SOLVED)
    return _bands(curves, values, by, panels, title, "loss over the first loss")


def rates(curves: pa.Table, kinds: Sequence[str], title: str) -> Figure:
    """Rate over the initial rate against steps, medians with bands of 10% to 90% over problems and seeds, by kind."""
    values = curves["rate"].to_numpy() / curves["initial_rate"].to_numpy()
    return _bands(curves, values, "kind", kinds, title, "rate over the initial rate")


KEY = ("problem", "optimizer", "schedule", "initial_rate", "kind", "strength", "relative", "seed")


def _by_run(curves: pa.Table, runs: pa.Table, name: str) -> Array:
    """A column of the runs for every row of the curves; both tables are in the same order of runs."""
    marks = curves.num_rows // runs.num_rows
    first = np.arange(0, curves.num_rows, marks)
    if not curves.select(KEY).take(first).equals(runs.select(KEY)):
        raise ValueError("curves and runs must come from one sweep, got tables with other runs.")
    return np.repeat(runs[name].to_numpy().astype(float), marks)


WIDE = 4  # panels side by side


def _bands(curves: pa.Table, values: Array, by: str, panels: Sequence[str], title: str, label: str) -> Figure:
    names = list(dict.fromkeys(curves["schedule"].to_pylist()))
    schedule, group = (np.array(curves[name].to_pylist()) for name in ("schedule", by))
    step, across = curves["step"].to_numpy(), min(WIDE, len(panels))
    down = -(-len(panels) // across)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(1 + 2.6 * across, 0.9 + 2.3 * down), layout="constrained")
        grid: Any = figure.subplots(down, across, sharex=True, sharey=by == "kind", squeeze=False)
        for axes in grid.flat[len(panels) :]:
            axes.set_axis_off()
        for axes, which in zip(grid.flat, panels, strict=False):
            for k, name in enumerate(names):
                _band(axes, step, values, (schedule == name) & (group == which), COLOURS[k], name)
            axes.set(yscale="log", title=which)
        for axes in grid[-1]:
            axes.set_xlabel("step")
        for axes in grid[:, 0]:
            axes.set_ylabel(label)
        handles, labels = grid[0, 0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=min(5, len(names)), frameon=False)
        figure.suptitle(title)
    return figure


def _band(axes: Axes, step: Array, values: Array, mine: npt.NDArray[np.bool_], colour: str, name: str) -> None:
    at = np.unique(step[mine])
    low, middle, high = np.array([np.nanquantile(values[mine & (step == t)], (0.1, 0.5, 0.9)) for t in at]).T
    axes.fill_between(at, low, high, color=colour, alpha=0.1, lw=0)
    axes.plot(at, middle, color=colour, label=name, lw=1.2)


def sensitivity(runs: pa.Table, title: str) -> Figure:
    """The loss at every initial rate over the lowest of the problem, geometric mean over problems, by schedule.

    Medians over seeds; a rate at which half of them diverge has no loss, and a problem without one at a rate is left
    out there: the share of runs that diverged stands below.
    """
    grid = sorted(set(runs["initial_rate"].to_pylist()))
    told = [losses(runs.filter(pc.equal(runs["initial_rate"], rate)), "final") for rate in grid]
    lowest: dict[Setting, float] = {}
    for (where, _), series in (item for at in told for item in at.items()):
        lowest[where] = min(lowest.get(where, math.inf), float(np.median(series.losses)))
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(6.4, 4.6), layout="constrained")
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
        for k, name in enumerate(dict.fromkeys(runs["schedule"].to_pylist())):
            mine = [[(where, series) for (where, other), series in at.items() if other == name] for at in told]
            excess = [_excess([float(np.median(s.losses)) / lowest[where] for where, s in of]) for of in mine]
            lost = [float(np.mean([np.isinf(s.losses).mean() for _, s in of])) for of in mine]
            above.plot(grid, excess, "o-", color=COLOURS[k], label=name, ms=4)
            below.plot(grid, lost, "o-", color=COLOURS[k], ms=3)
        above.set(yscale="log", ylabel="final loss over the problem's lowest", title=title)
        above.legend(frameon=False)
        below.set(xscale="log", xlabel="initial rate", ylabel="diverged", ylim=(-0.02, None))
    return figure


def _excess(over: Sequence[float]) -> float:
    """The geometric mean of the finite ones."""
    finite = [math.log(x) for x in over if math.isfinite(x)]
    return math.exp(float(np.mean(finite))) if finite else math.nan


def forest(found: Mapping[str, Sequence[Overall]], title: str) -> Figure:
    """One schedule against each of the others: the ratio of final losses with its interval, a colour for each key."""
    rows = list(dict.fromkeys(o.second for of in found.values() for o in of))
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(6.4, 1.2 + 0.36 * len(rows)), layout="constrained")
        axes = figure.subplots()
        for k, (name, of) in enumerate(found.items()):
            shift = 0.22 * (k - (len(found) - 1) / 2)
            for o in of:
                at, ends = rows.index(o.second) + shift, [math.exp(o.ratio.low), math.exp(o.ratio.high)]
                axes.plot(ends, [at, at], color=COLOURS[k], lw=1.5)
                axes.plot(math.exp(o.ratio.value), at, "o", color=COLOURS[k], ms=4, label=name if o is of[0] else None)
        axes.axvline(1, color="black", lw=0.8)
        axes.set_yticks(range(len(rows)), rows)
        axes.invert_yaxis()
        axes.set(
            xscale="log", xlabel=f"final loss of {next(iter(found.values()))[0].first} over the other's", title=title
        )
        figure.legend(loc="outside lower center", frameon=False)
    return figure
