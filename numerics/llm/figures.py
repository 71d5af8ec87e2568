"""The pictures of a sweep over language models."""

from __future__ import annotations

import math
from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FormatStrFormatter, LogLocator, NullLocator

from numerics.figures import COLOURS, STYLE
from numerics.llm.arms import Arm
from numerics.llm.outcome import LAST, Run
from numerics.llm.prediction import Prediction

BASELINE = {"cosine": "#000000", "constant": "#888888"}
TOP = 3.0  # losses beyond this many times the start are drawn at the edge


def figures(found: Sequence[Run], title: str) -> dict[str, Figure]:
    """By name: curves by F, final loss against F, peak rate against final loss."""
    made = {"curves": curves(found, title), "peaks": peaks(found, title)}
    return made | ({"final-loss": finals(found, title)} if _factors(found) else {})


def _factors(found: Sequence[Run]) -> list[float]:
    return sorted({run.arm.factor for run in found if run.arm.factor is not None})


def _kind(arm: Arm) -> tuple[object, ...]:
    """What is shared by the arms of one column: all but F."""
    return (arm.comparison, arm.patience, arm.window, arm.warmup, arm.cap, arm.rate)


def _heading(arm: Arm) -> str:
    cap = "no cap" if arm.cap is None else f"max_lr {arm.cap:g} x first rate"
    rate = "" if arm.rate == 1 else f", from {arm.rate:g} x"
    warmup = f", warm-up {arm.warmup}" if arm.warmup else ""
    return f"{arm.comparison}, patience {arm.patience}, window {arm.window}{warmup}\n{cap}{rate}"


def curves(found: Sequence[Run], title: str) -> Figure:
    """Training loss (means of 20) and rate against steps: medians over seeds, bands from least to greatest.

    One column for each combination of options besides F, at most six; baselines at the shared rate in every one.
    """
    greedy = [run.arm for run in found if run.arm.schedule == "greedy"]
    kinds = list(dict.fromkeys(map(_kind, greedy)))[:6] or [()]
    factors = _factors(found)
    start = float(np.median([run.start for run in found]))
    seeds = len({run.seed for run in found})
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(max(1.6 + 3.4 * len(kinds), 7.2), 5.6), layout="constrained")
        panels = figure.subplots(2, len(kinds), sharex=True, sharey="row", squeeze=False)
        for column, kind in zip(panels.T, kinds, strict=True):
            shown = [a for a in dict.fromkeys(r.arm for r in found) if _belongs(a, kind)]
            for arm in shown:
                _lines(column, [run for run in found if run.arm == arm], _colour(arm, factors), TOP * start)
            column[0].axhline(start, color="#888888", linewidth=0.7, linestyle=":")
            heading = next((_heading(arm) for arm in shown if arm.schedule == "greedy"), "")
            column[0].set(title=heading, ylim=(None, TOP * start))
            column[1].set(xlabel="step", yscale="log")
            column[1].minorticks_off()
        panels[0, 0].set_ylabel("training loss, means of 20 steps")
        panels[1, 0].set_ylabel("learning rate, in shared initial rates")
        handles = {h.get_label(): h for axes in panels[0] for h in axes.get_lines() if str(h.get_label())[0] != "_"}
        figure.legend(handles.values(), [str(name) for name in handles], loc="outside right center", frameon=False)
        figure.suptitle(f"{title}\nmedians of {seeds} seed{'s' * (seeds > 1)}, bands from least to greatest")
    return figure


def _belongs(arm: Arm, kind: tuple[object, ...]) -> bool:
    return _kind(arm) == kind if arm.schedule == "greedy" else arm.rate == 1


def _colour(arm: Arm, factors: Sequence[float]) -> str:
    if arm.factor is not None:
        return COLOURS[factors.index(arm.factor) % len(COLOURS)]
    return BASELINE.get(arm.schedule, COLOURS[-2])


def _lines(column: Sequence[Axes], mine: Sequence[Run], colour: str, top: float) -> None:
    steps = max(len(run.losses) for run in mine)
    label = f"F = {mine[0].arm.factor:g}" if mine[0].arm.factor is not None else mine[0].arm.name
    smooth = np.full(LAST, 1 / LAST)
    losses = [np.convolve(np.nan_to_num(run.losses, nan=np.inf), smooth, "valid") for run in mine]
    for axes, values, first in ((column[0], losses, LAST), (column[1], [run.rates for run in mine], 1)):
        length = steps - first + 1
        table = np.full((len(mine), max(length, 1)), np.inf if axes is column[0] else np.nan)
        for row, value in zip(table, values, strict=True):
            row[: len(value)] = value[: len(row)]
        table = np.minimum(np.nan_to_num(table, nan=np.nan, posinf=top), top) if axes is column[0] else table
        low, middle, high = (np.nanquantile(table, q, axis=0, method="nearest") for q in (0, 0.5, 1))
        at = np.arange(first, first + table.shape[1])
        dashes = "-" if mine[0].arm.schedule == "greedy" else "--"
        axes.plot(at, middle, dashes, color=colour, label=label, linewidth=1.3)
        axes.fill_between(at, low, high, color=colour, alpha=0.13, linewidth=0)


