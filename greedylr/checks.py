"""Refusals that name the value, the rule it breaks and the remedy."""

from __future__ import annotations

from numbers import Real


def check_number(name: str, value: object) -> None:
    """Refuse what is not a real number.

    Raises:
        TypeError: for another type, or a bool.
        ValueError: for NaN.
    """
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a number, got {value!r}: pass an int, a float or a Fraction.")
    if value != value:
        raise ValueError(f"{name} must be a number, got {value!r}: look for the 0/0 or inf - inf that made it.")


def check_count(name: str, value: object, least: int, counts: str = "losses") -> None:
    """Refuse what is not an integer of at least ``least``; ``counts`` says of what.

    Raises:
        TypeError: for what is no int, or a bool.
        ValueError: for an int below ``least``.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} counts {counts} and must be an int, got {value!r}: round it yourself if you mean it.")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, got {value!r}: it counts {counts}.")


def check_choice(name: str, value: object, allowed: tuple[str, ...]) -> None:
    """Refuse what is not one of ``allowed``.

    Raises:
        ValueError: for every other value.
    """
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, allowed))}, got {value!r}.")


def check_loss(value: object) -> None:
    """Refuse what is no loss; NaN and infinities are losses of a diverging run.

    Raises:
        TypeError: for another type, or a bool.
    """
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"a loss must be a number, got {value!r}: pass loss.item(), a float, an int or a Fraction.")
