"""Vectors add up, terms know their free variables, and a substitution reaches every place it should and no other."""

import pytest

from theory.gram import (
    CaptureError,
    Index,
    Law,
    Symbol,
    Vec,
    count,
    free,
    mean,
    square,
    substitute,
    substitute_index,
    symbol,
    vector,
)
from theory.polynomial import lift

I, K, T, N = Index("i", "sample"), Index("k"), Index("T"), Index("n")
ZERO = Index("")
SAMPLE, TIME = Law(I), Law(K, T)
u, v = vector("u"), vector("v")
X = vector("x", variable=True)
x = X.coords[0][0]
s = symbol("s", variable=True)
S = Symbol("s", (), True)
a = symbol("a", K)


def test_a_vector_is_the_sum_of_what_was_added():
    assert u + u == 2 * u
    assert u + v + u - v == 2 * u
    assert u - u == Vec(())
    assert 0 * u == Vec(())
    assert square(u + v + u) == 4 * (u @ u) + 4 * (u @ v) + v @ v


def test_coefficients_may_be_polynomials():
    assert (symbol("c") * u) @ v == symbol("c") * (u @ v)
    assert symbol("c") * u - symbol("c") * u == Vec(())


@pytest.mark.parametrize(
    ("w", "text"),
    [(u, "u"), (-1 * u, "-u"), (2 * u - v, "2*u - v"), ((symbol("c") + 1) * u, "(c + 1)*u"), (Vec(()), "0")],
)
def test_a_vector_reads_as_one_writes_it(w, text):
    assert str(w) == text


@pytest.mark.parametrize(("index", "text"), [(ZERO, "0"), (ZERO + 2, "2"), (K, "k"), (K + 1, "k+1")])
def test_an_index_reads_as_one_writes_it(index, text):
    assert str(index) == text


@pytest.mark.parametrize(("atom", "text"), [(square(u), "|u|^2"), (u @ v, "<u, v>"), (symbol("f", I, X), "f(i, x)")])
def test_an_atom_reads_as_one_writes_it(atom, text):
    assert str(atom) == text


def test_a_step_is_counted_with_its_shift():
    assert count(ZERO) == lift(0)
    assert count(ZERO + 2) == lift(2)
    assert count(K + 3) == count(K) + 3


def test_symbols_that_look_alike_are_told_apart():
    """A variable and a constant of one name are two things, also inside an argument."""
    inside, constant = symbol("f", s), symbol("f", symbol("s"))
    assert inside != constant
    assert repr(inside) != repr(constant)
    one, two = vector("g", s), vector("g", symbol("s"))
    assert one @ two == two @ one


@pytest.mark.parametrize(
    ("term", "variables"),
    [
        (ZERO, set()),
        (K + 1, {K}),
        (symbol("c"), set()),
        (s, {S}),
        (symbol("f", I, X), {I, x}),
        (vector("g", I, X), {I, x}),
        (vector("g", I, u) @ X, {I, x}),
        (s * X, {S, x}),
        (count(K), {K}),
        (mean(SAMPLE, symbol("f", I, X)), {x}),
        (mean(TIME, a), {T}),
        (mean(TIME, a * symbol("b", N)), {T, N}),
        (Law(K, T), {T}),
        (Law(I), set()),
    ],
)
def test_a_term_knows_its_free_variables(term, variables):
    assert free(term) == variables


def test_what_is_no_term_has_no_variables():
    with pytest.raises(TypeError, match="is not a term"):
        free("k")


def test_numerals_are_not_replaced():
    assert substitute_index(ZERO, {ZERO: T}) == ZERO
    assert substitute_index(ZERO + 1, {ZERO: T}) == ZERO + 1
    assert substitute_index(K + 1, {K: T + 2}) == T + 3
    assert substitute_index(K, {T: ZERO}) == K


def test_a_substitution_reaches_arguments_of_every_sort():
    h = symbol("h", s + 1, K, X)
    assert substitute(h, {S: lift(2), K: ZERO, x: u - v}) == symbol("h", lift(3), ZERO, u - v)
    field = vector("h", s + 1, K, X)
    moved = vector("h", lift(3), ZERO, u)
    assert substitute(square(field), {S: lift(2), K: ZERO, x: u}) == square(moved)
    assert substitute(square(s * X), {S: symbol("c"), x: u}) == symbol("c") ** 2 * square(u)


def test_a_substitution_under_a_mean_minds_only_what_occurs_there():
    outside = mean(SAMPLE, symbol("b", I))
    assert substitute(outside, {x: vector("g", I)}) == outside
    with pytest.raises(CaptureError, match="depends on i: it cannot replace x under E_i"):
        substitute(mean(SAMPLE, symbol("f", I, X)), {x: vector("g", I)})


def test_a_bound_variable_is_not_replaced_but_its_upper_end_is():
    assert substitute(mean(TIME, a), {K: N, T: N + 1}) == mean(Law(K, N + 1), a)


def test_a_mean_that_becomes_constant_is_pulled_out():
    p = mean(SAMPLE, s * symbol("xi", I) + symbol("f", X))
    assert substitute(p, {S: lift(0)}) == symbol("f", X)
    assert mean(SAMPLE, lift(5) + symbol("c")) == symbol("c") + 5
