"""``greedylr advise``: is my configuration safe?"""

from __future__ import annotations

import json
import math
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from verification.sweeping import refuse

if TYPE_CHECKING:
    from verification.advice import Configuration, Finding

Option = typer.Option
STYLE = {"guaranteed": "green", "unsafe": "bold red", "warning": "yellow", "no theorem": "cyan"}


def advise(
    *,
    factor: Annotated[float, Option(help="The factor F.")] = 0.95,
    rule: Annotated[str, Option(help="Compare with the 'previous' or with the 'best' loss.")] = "best",
    order: Annotated[
        str, Option(help="Rates serve the 'same' sample or the 'next' one, as in a PyTorch loop.")
    ] = "next",
    patience: Annotated[int, Option(help="More losses than so many in a row move the rate.")] = 10,
    min_lr: Annotated[float, Option(help="The lower limit.")] = 0.0,
    max_lr: Annotated[str, Option(help="The upper limit, or 'none'.")] = "none",
    gamma0: Annotated[float | None, Option(help="The initial learning rate.")] = None,
    smoothness: Annotated[list[float] | None, Option(help="L, or the least and the largest that it may be.")] = None,
    full_batch: Annotated[bool, Option("--full-batch/--sampled", help="Losses of all data, or of samples.")] = False,
    convex: Annotated[bool, Option("--convex/--unknown", help="Whether the loss of every sample is convex.")] = False,
    optimizer: Annotated[str, Option(help="sgd, adam, adamw or other.")] = "sgd",
    steps: Annotated[int | None, Option(help="T, for bounds after so many steps.")] = None,
    loss: Annotated[str | None, Option(metavar="MODULE:FUNCTION", help="A PyTorch loss to estimate L from.")] = None,
    loss_steps: Annotated[int, Option(help="SGD steps along which the curvature of --loss is looked at.")] = 20,
    loss_lr: Annotated[float, Option(help="The rate of these steps.")] = 1e-3,
    seed: Annotated[int, Option(help="The seed of the estimate.")] = 20251214,
    as_json: Annotated[bool, Option("--json", help="Print data for machines instead of text.")] = False,
) -> None:
    """Say which theorem applies to a configuration, what it guarantees, and what to change.

    --loss names a function without arguments that returns (parameters, closure): the closure returns the loss of a
    batch.  Rates are in the units of 1/L.  Exit status 1 if something is known to go wrong.
    """
    from greedylr.rule import Rule  # noqa: PLC0415 - keeps --help fast
    from verification.advice import Configuration  # noqa: PLC0415
    from verification.advice import advise as findings  # noqa: PLC0415

    try:
        if loss and smoothness:
            raise ValueError("--loss and --smoothness both say what L is: give one of them.")
        estimate = _estimate(loss, loss_steps, loss_lr, seed) if loss else None
        configuration = Configuration(
            Rule(
                factor=factor, comparison=rule, order=order, patience=patience, min_lr=min_lr, max_lr=_limit(max_lr)  # type: ignore[arg-type]
            ),
            gamma0=gamma0, smoothness=_range(smoothness, estimate), estimated=estimate is not None,
            full_batch=full_batch, convex=convex, optimizer=optimizer, steps=steps,
        )  # fmt: skip
    except (TypeError, ValueError, ImportError) as error:
        refuse("advise", str(error), 2)
    found = findings(configuration)
    _print(configuration, found, estimate, as_json=as_json)
    if any(finding.level == "unsafe" for finding in found):
        raise typer.Exit(1)


def _limit(word: str) -> float:
    if word == "none":
        return math.inf
    try:
        return float(word)
    except ValueError:
        raise ValueError(f"--max-lr takes a number or 'none', got {word!r}.") from None


def _range(given: list[float] | None, estimate: dict[str, Any] | None) -> tuple[float, float] | None:
    if estimate is not None:
        return (estimate["largest"],) * 2
    if not given:
        return None
    if len(given) > 2:
        raise ValueError(
            f"--smoothness takes L, or the least and the largest that it may be, got {len(given)} numbers."
        )
    return given[0], given[-1]


def _estimate(path: str, steps: int, lr: float, seed: int) -> dict[str, Any]:
    """The largest curvature met along a short run, and how reliable it is."""
    from numerics.curvature import along_trajectory  # noqa: PLC0415
    from numerics.user_loss import load_loss, opened  # noqa: PLC0415

    parameters, closure = opened(load_loss(path))
    run = along_trajectory(parameters, closure, steps=steps, every=max(1, steps // 4), lr=lr, seed=seed)
    if not run.largest > 0:
        raise ValueError(f"no direction of positive curvature was met along {steps} steps: L cannot be estimated.")
    points = [
        {"step": p.step, "loss": p.loss, "largest": p.curvature.largest, "residual": p.curvature.residual,
         "converged": p.curvature.converged}
        for p in run.points
    ]  # fmt: skip
    return {"largest": run.largest, "points": points, "diverged_at": run.diverged_at, "seed": seed}


def _print(
    configuration: Configuration, found: list[Finding], estimate: dict[str, Any] | None, *, as_json: bool
) -> None:
    from verification.advice import suggested  # noqa: PLC0415

    most = suggested(configuration)
    if as_json:
        data: dict[str, Any] = {
            "findings": [{**vars(finding), "rests_on": list(finding.rests_on)} for finding in found],
            "suggested_max_lr": most,
            "smoothness": configuration.smoothness,
            "estimate": estimate,
        }
        sys.stdout.write(json.dumps(data, indent=2, allow_nan=False) + "\n")
        return
    from rich.text import Text  # noqa: PLC0415

    from verification.terminal import terminal  # noqa: PLC0415

    console = terminal()
    for point in (estimate or {}).get("points", ()):
        sure = "" if point["converged"] else ", not converged"
        console.print(Text(f"step {point['step']}: loss {point['loss']:.4g}, curvature {point['largest']:.4g}{sure}"))
    for finding in found:
        console.print(Text(finding.level, style=STYLE[finding.level]) + Text(f"  {finding.says}.", style=""))
        if finding.rests_on:
            console.print(Text(f"    {', '.join(finding.rests_on)}: see greedylr show", style="dim"))
        if finding.change:
            console.print(Text(f"    to change: {finding.change}."))
    if most is not None:
        console.print(Text(f"max_lr = {most:.4g} is where the plainest theorem holds", style="bold"))
