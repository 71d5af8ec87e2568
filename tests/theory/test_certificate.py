"""Certificates: one by hand is accepted, each way to be wrong is refused, and real functions obey every inequality."""

from dataclasses import replace
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from flint import fmpq_mat
from hypothesis import given, settings
from hypothesis import strategies as st

from greedylr.rule import Rule
from theory.worst_case import chain
from theory.worst_case.bounds import table
from theory.worst_case.certificate import (
    Lower,
    UncertifiedError,
    Upper,
    check_lower,
    check_upper,
    factors,
    interpolation_gram,
    positive_definite,
    positive_semidefinite,
    rational,
    slack_matrix,
)
from theory.worst_case.closed_form import bound, multipliers
from theory.worst_case.explore import explore
from theory.worst_case.greedy import MEASURES, FixedDescent, GreedyDescent
from theory.worst_case.problem import problem
from theory.worst_case.unknown import Point

Q = Fraction
TINY = Q(1, 10**9)


def posed(method, k=0):
    return problem(*list(explore(method))[k])


ONE_STEP = posed(FixedDescent((Q(1),)))  # samples: x*, x_0, x_1
# f(x_1) - f* <= |x_0 - x*|^2/6 (Drori and Teboulle, N = 1), from halves of f_0 >= f_1 + ..., f* >= f_0 + ..., f* >= f_1
PENCIL = fmpq_mat(3, 3, [rational(Q(c, 12)) for c in (2, -3, -3, -3, 6, 3, -3, 3, 6)])
BY_HAND = Upper(Q(1, 6), ({(1, 2): Q(1, 2), (0, 1): Q(1, 2), (0, 2): Q(1, 2)},), (Q(1, 6),))


def test_the_certificate_of_drori_and_teboulle_for_one_step_is_accepted():
    """The slack matrix is that of |x_0 - 3/2 (g_0 + g_1)|^2/6 + |g_0 - g_1|^2/8 in e = (x_0, g_0, g_1)."""
    check_upper(ONE_STEP, BY_HAND)
    S = slack_matrix(ONE_STEP, BY_HAND, check=False)
    assert S == PENCIL


WRONG = {
    "a negative multiplier": (
        replace(BY_HAND, pairs=({**BY_HAND.pairs[0], (2, 1): -TINY},)),
        r"the multiplier -1/1000000000 is negative",
    ),
    "a negative multiplier of a condition": (
        replace(BY_HAND, conditions=(Q(-1, 6),)),
        r"the multiplier -1/6 is negative",
    ),
    "a condition left out": (replace(BY_HAND, conditions=()), "one multiplier for every inequality is needed"),
    "a condition too many": (replace(BY_HAND, conditions=(Q(1, 6), Q(0))), "one multiplier for every inequality"),
    "no components": (replace(BY_HAND, pairs=()), "one multiplier for every inequality is needed"),
    "a component too many": (replace(BY_HAND, pairs=(BY_HAND.pairs[0], {})), "one multiplier for every inequality"),
    "values that do not cancel": (
        replace(BY_HAND, pairs=({**BY_HAND.pairs[0], (0, 2): Q(1, 2) + TINY},)),
        "the function values do not cancel: -1/1000000000 f_1 is left",
    ),
    "an inequality left out": (
        replace(BY_HAND, pairs=({(1, 2): Q(1, 2), (0, 2): Q(1, 2)},)),
        "the function values do not cancel: 1/2 f_0 is left",
    ),
    "a bound lowered": (replace(BY_HAND, bound=Q(1, 6) - TINY), "the constants leave -1/1000000000: the bound is too"),
    "a bound lowered with its condition": (
        Upper(Q(1, 6) - TINY, BY_HAND.pairs, (Q(1, 6) - TINY,)),
        "the slack matrix is not positive semidefinite",
    ),
    "balanced multipliers that prove nothing": (
        replace(BY_HAND, pairs=({(0, 2): Q(1)},)),
        "the slack matrix is not positive semidefinite",
    ),
    "nothing": (Upper(Q(0), ({},), (Q(0),)), "the function values do not cancel: 1 f_1 is left"),
}


