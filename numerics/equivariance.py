"""Scale equivariance, run: GreedyLR on c f with every rate divided by c, against GreedyLR on f.

The objective is a small random logistic regression.  In floating point a power of two only moves exponents, so the two
runs must agree to the last bit; another c must not be expected to.  On random quadratics in ``Fraction`` any c will do.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace
from fractions import Fraction

from greedylr.rule import Number, Rule

STEPS = 60


@dataclass(frozen=True)
class Tally:
    """In how many of ``runs`` the two runs made the same iterates, bit for bit."""

    runs: int
    identical: int
    seed: int


def random_rule(rng: random.Random) -> Rule:
    """A rule with random options."""
    return Rule(
        factor=Fraction(rng.randint(1, 15), 16),
        comparison=rng.choice(("previous", "best")),
        order=rng.choice(("same", "next")),
        threshold=rng.choice((0, Fraction(1, 64))),
        threshold_mode=rng.choice(("abs", "rel")),
        eps=rng.choice((0, Fraction(1, 128))),
        patience=rng.randint(0, 3),
        cooldown=rng.randint(0, 2),
        warmup=rng.randint(0, 2),
        window=rng.choice((1, 1, 4)),
        max_lr=rng.choice((math.inf, Fraction(4))),
    )


def scaled(rule: Rule, c: Number) -> Rule:
    """The rule for losses c times as large, whose rates are those of ``rule`` divided by c."""
    threshold = c * rule.threshold if rule.threshold_mode == "abs" else rule.threshold
    return replace(rule, threshold=threshold, min_lr=rule.min_lr / c, max_lr=rule.max_lr / c, eps=rule.eps / c)


def logistic_path(
    data: list[tuple[float, float, float]], rule: Rule, rate: float, c: float
) -> list[tuple[float, float]]:
    """Gradient descent with floats on c times the mean logistic loss of rows (u, v, label)."""
    x, y, state, path = 0.0, 0.0, rule.start(rate), []
    for _ in range(STEPS):
        margins = [label * (u * x + v * y) for u, v, label in data]
        loss = c * math.fsum(_softplus(-m) for m in margins) / len(data)
        pulls = [-label / (1 + math.exp(min(m, 700.0))) for (_, _, label), m in zip(data, margins, strict=True)]
        before, state = state, rule.step(state, loss)
        used = float(rule.used(before, state))
        x -= used * (c * math.fsum(p * u for p, (u, _, _) in zip(pulls, data, strict=True)) / len(data))
        y -= used * (c * math.fsum(p * v for p, (_, v, _) in zip(pulls, data, strict=True)) / len(data))
        path.append((x, y))
    return path


def _softplus(z: float) -> float:
    return max(z, 0.0) + math.log1p(math.exp(-abs(z)))


def float_runs(c: float, runs: int, seed: int) -> Tally:
    """How often c f and f make bit-identical float iterates."""
    rng = random.Random(seed)
    identical = 0
    for _ in range(runs):
        rows = [(rng.gauss(0, 1), rng.gauss(0, 1), rng.choice((-1.0, 1.0))) for _ in range(8)]
        rule = replace(random_rule(rng), factor=rng.uniform(0.05, 0.95))
        rate = rng.uniform(0.1, 3.0)
        identical += logistic_path(rows, rule, rate, 1.0) == logistic_path(rows, scaled(rule, c), rate / c, c)
    return Tally(runs, identical, seed)


def quadratic_path(curvature: Fraction, rule: Rule, rate: Fraction) -> list[Fraction]:
    """Exact gradient descent on curvature x^2/2 from 1."""
    x, state, path = Fraction(1), rule.start(rate), []
    for _ in range(STEPS // 2):
        before, state = state, rule.step(state, curvature * x * x / 2)
        x -= Fraction(rule.used(before, state)) * curvature * x
        path.append(x)
    return path


def exact_runs(runs: int, seed: int) -> Tally:
    """How often c f and f make the same iterates in rational arithmetic, for random rational c."""
    rng = random.Random(seed)
    identical = 0
    for _ in range(runs):
        rule, c = random_rule(rng), Fraction(rng.randint(1, 30), rng.randint(1, 30))
        curvature, rate = Fraction(rng.randint(1, 8), 4), Fraction(rng.randint(1, 12), 8)
        identical += quadratic_path(curvature, rule, rate) == quadratic_path(c * curvature, scaled(rule, c), rate / c)
    return Tally(runs, identical, seed)
