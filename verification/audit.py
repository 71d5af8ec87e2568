"""The audit: a number of the paper, recomputed from the numbers it follows from and compared within its last digit.

A number is *inconsistent* when no values that print as shown could give it, whether the paper rounds or truncates; it
is *consistent* otherwise, and the finding says how: exactly, rounded, truncated, or only within the rounding of its
inputs.
"""

from __future__ import annotations

from dataclasses import dataclass

from theory.arithmetic import MODES, Comparison, Equality, Term, decimal
from theory.claim import Arithmetic


@dataclass(frozen=True)
class Audited:
    """Whether a number is consistent, in which way, and the arithmetic in one line."""

    consistent: bool
    how: str
    line: str


def audit(arithmetic: Arithmetic) -> Audited:
    """The verdict on one number."""
    relation = arithmetic.relation
    how = _how(relation)
    line = _equality(relation, how) if isinstance(relation, Equality) else _comparison(relation, how)
    return Audited(bool(how), how or "no", line)


def _how(relation: Equality | Comparison) -> str:
    at_face = [mode for mode in MODES if relation.agrees(mode, as_printed=True)]
    if isinstance(relation, Equality) and relation.derived.value == relation.printed.value:
        return "exactly"
    if isinstance(relation, Comparison) and at_face:
        return "as printed"
    if at_face:
        return " or ".join(at_face)
    return "only within the rounding of its inputs" if any(relation.agrees(mode) for mode in MODES) else ""


def _value(term: Term) -> str:
    """The decimal value, where the text does not already show it."""
    shown = decimal(term.value, 7 if 0 < abs(term.value) < 1 else 4)
    label = term.text[0].isalpha() or term.text.startswith((f"{shown} ", f"({shown} "))
    number = not term.text.lower().strip("-0123456789,.k")
    return "" if label or number else shown


def _equality(relation: Equality, how: str) -> str:
    printed, derived = relation.printed, relation.derived
    value = _value(derived)
    low, high = derived.rounded
    width = "" if low == high or how in ("exactly", "rounded") else f" (from {decimal(low)} to {decimal(high)})"
    verdict = f"printed {printed.text}, {how}" if how else f"printed {printed.text}, which it cannot be"
    return f"{derived.text}{f' = {value}' if value else ''}{width}: {verdict}"


def _comparison(relation: Comparison, how: str) -> str:
    sides = ((term.text, _value(term)) for term in (relation.left, relation.right))
    left, right = (f"{text} [{value}]" if value else text for text, value in sides)
    return f"{left} {relation.rel} {right}: {'holds ' + how if how else 'does not hold'}"
