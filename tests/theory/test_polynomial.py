"""Polynomials have one form each, show themselves as one reads them, and take exact numbers only."""

from fractions import Fraction

import pytest

from theory.polynomial import atom, lift, product, total

x, y, z = atom("x"), atom("y"), atom("z")


def test_a_polynomial_keeps_only_the_atoms_that_occur():
    assert x + 1 - x == lift(1)
    assert (x * y - y * x + z).atoms == ("z",)
    assert (x - x).atoms == ()
    assert hash(x + y - y) == hash(x)


def test_terms_list_what_occurs_with_its_exponent():
    assert list((3 * x**2 * y - z).terms) == [((("x", 2), ("y", 1)), 3), ((("z", 1),), -1)]
    assert list(lift(Fraction(2, 3)).terms) == [((), Fraction(2, 3))]
    assert list(lift(0).terms) == []


def test_the_order_of_writing_does_not_matter():
    assert z * x + y == y + x * z
    assert (x + y) ** 2 == x * x + 2 * x * y + y * y
    assert 1 - x == -(x - 1)


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (lift(0), "0"),
        (lift(Fraction(-1, 2)), "-1/2"),
        (-x, "-x"),
        (2 * x**2 - y, "2*x^2 - y"),
        (x - Fraction(1, 2) * y * z + 1, "x - 1/2*y*z + 1"),
    ],
)
def test_it_reads_as_one_writes_it(p, text):
    assert str(p) == text


def test_sums_and_products_of_none_are_zero_and_one():
    assert total([]) == lift(0)
    assert product([]) == lift(1)
    assert total([x, 1, y]) == x + y + 1
    assert product([x, 2, y]) == 2 * x * y


@pytest.mark.parametrize("number", [0.5, 1.0, True, "1", None])
def test_only_exact_numbers_are_lifted(number):
    with pytest.raises(TypeError, match="is not an exact number"):
        lift(number)


@pytest.mark.parametrize(
    "operation", [lambda: x + 0.5, lambda: 0.5 + x, lambda: x * 0.5, lambda: x - 0.5, lambda: 0.5 - x]
)
def test_floats_are_refused_in_every_operation(operation):
    with pytest.raises(TypeError, match=r"Write Fraction\('-?0.5'\)"):
        operation()
