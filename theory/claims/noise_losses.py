"""What the comparisons make of losses that are nothing but noise: every order of them is as likely as any other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import combinations, permutations, product
from math import comb

from greedylr.rank_test import counts, critical, false_alarm
from greedylr.rule import Rule
from theory.arithmetic import approx
from theory.claim import Check, Claim, Computation, Enclosure
from theory.runs import Q

SECTION = "A.6 Noise in the loss"
PAPER = "repairs Appendix A.6: what noise in the loss does to the rule"
LONGEST, BLOCKS, WINDOWS, LEVELS = 6, (4, 5, 6), (5, 10, 20, 25, 50), (Q(1, 20), Q(1, 10))


def moves(rule: Rule, losses: Sequence[int]) -> tuple[int, int]:
    """How often the rule raises and cuts the rate over these losses."""
    up = down = 0
    state = rule.start(Q(1))
    for loss in losses:
        before, state = state, rule.step(state, loss)
        up, down = up + (state.rate > before.rate), down + (state.rate < before.rate)
    return up, down


def mean_moves(rule: Rule, orders: Iterable[Sequence[int]]) -> tuple[Fraction, Fraction]:
    """Mean numbers of rises and cuts, all orders being equally likely."""
    found = [moves(rule, order) for order in orders]
    up, down = (sum(column) for column in zip(*found, strict=True))
    return Q(up, len(found)), Q(down, len(found))


def best() -> Enclosure:
    """All orders of T losses: the best loss is improved at step t with probability 1/t."""
    rule, checks, harmonic = Rule(factor=Q(1, 2), comparison="best"), [], Q(0)
    for T in range(1, LONGEST + 1):
        harmonic += Q(1, T)
        up, down = mean_moves(rule, permutations(range(T)))
        checks.append(Check(f"T = {T}: mean number of rises, and 1 + 1/2 + ... + 1/T", up, "=", harmonic))
        checks.append(Check(f"T = {T}: every other loss cuts", down, "=", T - harmonic))
    says = f"the mean number of rises is 1 + 1/2 + ... + 1/T, of cuts T less that, T = 1 to {LONGEST}, patience 0"
    return Enclosure(says, tuple(checks))


def previous() -> Enclosure:
    """All orders of T losses: rises and cuts come equally often."""
    rule, checks = Rule(factor=Q(1, 2), comparison="previous"), []
    for T in range(1, LONGEST + 1):
        up, down = mean_moves(rule, permutations(range(T)))
        checks.append(Check(f"T = {T}: mean number of rises", up, "=", Q(T - 1, 2)))
        checks.append(Check(f"T = {T}: mean number of cuts", down, "=", Q(T - 1, 2)))
    return Enclosure(f"(T - 1)/2 rises and (T - 1)/2 cuts on average, T = 1 to {LONGEST}, patience 0", tuple(checks))


def blocks(w: int) -> Iterator[list[int]]:
    """Two blocks of w losses in every order between them; the order within a block is not looked at."""
    for newer in combinations(range(2 * w), w):
        yield [*(x for x in range(2 * w) if x not in newer), *newer]


def test() -> Enclosure:
    """The rule itself on all orders of small blocks, and the distribution that it uses for larger ones."""
    checks = []
    for w, level in product(BLOCKS, LEVELS):
        rule = Rule(factor=Q(1, 2), comparison="test", window=w, false_alarm=level)
        up, down = mean_moves(rule, blocks(w))
        checks.append(Check(f"blocks of {w}, false_alarm {level}: probability of a rise", up, "<=", level / 2))
        checks.append(Check(f"blocks of {w}, false_alarm {level}: of a cut, the same", down, "=", up))
        checks.append(Check(f"blocks of {w}: as computed from the counts", up, "=", false_alarm(w, rule.critical)))
    for w in WINDOWS:
        found = counts(w)
        checks.append(Check(f"blocks of {w}: counts add up", Q(sum(found)), "=", Q(comb(2 * w, w))))
        checks.append(Check(f"blocks of {w}: and are symmetric", Q(int(found == found[::-1])), "=", Q(1)))
        checks.append(Check(f"blocks of {w}: a rise", false_alarm(w, critical(w, LEVELS[0] / 2)), "<=", LEVELS[0] / 2))
    shown = approx(false_alarm(25, critical(25, LEVELS[0] / 2)), 4)
    return Enclosure(
        f"all orders of blocks of {', '.join(map(str, BLOCKS))} losses, and the counts for blocks of up to"
        f" {WINDOWS[-1]}; with blocks of 25 and false_alarm 5% a rise and a cut have the probability {shown} each",
        tuple(checks),
    )


def claims() -> tuple[Claim, ...]:
    """The three comparisons."""
    return (
        Claim(
            id="noise.best",
            title="On pure noise of up to six losses the best one is improved 1 + 1/2 + ... + 1/T times on average",
            section=SECTION,
            paper=PAPER,
            latex=r"\mathbb{E}\, \#\{\text{rises}\} = \sum_{t=1}^T \tfrac1t, \quad T \le 6",
            evidence=(Computation("all orders of up to six losses", best),),
            note="Exchangeable losses without ties, patience 0. For every T it is the law of records (Renyi, 1962), not"
            " proved here: the rule is a decay of the rate.",
        ),
        Claim(
            id="noise.previous",
            title="On pure noise of up to six losses the previous loss is improved as often as not",
            section=SECTION,
            paper=PAPER,
            latex=r"\mathbb{E}\, \#\{\text{rises}\} = \mathbb{E}\, \#\{\text{cuts}\} = \tfrac{T-1}{2}, \quad T \le 6",
            evidence=(Computation("all orders of up to six losses", previous),),
            note="Exchangeable losses without ties, patience 0: the logarithm of the rate has no drift.",
        ),
        Claim(
            id="noise.test",
            title="On pure noise the rank test of blocks of 4, 5 or 6 raises and cuts equally often, each with at most"
            " half the stated probability",
            section=SECTION,
            paper="a third comparison, of this project",
            latex=r"P(\text{rise}) = P(\text{cut}) \le \tfrac{\alpha}{2} \text{ for each test}",
            evidence=(Computation("the rule on all orders", test),),
            uses=("pytorch-order",),
            note="Exchangeable losses without ties, of whatever distribution, one test. For larger blocks the counts"
            " that the rule uses are checked to add up and to be symmetric, not enumerated. Its rate depends on the"
            " past only, so the convergence theorems hold for it as for the others.",
        ),
    )