def finals(found: Sequence[Run], title: str) -> Figure:
    """Held-out loss at the end against F, every seed a dot, medians joined, a line for each cap and rule."""
    greedy = [run for run in found if run.arm.schedule == "greedy"]
    kinds = list(dict.fromkeys(_kind(run.arm) for run in greedy))[: len(COLOURS)]
    start = float(np.median([run.start for run in found]))
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(6.4, 4.2), layout="constrained")
        axes = figure.subplots()
        for k, kind in enumerate(kinds):
            mine = [run for run in greedy if _kind(run.arm) == kind]
            factors = _factors(mine)
            ends = {F: [_end(run, TOP * start) for run in mine if run.arm.factor == F] for F in factors}
            shift = 0.006 * (k - (len(kinds) - 1) / 2)
            label = _heading(mine[0].arm).replace("\n", ", ")
            axes.plot(
                [F + shift for F in factors], [np.median(e) for e in ends.values()], color=COLOURS[k], label=label
            )
            for factor, values in ends.items():
                axes.scatter([factor + shift] * len(values), values, s=14, color=COLOURS[k], zorder=3)
        _level(axes, start, "start")
        for name in BASELINE:
            mine = [run for run in found if run.arm == Arm(name)]
            if mine:
                _level(axes, float(np.median([_end(run, TOP * start) for run in mine])), name)
        axes.set(xlabel="factor F", ylabel="held-out loss at the end", yscale="log", title=title)
        _plain_ticks(axes)
        axes.legend(frameon=False, fontsize=8)
    return figure


def _end(run: Run, top: float) -> float:
    return min(run.held[2], top) if math.isfinite(run.held[2]) else top


def _level(axes: Axes, value: float, name: str) -> None:
    axes.axhline(value, color="#888888", linewidth=0.8, linestyle=":")
    axes.annotate(
        name, (1, value), xycoords=("axes fraction", "data"), ha="right", va="bottom", fontsize=7, color="#555555"
    )


def _plain_ticks(axes: Axes) -> None:
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 3, 5)))
    axes.yaxis.set_major_formatter(FormatStrFormatter("%g"))
    axes.yaxis.set_minor_locator(NullLocator())


def rates(found: Sequence[Run], title: str) -> Figure:
    """Held-out loss at the end against the initial rate: a line through each schedule's medians, runs are dots."""
    start = float(np.median([run.start for run in found]))
    names = dict.fromkeys(run.arm.schedule for run in found)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(6.4, 4.2), layout="constrained")
        axes = figure.subplots()
        for name, colour in zip(names, (COLOURS[0], BASELINE["cosine"], *COLOURS[1:]), strict=False):
            ends: dict[float, list[float]] = {}
            for run in (run for run in found if run.arm.schedule == name):
                ends.setdefault(run.arm.rate, []).append(_end(run, TOP * start))
            at = sorted(ends)
            axes.plot(at, [np.median(ends[rate]) for rate in at], color=colour, label=name, linewidth=1.3)
            for rate in at:
                axes.scatter([rate] * len(ends[rate]), ends[rate], s=8, color=colour, alpha=0.5, linewidth=0, zorder=3)
        _level(axes, start, "start")
        axes.set(xscale="log", yscale="log", xlabel="initial learning rate, in shared initial rates")
        axes.set(ylabel="held-out loss at the end", title=title)
        _plain_ticks(axes)
        axes.legend(frameon=False, fontsize=8)
    return figure


def peaks(found: Sequence[Run], title: str, told: Prediction | None = None) -> Figure:
    """Held-out loss at the end against the peak rate, every run a dot; what the prediction says is shaded."""
    factors = _factors(found)
    start = float(np.median([run.start for run in found]))
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(6.4, 4.2), layout="constrained")
        axes = figure.subplots()
        for run in found:
            marker = "o" if run.arm.cap is None else "s"
            shape = marker if run.arm.schedule == "greedy" else "x"
            axes.scatter(run.peak, _end(run, TOP * start), s=20, marker=shape, color=_colour(run.arm, factors))
        _level(axes, start, "start")
        axes.set(xscale="log", yscale="log", xlabel="peak learning rate, in shared initial rates")
        axes.set(ylabel="held-out loss at the end", title=title)
        if told:
            low, high = axes.get_xlim()
            axes.axvspan(low, min(told.safe, high), color=COLOURS[2], alpha=0.08, linewidth=0)
            axes.axvspan(min(told.fatal, high), high, color=COLOURS[1], alpha=0.08, linewidth=0)
            axes.set_xlim(low, high)
        dots = [Line2D([], [], marker="o", linestyle="", color=_colour(a, factors), label=f"F = {a.factor:g}")
                for a in (Arm("greedy", 1, F, "best", 0, 1) for F in factors)]  # fmt: skip
        dots += [Line2D([], [], marker=m, linestyle="", color="#555555", label=what)
                 for m, what in (("o", "no cap"), ("s", "capped"), ("x", "fixed schedule"))]  # fmt: skip
        axes.legend(handles=dots, frameon=False, fontsize=8)
        _plain_ticks(axes)
    return figure
