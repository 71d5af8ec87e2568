"""Measured shares of unstable initial rates on x^2/2 against those that the criteria give, for the ledger."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import product

from numerics import phases
from numerics.stability import StabilityMap, work
from numerics.statistics import share
from verification.measured import Measured

FACTORS = (0.1, 0.25, 0.3, 0.4, 0.5, 0.6, 0.75)
LEVEL = 0.999


def measurements() -> dict[str, Callable[[], Measured]]:
    """By the claim they stand beside."""
    return {
        "stability.previous-share": lambda: shares("previous", "same"),
        "stability.best-threshold": lambda: shares("best", "same"),
        "stability.order": lambda: shares("best", "next"),
        "stability.several-dimensions": several_dimensions,
        "factor.mean-rate": mean_rates,
    }


@cache
def several_dimensions() -> Measured:
    """The best loss in a PyTorch loop with patience 10: short runs, and runs four times as long."""
    factors, shown = (0.5, 0.7, 0.95), []
    kind = {"condition": 100.0, "noise": 0.0, "comparison": "best", "order": "next"}
    for steps in (3000, 12_000):
        options = StabilityMap(factors=factors, patience=(10,), phases=40, steps=steps)
        found = work(kind | {"configuration": options.plain()})["map"]["unstable"]
        shown.append([share(int(count), options.phases, LEVEL) for count in found])
    short, longer = shown
    pairs = zip(factors, short, longer, strict=True)
    return Measured(
        "share of initial rates that get stuck, after 3,000 and after 12,000 steps: "
        + "; ".join(f"F = {F:g}: {a}, {b}" for F, a, b in pairs)
        + f" (40 random ones, 99.9% intervals, seven eigenvalues from 1/100 to 1, patience 10, seed {options.seed})",
        min(short[0].low, short[1].low) > 0.3 and all(b.value >= a.value for a, b in zip(short, longer, strict=True)),
    )


@cache
def mean_rates() -> Measured:
    """The mean of ln |x_t| per step over phases, by midpoints, twice as many for a check of the quadrature."""
    factors = [round(0.36 + 0.01 * k, 2) for k in range(30)]
    coarse, fine = ([phases.mean_rate(factor, count) for factor in factors] for count in (10_001, 20_001))
    best = min(range(len(factors)), key=fine.__getitem__)
    apart = max(abs(a - b) for a, b in zip(coarse, fine, strict=True))
    rivals = [F for F, value in zip(factors, fine, strict=True) if value - fine[best] <= 4 * apart]
    return Measured(
        f"least at F = {factors[best]:g} among 0.36, 0.37, ..., 0.65: {fine[best]:.4f} a step, against"
        f" {fine[factors.index(0.5)]:.4f} at 0.5 and {fine[factors.index(0.4)]:.4f} at 0.4; 20,001 phases, which change"
        f" 10,001 by at most {apart:.1g}; within four times that of the least: {', '.join(f'{F:g}' for F in rivals)}",
        0.46 <= min(rivals) <= max(rivals) <= 0.48,
        "\n".join(f"F = {F:g}: {value:.4f}" for F, value in zip(factors, fine, strict=True)),
    )


@cache
def shares(comparison: str, order: str) -> Measured:
    """Runs of the rule from random phases, without a cap, for two patiences."""
    patience = (0, 1)
    options = StabilityMap(
        factors=FACTORS, comparison=(comparison,), order=(order,), patience=patience, condition=(1.0,), noise=(0.0,),
        phases=400, steps=1200,
    )  # fmt: skip
    arguments = {"condition": 1.0, "noise": 0.0, "comparison": comparison, "order": order}
    found = work(arguments | {"configuration": options.plain()})["map"]["unstable"]
    held, lines = 0, []
    for count, (factor, p) in zip(found, product(FACTORS, patience), strict=True):
        estimate = share(int(count), options.phases, LEVEL)
        told = phases.share(factor, comparison=comparison, order=order, patience=p)
        held += estimate.holds(told)
        lines.append(f"F = {factor:g}, patience {p}: {estimate}, the criterion gives {told:.4f}")
    return Measured(
        f"the share that the criterion gives lies in the 99.9% interval for {held} of {len(lines)} pairs of factor and"
        f" patience ({options.phases} random initial rates each, {options.steps} steps, seed {options.seed})",
        held == len(lines),
        "\n".join(lines),
    )
