"""The figures of kept runs, and the tables behind them: which claim they belong to, and which command wrote them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from verification.language import figures as language
from verification.language import kept as language_runs
from verification.schedulers import figures as schedulers
from verification.schedulers import kept as scheduler_runs
from verification.schedulers.by_optimizer import HORIZONS, JUDGED
from verification.schedulers.under_noise import FELT, FIXED, RULES


@dataclass(frozen=True)
class Figure:
    """A drawing under its file's name: what it shows, and the claims beside which it stands."""

    name: str
    alt: str
    claims: frozenset[str]
    folder: Path
    drawn: str

    @property
    def href(self) -> str:
        """Where it lies in the site."""
        return f"figures/{self.name}.svg"


@dataclass(frozen=True)
class Runs:
    """Kept runs: how the names of the claims begin that rest on them, where they lie, which command wrote them."""

    prefix: str
    folder: Path
    written: str

    def tables(self) -> dict[str, tuple[str, ...]]:
        """The files of each sweep, as they lie in the site."""
        sweeps = sorted(path.parent for path in self.folder.rglob("manifest.json"))
        name = self.prefix.rstrip(".")
        return {
            f"{name}/{s.relative_to(self.folder)}": tuple(
                f"results/{name}/{path.relative_to(self.folder)}" for path in sorted(s.rglob("*")) if path.is_file()
            )
            for s in sweeps
        }


RUNS = (
    Runs("language.", language_runs.FOLDER, "python -m verification.language.publish"),
    Runs("schedulers.", scheduler_runs.FOLDER, "python -m verification.schedulers.publish"),
)


def _language(name: str, alt: str, claims: Iterable[str]) -> Figure:
    return Figure(name, alt, frozenset(claims), language.FOLDER, "python -m verification.language.figures")


def _schedulers(name: str, alt: str, claims: Iterable[str]) -> Figure:
    names = frozenset(f"schedulers.{claim}" for claim in claims)
    return Figure(name, alt, names, schedulers.FOLDER, "python -m verification.schedulers.figures")


FIGURES = (
    _language(
        "smollm2-curves",
        "Training loss and learning rate against the step, without a cap and with one, a band for each F from the"
        " least to the greatest of the seeds: without a cap the bands of F = 0.25 and 0.5 rise above the first loss.",
        ["language.low-factor", "language.high-factors", "language.threshold"],
    ),
    _language(
        "smollm2-final-loss",
        "Held-out loss at the end against F, a dot for each run and a line through the medians, with lines for the"
        " loss at the start and for cosine: the medians of F = 0.75 and 0.99 lie below cosine's.",
        ["language.within", "language.threshold", *(f"language.shared-rate.{k}" for k in (1, 2, 3))],
    ),
    _language(
        "smollm2-peaks",
        "Held-out loss at the end against the highest rate of the run: the runs that end above the loss at the start"
        " are those whose rate went furthest beyond what is safe at a constant rate.",
        ["language.peak"],
    ),
    _language(
        "tiny-rates",
        "Held-out loss at the end against the initial rate, GreedyLR and cosine, a dot for each run and lines through"
        " the medians.",
        ["language.width", *(f"language.own-rate.{k}" for k in (1, 2, 3))],
    ),
    _schedulers(
        "medians",
        "Median final loss of each of five schedules over its 1,620 runs, with the band from 10% to 90%: the bands lie"
        " nearly upon each other, and the medians within a factor of three.",
        ["medians", "spread"],
    ),
    _schedulers(
        "heatmap",
        "Final loss of each schedule over cosine's, by kind of perturbation, as coloured numbers.",
        [*(f"{part}.{name}" for part in ("clean", "noisy") for name in FIXED), *FELT],
    ),
    _schedulers(
        "trajectories",
        "Loss over the first loss against the step on each of twelve problems, medians with bands, five schedules.",
        ["recovery-ratio", *(f"clean.{name}" for name in FIXED)],
    ),
    _schedulers(
        "kicked",
        "The same where parameters are kicked, labels permuted, gradients scaled or noisy: curves of all schedules rise"
        " together at a kick.",
        ["recovery-steps", *FELT],
    ),
    _schedulers(
        "rates",
        "GreedyLR's rate over its first against the step, without noise and with four kinds of noise in the reported"
        " loss, for five comparisons of losses.",
        [f"cost.{rule.removeprefix('greedy-')}" for rule in RULES],
    ),
    _schedulers(
        "sensitivity",
        "Final loss over the problem's lowest against the initial rate, a line for each schedule, with the share of"
        " runs that diverged below.",
        [f"shared.{name}" for name in FIXED],
    ),
    _schedulers(
        "own-rates",
        "Final loss of GreedyLR over that of each other schedule, with intervals, after 200 and after 1,000 steps.",
        [f"own-rate-{steps}.{name}" for steps in HORIZONS for name in JUDGED],
    ),
)


def of(claim: str) -> tuple[Figure, ...]:
    """The figures beside a claim."""
    return tuple(figure for figure in FIGURES if claim in figure.claims)


def runs_of(claim: str) -> Runs | None:
    """The kept runs that decide a claim."""
    return next((runs for runs in RUNS if claim.startswith(runs.prefix)), None)


def copies() -> Iterator[tuple[str, str | bytes]]:
    """Every figure and every kept table."""
    for figure in FIGURES:
        yield figure.href, (figure.folder / f"{figure.name}.svg").read_text()
    for runs in RUNS:
        name = runs.prefix.rstrip(".")
        for path in (path for paths in runs.tables().values() for path in paths):
            yield path, (runs.folder / path.removeprefix(f"results/{name}/")).read_bytes()