@pytest.mark.parametrize(("proposed", "message"), WRONG.values(), ids=WRONG.keys())
def test_what_certifies_nothing_is_refused(proposed, message):
    with pytest.raises(UncertifiedError, match=message):
        check_upper(ONE_STEP, proposed)


def test_a_larger_bound_is_accepted_too():
    check_upper(ONE_STEP, replace(BY_HAND, bound=Q(1)))
    check_upper(ONE_STEP, replace(BY_HAND, bound=Q(1), conditions=(Q(1),)))


@given(st.integers(0, 2), st.fractions(0, 1, max_denominator=50).filter(bool))
def test_a_certificate_has_no_room_at_the_worst_case(which, change):
    """1/6 is attained, so no change of one multiplier alone survives except what the bound has room for."""
    key = list(BY_HAND.pairs[0])[which]
    with pytest.raises(UncertifiedError):
        check_upper(ONE_STEP, replace(BY_HAND, pairs=({**BY_HAND.pairs[0], key: BY_HAND.pairs[0][key] + change},)))


# --- matrices -----------------------------------------------------------------------------------------------------


@st.composite
def symmetric(draw, most=4):
    """Sums of a few signed squares: singular, indefinite and definite ones alike."""
    n = draw(st.integers(1, most))
    squares = draw(st.integers(0, n + 1))
    rows = [[Q(0)] * n for _ in range(n)]
    for k in range(squares):
        v = [draw(st.integers(-2, 2)) for _ in range(n)]
        d = draw(st.sampled_from([Q(1), Q(2, 3), Q(5), Q(-1, 7)] if k == 0 else [Q(1), Q(2, 3), Q(5)]))
        rows = [[rows[i][j] + d * v[i] * v[j] for j in range(n)] for i in range(n)]
    return fmpq_mat(n, n, [rational(c) for row in rows for c in row])


def minors(S, subsets):
    for subset in subsets:
        m = len(subset)
        yield fmpq_mat(m, m, [S[i, j] for i in subset for j in subset]).det()


@settings(max_examples=300)
@given(symmetric())
def test_semidefinite_matrices_are_those_whose_principal_minors_are_nonnegative(S):
    n = S.nrows()
    subsets = [c for m in range(1, n + 1) for c in combinations(range(n), m)]
    assert positive_semidefinite(S) == all(d >= 0 for d in minors(S, subsets))
    assert positive_definite(S) == all(d > 0 for d in minors(S, [range(m) for m in range(1, n + 1)]))


@settings(max_examples=100)
@given(symmetric(most=7))
def test_eigenvalues_in_floats_agree(S):
    floats = np.array([[int(S[i, j].p) / int(S[i, j].q) for j in range(S.ncols())] for i in range(S.nrows())])
    least = np.linalg.eigvalsh(floats).min()
    if least < -1e-6:
        assert not positive_semidefinite(S)
    if least > 1e-6:
        assert positive_definite(S)
    if positive_semidefinite(S):
        assert least > -1e-9


@pytest.mark.parametrize(("rows", "semidefinite", "definite"), [
    ([[0, 1], [1, 5]], False, False), ([[0, 0], [0, 0]], True, False), ([[0, 0], [0, 1]], True, False),
    ([[1, 1], [1, 1]], True, False), ([[1, 2], [2, 3]], False, False), ([[2, 1], [1, 2]], True, True),
    ([[1, 1, 1], [1, 1, 2], [1, 2, 9]], False, False), ([[0, 0, 0], [0, 0, 1], [0, 1, 0]], False, False),
    ([[-1]], False, False), ([[0]], True, False),
])  # fmt: skip
def test_a_zero_pivot_needs_a_zero_row(rows, semidefinite, definite):
    S = fmpq_mat(len(rows), len(rows), [c for row in rows for c in row])
    assert (positive_semidefinite(S), positive_definite(S)) == (semidefinite, definite)


