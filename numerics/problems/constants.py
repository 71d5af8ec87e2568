"""Certified smoothness and strong convexity of a finite sum.

With phi'' <= c, attained: every f_i is smooth with constant c |a_i|^2 + ridge, exactly, and the mean is smooth with
c lambda_max(A^T A/n) + ridge.  An eigenvalue is enclosed from one side by a Rayleigh quotient and from the other by the
signs of the pivots of G - t I (Sylvester's law of inertia); eigenvectors of floating point only propose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce

import numpy as np
from flint import arb, arb_mat

from numerics.problems import ball_links
from numerics.problems.balls import above, below, enclosure, identity, matrix, norm2, precise, semidefinite, total
from numerics.problems.finite_sum import Array, Constants, Enclosure
from numerics.problems.terms import Terms


def constants(terms: Terms) -> Constants:
    """L_max, L and mu, enclosed.

    Squares: mu = lambda_min(A^T A/n) + ridge.  With fewer rows than columns and no ridge it is the least eigenvalue of
    A A^T/n instead, the strong convexity on x_0 + row space of A, which no run leaves.  Where linear dependence makes 0
    the best lower bound, mu.low = ridge.  The other losses are flat or ever flatter far away: there mu = ridge exactly.
    """
    with precise():
        c, ridge = ball_links.curvature(terms.link, arb(terms.scale)), arb(terms.ridge)
        rows = matrix(terms.rows)
        longest = reduce(arb.max, (norm2(row) for row in rows.tolist()))
        gram = _gram(rows)
        return Constants(
            L_max=enclosure(c * longest + ridge),
            L=_shifted(largest_eigenvalue(gram), c, ridge),
            mu=_strong_convexity(terms, gram),
            L_is_attained=terms.link in ("squares", "logistic") or len(terms.rows) == 1,
        )


def largest_eigenvalue(gram: arb_mat) -> Enclosure:
    """lambda_max of a positive semidefinite matrix; from above certified by t I - G being positive semidefinite."""
    quotient = _rayleigh(gram, _eigenvectors(gram)[:, -1])
    start = above(quotient)
    high = _first(
        (start * (1 + slack) for slack in _slacks()),
        lambda t: semidefinite(t * identity(gram.nrows()) - gram),
        above(total(gram[i, i] for i in range(gram.nrows()))),  # the trace is no smaller than any eigenvalue
    )
    return Enclosure(max(0.0, below(quotient)), high)


def smallest_eigenvalue(gram: arb_mat) -> Enclosure:
    """lambda_min of a positive semidefinite matrix; from below certified by G - t I being positive semidefinite."""
    quotient = _rayleigh(gram, _eigenvectors(gram)[:, 0])
    start = below(quotient)
    low = _first(
        (start * (1 - slack) for slack in _slacks() if start > 0),
        lambda t: semidefinite(gram - t * identity(gram.nrows())),
        0.0,
    )
    return Enclosure(low, above(quotient))


def _strong_convexity(terms: Terms, gram: arb_mat) -> Enclosure:
    n, d = terms.rows.shape
    if terms.link != "squares" or (n < d and terms.ridge > 0):
        return Enclosure(terms.ridge, terms.ridge)
    return _shifted(smallest_eigenvalue(gram), arb(1), arb(terms.ridge))


def _gram(rows: arb_mat) -> arb_mat:
    """The smaller of A^T A/n and A A^T/n: they share all eigenvalues but zeros."""
    n, d = rows.nrows(), rows.ncols()
    return (rows.transpose() * rows if d <= n else rows * rows.transpose()) / n


def _shifted(eigenvalue: Enclosure, c: arb, ridge: arb) -> Enclosure:
    return Enclosure(below(c * arb(eigenvalue.low) + ridge), above(c * arb(eigenvalue.high) + ridge))


def _eigenvectors(gram: arb_mat) -> Array:
    return np.linalg.eigh(np.array([[float(v) for v in row] for row in gram.tolist()]))[1]


def _rayleigh(gram: arb_mat, v: Array) -> arb:
    """<v, G v>/<v, v>, between the least and the largest eigenvalue."""
    tall = arb_mat([[x] for x in v.tolist()])
    return (tall.transpose() * gram * tall)[0, 0] / norm2(tall.entries())


def _slacks() -> Iterable[float]:
    """0, then 2^-52, 2^-48, ..., 2^-4."""
    return (0.0, *(2.0**-k for k in range(52, 3, -4)))


def _first(candidates: Iterable[float], certain: Callable[[float], bool], otherwise: float) -> float:
    return next((t for t in candidates if certain(t)), otherwise)
