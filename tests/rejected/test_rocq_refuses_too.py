"""Every wrong proof that can be written down for Rocq is refused there, too: the two checkers fail alike."""

import shutil

import pytest
from rejected.test_wrong_proofs import CASES, THEORY

from theory.claim import Claim, KernelProof, Refusal
from theory.claims import paper
from theory.hypotheses import hypotheses
from theory.kernel import Conclude
from verification.export import document
from verification.rocq import EXPORTED, SOURCES, compile_all

pytestmark = [pytest.mark.slow, pytest.mark.skipif(shutil.which("coqc") is None, reason="there is no coqc here")]
DEVELOPMENT = {name: (SOURCES / f"{name}.v").read_text() for name in ("InnerProduct", "Expectation", "Kernel")}


@pytest.fixture(scope="session")
def store(tmp_path_factory):
    return tmp_path_factory.mktemp("rocq")


def conclusions():
    """The wrong proofs that state what they want to have proved."""
    for guard, name, build, _ in CASES:
        try:
            proof = build()
        except (TypeError, ValueError):
            continue  # not even a term
        if isinstance(proof, Conclude):
            yield pytest.param(proof, id=f"{guard}: {name}")


def refused(claim, facts, store, earlier=()):
    try:
        exported = document((*earlier, claim), facts)
    except ValueError as reason:  # a name that Rocq would take for another
        return "rename" in str(reason)
    if claim.id in exported.refused:
        return True
    failed = compile_all(shutil.which("coqc"), "test", {**DEVELOPMENT, EXPORTED: exported.text}, store)[1]
    assert set(failed) <= {EXPORTED}, failed
    reason = failed.get(EXPORTED, "")
    assert not any(word in reason for word in ("yntax error", "was not found")), reason  # refused for what it says
    return bool(reason)


@pytest.mark.parametrize("proof", list(conclusions()))
def test_a_wrong_proof_is_refused_by_both(proof, store):
    wrong = Claim("wrong", "t", "s", "p", "x", (KernelProof(proof.goal, lambda: proof),))
    assert refused(wrong, THEORY, store)


def test_the_comparison_can_come_out_the_other_way(store):
    (right,) = [c for c in paper() if c.id == "lemma-mean-smooth"]
    assert not refused(right, {n: h.fact for n, h in hypotheses().items()}, store)


REFUSALS = [pytest.param(c, e, id=c.id) for c in paper() for e in c.evidence if isinstance(e, Refusal)]


@pytest.mark.parametrize(("claim", "refusal"), REFUSALS)
def test_a_step_that_the_kernel_refuses_is_refused_by_rocq(claim, refusal, store):
    earlier = [c for c in paper() if any(isinstance(e, KernelProof) for e in c.evidence)]
    earlier = earlier[: next((k for k, c in enumerate(earlier) if c.id == claim.id), len(earlier))]
    goal = refusal.build().goal
    wrong = Claim("wrong", "t", "s", "p", "x", (KernelProof(goal, refusal.build),))
    needed = [c for c in earlier if c.id in ("lemma-mean-smooth", "A.1.P1", "lemma-interpolation", "A.1.P3.repaired")]
    assert refused(wrong, {n: h.fact for n, h in hypotheses().items()}, store, needed)
