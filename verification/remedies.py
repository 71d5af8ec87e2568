"""Which options remove or dilute the bias of Algorithm 1 on two samples, exact where a finite chain decides, and
simulated: ``python -m verification.remedies`` prints the table.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from greedylr.rule import Rule
from numerics.bias import Simulated, long_run
from theory.bias_chain import chain, stationary_mean

FACTOR, HIGH, LOW = Fraction(1, 2), Fraction(1, 50), Fraction(1, 200)  # two cuts deep: batches use the whole range
RUNS, STEPS, SEED = 60, 20_000, 20251214


@dataclass(frozen=True)
class Row:
    """One variant: the exact limit of E x_t if the samples alone decide the rates, and its simulation."""

    name: str
    exact: Fraction | None
    simulated: Simulated

    @property
    def agrees(self) -> bool:
        """Whether the exact value lies in the simulation's 99.9% interval."""
        return self.exact is None or self.simulated.mean.holds(float(self.exact))


VARIANTS: tuple[tuple[str, dict[str, Any], int], ...] = (
    ("Algorithm 1 as printed", {"order": "same"}, 1),
    ("the order of a PyTorch loop", {"order": "next"}, 1),
    ("patience 1", {"order": "same", "patience": 1}, 1),
    ("patience 10", {"order": "same", "patience": 10}, 1),
    ("batches of 2", {"order": "same"}, 2),
    ("batches of 4", {"order": "same"}, 4),
    ("batches of 8", {"order": "same"}, 8),
    ("batches of 16", {"order": "same"}, 16),
    ("losses smoothed over 2", {"order": "same", "window": 2}, 1),
    ("losses smoothed over 10", {"order": "same", "window": 10}, 1),
    ("losses smoothed over 50", {"order": "same", "window": 50}, 1),
    ("the best loss so far", {"order": "same", "comparison": "best"}, 1),
)


def table(runs: int = RUNS, steps: int = STEPS, seed: int = SEED) -> Iterator[Row]:
    """A row for every variant, at F = 1/2 and rates in [1/200, 1/50]."""
    for name, options, batch in VARIANTS:
        exact = None
        if not {"window", "comparison"} & options.keys():
            exact = stationary_mean(chain(Rule(factor=FACTOR, min_lr=LOW, max_lr=HIGH, **options), HIGH, batch))
        rule = Rule(factor=float(FACTOR), min_lr=float(LOW), max_lr=float(HIGH), **options)
        yield Row(name, exact, long_run(rule, batch=batch, runs=runs, steps=steps, seed=seed))


def lines(rows: list[Row]) -> str:
    """The table as text."""
    head = (
        f"{'limit of the mean iterate (x* = 0)':36} {'exact':>9} {'simulated, 99.9% interval':>27} {'last rates':>11}"
    )
    text = [head]
    for row in rows:
        s = row.simulated
        exact = f"{float(row.exact):9.4f}" if row.exact is not None else f"{'':9}"
        interval = f"{s.mean.value:.4f} [{s.mean.low:.4f}, {s.mean.high:.4f}]"
        text.append(f"{row.name:36} {exact} {interval:>27} {s.rate:11.4f}")
    s = rows[0].simulated
    text.append(f"F = 1/2, rates in [1/200, 1/50], {s.runs} runs of {s.steps} steps each, seed {s.seed}")
    return "\n".join(text)


if __name__ == "__main__":
    sys.stdout.write(lines(list(table())) + "\n")
