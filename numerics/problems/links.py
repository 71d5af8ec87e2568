"""The scalar losses phi(z; b) of which the finite sums are made, each with its slope in z and its curvature bound.

* squares   phi = (z - b)^2 / 2, so phi'' = 1;
* logistic  phi = ln(1 + exp(-b z)) for b in {-1, 1}, phi'' <= 1/4, with equality at z = 0;
* huber     phi = r^2/2 where |r| <= s, else s |r| - s^2/2, with r = z - b; phi'' <= 1;
* hinge     phi = 0 where m >= 1, (1 - m)^2/(2 s) where m > 1 - s, else 1 - m - s/2, with m = b z; phi'' <= 1/s.

Each is convex, at least 0 and continuously differentiable.  The smoothed hinge is that of Shalev-Shwartz and Zhang,
*Stochastic dual coordinate ascent methods for regularized loss minimization* (2013), Huber's that of *Robust
estimation of a location parameter* (1964).
"""

from __future__ import annotations

import math
from typing import Literal

from numerics.compiled import compiled, inlined

Link = Literal["squares", "logistic", "huber", "hinge"]
LINKS: tuple[Link, ...] = ("squares", "logistic", "huber", "hinge")  # the position is the code that compiled code gets
SQUARES, LOGISTIC, HUBER, HINGE = range(len(LINKS))


def curvature(link: Link, scale: float) -> float:
    """The smallest bound of phi''; where it is attained phi has exactly this smoothness."""
    return {"squares": 1.0, "logistic": 0.25, "huber": 1.0, "hinge": 1.0 / scale}[link]


@inlined
def squares(z: float, b: float) -> tuple[float, float]:
    """Value and slope of (z - b)^2 / 2."""
    r = z - b
    return 0.5 * r * r, r


@inlined
def logistic(z: float, b: float) -> tuple[float, float]:
    """Value and slope of ln(1 + exp(-b z)), without overflow."""
    m = b * z
    e = math.exp(-abs(m))
    value = math.log1p(e) if m > 0 else math.log1p(e) - m
    return value, -b * (e / (1.0 + e) if m > 0 else 1.0 / (1.0 + e))


@inlined
def huber(z: float, b: float, scale: float) -> tuple[float, float]:
    """Value and slope of Huber's function of z - b."""
    r = z - b
    if abs(r) <= scale:
        return 0.5 * r * r, r
    return scale * (abs(r) - 0.5 * scale), scale if r > 0 else -scale


@inlined
def hinge(z: float, b: float, scale: float) -> tuple[float, float]:
    """Value and slope of the smoothed hinge of the margin b z."""
    short = 1.0 - b * z  # by how much the margin falls short of 1
    if short <= 0.0:
        return 0.0, 0.0
    if short < scale:
        return 0.5 * short * short / scale, -b * short / scale
    return short - 0.5 * scale, -b


@compiled
def value_and_slope(code: int, scale: float, z: float, b: float) -> tuple[float, float]:
    """Value and slope of the loss with that code; the value is NaN where z is."""
    if code == SQUARES:
        return squares(z, b)
    if code == LOGISTIC:
        return logistic(z, b)
    if code == HUBER:
        return huber(z, b, scale)
    return hinge(z, b, scale)
