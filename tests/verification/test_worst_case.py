"""Worst cases against what is known: published values, a second model, banded programs, and runs on real functions."""

import math
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from functools import cache

import cvxpy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from greedylr.rule import Rule
from theory.worst_case import chain
from theory.worst_case.certificate import UncertifiedError, check_lower, check_upper
from theory.worst_case.explore import explore
from theory.worst_case.greedy import MEASURES, FixedDescent, GreedyDescent
from theory.worst_case.kept import check_high, check_low
from theory.worst_case.problem import problem
from verification.worst_case import certify, search
from verification.worst_case.assembly import assemble, packed, unpacked
from verification.worst_case.banded import attained, gradient_descent
from verification.worst_case.kept import written
from verification.worst_case.search import TooManyError, rounded_up, worst_case
from verification.worst_case.solver import maximise
from verification.worst_case.sweep import Case, WorstCases, row

Q = Fraction
UNCAPPED = GreedyDescent(Rule(factor=Q(1, 2), order="same"), Q(1), 4)
CAPPED = GreedyDescent(Rule(factor=Q(3, 4), order="same", max_lr=Q(3, 2)), Q(1), 3)


def value_of(method):
    """The solver's value of a method without comparisons."""
    ((trial, measure),) = explore(method, rests=True)
    program = problem(trial, measure)
    rows = assemble(program, chain.chain(program))
    found = maximise(rows)
    assert found.status in search.ACCEPTED
    return found.value * rows.size


def published(rate, steps, kappa=0.0):
    """L R^2/2 max(kappa/((kappa - 1) + (1 - kappa h)^(-2N)), (1 - h)^(2N)) (Taylor, Hendrickx, Glineur 2017)."""
    linear = 1 / (2 * steps * rate + 1)  # the limit for kappa = 0: Drori and Teboulle 2014
    first = kappa / ((kappa - 1) + (1 - kappa * rate) ** (-2 * steps)) if kappa else linear
    return max(first, (1 - rate) ** (2 * steps)) / 2


# --- gradient descent ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("steps", [1, 2, 3, 7, 40])
@pytest.mark.parametrize("rate", [0.5, 1, 1.5, 1.9, 1.99])
def test_gradient_descent_has_the_published_worst_case(rate, steps):
    """To 1e-6, by banded programs."""
    found = gradient_descent([rate] * steps)
    assert found.lower == pytest.approx(published(rate, steps), rel=1e-12)
    assert found.upper == pytest.approx(published(rate, steps), rel=1e-6)
    assert found.status in search.ACCEPTED


@pytest.mark.slow
@pytest.mark.parametrize(("rate", "tolerance"), [(0.5, 1e-6), (1, 1e-6), (1.5, 1e-6), (1.9, 1e-6), (1.99, 5e-6)])
def test_gradient_descent_has_the_published_worst_case_for_up_to_forty_steps(rate, tolerance):
    """To 1e-6; at 1.99, where both terms meet after 37 steps, the solver comes to 1.7e-6 only."""
    for steps in range(1, 41):
        assert gradient_descent([rate] * steps).upper == pytest.approx(published(rate, steps), rel=tolerance), steps


@pytest.mark.parametrize("rates", [
    (Q(1),), (Q(1), Q(1)), (Q(1, 2), Q(3, 2), Q(1)), (Q(19, 10),) * 2, (Q(9, 5), Q(1, 5), Q(7, 4)), (Q(1, 3),) * 5,
])  # fmt: skip
def test_full_programs_and_banded_ones_have_the_same_value(rates):
    """To 1e-6; and the full program's value is certified on both sides."""
    result = worst_case(FixedDescent(rates))
    banded = gradient_descent([float(rate) for rate in rates])
    assert result.value == pytest.approx(banded.upper, rel=1e-6)
    assert result.status == "certified"
    assert result.lower <= Q(banded.upper) * Q(1000001, 1000000)
    assert result.upper >= Q(banded.lower)


