"""What many tests share: the ledger, computed once."""

import os

import pytest
from hypothesis import settings

from numerics.compiled import keep_compiled

keep_compiled(os.environ)  # before anything imports numba: compiled code of other sources must not be tested here

from theory.claims import paper  # noqa: E402
from verification.ledger import ledger as compute  # noqa: E402
from verification.replays import once  # noqa: E402
from verification.rocq import check  # noqa: E402

settings.register_profile("patient", parent=settings(), deadline=None)  # a busy machine is no failure
settings.load_profile("patient")


def pytest_addoption(parser):
    parser.addoption("--claim", metavar="ID", help="run the test of this claim only, for example --claim A.1.P3")


@pytest.fixture(scope="session")
def rocq():
    """What Rocq came to; an empty outcome where it is not installed."""
    return check(paper())


@pytest.fixture(scope="session")
def ledger(rocq):
    return compute(once(paper()), rocq=rocq)
