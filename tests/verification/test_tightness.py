"""The worst cases lie where they must: below the theorems, above known functions, and where a second model has them."""

from dataclasses import replace
from fractions import Fraction
from itertools import islice, product

import cvxpy
import numpy as np
import pytest

from greedylr.rule import Rule
from theory.worst_case.certificate import UncertifiedError
from theory.worst_case.explore import explore
from theory.worst_case.greedy import GreedyDescent
from theory.worst_case.problem import problem
from theory.worst_case.stochastic import StochasticGreedy
from verification import convergence
from verification.worst_case import certify, tightness
from verification.worst_case.assembly import assemble
from verification.worst_case.solver import maximise
from verification.worst_case.tightness import fixed, greedy, markdown, recheck, table, worst_case

Q = Fraction
RULE = Rule(factor=Q(1, 2), order="same", min_lr=Q(9, 40), max_lr=Q(9, 20))


def directly(gamma, noise, n, steps):
    """The slow twin: max (1/T) sum_t E f(x_t) - f* over Gram matrices, written out from the definitions.

    Vectors are x_0 - x*, grad f_i(x*), grad f_i(x) for every node x and component i; those at x* add up to zero. A node
    is the sequence of samples that leads to it; every pair of points of a component obeys
    f(y) >= f(x) + <grad f(x), y - x> + |grad f(y) - grad f(x)|^2/2.
    """
    nodes = [s for t in range(steps) for s in product(range(n), repeat=t)]
    names = ["x0", *((i, "*") for i in range(1, n)), *((i, s) for i in range(n) for s in nodes)]
    unit = dict(zip(names, np.eye(len(names)), strict=True))
    unit[0, "*"] = -sum(unit[i, "*"] for i in range(1, n))
    G = cvxpy.Variable((len(names), len(names)), PSD=True)
    f = {name: cvxpy.Variable() for name in unit if name != "x0"}
    position = {"*": np.zeros(len(names))}
    for s in nodes:
        position[s] = unit["x0"] if not s else position[s[:-1]] - gamma * unit[s[-1], s[:-1]]

    def inner(u, v):
        return cvxpy.sum(cvxpy.multiply(np.outer(u, v) / 2 + np.outer(v, u) / 2, G))

    given = [inner(unit["x0"], unit["x0"]) <= 1]
    given.append(sum(inner(unit[i, "*"], unit[i, "*"]) for i in range(n)) <= n * noise)
    for i in range(n):
        for x, y in product(["*", *nodes], repeat=2):
            if x != y:
                d = unit[i, y] - unit[i, x]
                line = f[i, x] + inner(unit[i, x], position[y] - position[x])
                given.append(f[i, y] >= line + inner(d, d) / 2)
    gap = {s: sum(f[i, s] - f[i, "*"] for i in range(n)) / n for s in nodes}
    mean = sum(gap[s] / n ** len(s) for s in nodes) / steps
    given += [f[i, "*"] == 0 for i in range(n)]  # the gap does not see them
    found = cvxpy.Problem(cvxpy.Maximize(mean), given)
    found.solve(solver=cvxpy.CLARABEL)
    return found.value


def best_value(case):
    return max(piece.worst for piece in tightness.pieces(case))


@pytest.mark.filterwarnings("ignore:Solution may be inaccurate")
@pytest.mark.parametrize(("gamma", "noise", "n", "steps"), [
    ("9/20", "1/10", 2, 2), ("9/10", "1", 2, 2), ("9/10", "1", 2, 3), ("1/4", "1", 3, 2), ("3/2", "1/10", 2, 3),
])  # fmt: skip
def test_a_model_written_from_the_definitions_has_the_same_value(gamma, noise, n, steps):
    ours = best_value(fixed(Q(gamma), Q(noise), n, steps))
    assert directly(float(Q(gamma)), float(Q(noise)), n, steps) == pytest.approx(ours, rel=1e-6)


@pytest.mark.parametrize("steps", [1, 2, 3, 4])
@pytest.mark.parametrize("gamma", [Q(1, 4), Q(9, 10), Q(3, 2)])
def test_without_noise_the_worst_is_a_huber_function_or_a_parabola(gamma, steps):
    """1/(2 (1 + gamma (T-1))) on the Huber function, sum_t (1 - gamma)^(2t)/(2T) on the parabola; n = 1 and 2."""
    huber = 1 / (2 * (1 + gamma * (steps - 1)))
    parabola = sum((1 - gamma) ** (2 * t) for t in range(steps)) / (2 * steps)
    known = max(huber, parabola)
    for n in (1, 2) if steps < 4 else (1,):
        row = worst_case(fixed(gamma, Q(0), n, steps))
        assert row.lower <= known <= row.upper
        assert row.upper - row.lower < Q(1, 4000)


def test_on_one_component_it_is_full_batch_gradient_descent():
    """The rule's comparisons included: the largest of the patterns' mean gaps is the same."""
    rule = replace(RULE, order="next")
    ours = best_value(greedy(rule, Q(9, 20), Q(0), 1, 4))
    values = []
    for trial, measure in explore(GreedyDescent(rule, Q(9, 20), 4, measure="mean")):
        rows = assemble(problem(trial, measure))
        values.append(maximise(rows).value * rows.size)
    assert ours == pytest.approx(max(values), rel=1e-6)


@pytest.mark.parametrize(("gamma", "steps"), [(Q(1, 4), 2), (Q(9, 10), 3)])
def test_more_samples_and_more_noise_are_worse(gamma, steps):
    """Two equal components are one; and any components with less noise are allowed where more is."""
    values = [best_value(fixed(gamma, s2, 2, steps)) for s2 in (Q(0), Q(1, 10), Q(1))]
    assert best_value(fixed(gamma, Q(0), 1, steps)) <= values[0] * (1 + 1e-5)
    assert values[0] < values[1] < values[2]