@given(symmetric(most=6).filter(positive_semidefinite))
def test_the_factors_rebuild_the_matrix(S):
    n = S.nrows()
    rest = [[Q(int(S[i, j].p), int(S[i, j].q)) for j in range(n)] for i in range(n)]
    for d, column in factors(S):
        assert d > 0
        rest = [[rest[i][j] - d * column[i] * column[j] for j in range(n)] for i in range(n)]
    assert not any(map(any, rest))


# --- the slack matrix, term by term ----------------------------------------------------------------------------------


def expanded(u, v, weight, into):
    """``weight <u, v>``, one product of coordinates after the other, half of it on either side of the diagonal."""
    for a, c in enumerate(u):
        for b, d in enumerate(v):
            into[a][b] += weight * c * d / 2
            into[b][a] += weight * c * d / 2


def slowly(program, proposed):
    """S = -(Gram part of the sum of multiplier * inequality), from the formula of ``problem.py``."""
    n = program.dimension
    total = [[Q(0)] * n for _ in range(n)]
    for part, component in zip(proposed.pairs, program.components, strict=True):
        L, mu = component.smoothness, component.convexity
        for (i, j), c in part.items():
            a, b = component.samples[i], component.samples[j]
            dx, dg = (a.position - b.position).coords, (a.gradient - b.gradient).coords
            expanded(b.gradient.coords, dx, -c, total)
            bend = -c / (2 * (1 - mu / L))
            expanded(dg, dg, bend / L, total)
            expanded(dx, dx, bend * mu, total)
            expanded(dg, dx, bend * -2 * mu / L, total)
    for c, condition in zip(proposed.conditions, program.conditions, strict=True):
        for (a, b), entry in condition.gram:
            total[a][b] += c * entry / 2
            total[b][a] += c * entry / 2
    return fmpq_mat(n, n, [rational(-c) for row in total for c in row])


def two_functions(trial):
    """Components with a mean, of another curvature, and a third function: gradients at x* included."""
    f, g = trial.functions_with_mean(2, Q(3), Q(1, 2))
    h, x = trial.function(2, Q(1, 3)), trial.point()
    y = x - Q(1, 2) * (f(x)[1] + h(x)[1])
    return (f(y)[0] + g(y)[0]) / 2


PROBLEMS = {
    "convex": posed(GreedyDescent(Rule(factor=Q(1, 2), order="same"), Q(3), 3)),
    "strongly convex": posed(FixedDescent((Q(1, 2), Q(3)), Q(2), Q(1, 4))),
    "components": problem(*next(explore(two_functions)), noise=Q(1)),
}


@settings(max_examples=40)
@given(st.sampled_from(sorted(PROBLEMS)), st.data())
def test_the_slack_matrix_is_that_of_the_formula(name, data):
    program, multiplier = PROBLEMS[name], st.fractions(0, 3, max_denominator=5)
    parts = []
    for component in program.components:
        index = st.integers(0, len(component.samples) - 1)
        parts.append(data.draw(st.dictionaries(st.tuples(index, index), multiplier, max_size=6)))
    conditions = tuple(data.draw(multiplier) for _ in program.conditions)
    proposed = Upper(Q(1), tuple(parts), conditions)
    assert slack_matrix(program, proposed, check=False) == slowly(program, proposed)


# --- real functions ----------------------------------------------------------------------------------------------


class Separable:
    """sum_k h_k(x_k) in exact arithmetic, h_k parabolas of curvature ``a`` that go on as lines beyond ``d``.

    Convex and L-smooth for curvatures up to L; mu-strongly convex where they are parabolas of at least mu.
    """

    def __init__(self, parts):
        self.parts = parts

    def __call__(self, x):
        values, slopes = Q(0), []
        for k, t in enumerate([*x.coords, *[Q(0)] * (len(self.parts) - len(x.coords))]):
            a, d = self.parts[k]
            inside = d is None or abs(t) <= d
            values += a * t * t / 2 if inside else a * (d * abs(t) - d * d / 2)
            slopes.append(a * t if inside else a * d * (1 if t > 0 else -1))
        return values, sum((c * Point((Q(0),) * k + (Q(1),)) for k, c in enumerate(slopes)), Point())


