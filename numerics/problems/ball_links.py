"""The scalar losses of ``links`` in ball arithmetic, each written without cases, so that a ball may straddle a kink.

With c = clamp(r, -s, s) Huber's function of r is c (r - c/2) and its slope c; with m = 1 - b z and c = clamp(m, 0, s)
the smoothed hinge is c (m - c/2)/s and its slope -b c/s.
"""

from __future__ import annotations

from flint import arb

from numerics.problems.links import Link


def curvature(link: Link, scale: arb) -> arb:
    """The smallest bound of phi''."""
    return {"squares": arb(1), "logistic": arb(1) / 4, "huber": arb(1), "hinge": 1 / scale}[link]


def value(link: Link, scale: arb, z: arb, b: arb) -> arb:
    """phi(z; b)."""
    if link == "squares":
        return (z - b) * (z - b) / 2
    if link == "logistic":
        return (-b * z).exp().log1p()
    if link == "huber":
        c = _clamp(z - b, -scale, scale)
        return c * (z - b - c / 2)
    c = _clamp(1 - b * z, arb(0), scale)
    return c * (1 - b * z - c / 2) / scale


def slope(link: Link, scale: arb, z: arb, b: arb) -> arb:
    """phi'(z; b)."""
    if link == "squares":
        return z - b
    if link == "logistic":
        return -b / (1 + (b * z).exp())
    if link == "huber":
        return _clamp(z - b, -scale, scale)
    return -b * _clamp(1 - b * z, arb(0), scale) / scale


def _clamp(x: arb, low: arb, high: arb) -> arb:
    return x.min(high).max(low)
