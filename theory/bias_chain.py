"""The two-sample example as a finite Markov chain: exact moments of the iterates, and the limit of their mean.

f_1 = (x - 1)^2/2 + c is dear, f_2 = (x + 1)^2/2 cheap, and a batch of b draws with k dear ones among them has the loss
(x - m)^2/2 + ck/b + const with m = (2k - b)/b.  While |x| <= 1, max_lr < 1 and c >= 2 + 4b max_lr, a batch improves on
the one before it iff it has no more dear draws: fewer are cheaper by more than the iterate can change, and as many
are the same function after a step along its own gradient (x = m, where nothing moves, must not occur: it cannot for
b = 1).  The decisions then depend on the numbers of dear draws alone.  `chain` lets `Rule.step` itself make them.

Given the state of the chain, x' = (1 - rate) x + rate m: the moments restricted to each state obey a linear recursion.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from math import comb, lcm

from sympy import QQ
from sympy.polys.matrices import DomainMatrix

from greedylr.rule import Rule, State

Q = Fraction


@dataclass(frozen=True)
class Move:
    """A draw: its probability, the rate used on it, the minimiser m of what was drawn, and the state it leads to."""

    weight: Fraction
    rate: Fraction
    target: Fraction
    to: int


@dataclass(frozen=True)
class Chain:
    """The states of the rule with the number of dear draws in the last batch, and the moves from each; 0 is first."""

    states: tuple[tuple[State, int], ...]
    moves: tuple[tuple[Move, ...], ...]


def chain(rule: Rule, initial_rate: Fraction, batch: int = 1) -> Chain:
    """The states reachable from the initial rate as after a batch of cheap draws, found breadth first."""
    _check(rule, batch)
    states, moves = [(replace(rule.start(initial_rate), reference=0), 0)], []
    index = {states[0]: 0}
    for before, last in states:  # grows while it is read
        drawn = []
        for k in range(batch + 1):
            after, rate = _decide(rule, before, improved=k <= last)
            if (after, k) not in index:
                index[after, k] = len(states)
                states.append((after, k))
            weight, target = Q(comb(batch, k), 2**batch), Q(2 * k - batch, batch)
            drawn.append(Move(weight, rate, target, index[after, k]))
        moves.append(tuple(drawn))
    return Chain(tuple(states), tuple(moves))


def _decide(rule: Rule, before: State, *, improved: bool) -> tuple[State, Fraction]:
    reference, loss = (1, 0) if improved else (0, 1)
    after = rule.step(replace(before, reference=reference), loss)
    return replace(after, reference=0, window=()), Q(rule.used(before, after))


def _check(rule: Rule, batch: int) -> None:
    if (rule.comparison, rule.mode, rule.threshold, rule.window, rule.reset) != ("previous", "min", 0, 1, None):
        raise ValueError(
            f"{rule!r} looks at more than which samples were drawn: the chain needs the strict comparison "
            "with the previous loss, unsmoothed, and no reset."
        )
    if not 0 < rule.min_lr <= rule.max_lr < 1:
        raise ValueError(
            f"rates must lie in (0, 1), got [{rule.min_lr!r}, {rule.max_lr!r}]: at 1 a step reaches the minimiser."
        )
    if batch < 1:
        raise ValueError(f"a batch has at least one draw, got {batch!r}.")


@dataclass(frozen=True)
class Moments:
    """E x_t and E x_t^2 for t = 0, ..., T, and E xbar_t and E xbar_t^2 for t = 1, ..., T."""

    mean: tuple[Fraction, ...]
    square: tuple[Fraction, ...]
    average: tuple[Fraction, ...]
    average_square: tuple[Fraction, ...]


Row = list[int]  # (P, E x, E S, E x^2, E S x, E S^2) in one state, with S = x_0 + ... + x_{t-1}; times a scale
DEGREES = (0, 1, 1, 2, 2, 2)


def moments(chain: Chain, x0: Fraction, steps: int) -> Moments:
    """Exact moments up to T = ``steps``, whose digits grow with T: hundreds of steps are quick, a few thousand slow."""
    found: list[list[Fraction]] = [[], [], [], []]
    for t, (_, x, s, xx, _, ss) in zip(range(steps + 1), _totals(chain, x0), strict=False):
        found[0].append(x)
        found[1].append(xx)
        if t:
            found[2].append(s / t)
            found[3].append(ss / t**2)
    return Moments(*map(tuple, found))


def _totals(chain: Chain, x0: Fraction) -> Iterator[list[Fraction]]:
    """The moments over all states, for t = 0, 1, ...: integers over q^t u^degree, u = v^t, so that no gcd is taken."""
    every = [move for moves in chain.moves for move in moves]
    q = lcm(*(move.weight.denominator for move in every))
    v = lcm(*(d for move in every for d in (move.rate.denominator, (move.rate * move.target).denominator)))
    rows = [[0] * 6 for _ in chain.states]
    n, u, p = x0.numerator, x0.denominator, 1
    rows[0] = [1, n, 0, n * n, 0, 0]
    while True:
        yield [Q(sum(row[j] for row in rows), p * u**d) for j, d in enumerate(DEGREES)]
        rows, u, p = _advance(chain, rows, (q, u, v)), u * v, p * q


def _advance(chain: Chain, rows: list[Row], scales: tuple[int, int, int]) -> list[Row]:
    q, u, v = scales
    after = [[0] * 6 for _ in rows]
    for row, moves in zip(rows, chain.moves, strict=True):
        p, x, s, xx, sx, ss = row
        for move in moves:
            w, a, b = int(q * move.weight), int(v * (1 - move.rate)), int(v * move.rate * move.target) * u
            into = after[move.to]
            into[0] += w * p
            into[1] += w * (a * x + b * p)
            into[2] += w * v * (s + x)
            into[3] += w * (a * a * xx + 2 * a * b * x + b * b * p)
            into[4] += w * v * (a * (sx + xx) + b * (s + x))
            into[5] += w * v * v * (ss + 2 * sx + xx)
    return after


def recurrent(chain: Chain) -> tuple[int, ...]:
    """The states that the chain visits for ever: those that can be reached from every state, in order."""
    reached = [_reachable(chain, i) for i in range(len(chain.states))]
    return tuple(sorted(set.intersection(*reached)))


def _reachable(chain: Chain, start: int) -> set[int]:
    seen, stack = {start}, [start]
    while stack:
        new = {move.to for move in chain.moves[stack.pop()]} - seen
        seen |= new
        stack += new
    return seen


def stationary_mean(chain: Chain) -> Fraction:
    """The limit of E xbar_T, and of E x_t unless the chain is periodic: sum u_s, where the moments p, u do not move.

    p_s' and u_s' are the sums over the moves s -> s' of weight p_s and weight [(1 - rate) u_s + rate m p_s].
    """
    states = recurrent(chain)
    at = {s: i for i, s in enumerate(states)}
    n = len(states)
    stay = [[Q(-(i == j)) for j in range(n)] for i in range(n)]
    keep = [[Q(-(i == j)) for j in range(n)] for i in range(n)]
    moves = [(s, move) for s in states for move in chain.moves[s]]
    for s, move in moves:
        stay[at[move.to]][at[s]] += move.weight
        keep[at[move.to]][at[s]] += move.weight * (1 - move.rate)
    stay[0] = [Q(1)] * n  # the rows of stay add up to zero: one of them makes room for sum p = 1
    p = solve(stay, [Q(1)] + [Q(0)] * (n - 1))
    pull = [Q(0)] * n
    for s, move in moves:
        pull[at[move.to]] -= move.weight * move.rate * move.target * p[at[s]]
    return sum(solve(keep, pull), Q(0))


def solve(matrix: list[list[Fraction]], right: list[Fraction]) -> list[Fraction]:
    """The solution of a regular linear system, by elimination over the rationals."""
    n = len(right)
    rows = DomainMatrix([[QQ(a.numerator, a.denominator) for a in row] for row in matrix], (n, n), QQ)
    column = DomainMatrix([[QQ(b.numerator, b.denominator)] for b in right], (n, 1), QQ)
    found = rows.to_sparse().lu_solve(column.to_sparse()).to_dense()
    return [Fraction(int(x.numerator), int(x.denominator)) for (x,) in found.to_list()]
