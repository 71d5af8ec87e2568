"""GreedyLR: divide the learning rate by F when the loss improved, multiply it by F when it did not."""

from typing import TYPE_CHECKING, Any

from greedylr.rule import Rule, State, rates

if TYPE_CHECKING:
    from greedylr.scheduler import GreedyLR

__all__ = ["GreedyLR", "Rule", "State", "rates"]


def __getattr__(name: str) -> Any:
    """The scheduler, which alone needs torch, when it is asked for."""
    if name != "GreedyLR":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from greedylr.scheduler import GreedyLR  # noqa: PLC0415

    return GreedyLR
