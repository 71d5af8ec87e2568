"""Points are exact; a loss of an unknown function is no number, and says so wherever it is taken for one."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from greedylr.rule import Rule
from theory.worst_case.explore import Trial
from theory.worst_case.greedy import GreedyDescent
from theory.worst_case.unknown import AmbiguousError, Loss, Point, exact, outside

Q = Fraction
NUMBERS = st.fractions(-5, 5, max_denominator=9)
COORDS = st.lists(NUMBERS, max_size=4)


def point(coords):
    """The sum of c_k e_k, built by the operations themselves."""
    basis = [Point((Q(0),) * k + (Q(1),)) for k in range(len(coords))]
    return sum((c * e for c, e in zip(coords, basis, strict=True)), Point())


def padded(p, size=8):
    return [*p.coords, *[Q(0)] * (size - len(p.coords))]


def loss(terms, constant=0, below=outside):
    return Loss(tuple(sorted(terms.items())), below, Q(constant))


def read(x):
    return dict(x.terms), x.constant


@given(COORDS, COORDS, NUMBERS)
def test_points_add_and_scale_coordinate_by_coordinate(u, v, c):
    p, q = point(u), point(v)
    for found, wanted in (
        (p + q, [a + b for a, b in zip(padded(p), padded(q), strict=True)]),
        (p - q, [a - b for a, b in zip(padded(p), padded(q), strict=True)]),
        (c * p, [c * a for a in padded(p)]),
    ):
        assert padded(found) == wanted
        assert not found.coords or found.coords[-1], "equal points are equal tuples"
    assert p - p == Point()
    assert padded(p) == [*u, *[Q(0)] * (8 - len(u))]


@given(COORDS, COORDS, NUMBERS)
def test_a_multiple_is_recognised_exactly(u, v, c):
    p, q = point(u), point(v)
    if p.coords:
        assert (c * p).multiple_of(p) == c
    found = q.multiple_of(p)
    many = [b / a for a, b in zip(padded(p), padded(q), strict=True) if a]
    parallel = not q.coords or (
        bool(p.coords) and all(b == many[0] * a for a, b in zip(padded(p), padded(q), strict=True))
    )
    assert (found is not None) == parallel
    if found is not None:
        assert found * p == q


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_is_the_very_number_that_it_is(x):
    assert float(exact(x)) == x
    assert exact(x) == Q(*x.as_integer_ratio())


@given(st.lists(st.tuples(st.integers(0, 3), NUMBERS), max_size=5), NUMBERS, NUMBERS, NUMBERS.filter(bool))
def test_losses_are_combinations_with_a_constant(pairs, a, c, d):
    f = loss({0: Q(1), 2: Q(-3)}, Q(1, 2))
    for k, weight in pairs:
        f = f + weight * loss({k: Q(1)})
    terms = {k: sum((w for i, w in pairs if i == k), {0: Q(1), 2: Q(-3)}.get(k, Q(0))) for k in range(4)}
    terms = {k: w for k, w in terms.items() if w}
    assert read(f) == (terms, Q(1, 2))
    scaled = {k: c * w for k, w in terms.items() if c * w}
    assert read(c * f) == read(f * c) == (scaled, c / 2)
    assert read(f + a) == read(a + f) == (terms, a + Q(1, 2))
    assert read(f - a) == (terms, Q(1, 2) - a)
    assert read(a - f) == ({k: -w for k, w in terms.items()}, a - Q(1, 2))
    assert read(f / d) == ({k: w / d for k, w in terms.items()}, Q(1, 2) / d)
    assert read(-f) == read(-1 * f)
    assert read(f - f) == ({}, Q(0))


def test_sums_and_means_are_losses_too():
    losses = [loss({k: Q(1)}) for k in range(4)]
    assert read(sum(losses) / 4) == ({k: Q(1, 4) for k in range(4)}, Q(0))


USES = {
    "bool": bool,
    "float": float,
    "int": int,
    "round": round,
    "round to digits": lambda f: round(f, 3),
    "abs": abs,
    "isnan": math.isnan,
    "floor": math.floor,
    "format": lambda f: f"{f:.3f}",
    "if": lambda f: 1 if f else 2,
    "not": lambda f: not f,
    "== a number": lambda f: f == 0,
    "!= a number": lambda f: f != 0,
    "== another loss": lambda f: f == f + 0,
    "!= another loss": lambda f: f != f + 0,
    "in a list": lambda f: f in [f + 0],
    "<": lambda f: f < loss({5: Q(1)}),
    ">": lambda f: f > loss({5: Q(1)}),
    "<=": lambda f: f <= loss({5: Q(1)}),
    ">=": lambda f: f >= loss({5: Q(1)}),
    "a number <": lambda f: f > 3,
    "min": lambda f: min(f, loss({5: Q(1)})),
    "sorted": lambda f: sorted([f, loss({5: Q(1)})]),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES.keys())
def test_a_loss_is_not_taken_for_a_number(use):
    with pytest.raises((AmbiguousError, TypeError)) as refused:
        use(loss({0: Q(1), 1: Q(-1)}))
    if use is not USES["format"]:
        assert "this loss belongs to an unknown function and has no number" in str(refused.value)


@pytest.mark.parametrize(
    "use", [hash, lambda f: {f}, lambda f: f * f, lambda f: f**2, lambda f: f // 1, lambda f: 1 / f]
)
def test_what_is_no_combination_of_losses_is_refused(use):
    with pytest.raises(TypeError):
        use(loss({0: Q(1)}))
    assert Loss.__hash__ is None


def test_a_loss_is_not_nan():
    """So the rule, which looks for NaN by ``loss != loss``, takes it for an ordinary loss."""
    f = loss({0: Q(1)})
    assert (f != f) is False
    assert (f == f) is True


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf, np.float64("nan")])
@pytest.mark.parametrize("use", [
    exact, lambda c: c * Point((Q(1),)), lambda c: c * loss({0: Q(1)}), lambda c: loss({0: Q(1)}) + c,
    lambda c: loss({0: Q(1)}) - c, lambda c: c - loss({0: Q(1)}), lambda c: loss({0: Q(1)}) / c,
    lambda c: loss({0: Q(1)}) < c,
])  # fmt: skip
def test_coefficients_are_finite(use, wrong):
    with pytest.raises(ValueError, match=r"a coefficient must be finite, got .*: check what it was computed from"):
        use(wrong)


@pytest.mark.parametrize("wrong", [True, False, "1", None, 1j, [1], loss({0: Q(1)}), np.bool_(True)])
@pytest.mark.parametrize("use", [exact, lambda c: c * Point((Q(1),)), lambda c: loss({0: Q(1)}) * c])
def test_coefficients_are_numbers(use, wrong):
    with pytest.raises(TypeError, match=r"a coefficient must be a number, got .*: pass an int, a Fraction or a float"):
        use(wrong)


def test_a_loss_divided_by_zero_is_no_loss():
    with pytest.raises(ZeroDivisionError):
        loss({0: Q(1)}) / 0


@pytest.mark.parametrize("ask", [
    lambda f, g: 2 * f < f, lambda f, g: f < 0, lambda f, g: f > Q(1, 2), lambda f, g: (f + g) / 2 < f + g,
    lambda f, g: f <= 1, lambda f, g: f - g < f, lambda f, g: f + g < 3 * g,
])  # fmt: skip
def test_a_question_that_depends_on_the_minimum_is_refused(ask):
    trial = Trial()
    f = trial.function()
    x = trial.point()
    value, gradient = f(x)
    with pytest.raises(AmbiguousError, match=r"the answer depends on f\(x\*\), which is unknown: compare losses"):
        ask(value, f(x - gradient)[0])
    assert not trial.comparisons


@pytest.mark.parametrize("ask", [lambda f, g: f < g, lambda f, g: 2 * f < f + g, lambda f, g: (f + g) / 2 < g,
                                 lambda f, g: f - Q(1, 10) < g, lambda f, g: f - g < Q(1, 3)])  # fmt: skip
def test_a_question_that_does_not_is_asked(ask):
    trial = Trial()
    f = trial.function()
    x = trial.point()
    value, gradient = f(x)
    assert ask(value, f(x - gradient)[0]) is True
    assert trial.pattern == (True,)


def test_a_difference_that_is_a_number_answers_itself():
    trial = Trial()
    f, _ = trial.function()(trial.point())
    assert f - Q(1, 10) < f
    assert not f < f
    assert f <= f
    assert not trial.comparisons


def test_a_relative_threshold_of_the_rule_is_refused():
    """f(x_1) < (1 - threshold) f(x_0) is a question about f(x_0) itself, not about f(x_0) - f*."""
    rule = Rule(factor=Q(1, 2), order="same", threshold=Q(1, 10), threshold_mode="rel")
    with pytest.raises(AmbiguousError, match=r"depends on f\(x\*\)"):
        GreedyDescent(rule, Q(1), 2)(Trial())
