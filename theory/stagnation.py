"""When GreedyLR, comparing with the best loss, gets stuck on x^2/2: the criterion, and for which F no phase is stuck.

Uncapped, from a rate below 2/L = 2, the rates are a F^k for integers k, a the largest of them below 2: the *phase* a is
in [2F, 2).  The rate a/F overshoots, and then the rates fall until the loss beats its best.  It never does iff

    order "same", any patience     (a/F - 1) P(a) >= 1,                  P(a) = prod_{k >= 0} |1 - a F^k|
    order "next", patience 0       (a/F - 1)^2 (a/F^2 - 1) P(a) >= 1     it rises once more before the loss is seen
    order "next", patience p > 0   (a/F - 1)^(p+2) P(a)^(p+1) >= 1       a/F is used once more

For fixed a each left side falls as F rises, as long as a F < 1: then every factor falls.  So below a factor at which
some phase is stuck every factor has such a phase, and one end of every box of factors decides the box.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from flint import arb, ctx

from theory.arithmetic import approx
from theory.intervals import ball, lower, precise, upper

Q = Fraction
SMALLEST = Q(1, 2**60)  # of the boxes that are cut further


class Undecided(ArithmeticError):  # noqa: N818 - a verdict, not a malfunction
    """The balls are too large, or the statement is false."""


@dataclass(frozen=True)
class Criterion:
    """The left side of the criterion, for phases in [2F, 2)."""

    order: Literal["same", "next"] = "same"
    patience: int = 0

    def powers(self) -> tuple[int, int, int]:
        """The exponents of a/F - 1, of a/F^2 - 1 and of P(a)."""
        if self.order == "same":
            return 1, 0, 1
        return (2, 1, 1) if self.patience == 0 else (self.patience + 2, 0, self.patience + 1)

    def value(self, factor: arb, phase: arb) -> arb:
        """The left side."""
        once, twice, rest = self.powers()
        return (phase / factor - 1) ** once * (phase / factor**2 - 1) ** twice * falling(factor, phase) ** rest

    def slope(self, factor: arb, phase: arb) -> arb:
        """The derivative of its logarithm by the phase."""
        once, twice, rest = self.powers()
        return once / (phase - factor) + twice / (phase - factor**2) + rest * falling_slope(factor, phase)


def falling(factor: arb, phase: arb) -> arb:
    """prod_{k >= 0} |1 - a F^k|; the tail from K on lies in [1 - a F^K/(1 - F), 1], by Weierstrass's inequality."""
    product, rate = arb(1), phase
    while not _negligible(rate):
        product, rate = product * abs(1 - rate), rate * factor
    return product * (1 - rate / (1 - factor)).union(arb(1))


def falling_slope(factor: arb, phase: arb) -> arb:
    """The derivative of its logarithm, -sum F^k/(1 - a F^k); the tail is between 0 and F^K / ((1 - F)(1 - a F^K))."""
    total, power = arb(0), arb(1)
    while not _negligible(phase * power):
        total, power = total - power / (1 - phase * power), power * factor
    return total - (power / ((1 - factor) * (1 - phase * power))).union(arb(0))


def _negligible(rate: arb) -> bool:
    return bool(rate < arb(2) ** -ctx.prec)


@dataclass(frozen=True)
class Box:
    """Factors and phases between rationals."""

    factors: tuple[Fraction, Fraction]
    phases: tuple[Fraction, Fraction]

    def halves(self) -> tuple[Box, Box]:
        """The box cut across its longer side; factors for which the low end decides are left whole."""
        (f0, f1), (a0, a1) = self.factors, self.phases
        if f1 * a1 < 1 or f1 - f0 <= a1 - a0:
            middle = (a0 + a1) / 2
            return Box(self.factors, (a0, middle)), Box(self.factors, (middle, a1))
        middle = (f0 + f1) / 2
        return Box((f0, middle), self.phases), Box((middle, f1), self.phases)


@dataclass(frozen=True)
class Shown:
    """A bound of the left side over all factors and phases asked for, and the number of boxes that it took."""

    bound: Fraction
    boxes: int


def bounded(criterion: Criterion, low: Fraction, high: Fraction) -> Shown:
    """A bound below 1 of the left side for all F in [low, high] and a in [2F, 2]; ``Undecided`` where none is found."""
    waiting, bounds = [Box((low, high), (2 * low, Q(2)))], list[Fraction]()
    with precise(96):
        while waiting:
            box = waiting.pop()
            bound = _bound(criterion, box)
            if bound is not None and bound < 1:
                bounds.append(bound)
            elif box.phases[1] - box.phases[0] < SMALLEST:
                near = f"F = {approx(box.factors[0], 6)}, a = {approx(box.phases[0], 6)}"
                raise Undecided(
                    f"no bound below 1 was found near {near}: some phase is stuck, or the balls are too large."
                )
            else:
                waiting += box.halves()
    return Shown(max(bounds), len(bounds))


def _bound(criterion: Criterion, box: Box) -> Fraction | None:
    """Directly, or at one end where it is monotone in the phase, or from the middle and the slope."""
    (f0, f1), (a0, a1) = box.factors, box.phases
    factor = ball(f0) if f1 * a1 < 1 else ball(f0, f1)
    phase = ball(a0, a1)
    found = criterion.value(factor, phase)
    slope = criterion.slope(factor, phase)
    if not found < 1 and slope.is_finite():
        if slope > 0:
            found = criterion.value(factor, ball(a1))
        elif slope < 0:
            found = criterion.value(factor, ball(a0))
        else:
            middle = ball((a0 + a1) / 2)
            found = (criterion.value(factor, middle).log() + slope * (phase - middle)).exp()
    return upper(found) if found.is_finite() else None


def stuck(criterion: Criterion, factor: Fraction, phase: Fraction) -> Fraction:
    """A rational that is at most the left side; from 1 on the phase is stuck, here and for smaller F."""
    with precise():
        return lower(criterion.value(ball(factor), ball(phase)))


def beyond(criterion: Criterion, factor: Fraction) -> Fraction:
    """A rational that is at least the left side for every factor from this one on and every phase.

    Some rate a F^k, k >= 0, lies in [2F/(1 + F), 2/(1 + F)), where |1 - a F^k| <= (1 - F)/(1 + F); the other factors of
    P(a) are at most 1, and a < 2.  The bound falls as F rises.
    """
    once, twice, rest = criterion.powers()
    overshoot: Fraction = (2 / factor - 1) ** once * (2 / factor**2 - 1) ** twice
    nearest: Fraction = ((1 - factor) / (1 + factor)) ** rest
    return overshoot * nearest


def critical_factor(digits: int) -> tuple[Fraction, Fraction]:
    """F_c within 10^-digits, order "same": the root of (2/F - 1) prod_{k >= 1} (1 - 2 F^k) = 1 in (0, 1/2).

    Every factor of the left side is positive there and falls as F rises, so there is exactly one root.
    """
    low, high = Q(1, 4), Q(1, 2)
    with precise(64 + 4 * digits):
        while high - low > Q(1, 10**digits):
            middle = (low + high) / 2
            value = Criterion().value(ball(middle), arb(2))
            if value > 1:
                low = middle
            elif value < 1:
                high = middle
            else:
                raise Undecided(f"the sign at F = {middle} needs a higher precision than {ctx.prec} bits.")
    return low, high
