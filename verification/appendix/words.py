"""Sentences of the ledger in LaTeX: formulas in them become formulas, names of claims references."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator

from verification.appendix.escape import code
from verification.appendix.inline import formulas

PLACES = ("Theorem ", "Assumption ", "Appendix ", "Section ", "Table ", "Tables ")  # of the paper


def prose(text: str, refer: Callable[[str], str] = code, claims: Container[str] = frozenset()) -> str:
    """A sentence; names of ``claims`` become references to them."""
    return "".join(_parts(text, refer, claims))


def _parts(text: str, refer: Callable[[str], str], claims: Container[str]) -> Iterator[str]:
    position = 0
    for found in re.finditer(r"[A-Za-z0-9][\w.]*(?:[.-]\w+)+", text):
        if found[0] in claims and not text[: found.start()].endswith(PLACES):
            yield formulas(text[position : found.start()])
            yield refer(found[0])
            position = found.end()
    yield formulas(text[position:])
