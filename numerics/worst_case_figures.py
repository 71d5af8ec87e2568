"""The pictures of worst cases: against F for every number of steps, one panel for every cap."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from numerics.figures import COLOURS, STYLE

Row = Mapping[str, Any]
KINDS = ("comparison", "order", "patience", "gamma0", "measure")


def figures(rows: Sequence[Row]) -> dict[str, Figure]:
    """One figure for every combination of the other options, where several factors were asked for."""
    found = {}
    for kind in dict.fromkeys(tuple(row[name] for name in KINDS) for row in rows):
        mine = [row for row in rows if tuple(row[name] for name in KINDS) == kind]
        if len({row["factor"] for row in mine}) > 1:
            words = (str(word).replace("/", "over") for word in kind)
            found["-".join(("against-factor", *words))] = against_factor(mine, kind)
    return found


def against_factor(rows: Sequence[Row], kind: tuple[Any, ...]) -> Figure:
    """Worst cases against F; filled where certified on both sides, hollow where a solver's value stands alone."""
    caps = list(dict.fromkeys(row["max_lr"] for row in rows))
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(1.2 + 3.4 * len(caps), 3.9), layout="constrained")
        panels = figure.subplots(1, len(caps), sharey=_alike(rows), squeeze=False)[0]
        for axes, cap in zip(panels, caps, strict=True):
            mine = [row for row in rows if row["max_lr"] == cap]
            _lines(axes, mine)
            title = "no max_lr" if cap is None else f"max_lr = {mine[0]['max_lr_value']:g}/L"
            axes.set(title=title, xlabel="factor F", yscale="log")
            _ticks(axes, mine)
        panels[0].set_ylabel("worst f - f*, in L |x_0 - x*|^2")
        handles, names = panels[0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside lower center", ncols=min(6, len(names)), frameon=False)
        comparison, order, patience, _, measure = kind
        loop = "Algorithm 1" if order == "same" else "a PyTorch loop"
        what = "mean of the losses" if measure == "mean" else f"{measure} iterate"
        start = f"from {rows[0]['gamma0_value']:g}/L"
        figure.suptitle(f"{comparison} loss, order of {loop}, patience {patience}, {start}: {what}")
    return figure


def _ticks(axes: Axes, rows: Sequence[Row]) -> None:
    """Plain numbers where the values lie within a decade or two, powers of ten elsewhere."""
    values = [row["value"] for row in rows if math.isfinite(row["value"]) and row["value"] > 0]
    if values and max(values) < 100 * min(values):
        axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:g}"))
        axes.yaxis.set_minor_formatter(FuncFormatter(lambda y, _: f"{y:g}" if f"{y:e}"[0] in "235" else ""))
    else:
        axes.yaxis.set_minor_formatter(NullFormatter())


def _alike(rows: Sequence[Row]) -> bool:
    """Whether the panels span few enough orders of magnitude to share an axis."""
    values = [row["value"] for row in rows if math.isfinite(row["value"]) and row["value"] > 0]
    return bool(values) and max(values) < 1e6 * min(values)


def _lines(axes: Axes, rows: Sequence[Row]) -> None:
    for k, steps in enumerate(sorted({row["steps"] for row in rows})):
        line = sorted((row for row in rows if row["steps"] == steps), key=lambda row: row["factor_value"])
        line = [row for row in line if math.isfinite(row["value"])]
        x, y = [row["factor_value"] for row in line], [row["value"] for row in line]
        colour = COLOURS[k % len(COLOURS)]
        axes.plot(x, y, "-", color=colour, linewidth=1.2, label=f"T = {steps}")
        for certified, fill in ((True, colour), (False, "white")):
            points = [
                (a, b) for a, b, row in zip(x, y, line, strict=True) if (row["status"] == "certified") == certified
            ]
            if points:
                axes.plot(*zip(*points, strict=True), "o", color=colour, markerfacecolor=fill, markersize=4)
