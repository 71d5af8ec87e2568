"""``greedylr robustness``: schedules under perturbation, 8,100 runs as in Section 4.4 of the paper."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from verification.sweeping import OUT, refuse, swept

if TYPE_CHECKING:
    import pyarrow as pa

    from numerics.robustness.sweep import StudySweep
    from numerics.sweeps.backends import Backend
    from numerics.sweeps.sweep import Result

Option = typer.Option


def robustness(
    *,
    quick: Annotated[bool, Option("--quick", help="Two rates, one to three seeds: minutes, no evidence.")] = False,
    backend: Annotated[str, Option(help="processes, threads, sequential, dask or ray.")] = "processes",
    workers: Annotated[int | None, Option(help="Processes or threads, one for each core if left out.")] = None,
    address: Annotated[str | None, Option(help="The address of a dask or ray cluster.")] = None,
    out: Annotated[Path | None, Option(help="Directory of the results.")] = None,
    resume: Annotated[bool, Option("--resume/--fresh", help="Go on where a run stopped, or begin anew.")] = True,
    as_json: Annotated[bool, Option("--json", help="Print data for machines instead of tables.")] = False,
) -> None:
    """Compare GreedyLR with fixed schedules on twelve problems, with and without noise in the loss.

    Every schedule first takes its best rate on seeds of its own.  Noise in the reported loss reaches GreedyLR only;
    what every schedule feels (a kick, wrong labels, scaled or noisy gradients) is a part of its own.
    """
    from numerics.extra import require  # noqa: PLC0415
    from numerics.sweeps.backends import Backend  # noqa: PLC0415
    from numerics.sweeps.store import SweepError  # noqa: PLC0415

    folder = out or OUT / ("robustness-quick" if quick else "robustness")
    try:
        chosen = Backend(backend, workers, address)
    except ValueError as error:
        refuse("robustness", str(error), 2)
    try:
        require(("torch",), "pip install 'greedylr[torch]'")
        _report(_parts(folder, chosen, quick=quick, resume=resume, quiet=as_json), folder, as_json=as_json)
    except SweepError as error:
        refuse("robustness", str(error), 1)


def _parts(folder: Path, backend: Backend, *, quick: bool, resume: bool, quiet: bool) -> dict[str, Result]:
    from numerics.robustness import parts  # noqa: PLC0415
    from numerics.sweeps.sweep import load  # noqa: PLC0415

    found: dict[str, Result] = {}

    def run(name: str, part: StudySweep) -> pa.Table:
        found[name] = swept(name, part.sweep(), folder / name, backend, resume=resume, quiet=quiet)
        return load(found[name].out)["runs"]

    parts.robustness(run, quick=quick)
    return found


def _report(parts: dict[str, Result], folder: Path, *, as_json: bool) -> None:
    from verification.robustness_report import as_data, print_report  # noqa: PLC0415

    if as_json:
        data: dict[str, Any] = as_data(parts) | {"out": str(folder)}
        data |= {"computed_tasks": sum(result.computed for result in parts.values())}
        sys.stdout.write(json.dumps(data, indent=2) + "\n")
    else:
        print_report(parts, folder)
