"""``greedylr tightness``: how far are the convergence theorems' bounds from the worst case of SGD?"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from verification.sweeping import OUT, refuse, swept

if TYPE_CHECKING:
    from numerics.sweeps.tables import Tables

Option = typer.Option


def tightness(
    *,
    quick: Annotated[bool, Option("--quick", help="Only the cases that take a few seconds.")] = False,
    out: Annotated[Path | None, Option(help="Directory of the results, named after the options if left out.")] = None,
    resume: Annotated[bool, Option("--resume/--fresh", help="Go on where a run stopped, or begin anew.")] = True,
    as_json: Annotated[bool, Option("--json", help="Print data for machines instead of a table.")] = False,
) -> None:
    """Bounds of the convergence theorems over the certified worst case of SGD on sums of up to three functions.

    Every row is a semidefinite program over all sample sequences at once; a minute on two cores, or --quick.
    """
    from numerics.sweeps.store import SweepError  # noqa: PLC0415
    from numerics.sweeps.sweep import load  # noqa: PLC0415

    folder = out or OUT / ("tightness-quick" if quick else "tightness")
    try:
        _run(folder, quick=quick, resume=resume, quiet=as_json)
        rows = load(folder)["tightness"].to_pylist()
    except SweepError as error:
        refuse("tightness", str(error), 1)
    if as_json:
        plain = [{k: None if isinstance(v, float) and math.isnan(v) else v for k, v in row.items()} for row in rows]
        sys.stdout.write(json.dumps({"rows": plain, "out": str(folder)}, indent=2) + "\n")
    else:
        _print(rows, folder)


def _run(out: Path, *, quick: bool, resume: bool, quiet: bool) -> None:
    from numerics.sweeps.backends import Backend  # noqa: PLC0415
    from numerics.sweeps.sweep import Sweep  # noqa: PLC0415
    from numerics.sweeps.task import Task  # noqa: PLC0415
    from verification.worst_case.tightness import default_cases  # noqa: PLC0415

    cases = list(default_cases())
    chosen = [k for k, case in enumerate(cases) if not quick or case.is_quick]
    tasks = [Task(f"case.{k:03d}", {"case": k, "name": cases[k].name}) for k in chosen]
    sweep = Sweep({"quick": quick}, tasks, work)
    swept("worst cases of SGD", sweep, out, Backend(), resume=resume, quiet=quiet)


def work(arguments: Mapping[str, Any]) -> Tables:
    """One case: its worst case and the theorems' bounds over it."""
    from verification.worst_case.tightness import THEOREMS, default_cases, worst_case  # noqa: PLC0415

    case = list(default_cases())[arguments["case"]]
    row = worst_case(case)
    ratios = row.ratios()
    columns: dict[str, Any] = {"case": case.name, "lower": float(row.lower), "upper": float(row.upper)}
    columns |= {name: ratios.get(name, math.nan) for name in THEOREMS}
    return {"tightness": {name: [value] for name, value in columns.items()}}


def _print(rows: list[dict[str, Any]], folder: Path) -> None:
    from rich.table import Table  # noqa: PLC0415

    from verification.terminal import terminal  # noqa: PLC0415
    from verification.worst_case.tightness import THEOREMS  # noqa: PLC0415

    table = Table(box=None, pad_edge=False)
    table.add_column("case")
    for name in ("worst case", *THEOREMS):
        table.add_column(name, justify="right")
    for row in rows:
        cells = ("" if math.isnan(row[name]) else f"{row[name]:.3f}" for name in THEOREMS)
        table.add_row(row["case"], f"{row['upper']:.5g}", *cells)
    console = terminal()
    console.print(table)
    console.print(
        "bound over worst case of the mean gap of x_0, ..., x_{T-1}, certified from both sides; L = 1, |x_0 - x*| = 1,"
        f" s2 = sigma*^2; table: {folder}",
        style="dim",
    )
