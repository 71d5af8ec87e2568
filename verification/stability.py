"""``greedylr stability``: for which share of initial rates does GreedyLR settle?"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from verification.sweeping import folder, refuse, swept

if TYPE_CHECKING:
    from numerics.stability import StabilityMap
    from numerics.sweeps.sweep import Result

Option = typer.Option


def stability(
    *,
    factors: Annotated[list[float] | None, Option(help="The factors F; fifteen from 0.1 to 0.95 if left out.")] = None,
    patience: Annotated[list[int], Option(help="Patience.")] = [0, 1, 10],  # noqa: B006
    condition: Annotated[list[float], Option(help="Condition numbers; 1 is x^2/2.")] = [1.0, 10.0, 100.0],  # noqa: B006
    noise: Annotated[list[float], Option(help="Sizes of the noise; 0 takes full batches.")] = [0.0, 1.0],  # noqa: B006
    min_lr: Annotated[float, Option(help="The lower limit, in units of 1/L.")] = 0.0,
    phases: Annotated[int, Option(help="Initial rates for every row of the map.")] = 100,
    steps: Annotated[int, Option(help="Steps of every run.")] = 3000,
    seed: Annotated[int, Option(help="The seed of phases, starts and samples.")] = 20251214,
    backend: Annotated[str, Option(help="processes, threads, sequential, dask or ray.")] = "processes",
    workers: Annotated[int | None, Option(help="Processes or threads, one for each core if left out.")] = None,
    out: Annotated[Path | None, Option(help="Directory of the results, named after the options if left out.")] = None,
    resume: Annotated[bool, Option("--resume/--fresh", help="Go on where a run stopped, or begin anew.")] = True,
    figures: Annotated[bool, Option("--figures/--no-figures", help="Draw figures, as PNG and SVG.")] = True,
    as_json: Annotated[bool, Option("--json", help="Print data for machines instead of tables.")] = False,
) -> None:
    """Map stability over factor, rule, order, patience, conditioning and noise, and again over the cap max_lr.

    Quadratics of L = 1; the proved curves are drawn over the measured shares.  About a minute without options.
    """
    import os  # noqa: PLC0415

    from numerics.compiled import keep_compiled  # noqa: PLC0415

    keep_compiled(os.environ)
    from numerics.stability import StabilityMap  # noqa: PLC0415
    from numerics.sweeps.backends import Backend  # noqa: PLC0415
    from numerics.sweeps.store import SweepError  # noqa: PLC0415

    try:
        options = StabilityMap(
            factors=tuple(factors or StabilityMap().factors), patience=tuple(patience), condition=tuple(condition),
            noise=tuple(noise), min_lr=min_lr, phases=phases, steps=steps, seed=seed,
        )  # fmt: skip
        chosen = Backend(backend, workers)
    except (TypeError, ValueError) as error:
        refuse("stability", str(error), 2)
    try:
        here = out or folder("stability", options.plain())
        free = swept("mapping, uncapped", options.sweep(), here / "uncapped", chosen, resume=resume, quiet=as_json)
        capped = swept(
            "mapping, capped", options.capped().sweep(), here / "capped", chosen, resume=resume, quiet=as_json
        )
        _report(options, free, capped, here, draw=figures, as_json=as_json)
    except SweepError as error:
        refuse("stability", str(error), 1)


def _report(options: StabilityMap, free: Result, capped: Result, folder: Path, *, draw: bool, as_json: bool) -> None:
    from numerics.sweeps.sweep import load  # noqa: PLC0415

    tables = load(free.out)["map"], load(capped.out)["map"]
    files = _draw(folder, tables) if draw else []
    rows = [_row(row) for table in tables for row in table.to_pylist()]
    if as_json:
        data: dict[str, Any] = {"configuration": options.plain(), "rows": rows, "out": str(folder), "figures": files}
        data |= {"computed_tasks": free.computed + capped.computed}
        sys.stdout.write(json.dumps(data, indent=2) + "\n")
    else:
        _print(rows, options, folder)


def _row(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the map with its share, a 99% interval, and on x^2/2 without a cap what theory says."""
    from numerics import phases  # noqa: PLC0415
    from numerics.statistics import share  # noqa: PLC0415

    found = share(row["unstable"], row["phases"], 0.99)
    told = None
    if row["condition"] == 1 and not row["noise"] and row["max_lr"] is None:
        kind = {name: row[name] for name in ("comparison", "order", "patience")}
        told = phases.share(row["factor"], **kind)
    return row | {"share": found.value, "low": found.low, "high": found.high, "theory": told}


def _draw(folder: Path, tables: tuple[Any, Any]) -> list[str]:
    from numerics.figures import save  # noqa: PLC0415 - slow to import
    from numerics.stability_figures import figures  # noqa: PLC0415
    from numerics.sweeps import store  # noqa: PLC0415
    from numerics.sweeps.sweep import FIGURES  # noqa: PLC0415

    files = []
    for name, figure in figures(*tables).items():
        for kind in ("png", "svg"):
            path = store.directory(folder / FIGURES) / f"{name}.{kind}"
            with store.replacing(path) as file:
                save(figure, file, kind)
            files.append(str(path))
    return files


def _print(rows: list[dict[str, Any]], options: StabilityMap, folder: Path) -> None:
    """The one-dimensional rows against theory; the rest is in the figures and in the table on disk."""
    from rich.table import Table  # noqa: PLC0415

    from verification.terminal import terminal  # noqa: PLC0415

    known = [row for row in rows if row["theory"] is not None]
    table = Table(title="x^2/2 without a cap", title_justify="left", title_style="bold", box=None, pad_edge=False)
    for name in ("rule", "order", "patience", "F", "unstable, 99% interval", "theory"):
        table.add_column(name, justify="left" if name in ("rule", "order") else "right")
    for row in known:
        inside = row["low"] <= row["theory"] <= row["high"]
        table.add_row(
            row["comparison"], row["order"], str(row["patience"]), f"{row['factor']:g}",
            f"{row['share']:.3f} [{row['low']:.3f}, {row['high']:.3f}]", f"{row['theory']:.3f}",
            style="" if inside else "yellow",
        )  # fmt: skip
    console = terminal()
    console.print(table)
    held = sum(row["low"] <= row["theory"] <= row["high"] for row in known)
    console.print(
        f"theory lies in the interval in {held} of {len(known)} rows; {options.phases} initial rates each, seed"
        f" {options.seed}; table and figures: {folder}",
        style="dim",
    )
