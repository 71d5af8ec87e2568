"""The mean of the last w losses, in constant time and without cancellation."""

from __future__ import annotations

from collections.abc import Iterable


class SlidingMean:
    """Means of the last ``size`` numbers: a queue made of two stacks that know their sums.

    Numbers are only ever added, never taken off a running sum, so that a large loss leaves no trace once it has left
    the window.  A step costs a few additions on average: every number is moved once from one stack to the other.
    """

    def __init__(self, size: int, values: Iterable[float] = ()) -> None:
        """The window, with ``values`` in it, oldest first."""
        self.size = size
        self._older: list[tuple[float, float]] = []  # newest first below the top; each with the sum of it and newer
        self._newer: list[float] = []
        self._sum = 0.0
        for value in values:
            self.add(value)

    def add(self, value: float) -> float:
        """The mean of the last ``size`` numbers, ``value`` being the last."""
        older, newer = self._older, self._newer
        if len(older) + len(newer) == self.size:
            if not older:
                total = 0.0
                while newer:
                    oldest = newer.pop()
                    total += oldest
                    older.append((oldest, total))
                self._sum = 0.0
            older.pop()
        newer.append(value)
        self._sum += value
        return (self._sum + older[-1][1] if older else self._sum) / (len(older) + len(newer))

    def values(self) -> list[float]:
        """The numbers in the window, oldest first."""
        return [value for value, _ in reversed(self._older)] + self._newer

    def state(self) -> tuple[list[float], int]:
        """The numbers, oldest first, and how many lie on the older stack: the last digit of means depends on it."""
        return self.values(), len(self._older)

    @classmethod
    def restored(cls, size: int, values: list[float], split: int) -> SlidingMean:
        """The window that had this state."""
        window, total = cls(size), 0.0
        for value in reversed(values[:split]):
            total += value
            window._older.append((value, total))
        for value in values[split:]:
            window._newer.append(value)
            window._sum += value
        return window
