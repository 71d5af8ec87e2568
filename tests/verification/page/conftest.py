"""The site of the whole ledger, made once."""

import pytest

from verification.page.folder import put
from verification.page.site import pages

MADE_WITH = {"commit": "0123456789abcdef", "Python": "3.14"}


@pytest.fixture(scope="session")
def files(ledger, rocq):
    return pages(ledger, rocq, MADE_WITH)


@pytest.fixture(scope="session")
def site(files, tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    put(folder, files)
    return folder
