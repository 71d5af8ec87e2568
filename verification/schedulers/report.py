"""What ``greedylr robustness`` and ``greedylr study`` print, as tables and as data."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from rich.table import Table

from numerics.robustness.summary import Comparison, Overall, Spread, comparisons, joined, overall, pairs, spreads
from numerics.statistics import Estimate
from numerics.sweeps.sweep import load
from verification.terminal import terminal

GREEDY, FIXED = ("greedy-best-1", "greedy-best-10"), ("cosine", "restarts", "exponential-0.95")
STUDY_GREEDY = (*GREEDY, "greedy-best-10-smooth", "greedy-previous-1", "greedy-previous-10", "greedy-test")
STUDY_OTHERS = ("cosine", "cosine-warmup", "linear", "constant", "warmup-stable-decay", "plateau")
VERDICTS = ("better", "same", "unclear", "worse")
NOTE = (
    "losses are those without noise; ratio: geometric mean over problems of GreedyLR's loss over the other's, 95%"
    " bootstrap intervals and signed-rank tests over problems, with Holm's correction; settings: seeds of one problem"
)


@dataclass(frozen=True)
class Size:
    """A problem: its data, None for a function, how many parameters it has, and how many runs were compared."""

    problem: str
    data: str | None
    parameters: int
    runs: int


@dataclass(frozen=True)
class Tables:
    """Rows over problems with final and with held-out losses, settings one by one, and spreads of a number."""

    title: str
    by: tuple[str, ...]
    over: list[Overall]
    held_out: list[Overall]
    settings: list[Comparison]
    spreads: dict[str, list[Spread]]
    problems: list[Size]


def robustness(parts: Mapping[str, Path]) -> Tables:
    """GreedyLR against the fixed schedules without noise, with noise, and with what all feel."""
    runs = {name: load(parts[name])["runs"] for name in ("clean", "noisy", "felt")}
    return _tables(
        "Final loss of GreedyLR against fixed schedules, each at its own best rate",
        joined(list(runs.values())), GREEDY, FIXED, ("kind",),
        {name: list(spreads(joined([runs["clean"], runs["noisy"]]), name, "kind")) for name in ("ratio", "final")},
    )  # fmt: skip


def study(parts: Mapping[str, Path]) -> Tables:
    """GreedyLR against other schedules with every optimizer."""
    runs = joined([load(out)["runs"] for name, out in parts.items() if name.startswith("own")])
    found = {"final": list(spreads(runs, "final", "optimizer"))}
    return _tables(
        "Final loss of GreedyLR against others, each at its own best rate",
        runs, STUDY_GREEDY, STUDY_OTHERS, ("steps", "optimizer"), found,
    )  # fmt: skip


REPORTS: Mapping[str, Callable[[Mapping[str, Path]], Tables]] = {"robustness": robustness, "study": study}


def _tables(
    title: str,
    runs: pa.Table,
    greedy: tuple[str, ...],
    others: tuple[str, ...],
    by: tuple[str, ...],
    found: dict[str, list[Spread]],
) -> Tables:
    final, held_out = (pairs(runs, greedy, others, measure) for measure in ("final", "held_out"))
    return Tables(title, by, overall(final, by), overall(held_out, by), comparisons(final), found, _sizes(runs))


def _sizes(runs: pa.Table) -> list[Size]:
    from numerics.robustness.engine import problem  # noqa: PLC0415 - needs torch, as what made the runs did

    counted = Counter(runs["problem"].to_pylist())
    posed = {name: problem(name) for name in counted}
    return [Size(name, p.data, sum(map(math.prod, p.shapes)), counted[name]) for name, p in posed.items()]


def as_data(tables: Tables) -> dict[str, Any]:
    """All of it."""
    data: dict[str, Any] = _finite(
        {
            "over_problems": [asdict(o) | {"verdict": o.verdict} for o in tables.over],
            "held_out_over_problems": [asdict(o) | {"verdict": o.verdict} for o in tables.held_out],
            "comparisons": [asdict(c) | {"verdict": c.verdict} for c in tables.settings],
            "problems": [asdict(size) for size in tables.problems],
            "spreads": {name: [asdict(s) for s in rows] for name, rows in tables.spreads.items()},
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


def print_report(tables: Tables, folder: Path) -> None:
    """A table over problems, and one for every spread."""
    console = terminal()
    console.print(_over(tables))
    for name, rows in tables.spreads.items():
        console.print(_spread(name, rows))
    console.print(_problems(tables.problems))
    console.print(NOTE, style="dim")
    console.print(f"results: {folder}")


def _over(tables: Tables) -> Table:
    table = _table(tables.title)
    for name in ("setting", "GreedyLR", "against"):
        table.add_column(name)
    for name in ("problems where lower", "ratio", "p", "held-out ratio", "/".join(VERDICTS)):
        table.add_column(name, justify="right")
    for o, held in zip(tables.over, tables.held_out, strict=True):
        mine = [c.verdict for c in tables.settings if _belongs(c, o, tables.by)]
        table.add_row(
            " ".join(map(str, o.group)), o.first, o.second, f"{round(o.better.value * o.problems)} of {o.problems}",
            _ratio(o.ratio), f"{o.p:.2g}", _ratio(held.ratio), "/".join(str(mine.count(v)) for v in VERDICTS),
        )  # fmt: skip
    return table


def _belongs(c: Comparison, o: Overall, by: tuple[str, ...]) -> bool:
    group = tuple(getattr(c.setting, name) for name in by)
    return (group, c.first, c.second) == (o.group, o.first, o.second)


def _spread(name: str, rows: list[Spread]) -> Table:
    told = {"ratio": "Recovery ratio (largest clean loss over the final one)", "final": "Final loss"}
    table = _table(f"{told[name]}, 10, 50, 90% of the runs that did not diverge")
    for column in ("setting", "schedule"):
        table.add_column(column)
    for column in ("runs", "diverged", "quantiles"):
        table.add_column(column, justify="right")
    for s in rows:
        quantiles = ", ".join(f"{value:.3g}" for value in s.quantiles)
        table.add_row(s.group, s.schedule, str(s.runs), f"{s.lost.value:.1%}", quantiles)
    return table


def _problems(sizes: list[Size]) -> Table:
    table = _table("Problems")
    for name in ("problem", "data", "parameters", "runs compared"):
        table.add_column(name, justify="left" if name in ("problem", "data") else "right")
    for size in sizes:
        table.add_row(size.problem, size.data or "none, a function", f"{size.parameters:,}", f"{size.runs:,}")
    return table


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)


def _ratio(e: Estimate) -> str:
    return f"{math.exp(e.value):.3g} [{math.exp(e.low):.3g}, {math.exp(e.high):.3g}]"
