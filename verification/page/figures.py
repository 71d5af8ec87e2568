"""The figures of kept runs, and the tables behind them: which claim they belong to, and which command wrote them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from verification.language import figures as language
from verification.language import kept

TABLES = "python -m verification.language.publish"
DRAWN = "python -m verification.language.figures"


@dataclass(frozen=True)
class Figure:
    """A drawing under its file's name: what it shows, and the claims beside which it stands."""

    name: str
    alt: str
    claims: frozenset[str]

    @property
    def href(self) -> str:
        """Where it lies in the site."""
        return f"figures/{self.name}.svg"


FIGURES = (
    Figure(
        "smollm2-curves",
        "Training loss and learning rate against the step, without a cap and with one, a band for each F from the"
        " least to the greatest of the seeds: without a cap the bands of F = 0.25 and 0.5 rise above the first loss.",
        frozenset(["language.low-factor", "language.high-factors", "language.threshold"]),
    ),
    Figure(
        "smollm2-final-loss",
        "Held-out loss at the end against F, a dot for each run and a line through the medians, with lines for the"
        " loss at the start and for cosine: the medians of F = 0.75 and 0.99 lie below cosine's.",
        frozenset(["language.within", "language.threshold", *(f"language.shared-rate.{k}" for k in (1, 2, 3))]),
    ),
    Figure(
        "smollm2-peaks",
        "Held-out loss at the end against the highest rate of the run: the runs that end above the loss at the start"
        " are those whose rate went furthest beyond what is safe at a constant rate.",
        frozenset(["language.peak"]),
    ),
)
MEASURED_HERE = "language."  # how the names of the claims begin that rest on kept runs


def of(claim: str) -> tuple[Figure, ...]:
    """The figures beside a claim."""
    return tuple(figure for figure in FIGURES if claim in figure.claims)


def rests_on_runs(claim: str) -> bool:
    """Whether a claim is decided by kept runs."""
    return claim.startswith(MEASURED_HERE)


def tables() -> Mapping[str, tuple[str, ...]]:
    """The files of each kept sweep, as they lie in the site."""
    sweeps = sorted(path for path in kept.FOLDER.iterdir() if path.is_dir())
    return {s.name: tuple(f"results/{s.name}/{path.name}" for path in sorted(s.iterdir())) for s in sweeps}


def copies() -> Iterator[tuple[str, str | bytes]]:
    """Every figure and every kept table."""
    for figure in FIGURES:
        yield figure.href, (language.FOLDER / f"{figure.name}.svg").read_text()
    for path in (path for paths in tables().values() for path in paths):
        yield path, (kept.FOLDER / path.removeprefix("results/")).read_bytes()
