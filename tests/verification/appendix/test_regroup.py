"""A formula that was regrouped is the polynomial that it came from, and reads as one writes it."""

from fractions import Fraction

import pytest
from hypothesis import given

from theory.gram import Index, mean, square
from theory.kernel import Fact, Rel
from theory.notation import (
    ALPHA,
    GAMMA,
    HI,
    INV_GAP,
    INV_L,
    PATHS,
    SAMPLE,
    STEP,
    TIME,
    X_STAR,
    L,
    X,
    f,
    f_i,
    g_i,
    iterate,
)
from theory.polynomial import lift
from theory.testing import polys
from verification.appendix import regroup as module
from verification.appendix.formula import value
from verification.appendix.reciprocals import cancelled
from verification.appendix.regroup import regroup
from verification.appendix.typeset import fact, multiplied, polynomial

NEXT = X - GAMMA * g_i(X)
SHOWN = {
    "distance": (square(X - X_STAR), r"\| x - x^* \|^2"),
    "gap": (L * (4 * f(X) - 4 * f(X_STAR)), r"4 L (f(x) - f(x^*))"),
    "mean": (mean(SAMPLE, square(g_i(X) - g_i(X_STAR))), r"\mathbb{E}_{i} \| \nabla f_{i}(x) - \nabla f_{i}(x^*) \|^2"),
    "constant moved into the mean": (mean(PATHS, square(iterate(STEP) - X_STAR)), r"\mathbb{E} \| x_{t} - x^* \|^2"),
    "factor": (2 * GAMMA - 2 * L * HI * GAMMA, r"2 \gamma_{t} (1 - L \gamma_{\max})"),
    "reciprocal": (Fraction(1, 2) * INV_L * square(g_i(X)), r"\tfrac{1}{2 L} \| \nabla f_{i}(x) \|^2"),
    "sum over steps": (mean(TIME, f(iterate(STEP))), r"\tfrac{1}{T} \sum_{t<T} f(x_{t})"),
    "difference of squares": (
        square(iterate(STEP) - X_STAR) - square(iterate(STEP + 1) - X_STAR),
        r"\| x_{t} - x^* \|^2 - \| x_{t+1} - x^* \|^2",
    ),
    "step": (square(NEXT - X), r"\gamma_{t}^{2} \| \nabla f_{i}(x) \|^2"),
    "zero": (lift(0), "0"),
}


@pytest.mark.parametrize("name", SHOWN)
def test_polynomials_read_as_one_writes_them(name):
    p, text = SHOWN[name]
    assert polynomial(p) == text


@given(polys)
def test_regrouping_changes_no_polynomial(p):
    assert (value(regroup(p)) - p).is_zero


def test_every_fact_of_every_proof_is_regrouped_without_a_change(arguments):
    for _, found in arguments:
        for given_fact in found.tree.facts:
            p = cancelled(given_fact.poly)
            assert (value(regroup(p)) - p).is_zero


def test_a_regrouping_that_loses_a_term_is_refused(monkeypatch):
    regroup.cache_clear()
    monkeypatch.setattr(module, "gram", lambda entries: [])
    with pytest.raises(ValueError, match="regrouping changed a formula"):
        regroup(square(X) + f(X))
    regroup.cache_clear()


def test_negative_terms_stand_on_the_smaller_side():
    assert fact(Fact(f(X) - f(X_STAR))) == r"f(x^*) \le f(x)"
    assert fact(Fact(1 - L * HI, Rel.GT)) == r"L \gamma_{\max} < 1"
    assert fact(Fact(f(X) - mean(SAMPLE, f_i(X)), Rel.EQ)) == r"\mathbb{E}_{i} f_{i}(x) = f(x)"
    assert fact(Fact(L, Rel.GT)) == "L > 0"


def test_reciprocals_cancel_and_nothing_else_does():
    assert cancelled(L * INV_L * f(X)) == f(X)
    assert cancelled(INV_GAP * (1 - ALPHA)) == lift(1)
    assert cancelled(L * L * INV_L) == L
    assert cancelled(HI * INV_L) == HI * INV_L


def test_a_product_shows_its_factors_and_one_sign():
    assert multiplied([lift(2), 1 - L * HI, GAMMA]) == r"2 \gamma_{t} (1 - L \gamma_{\max})"
    assert multiplied([lift(-1), L * HI - 1]) == r"(1 - L \gamma_{\max})"
    assert multiplied([lift(1)]) == "1"


def test_the_path_is_not_written_but_the_sample_is():
    assert polynomial(f(iterate(Index("")))) == "f(x_{0})"
    assert polynomial(mean(PATHS, f(iterate(STEP)))) == r"\mathbb{E} f(x_{t})"
