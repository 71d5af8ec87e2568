"""The worst function written down: its samples are its own, and the rule run on it reproduces pattern and value."""

from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from greedylr.rule import Rule
from theory.worst_case.bounds import table
from theory.worst_case.certificate import Lower, UncertifiedError, check_lower
from theory.worst_case.envelope import Envelope
from theory.worst_case.explore import explore
from theory.worst_case.greedy import FixedDescent, GreedyDescent
from theory.worst_case.kept import START, attained, replay
from theory.worst_case.problem import problem
from theory.worst_case.unknown import Point
from verification.worst_case.files import kept
from verification.worst_case.recovery import worst_function
from verification.worst_case.search import worst_case

Q = Fraction
CAPPED = GreedyDescent(Rule(factor=Q(1, 2), order="same", max_lr=Q(3)), Q(3), 4)


def of_ledger(name):
    method = table()[name].method
    return method, *attained(method, kept(name))


@cache
def found(measure="last"):
    return worst_case(replace(CAPPED, measure=measure), rests=True)


@pytest.mark.parametrize("name", ["three-quarters-3", "half-4-L2", "nine-tenths-8", "half-8-cap-3", "half-8-best"])
def test_a_replay_attains_what_the_numbers_say(name):
    method, program, numbers = of_ledger(name)
    assert replay(method, program, numbers) == check_lower(program, numbers)


@pytest.mark.parametrize("measure", ["last", "best", "average", "mean"])
def test_a_replay_is_at_least_the_certified_lower_bound(measure):
    """The least of the losses is a value of its own, which may lie below all of them."""
    result = found(measure)
    assert result.status == "certified"
    reached = replay(replace(CAPPED, measure=measure), result.problem, result.attained)
    assert reached >= check_lower(result.problem, result.attained) == result.lower
    if measure != "best":
        assert reached == result.lower
    assert reached <= result.upper


@pytest.mark.parametrize("name", ["half-4-L2", "nine-tenths-3-L10"])
def test_the_envelope_has_the_values_and_gradients_of_its_samples(name):
    _, program, numbers = of_ledger(name)
    f = Envelope(program, numbers)
    for sample in program.components[0].samples:
        value = numbers.values[sample.value] if sample.value is not None else 0
        assert f(sample.position) == (value, sample.gradient)


def test_inner_products_are_those_of_the_gram_matrix():
    _, program, numbers = of_ledger("half-4-L2")
    f = Envelope(program, numbers)
    u, v = Point((Q(1), Q(-2), Q(1, 3))), Point((Q(0), Q(5)))
    wanted = sum(a * b * numbers.gram[i][j] for i, a in enumerate(u.coords) for j, b in enumerate(v.coords))
    assert f.inner(u, v) == f.inner(v, u) == wanted
    assert f.inner(START, START) == numbers.gram[0][0]


def test_a_point_that_is_no_sample_is_refused():
    _, program, numbers = of_ledger("three-quarters-3")
    with pytest.raises(UncertifiedError, match="is not among the samples: no weights are known to be the best ones"):
        Envelope(program, numbers)(Q(1, 2) * START)


@pytest.mark.parametrize("k", range(4))
@pytest.mark.parametrize("by", [Q(1, 2), Q(-1, 2)])
def test_samples_of_no_function_are_refused(k, by):
    """One value moved: somewhere other weights are better."""
    method, program, numbers = of_ledger("three-quarters-3")
    values = tuple(v + by * (n == k) for n, v in enumerate(numbers.values))
    with pytest.raises(UncertifiedError, match="belong to no function of the class"):
        replay(method, program, Lower(numbers.gram, values))


def test_other_classes_have_no_envelope():
    numbers = Lower(((Q(1), Q(0)), (Q(0), Q(1))), (Q(1, 2),))
    message = "an envelope is made of the samples of one convex L-smooth function, with mu = 0"
    strongly = problem(*next(explore(FixedDescent((), convexity=Q(1, 2)))))
    with pytest.raises(ValueError, match=message):
        Envelope(strongly, numbers)

    def two(trial):
        f, g = trial.functions_with_mean(2)
        x = trial.point()
        return (f(x)[0] + g(x)[0]) / 2

    with pytest.raises(ValueError, match=message):
        Envelope(problem(*next(explore(two))), numbers)


