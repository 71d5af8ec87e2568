"""Whether noise in the reported loss reaches schedules that do not look at it: the kept runs, bit against bit."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from verification.measured import Measured
from verification.schedulers.kept import tables


@cache
def blind() -> Measured:
    """Every run under noise beside the one without, of schedules that look at losses and of those that do not."""
    rows = tables("blind", "all")["runs"].to_pylist()
    clean = {(r["problem"], r["optimizer"], r["schedule"]): r["sha256"] for r in rows if r["kind"] == "none"}
    same = {True: 0, False: 0}
    of = {True: 0, False: 0}
    for r in rows:
        if r["kind"] != "none":
            of[r["watches"]] += 1
            same[r["watches"]] += r["sha256"] == clean[r["problem"], r["optimizer"], r["schedule"]]
    problems, optimizers = ({r[name] for r in rows} for name in ("problem", "optimizer"))
    fixed = {r["schedule"] for r in rows if not r["watches"]}
    return Measured(
        f"{len(problems)} problems, {len(optimizers)} optimizers, {len(fixed)} schedules that do not look at the loss,"
        f" four kinds of noise of ten times the loss, 120 steps: {same[False]} of {of[False]} runs have the bits of the"
        f" run without noise; of the schedules that look at it (GreedyLR and ReduceLROnPlateau) {same[True]} of"
        f" {of[True]}",
        same[False] == 0,
    )


def measurements() -> dict[str, Callable[[], Measured]]:
    """The runs, by the claim they stand beside."""
    return {"schedulers.blind": blind}
