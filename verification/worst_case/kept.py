"""Certificates on disk: written as JSON, and checked exactly against the method they are about, without any solver."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from theory.worst_case.certificate import Lower, UncertifiedError, Upper, check_upper
from theory.worst_case.explore import explore
from theory.worst_case.greedy import GreedyDescent
from theory.worst_case.problem import Problem, problem
from verification.worst_case.chain import certificate, chain
from verification.worst_case.recovery import replay
from verification.worst_case.search import Pattern, WorstCase

Kept = Mapping[str, Any]


def spell(pattern: Pattern) -> str:
    """A pattern as a word: U for a loss that went below its reference, D for one that did not."""
    return "".join("U" if below else "D" for below in pattern)


def written(found: WorstCase) -> dict[str, Any]:
    """The certificates of the solved patterns, and the numbers of the worst function, ready for JSON."""
    data: dict[str, Any] = {"patterns": {spell(p): _upper(c) for p, c in found.certificates.items()}}
    if found.attained is not None:
        gram = found.attained.gram
        triangle = [[str(gram[a][b]) for b in range(a + 1)] for a in range(len(gram))]
        data["attained"] = {
            "pattern": spell(found.pattern), "gram": triangle, "values": [str(v) for v in found.attained.values],
        }  # fmt: skip
    return data


def _upper(proposed: Upper) -> dict[str, Any]:
    pairs = [{f"{i} {j}": str(c) for (i, j), c in part.items() if c} for part in proposed.pairs]
    return {"pairs": pairs, "conditions": [str(c) for c in proposed.conditions]}


def check_high(method: GreedyDescent, high: Fraction, kept: Kept) -> int:
    """Return the number of patterns, each certified not to exceed ``high``; raise ``UncertifiedError`` otherwise.

    The patterns are found anew; where no certificate is kept, the chain bound must do.
    """
    count = 0
    for count, (trial, measure) in enumerate(explore(method, rests=True), 1):  # noqa: B007
        program, word = problem(trial, measure), spell(trial.pattern)
        if word in kept["patterns"]:
            proposed = _read_upper(high, kept["patterns"][word])
        else:
            known = chain(program)
            if known is None:
                raise UncertifiedError(f"no certificate is kept for the pattern {word or 'without answers'}.")
            proposed = certificate(program, known, high)
        try:
            check_upper(program, proposed)
        except UncertifiedError as reason:
            raise UncertifiedError(f"pattern {word or 'without answers'}: {reason}") from None
    return count


def check_low(method: GreedyDescent, low: Fraction, kept: Kept) -> Fraction:
    """The gap that the method attains on the kept function, replayed exactly; it must be at least ``low``."""
    if "attained" not in kept:
        raise UncertifiedError("no function is kept that attains the lower bound.")
    program, numbers = attained(method, kept)
    reached = replay(method, program, numbers)
    if reached < low:
        raise UncertifiedError(f"the kept function only reaches {float(reached):.8g}.")
    return reached


def attained(method: GreedyDescent, kept: Kept) -> tuple[Problem, Lower]:
    """The problem of the pattern of the kept function, and its numbers."""
    data = kept["attained"]
    rows = [[Fraction(x) for x in row] for row in data["gram"]]
    gram = tuple(tuple(rows[max(a, b)][min(a, b)] for b in range(len(rows))) for a in range(len(rows)))
    numbers = Lower(gram, tuple(Fraction(x) for x in data["values"]))
    for trial, measure in explore(method, rests=True):
        if spell(trial.pattern) == data["pattern"]:
            return problem(trial, measure), numbers
    raise UncertifiedError(f"the method cannot run in the pattern {data['pattern']} of the kept function.")


def _read_upper(bound: Fraction, data: Mapping[str, Any]) -> Upper:
    pairs = tuple({tuple(map(int, key.split())): Fraction(c) for key, c in part.items()} for part in data["pairs"])
    return Upper(bound, pairs, tuple(Fraction(c) for c in data["conditions"]))  # type: ignore[arg-type]


def text(found: WorstCase) -> str:
    """The certificates as JSON, one pattern a line."""
    return json.dumps(written(found), indent=None, separators=(",", ":"))