def test_a_start_too_far_away_is_refused():
    method, program, numbers = of_ledger("three-quarters-3")
    rows = [[4 * c for c in row] for row in numbers.gram]
    with pytest.raises(UncertifiedError, match=r"\|x_0 - x\*\|\^2 <= 1 fails"):
        replay(method, program, Lower(tuple(map(tuple, rows)), tuple(4 * v for v in numbers.values)))


# --- the same function in floats ----------------------------------------------------------------------------------


@cache
def in_floats(name="capped"):
    if name == "capped":
        return worst_function(found().problem, found().attained)
    _, program, numbers = of_ledger(name)
    return worst_function(program, numbers)


@pytest.mark.parametrize("name", ["capped", "three-quarters-3", "half-4-L2", "tenth-4-below-2"])
def test_in_floats_it_passes_through_the_same_samples(name):
    f = in_floats(name)
    size = max(1.0, f.values.max())
    for x, g, value in zip(f.positions, f.gradients, f.values, strict=True):
        here, slope = f(x)
        assert here == pytest.approx(value, abs=1e-7 * size)
        assert slope == pytest.approx(g, abs=1e-4 * size)


def test_in_floats_its_vectors_have_the_exact_gram_matrix():
    program, numbers, f = found().problem, found().attained, in_floats()
    exact = Envelope(program, numbers)
    samples = program.components[0].samples
    for a, x, g in zip(samples, f.positions, f.gradients, strict=True):
        for b, h in zip(samples, f.gradients, strict=True):
            assert x @ h == pytest.approx(float(exact.inner(a.position, b.gradient)), abs=1e-9)
            assert g @ h == pytest.approx(float(exact.inner(a.gradient, b.gradient)), abs=1e-9)


@settings(max_examples=40)
@given(st.integers(0, 10**6), st.sampled_from(["capped", "half-4-L2"]))
def test_it_is_convex_smooth_and_minimal_at_zero_between_its_samples_too(seed, name):
    """<dg, dx> >= |dg|^2/L, f(y) >= f(x) + <g(x), y - x> + |dg|^2/(2L), f >= 0 = f(x*), at random points, to 1e-6."""
    f, rng = in_floats(name), np.random.default_rng(seed)
    n = f.positions.shape[1]
    x, y = (rng.normal(size=n) * rng.choice([0.1, 1, 3]) + rng.choice([0, 1]) * f.positions[rng.integers(1, 4)]
            for _ in range(2))  # fmt: skip
    (fx, gx), (fy, gy) = f(x), f(y)
    step = gx - gy
    tolerance = 1e-6 * max(1.0, abs(fx), abs(fy))
    assert step @ (x - y) >= step @ step / f.smoothness - tolerance
    assert fy >= fx + gx @ (y - x) + step @ step / (2 * f.smoothness) - tolerance
    assert fx >= gx @ gx / (2 * f.smoothness) - tolerance
    at_minimum, slope = f(np.zeros(n))
    assert at_minimum == pytest.approx(0, abs=1e-8)
    assert np.abs(slope).max() < 1e-4


def test_its_gradient_is_the_slope_of_its_values():
    f, rng = in_floats(), np.random.default_rng(5)
    for _ in range(5):
        x, v = rng.normal(size=(2, f.positions.shape[1]))
        h = 1e-4
        difference = (f(x + h * v)[0] - f(x - h * v)[0]) / (2 * h)
        assert difference == pytest.approx(f(x)[1] @ v, abs=1e-3)


def test_the_rule_in_floats_reproduces_pattern_rates_and_value():
    """F = 1/2 from 3/L under the cap 3/L, T = 4: gradient descent with the real rule, to 1e-4."""
    result, f = found(), in_floats()
    rule = Rule(factor=0.5, order="same", max_lr=3.0)
    state, x = rule.start(3.0), f.start
    losses, rates = [], []
    for _ in range(4):
        loss, gradient = f(x)
        state = rule.step(state, loss)
        losses.append(loss)
        rates.append(state.rate)
        x = x - state.rate * gradient
    last = f(x)[0]
    ((trial, _),) = [run for run in explore(CAPPED, rests=True) if run[0].pattern == result.pattern]
    samples = trial.functions[0].samples[1:]
    wanted = [(a.position - b.position).multiple_of(a.gradient) for a, b in pairwise(samples)]
    assert rates == [float(rate) for rate in wanted]
    assert np.linalg.norm(f.start) <= 1
    assert last == pytest.approx(float(result.lower), rel=1e-4)
    assert last <= float(result.upper)
