"""Long formulas are cut between terms, and every line fits."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verification.appendix.lines import LINE, display, split, width

LONG = " + ".join(rf"\gamma_{{t,i}} \langle \nabla f_{{i}}(x), x_{{{k}}} - x^* \rangle" for k in range(9))
INSIDE = rf"\mathbb{{E}} \bigl[{LONG}\bigr] \le 1"


@pytest.mark.parametrize("formula", [LONG, INSIDE, rf"{LONG} \le {LONG}"])
def test_every_line_fits_and_nothing_is_lost(formula):
    rows = split(formula)
    assert len(rows) > 1
    assert all(width(row) <= LINE for row in rows)
    assert "".join(rows).replace(" ", "") == formula.replace(" ", "")


def test_a_short_formula_stays_on_one_line():
    assert split(r"a \le b") == [r"a \le b"]


def test_a_relation_begins_a_line():
    rows = split(rf"{LONG} \le {LONG}")
    assert sum(row.startswith(r"\le") for row in rows) == 1
    assert not any(re.search(r".\\le", row) for row in rows)


def test_no_line_ends_inside_a_group():
    group = r"\frac{" + " + ".join(["a"] * 99) + "}{2}"
    assert split(group) == [group]
    fenced = r"\left( " + " + ".join(["a"] * 99) + r" \right)"
    assert split(fenced) == [fenced]


@given(st.lists(st.sampled_from(["a", "b_{t}", r"\tfrac{1}{L}", "(x - y)", r"\| u \|^2"]), min_size=1, max_size=60))
def test_braces_are_balanced_on_every_line(terms):
    for row in split(" - ".join(terms) + r" \ge 0"):
        assert row.count("{") == row.count("}")


def test_a_display_has_its_tag_once():
    assert display(LONG, "3").count(r"\tag{3}") == 1
    assert r"\begin{aligned}" in display(LONG)
    assert r"\begin{aligned}" not in display("a = b")
    assert r"\tag" not in display(LONG)


def test_wide_signs_count_for_more_than_hidden_ones():
    assert width(r"\sum") > width("a") > width("a") * 0 == width(r"\bigl")
    assert width("a_{t}") < width("at")
