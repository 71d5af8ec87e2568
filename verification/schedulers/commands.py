"""``greedylr robustness`` and ``greedylr study``: schedules under perturbation, and with every optimizer."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from verification.sweeping import OUT, refuse, swept

if TYPE_CHECKING:
    import pyarrow as pa

    from numerics.robustness.parts import Part
    from numerics.sweeps.backends import Backend
    from numerics.sweeps.sweep import Result

Option = typer.Option
Quick = Annotated[bool, Option("--quick", help="Few rates, problems and seeds: two minutes, no evidence.")]
BackendName = Annotated[str, Option("--backend", help="processes, threads, sequential, dask or ray.")]
Workers = Annotated[int | None, Option(help="Processes or threads, one for each core if left out.")]
Address = Annotated[str | None, Option(help="The address of a dask or ray cluster.")]
Out = Annotated[Path | None, Option(help="Directory of the results.")]
Resume = Annotated[bool, Option("--resume/--fresh", help="Go on where a run stopped, or begin anew.")]
AsJson = Annotated[bool, Option("--json", help="Print data for machines instead of tables.")]
Again = Annotated[int, Option("--again", help="Instead, compute so many of the kept runs again, and compare.")]


def robustness(
    *,
    quick: Quick = False,
    backend: BackendName = "processes",
    workers: Workers = None,
    address: Address = None,
    out: Out = None,
    resume: Resume = True,
    again: Again = 0,
    as_json: AsJson = False,
) -> None:
    """Compare GreedyLR with fixed schedules on twelve problems, with and without noise in the loss.

    Every schedule first takes its best rate on seeds of its own.  Noise in the reported loss reaches GreedyLR only;
    what every schedule feels (a kick, wrong labels, scaled or noisy gradients) is a part of its own.
    """
    _command("robustness", quick, (backend, workers, address), out, resume, again, as_json)


def study(
    *,
    quick: Quick = False,
    backend: BackendName = "processes",
    workers: Workers = None,
    address: Address = None,
    out: Out = None,
    resume: Resume = True,
    again: Again = 0,
    as_json: AsJson = False,
) -> None:
    """Compare seventeen schedules with five optimizers on sixteen problems, over 200 steps and 1,000.

    Every schedule first takes its best rate on seeds of its own; then all run from that rate, and from one shared rate.
    """
    _command("study", quick, (backend, workers, address), out, resume, again, as_json)


def _command(
    name: str,
    quick: bool,
    where: tuple[str, int | None, str | None],
    out: Path | None,
    resume: bool,
    again: int,
    as_json: bool,
) -> None:
    from numerics.extra import require  # noqa: PLC0415
    from numerics.sweeps.backends import Backend  # noqa: PLC0415
    from numerics.sweeps.store import SweepError  # noqa: PLC0415

    folder = out or OUT / (f"{name}-quick" if quick else name)
    try:
        backend = Backend(*where)
    except ValueError as error:
        refuse(name, str(error), 2)
    try:
        require(("torch",), "pip install 'greedylr[torch]'")
        if again:
            _again(name, again)
        else:
            _report(name, _parts(name, folder, backend, quick=quick, resume=resume, quiet=as_json), folder, as_json)
    except SweepError as error:
        refuse(name, str(error), 1)


def _parts(study: str, folder: Path, backend: Backend, *, quick: bool, resume: bool, quiet: bool) -> dict[str, Result]:
    from numerics.robustness import parts  # noqa: PLC0415
    from numerics.sweeps.sweep import load  # noqa: PLC0415

    found: dict[str, Result] = {}
    run_all: Callable[..., None] = {"robustness": parts.robustness, "study": parts.study}[study]

    def run(name: str, part: Part) -> pa.Table:
        found[name] = swept(name, part.sweep(), folder / name, backend, resume=resume, quiet=quiet)
        return load(found[name].out)["runs"]

    run_all(run, quick=quick)
    return found


def _report(study: str, parts: dict[str, Result], folder: Path, as_json: bool) -> None:
    from verification.schedulers.report import REPORTS, as_data, print_report  # noqa: PLC0415

    tables = REPORTS[study]({name: result.out for name, result in parts.items()})
    if as_json:
        data: dict[str, Any] = as_data(tables) | {"out": str(folder)}
        data |= {"computed_tasks": sum(result.computed for result in parts.values())}
        sys.stdout.write(json.dumps(data, indent=2) + "\n")
    else:
        print_report(tables, folder)


def _again(study: str, count: int) -> None:
    """Compute kept runs again; exit status 1 where one comes out otherwise."""
    from verification.schedulers.again import compare, drawn  # noqa: PLC0415

    found = compare(drawn(study, count))
    sys.stdout.write("".join(f"{line}\n" for line in found.lines))
    if found.differ:
        raise typer.Exit(1)
