"""Arithmetic with printed numbers: exact, aware of the last printed digit, and able to show its working.

A printed number is known up to its last digit: 0.148 may stand for anything that *rounds* to it, [0.1475, 0.1485], or
*truncates* to it, [0.148, 0.149]; a count is exact.  An expression carries the interval of its possible values
under either convention, by interval arithmetic over the rationals.  A repeated operand widens the interval, so that
"impossible" is never concluded too early.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Literal

Mode = Literal["rounded", "truncated"]
MODES: tuple[Mode, ...] = ("rounded", "truncated")
Interval = tuple[Fraction, Fraction]
_SUFFIX = {"": 1, "K": 1000}


@dataclass(frozen=True)
class Term:
    """An exact value with its possible values under either convention and the text of how it was computed."""

    value: Fraction
    rounded: Interval
    truncated: Interval
    text: str
    level: int = 3  # how tightly the text binds: 0 signed, 1 sum, 2 product, 3 atom

    def interval(self, mode: Mode) -> Interval:
        """The possible values under a convention."""
        return self.rounded if mode == "rounded" else self.truncated

    def __add__(self, other: Term | int) -> Term:
        return _binary(self, other, "+", lambda a, b: a + b, 1)

    def __sub__(self, other: Term | int) -> Term:
        return _binary(self, other, "-", lambda a, b: a - b, 1)

    def __mul__(self, other: Term | int) -> Term:
        return _binary(self, other, "*", lambda a, b: a * b, 2)

    def __truediv__(self, other: Term | int) -> Term:
        return _binary(self, other, "/", lambda a, b: a / b, 2)

    def __radd__(self, other: int) -> Term:
        return exact(other) + self

    def __rsub__(self, other: int) -> Term:
        return exact(other) - self

    def __rmul__(self, other: int) -> Term:
        return exact(other) * self

    def exactly(self) -> Term:
        """The same value, taken as exact."""
        return Term(self.value, (self.value,) * 2, (self.value,) * 2, self.text, self.level)

    def called(self, text: str) -> Term:
        """The same value under a name."""
        return Term(self.value, self.rounded, self.truncated, text)


def exact(value: int | Fraction, text: str = "") -> Term:
    """A number known exactly: a count, or a constant."""
    q = Fraction(value)
    return Term(q, (q, q), (q, q), text or str(q), 3 if q >= 0 and (text or q.denominator == 1) else 0)


@dataclass(frozen=True)
class Printed:
    """A number as the paper prints it: "86.73", "72,999", "73K", "-0.62"."""

    text: str

    @property
    def value(self) -> Fraction:
        """What is printed, exactly."""
        digits, suffix = self._parse()
        return Fraction(digits) * _SUFFIX[suffix]

    @property
    def unit(self) -> Fraction:
        """One unit of the last printed digit."""
        digits, suffix = self._parse()
        return Fraction(_SUFFIX[suffix], int("1" + "0" * len(digits.partition(".")[2])))

    def _parse(self) -> tuple[str, str]:
        match = re.fullmatch(r"(-?\d+(?:\.\d+)?)(K?)", self.text.replace(",", ""))
        if not match:
            raise ValueError(f"{self.text!r} is not a printed number: digits, commas, one point, an optional K.")
        return match[1], match[2]

    def measured(self) -> Term:
        """As the result of a measurement, known up to its last digit."""
        v, u = self.value, self.unit
        truncated = (v, v + u) if v >= 0 else (v - u, v)
        return Term(v, (v - u / 2, v + u / 2), truncated, self.text, 3 if v >= 0 else 0)

    def counted(self) -> Term:
        """As a count or a setting, known exactly."""
        return exact(self.value, self.text)


@dataclass(frozen=True)
class Equality:
    """The printed number is what follows from the others, up to its last digit."""

    printed: Printed
    derived: Term

    def agrees(self, mode: Mode, *, as_printed: bool = False) -> bool:
        """Whether some possible value prints as shown under the convention; ``as_printed``: the printed values do."""
        low, high = (self.derived.value,) * 2 if as_printed else self.derived.interval(mode)
        first, last = self.printed.measured().interval(mode)
        if mode == "rounded":
            return low <= last and first <= high
        return (low < last and first <= high) if self.printed.value >= 0 else (low <= last and first < high)


@dataclass(frozen=True)
class Comparison:
    """``left rel right``, as the text states it."""

    left: Term
    rel: Literal["<", "<=", "=", ">=", ">"]
    right: Term

    def agrees(self, mode: Mode, *, as_printed: bool = False) -> bool:
        """Whether some possible values satisfy it under the convention; ``as_printed``: the printed values do."""
        (a, b), (c, d) = self.left.interval(mode), self.right.interval(mode)
        if as_printed:
            a, c = self.left.value, self.right.value
            b, d = a, c
        return {"<": a < d, "<=": a <= d, "=": a <= d and c <= b, ">=": b >= c, ">": b > c}[self.rel]


def tally(of: str, cases: Sequence[bool]) -> Term:
    """How many of the cases hold, "7 of 8 rows"."""
    return exact(sum(cases), f"({sum(cases)} of {len(cases)} {of})")


def total(terms: Sequence[Term]) -> Term:
    """The sum, written out."""
    result = terms[0]
    for term in terms[1:]:
        result = result + term
    return result


def mean(terms: Sequence[Term]) -> Term:
    """The arithmetic mean, written out."""
    return total(terms) / len(terms)


def decimal(q: Fraction, places: int = 4) -> str:
    """A decimal for the eye, rounded half up in integer arithmetic and marked with ... where digits are lost."""
    scaled = abs(q) * 10**places
    digits = str(int(scaled + Fraction(1, 2))).rjust(places + 1, "0")
    text = f"{digits[:-places]}.{digits[-places:]}".rstrip("0").rstrip(".")
    return ("-" if q < 0 else "") + text + ("" if scaled.denominator == 1 else "...")


def _binary(a: Term, other: Term | int, sign: str, op: Callable[[Fraction, Fraction], Fraction], level: int) -> Term:
    b = other if isinstance(other, Term) else exact(other)

    def spread(mode: Mode) -> Interval:
        corners = [op(x, y) for x in a.interval(mode) for y in b.interval(mode)]
        return min(corners), max(corners)

    if sign == "/" and any(low <= 0 <= high for low, high in (b.rounded, b.truncated)):
        raise ZeroDivisionError(f"{b.text} may be zero: {a.text} / {b.text} has no bounds.")
    left = a.text if a.level >= level else f"({a.text})"
    right = b.text if b.level > level or (b.level == level and sign in "+*") else f"({b.text})"
    return Term(op(a.value, b.value), spread("rounded"), spread("truncated"), f"{left} {sign} {right}", level)


def approx(q: Fraction, digits: int = 4) -> str:
    """A rational for the eye, to some significant digits: decimal arithmetic, no binary floats."""
    if q.denominator == 1 and abs(q) < 10**6:
        return str(q)
    with localcontext(prec=digits + 10):
        return f"{Decimal(q.numerator) / Decimal(q.denominator):.{digits}g}"
