"""How tight the convergence theorems are at small T: their bounds beside the worst case, certified from both sides.

In units of L = 1 and R = |x_0 - x*| = 1; ``noise`` is sigma*^2/(L R)^2, up to about 100.  All n^(T-1) sequences of
samples are in one semidefinite program, whose Gram matrix has n (1 + n + ... + n^(T-1)) + n rows.  On one core solving
and certifying takes 0.1 s for n = 2, T = 3; 2 s for n = 2, T = 4; 6 to 14 s for n = 3, T = 3 (42 rows); 70 s for n = 2,
T = 5 (64 rows).  GreedyLR multiplies that by the answers to its comparisons: with n = 2 there are 16 patterns at T = 4
in the order "next" (25 s) and at T = 3 in the order "same" (2 s); one more step would make them 4096.  The default
table takes a minute and a half.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeVar

from greedylr.rule import Rule
from theory.worst_case.certificate import Lower, UncertifiedError, Upper, check_lower, check_upper
from theory.worst_case.explore import explore
from theory.worst_case.problem import Problem, problem
from theory.worst_case.stochastic import StochasticDescent, StochasticGreedy
from theory.worst_case.unknown import ZERO
from verification.worst_case import certify
from verification.worst_case.assembly import Rows, assemble
from verification.worst_case.solver import maximise

Bound = Callable[[Fraction, Fraction, int, Fraction, Fraction], Fraction | None]
Found = TypeVar("Found")
SLACKS = (1e-5, 1e-4, 1e-3)  # relative, of the certified values; a larger one only where a smaller one fails
GAMMAS = tuple(map(Fraction, ("1/10", "1/4", "9/20", "9/10", "3/2")))
NOISES = tuple(map(Fraction, ("0", "1/10", "1")))
SIZES = ((1, 1), (1, 2), (1, 3), (1, 4), (2, 2), (2, 3), (2, 4), (3, 2))  # n and T


def repaired(lo: Fraction, hi: Fraction, steps: int, distance2: Fraction, noise: Fraction) -> Fraction | None:
    """R^2 / (2 lo (1 - 2 hi) T) + hi^2 s2 / (lo (1 - 2 hi)) for hi < 1/2: A.1.repaired."""
    return (distance2 / (2 * steps) + hi * hi * noise) / (lo * (1 - 2 * hi)) if 2 * hi < 1 else None


def sharp(lo: Fraction, hi: Fraction, steps: int, distance2: Fraction, noise: Fraction) -> Fraction | None:
    """R^2 / (2 lo T) + hi^2 s2 / (2 lo (1 - hi)) for hi < 1: sharp.theorem."""
    return (distance2 / steps + hi * hi * noise / (1 - hi)) / (2 * lo) if hi < 1 else None


def wide(lo: Fraction, hi: Fraction, steps: int, distance2: Fraction, noise: Fraction) -> Fraction | None:
    """R^2 / (lo (2 - hi) T) + (2 + hi) hi^2 s2 / (lo (2 - hi)^2) for hi < 2: wide.theorem."""
    return (distance2 / steps + (2 + hi) * hi * hi * noise / (2 - hi)) / (lo * (2 - hi)) if hi < 2 else None


def interpolation(lo: Fraction, hi: Fraction, steps: int, distance2: Fraction, noise: Fraction) -> Fraction | None:
    """R^2 / (2 lo min(1, 2 - hi) T) for hi < 2, s2 = 0: interpolation.theorem."""
    return distance2 / (2 * lo * min(Fraction(1), 2 - hi) * steps) if hi < 2 and not noise else None


THEOREMS: dict[str, Bound] = {f.__name__: f for f in (repaired, sharp, wide, interpolation)}


@dataclass(frozen=True)
class Case:
    """A method and sigma*^2; its rates lie in [lo, hi]."""

    method: StochasticDescent | StochasticGreedy
    noise: Fraction
    lo: Fraction
    hi: Fraction
    steps: int

    def bounds(self) -> dict[str, Fraction]:
        """Those of the theorems that apply; of rates alone, whether or not they are fixed before the sample."""
        found = {name: f(self.lo, self.hi, self.steps, Fraction(1), self.noise) for name, f in THEOREMS.items()}
        return {name: bound for name, bound in found.items() if bound is not None}

    @property
    def is_quick(self) -> bool:
        """Whether it takes a second or two."""
        return isinstance(self.method, StochasticDescent) and self.method.components**self.steps <= 2**4

    @property
    def name(self) -> str:
        """One line."""
        m = self.method
        how = f'GreedyLR, order "{m.rule.order}"' if isinstance(m, StochasticGreedy) else "fixed rates"
        rates = f"{self.lo}" if self.lo == self.hi else f"{self.lo} to {self.hi}"
        return f"{how}, gamma = {rates}, s2 = {self.noise}, n = {m.components}, T = {self.steps}"


@dataclass(frozen=True)
class Piece:
    """The worst case among the functions that give one pattern of answers."""

    pattern: tuple[bool, ...]
    problem: Problem
    rows: Rows
    value: float  # what the solver found, in the units of rows

    @property
    def worst(self) -> float:
        """In the problem's units; -inf where the solver found nothing."""
        return -math.inf if math.isnan(self.value) else self.value * self.rows.size


