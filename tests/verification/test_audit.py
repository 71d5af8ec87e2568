"""The audit says how a number agrees, and shows the arithmetic in one line."""

import pytest

from theory.arithmetic import Comparison, Equality, Printed, exact
from theory.claim import Arithmetic
from verification.audit import audit


def equality(printed, derived):
    return audit(Arithmetic(Equality(Printed(printed), derived)))


@pytest.mark.parametrize(
    ("printed", "derived", "how"),
    [
        ("196", exact(196), "exactly"),
        ("13.27", 100 * (exact(26) / 196), "rounded"),
        ("79.16", 100 * (exact(19) / 24), "truncated"),
        ("86.73", 100 * (exact(170) / 196), "rounded or truncated"),
        (
            "5.4",
            100 * (1 - Printed("2.16").measured() / Printed("2.28").measured()),
            "only within the rounding of its inputs",
        ),
        ("25", 100 * (exact(48) / 196), "no"),
    ],
)
def test_it_says_how_a_number_agrees(printed, derived, how):
    audited = equality(printed, derived)
    assert (audited.how, audited.consistent) == (how, how != "no")
    assert "\n" not in audited.line


def test_the_line_shows_the_arithmetic_and_the_verdict():
    assert equality("79.16", 100 * (exact(19) / 24)).line == "100 * 19 / 24 = 79.1667...: printed 79.16, truncated"
    assert equality("25", 100 * (exact(48) / 196)).line == "100 * 48 / 196 = 24.4898...: printed 25, which it cannot be"


def test_the_line_shows_the_range_where_only_rounding_saves_a_number():
    lower = 100 * (1 - Printed("2.16").measured() / Printed("2.28").measured())
    assert "(from 4.8352... to 5.6893...)" in equality("5.4", lower).line


def test_a_sentence_that_compares_is_audited_too():
    assert audit(Arithmetic(Comparison(exact(192), "<=", exact(190)))).line == "192 <= 190: does not hold"
    assert audit(Arithmetic(Comparison(exact(188), "<=", exact(190)))).line == "188 <= 190: holds as printed"


INCONSISTENT = """
T5.finals T9.models-distinct T10.falcon-simpleCoT-r16.at-step 4.1.final-loss 4.1.clearly-better 5.small-clearly
4.small-share-of-runs 4.2.all-early 4.2.throughout 4.4.lower-than-best A.6.combinations 4.4.range-least
4.4.architectures-neural ref.5.3-A.7 ref.convergence
""".split()
CONSISTENT = """
T3.stage-1 T3.stage-2 T3.stage-3 T3.good T6.average-benefit T6.better T7.average T11.total A.6.1.best-worse-Cosine
A.6.1.median-worse-Restarts T13.Restarts.range 4.2.all-early-pairs 4.2.throughout-pairs
""".split()


def test_numbers_found_by_hand_come_out_as_found(ledger):
    assert {n for n in INCONSISTENT if ledger[n].status != "inconsistent"} == set()
    assert {n for n in CONSISTENT if ledger[n].status != "consistent"} == set()


def test_the_counts_inferred_for_table_3_are_the_only_ones():
    """Shares that print as in Table 3, of numbers of instances that add up to 196."""
    fits = []
    for text in ("92.42", "81.81", "85.94"):
        ways = [(k, n) for n in range(1, 197) for k in range(n + 1)]
        fits.append([(k, n) for k, n in ways if equality(text, 100 * (exact(k) / n)).consistent])
    wholes = [(a, b, c) for a in fits[0] for b in fits[1] for c in fits[2] if a[1] + b[1] + c[1] == 196]
    assert wholes == [((61, 66), (54, 66), (55, 64))]
