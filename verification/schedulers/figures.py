"""Draw the kept runs of the studies: ``python -m verification.schedulers.figures``, into ``figures`` beside this."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from numerics.figures import save
from numerics.robustness import figures as draw
from numerics.robustness.summary import overall, pairs, spreads
from numerics.sweeps import store
from verification.schedulers.by_optimizer import GREEDY, HORIZONS, OTHERS, about
from verification.schedulers.kept import runs, tables
from verification.schedulers.under_noise import ABOUT, FELT, FIXED

FOLDER = Path(__file__).with_name("figures")
REPORTED = ("none", "gaussian", "periodic-spike", "random-spike", "adversarial")
SCHEDULES = ("greedy-best-1", "greedy-best-10", *FIXED)


def medians() -> Any:
    """The paper's Figure 4."""
    return draw.medians(list(spreads(runs("robustness", "clean", "noisy"), "final")), f"{ABOUT}, own best rates")


def heatmap() -> Any:
    """The paper's Figure 5, with what every schedule feels."""
    found = overall(pairs(runs("robustness", "clean", "noisy", "felt"), SCHEDULES, ("cosine",)), ("kind",))
    title = f"{ABOUT}: final loss, times that of cosine"
    return draw.heatmap(found, [n for n in SCHEDULES if n != "cosine"], (*REPORTED, *FELT), title)


def trajectories() -> Any:
    """The paper's Figure 10."""
    of = tables("robustness", "clean")
    problems = list(dict.fromkeys(of["runs"]["problem"].to_pylist()))
    return draw.trajectories(of["runs"], of["curves"], "problem", problems, f"{ABOUT}, no noise")


def kicked() -> Any:
    """The same where all feel something."""
    of = tables("robustness", "felt")
    return draw.trajectories(
        of["runs"], of["curves"], "kind", FELT, f"{ABOUT}, perturbations that every schedule feels"
    )


def rates() -> Any:
    """The paper's Figure 11: rates under noise."""
    curves = tables("robustness", "dynamics")["curves"]
    return draw.rates(curves, REPORTED, f"{ABOUT}: GreedyLR's rate with noise in the reported loss")


def sensitivity() -> Any:
    """Over the initial rate."""
    return draw.sensitivity(runs("robustness", "sensitivity"), f"{ABOUT}, no noise")


def forest() -> Any:
    """GreedyLR against the others, each from its own best rate."""
    found = {}
    for steps in HORIZONS:
        table = runs("study", f"own-{steps}")
        found[about(table, steps)] = overall(pairs(table, (GREEDY,), OTHERS), ())
    return draw.forest(found, "GreedyLR, best loss, patience 10, each from its own best rate")


FIGURES: Mapping[str, Callable[[], Any]] = {
    "medians": medians,
    "heatmap": heatmap,
    "trajectories": trajectories,
    "kicked": kicked,
    "rates": rates,
    "sensitivity": sensitivity,
    "own-rates": forest,
}


def main(folder: Path = FOLDER) -> None:
    """Write all of them, as PNG and SVG."""
    for name, figure in FIGURES.items():
        drawn = figure()
        for kind in ("png", "svg"):
            with store.replacing(store.directory(folder) / f"{name}.{kind}") as file:
                save(drawn, file, kind)


if __name__ == "__main__":
    main()