@settings(max_examples=15)
@given(st.lists(st.floats(0.05, 1.5), min_size=1, max_size=8))
def test_rates_up_to_three_halves_count_by_their_sum(rates):
    found = gradient_descent(rates)
    assert found.upper == pytest.approx(1 / (2 * (2 * sum(rates) + 1)), rel=1e-6)


def test_a_wider_band_is_a_smaller_bound_and_none_lies_below_a_function():
    rates = [1.9, 0.5, 1.95, 1.2, 1.9]
    found = gradient_descent(rates, accuracy=-1.0)
    assert found.lower == attained(rates)
    assert found.upper >= found.lower * (1 - 1e-6)
    assert abs(found.gap) <= abs(gradient_descent(rates, accuracy=math.inf).gap) + 1e-9


@pytest.mark.parametrize(("rates", "error", "message"), [
    ([], ValueError, "rates must name at least one learning rate, got none"),
    ([1, 0], ValueError, "a learning rate must be positive and finite, got 0"),
    ([-1], ValueError, "a learning rate must be positive and finite, got -1"),
    ([math.inf], ValueError, "a learning rate must be positive and finite, got inf"),
    ([math.nan], ValueError, "a learning rate must be a number, got nan"),
    (["1"], TypeError, "a learning rate must be a number, got '1'"),
    ([True], TypeError, "a learning rate must be a number, got True"),
])  # fmt: skip
def test_rates_that_are_none_are_refused(rates, error, message):
    with pytest.raises(error, match=message):
        gradient_descent(rates)


@pytest.mark.parametrize("kappa", ["1/100", "1/10", "1/2"])
@pytest.mark.parametrize(("rate", "steps"), [("1/2", 1), ("1", 3), ("3/2", 2), ("19/10", 3)])
def test_strongly_convex_functions_have_the_published_worst_case(kappa, rate, steps):
    """To 1e-5: there the solver is a little less accurate than without strong convexity."""
    method = FixedDescent((Q(rate),) * steps, convexity=Q(kappa))
    assert value_of(method) == pytest.approx(published(float(Q(rate)), steps, float(Q(kappa))), rel=1e-5)


def test_strongly_convex_worst_cases_are_certified_too():
    result = worst_case(FixedDescent((Q(3, 2),) * 2, convexity=Q(1, 10)))
    assert result.status == "certified"
    wanted = published(1.5, 2, 0.1)
    assert float(result.lower) <= wanted * (1 + 1e-6)
    assert float(result.upper) >= wanted * (1 - 1e-6)


# --- the rule -----------------------------------------------------------------------------------------------------


def directly(rule, gamma0, steps, answers, measure):
    """The slow twin: one pattern of Algorithm 1 or 2 without patience, written out from the definitions.

    Vectors are x_0 - x*, g_0, ..., g_T; any two points obey f(y) >= f(x) + <g(x), y - x> + |g(y) - g(x)|^2/2.
    """
    T, names = steps, steps + 2
    unit = np.eye(names + 1)
    G = cvxpy.Variable((names + 1, names + 1), PSD=True)
    f = cvxpy.Variable(T + 2)  # that of the average iterate last
    rate, rates, reference, given = float(gamma0), [float(gamma0)], 0, []
    best = rule.comparison == "best"
    if best:  # Algorithm 2 takes the first loss for an improvement
        rates = [min(rate / float(rule.factor), float(rule.max_lr))]
        rate = rates[0]
    for t, below in enumerate(answers, 1):
        given.append(f[t] <= f[reference] if below else f[t] >= f[reference])
        rate = min(rate / float(rule.factor), float(rule.max_lr)) if below else rate * float(rule.factor)
        reference = t if below or not best else reference
        rates.append(rate)
    x = [unit[0]]
    for t in range(T):
        x.append(x[-1] - rates[t] * unit[1 + t])
    average = sum(x[:T]) / T
    points = [(np.zeros(names + 1), np.zeros(names + 1), 0), *((x[t], unit[1 + t], f[t]) for t in range(T + 1))]
    if measure == "average":
        points.append((average, unit[T + 2], f[T + 1]))

    def inner(u, v):
        return cvxpy.sum(cvxpy.multiply(np.outer(u, v) / 2 + np.outer(v, u) / 2, G))

    given.append(inner(unit[0], unit[0]) <= 1)
    for a, g, fa in points:
        for b, h, fb in points:
            if a is not b:
                given.append(fb >= fa + inner(g, b - a) + inner(h - g, h - g) / 2)
    least = cvxpy.Variable()
    goal = {"last": f[T], "average": f[T + 1], "best": least, "mean": sum(f[t] for t in range(T)) / T}[measure]
    if measure == "best":
        given += [least <= f[t] for t in range(T + 1)]
    found = cvxpy.Problem(cvxpy.Maximize(goal), given)
    found.solve(solver=cvxpy.CLARABEL)
    return found.value


