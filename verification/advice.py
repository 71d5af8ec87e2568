"""Is this configuration of GreedyLR safe?  Which theorem of the ledger speaks of it, and what it says, in numbers.

Nothing here is more than the ledger holds: every finding names the claims that it rests on, and where no theorem
speaks it says so.  ``g`` is max_lr L, at the upper end of what is known of L.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np

from greedylr.checks import check_choice, check_number
from greedylr.rule import Rule
from numerics import phases

Level = Literal["guaranteed", "warning", "unsafe", "no theorem"]
BORDER = 1e-9  # the criterion is evaluated in floating point: what is so close to it is not called safe
OPTIMIZERS = ("sgd", "adam", "adamw", "other")


@dataclass(frozen=True)
class Finding:
    """What one theorem, or the lack of one, means here."""

    level: Level
    says: str
    rests_on: tuple[str, ...] = ()  # claims of the ledger
    change: str = ""


@dataclass(frozen=True)
class Configuration:
    """A rule, where it starts, and what is known of the losses that it sees; rates in the units of 1/L."""

    rule: Rule
    gamma0: float | None = None
    smoothness: tuple[float, float] | None = None  # the least and the largest that L may be
    estimated: bool = False  # L comes from samples of the curvature, not from a proof
    full_batch: bool = False
    convex: bool = False
    optimizer: str = "sgd"
    steps: int | None = None

    def __post_init__(self) -> None:
        """Refuse what no run could mean."""
        check_choice("optimizer", self.optimizer, OPTIMIZERS)
        if self.gamma0 is not None:
            self.rule.start(self.gamma0)
        if self.smoothness is not None:
            low, high = self.smoothness
            check_number("smoothness", low)
            check_number("smoothness", high)
            if not 0 < low <= high < math.inf:
                raise ValueError(
                    f"smoothness must be L, or the least and the largest that L may be, got {low!r} {high!r}: positive,"
                    " finite and in that order."
                )
        if self.steps is not None and self.steps < 1:
            raise ValueError(f"steps must be at least 1, got {self.steps!r}: a bound after no step says nothing.")

    @property
    def g(self) -> Fraction | float:
        """max_lr L, at the largest L: exact, as borders of theorems are compared with it; infinite without a cap."""
        assert self.smoothness is not None
        largest, cap = Fraction(self.smoothness[1]), self.rule.max_lr
        return math.inf if math.isinf(cap) else Fraction(cap) * largest

    @property
    def patient(self) -> bool:
        """Whether patience is the only option of Algorithm 2 besides factor, comparison and order."""
        r = self.rule
        return (r.cooldown, r.warmup, r.window, r.threshold, r.eps, r.reset) == (0, 0, 1, 0, 0, None)


def advise(configuration: Configuration) -> list[Finding]:
    """All that is known of it, what is certain first."""
    c = configuration
    if c.optimizer != "sgd":
        says = f"no theorem here applies to {c.optimizer}: all of them are about steps along the gradient itself"
        return [Finding("no theorem", says, change="nothing here says which max_lr is safe; measure it")]
    if c.smoothness is None:
        return [_unknown()]
    found = [*(_full_batch(c) if c.full_batch else _sampled(c)), *_one_dimension(c), *_caveats(c)]
    order = ("guaranteed", "unsafe", "warning", "no theorem")
    return sorted(found, key=lambda finding: order.index(finding.level))


def suggested(configuration: Configuration) -> float | None:
    """The max_lr under which the plainest theorem holds: 2/L less a hundredth for full batches, else 1/(2L)."""
    c = configuration
    if c.smoothness is None or c.optimizer != "sgd":
        return None
    return (1.98 if c.full_batch else 0.5) / c.smoothness[1]


def _unknown() -> Finding:
    return Finding(
        "no theorem",
        "without the smoothness constant L nothing can be guaranteed: what decides is max_lr L",
        ("A.1.repaired",),
        "give L with --smoothness, or a PyTorch loss with --loss to estimate it",
    )


def _full_batch(c: Configuration) -> Iterator[Finding]:
    g, low = c.g, float(c.rule.min_lr)
    if g <= 2:
        says = f"max_lr L = {_number(g)} is at most 2: no step raises the loss, whatever the factor and the rule"
        yield Finding("guaranteed", says, ("full-batch.descent",))
    if g < 2 and c.convex and low > 0:
        first = 1 / (2 * low * float(min(1, 2 - g)))
        says = f"f(x_T) - f* <= {first:.4g} |x_0 - x*|^2 / T{_at(c, first)}"
        yield Finding("guaranteed", says, ("full-batch.theorem",))
    elif g < 2 and c.convex:
        change = "set a positive min_lr"
        yield Finding("warning", "min_lr is 0: the bound on f(x_T) - f* is infinite", ("full-batch.theorem",), change)
    if g > 2:
        yield from _above_two(c, g)


def _above_two(c: Configuration, g: Fraction | float) -> Iterator[Finding]:
    """Full batches and a cap beyond 2/L, or none."""
    factor, largest = Fraction(c.rule.factor), (c.smoothness or (1.0, 1.0))[1]
    low = Fraction(c.rule.min_lr) * Fraction(largest)
    border, quadratics = min(2 + 2 * factor, 1 + 1 / factor), 1 + 1 / factor
    down = f"lower max_lr to at most 2/L = {2 / largest:.4g}"
    covered = c.rule.comparison == "previous" and c.rule.order == "same" and c.patient and not c.rule.patience
    if covered and c.convex:
        down += f", or {float(border) / largest:.4g}, up to which the loss stays bounded"
    if covered and g > quadratics and low <= 1 + factor:
        says = (
            f"max_lr L = {_number(g)} is above 1 + 1/F = {float(quadratics):.4g}: some quadratic with this L diverges"
        )
        says += " from some initial rate"
        yield Finding("unsafe", says, ("stability.cap-diverges",), down)
    elif covered and c.convex and g <= border and 0 < low <= 2 * factor:
        says = (
            f"max_lr L = {_number(g)} is at most min(2 + 2F, 1 + 1/F) = {float(border):.4g}: f(x_t) - f* never exceeds"
        )
        yield Finding("guaranteed", f"{says} {max(1.0, float(g - 1) ** 2):.4g} times its start", ("stability.cap",))
    else:
        says = f"max_lr L = {_number(g)} is above 2, and no theorem bounds the loss of this configuration there"
        yield Finding("no theorem", says, ("stability.cap",), down)


def _sampled(c: Configuration) -> Iterator[Finding]:
    if c.rule.order == "same":
        says = "a rate chosen from the sample that it is used on weighs dear samples down: even as the rates tend to 0"
        change = "call scheduler.step(loss) after optimizer.step()"
        yield Finding("unsafe", f"{says} the iterates may settle off the minimiser", ("bias.limit",), change)
    elif c.g >= 2:
        says = f"max_lr L = {_number(c.g)} is at least 2: no theorem bounds the loss"
        yield Finding("no theorem", says, ("wide.theorem",), f"lower max_lr below {_half(c):.4g} = 1/(2L)")
    elif c.rule.min_lr == 0:
        says = "min_lr is 0: every bound of the form 1/(min_lr T) is infinite"
        yield Finding("warning", says, ("sharp.theorem",), "set a positive min_lr")
    else:
        yield _bound(c)


def _bound(c: Configuration) -> Finding:
    """E f(xbar_T) - f* <= first |x_0 - x*|^2 / T + noise s2, s2 the mean squared gradient of the samples at x*."""
    g, low, high = c.g, float(c.rule.min_lr), float(c.rule.max_lr)
    below = float(2 - g)  # positive, as the caller has seen
    if g < 1:
        first, noise, claim = 1 / (2 * low), high**2 / (2 * low * float(1 - g)), "sharp.theorem"
    if g >= 1 or 1 / (low * below) < first:
        first, noise, claim = 1 / (low * below), float(2 + g) * high**2 / (low * below**2), "wide.theorem"
    says = f"E f(xbar_T) - f* <= {first:.4g} |x_0 - x*|^2 / T{_at(c, first)} + {noise:.4g} s2, the noise floor"
    if c.convex:
        return Finding("guaranteed", says, (claim, "pytorch-order"))
    return Finding("no theorem", f"were the loss of every sample convex: {says}", (claim,), "say --convex if they are")


def _at(c: Configuration, first: float) -> str:
    return f", {first / c.steps:.4g} |x_0 - x*|^2 after {c.steps} steps" if c.steps else ""


def _one_dimension(c: Configuration) -> Iterator[Finding]:
    """What happens on L x^2/2 with full batches, where no cap keeps the rule from passing 2/L."""
    factor, kind = float(c.rule.factor), (c.rule.comparison, c.rule.order, c.rule.patience)
    if c.g <= 2 or not c.patient:
        return
    claim, what = _criterion(factor, *kind)
    share = phases.share(factor, comparison=kind[0], order=kind[1], patience=kind[2])
    if math.isinf(c.g) and share > 0:
        says = f"on L x^2/2 {share:.1%} of all initial rates below 2/L {what}"
        yield Finding("unsafe", says, (claim,), "cap max_lr at 2/L or below")
    elif math.isinf(c.g):
        says = "on L x^2/2 no initial rate below 2/L gets stuck; in several dimensions runs do, as measured"
        yield Finding("warning", says, (claim, "stability.several-dimensions"), "cap max_lr at 2/L or below")
    yield from _phase(c, claim, kind)


def _criterion(factor: float, comparison: str, order: str, patience: int) -> tuple[str, str]:
    """The claim that decides a phase, and what phases do that fail it."""
    if comparison == "previous":
        return ("stability.previous" if (order, patience) == ("next", 0) else "stability.previous-share"), "diverge"
    if order == "next":
        return "stability.order", "get stuck"
    return ("stability.best-half" if factor >= 0.5 else "stability.best-threshold"), "get stuck"


def _phase(c: Configuration, claim: str, kind: tuple[str, str, int]) -> Iterator[Finding]:
    """Whether the run from gamma0 converges on L x^2/2, L and gamma0 being known and no cap in the way."""
    (low, high), factor = c.smoothness or (0.0, 1.0), float(c.rule.factor)
    if low < high or c.gamma0 is None or not c.gamma0 * high < 2:
        return
    phase = c.gamma0 * high
    while phase / factor < 2:
        phase /= factor
    if phase / factor ** (2 if kind[1:] == ("next", 0) else 1) > c.g:
        return
    value = phases.multiplier(factor, np.array([phase]), comparison=kind[0], order=kind[1], patience=kind[2])[0]
    says = f"from gamma0 = {c.gamma0:g} the phase is {phase:.6g}/L, and the run on L x^2/2"
    if value > -BORDER:
        end = "diverges" if kind[0] == "previous" else "gets stuck"
        yield Finding(
            "unsafe", f"{says} {end}, or is at the border", (claim,), "change gamma0, or cap max_lr at 2/L or below"
        )
    else:
        yield Finding("warning", f"{says} converges; from another gamma0 it may not", (claim,))


def _caveats(c: Configuration) -> Iterator[Finding]:
    if c.estimated:
        says = "L is an estimate from below, along one trajectory and on one batch: elsewhere the loss may be steeper"
        yield Finding("warning", says, change="leave room below the suggested max_lr; convexity was not tested")
    if not c.full_batch and c.rule.comparison == "best":
        pace = float(c.rule.factor) ** (1 / (c.rule.patience + 1))
        says = f"once noisy losses stop improving, the best loss stays and the rate falls by about {pace:.4g} a step"
        yield Finding("warning", says, change="keep min_lr positive: the rate ends there")


def _half(c: Configuration) -> float:
    return 0.5 / (c.smoothness or (1.0, 1.0))[1]


def _number(g: Fraction | float) -> str:
    return f"{float(g):.4g}" if math.isfinite(g) else "infinite (no max_lr)"
