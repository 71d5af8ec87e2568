"""The pictures of a stability map: measured shares of unstable initial rates, with what theory says laid over them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import matplotlib as mpl
import numpy as np
import pyarrow as pa
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import Normal, Stroke

from numerics import phases
from numerics.figures import COLOURS, STYLE
from numerics.statistics import share

Row = Mapping[str, Any]
KINDS = tuple(product(("previous", "best"), ("same", "next")))
ORDERS = {"same": "order of Algorithm 1", "next": "order of a PyTorch loop"}
LEVEL = 0.99
OUTLINE = (Stroke(linewidth=2.6, foreground="black"), Normal())


def one_dimension(table: pa.Table) -> Figure:
    """On x^2/2: shares against F for every patience, 99% intervals, over the shares that the criteria give."""
    rows = [row for row in table.to_pylist() if row["condition"] == 1 and not row["noise"] and row["max_lr"] is None]
    return _against_factor(
        rows, "patience", "patience {}", "x^2/2, no cap: share of unstable initial rates", theory=True
    )


def conditioning(table: pa.Table, patience: int, noise: float) -> Figure:
    """The same for quadratics of several condition numbers, at one patience and one size of the noise."""
    rows = [row for row in table.to_pylist() if row["max_lr"] is None]
    rows = [row for row in rows if row["patience"] == patience and row["noise"] == noise]
    what = f"noise {noise:g}: share of initial rates that end above their start" if noise else "share of unstable rates"
    title = f"quadratics, no cap, patience {patience}, {what}"
    return _against_factor(rows, "condition", "condition {:g}", title, theory=False)


def _against_factor(rows: Sequence[Row], by: str, label: str, title: str, *, theory: bool) -> Figure:
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(8.6, 6.4), layout="constrained")
        panels = figure.subplots(2, 2, sharex=True, sharey=True)
        for axes, (comparison, order) in zip(panels.flat, KINDS, strict=True):
            mine = [row for row in rows if (row["comparison"], row["order"]) == (comparison, order)]
            for k, value in enumerate(sorted({row[by] for row in mine})):
                colour = COLOURS[k % len(COLOURS)]
                line = sorted((row for row in mine if row[by] == value), key=lambda row: row["factor"])
                _points(axes, line, 0.008 * (k - 1), colour, label.format(value))
                if theory:
                    _curve(axes, comparison, order, value, colour)
            axes.set_title(f"{comparison} loss, {ORDERS[order]}")
            axes.set(ylim=(-0.03, 1.03), xlim=(0.05, 1))
        for axes in panels[1]:
            axes.set_xlabel("factor F")
        handles, names = panels[0, 0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside lower center", ncols=4, frameon=False)
        figure.suptitle(f"{title}; bars: 99% intervals" + (", lines: theory" if theory else ""), fontsize=10)
    return figure


def _points(axes: Axes, line: Sequence[Row], shift: float, colour: str, label: str) -> None:
    """Moved sideways a little, so that points of the same height are all seen."""
    found = [share(row["unstable"], row["phases"], LEVEL) for row in line]
    middle, low, high = np.array([(e.value, e.low, e.high) for e in found]).reshape(-1, 3).T
    x = [row["factor"] + shift for row in line]
    axes.errorbar(x, middle, [middle - low, high - middle], fmt="o", ms=3.5, capsize=2, color=colour, label=label)


def _curve(axes: Axes, comparison: str, order: str, patience: int, colour: str) -> None:
    factors = np.linspace(0.06, 0.99, 187)
    told = [phases.share(F, comparison=comparison, order=order, patience=patience, phases=2001) for F in factors]
    axes.plot(factors, told, color=colour, linewidth=1)


def caps(table: pa.Table) -> Figure:
    """Share of unstable initial rates over F and cap, with the proved lines cap L = 1 + 1/F and 2 + 2F."""
    rows = table.to_pylist()
    conditions = sorted({row["condition"] for row in rows})
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(3.1 * len(KINDS), 2.9 * len(conditions) + 0.6), layout="constrained")
        panels = figure.subplots(len(conditions), len(KINDS), sharex=True, sharey=True, squeeze=False)
        for axes, condition, (comparison, order) in _each(panels, conditions):
            mine = [r for r in rows if (r["condition"], r["comparison"], r["order"]) == (condition, comparison, order)]
            image = _field(axes, mine)
            if (comparison, order) == KINDS[0]:
                _lines(axes)
            axes.set_title(f"{comparison} loss, {ORDERS[order]},\ncondition {condition:g}", fontsize=8)
        for axes in panels[-1]:
            axes.set_xlabel("factor F")
        for axes in panels[:, 0]:
            axes.set_ylabel("cap max_lr, in 1/L")
        figure.colorbar(image, ax=panels, label="share of unstable initial rates", shrink=0.7)
        handles, names = panels[0, 0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside lower center", ncols=2, frameon=False)
    return figure


def _each(panels: Any, conditions: Sequence[float]) -> Iterator[tuple[Axes, float, tuple[str, str]]]:
    for line, condition in zip(panels, conditions, strict=True):
        for axes, kind in zip(line, KINDS, strict=True):
            yield axes, condition, kind


def _field(axes: Axes, rows: Sequence[Row]) -> Any:
    factors, limits = (np.array(sorted({row[name] for row in rows})) for name in ("factor", "max_lr"))
    field = np.full((len(limits), len(factors)), np.nan)
    for row in rows:
        place = np.searchsorted(limits, row["max_lr"]), np.searchsorted(factors, row["factor"])
        field[place] = row["unstable"] / row["phases"]
    return axes.pcolormesh(factors, limits, field, vmin=0, vmax=1, cmap="cividis", shading="nearest")


def _lines(axes: Axes) -> None:
    """What is proved for the previous loss in the order of Algorithm 1."""
    low, high = np.linspace(0.05, 0.5, 100), np.linspace(0.5, 0.99, 100)
    axes.plot(low, 2 + 2 * low, color=COLOURS[1], linewidth=1.8, label="bounded below, for every convex f: proved")
    axes.plot(high, 1 + 1 / high, color=COLOURS[1], linewidth=1.6)
    every = np.linspace(0.1, 0.99, 200)
    label = "1 + 1/F: above, some quadratic diverges: proved"
    axes.plot(
        every, np.minimum(1 + 1 / every, 8.1), "--", color="white", linewidth=1.3, label=label, path_effects=OUTLINE
    )
    axes.set_ylim(1.9, 8.1)


def figures(uncapped: pa.Table, capped: pa.Table) -> dict[str, Figure]:
    """All of them, by name."""
    drawn = {"one-dimension": one_dimension(uncapped), "caps": caps(capped)}
    for patience, noise in product(*(sorted(set(uncapped[name].to_pylist())) for name in ("patience", "noise"))):
        drawn[f"conditioning-patience-{patience}-noise-{noise:g}"] = conditioning(uncapped, patience, noise)
    return drawn
