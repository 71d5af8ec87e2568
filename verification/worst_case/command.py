"""``greedylr worst-case``: how bad can it get, over all convex L-smooth functions?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from verification.sweeping import OUT, refuse, swept

Option = typer.Option
FACTORS, CAPS, STEPS = ["0.1:0.9:9"], ["none", "1.5", "3"], ["4", "8"]
MOST = 10_000  # values of a range
T = TypeVar("T")


def worst_case(
    *,
    factor: Annotated[list[str], Option(help="Factors F.")] = FACTORS,
    rule: Annotated[list[str], Option(help="Compare with the 'previous' or with the 'best' loss.")] = ["previous"],  # noqa: B006
    order: Annotated[list[str], Option(help="The order of Algorithm 1, 'same', or of a PyTorch loop, 'next'.")] = [  # noqa: B006
        "same"
    ],
    patience: Annotated[list[str], Option(help="Patience.")] = ["0"],  # noqa: B006
    gamma0: Annotated[list[str], Option(help="Initial rates, in units of 1/L, or max_lr if lower.")] = ["1"],  # noqa: B006
    max_lr: Annotated[list[str], Option(help="Upper limits in units of 1/L, or 'none'.")] = CAPS,
    steps: Annotated[list[str], Option(help="Numbers of steps T.")] = STEPS,
    metric: Annotated[list[str], Option(help="last, best, average (of the iterates) or mean (of the losses).")] = [  # noqa: B006
        "last"
    ],
    certify: Annotated[bool, Option("--certify/--no-certify", help="Find exact certificates of both bounds.")] = True,
    patterns: Annotated[int, Option(help="Refuse cases with more patterns of comparisons than this.")] = 5000,
    backend: Annotated[str, Option(help="processes, threads, sequential, dask or ray.")] = "processes",
    workers: Annotated[int | None, Option(help="Processes or threads, one for each core if left out.")] = None,
    out: Annotated[Path | None, Option(help="Directory of the results, named after the options if left out.")] = None,
    resume: Annotated[bool, Option("--resume/--fresh", help="Go on where a run stopped, or begin anew.")] = True,
    check: Annotated[Path | None, Option(help="Only check the certificates in this directory of results.")] = None,
    figures: Annotated[bool, Option("--figures/--no-figures", help="Draw figures, as PNG and SVG.")] = True,
    as_json: Annotated[bool, Option("--json", help="Print data for machines instead of tables.")] = False,
) -> None:
    """The exact worst case of GreedyLR on full batches over all convex L-smooth functions, with certificates.

    Numbers are exact: 0.3 is 3/10, and 1/3 is allowed.  Lists may follow an option, and low:high:count is evenly
    spaced: --factor 0.1:0.9:9.  Results are in units of L |x_0 - x*|^2.
    """
    from numerics.sweeps.backends import Backend  # noqa: PLC0415
    from numerics.sweeps.store import SweepError  # noqa: PLC0415
    from verification.worst_case.report import recheck, report  # noqa: PLC0415
    from verification.worst_case.sweep import WorstCases  # noqa: PLC0415

    try:
        if check is not None:
            recheck(check, as_json=as_json)
            return
        options = WorstCases(
            factor=_numbers("factor", factor), comparison=tuple(rule), order=tuple(order),
            patience=_counts("patience", patience), gamma0=_numbers("gamma0", gamma0), max_lr=_limits(max_lr),
            steps=_counts("steps", steps), measure=tuple(metric), certified=certify, patterns=patterns,
        )  # fmt: skip
        chosen = Backend(backend, workers)
    except (TypeError, ValueError) as error:
        refuse("worst-case", str(error), 2)
    except SweepError as error:
        refuse("worst-case", str(error), 1)
    try:
        folder = out or OUT / f"worst-case-{options.name()}"
        result = swept("worst cases", options.sweep(), folder, chosen, resume=resume, quiet=as_json)
        found = report(result, draw=figures, as_json=as_json)
    except SweepError as error:
        refuse("worst-case", str(error), 1)
    if not found:
        raise typer.Exit(1)


def _numbers(name: str, words: Sequence[str]) -> tuple[Fraction, ...]:
    return tuple(x for word in words for x in _spread(name, word, _fraction))


def _limits(words: Sequence[str]) -> tuple[Fraction | None, ...]:
    return tuple(x for word in words for x in ((None,) if word == "none" else _numbers("max-lr", [word])))


def _counts(name: str, words: Sequence[str]) -> tuple[int, ...]:
    return tuple(x for word in words for x in _spread(name, word, _whole))


def _spread(name: str, word: str, read: Callable[[str, str], T]) -> list[T]:
    """One value, or the evenly spaced ones of ``low:high:count``."""
    parts = word.split(":")
    if len(parts) == 1:
        return [read(name, word)]
    if len(parts) != 3:
        raise ValueError(f"--{name} takes values and low:high:count, got {word!r}: for example 2:10:5.")
    low, high = _fraction(name, parts[0]), _fraction(name, parts[1])
    count = int(parts[2]) if parts[2].isdecimal() else 0
    if not 2 <= count <= MOST:
        raise ValueError(f"--{name} {word!r} needs a count from 2 to {MOST}: it spaces both ends and those between.")
    return [read(name, str(low + (high - low) * k / (count - 1))) for k in range(count)]


def _fraction(name: str, word: str) -> Fraction:
    try:
        return Fraction(word)
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"--{name} takes numbers such as 0.3 or 1/3, got {word!r}.") from None


def _whole(name: str, word: str) -> int:
    try:
        return int(word)
    except ValueError:
        raise ValueError(f"--{name} takes whole numbers, got {word!r}.") from None