@pytest.mark.parametrize("gamma", [Q(1, 4), Q(9, 10), Q(3, 2)])
def test_two_tilted_parabolas_are_not_above_the_worst_case(gamma):
    """f_i = |x|^2/2 +- <g, x>: the mean of |x_0|^2/2 and ((1 - gamma)^2 |x_0|^2 + gamma^2 s2)/2 at T = 2."""
    for s2 in (Q(1, 10), Q(1)):
        row = worst_case(fixed(gamma, s2, 2, 2))
        assert (1 + (1 - gamma) ** 2 + gamma**2 * s2) / 4 <= row.upper
        assert row.lower <= row.upper <= min(row.case.bounds().values())


def test_the_bounds_are_those_of_the_theorems():
    """The same formulas in floats are held against runs in ``verification/convergence.py``."""

    class Float:
        high = 1.0

    class Shape:
        constants = type("C", (), {"L_max": Float})
        start = np.array([2.0])
        optimum = type("O", (), {"point": np.array([1.0]), "distance": 0.0, "sigma2": type("S", (), {"high": 0.5})})

    for name in ("repaired", "sharp", "wide"):
        ours = tightness.THEOREMS[name](Q(1, 5), Q(2, 5), 3, Q(1), Q(1, 2))
        assert float(ours) == pytest.approx(getattr(convergence, name)(Shape, 0.2, 0.4, 3))
    for hi in (Q(2, 5), Q(3, 2)):
        ours = tightness.interpolation(Q(1, 5), hi, 3, Q(1), Q(0))
        assert float(ours) == pytest.approx(convergence.interpolation(Shape, 0.2, float(hi), 3))


@pytest.mark.parametrize(("name", "hi", "noise"), [
    ("repaired", "1/2", "1"), ("sharp", "1", "1"), ("wide", "2", "1"), ("interpolation", "2", "0"),
    ("interpolation", "1", "1/10"),
])  # fmt: skip
def test_a_theorem_is_silent_where_it_assumes_more(name, hi, noise):
    assert tightness.THEOREMS[name](Q(1, 5), Q(hi), 3, Q(1), Q(noise)) is None


@pytest.mark.parametrize("noise", ["0", "1"])
def test_greedylr_on_two_samples_is_certified_pattern_by_pattern(noise):
    """Also those that a constant added to one sample's loss decides, whose multipliers must be 0."""
    row = worst_case(greedy(RULE, Q(9, 20), Q(noise), 2, 3))
    recheck(row)
    assert len(row.certificates) == 16
    assert row.upper / row.lower - 1 < Q(1, 1000)
    assert row.upper < min(row.case.bounds().values())
    assert row.lower > worst_case(fixed(Q(9, 20), Q(noise), 2, 3)).upper  # the rate 9/20 alone does better


@pytest.mark.slow
def test_a_rate_fixed_before_the_sample_stays_below_the_theorem():
    row = worst_case(greedy(replace(RULE, order="next"), Q(9, 20), Q(1), 2, 4))
    recheck(row)
    assert row.upper < row.case.bounds()["sharp"] < row.case.bounds()["repaired"]


@pytest.mark.slow
def test_three_samples_are_certified_where_constants_of_two_of_them_are_free():
    method = StochasticGreedy(RULE, Q(9, 20), 3, 3)
    for trial, measure in islice(explore(method), 60, 62):
        posed = problem(trial, measure, noise=Q(1))
        rows = assemble(posed)
        certify.upper(posed, rows, Q(maximise(rows).value * rows.size * 1.001).limit_denominator(10**6))


def test_a_tampered_row_is_refused():
    row = worst_case(fixed(Q(9, 10), Q(1), 2, 2))
    recheck(row)
    posed, proof = row.certificates[0]
    low = replace(proof, bound=proof.bound * Q(99, 100))
    (pair, c), *_ = proof.pairs[0].items()
    moved = replace(proof, pairs=({**proof.pairs[0], pair: c + 1}, *proof.pairs[1:]))
    for wrong in (
        low,
        moved,
        replace(proof, pairs=proof.pairs[:1]),
        replace(proof, conditions=(-proof.conditions[0], Q(1))),
    ):
        with pytest.raises(UncertifiedError):
            recheck(replace(row, certificates=((posed, wrong),)))
    with pytest.raises(UncertifiedError, match="do not attain"):
        recheck(replace(row, lower=row.upper))
    with pytest.raises(UncertifiedError, match="a pattern is only certified up to"):
        recheck(replace(row, upper=row.lower))


def test_the_table_tells_how_far_it_is():
    cases, told = [fixed(Q(9, 10), Q(0), 1, T) for T in (1, 2)], []
    rows = table(cases, lambda *news: told.append(news))
    assert told == [(0, 2, cases[0].name), (1, 2, cases[1].name)]
    assert markdown(rows).splitlines()[2] == (
        "| fixed rates, gamma = 9/10, s2 = 0, n = 1, T = 1 | 0.499995 to 0.500005 |  | 1.111 | 2.020 | 1.111 |"
    )


def test_the_default_table_has_every_kind_of_case():
    names = [case.name for case in tightness.default_cases()]
    assert len(set(names)) == len(names)
    for part in ('order "same", gamma = 9/20 to 9/10', 'order "next"', "n = 3", "gamma = 3/2", "s2 = 1/10"):
        assert any(part in name for name in names)


def test_rates_without_limits_are_refused():
    with pytest.raises(ValueError, match=r"need 0 < min_lr, max_lr < inf, got 0, inf: set both"):
        greedy(Rule(factor=Q(1, 2)), Q(1), Q(0), 2, 2)