@pytest.mark.filterwarnings("ignore:Solution may be inaccurate")
@pytest.mark.parametrize(("factor", "gamma0", "options", "measure"), [
    ("1/2", "1", {}, "last"), ("3/4", "3", {"max_lr": Q(3)}, "last"), ("1/2", "1", {"comparison": "best"}, "last"),
    ("3/4", "5/2", {}, "best"), ("3/4", "3/2", {}, "average"), ("3/4", "3/2", {"comparison": "best"}, "mean"),
])  # fmt: skip
def test_a_model_written_from_the_definitions_has_the_same_values_pattern_by_pattern(factor, gamma0, options, measure):
    """To 1e-5 of the largest; T = 3."""
    rule = Rule(factor=Q(factor), order="same", **options)
    ours, theirs = [], []
    for trial, loss in explore(GreedyDescent(rule, Q(gamma0), 3, measure)):
        program = problem(trial, loss)
        rows = assemble(program, chain.chain(program))
        ours.append(maximise(rows).value * rows.size)
        model = directly if measure in ("last", "best") else without_last
        theirs.append(model(rule, Q(gamma0), 3, trial.pattern, measure))
    assert ours == pytest.approx(theirs, rel=1e-5, abs=1e-5 * max(theirs))


def without_last(rule, gamma0, steps, pattern, measure):
    """Neither the mean nor the average of x_0, ..., x_{T-1} sees the last comparison: the larger answer counts."""
    return max(directly(rule, gamma0, steps, (*pattern, answer), measure) for answer in (True, False))


def method_of(factor, gamma0, cap, steps, comparison="previous", measure="last"):
    rule = Rule(factor=Q(factor), order="same", comparison=comparison, max_lr=Q(cap) if cap else math.inf)
    return GreedyDescent(rule, Q(gamma0), steps, measure)


@cache
def solved(*case):
    return worst_case(method_of(*case), rests=True)


SMALL = [
    ("1/2", "1", "", 3, "previous", "last"), ("3/4", "3/2", "2", 4, "previous", "last"),
    ("1/2", "3", "3", 3, "previous", "last"), ("9/10", "19/10", "", 4, "previous", "last"),
    ("1/2", "1", "", 3, "best", "last"), ("1/2", "3", "3", 3, "previous", "average"),
    ("1/2", "3", "3", 3, "previous", "best"), ("1/2", "3", "3", 3, "previous", "mean"),
]  # fmt: skip


@pytest.mark.parametrize("case", SMALL, ids=str)
def test_the_interval_is_exact_close_and_around_the_value(case):
    result = solved(*case)
    assert (result.status, result.why) == ("certified", "")
    assert result.lower <= result.upper
    assert result.lower <= Q(result.value) * (1 + Q(1, 10**6))
    assert result.upper >= Q(result.value) * (1 - Q(1, 10**6))
    assert (result.upper - result.lower) / result.upper <= Q(3, 1000)
    assert result.solved <= result.patterns
    assert sum(result.statuses.values()) == result.solved == len(result.certificates)
    assert check_lower(result.problem, result.attained) == result.lower


@pytest.mark.parametrize("case", SMALL, ids=str)
def test_what_is_written_down_checks_without_the_solver(case):
    result, method = solved(*case), method_of(*case)
    data = written(result)
    assert check_high(method, result.upper, data) == result.patterns
    assert check_low(method, result.lower, data) >= result.lower
    with pytest.raises(UncertifiedError):
        check_high(method, result.lower * Q(999, 1000), data)


