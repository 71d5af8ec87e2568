"""Points and losses of a function that nobody knows: exact expressions, which have no numbers of their own.

A ``Point`` is a combination of basis vectors, relative to the minimiser x*; a ``Loss`` is a combination of function
values.  A loss has no number, so whether one is below another is a question to whoever runs the method
(``explore.py``: the run forks); everything else that would take it for a number raises.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import zip_longest
from numbers import Rational, Real
from typing import Any, NoReturn, cast

ZERO = Fraction(0)


class AmbiguousError(Exception):
    """A question about a loss whose answer depends on the function; no TypeError, which methods might catch."""


def exact(number: object) -> Fraction:
    """The very number, as a fraction; NaN and infinities are none."""
    if isinstance(number, bool | Loss) or not isinstance(number, Real):
        raise TypeError(f"a coefficient must be a number, got {number!r}: pass an int, a Fraction or a float.")
    if isinstance(number, Rational):  # numpy's integers would wrap around
        return Fraction(int(number.numerator), int(number.denominator))
    try:
        numerator, denominator = cast(Any, number).as_integer_ratio()
    except (ValueError, OverflowError):
        raise ValueError(f"a coefficient must be finite, got {number!r}: check what it was computed from.") from None
    return Fraction(int(numerator), int(denominator))


@dataclass(frozen=True, slots=True)
class Point:
    """``sum_k coords[k] e_k``, relative to x*; the last coordinate is not zero."""

    coords: tuple[Fraction, ...] = ()

    def __add__(self, other: Point) -> Point:
        sums = [a + b for a, b in zip_longest(self.coords, other.coords, fillvalue=ZERO)]
        while sums and not sums[-1]:
            sums.pop()
        return Point(tuple(sums))

    def __sub__(self, other: Point) -> Point:
        return self + -1 * other

    def __rmul__(self, factor: object) -> Point:
        c = exact(factor)
        return Point(tuple(c * a for a in self.coords) if c else ())

    def multiple_of(self, direction: Point) -> Fraction | None:
        """The c with ``self = c direction``, if there is one."""
        if not self.coords or len(self.coords) != len(direction.coords):
            return None if self.coords else ZERO
        c = self.coords[-1] / direction.coords[-1]
        return c if self == c * direction else None


@dataclass(frozen=True, slots=True, eq=False)
class Loss:
    """``constant + sum_k terms[k] f_k``; ``below`` answers whether a loss is negative, where anyone can."""

    terms: tuple[tuple[int, Fraction], ...]
    below: Callable[[Loss], bool]
    constant: Fraction = ZERO

    def __add__(self, other: object) -> Loss:
        if not isinstance(other, Loss):
            return Loss(self.terms, self.below, self.constant + exact(other))
        if other.below != self.below:
            raise AmbiguousError("these losses are of different runs: a method must keep nothing from run to run.")
        sums = dict(self.terms)
        for k, c in other.terms:
            sums[k] = sums.get(k, ZERO) + c
        terms = tuple(sorted((k, c) for k, c in sums.items() if c))
        return Loss(terms, self.below, self.constant + other.constant)

    def __mul__(self, factor: object) -> Loss:
        c = exact(factor)
        return Loss(tuple((k, c * a) for k, a in self.terms if c), self.below, c * self.constant)

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self) -> Loss:
        return self * -1

    def __sub__(self, other: object) -> Loss:
        return self + (-other if isinstance(other, Loss) else -exact(other))

    def __rsub__(self, other: object) -> Loss:
        return -self + other

    def __truediv__(self, divisor: object) -> Loss:
        return self * (1 / exact(divisor))

    def __lt__(self, other: object) -> bool:
        return self.below(self - other)

    def __gt__(self, other: object) -> bool:
        return self.below(-(self - other))

    def __le__(self, other: object) -> bool:
        return not self > other

    def __ge__(self, other: object) -> bool:
        return not self < other

    def __eq__(self, other: object) -> bool:
        return other is self or self._no_number("== and !=")

    def __ne__(self, other: object) -> bool:  # a loss is equal to itself: that is how the rule looks for NaN
        return other is not self and self._no_number("== and !=")

    __hash__ = None  # type: ignore[assignment]

    def _no_number(self, what: str = "a number") -> NoReturn:
        raise AmbiguousError(
            f"{what}: this loss belongs to an unknown function and has no number; only < and > fork a run, and only"
            " within explore()."
        )

    __bool__ = __float__ = __int__ = __abs__ = _no_number

    def __round__(self, digits: int | None = None) -> NoReturn:
        self._no_number()


Real.register(Loss)  # the rule takes it for a loss


def outside(difference: Loss) -> bool:
    """The answer where nothing explores: there is none."""
    return difference._no_number("a comparison")
