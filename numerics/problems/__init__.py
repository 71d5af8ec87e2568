"""Finite sums whose constants are known: L_max, L, mu, a minimiser, its value and the variance there, all enclosed."""
