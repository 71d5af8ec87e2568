"""Worst cases as mathematics: methods run on an unknown function, what the class says of it, and exact certificates."""
