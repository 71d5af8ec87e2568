"""GreedyLR: divide the learning rate by F when the loss improved, multiply it by F when it did not."""

from greedylr.rule import Rule, State, rates

__all__ = ["Rule", "State", "rates"]
