"""The pictures of an F-sweep: loss and rate against steps, final loss and share of stable runs against F.

Colours are those of Okabe and Ito (2008), which people with other colour vision tell apart.  The same results make the
same bytes, as SVG and as PNG.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import IO, Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogFormatter

from numerics.factor_summary import Group, Row, groups
from numerics.factor_sweep import Arm

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
STYLE = {"svg.hashsalt": "greedylr", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False}
DIVERGED = 1e3  # a gap beyond this many times the first is drawn at the edge


def curves(runs: pa.Table, table: pa.Table) -> dict[str, Figure]:
    """For every problem, medians over seeds of gap and learning rate against steps, with bands of 10% to 90%.

    One column of panels for each combination of the options besides F; baselines stand in every column.
    """
    figures = {}
    names = zip(table["problem"].to_pylist(), table["data"].to_pylist(), strict=True)
    problems = np.array([f"{problem} on {data}" for problem, data in names])
    columns = {name: table[name].to_numpy() for name in ("arm", "step", "gap", "rate")}
    for group in groups(runs):
        mine = {name: column[problems == group.problem] for name, column in columns.items()}
        figures[group.problem] = _curves(group, mine)
    return figures


def _curves(group: Group, mine: dict[str, npt.NDArray[Any]]) -> Figure:
    kinds = _kinds(group.arms)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(1.5 + 3.6 * len(kinds), 5.6), layout="constrained")
        panels = figure.subplots(2, len(kinds), sharex=True, sharey="row", squeeze=False)
        first = float(np.median(mine["gap"][mine["step"] == 0]))
        for column, kind in zip(panels.T, kinds, strict=True):
            for k in (k for k, arm in enumerate(group.arms) if arm.schedule != "greedy" or _kind(arm) == kind):
                _lines(column, mine, k, group.arms, DIVERGED * first)
            column[0].set(title=_describe(kind, kinds))
            column[1].set(xlabel="step")
            for axes in column:
                _logarithmic(axes)
                axes.minorticks_off()
        panels[0, 0].set_ylabel("f(x) - f*")
        panels[1, 0].set_ylabel("learning rate, in 1/L_max")
        _legend(figure)
        seeds = group.gap.shape[1]
        figure.suptitle(f"{group.problem}: medians of {seeds} seeds, bands 10% to 90%, cut at {DIVERGED:g} x start")
    return figure


def _lines(
    column: Sequence[Axes], mine: dict[str, npt.NDArray[Any]], k: int, arms: Sequence[Arm], limit: float
) -> None:
    of = mine["arm"] == k
    steps, colour = np.unique(mine["step"][of]), _colour(arms, k)
    for axes, name, most in ((column[0], "gap", limit), (column[1], "rate", np.inf)):
        values = np.minimum(mine[name][of].reshape(-1, len(steps)), most)
        low, middle, high = np.quantile(values, [0.1, 0.5, 0.9], axis=0, method="nearest")
        style = "-" if arms[k].schedule == "greedy" else "--"
        axes.plot(steps, middle, style, color=colour, label=_name(arms[k]), linewidth=1.4)
        axes.fill_between(steps, low, high, color=colour, alpha=0.12, linewidth=0)


def final_gaps(rows: Sequence[Row]) -> Figure:
    """Median final gaps of the runs that did not diverge against F, 95% intervals, hollow where there is none."""

    def point(row: Row) -> tuple[float, float, float]:
        return row.gap.value, row.gap.low, row.gap.high

    return _against_factor(rows, point, "f(x_T) - f*, median of the runs\nthat did not diverge", log=True)


def stable_shares(rows: Sequence[Row]) -> Figure:
    """Shares of runs that did not diverge against F, with 95% intervals."""

    def point(row: Row) -> tuple[float, float, float]:
        return 1 - row.diverged.value, 1 - row.diverged.high, 1 - row.diverged.low

    return _against_factor(rows, point, "share of runs that did not diverge", log=False)


Point = Callable[[Row], tuple[float, float, float]]


def _against_factor(rows: Sequence[Row], point: Point, title: str, *, log: bool) -> Figure:
    problems = list(dict.fromkeys(row.problem for row in rows))
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(1.0 + 3.2 * len(problems), 3.8), layout="constrained")
        panels = figure.subplots(1, len(problems), squeeze=False)[0]
        for axes, problem in zip(panels, problems, strict=True):
            mine = [row for row in rows if row.problem == problem]
            _panel(axes, mine, point)
            axes.set(xlabel="factor F", title=problem)
            if log:
                _logarithmic(axes)
            else:
                axes.set_ylim(-0.03, 1.03)
            axes.set_xticks(sorted({row.arm.factor for row in mine if row.arm.factor is not None}))
        panels[0].set_ylabel(title)
        _legend(figure)
        figure.suptitle(f"{rows[0].seeds} seeds, 95% intervals", fontsize=8)
    return figure


def _panel(axes: Axes, rows: Sequence[Row], point: Point) -> None:
    kinds = _kinds([row.arm for row in rows])
    for k, kind in enumerate(kinds):
        line = sorted((r for r in rows if r.arm.schedule == "greedy" and _kind(r.arm) == kind), key=_factor)
        middle, low, high = np.array([point(row) for row in line]).T
        known, x, colour = np.isfinite(low), np.array([_factor(row) for row in line]), COLOURS[k % len(COLOURS)]
        errors = [(middle - low)[known], (high - middle)[known]]
        axes.plot(x, middle, "-", color=colour, linewidth=1.2, label=_describe(kind, kinds) or "GreedyLR")
        axes.errorbar(x[known], middle[known], errors, fmt="o", ms=4, capsize=2, color=colour)
        axes.plot(x[~known], middle[~known], "o", ms=4, color=colour, markerfacecolor="white")
    for k, row in enumerate(row for row in rows if row.arm.schedule != "greedy"):
        colour = COLOURS[(len(kinds) + k) % len(COLOURS)]
        axes.axhline(point(row)[0], color=colour, linestyle="--", linewidth=1, label=_name(row.arm))


def _logarithmic(axes: Axes) -> None:
    """A logarithmic scale where anything is positive; what is not falls off."""
    if any((np.asarray(line.get_ydata(), dtype=float) > 0).any() for line in axes.lines):
        axes.set_yscale("log", nonpositive="mask")
        axes.yaxis.set_major_formatter(LogFormatter())  # plain text: formulas take most of the time of a figure
        axes.yaxis.set_minor_formatter(LogFormatter())


def _factor(row: Row) -> float:
    return row.arm.factor or 0.0


def _legend(figure: Figure) -> None:
    """One legend for all panels, below them."""
    shown = dict[str, Any]()
    for axes in figure.axes:
        handles, names = axes.get_legend_handles_labels()
        shown |= dict(zip(names, handles, strict=True))
    figure.legend(
        list(shown.values()), list(shown), loc="outside lower center", ncols=min(6, len(shown)), frameon=False
    )


def _colour(arms: Sequence[Arm], k: int) -> str:
    hues = list(dict.fromkeys((arm.schedule, arm.factor) for arm in arms))
    return COLOURS[hues.index((arms[k].schedule, arms[k].factor)) % len(COLOURS)]


def _name(arm: Arm) -> str:
    return f"F = {arm.factor:g}" if arm.schedule == "greedy" else arm.schedule


def _kind(arm: Arm) -> dict[str, Any]:
    """The options of GreedyLR besides F."""
    return {name: getattr(arm, name) for name in ("comparison", "order", "patience", "rate", "max_lr")}


def _kinds(arms: Sequence[Arm]) -> list[dict[str, Any]]:
    kinds: list[dict[str, Any]] = []
    for arm in arms:
        if arm.schedule == "greedy" and _kind(arm) not in kinds:
            kinds.append(_kind(arm))
    return kinds


def _describe(kind: dict[str, Any], kinds: Sequence[dict[str, Any]]) -> str:
    """What tells this combination of options from the others."""
    differs = [name for name in kind if len({str(other[name]) for other in kinds}) > 1]
    words = {
        "comparison": "{} loss", "order": "{} sample", "patience": "patience {}", "rate": "from {:g}/L_max",
        "max_lr": "max_lr {:g}/L_max",
    }  # fmt: skip
    told = ["no max_lr" if n == "max_lr" and kind[n] is None else words[n].format(kind[n]) for n in differs]
    return ", ".join(told)


def save(figure: Figure, file: IO[bytes], kind: str) -> None:
    """Write the figure as "svg" or "png"; the same figure gives the same bytes."""
    with mpl.rc_context(STYLE):
        figure.draw_without_rendering()
        figure.set_layout_engine("none")  # what is laid out stays: the second file costs half
        figure.savefig(file, format=kind, dpi=130, metadata={"Date": None} if kind == "svg" else {"Software": None})