def run_in_one_dimension(rule, gamma0, steps, a, d, x, measure):
    """The real rule in floats on a parabola of curvature a that goes on as lines beyond d."""
    state, points, losses = rule.start(gamma0), [], []

    def f(t):
        return (a * t * t / 2, a * t) if abs(t) <= d else (a * (d * abs(t) - d * d / 2), a * d * math.copysign(1, t))

    for t in range(steps + 1):
        loss, gradient = f(x)
        points.append(x)
        losses.append(loss)
        if t < steps:
            state = rule.step(state, loss)
            x -= state.rate * gradient
    return {"last": losses[-1], "best": min(losses), "mean": sum(losses[:-1]) / steps,
            "average": f(sum(points[:-1]) / steps)[0]}[measure]  # fmt: skip


@settings(max_examples=300)
@given(
    st.sampled_from(SMALL),
    st.floats(0.01, 1),
    st.one_of(st.just(math.inf), st.floats(0.001, 1)),
    st.sampled_from([1.0, -1.0, 0.7]),
)
def test_no_function_of_one_variable_exceeds_the_upper_bound(case, a, d, x):
    factor, gamma0, cap, steps, comparison, measure = case
    rule = Rule(factor=float(Q(factor)), order="same", comparison=comparison, max_lr=float(cap or math.inf))
    reached = run_in_one_dimension(rule, float(Q(gamma0)), steps, a, d, x, measure)
    assert reached <= float(solved(*case).upper) * (1 + 1e-9)


@pytest.mark.parametrize("L", [Q(1, 2), Q(2), Q(4)])
def test_the_worst_case_over_l_does_not_depend_on_l(L):
    """W/L to 1e-6, rates and cap in units of 1/L."""
    rule = replace(CAPPED.rule, max_lr=CAPPED.rule.max_lr / L)
    scaled = GreedyDescent(rule, CAPPED.rate / L, CAPPED.steps, smoothness=L)
    one, other = (worst_case(method, rests=True, certified=False) for method in (CAPPED, scaled))
    assert other.value / float(L) == pytest.approx(one.value, rel=1e-6)
    assert one.pattern == other.pattern


def test_after_one_step_measures_are_known():
    """T = 1: mean and average are f(x_0), at most 1/2; the best is the last where the step is below 2/L."""
    values = {m: worst_case(replace(CAPPED, steps=1, measure=m), rests=True).value for m in MEASURES}
    wanted = {"mean": 1 / 2, "average": 1 / 2, "last": 1 / 6, "best": 1 / 6}
    assert values == pytest.approx(wanted, rel=1e-6)


def test_measures_are_ordered():
    """The best iterate is at most the last; the average is at most the mean of the losses."""
    values = {m: solved("1/2", "3", "3", 3, "previous", m).value for m in MEASURES}
    assert values["best"] <= values["last"] * (1 + 1e-6)
    assert values["average"] <= values["mean"] * (1 + 1e-6)


# --- what the solver may come to -----------------------------------------------------------------------------------


def test_a_pattern_that_no_function_has_is_infeasible_and_certified_all_the_same():
    """f(x_1) < f(x_0) - 10 cannot be: f(x_0) <= 1/2."""

    def method(trial):
        f, x = trial.function(), trial.point()
        before, gradient = f(x)
        after, _ = f(x - gradient)
        return before if after < before - 10 else after

    result = worst_case(method)
    assert result.statuses.get("PrimalInfeasible") == 1
    assert result.status == "certified"
    assert result.value == pytest.approx(1 / 6, rel=1e-6)


def test_a_method_that_may_go_anywhere_is_open():
    """f at a new point that nothing relates to the run is not bounded."""

    def method(trial):
        f, x = trial.function(), trial.point()
        f(x)
        return f(x + trial.vector())[0]

    result = worst_case(method)
    assert result.status == "open"
    assert result.value == math.inf or math.isnan(result.value)
    assert "unbounded" in result.why or "the solver stopped" in result.why
    assert (result.lower, result.upper) == (None, None)


