"""Is a block of losses better than the one before?  A rank test, exact for exchangeable losses.

Of two blocks of w losses U counts the pairs in which the newer loss is below the older one (Mann and Whitney, *On a
test of whether one of two random variables is stochastically larger than the other*, 1947).  If all 2w losses are
exchangeable (noise without a trend, of whatever distribution), every order of them is as likely as any other, so

    P(U >= c) = #{orders with U >= c} / binom(2w, w),

and, pairs being counted strictly, ties only make U smaller.  A rise of the rate for U >= c, and a cut for the same
number of pairs the other way round, are false alarms with at most that probability each.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from math import comb


@lru_cache(maxsize=32)
def counts(w: int) -> tuple[int, ...]:
    """How many of the binom(2w, w) orders have U = 0, 1, ..., w^2: the coefficients of a Gaussian binomial."""
    ways = [[1] + [0] * (w * w) for _ in range(w + 1)]  # of j newer losses among the older ones seen so far
    for _ in range(w):  # an older loss is above j newer ones
        fresh = [ways[0][:]]
        for j in range(1, w + 1):
            shifted = [0] * j + ways[j][: w * w + 1 - j]
            fresh.append([a + b for a, b in zip(fresh[j - 1], shifted, strict=True)])
        ways = fresh
    return tuple(ways[w])


def false_alarm(w: int, c: int) -> Fraction:
    """P(U >= c) for exchangeable losses without ties."""
    return Fraction(sum(counts(w)[max(c, 0) :]), comb(2 * w, w))


@lru_cache(maxsize=64)
def critical(w: int, level: Fraction) -> int:
    """The least c with P(U >= c) <= level; w^2 + 1, which U never reaches, if there is none."""
    tail, most = 0, level * comb(2 * w, w)
    for u in range(w * w, -1, -1):
        tail += counts(w)[u]
        if tail > most:
            return u + 1
    return 0


def pairs_below(newer: Sequence[float | Fraction], older: Sequence[float | Fraction]) -> tuple[int, int]:
    """In how many of the w^2 pairs the newer loss is below the older one, and above it; NaN is above everything."""
    ranked = sorted(x for x in older if x == x)
    nans = len(older) - len(ranked)
    below = above = 0
    for x in newer:
        if x != x:
            above += len(ranked)
        else:
            below += len(ranked) - bisect_right(ranked, x) + nans
            above += bisect_left(ranked, x)
    return below, above
