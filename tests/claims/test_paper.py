"""One test per claim of the paper: it fails exactly when the computed status is not the published one."""

import json
from pathlib import Path

import pytest

from theory.claim import RocqTheorem
from theory.claims import paper

PUBLISHED = json.loads((Path(__file__).parent / "published.json").read_text())
CLAIMS = [
    pytest.param(claim.id, id=f"{claim.section}: {claim.id}", marks=pytest.mark.claim(claim.id, order=k))
    for k, claim in enumerate(paper())
]


@pytest.mark.parametrize("name", CLAIMS)
def test_claim(name, ledger, rocq):
    if not rocq.version and any(isinstance(e, RocqTheorem) for e in ledger[name].claim.evidence):
        pytest.skip("its status is published with Rocq's theorems, and there is no coqc here")
    assert ledger[name].status == PUBLISHED.get(name, "not published"), "\n".join(
        [f"{name}: {ledger[name].claim.title}", *(f"{f.kind}: {f.says}" for f in ledger[name].findings)]
    )


def test_nothing_is_published_that_is_no_claim():
    assert set(PUBLISHED) == {claim.id for claim in paper()}
