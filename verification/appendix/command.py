"""``greedylr appendix``: the ledger as LaTeX."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from verification.sweeping import refuse

FOLDER = Path("paper_appendix")


def appendix(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where the files go.")] = FOLDER,
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit status 1 with a line for every file that differs.")
    ] = False,
) -> None:
    """Write the ledger as LaTeX: statements, proofs, counterexamples, tables, figures; main.tex compiles on its own."""
    from verification.appendix.folder import drift, put  # noqa: PLC0415 - keeps --help fast

    files = _files()
    if check:
        stale = list(drift(folder, files))
        for line in stale:
            sys.stderr.write(f"{line}: run `greedylr appendix {folder}`, read the diff.\n")
        if stale:
            raise typer.Exit(1)
        return
    try:
        put(folder, files)
    except (ValueError, OSError) as reason:
        refuse("appendix", str(reason), 2)
    sys.stderr.write(f"written: {folder / 'main.tex'} and {len(files) - 1} files that it needs\n")


def _files() -> dict[str, bytes]:
    """Every file of the appendix, with a progress bar on a terminal."""
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    from numerics.compiled import keep_compiled  # noqa: PLC0415

    keep_compiled(os.environ)
    from theory.claims import paper  # noqa: PLC0415
    from verification.appendix.build import appendix as build  # noqa: PLC0415
    from verification.ledger import ledger  # noqa: PLC0415
    from verification.replays import once  # noqa: PLC0415
    from verification.rocq import check  # noqa: PLC0415

    claims = once(paper())
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        prover = progress.add_task("Rocq (a minute the first time)", total=None)
        rocq = check(claims, lambda file: progress.update(prover, description=f"Rocq checked {file}.v"))
        progress.remove_task(prover)
        if not rocq.version:
            refuse("appendix", f"{rocq.says}; the appendix has the statuses and statements with Rocq.", 1)
        task = progress.add_task("checking", total=len(claims))
        entries = ledger(claims, lambda e: progress.update(task, advance=1, description=f"checked {e.claim.id}"), rocq)
        writing = progress.add_task("writing", total=None)
        return dict(build(entries, rocq, lambda name: progress.update(writing, description=f"wrote {name}")))
