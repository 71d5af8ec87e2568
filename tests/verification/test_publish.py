"""What the repository publishes is what the ledger says now."""

import pytest

from verification.publish import README, STATUSES, readme, statuses


def test_the_published_statuses_and_the_readme_are_up_to_date(ledger, rocq):
    if not rocq.version:
        pytest.skip("published with Rocq's theorems, and there is no coqc here")
    assert STATUSES.read_text() == statuses(ledger)
    assert README.read_text() == readme(README.read_text(), ledger)


def test_a_readme_without_its_block_is_refused(ledger):
    with pytest.raises(ValueError, match="has no summary block"):
        readme("# nothing here", ledger)


def test_a_stale_summary_is_replaced(ledger):
    text = README.read_text()
    assert readme(text.replace("claims:", "claims, or so:"), ledger) == text
