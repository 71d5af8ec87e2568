"""Measurements that stand beside claims about worst cases."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from functools import cache

from theory.worst_case.certificate import UncertifiedError, check_upper
from theory.worst_case.closed_form import multipliers
from theory.worst_case.explore import explore
from theory.worst_case.greedy import FixedDescent
from theory.worst_case.problem import problem
from verification.measured import Measured

SEQUENCES, LONGEST, SEED = 200, 12, 20251214


def certifies(rates: tuple[Fraction, ...]) -> bool:
    """Whether the closed-form multipliers are an exact certificate at these rates."""
    trial, measure = next(explore(FixedDescent(rates), rests=True))
    try:
        check_upper(problem(trial, measure), multipliers(rates))
    except UncertifiedError:
        return False
    return True


@cache
def wide_rates() -> Measured:
    """Random sequences of rates up to 1.5/L, and as a control sequences that go beyond."""
    chance = random.Random(SEED)

    def sequence(most: int) -> tuple[Fraction, ...]:
        return tuple(Fraction(chance.randint(1, most), 100) for _ in range(chance.randint(1, LONGEST)))

    held = sum(certifies(sequence(150)) for _ in range(SEQUENCES))
    beyond = [rates for rates in (sequence(199) for _ in range(SEQUENCES)) if max(rates) > Fraction(3, 2)]
    failed = sum(not certifies(rates) for rates in beyond)
    return Measured(
        f"the closed-form multipliers check exactly for {held} of {SEQUENCES} random sequences of 1 to {LONGEST} rates"
        f" in (0, 1.5/L], and fail for {failed} of {len(beyond)} that go beyond (up to 1.99/L), seed {SEED}",
        held == SEQUENCES and failed > 0,
    )


def measurements() -> dict[str, Callable[[], Measured]]:
    """The runs, by the claim they stand beside."""
    return {"worst-case.sum-of-rates-wide": wide_rates}
