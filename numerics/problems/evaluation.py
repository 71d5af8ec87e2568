"""A finite sum and its gradients at one point, in ball arithmetic: the exact numbers lie in the balls."""

from __future__ import annotations

from dataclasses import dataclass

from flint import arb

from numerics.problems import ball_links
from numerics.problems.balls import column, matrix, norm2, total
from numerics.problems.finite_sum import Array
from numerics.problems.terms import Terms


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """What is known of f at x; the samples' gradients by their norms."""

    value: arb  # f(x)
    gradient: list[arb]  # grad f(x), d of them
    slopes: list[arb]  # phi'(<a_i, x>; b_i)
    sample_norms2: list[arb]  # |grad f_i(x)|^2
    smoothness: list[arb]  # of f_i


def evaluate(terms: Terms, x: Array) -> Evaluation:
    """f, grad f and all |grad f_i|^2 at x.

    |grad f_i|^2 = s^2 |a_i|^2 + 2 s ridge <a_i, x> + ridge^2 |x|^2 with the slope s = phi'(<a_i, x>; b_i).
    """
    link, scale, ridge, n = terms.link, arb(terms.scale), arb(terms.ridge), len(terms.rows)
    rows, point = matrix(terms.rows), column(x)
    images = (rows * point).entries()
    pairs = [(z, arb(b)) for z, b in zip(images, terms.targets.tolist(), strict=True)]
    slopes = [ball_links.slope(link, scale, z, b) for z, b in pairs]
    losses = total(ball_links.value(link, scale, z, b) for z, b in pairs) + total(map(arb, terms.offsets.tolist()))
    lengths2, size2 = [norm2(row) for row in rows.tolist()], norm2(point.entries())
    mean_slope = rows.transpose() * type(rows)([[s] for s in slopes]) / n
    return Evaluation(
        value=losses / n + ridge * size2 / 2,
        gradient=(mean_slope + ridge * point).entries(),
        slopes=slopes,
        sample_norms2=[
            s * s * a2 + 2 * s * ridge * z + ridge * ridge * size2
            for s, a2, z in zip(slopes, lengths2, images, strict=True)
        ],
        smoothness=[ball_links.curvature(link, scale) * a2 + ridge for a2 in lengths2],
    )