CURVATURE = st.fractions(0, 1, max_denominator=6)
WIDTH = st.one_of(st.none(), st.fractions(0, 1, max_denominator=6).filter(bool))
FUNCTIONS = st.lists(st.tuples(CURVATURE, WIDTH), min_size=1, max_size=3).map(Separable)
UNIT = [Point((Q(1),)), Point((Q(3, 5), Q(4, 5))), Point((Q(2, 3), Q(2, 3), Q(1, 3))), Point((Q(0), Q(-1)))]


def starts(f):
    return [x for x in UNIT if len(x.coords) <= len(f.parts)] + [Q(1, 3) * UNIT[0]]


def inner(u, v):
    return sum((a * b for a, b in zip(u.coords, v.coords, strict=False)), Q(0))


def seen_on(f, x, trial):
    """Basis vectors and values of a run, on a function that is known: a Gram matrix and numbers."""
    (unknown,) = trial.functions
    basis, values = {0: x}, {}

    def numeric(point):
        return sum((c * basis[k] for k, c in enumerate(point.coords) if c), Point())

    for sample in unknown.samples[1:]:
        value, gradient = f(numeric(sample.position))
        basis[len(sample.gradient.coords) - 1], values[sample.value] = gradient, value
    return basis, values


def holds(program, basis, values):
    """Every condition and every inequality between two samples, from the formula, on actual vectors."""
    for condition in program.conditions:
        left = condition.constant + sum(a * values[k] for k, a in condition.values)
        left += sum(c * inner(basis[a], basis[b]) for (a, b), c in condition.gram)
        if left < 0:
            return False
    for component in program.components:
        L, mu = component.smoothness, component.convexity

        def numeric(point):
            return sum((c * basis[k] for k, c in enumerate(point.coords) if c), Point())

        for a in component.samples:
            for b in component.samples:
                dx, dg = numeric(a.position - b.position), numeric(a.gradient - b.gradient)
                gap = (values[a.value] if a.value is not None else 0) - (values[b.value] if b.value is not None else 0)
                bend = inner(dg, dg) / L + mu * inner(dx, dx) - 2 * mu / L * inner(dg, dx)
                assert gap - inner(numeric(b.gradient), dx) - bend / (2 * (1 - mu / L)) >= 0
    return True


METHOD = st.builds(
    GreedyDescent,
    st.builds(
        Rule, factor=st.sampled_from([Q(1, 2), Q(4, 5)]), order=st.sampled_from(["same", "next"]),
        comparison=st.sampled_from(["previous", "best"]), patience=st.integers(0, 1),
    ),
    st.sampled_from([Q(1, 2), Q(3, 2), Q(3)]),
    st.integers(1, 4),
    st.sampled_from(MEASURES[:1] + MEASURES[2:]),
)  # fmt: skip


@settings(max_examples=60)
@given(METHOD, FUNCTIONS, st.data())
def test_a_real_run_satisfies_the_system_of_its_pattern(method, f, data):
    """The run on numbers is one of the patterns; there its Gram matrix and its values satisfy everything.

    The objective of the problem is the measure of the run; where there is a chain bound, it is not exceeded.
    """
    x = data.draw(st.sampled_from(starts(f)))
    found = 0
    for trial, measure in explore(method, rests=True):
        program = problem(trial, measure)
        basis, values = seen_on(f, x, trial)
        if not holds(program, basis, values):
            continue
        gap = sum((c * values[k] for k, c in program.objective), Q(0))
        found += gap == method.measured(f, x)
        known = chain.chain(program)
        assert gap <= chain.bound(program, known)
    assert found


@settings(max_examples=60)
@given(
    st.lists(st.fractions(Q(1, 4), 3, max_denominator=4), min_size=1, max_size=3),
    st.sampled_from([Q(0), Q(1, 4)]),
    st.data(),
)
def test_fixed_rates_on_real_functions_satisfy_the_system_and_the_bound(rates, mu, data):
    parts = data.draw(st.lists(st.fractions(mu, 1, max_denominator=8), min_size=1, max_size=3))
    width = data.draw(WIDTH) if not mu else None
    f = Separable([(a, width) for a in parts])
    x = data.draw(st.sampled_from(starts(f)))
    ((trial, measure),) = explore(FixedDescent(tuple(rates), convexity=mu))
    program = problem(trial, measure)
    basis, values = seen_on(f, x, trial)
    assert holds(program, basis, values)
    if max(rates) <= Q(3, 2):
        assert values[program.objective[0][0]] <= bound(rates)


