"""The worst cases that the ledger quotes: each method with bounds, its certificates kept under the same name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from greedylr.rule import Rule
from theory.worst_case.certificate import UncertifiedError
from theory.worst_case.greedy import GreedyDescent
from theory.worst_case.kept import Kept, check_high, check_low

Q = Fraction


@dataclass(frozen=True)
class Bounds:
    """``low <= worst case <= high`` for the method, from |x_0 - x*| <= 1."""

    method: GreedyDescent
    low: Fraction
    high: Fraction

    def check(self, kept: Kept) -> int:
        """The number of patterns, after both bounds were checked exactly; ``UncertifiedError`` if one is not proved."""
        if self.low > self.high:
            raise UncertifiedError(f"the bounds {self.low} and {self.high} cross.")
        check_low(self.method, self.low, kept)
        return check_high(self.method, self.high, kept)


def _bounds(low: str, high: str, steps: int, factor: str, cap: str = "", gamma0: str = "1", L: int = 1) -> Bounds:
    """Algorithm 1 on full batches; rates and bounds are in units of 1/L and of L."""
    rule = Rule(factor=Q(factor), order="same")
    if cap:
        rule = replace(rule, max_lr=Q(cap) / L)
    return Bounds(GreedyDescent(rule, Q(gamma0) / L, steps, smoothness=Q(L)), L * Q(low), L * Q(high))


def table() -> dict[str, Bounds]:
    """By name."""
    best = _bounds("189780000", "189790000", 8, "1/2")
    loose = Rule(factor=Q(1, 2), order="same", comparison="best")
    return {
        "half-8": _bounds("876180", "876199", 8, "1/2"),
        "three-quarters-12": _bounds("30120.9", "30121.6", 12, "3/4"),
        "nine-tenths-12": _bounds("1218.34", "1218.37", 12, "9/10", gamma0="19/10"),
        "half-8-best": Bounds(GreedyDescent(loose, Q(1), 8), best.low, best.high),
        "three-quarters-3": _bounds("0.0542163", "0.0542175", 3, "3/4"),
        "nine-tenths-3": _bounds("0.065007", "0.0650087", 3, "9/10"),
        "three-quarters-8": _bounds("8.39066", "8.39083", 8, "3/4"),
        "nine-tenths-8": _bounds("0.0201488", "0.0201493", 8, "9/10"),
        "half-4-L2": _bounds("4.1507", "4.1508", 4, "1/2", L=2),
        "four-fifths-4-L2": _bounds("0.0398998", "0.0399007", 4, "4/5", L=2),
        "three-quarters-8-L4": _bounds("8.39066", "8.39083", 8, "3/4", L=4),
        "nine-tenths-8-L4": _bounds("0.0201488", "0.0201493", 8, "9/10", L=4),
        "nine-tenths-3-L10": _bounds("0.065007", "0.0650087", 3, "9/10", L=10),
        "three-quarters-3-L10": _bounds("0.0542163", "0.0542175", 3, "3/4", L=10),
        "tenth-4-below-2": _bounds("0.209215", "0.20922", 4, "1/10", cap="199/100", gamma0="1/2"),
        "nine-tenths-4-below-2": _bounds("0.087451", "0.0874529", 4, "9/10", cap="199/100", gamma0="1/2"),
        "half-8-cap-3": _bounds("1.9999", "2.0001", 8, "1/2", cap="3", gamma0="3"),
    }
