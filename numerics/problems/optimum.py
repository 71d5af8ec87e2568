"""The certificate of a minimiser: from the size of the gradient at a point to bounds of x*, f(x*) and sigma*^2.

Where f is mu-strongly convex, |x - x*| <= |grad f(x)|/mu and f(x) - f(x*) <= |grad f(x)|^2/(2 mu) (Nesterov,
*Introductory Lectures on Convex Optimization*, 2004, Section 2.1.3).  Where the gradient is exactly 0, x is a minimiser
of any convex f.  By smoothness | |grad f_i(x*)| - |grad f_i(x)| | <= L_i |x - x*|, so that

    | sigma*^2 - (1/n) sum |grad f_i(x)|^2 | <= (1/n) sum (2 |grad f_i(x)| e_i + e_i^2),    e_i = L_i |x - x*|.

sigma*^2 is the same at all minimisers: there the gradients of convex smooth f_i agree.
"""

from __future__ import annotations

from flint import arb

from numerics.problems.balls import above, below, norm2, precise, total
from numerics.problems.evaluation import Evaluation, evaluate
from numerics.problems.finite_sum import Array, Constants, Enclosure, Optimum
from numerics.problems.terms import Terms

RESOLUTION = 2.0**-52  # the gap must be below what doubles resolve of f(0) - inf phi


def certified_optimum(name: str, terms: Terms, constants: Constants, point: Array) -> Optimum:
    """What the gradient at ``point`` proves; refused where it proves nothing, or less than doubles can tell."""
    with precise():
        at = evaluate(terms, point)
        gradient, mu = above(norm2(at.gradient).nonnegative_part().sqrt()), constants.mu.low
        if gradient > 0 and mu == 0:
            raise ValueError(
                f"{name}: no minimiser can be certified, as |grad f| <= {gradient:.3g} at the best point found and f "
                "is not known to be strongly convex: take ridge > 0, or pass near=x if x fits the data exactly."
            )
        distance = above(arb(gradient) / mu) if gradient else 0.0
        gap = above(arb(gradient) ** 2 / (2 * arb(mu))) if gradient else 0.0
        _check_gap(name, terms, gap)
        return Optimum(point, _value(terms, at, gap), gradient, distance, gap, _variance(at, distance))


def _check_gap(name: str, terms: Terms, gap: float) -> None:
    at_zero, _ = terms.losses_and_slopes(0 * terms.rows[0])
    allowed = RESOLUTION * float(at_zero.mean())
    if gap > allowed:
        raise ValueError(
            f"{name}: the gap f(x) - f(x*) is only known to be at most {gap:.3g} at the best point found, above the "
            f"{allowed:.3g} that doubles resolve: the problem is too ill-conditioned, take a larger ridge."
        )


def _value(terms: Terms, at: Evaluation, gap: float) -> Enclosure:
    """f(x*), at least f(x) - gap and, as phi >= 0, at least the mean offset."""
    least = total(map(arb, terms.offsets.tolist())) / len(terms.offsets)
    return Enclosure(max(below(at.value - gap), below(least)), above(at.value))


def _variance(at: Evaluation, distance: float) -> Enclosure:
    n, reach = len(at.slopes), arb(distance)
    known = total(at.sample_norms2) / n
    doubt = total(
        2 * g2.nonnegative_part().sqrt() * L * reach + (L * reach) ** 2
        for g2, L in zip(at.sample_norms2, at.smoothness, strict=True)
    )
    return Enclosure(max(0.0, below(known - doubt / n)), above(known + doubt / n))
