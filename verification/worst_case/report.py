"""What ``greedylr worst-case`` prints, as tables and as data, the figures it draws, and what it checks again."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from rich.table import Table

from numerics.sweeps import store
from numerics.sweeps.sweep import FIGURES, Result, load
from theory.worst_case.kept import check_high, check_low
from verification.terminal import terminal
from verification.worst_case.search import UNASKED
from verification.worst_case.sweep import Case

Row = dict[str, Any]
EXPLAINED = (
    "worst f - f* in units of L |x_0 - x*|^2: attained by an explicit function, on which the rule was run in exact"
    " arithmetic, and at most the certified bound for every pattern of comparisons (U: the loss went below its"
    " reference, D: it did not); decided by a program / in all"
)
MANY = 60  # rows of a table; what is longer is on disk
OPTIONS = ("comparison", "order", "patience", "gamma0", "max_lr", "measure", "steps")


def report(result: Result, *, draw: bool, as_json: bool) -> bool:
    """Print the worst cases, and draw them; whether none of them is open."""
    rows = load(result.out)["cases"].to_pylist()
    files = [str(path) for path in _draw(result.out, rows)] if draw else []
    if as_json:
        shown = [{k: v for k, v in row.items() if k != "certificates"} for row in rows]
        data: dict[str, Any] = {"cases": shown, "best_factors": best_factors(rows), "out": str(result.out)}
        data |= {"figures": files, "computed_tasks": result.computed}
        sys.stdout.write(json.dumps(_finite(data), indent=2) + "\n")
    else:
        _print(rows, result.out)
    return all(row["status"] != "open" for row in rows)


def _print(rows: Sequence[Row], out: Path) -> None:
    console = terminal()
    console.print(_table(rows[:MANY]))
    if best := best_factors(rows):
        console.print(_best_table(best))
    for row in rows:
        if row["status"] != "certified" and row["why"] != UNASKED:
            console.print(f"{row['status']}: F = {row['factor']}, T = {row['steps']}: {row['why']}", style="yellow")
    console.print(EXPLAINED, style="dim")
    if len(rows) > MANY:
        console.print(f"and {len(rows) - MANY} more rows in the table on disk", style="dim")
    console.print(f"table, certificates and figures: {out}")


def _table(rows: Sequence[Row]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("F", "options", "T", "worst case", "attained", "certified bound", "pattern", "patterns"):
        table.add_column(name, justify="left" if name in ("options", "pattern") else "right")
    for row in rows:
        value = f"{row['value']:.6g}" + ("" if row["status"] == "certified" else f" (gap {row['gap']:.1g})")
        cells = (decimal(row["factor"]), ", ".join(_options(row)), str(row["steps"]), value)
        bounds = (_number(row["lower"]), _number(row["upper"]), row["pattern"], f"{row['solved']}/{row['patterns']}")
        table.add_row(*cells, *bounds, style="" if row["status"] == "certified" else "yellow")
    return table


def best_factors(rows: Sequence[Row]) -> list[Row]:
    """Which of the factors has the smallest worst case, for all options besides F, where there are several.

    ``ties`` are the factors that are not certainly worse: what they attain does not lie above its certified bound.
    """
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row[name] for name in OPTIONS), []).append(row)
    found = []
    for group in groups.values():
        finite = [row for row in group if row["value"] == row["value"]]
        if len(finite) > 1:
            best = min(finite, key=lambda row: row["value"])
            ties = [row["factor"] for row in finite if row is not best and not best["upper"] < row["lower"]]
            found.append({name: best[name] for name in ("factor", *OPTIONS, "value")} | {"ties": ties})
    return found


def _best_table(best: Sequence[Row]) -> Table:
    table = Table(box=None, pad_edge=False, title="\nthe factor with the smallest worst case", title_justify="left")
    for name in ("options", "T", "F", "worst case", "not certainly worse"):
        table.add_column(name, justify="left" if name in ("options", "not certainly worse") else "right")
    for row in best:
        ties = [decimal(word) for word in row["ties"]]
        shown = f"{len(ties)} factors from {ties[0]} to {ties[-1]}" if len(ties) > 4 else ", ".join(ties)
        options, value = ", ".join(_options(row)), f"{row['value']:.6g}"
        table.add_row(options, str(row["steps"]), decimal(row["factor"]), value, shown)
    return table


def decimal(word: str) -> str:
    """A fraction as people write it: 0.3 for 3/10, and in brackets what has no short decimal."""
    q = Fraction(word)
    shown = f"{float(q):g}"
    return shown if Fraction(shown) == q else f"({q})"


def _number(x: float) -> str:
    return "" if x != x else f"{x:.6g}"


def _options(row: Row) -> Iterator[str]:
    start = row["gamma0"] if row["max_lr"] is None else str(min(Fraction(row["gamma0"]), Fraction(row["max_lr"])))
    yield f"from {decimal(start)}/L"
    yield "no max_lr" if row["max_lr"] is None else f"max_lr {decimal(row['max_lr'])}/L"
    yield from (f"{row['comparison']} loss",) if row["comparison"] != "previous" else ()
    yield from ("next order",) if row["order"] != "same" else ()
    yield from (f"patience {row['patience']}",) if row["patience"] else ()
    yield from (row["measure"],) if row["measure"] != "last" else ()


def _finite(value: Any) -> Any:
    """The data with None for what JSON has no number for."""
    if isinstance(value, dict):
        return {k: _finite(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_finite(v) for v in value]
    return None if isinstance(value, float) and (value != value or value in (float("inf"), -float("inf"))) else value


def _draw(out: Path, rows: Sequence[Row]) -> Iterator[Path]:
    """Write the figures; they are functions of the table."""
    from numerics.figures import save  # noqa: PLC0415 - slow to import
    from numerics.worst_case_figures import figures  # noqa: PLC0415

    for name, figure in figures(rows).items():
        for kind in ("png", "svg"):
            path = store.directory(out / FIGURES) / f"{name}.{kind}"
            with store.replacing(path) as file:
                save(figure, file, kind)
            yield path


def recheck(out: Path, *, as_json: bool) -> None:
    """Check every certificate of a finished sweep exactly, without a solver; ``ValueError`` at the first bad one."""
    checked = patterns = 0
    try:
        rows = load(out)["cases"].to_pylist()
    except (KeyError, ValueError) as reason:
        raise ValueError(f"{out} holds no worst cases that can be read ({reason}): run the sweep again.") from None
    for row in rows:
        case = Case.read(row)
        what = f"{out}: F = {row['factor']}, T = {row['steps']}, max_lr = {row['max_lr'] or 'none'}"
        try:
            kept = json.loads(row["certificates"])
            if row["upper_exact"]:
                patterns += check_high(case.method(), Fraction(row["upper_exact"]), kept)
                checked += 1
            if row["lower_exact"]:
                check_low(case.method(), Fraction(row["lower_exact"]), kept)
                checked += 1
        except ValueError as reason:
            raise ValueError(f"{what} does not check: {reason}") from None
    if as_json:
        sys.stdout.write(json.dumps({"checked_bounds": checked, "patterns": patterns}) + "\n")
    else:
        terminal().print(f"{checked} bounds check exactly, the upper ones over {patterns} patterns: {out}")