@settings(max_examples=100)
@given(st.sampled_from(sorted(table())), FUNCTIONS, st.data())
def test_no_real_function_exceeds_a_bound_of_the_ledger(name, f, data):
    """The same code, run in exact arithmetic on functions of curvature up to L from |x_0 - x*| <= 1."""
    known = table()[name]
    L = known.method.smoothness
    scaled = Separable([(L * a, d) for a, d in f.parts])
    assert known.method.measured(scaled, data.draw(st.sampled_from(starts(f)))) <= known.high


TWO_RATES = (Q(1, 2), Q(1, 3))

# --- lower bounds ------------------------------------------------------------------------------------------------


def quadratic_numbers(rates=TWO_RATES, mu=0):
    """A parabola with different curvatures, so that x_0 and all gradients are independent."""
    curvatures = [Q(1, 4), Q(1, 2), Q(3, 4), Q(7, 8)][: len(rates) + 2]
    f = Separable([(a, None) for a in curvatures])
    x = Q(9, 10) * Point(tuple(Q(c, 20) for c in (8, 10, 10, 10))[: len(curvatures)])
    ((trial, measure),) = explore(FixedDescent(rates, convexity=mu))
    basis, values = seen_on(f, x, trial)
    n = trial.dimension
    gram = tuple(tuple(inner(basis[a], basis[b]) for b in range(n)) for a in range(n))
    return problem(trial, measure), Lower(gram, tuple(values[k] for k in range(trial.values)))


def changed(numbers, a, b, by, *, both=True):
    rows = [list(row) for row in numbers.gram]
    rows[a][b] += by
    if both and a != b:
        rows[b][a] += by
    return replace(numbers, gram=tuple(map(tuple, rows)))


@pytest.mark.parametrize("mu", [Q(0), Q(1, 8)])
def test_numbers_of_a_real_function_are_accepted_with_their_objective(mu):
    program, numbers = quadratic_numbers(mu=mu)
    assert check_lower(program, numbers) == numbers.values[-1]


PROGRAM, NUMBERS = quadratic_numbers()


@pytest.mark.parametrize(("wrong", "message"), [
    (changed(NUMBERS, 1, 2, TINY, both=False), "the Gram matrix is not symmetric and positive definite"),
    (changed(NUMBERS, 3, 3, -NUMBERS.gram[3][3]), "the Gram matrix is not symmetric and positive definite"),
    (changed(NUMBERS, 0, 0, Q(1)), r"\|x_0 - x\*\|\^2 <= 1 fails: -.* is not positive"),
    (replace(NUMBERS, values=(NUMBERS.values[0] + 1, *NUMBERS.values[1:])), "the samples 0 and 1 belong to no functi"),
    (replace(NUMBERS, values=(*NUMBERS.values[:2], Q(-1))), "the samples 3 and 0 belong to no function of the class"),
    (replace(NUMBERS, values=tuple(v + 1 for v in NUMBERS.values)), "the samples 0 and 1 belong to no function"),
    (replace(NUMBERS, values=NUMBERS.values[:2]), "a Gram entry for every pair of vectors and a number for every"),
    (replace(NUMBERS, gram=NUMBERS.gram[:3]), "a Gram entry for every pair of vectors and a number for every value"),
])  # fmt: skip
def test_numbers_of_no_function_are_refused(wrong, message):
    with pytest.raises(UncertifiedError, match=message):
        check_lower(PROGRAM, wrong)


def test_a_singular_gram_matrix_is_refused():
    """That of a function of one variable, though it is one of the class: only definite ones are accepted."""
    ((trial, measure),) = explore(FixedDescent((Q(1, 2),)))
    basis, values = seen_on(Separable([(Q(1, 2), None)]), Q(1, 2) * UNIT[0], trial)
    gram = tuple(tuple(inner(basis[a], basis[b]) for b in range(3)) for a in range(3))
    with pytest.raises(UncertifiedError, match="not symmetric and positive definite"):
        check_lower(problem(trial, measure), Lower(gram, (values[0], values[1])))


