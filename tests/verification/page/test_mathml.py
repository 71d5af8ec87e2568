"""Formulas keep every sign, break between terms only, and fail loudly."""

from xml.etree import ElementTree

import pytest

from theory.claims import paper
from verification.page.mathml import mathml, pieces


def text_of(markup):
    return "".join(ElementTree.fromstring(f"<p>{markup}</p>".replace("<wbr>", "")).itertext())


def test_no_sign_is_lost_where_a_line_may_break():
    out = mathml(r"-a + b - 2 c \ge 0")
    assert text_of(out) == "−a+b−2c≥0"
    assert out.count("<wbr>") == 3
    assert out.count('<mo form="infix">') == 3


def test_a_formula_breaks_outside_brackets_only():
    assert list(pieces(r"f(x - y) + \tfrac{a + b}{2} \le \left( c - d \right) e^{-1}, -1")) == [
        r"f(x - y) ",
        r"+ \tfrac{a + b}{2} ",
        r"\le \left( c - d \right) e^{-1}, -1",
    ]


def test_text_is_escaped_and_alone_it_is_plain():
    assert mathml(r"\text{a <= b & c}") == "a &lt;= b &amp; c"
    assert text_of(mathml(r"x \Rightarrow \text{a < b & c}")) == "x⇒a\xa0<\xa0b\xa0&\xa0c"


@pytest.mark.parametrize("formula", [r"\nonsense x", r"x_{", r"a \left( b", r"\tfrac{1}"])
def test_what_cannot_be_converted_is_named(formula):
    with pytest.raises(ValueError, match=r"spell it otherwise"):
        mathml(formula)


@pytest.mark.parametrize("claim", paper(), ids=lambda claim: claim.id)
def test_every_formula_of_the_ledger_converts(claim):
    assert text_of(mathml(claim.latex)).strip()
