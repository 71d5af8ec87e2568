"""What ``greedylr fsweep --on llm`` prints, as tables and as data, and the figures it draws."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from math import isfinite
from pathlib import Path
from typing import Any

from rich.table import Table

from numerics.llm.outcome import FATES, Run, runs
from numerics.llm.run import CLOCK, read
from numerics.llm.summary import CATEGORIES, STAGES, Row, Tally, as_data, instances, rows, tally
from numerics.llm.sweep import RUNS, LanguageSweep
from numerics.statistics import Estimate
from numerics.sweeps import store
from numerics.sweeps.sweep import FIGURES, Result, load
from verification.terminal import terminal

PEAKS = {"H100": 989e12, "H200": 989e12, "A100": 312e12}  # dense bf16 operations a second, by the makers' data sheets


def report(options: LanguageSweep, result: Result, folder: Path, *, figures: bool, as_json: bool) -> None:
    """Print the tables, or the data, of a finished sweep, and draw it."""
    found = runs(load(result.out), options.setting.rate)
    table, counted, clock = rows(found), tally(instances(found)), speed(options, folder)
    files = [str(path) for path in _draw(folder, found, title(options))] if figures else []
    if as_json:
        data = {
            "configuration": options.plain(),
            "rows": [as_data(row) for row in table],
            "against_cosine": None if counted is None else tally_data(counted),
            "instances": [{**i.arm.plain(), "seed": i.seed, "deltas": i.deltas, "largest": i.largest, "at": i.at}
                          for i in instances(found)],
            "speed": clock,
            "out": str(folder),
            "figures": files,
            "computed_tasks": result.computed,
            "changes": list(result.changes),
        }  # fmt: skip
        sys.stdout.write(json.dumps(data, indent=2) + "\n")
        return
    console = terminal()
    console.print(arm_table(title(options), table))
    console.print(
        f"{options.seeds} seed(s) from {options.seed}, {options.setting.steps} steps; held-out loss: median of the"
        f" runs that did not fail, start {found[0].start:.3f}; diverged: no number, or 5% above the start; collapsed:"
        " back at it; stalled: never left it; below cosine from the same rate: means over the seeds where neither"
        " failed, 95% intervals",
        style="dim",
    )
    if counted is not None:
        console.print(tally_line(counted))
    for line in speed_lines(clock):
        console.print(line)
    for change in result.changes:
        console.print(
            f"these results are of other code or packages: {change}; --fresh computes them again", style="yellow"
        )
    console.print(f"results and figures: {folder}")


def title(options: LanguageSweep) -> str:
    """The model and what it was trained on."""
    how = f"LoRA r {options.setting.rank}" if options.setting.rank else "all parameters"
    return f"{options.setting.model} on {options.setting.data}, {how}"


def arm_table(heading: str, table: Sequence[Row]) -> Table:
    """A line for every arm."""
    made = Table(title=heading, title_justify="left", title_style="bold", box=None, pad_edge=False)
    made.add_column("arm")
    made.add_column("runs")
    for name in ("held-out loss", "peak", *(f"% below cosine\nat {stage}" for stage in STAGES)):
        made.add_column(name, justify="right")
    for row in table:
        made.add_row(*_cells(row), style="yellow" if row.failed.value else None)
    return made


def _cells(row: Row) -> Iterator[str]:
    yield row.arm.name
    yield ", ".join(f"{count} {fate}" for count, fate in zip(row.fates, FATES, strict=True) if count)
    yield f"{row.held_out.value:.3f}" if isfinite(row.held_out.value) else ""
    yield f"{row.peak:.3g} x"
    yield from (_interval(estimate) for estimate in row.better)


def _interval(estimate: Estimate | None) -> str:
    return "" if estimate is None else f"{estimate.value:+.1f} [{estimate.low:+.1f}, {estimate.high:+.1f}]"


def tally_line(counted: Tally) -> str:
    """The paper's Tables 5 to 7 in numbers of this sweep."""
    named = ", ".join(f"{name} {count}" for name, count in zip(CATEGORIES, counted.counts, strict=True))
    better = ", ".join(f"{100 * b.value:.0f}% at {s}" for b, s in zip(counted.better, STAGES, strict=True))
    average = f"average {counted.average:+.2f}%" if isfinite(counted.average) else "no average"
    failed = f" of the runs that did not fail ({counted.failed} did)" if counted.failed else ""
    return (
        f"GreedyLR against cosine in the paper's categories: {named}; as good or better"
        f" {100 * counted.as_good:.1f}%; better: {better}; {average}{failed}"
    )


def tally_data(counted: Tally) -> dict[str, Any]:
    """The same for machines."""
    return {
        "counts": dict(zip(CATEGORIES, counted.counts, strict=True)),
        "as_good_or_better": counted.as_good,
        "better_by_stage": {s: b.value for s, b in zip(STAGES, counted.better, strict=True)},
        "average_per_cent": counted.average if isfinite(counted.average) else None,
        "failed": counted.failed,
    }


def speed(options: LanguageSweep, folder: Path) -> dict[str, Any] | None:
    """Tokens a second, memory and share of the accelerator's peak, from the clocks of the runs; None without any."""
    lines = [line for path in sorted((folder / RUNS).glob(f"*/{CLOCK}")) for line in read(path) if line["steps"]]
    if not lines:
        return None
    tokens = sum(line["tokens_per_second"] * line["seconds"] for line in lines) / sum(line["seconds"] for line in lines)
    device = lines[-1]["device"]
    each = 4 * lines[-1]["parameters"] + 2 * lines[-1]["trained"]  # forward, back, weights
    each /= lines[-1].get("processes", 1)  # all of them made the tokens, each on its own device
    most = next((peak for name, peak in PEAKS.items() if name in device), None)
    return {
        "device": device,
        "tokens_per_second": tokens,
        "peak_bytes": max((line["peak_bytes"] or 0 for line in lines), default=0) or None,
        "share_of_peak": tokens * each / most if most and options.setting.bf16 else None,
    }


def speed_lines(clock: dict[str, Any] | None) -> Iterator[str]:
    """One line, on an accelerator."""
    if clock and clock["device"] != "cpu":
        share = "" if clock["share_of_peak"] is None else f", {100 * clock['share_of_peak']:.0f}% of its bf16 peak"
        memory = f"{clock['peak_bytes'] / 2**30:.1f} GiB"
        yield f"{clock['device']}: {clock['tokens_per_second']:.0f} tokens/s{share}, {memory} at most"


def _draw(folder: Path, found: Sequence[Run], heading: str) -> Iterator[Path]:
    from numerics.figures import save  # noqa: PLC0415 - slow to import
    from numerics.llm.figures import figures  # noqa: PLC0415

    for name, figure in figures(found, heading).items():
        for kind in ("png", "svg"):
            path = store.directory(folder / FIGURES) / f"{name}.{kind}"
            with store.replacing(path) as file:
                save(figure, file, kind)
            yield path
