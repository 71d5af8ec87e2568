"""Ball arithmetic: what it rounds, and what it dares to say."""

import math
from fractions import Fraction

import numpy as np
import pytest
from flint import arb, arb_mat, ctx
from hypothesis import assume, given
from hypothesis import strategies as st
from sympy import Matrix, Rational

from numerics.problems.balls import above, below, column, enclosure, identity, matrix, norm2, precise, semidefinite

fractions = st.fractions(min_value=-1000, max_value=1000, max_denominator=10**6)
small = st.integers(-4, 4)


def ball(q):
    return arb(q.numerator) / q.denominator


@given(fractions)
def test_the_ends_of_an_enclosure_are_the_doubles_beside_the_number(q):
    with precise():
        low, high = below(ball(q)), above(ball(q))
    assert Fraction(low) <= q <= Fraction(high)
    assert high <= math.nextafter(low, math.inf)
    assert (low == high) == (Fraction(float(q)) == q)


@given(fractions, st.integers(1, 100))
def test_the_enclosure_of_a_wide_ball_holds_all_of_it(q, width):
    with precise():
        found = enclosure(arb(0, width) + ball(q))
    assert Fraction(found.low) <= q - width < q + width <= Fraction(found.high)


def test_zero_is_written_without_a_sign():
    with precise():
        assert math.copysign(1, above(arb(0))) == 1.0


def test_an_overflow_is_an_error_and_no_bound():
    with precise(), pytest.raises(ArithmeticError, match="rescale the data"):
        below(arb("nan"))


def test_the_precision_is_restored_even_after_an_error():
    before = ctx.prec

    def fail():
        with precise(300):
            assert ctx.prec == 300
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert ctx.prec == before


@given(st.lists(st.lists(small, min_size=3, max_size=3), min_size=3, max_size=3), st.integers(-3, 3))
def test_a_matrix_is_called_semidefinite_only_if_it_is_and_always_if_definite(entries, shift):
    root = Matrix(entries)
    symmetric = root.T * root + shift * Matrix.eye(3)
    with precise():
        said = semidefinite(arb_mat([[int(v) for v in row] for row in symmetric.tolist()]))
    assert said <= bool(symmetric.is_positive_semidefinite)
    assert said >= bool(symmetric.is_positive_definite)


@given(st.integers(1, 4), small)
def test_a_zero_pivot_splits_off_only_with_an_empty_column(a, b):
    with precise():
        assert semidefinite(arb_mat([[0, 0], [0, a]]))
        assert semidefinite(arb_mat([[a, 0], [0, 0]]))
        assert semidefinite(arb_mat([[0, b], [b, a]])) == (b == 0)


def test_a_pivot_of_unknown_sign_is_refused():
    with precise():
        assert not semidefinite(arb_mat([[arb(1, 2)]]))


@given(st.lists(st.lists(fractions.map(float), min_size=2, max_size=2), min_size=1, max_size=3))
def test_matrices_and_columns_of_doubles_enter_exactly(rows):
    with precise():
        assert [[float(v) for v in row] for row in matrix(np.array(rows)).tolist()] == rows
        entries = column(np.array(rows[0])).entries()
        assert [float(v) for v in entries] == rows[0]
        assert norm2(entries).contains(norm2(entries).mid())
        assert (
            Fraction(below(norm2(entries))) <= sum(Fraction(v) ** 2 for v in rows[0]) <= Fraction(above(norm2(entries)))
        )


def test_the_identity_is_the_identity():
    with precise():
        assert identity(3) * matrix(np.arange(9.0).reshape(3, 3)) == matrix(np.arange(9.0).reshape(3, 3))


@given(fractions)
def test_a_semidefinite_answer_turns_where_the_matrix_does(q):
    """[[q, 1], [1, 1]] is positive definite for q > 1 and indefinite for q < 1."""
    assume(q != 1)
    with precise():
        assert semidefinite(arb_mat([[ball(q), 1], [1, 1]])) == (Rational(q.numerator, q.denominator) > 1)
