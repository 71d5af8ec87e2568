"""A bound without a solver: from value to value along the run, each step with its growth at most.

For a convex L-smooth f with minimum 0 a step at the rate r gives f_{t+1} <= max(1, (L r - 1)^2) f_t, an answer gives
f_{t+1} <= f_s, convexity gives f(average) <= mean, and f_0 <= L |x_0 - x*|^2/2.  Every one of them is a combination of
the problem's inequalities, so the bound comes with its certificate.  It decides most patterns of an uncapped rule, and
its sizes scale the semidefinite programs of the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from theory.worst_case.certificate import Upper
from theory.worst_case.explore import steps_from
from theory.worst_case.problem import Component, Problem
from theory.worst_case.unknown import ZERO, Point

ONE = Fraction(1)
Links = tuple[tuple[int, Fraction], ...]  # a value is at most the sum of weight * value


@dataclass(frozen=True)
class Link:
    """Why a value is at most ``sum of c * (value of sample)``: multipliers of pairs of samples, and of a condition."""

    below: Links
    pairs: tuple[tuple[tuple[int, int], Fraction], ...] = ()
    condition: int | None = None


@dataclass(frozen=True)
class Chain:
    """The bound of every value, and why."""

    bounds: dict[int, Fraction]
    links: dict[int, Link]


def chain(problem: Problem) -> Chain | None:
    """The bounds; None where the problem is not that of gradient steps on one convex L-smooth function."""
    if len(problem.components) != 1 or problem.components[0].convexity:
        return None
    component = problem.components[0]
    bounds: dict[int, Fraction] = {}
    links: dict[int, Link] = {}
    for k in sorted(range(problem.values)):
        best: tuple[Fraction, Link] | None = None
        for link in _links(problem, component, k):
            if all(s in bounds for s, _ in link.below):
                bound = sum((c * bounds[s] for s, c in link.below), ZERO)
                if not link.below:
                    bound = component.smoothness / 2
                if best is None or bound < best[0]:
                    best = bound, link
        if best is None:
            return None
        bounds[k], links[k] = best
    return Chain(bounds, links)


def bound(problem: Problem, known: Chain) -> Fraction:
    """What the chain says of the objective."""
    return problem.constant + sum((c * known.bounds[k] for k, c in problem.objective), ZERO)


def certificate(problem: Problem, known: Chain, at: Fraction) -> Upper:
    """The multipliers, for a bound ``at`` that is at least the chain's."""
    weights = [ZERO] * problem.values
    for k, c in problem.objective:
        weights[k] += c
    pairs: dict[tuple[int, int], Fraction] = {}
    conditions = [ZERO] * len(problem.conditions)
    for k in reversed(range(problem.values)):
        weight, link = weights[k], known.links[k]
        if not weight:
            continue
        for pair, c in link.pairs:
            pairs[pair] = pairs.get(pair, ZERO) + weight * c
        for s, c in link.below:
            weights[s] += weight * c
        if link.condition is not None:
            conditions[link.condition] += weight * (ONE if link.below else problem.components[0].smoothness / 2)
    return Upper(at, (pairs,), tuple(conditions))


def _links(problem: Problem, component: Component, k: int) -> Iterator[Link]:
    """Every reason that bounds the value k by earlier ones."""
    for c, condition in enumerate(problem.conditions):
        if len(condition.values) == 2 and not condition.gram and not condition.constant:
            (a, x), (b, y) = condition.values
            if x + y == 0 and abs(x) == 1 and k == (a if x < 0 else b):
                yield Link((((b if k == a else a), ONE),), (), c)
    samples = component.samples
    here = next((s for s, sample in enumerate(samples) if sample.value == k), None)
    if here is None:
        return
    if not any(s.value is not None and s.value < k for s in samples):
        normal = next((c for c, what in enumerate(problem.conditions) if what.constant == 1 and not what.values), None)
        if samples[here].position == Point((ONE,)) and normal is not None:
            yield Link((), (((0, here), ONE),), normal)
    for s, sample in enumerate(samples):
        if sample.value is None or sample.value >= k or not steps_from(sample, samples[here]):
            continue
        rate = (sample.position - samples[here].position).multiple_of(sample.gradient)
        if rate is not None and rate >= 0:
            growth = max(ONE, (rate * component.smoothness - 1) ** 2)
            extra = (((s, 0), growth - 1),) if growth > 1 else ()
            yield Link(((sample.value, growth),), (((s, here), ONE), *extra))
            return
    yield from _mean(component, here)


def _mean(component: Component, here: int) -> Iterator[Link]:
    """The sample is the mean of all others but x* and the last: its value is at most the mean of theirs."""
    others = [s for s in range(1, here) if component.samples[s].value is not None]
    if others:
        share = Fraction(1, len(others))
        if share * sum((component.samples[s].position for s in others), Point()) == component.samples[here].position:
            below = tuple((component.samples[s].value or 0, share) for s in others)
            yield Link(below, tuple(((s, here), share) for s in others))
