"""What ``greedylr robustness`` prints, as tables and as data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.table import Table

from numerics.robustness.summary import Comparison, Overall, comparisons, joined, overall, recoveries
from numerics.statistics import Estimate
from numerics.sweeps.sweep import Result, load
from verification.terminal import terminal

GREEDY, FIXED = ("greedy-best-1", "greedy-best-10"), ("cosine", "restarts", "exponential-0.95")
VERDICTS = ("better", "same", "unclear", "worse")


def compared(parts: Mapping[str, Result], measure: str = "final") -> list[Comparison]:
    """GreedyLR against the fixed schedules in every setting without noise, with noise, and with what all feel."""
    tables = [load(parts[name].out)["runs"] for name in ("clean", "noisy", "felt")]
    return comparisons(joined(tables), GREEDY, FIXED, measure)


def as_data(parts: Mapping[str, Result]) -> dict[str, Any]:
    """All comparisons, the summaries over problems, and the recovery ratios."""
    found = compared(parts)
    noisy = joined([load(parts[name].out)["runs"] for name in ("clean", "noisy")])
    data: dict[str, Any] = _finite(
        {
            "comparisons": [asdict(c) | {"verdict": c.verdict} for c in found],
            "over_problems": [asdict(o) for o in overall(found)],
            "held_out_over_problems": [asdict(o) for o in overall(compared(parts, "held_out"))],
            "recovery": [asdict(r) for r in recoveries(noisy)],
        }
    )
    return data


def _finite(data: Any) -> Any:
    """The data with None for what is no number."""
    if isinstance(data, dict):
        return {key: _finite(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_finite(value) for value in data]
    return None if isinstance(data, float) and not math.isfinite(data) else data


def print_report(parts: Mapping[str, Result], folder: Path) -> None:
    """Two tables: over problems, and recovery ratios."""
    console, found = terminal(), compared(parts)
    console.print(_overall_table(overall(found), found))
    noisy = joined([load(parts[name].out)["runs"] for name in ("clean", "noisy")])
    table = _table("Recovery ratio (largest clean loss over the final one) and final loss over the first, 10, 50, 90%")
    for name in ("noise", "schedule", "runs", "diverged", "recovery ratio", "final / first"):
        table.add_column(name, justify="left" if name in ("noise", "schedule") else "right")
    for r in recoveries(noisy):
        table.add_row(
            r.kind, r.schedule, str(r.runs), f"{r.lost.value:.1%}", _three(r.ratio), _three(r.final)
        )  # fmt: skip
    console.print(table)
    console.print(
        "losses are those without noise; ratio: geometric mean over problems of GreedyLR's loss over the other's, 95%"
        " bootstrap intervals over problems; settings: seeds of one problem, signed-rank tests with Holm's correction",
        style="dim",
    )
    console.print(f"results: {folder}")


def _overall_table(rows: list[Overall], found: list[Comparison]) -> Table:
    table = _table("Final loss of GreedyLR against fixed schedules, each at its own best rate")
    for name in ("perturbation", "GreedyLR", "against", "problems where lower", "ratio", "/".join(VERDICTS)):
        table.add_column(name, justify="left" if name in ("perturbation", "GreedyLR", "against") else "right")
    for row in rows:
        mine = [c.verdict for c in found if (c.setting.kind, c.first, c.second) == (row.kind, row.first, row.second)]
        table.add_row(
            row.kind, row.first, row.second, f"{round(row.better.value * row.problems)} of {row.problems}",
            _ratio(row.ratio), "/".join(str(mine.count(verdict)) for verdict in VERDICTS),
        )  # fmt: skip
    return table


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)


def _ratio(e: Estimate) -> str:
    return f"{math.exp(e.value):.3g} [{math.exp(e.low):.3g}, {math.exp(e.high):.3g}]"


def _three(values: tuple[float, float, float]) -> str:
    return ", ".join(f"{value:.3g}" for value in values)
