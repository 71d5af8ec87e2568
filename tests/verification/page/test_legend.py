"""Every status can be told apart and read, with and without colours."""

from itertools import combinations

import pytest

from theory.claims import paper
from verification.ledger import Verdict
from verification.page.legend import BORDERS, FILLS, INK, PAPER, Known, contrast, known, slug


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_text_on_a_fill_is_readable(verdict, mode):
    assert contrast(getattr(FILLS[verdict], mode), INK[mode]) >= 4.5


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_text_on_paper_is_readable(mode):
    assert contrast(INK[mode], PAPER[mode]) >= 7


def test_contrast_is_that_of_the_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_no_two_statuses_look_the_same():
    for one, other in combinations(FILLS.values(), 2):
        assert one.sign != other.sign
        assert one.light != other.light
    assert len({border.style for border in BORDERS.values()}) == len(BORDERS) == len(Known)
    assert len({slug(v) for v in Verdict}) == len(Verdict)


def test_how_a_statement_is_known_is_read_off_its_place():
    by_name = {claim.id: claim for claim in paper()}
    assert known(by_name["A.2"]) is Known.PRINTED
    assert known(by_name["T1.sum"]) is Known.PRINTED
    assert known(by_name["A.1.P3"]) is Known.REBUILT
    assert known(by_name["A.1.P3.repaired"]) is Known.OURS
    assert known(by_name["A.2.critical-point.repaired"]) is Known.OURS
    assert known(by_name["worst-case.one-step"]) is Known.OURS
