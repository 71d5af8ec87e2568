"""``greedylr fsweep``: what most people will run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from verification.sweeping import folder, limits, refuse, swept

FACTORS, PATIENCE, RATES, LIMITS = (0.25, 0.5, 0.75, 0.99), (0,), (0.1,), ("none", "1")
Option = typer.Option


def fsweep(
    *,
    on: Annotated[
        str, Option(help="'problems' of known L, or 'llm': language models, see --on llm --help.")
    ] = "problems",
    problem: Annotated[list[str] | None, Option(help="Problems, see --list; three of them if left out.")] = None,
    data: Annotated[list[str] | None, Option(help="The data of these problems, 'generated' if left out.")] = None,
    factors: Annotated[list[float], Option(help="The factors F.")] = list(FACTORS),  # noqa: B006
    rule: Annotated[list[str], Option(help="Compare with the 'previous' or with the 'best' loss.")] = ["previous"],  # noqa: B006
    order: Annotated[list[str], Option(help="Rates serve the 'same' sample or the 'next' one.")] = ["next"],  # noqa: B006
    patience: Annotated[list[int], Option(help="More losses than so many in a row move the rate.")] = list(PATIENCE),  # noqa: B006
    gamma0: Annotated[list[float], Option(help="Initial learning rates, in units of 1/L_max.")] = list(RATES),  # noqa: B006
    max_lr: Annotated[list[str], Option(help="Upper limits in units of 1/L_max, or 'none'.")] = list(LIMITS),  # noqa: B006
    min_lr: Annotated[float, Option(help="Lower limit, in units of 1/L_max.")] = 0.005,
    window: Annotated[int, Option(help="Losses are smoothed over so many.")] = 1,
    baselines: Annotated[list[str], Option(help="Schedules to compare with, or 'none'.")] = ["constant", "cosine"],  # noqa: B006
    steps: Annotated[int, Option(help="Steps of every run.")] = 2000,
    batch: Annotated[int, Option(help="Samples a step.")] = 1,
    seeds: Annotated[int, Option(help="Runs of every schedule; all schedules see the same samples.")] = 50,
    seed: Annotated[int, Option(help="The first seed.")] = 20251214,
    marks: Annotated[int, Option(help="How often a run is looked at, for its curve.")] = 40,
    backend: Annotated[str, Option(help="processes, threads, sequential, dask or ray.")] = "processes",
    workers: Annotated[int | None, Option(help="Processes or threads, one for each core if left out.")] = None,
    address: Annotated[str | None, Option(help="The address of a dask or ray cluster.")] = None,
    out: Annotated[Path | None, Option(help="Directory of the results, named after the options if left out.")] = None,
    resume: Annotated[bool, Option("--resume/--fresh", help="Go on where a run stopped, or begin anew.")] = True,
    across_versions: Annotated[bool, Option("--across-versions", help="Resume what other code began.")] = False,
    figures: Annotated[bool, Option("--figures/--no-figures", help="Draw figures, as PNG and SVG.")] = True,
    list_problems: Annotated[bool, Option("--list", help="List problems and data, and stop.")] = False,
    as_json: Annotated[bool, Option("--json", help="Print data for machines instead of tables.")] = False,
) -> None:
    """Sweep the factor F on problems of known L: medians, intervals, divergence, figures.

    Lists may follow an option: --factors 0.25 0.5 0.99.  Without options: the paper's four factors on three problems.
    """
    import os  # noqa: PLC0415

    from numerics.compiled import keep_compiled  # noqa: PLC0415

    if on != "problems":
        refuse("fsweep", f"--on must be 'problems' or 'llm', got {on!r}.", 2)
    keep_compiled(os.environ)
    from numerics.factor_sweep import FactorSweep  # noqa: PLC0415
    from numerics.sweeps.backends import Backend  # noqa: PLC0415
    from numerics.sweeps.store import SweepError  # noqa: PLC0415
    from verification.fsweep_report import problem_list, report  # noqa: PLC0415

    if list_problems:
        sys.stdout.write(problem_list())
        return
    try:
        options = FactorSweep(
            problems=_pairs(problem, data), factors=tuple(factors), comparison=tuple(rule), order=tuple(order),
            patience=tuple(patience), rate=tuple(gamma0), max_lr=limits("max-lr", max_lr), min_lr=min_lr, window=window,
            baselines=() if baselines == ["none"] else tuple(baselines), steps=steps, batch=batch, seeds=seeds,
            seed=seed, marks=marks,
        )  # fmt: skip
        chosen = Backend(backend, workers, address)
    except (TypeError, ValueError) as error:
        refuse("fsweep", str(error), 2)
    try:
        result = swept(
            "sweeping", options.sweep(), out or folder("fsweep", options.plain()), chosen, resume=resume,
            quiet=as_json, across_versions=across_versions,
        )  # fmt: skip
        report(options, result, figures=figures, as_json=as_json)
    except SweepError as error:
        refuse("fsweep", str(error), 1)


def _pairs(problem: list[str] | None, data: list[str] | None) -> tuple[tuple[str, str], ...]:
    """Every problem with every one of the data; three pairs by default."""
    from numerics.factor_sweep import PROBLEMS  # noqa: PLC0415
    from numerics.problems.catalogue import build, names  # noqa: PLC0415

    if not problem and not data:
        return PROBLEMS
    if not problem:
        raise ValueError(f"--data {' '.join(data or [])} needs a --problem: for example --problem logistic.")
    pairs = [(p, d) for p in problem for d in data or ["generated"]]
    for pair in pairs:
        if pair not in names():
            build(*pair)  # says what is wrong
    return tuple(pairs)
