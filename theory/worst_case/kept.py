"""Kept certificates: what a solver once proposed, as plain data, held exactly against the method it is about."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from theory.worst_case.certificate import Lower, UncertifiedError, Upper, check_lower, check_upper
from theory.worst_case.chain import certificate, chain
from theory.worst_case.envelope import Envelope
from theory.worst_case.explore import explore
from theory.worst_case.greedy import GreedyDescent
from theory.worst_case.problem import Problem, problem
from theory.worst_case.unknown import Point

Kept = Mapping[str, Any]
START = Point((Fraction(1),))


def spell(pattern: tuple[bool, ...]) -> str:
    """A pattern as a word: U for a loss that went below its reference, D for one that did not."""
    return "".join("U" if below else "D" for below in pattern)


def check_high(method: GreedyDescent, high: Fraction, kept: Kept) -> int:
    """Return the number of patterns, each certified not to exceed ``high``; raise ``UncertifiedError`` otherwise.

    The patterns are found anew; where no certificate is kept, the chain bound must do.
    """
    count = 0
    for trial, measure in explore(method, rests=True):
        count += 1
        program, word = problem(trial, measure), spell(trial.pattern)
        try:
            check_upper(program, certificate_of(program, high, word, kept))
        except UncertifiedError as reason:
            raise UncertifiedError(f"pattern {word or 'without answers'}: {reason}") from None
    return count


def certificate_of(program: Problem, high: Fraction, word: str, kept: Kept) -> Upper:
    """What is kept for the pattern, or its chain bound: a proposal."""
    if word in _part(kept, "patterns"):
        return _read(high, kept["patterns"][word])
    known = chain(program)
    if known is None:
        raise UncertifiedError("no certificate is kept, and there is no chain bound.")
    return certificate(program, known, high)


def _part(data: object, name: str) -> Any:
    """What is kept under that name; data of another shape is no certificate."""
    if not isinstance(data, Mapping) or name not in data:
        raise UncertifiedError(f"the kept data has no {name!r}: it is no certificate of this project.")
    return data[name]


def _read(bound: Fraction, data: Mapping[str, Any]) -> Upper:
    try:
        pairs = []
        for part in _part(data, "pairs"):
            keys = (key.split() for key in part)
            pairs.append({(int(i), int(j)): Fraction(c) for (i, j), c in zip(keys, part.values(), strict=True)})
        return Upper(bound, tuple(pairs), tuple(Fraction(c) for c in _part(data, "conditions")))
    except (ArithmeticError, AttributeError, TypeError, ValueError) as reason:
        raise UncertifiedError(f"the kept multipliers cannot be read: {reason}.") from None


def _numbers(data: Mapping[str, Any]) -> Lower:
    try:
        rows = [[Fraction(x) for x in row] for row in _part(data, "gram")]
        gram = tuple(tuple(rows[max(a, b)][min(a, b)] for b in range(len(rows))) for a in range(len(rows)))
        return Lower(gram, tuple(Fraction(x) for x in _part(data, "values")))
    except (ArithmeticError, LookupError, TypeError, ValueError) as reason:
        raise UncertifiedError(f"the kept function cannot be read: {reason}.") from None


def check_low(method: GreedyDescent, low: Fraction, kept: Kept) -> Fraction:
    """The gap that the method attains on the kept function, replayed exactly; it must be at least ``low``."""
    reached = replay(method, *attained(method, kept))
    if reached < low:
        raise UncertifiedError(f"the kept function reaches {reached} only, and not {low}.")
    return reached


def attained(method: GreedyDescent, kept: Kept) -> tuple[Problem, Lower]:
    """The problem of the pattern of the kept function, and its numbers."""
    data = _part(kept, "attained")
    numbers, word = _numbers(data), _part(data, "pattern")
    for trial, measure in explore(method, rests=True):
        if spell(trial.pattern) == word:
            return problem(trial, measure), numbers
    raise UncertifiedError(f"the method cannot run in the pattern {word} of the kept function.")


def replay(method: GreedyDescent, program: Problem, numbers: Lower) -> Fraction:
    """The measure that the method attains on the envelope from |x_0 - x*| <= 1: the same code, in exact numbers.

    Before it, ``check_lower`` makes sure that the vectors exist and that the minimum is 0, at x*.
    """
    check_lower(program, numbers)
    return Fraction(method.measured(Envelope(program, numbers), START))