def test_a_solver_without_time_leaves_it_open():
    result = worst_case(UNCAPPED, rests=True, time_limit=1e-9)
    assert result.status == "open"
    assert math.isnan(result.value)
    assert result.why == "the solver stopped: MaxTime"
    assert (result.lower, result.upper, result.certificates) == (None, None, {})


def test_without_certificates_it_is_unverified():
    result = worst_case(UNCAPPED, rests=True, certified=False)
    assert (result.status, result.why) == ("unverified", "no certificate was asked for")
    assert (result.lower, result.upper) == (None, None)
    assert result.value == pytest.approx(solved("1/2", "1", "", 4).value, rel=1e-9)


def lying(factor, status="Solved"):
    def maximise_wrongly(rows, **options):
        found = maximise(rows, **options)
        return replace(found, value=found.value * factor, status=status)

    return maximise_wrongly


@pytest.mark.parametrize("factor", [0.5, 0.9, 0.99])
def test_a_solver_that_claims_too_small_a_value_gets_no_upper_bound(factor, monkeypatch):
    right = worst_case(CAPPED, rests=True)
    monkeypatch.setattr(search, "maximise", lying(factor))
    result = worst_case(CAPPED, rests=True)
    assert result.status == "attained"
    assert result.upper is None
    assert result.why.startswith("no upper bound: ")
    assert result.lower < right.upper


@pytest.mark.parametrize("factor", [1.01, 2.0])
def test_a_solver_that_claims_too_large_a_value_gets_no_lower_bound(factor, monkeypatch):
    right = worst_case(CAPPED, rests=True)
    monkeypatch.setattr(search, "maximise", lying(factor))
    result = worst_case(CAPPED, rests=True)
    assert result.status == "upper bound"
    assert result.lower is None
    assert result.why.startswith("not attained: ")
    assert result.upper > right.lower


def test_a_solver_that_returns_nonsense_gets_no_bound(monkeypatch):
    monkeypatch.setattr(search, "maximise", lying(-1.0))
    result = worst_case(CAPPED, rests=True)
    assert result.status in ("unverified", "attained")
    assert result.upper is None


@pytest.mark.parametrize("status", ["MaxIterations", "NumericalError", "InsufficientProgress"])
def test_a_value_that_the_solver_does_not_stand_by_is_not_used(status, monkeypatch):
    monkeypatch.setattr(search, "maximise", lying(1.0, status))
    result = worst_case(CAPPED, rests=True)
    assert result.status == "open"
    assert result.why == f"the solver stopped: {status}"


def test_a_program_that_stops_in_the_middle_is_not_passed_over(monkeypatch):
    """The pattern of the largest value gets no value: then what the others say is certified for no more than them."""
    right = solved("1/2", "3", "3", 3)

    def moody(rows, **options):
        found = maximise(rows, **options)
        return replace(found, status="MaxIterations") if found.value * rows.size > right.value * 0.999 else found

    monkeypatch.setattr(search, "maximise", moody)
    result = worst_case(GreedyDescent(Rule(factor=Q(1, 2), order="same", max_lr=Q(3)), Q(3), 3), rests=True)
    assert result.status != "certified"
    assert result.upper is None


def test_too_many_patterns_are_refused_with_remedies():
    with pytest.raises(TooManyError, match="the method can run in more than 3 ways: take fewer steps, a factor closer"):
        worst_case(replace(UNCAPPED, steps=6), limit=3)
    three = replace(UNCAPPED, steps=3)
    assert worst_case(three, limit=4, certified=False).patterns == 4
    with pytest.raises(TooManyError, match="in more than 3 ways"):
        worst_case(three, limit=3)


def test_a_bound_that_is_asked_for_is_used_or_refused():
    right = solved("1/2", "1", "", 4)
    method = UNCAPPED
    assert worst_case(method, rests=True, bound=right.upper + Q(1, 10)).upper == right.upper + Q(1, 10)
    low = worst_case(method, rests=True, bound=right.lower - Q(1, 1000))
    assert (low.status, low.upper) == ("attained", None)


