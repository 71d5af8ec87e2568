"""Slow twins of the finite sums, in numbers that do not round: Fractions, or mpmath where an exponential is needed.

Doubles are dyadic and enter without error.  A problem's numbers are of one type; ``number`` says of which.
"""

from fractions import Fraction

import mpmath

DIGITS = 100


def number(problem):
    return mpmath.mpf if problem.link == "logistic" else Fraction


def link(name, s, z, b):
    """Value and slope, from the definitions."""
    if name == "squares":
        return (z - b) ** 2 / 2, z - b
    if name == "huber":
        r = z - b
        if abs(r) <= s:
            return r * r / 2, r
        return s * abs(r) - s * s / 2, s if r > 0 else -s
    m = b * z
    if name == "logistic":
        return mpmath.log1p(mpmath.exp(-m)), -b / (1 + mpmath.exp(m))
    if m >= 1:
        return 0 * m, 0 * m
    if m > 1 - s:
        return (1 - m) ** 2 / (2 * s), -b * (1 - m) / s
    return 1 - m - s / 2, -b


def vector(problem, x):
    return [number(problem)(v) for v in x]


def dot(x, y):
    return sum(u * v for u, v in zip(x, y, strict=True))


def sample(problem, i, x):
    """f_i(x) and its gradient."""
    to = number(problem)
    row, ridge = vector(problem, problem.rows[i].tolist()), to(problem.ridge)
    value, slope = link(problem.link, to(problem.scale), dot(row, x), to(float(problem.targets[i])))
    loss = value + to(float(problem.offsets[i])) + ridge * dot(x, x) / 2
    return loss, [slope * a + ridge * v for a, v in zip(row, x, strict=True)]


def mean(problem, x):
    """f(x) and its gradient."""
    n = len(problem.rows)
    pairs = [sample(problem, i, x) for i in range(n)]
    return sum(loss for loss, _ in pairs) / n, [sum(column) / n for column in zip(*(g for _, g in pairs), strict=True)]


def variance(problem, x):
    """(1/n) sum |grad f_i(x)|^2."""
    n = len(problem.rows)
    return sum(dot(g, g) for _, g in (sample(problem, i, x) for i in range(n))) / n
