"""What ``greedylr fsweep`` prints, as tables and as data, and the figures it draws."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from math import isfinite
from pathlib import Path
from typing import Any

from rich.table import Table

from numerics.factor_summary import Row, as_data, summary
from numerics.factor_sweep import FactorSweep
from numerics.problems.catalogue import names
from numerics.sweeps import store
from numerics.sweeps.sweep import FIGURES, Result, load
from verification.terminal import terminal


def report(options: FactorSweep, result: Result, *, figures: bool, as_json: bool) -> None:
    """Print the tables, or the data, of a finished sweep, and draw it."""
    tables = load(result.out)
    rows = summary(tables["runs"])
    files = [str(path) for path in _draw(result.out, tables, rows)] if figures else []
    if as_json:
        data = {
            "configuration": options.plain(),
            "problems": tables["problems"].to_pylist(),
            "rows": [as_data(row) for row in rows],
            "out": str(result.out),
            "figures": files,
            "computed_tasks": result.computed,
            "changes": list(result.changes),
        }
        sys.stdout.write(json.dumps(data, indent=2) + "\n")
        return
    console = terminal()
    for problem in dict.fromkeys(row.problem for row in rows):
        console.print(_table(problem, [row for row in rows if row.problem == problem]))
    console.print(
        f"{options.seeds} seeds from {options.seed}, {options.steps} steps; medians, 95% intervals; diverged: not"
        " finite, or above its start; p: sign test on the same seeds against the problem's best, Holm over all pairs",
        style="dim",
    )
    for change in result.changes:
        console.print(
            f"these results are of other code or packages: {change}; --fresh computes them again", style="yellow"
        )
    console.print(f"results and figures: {result.out}")


def problem_list() -> str:
    """The problems with their data, a line each."""
    return "".join(f"--problem {p} --data {d}: {about}\n" for (p, d), about in names().items())


def _table(problem: str, rows: Sequence[Row]) -> Table:
    table = Table(title=problem, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for name in ("schedule", "F", "options", "diverged", "f(x_T) - f* of the rest", "peak rate", "against the best"):
        table.add_column(name, justify="left" if name in ("schedule", "options") else "right")
    for row in rows:
        table.add_row(*_cells(row), style="bold" if row.best else None)
    return table


def _cells(row: Row) -> Iterator[str]:
    arm, out = row.arm, row.diverged
    yield arm.schedule
    yield f"{arm.factor:g}" if arm.factor is not None else ""
    yield ", ".join(_options(row))
    yield f"{out.value:.0%} [{out.low:.0%}, {out.high:.0%}]"
    yield _gap(row)
    yield "" if row.peak_rate != row.peak_rate else f"{row.peak_rate:.3g}/L"
    yield "best" if row.p is None else f"p = {row.p:.2g}"


def _gap(row: Row) -> str:
    """The median gap with its interval, or with the number of runs where they are too few for one."""
    gap, kept = row.gap, round(row.seeds * (1 - row.diverged.value))
    if kept == 0:
        return ""
    interval = f"[{gap.low:.3g}, {gap.high:.3g}]" if isfinite(gap.low) else f"({kept} run{'s' * (kept > 1)})"
    return f"{gap.value:.3g} {interval}"


def _options(row: Row) -> Iterator[str]:
    arm = row.arm
    yield f"from {arm.rate:g}/L"
    if arm.schedule == "greedy":
        yield "no max_lr" if arm.max_lr is None else f"max_lr {arm.max_lr:g}/L"
        yield from (f"{arm.comparison} loss",) if arm.comparison != "previous" else ()
        yield from (f"{arm.order} sample",) if arm.order != "next" else ()
        yield from (f"patience {arm.patience}",) if arm.patience else ()


def _draw(out: Path, tables: dict[str, Any], rows: Sequence[Row]) -> Iterator[Path]:
    """Write the figures that are not there yet; they are functions of the tables."""
    from numerics.figures import curves, final_gaps, save, stable_shares  # noqa: PLC0415 - slow to import

    named = {
        problem.replace(" on ", "-"): figure for problem, figure in curves(tables["runs"], tables["curves"]).items()
    }
    for name, figure in {**named, "final-gap": final_gaps(rows), "stable-share": stable_shares(rows)}.items():
        for kind in ("png", "svg"):
            path = store.directory(out / FIGURES) / f"{name}.{kind}"
            with store.replacing(path) as file:
                save(figure, file, kind)
            yield path
