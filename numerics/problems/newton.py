"""A point near the minimiser, by Newton's method.  It is a proposal: ``optimum`` certifies it or refuses it.

Where phi' has kinks, the slope on either side will do for phi'' (Qi and Sun, *A nonsmooth version of Newton's method*,
1993).  The damped method in doubles comes close; then the gradient is computed in ball arithmetic, and the step is
repeated until it no longer moves the point.  That point is the minimiser rounded to doubles, whatever the order in
which a library adds, ties and very ill-conditioned problems apart.
"""

from __future__ import annotations

import numpy as np

from numerics.problems.balls import precise
from numerics.problems.evaluation import evaluate
from numerics.problems.finite_sum import Array
from numerics.problems.terms import Terms

STEPS, POLISHING = 200, 10  # many more than were ever needed
SHORTEST = 2.0**-30  # of a Newton step: less is rounding


def minimiser(terms: Terms, start: Array) -> Array:
    """A point near argmin f, shape (d,); with several minimisers, near the one closest to ``start``."""
    return _polish(terms, _descend(terms, start))


def _descend(terms: Terms, x: Array) -> Array:
    """Damped Newton steps, each halved until f decreases by a ten-thousandth of what the gradient promises."""
    for _ in range(STEPS):
        value, slopes = _value_and_slopes(terms, x)
        gradient = slopes @ terms.rows / len(slopes) + terms.ridge * x
        step = _newton_step(terms, slopes, gradient)
        t, promised = 1.0, float(gradient @ step)
        while t > SHORTEST and not _value_and_slopes(terms, x - t * step)[0] <= value - 1e-4 * t * promised:
            t /= 2
        if t <= SHORTEST or not promised > 0:
            break
        x = x - t * step
    return x


def _polish(terms: Terms, x: Array) -> Array:
    """Full Newton steps with gradients that are correct to the last bit."""
    for _ in range(POLISHING):
        with precise():
            at = evaluate(terms, x)
            slopes, gradient = np.array([float(s) for s in at.slopes]), np.array([float(g) for g in at.gradient])
        before, x = x, x - _newton_step(terms, slopes, gradient)
        if np.array_equal(before, x):
            break
    return x


def _value_and_slopes(terms: Terms, x: Array) -> tuple[float, Array]:
    losses, slopes = terms.losses_and_slopes(x)
    return float(np.mean(losses) + 0.5 * terms.ridge * (x @ x)), slopes


def _newton_step(terms: Terms, slopes: Array, gradient: Array) -> Array:
    n, d = terms.rows.shape
    hessian = (terms.rows.T * _curvatures(terms, slopes)) @ terms.rows / n + terms.ridge * np.eye(d)
    return np.asarray(np.linalg.lstsq(hessian, gradient, rcond=None)[0])


def _curvatures(terms: Terms, slopes: Array) -> Array:
    """phi'' where phi' has the given values."""
    size = np.abs(slopes)
    if terms.link == "logistic":
        return np.asarray(size * (1 - size))
    if terms.link == "huber":
        return np.asarray(size < terms.scale, dtype=np.float64)
    if terms.link == "hinge":
        return np.asarray((size > 0) & (size < 1), dtype=np.float64) / terms.scale
    return np.ones_like(slopes)
