"""Theorem A.1 for Algorithm 1 as printed: the rate that a sample's own loss decides biases the average iterate.

On two samples, one much dearer than the other, Algorithm 1 steps on the dear sample at the low rate whenever it
follows the cheap one, and at the high rate otherwise.  The rate is then a finite Markov chain that does not depend on
x, so E[x_t; last sample] obeys a linear recursion.  All its numbers are multiples of a power of two: it is run for
thousands of steps by squaring an integer matrix, without a single rounding.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product

from greedylr.rule import Rule
from theory.arithmetic import approx
from theory.claim import Check, Witness
from theory.runs import Q, TwoSamples

Matrix = list[list[int]]
SAMPLES, MINIMISERS = (1, 2), {1: 1, 2: -1}
LOW, HIGH, FACTOR, COST = Q(1, 1024), Q(1, 512), Q(1, 2), Q(10)
SCALE = 2**12  # clears the denominators of one step
DOUBLINGS = 13


def chain() -> dict[tuple[int, int], set[Fraction]]:
    """The rates used on a sample, by (previous sample, sample), from either earlier rate: the rule itself, replayed."""
    problem, rule = TwoSamples(COST), Rule(factor=FACTOR, order="same", min_lr=LOW, max_lr=HIGH)
    rates: dict[tuple[int, int], set[Fraction]] = {pair: set() for pair in product(SAMPLES, SAMPLES)}
    for (before, now), rate, x in product(rates, (LOW, HIGH), (Q(-1, 3), Q(0), Q(1, 3))):
        state = rule.step(rule.start(rate), problem.loss(before, x))
        moved = x - rate * problem.slope(before, x)
        rates[before, now].add(Q(rule.used(state, rule.step(state, problem.loss(now, moved)))))
    return rates


def transition(rates: dict[tuple[int, int], Fraction]) -> Matrix:
    """One step of (E[x; last 1], E[x; last 2], E[x_0 + ... + x_{t-1}], P(last 1), P(last 2)), times SCALE."""
    rows: list[list[Fraction]] = []
    for now in SAMPLES:
        kept = [(1 - rates[before, now]) / 2 for before in SAMPLES]
        pulled = [rates[before, now] * MINIMISERS[now] / 2 for before in SAMPLES]
        rows.append([*kept, Q(0), *pulled])
    rows.append([Q(1), Q(1), Q(1), Q(0), Q(0)])
    rows += [[Q(0), Q(0), Q(0), Q(1, 2), Q(1, 2)] for _ in SAMPLES]
    return [[int(entry * SCALE) for entry in row] for row in rows]


def average_mean(matrix: Matrix, doublings: int) -> Fraction:
    """E xbar_T for T = 2^doublings, from x_0 = 0 as after a cheap sample: l_{-1} lies between the two losses."""
    scale = SCALE
    for _ in range(doublings):
        matrix = [
            [sum(a * b for a, b in zip(row, column, strict=True)) for column in zip(*matrix, strict=True)]
            for row in matrix
        ]
        scale *= scale
    return Q(matrix[2][4], scale * 2**doublings)


def biased_average() -> Witness:
    """From x_0 = x* = 0 the mean of xbar_T moves to -0.13; (E xbar_T)^2/2 alone exceeds every reading of the bound."""
    rates = chain()
    steps = 2**DOUBLINGS
    mean = average_mean(transition({pair: max(found) for pair, found in rates.items()}), DOUBLINGS)
    floor = mean * mean / 2
    contraction = 2 * LOW * (1 - HIGH / 2)  # 1 - alpha at L = 1; the first term of the bound vanishes with a_0 = 0
    bounds = {
        "beta = L max_lr^2 sigma*": HIGH**2 / contraction,
        "beta = 2 max_lr^2 sigma*": 2 * HIGH**2 / contraction,
        "the noise term of A.1.repaired": HIGH**2 / (LOW * (1 - 2 * HIGH)),
    }
    return Witness(
        says="f_1 = (x-1)^2/2 + 10, f_2 = (x+1)^2/2 (convex, L = 1, sigma* = 1), x_0 = x* = 0, Algorithm 1, F = 1/2, "
        f"rates in [1/1024, 1/512], T = {steps}; l_(-1) = 5.",
        hypotheses=(
            Check("iterates stay in [-1, 1]: the largest rate", HIGH, "<", Q(1)),
            Check("there f_1 >= 10 always exceeds f_2", COST, ">", TwoSamples(COST).loss(2, Q(1))),
            Check("a repeated sample has improved: (1 - rate)^2", (1 - LOW) ** 2, "<", Q(1)),
            Check(
                "at the start f_1 exceeds l_(-1), as after a cheap sample", TwoSamples(COST).loss(1, Q(0)), ">", Q(5)
            ),
            Check(
                "at the start f_2 is below l_(-1), as after a cheap sample", TwoSamples(COST).loss(2, Q(0)), "<", Q(5)
            ),
            Check("rates per pair of samples, whatever came before", Q(max(map(len, rates.values()))), "=", Q(1)),
            Check("the rate on the dear sample after the cheap one", max(rates[2, 1]), "=", LOW),
            Check(
                "the smallest rate on any other pair", min(min(r) for p, r in rates.items() if p != (2, 1)), "=", HIGH
            ),
            Check("max_lr is below 1/(2L)", HIGH, "<", Q(1, 2)),
        ),
        claimed=tuple(
            Check(f"(E xbar_T)^2/2 <= E f(xbar_T) - f* is at most the bound with {name}", floor, "<=", bound)
            for name, bound in bounds.items()
        ),
        trace=(("E xbar_T", approx(mean)), ("(E xbar_T)^2/2", approx(floor))),
    )
