"""alpha_t in the proof of Theorem A.2: its display is lost, and three readings each fit an inline formula."""

from __future__ import annotations

from fractions import Fraction

from sympy import QQ
from sympy.polys.rings import PolyElement, ring

from theory.runs import Q

REBUILT = "alpha_t: three readings, each consistent with an inline formula"
RING, RATE, SMOOTHNESS = ring("gamma, L", QQ)

READINGS: dict[str, PolyElement] = {
    "alpha = 1 - 2gL(1 - gL/2)": 1 - 2 * RATE * SMOOTHNESS + RATE**2 * SMOOTHNESS**2,  # fits 1 - alpha in P11
    "alpha = 1 - 2g + g^2 L/2": 1 - 2 * RATE + RATE**2 * SMOOTHNESS / 2,  # fits the value 1 - 2/L at g = 2/L
    "alpha = 1 - g": 1 - RATE,  # fits it too
}


def value(alpha: PolyElement, rate: Fraction, smoothness: Fraction) -> Fraction:
    """alpha at a rate and a smoothness constant."""
    point = [(RATE, rate), (SMOOTHNESS, smoothness)]
    q = alpha.evaluate([(variable, QQ(at.numerator, at.denominator)) for variable, at in point])
    return Q(int(q.numerator), int(q.denominator))


def derivative(alpha: PolyElement, rate: Fraction, smoothness: Fraction, factor: Fraction, order: int = 1) -> Fraction:
    """d^k/dF^k of alpha(F gamma), by the chain rule: gamma^k times the k-th derivative in the rate."""
    for _ in range(order):
        alpha = alpha.diff(RATE)
    return rate**order * value(alpha, factor * rate, smoothness)