def test_progress_counts_up_to_the_number_of_patterns():
    told = []
    worst_case(UNCAPPED, certified=False, progress=lambda *news: told.append(news))
    assert told[-1] == (8, 8)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_the_chain_bounds_decide_most_patterns():
    """They are sound: a search without them, pattern by pattern, has the same value."""
    result = solved("1/2", "1", "", 4)
    values = []
    for trial, measure in explore(UNCAPPED):
        program = problem(trial, measure)
        rows = assemble(program)
        known = chain.chain(program)
        values.append(maximise(rows).value * rows.size)
        assert values[-1] <= float(chain.bound(program, known)) * (1 + 1e-6)
    assert max(values) == pytest.approx(result.value, rel=1e-6)


@given(st.floats(1e-12, 1e12))
def test_a_number_is_rounded_up_to_eight_digits(x):
    up = rounded_up(x)
    assert Q(x) <= up <= Q(x) * (1 + Q(1, 10**7))
    assert (up * Q(10) ** (7 - math.floor(math.log10(up)))).denominator == 1 or up < Q(x) * (1 + Q(1, 10**9))
    assert rounded_up(0.0) == 0


def test_no_bound_below_the_value_has_multipliers():
    ((trial, measure),) = explore(FixedDescent((Q(1),)))
    program = problem(trial, measure)
    rows = assemble(program)
    check_upper(program, certify.upper(program, rows, Q(1, 6) + Q(1, 10**5)))
    with pytest.raises(UncertifiedError, match="no multipliers inside the cones were found for this bound"):
        certify.upper(program, rows, Q(1, 6) - Q(1, 1000))
    with pytest.raises(UncertifiedError, match="no numbers inside the conditions were found for this value"):
        certify.lower(program, rows, (1 / 6 + 1 / 1000) / rows.size)


# --- arrays ---------------------------------------------------------------------------------------------------------


def two_components(trial):
    f, g = trial.functions_with_mean(2, Q(2), Q(1, 3))
    x = trial.point()
    y = x - Q(1, 2) * f(x)[1]
    return trial.least([f(y)[0] / 2 + g(y)[0] / 2, f(x)[0] / 2 + g(x)[0] / 2])


def three_components(trial):
    f, g, h = trial.functions_with_mean(3)
    x = trial.point()
    f(x)
    return (g(x)[0] + h(x)[0]) / 2


ASSEMBLED = {
    "greedy": problem(*list(explore(replace(CAPPED, measure="best")))[1]),
    "strong": problem(*next(explore(FixedDescent((Q(1, 2), Q(3)), Q(2), Q(1, 4))))),
    "components": problem(*next(explore(two_components)), noise=Q(1, 2)),
    "three components": problem(*next(explore(three_components)), noise=Q(1)),
}


@settings(max_examples=40)
@given(st.sampled_from(sorted(ASSEMBLED)), st.booleans(), st.integers(0, 10**6))
def test_rows_are_the_inequalities_of_the_formula(name, scaled, seed):
    """Every row, at vectors and values drawn at random, in floats: to 1e-9."""
    program = ASSEMBLED[name]
    rows = assemble(program, chain.chain(program) if scaled else None)
    rng = np.random.default_rng(seed)
    vectors, values = rng.normal(size=(program.dimension, 3)), rng.normal(size=program.values)

    def numeric(point):
        return sum((float(c) * vectors[k] for k, c in enumerate(point.coords)), np.zeros(3))

    wanted = []
    for c, i, j in rows.pairs:
        component = program.components[c]
        L, mu = float(component.smoothness), float(component.convexity)
        a, b = component.samples[i], component.samples[j]
        dx, dg = numeric(a.position) - numeric(b.position), numeric(a.gradient) - numeric(b.gradient)
        fa, fb = (0.0 if s.value is None else values[s.value] for s in (a, b))
        bend = dg @ dg / L + mu * dx @ dx - 2 * mu / L * dg @ dx
        wanted.append(fa - fb - numeric(b.gradient) @ dx - bend / (2 * (1 - mu / L)))
    for condition in program.conditions:
        left = float(condition.constant) + sum(float(a) * values[k] for k, a in condition.values)
        wanted.append(left + sum(float(x) * vectors[a] @ vectors[b] for (a, b), x in condition.gram))
    units = vectors / rows.basis[:, None]
    found = rows.gram @ packed(units @ units.T) + rows.values @ (values / rows.unit) + rows.constant
    assert found * rows.norm == pytest.approx(np.array(wanted), abs=1e-9 * max(1, np.abs(wanted).max()))
    goal = sum(float(a) * values[k] for k, a in program.objective)
    assert rows.objective @ (values / rows.unit) * rows.size == pytest.approx(goal)
    assert max(np.abs(rows.gram).max(), np.abs(rows.values).max(), np.abs(rows.objective).max()) <= 1 + 1e-12