def test_a_start_at_the_border_is_refused():
    """Conditions hold strictly: |x_0 - x*| < 1."""
    program, numbers = quadratic_numbers()
    at_one = changed(numbers, 0, 0, 1 - numbers.gram[0][0])
    with pytest.raises(UncertifiedError, match=r"\|x_0 - x\*\|\^2 <= 1 fails: 0 is not positive"):
        check_lower(program, at_one)


def test_an_answer_that_is_not_the_functions_is_refused():
    """On this parabola every step at 1/2 lowers the loss: the run in which it did not is not its run."""
    rule = Rule(factor=Q(1, 2), order="same", max_lr=Q(1, 2))
    for trial, measure in explore(GreedyDescent(rule, Q(1, 2), 2)):
        f = Separable([(a, None) for a in (Q(1, 4), Q(1, 2), Q(3, 4), Q(7, 8))])
        basis, values = seen_on(f, Point((Q(1, 3), Q(1, 2), Q(1, 2), Q(1, 2))), trial)
        n = trial.dimension
        gram = tuple(tuple(inner(basis[a], basis[b]) for b in range(n)) for a in range(n))
        numbers = Lower(gram, tuple(values[k] for k in range(trial.values)))
        if trial.pattern == (True,):
            assert check_lower(problem(trial, measure), numbers) == values[2]
        else:
            with pytest.raises(UncertifiedError, match=r"an answer fails: -.* is not positive"):
                check_lower(problem(trial, measure), numbers)


def test_numbers_of_a_function_below_the_strong_convexity_are_refused():
    _, numbers = quadratic_numbers()
    program, _ = quadratic_numbers(mu=Q(1, 2))
    with pytest.raises(UncertifiedError, match="belong to no function of the class"):
        check_lower(program, numbers)


@given(st.lists(st.fractions(Q(1, 4), Q(3, 2), max_denominator=4), min_size=1, max_size=3))
def test_certified_lower_bounds_lie_below_certified_upper_bounds(rates):
    program, numbers = quadratic_numbers(tuple(rates[:2]))
    proposed = multipliers(rates[:2])
    check_upper(program, proposed)
    assert check_lower(program, numbers) < proposed.bound


@settings(max_examples=40)
@given(st.data())
def test_no_inequality_is_lost_in_the_sum(data):
    """<S, G> + sum of multiplier * inequality is the Gram part of nothing, whatever the vectors are."""
    program = PROBLEMS["strongly convex"]
    (component,) = program.components
    index = st.integers(0, len(component.samples) - 1)
    part = data.draw(st.dictionaries(st.tuples(index, index), st.fractions(0, 2, max_denominator=3), max_size=4))
    total = interpolation_gram(component, part, program.dimension)
    n = program.dimension
    vectors = np.array([[data.draw(st.integers(-2, 2)) for _ in range(2)] for _ in range(n)])
    G = vectors @ vectors.T
    shown = sum((Q(int(total[a, b].p), int(total[a, b].q)) * int(G[a, b]) for a in range(n) for b in range(n)), Q(0))
    L, mu = component.smoothness, component.convexity

    def numeric(point):
        return [sum((c * int(vectors[k][d]) for k, c in enumerate(point.coords)), Q(0)) for d in range(2)]

    def dot(u, v):
        return sum(a * b for a, b in zip(u, v, strict=True))

    wanted = Q(0)
    for (i, j), c in part.items():
        a, b = component.samples[i], component.samples[j]
        dx, dg = numeric(a.position - b.position), numeric(a.gradient - b.gradient)
        bend = dot(dg, dg) / L + mu * dot(dx, dx) - 2 * mu / L * dot(dg, dx)
        wanted += c * (dot(numeric(b.gradient), dx) + bend / (2 * (1 - mu / L)))
    assert shown == wanted
