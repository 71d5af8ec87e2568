"""What the commands that sweep share: refusals in one line, words as numbers, a folder, a progress bar."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer

if TYPE_CHECKING:
    from numerics.sweeps.backends import Backend
    from numerics.sweeps.sweep import Result, Sweep

OUT = Path("greedylr-results")


def refuse(command: str, why: str, status: int) -> NoReturn:
    """One line, and out."""
    sys.stderr.write(f"greedylr {command}: {' '.join(why.split())}\n")
    raise typer.Exit(status) from None


def number(option: str, word: str) -> float:
    """The number that the word is."""
    try:
        return float(word)
    except ValueError:
        raise ValueError(f"--{option} takes numbers and 'none', got {word!r}.") from None


def limits(option: str, words: Sequence[str]) -> tuple[float | None, ...]:
    """Numbers, None for 'none'."""
    return tuple(None if word == "none" else number(option, word) for word in words)


def folder(name: str, configuration: Mapping[str, Any]) -> Path:
    """A folder for the results that other options do not share."""
    digest = hashlib.sha256(json.dumps(configuration, sort_keys=True).encode()).hexdigest()
    return OUT / f"{name}-{digest[:8]}"


def swept(
    what: str, sweep: Sweep, out: Path, backend: Backend, *, resume: bool, quiet: bool, across_versions: bool = False
) -> Result:
    """The sweep, complete in ``out``, with a progress bar on a terminal; begun anew unless ``resume``."""
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    from numerics.sweeps.sweep import discard, run  # noqa: PLC0415

    if not resume:
        discard(out)
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=quiet or not console.is_terminal) as progress:
        bar = progress.add_task(what, total=None)

        def show(done: int, total: int) -> None:
            progress.update(bar, completed=done, total=total)

        return run(sweep, out, backend=backend, progress=show, across_versions=across_versions)


def kept_again(what: str, names: Sequence[str], known: Collection[str], publish: Callable[[str], None]) -> int:
    """Publish what is named, or all that is known, and return the exit status: 2 for a name that is none."""
    from numerics.sweeps.store import SweepError  # noqa: PLC0415

    unknown = [name for name in names if name not in known]
    if unknown:
        sys.stderr.write(f"no {what} is called {unknown[0]!r}: {', '.join(known)}.\n")
        return 2
    try:
        for name in names or known:
            publish(name)
    except SweepError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0
