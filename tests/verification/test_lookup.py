"""Single claims are decided when they are asked for, by the ledger and nobody else."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from verification import lookup
from verification.rocq import MISSING, Outcome

PUBLISHED = json.loads((Path(__file__).parents[1] / "claims/published.json").read_text())


def test_a_claim_comes_with_all_that_it_rests_on(ledger):
    found = lookup.look_up("A.1.P2", "A.2.range")
    assert {"A.1.P2", "A.1.P1", "lemma-mean-smooth", "A.2.range", "A.2"} <= set(found)
    assert {name: entry.status for name, entry in found.items()} == {name: ledger[name].status for name in found}


def test_statuses_are_printed_with_the_statements():
    text = lookup.statuses("A.1.P2", "A.1.P2.repaired")
    assert text.splitlines()[0] == f"A.1.P2: {PUBLISHED['A.1.P2']}"
    assert "The expectation of P1, for the rate of Algorithm 1" in text
    assert "proved with predictable rate" in text
    assert max(map(len, text.splitlines())) <= lookup.WIDTH


def test_an_unknown_claim_is_refused():
    with pytest.raises(ValueError, match=r"no claim is called \['A.1.P99'\]: `greedylr verify --all` lists the names"):
        lookup.look_up("A.1", "A.1.P99")


def test_where_rocq_is_missing_that_is_said_once(monkeypatch):
    monkeypatch.setattr(lookup, "check", lambda claims: Outcome())
    text = lookup.statuses("stability.previous", "stability.best")
    assert "stability.previous: needs Rocq" in text
    assert text.count(MISSING) == 1
    assert text.endswith(MISSING)
    assert MISSING not in lookup.statuses("A.1.P2")


def test_a_contradiction_is_shown(monkeypatch):
    found = lookup.look_up("A.1.P2")
    spoilt = found | {"A.1.P2": replace(found["A.1.P2"], problems=("two checkers disagree",))}
    monkeypatch.setattr(lookup, "look_up", lambda *names: spoilt)
    assert "    contradiction: two checkers disagree" in lookup.statuses("A.1.P2")