@dataclass(frozen=True)
class Row:
    """The worst case lies in [lower, upper]: some components attain ``lower``, none exceeds ``upper``."""

    case: Case
    lower: Fraction
    upper: Fraction
    pattern: tuple[bool, ...]  # of the answers where it is attained
    attained: Lower
    certificates: tuple[tuple[Problem, Upper], ...]  # of every pattern

    def ratios(self) -> dict[str, float]:
        """Every theorem's bound over the worst case, rounded down: over its upper end."""
        return {name: float(bound / self.upper) for name, bound in self.case.bounds().items()}


def fixed(gamma: Fraction, noise: Fraction, components: int, steps: int) -> Case:
    """SGD at one rate."""
    method = StochasticDescent((gamma,) * (steps - 1), components, interpolating=not noise)
    return Case(method, noise, gamma, gamma, steps)


def greedy(rule: Rule, rate: Fraction, noise: Fraction, components: int, steps: int) -> Case:
    """SGD with GreedyLR from ``rate``, its rates in the rule's [min_lr, max_lr]."""
    method = StochasticGreedy(rule, rate, components, steps, interpolating=not noise)
    if not 0 < rule.min_lr <= rule.max_lr < math.inf:
        raise ValueError(f"the theorems need 0 < min_lr, max_lr < inf, got {rule.min_lr!r}, {rule.max_lr!r}: set both.")
    return Case(method, noise, Fraction(rule.min_lr), Fraction(rule.max_lr), steps)


def default_cases() -> Iterator[Case]:
    """One rate at every size that is cheap, then GreedyLR on two samples from the highest of its two rates.

    With n = 1 there is no noise, and rates fixed before the sample are any.
    """
    for gamma in GAMMAS:
        for noise in NOISES:
            yield from (fixed(gamma, noise, n, T) for n, T in SIZES if n > 1 or not noise)
    for hi in (Fraction(9, 20), Fraction(9, 10)):
        same = Rule(factor=Fraction(1, 2), order="same", min_lr=hi / 2, max_lr=hi)
        yield from (greedy(same, hi, noise, 2, 3) for noise in NOISES)
        yield greedy(replace(same, order="next"), hi, NOISES[-1], 2, 4)


def table(cases: Sequence[Case], progress: Callable[[int, int, str], None] | None = None) -> tuple[Row, ...]:
    """A row for every case; ``progress`` is told how many of how many are done, and which comes next."""
    rows = []
    for k, case in enumerate(cases):
        if progress is not None:
            progress(k, len(cases), case.name)
        rows.append(worst_case(case))
    return tuple(rows)


def worst_case(case: Case) -> Row:
    """The certified worst case: the largest of all patterns', and a certificate for each of them."""
    found = sorted(pieces(case), key=lambda piece: piece.worst, reverse=True)
    most = found[0]

    def below(slack: float) -> tuple[Lower, Fraction]:
        return certify.lower(most.problem, most.rows, most.value * (1 - slack))

    def above(slack: float) -> tuple[Fraction, tuple[tuple[Problem, Upper], ...]]:
        upper = Fraction(most.worst * (1 + slack)).limit_denominator(10**9)
        return upper, tuple((p.problem, certify.upper(p.problem, p.rows, upper)) for p in found)

    attained, lower = _certified(below)
    upper, proofs = _certified(above)
    return Row(case, lower, upper, most.pattern, attained, proofs)


def _certified(attempt: Callable[[float], Found]) -> Found:
    """What comes of the first slack at which the attempt succeeds; the failure at the last one otherwise."""
    *first, last = SLACKS
    for slack in first:
        with suppress(UncertifiedError):
            return attempt(slack)
    return attempt(last)


def recheck(row: Row) -> None:
    """Hold every certificate against its problem again; raise ``UncertifiedError`` if one is none."""
    if check_lower(row.certificates[0][0], row.attained) != row.lower:
        raise UncertifiedError(f"the numbers do not attain {row.lower}.")
    for posed, proof in row.certificates:
        check_upper(posed, proof)
        if proof.bound > row.upper:
            raise UncertifiedError(f"a pattern is only certified up to {proof.bound}, above {row.upper}.")


def pieces(case: Case) -> Iterator[Piece]:
    """The semidefinite program of every pattern of answers, solved."""
    bounded = case.noise > ZERO and case.method.components > 1
    for trial, measure in explore(case.method):
        posed = problem(trial, measure, noise=case.noise if bounded else None)
        rows = assemble(posed)
        yield Piece(trial.pattern, posed, rows, maximise(rows).value)


def markdown(rows: Sequence[Row]) -> str:
    """The table, a line a row; the ratios are bound over worst case."""
    names = list(THEOREMS)
    lines = [f"| case | worst case | {' | '.join(names)} |", f"| --- | ---: |{' ---: |' * len(names)}"]
    for row in rows:
        ratios = row.ratios()
        cells = [f"{ratios[name]:.3f}" if name in ratios else "" for name in names]
        lines.append(f"| {row.case.name} | {float(row.lower):.6f} to {float(row.upper):.6f} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
