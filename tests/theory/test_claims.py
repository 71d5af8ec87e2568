"""Every claim is well formed, every proof needs every hypothesis it cites, and every witness can fail."""

import re
from dataclasses import replace

import pytest

from theory.claim import Arithmetic, Check, Counterexample, KernelProof, Refusal, Unpublished
from theory.claims import SECTIONS, paper
from theory.hypotheses import hypotheses
from theory.kernel import Rejected, infer
from theory.notation import latex

CLAIMS = {claim.id: claim for claim in paper()}
FACTS = {name: h.fact for name, h in hypotheses().items()}
FACTS |= {c.id: e.goal for c in CLAIMS.values() for e in reversed(c.evidence) if isinstance(e, KernelProof)}
PROOFS = [(c.id, e) for c in CLAIMS.values() for e in c.evidence if isinstance(e, KernelProof)]
REFUSALS = [(c.id, e) for c in CLAIMS.values() for e in c.evidence if isinstance(e, Refusal)]
WITNESSES = {
    e.replay.__name__ + "@" + c.id: e for c in CLAIMS.values() for e in c.evidence if isinstance(e, Counterexample)
}


def test_ids_are_unique_and_speakable():
    assert len(CLAIMS) == len(paper())
    assert all(re.fullmatch(r"[\w.+-]+", name) for name in CLAIMS)


def test_there_are_well_over_a_hundred_claims():
    assert len(CLAIMS) > 300


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
def test_a_claim_says_what_it_is_and_where_it_stands(claim):
    assert claim.title
    assert claim.paper
    assert claim.latex
    assert claim.section in SECTIONS
    assert set(claim.uses) <= set(CLAIMS)
    assert not claim.repairs or claim.repairs in CLAIMS


@pytest.mark.parametrize(("name", "proof"), PROOFS, ids=[f"{n} {p.reading}" for n, p in PROOFS])
def test_every_hypothesis_of_a_proof_is_load_bearing(name, proof):
    """Without any one of them the kernel rejects the proof; and claims that it cites are declared."""
    hyps = infer(proof.build(), FACTS).hyps
    assert hyps & set(CLAIMS) <= set(CLAIMS[name].uses)
    for missing in hyps:
        with pytest.raises(Rejected, match="unknown hypothesis"):
            infer(proof.build(), {k: v for k, v in FACTS.items() if k != missing})


@pytest.mark.parametrize(("name", "proof"), PROOFS, ids=[f"{n} {p.reading}" for n, p in PROOFS])
def test_a_proof_concludes_its_goal_and_nothing_else(name, proof):
    assert infer(proof.build(), FACTS).concl == proof.goal
    built = proof.build()
    with pytest.raises(Rejected, match="not an identity"):
        infer(replace(built, goal=replace(proof.goal, poly=proof.goal.poly - 1)), FACTS)


@pytest.mark.parametrize(("name", "proof"), PROOFS, ids=[f"{n} {p.reading}" for n, p in PROOFS])
def test_every_goal_has_a_latex_form(name, proof):
    assert latex(proof.goal)


@pytest.mark.parametrize(("name", "refusal"), REFUSALS, ids=[name for name, _ in REFUSALS])
def test_a_refusal_is_refused_for_the_reason_it_gives(name, refusal):
    """Also where predictability is no hypothesis at all: the refused argument never leans on it."""
    unpredictable = {k: v for k, v in FACTS.items() if k not in ("predictable rate", "A.1.P2.repaired", "A.1.one-step")}
    with pytest.raises(Rejected, match=re.escape(refusal.residual)):
        infer(refusal.build(), unpredictable)


@pytest.mark.parametrize("witness", WITNESSES.values(), ids=WITNESSES)
def test_a_witness_has_all_hypotheses_and_no_conclusion(witness):
    replayed = witness.replay()
    assert replayed.claimed
    for check in replayed.hypotheses:
        assert check.holds, check
    for check in replayed.claimed:
        assert not check.holds, check


@pytest.mark.parametrize("witness", WITNESSES.values(), ids=WITNESSES)
def test_a_witness_replays_the_same_numbers(witness):
    assert witness.replay() == witness.replay()


@pytest.mark.parametrize(
    ("rel", "outcome"), [("<", False), ("<=", True), ("=", True), ("!=", False), (">=", True), (">", False)]
)
def test_a_check_compares_exact_numbers(rel, outcome):
    assert Check("1 against 1", 1, rel, 1).holds is outcome


def test_a_number_is_audited_or_says_what_it_would_need():
    for claim in CLAIMS.values():
        if claim.id.startswith("T") and claim.id[1].isdigit():
            (evidence,) = claim.evidence
            assert isinstance(evidence, Arithmetic | Unpublished)
