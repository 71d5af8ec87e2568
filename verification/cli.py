"""The ``greedylr`` command."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from verification.advise import advise
from verification.appendix.command import appendix
from verification.fsweep import fsweep
from verification.fsweep_llm import fsweep_llm
from verification.options import FSweepCommand, ListCommand
from verification.schedulers.commands import robustness, study
from verification.stability import stability
from verification.worst_case.command import worst_case
from verification.worst_case.tightness_command import tightness

if TYPE_CHECKING:
    from verification.ledger import Entry, Ledger
    from verification.rocq import Outcome

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help starts in half the time
    help="Check the claims of the GreedyLR paper (arXiv 2512.14527), one by one, with evidence that anyone can re-run.",
)
SCREEN = 48  # lines; what is longer is printed when asked for
AsJson = Annotated[bool, typer.Option("--json", help="Print data for machines instead of tables.")]


@app.command()
def verify(
    *,
    only: Annotated[
        str, typer.Option("--only", metavar="ID", help="Check one claim, with what it rests on, and print it.")
    ] = "",
    everything: Annotated[bool, typer.Option("--all", help="List the numbers that nothing determines, too.")] = False,
    as_json: AsJson = False,
    page: Annotated[
        Path | None,
        typer.Option("--page", metavar="DIR", help="Write the ledger as web pages that work from disk, too."),
    ] = None,
) -> None:
    """Check every claim and print the ledger; exit status 1 if a proof fails or evidence contradicts a status."""
    from verification.report import (  # noqa: PLC0415 - keeps --help fast
        as_data,
        counts,
        print_ledger,
        print_rocq,
        print_summary,
        rocq_data,
    )
    from verification.terminal import terminal  # noqa: PLC0415

    if page is not None:
        _ready(page, only)
    start = time.perf_counter()
    ledger, rocq = _check(only, quiet=as_json)
    seconds = time.perf_counter() - start
    shown = {only: ledger[only]} if only else ledger
    if as_json:
        data = {"claims": [as_data(e) for e in shown.values()], "summary": counts(shown), "seconds": round(seconds, 3)}
        data |= {"rocq": rocq_data(rocq)}
        sys.stdout.write(json.dumps(data, indent=2, ensure_ascii=False) + "\n")
    else:
        console = terminal()
        print_ledger(console, shown, everything=everything or bool(only))
        if not only:
            print_rocq(console, rocq)
        print_summary(console, shown, seconds)
    if page is not None:
        _write(page, ledger, rocq)
    if rocq.refused or any(entry.problems for entry in ledger.values()):
        raise typer.Exit(1)


@app.command()
def show(
    name: Annotated[str, typer.Argument(metavar="ID", help="The claim, for example A.1.P3.")],
    *,
    full: Annotated[
        bool, typer.Option("--full", help="Print proof steps, numbers and formal statements beyond one screen, too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show one claim: its statement, its status, the proof step by step or the counterexample with its numbers."""
    from verification.report import as_data, entry_view  # noqa: PLC0415
    from verification.terminal import terminal  # noqa: PLC0415

    ledger, _ = _check(name, repairs=True, quiet=as_json)
    if as_json:
        sys.stdout.write(json.dumps(as_data(ledger[name]), indent=2, ensure_ascii=False) + "\n")
    else:
        console, view = terminal(), entry_view(ledger[name], ledger)
        if full or len(console.render_lines(view)) <= SCREEN:
            console.print(view)
        else:
            console.print(entry_view(ledger[name], ledger, full=False))
            console.print(f"\n[dim]proof steps, numbers and formal statements: greedylr show {name} --full[/]")
    if ledger[name].problems:
        raise typer.Exit(1)


def _check(name: str, *, quiet: bool, repairs: bool = False) -> tuple[Ledger, Outcome]:
    """The ledger, of everything or of what one claim needs, and what Rocq came to; a progress bar on a terminal."""
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    from numerics.compiled import keep_compiled  # noqa: PLC0415

    keep_compiled(os.environ)
    from theory.claims import paper  # noqa: PLC0415
    from verification.ledger import ledger, needed  # noqa: PLC0415
    from verification.replays import once  # noqa: PLC0415
    from verification.rocq import check  # noqa: PLC0415

    claims = everything = once(paper())
    if name:
        _known(name, [claim.id for claim in claims])
        wanted = [name] + [claim.id for claim in claims if repairs and claim.repairs == name]
        chosen = {c.id for one in wanted for c in needed(claims, one)}
        claims = tuple(claim for claim in claims if claim.id in chosen)
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=quiet or not console.is_terminal) as progress:
        prover = progress.add_task("Rocq (a minute the first time)", total=None)
        outcome = check(everything, lambda file: progress.update(prover, description=f"Rocq checked {file}.v"))
        progress.remove_task(prover)
        task = progress.add_task("checking", total=len(claims))

        def done(entry: Entry) -> None:
            progress.update(task, advance=1, description=f"checked {entry.claim.id}")

        return ledger(claims, done, outcome), outcome


app.command(cls=FSweepCommand)(fsweep)
app.command("fsweep-llm", cls=ListCommand, hidden=True)(fsweep_llm)
app.command(cls=ListCommand)(stability)
app.command()(robustness)
app.command()(study)
app.command(cls=ListCommand)(advise)
app.command(cls=ListCommand)(worst_case)
app.command()(tightness)
app.command()(appendix)


def _ready(page: Path, only: str) -> None:
    """Refuse what cannot be written before anything is computed."""
    from verification.page.folder import older  # noqa: PLC0415

    if only:
        raise typer.BadParameter("a page shows the whole ledger: leave --only or --page out.")
    try:
        older(page)
    except ValueError as reason:
        raise typer.BadParameter(str(reason)) from None


def _write(page: Path, ledger: Ledger, rocq: Outcome) -> None:
    """The ledger as a site, and where it begins."""
    from verification.page.folder import put  # noqa: PLC0415
    from verification.page.site import pages  # noqa: PLC0415
    from verification.page.stamp import stamp  # noqa: PLC0415

    put(page, pages(ledger, rocq, stamp(rocq.version)))
    sys.stderr.write(f"written: {page / 'index.html'}\n")


def _known(name: str, names: list[str]) -> None:
    import difflib  # noqa: PLC0415

    if name in names:
        return
    lower = {n.lower(): n for n in names}
    close = [lower[n] for n in difflib.get_close_matches(name.lower(), lower, n=5, cutoff=0.5)]
    close += [n for n in names if name.lower() in n.lower() and n not in close][:5]
    hint = f"near matches: {', '.join(close)}" if close else "`greedylr verify --all` lists the names"
    raise typer.BadParameter(f"no claim is called {name!r}; {hint}.")


def main() -> None:
    """Run the command."""
    app()