@given(st.integers(1, 6), st.integers(0, 10**6))
def test_packed_forms_have_the_inner_product_of_matrices(n, seed):
    rng = np.random.default_rng(seed)
    A, B = (M + M.T for M in rng.normal(size=(2, n, n)))
    assert packed(A) @ packed(B) == pytest.approx(np.trace(A @ B))
    assert np.allclose(unpacked(packed(A), n), A, atol=1e-14)


def test_the_solver_gives_the_same_result_twice():
    first, again = (worst_case(CAPPED, rests=True) for _ in range(2))
    assert first.value == again.value
    assert written(first) == written(again)


# --- cases of a sweep -------------------------------------------------------------------------------------------------


def test_a_case_is_read_as_it_was_written():
    for case in WorstCases(factor=(Q(1, 3),), max_lr=(None, Q(3, 2)), order=("same", "next")).cases():
        assert Case.read(case.plain()) == case


def test_the_start_is_the_cap_where_that_is_lower():
    case = Case(Q(1, 2), "previous", "same", 0, Q(3), Q(3, 2), 2, "last")
    assert case.method().rate == Q(3, 2)
    assert replace(case, max_lr=None).method().rate == Q(3)


def test_a_row_has_its_numbers_exactly_and_as_floats():
    case = Case(Q(1, 3), "previous", "same", 0, Q(1), None, 2, "last")
    found = worst_case(case.method(), rests=True)
    columns = row(case, found)
    assert columns["factor"] == "1/3"
    assert columns["max_lr_value"] == math.inf
    assert (Q(columns["lower_exact"]), Q(columns["upper_exact"])) == (found.lower, found.upper)
    assert columns["status"] == "certified"
    without = row(case, worst_case(case.method(), rests=True, certified=False))
    assert (without["lower_exact"], without["upper_exact"]) == ("", "")
    assert math.isnan(without["lower"])


def test_options_have_names_of_their_own():
    names = [WorstCases(**told).name() for told in ({}, {"steps": (5,)}, {"certified": False}, {"max_lr": (Q(3),)})]
    assert len(set(names)) == 4
    assert WorstCases().name() == WorstCases(factor=(Q(2, 4),)).name()


@pytest.mark.parametrize(("told", "message"), [
    ({"factor": ()}, "factor must name at least one value, and each once"),
    ({"steps": (3, 3)}, "steps must name at least one value, and each once"),
    ({"measure": ("worst",)}, "a metric must be one of 'last'"),
    ({"patterns": 0}, "patterns must be at least 1, got 0"),
    ({"comparison": ("first",)}, "comparison must be one of"),
    ({"factor": (Q(1),)}, r"factor must lie in \(0, 1\)"),
])  # fmt: skip
def test_a_sweep_of_nothing_or_of_no_rule_is_refused(told, message):
    with pytest.raises(ValueError, match=message):
        WorstCases(**told)


def test_every_combination_is_a_case():
    cases = WorstCases(factor=(Q(1, 2), Q(1, 3)), steps=(1, 2), max_lr=(None, Q(1))).cases()
    assert len(cases) == 8
    assert max(Counter(cases).values()) == 1
