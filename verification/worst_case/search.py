"""The worst case of a method that compares losses: the maximum over all the ways it can run, certified.

Every pattern of answers has constant rates, so its worst case is a semidefinite program; the patterns are tried in the
order of their chain bounds, until no chain bound exceeds the largest value found.  The result is an interval:
``upper`` has an exact certificate for every pattern, ``lower`` an exact function on which the method attains it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from theory.worst_case.certificate import Lower, UncertifiedError, Upper, check_upper
from theory.worst_case.chain import Chain, certificate, chain
from theory.worst_case.chain import bound as chain_bound
from theory.worst_case.explore import Method, explore
from theory.worst_case.problem import Problem, problem
from theory.worst_case.unknown import exact
from verification.worst_case import certify
from verification.worst_case.assembly import Rows, assemble
from verification.worst_case.solver import Solution, maximise

Pattern = tuple[bool, ...]
SLACKS = (1e-5, 1e-4, 1e-3)  # relative distances of a certified bound from the solver's value, tried in turn
ACCEPTED = ("Solved", "AlmostSolved")
DIGITS = 8
LIMIT = 5000  # patterns
UNASKED = "no certificate was asked for"


def silent(done: int, total: int) -> None:
    """Show no progress."""


@dataclass(frozen=True)
class Leaf:
    """One pattern of answers with its problem and, where there is one, its chain bound."""

    pattern: Pattern
    problem: Problem
    known: Chain | None
    bound: Fraction | None


@dataclass(frozen=True)
class Solved:
    """A leaf with what the solver came to."""

    leaf: Leaf
    rows: Rows
    solution: Solution

    @property
    def value(self) -> float:
        """The value of its program; NaN if the solver has none."""
        found = self.solution.value * self.rows.size
        usable = self.solution.status in ACCEPTED or math.isinf(found)
        return found + float(self.leaf.problem.constant) if usable else math.nan


@dataclass(frozen=True)
class WorstCase:
    """What is known of the worst case, for |x_0 - x*| <= 1; multiply by |x_0 - x*|^2 for other distances.

    ``status`` is "certified" if both ends of the interval are exact; "upper bound" or "attained" if one of them is;
    "unverified" for a solver's value alone; "open" where the solver stopped early or found no bounded value.
    """

    value: float
    gap: float
    status: str
    why: str  # in words, where the status is not "certified"
    lower: Fraction | None
    upper: Fraction | None
    pattern: Pattern  # of the largest value
    patterns: int
    solved: int  # by a semidefinite program; the others by chain bounds
    statuses: Mapping[str, int]
    certificates: Mapping[Pattern, Upper] = field(default_factory=dict, repr=False)  # of the solved patterns
    attained: Lower | None = field(default=None, repr=False)
    problem: Problem | None = field(default=None, repr=False)  # of the largest value


class TooManyError(ValueError):
    """The method can run in more ways than were allowed."""


class TooLargeError(ValueError):
    """The worst case cannot be written in floating-point numbers."""


def leaves(method: Method, *, rests: bool, limit: int) -> list[Leaf]:
    """Every pattern, the largest chain bounds first, those without any before them."""
    found: list[Leaf] = []
    for trial, measure in explore(method, rests=rests):
        if len(found) == limit:
            raise TooManyError(
                f"the method can run in more than {limit} ways: take fewer steps, a factor closer to 1, a cap closer to"
                " 2/L, or allow more patterns."
            )
        program = problem(trial, measure)
        known = chain(program)
        found.append(Leaf(trial.pattern, program, known, chain_bound(program, known) if known else None))
    return sorted(found, key=lambda leaf: math.inf if leaf.bound is None else leaf.bound, reverse=True)


def worst_case(
    method: Method,
    *,
    rests: bool = False,
    certified: bool = True,
    bound: Fraction | None = None,
    limit: int = LIMIT,
    time_limit: float = math.inf,
    progress: Callable[[int, int], None] = silent,
) -> WorstCase:
    """The worst case of the measure that ``method`` returns, over all functions of its class.

    ``rests`` says that the method takes gradient steps only and so stands still at a minimiser (see ``explore``).
    The certified bound is the least of a few, a little above the solver's value, that has certificates, or ``bound``.
    More than ``limit`` patterns raise ``TooManyError``; ``time_limit`` bounds every single program, in seconds.
    """
    every = leaves(method, rests=rests, limit=limit)
    solved: list[Solved] = []
    best = -math.inf
    for k, leaf in enumerate(every):
        progress(k, len(every))
        if leaf.bound is not None and leaf.bound <= best:
            break
        solved.append(_solve(leaf, time_limit))
        best = max(best, solved[-1].value)
    result = _summary(every, solved, best, None if bound is None else exact(bound), certified=certified)
    progress(len(every), len(every))
    return result


def _solve(leaf: Leaf, time_limit: float) -> Solved:
    try:
        rows = assemble(leaf.problem, leaf.known)
    except OverflowError:
        raise TooLargeError(
            "the sizes of a pattern exceed floating-point numbers: take fewer steps, smaller rates or a larger factor."
        ) from None
    return Solved(leaf, rows, maximise(rows, time_limit=time_limit))


def _summary(
    every: list[Leaf], solved: list[Solved], best: float, bound: Fraction | None, *, certified: bool
) -> WorstCase:
    statuses = dict(Counter(s.solution.status for s in solved))
    top = max(solved, key=lambda s: -math.inf if math.isnan(s.value) else s.value)
    facts = (top.leaf.pattern, len(every), len(solved), statuses)
    if not math.isfinite(best):
        why = (
            "no function satisfies the conditions" if best < 0 else "a program is unbounded, as far as the solver sees"
        )
        stopped = [s.solution.status for s in solved if math.isnan(s.value)]
        why = f"the solver stopped: {', '.join(sorted(set(stopped)))}" if stopped else why
        return WorstCase(math.nan if stopped else best, math.nan, "open", why, None, None, *facts)
    gap = top.solution.gap * top.rows.size
    if not certified:
        stopped = sorted({s.solution.status for s in solved if math.isnan(s.value)})
        status, why = ("open", f"the solver stopped: {', '.join(stopped)}") if stopped else ("unverified", UNASKED)
        return WorstCase(best, gap, status, why, None, None, *facts)
    bounds = [rounded_up(best + abs(best) * slack) for slack in SLACKS] if bound is None else [bound]
    upper, certificates, why = _upper(every, solved, bounds)
    attained, lower, why_not = _lower(top)
    status = {(True, True): "certified", (True, False): "upper bound", (False, True): "attained"}.get(
        (upper is not None, lower is not None), "unverified"
    )
    reasons = "; ".join(r for r in (why, why_not) if r)
    return WorstCase(best, gap, status, reasons, lower, upper, *facts, certificates, attained, top.leaf.problem)


def _upper(
    every: list[Leaf], solved: list[Solved], bounds: Sequence[Fraction]
) -> tuple[Fraction | None, dict[Pattern, Upper], str]:
    """The first of the bounds that has a certificate for every pattern."""
    why = ""
    for tau in bounds:
        try:
            found = {s.leaf.pattern: certify.upper(s.leaf.problem, s.rows, tau) for s in solved}
            for leaf in every[len(solved) :]:
                if leaf.known is None:
                    raise UncertifiedError("a pattern has neither a program nor a chain bound.")
                check_upper(leaf.problem, certificate(leaf.problem, leaf.known, tau))
        except UncertifiedError as reason:
            why = f"no upper bound: {reason}"
        else:
            return tau, found, ""
    return None, {}, why


def _lower(top: Solved) -> tuple[Lower | None, Fraction | None, str]:
    """Numbers of a function that attains a value close to the largest."""
    why = ""
    for slack in SLACKS:
        try:
            value = top.solution.value - abs(top.solution.value) * slack
            return *certify.lower(top.leaf.problem, top.rows, value), ""
        except UncertifiedError as reason:
            why = f"not attained: {reason}"
    return None, None, why


def rounded_up(x: float) -> Fraction:
    """A number of ``DIGITS`` significant digits that is at least x."""
    if not x:
        return Fraction(0)
    unit = Fraction(10) ** (math.floor(math.log10(abs(x))) - DIGITS + 1)
    return math.ceil(Fraction(x) / unit) * unit
