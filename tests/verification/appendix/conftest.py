"""The appendix of the whole ledger, made once."""

import pytest

from theory.claim import KernelProof
from theory.hypotheses import hypotheses
from verification.appendix.argument import argument
from verification.appendix.build import appendix


@pytest.fixture(scope="session")
def files(ledger, rocq):
    return appendix(ledger, rocq)


@pytest.fixture(scope="session")
def texts(files):
    return {name: data.decode("ascii") for name, data in files.items() if name.endswith(".tex")}


@pytest.fixture(scope="session")
def facts(ledger):
    """What a proof may cite."""
    goals = {
        e.claim.id: p.goal for e in ledger.values() for p in reversed(e.claim.evidence) if isinstance(p, KernelProof)
    }
    return {name: h.fact for name, h in hypotheses().items()} | goals


@pytest.fixture(scope="session")
def proofs(ledger):
    """Every kernel proof of the ledger, with a name."""
    return [
        (f"{e.claim.id} {p.reading}", p)
        for e in ledger.values()
        for p in e.claim.evidence
        if isinstance(p, KernelProof)
    ]


@pytest.fixture(scope="session")
def arguments(proofs, facts):
    """Every kernel proof as an argument, with its name."""
    return [(name, argument(proof.build(), facts)) for name, proof in proofs]
