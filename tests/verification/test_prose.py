"""The steps of a proof are what the kernel infers for its subproofs."""

import pytest

from theory.claim import KernelProof
from theory.claims import paper
from theory.hypotheses import hypotheses
from theory.kernel import Conclude, infer
from verification.prose import inferred, steps

PROOFS = {c.id: e for c in paper() for e in c.evidence if isinstance(e, KernelProof)}
FACTS = {n: h.fact for n, h in hypotheses().items()} | {n: e.goal for n, e in PROOFS.items()}


@pytest.mark.parametrize("name", ["lemma-mean-smooth", "A.1.P10", "A.1.one-step"])
def test_the_last_steps_are_what_the_kernel_infers_of_the_whole_proof(name):
    proof = PROOFS[name].build()
    found = inferred(proof, FACTS)
    assert found[-1][1] == infer(proof, FACTS).concl == PROOFS[name].goal
    assert isinstance(proof, Conclude)
    before = int(found[-1][0].removeprefix("restate (").removesuffix(")"))
    assert found[before - 1][1] == infer(proof.body, FACTS).concl
    assert steps(proof, FACTS) == [(says, str(fact)) for says, fact in found]
