"""What many tests share: the ledger, computed once."""

import pytest

from theory.claims import paper
from verification.ledger import ledger as compute


def pytest_addoption(parser):
    parser.addoption("--claim", metavar="ID", help="run the test of this claim only, for example --claim A.1.P3")


@pytest.fixture(scope="session")
def ledger():
    return compute(paper())
