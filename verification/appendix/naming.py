"""What claims and hypotheses are called in the appendix: files, labels, and the words before a number."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass

from verification.appendix.escape import code
from verification.appendix.references import cited
from verification.appendix.words import prose
from verification.ledger import Entry, Verdict
from verification.page.legend import Known, known
from verification.page.view import Book

PREFIX = "greedylr:"


@dataclass(frozen=True)
class Names:
    """How to refer to what stands in the appendix."""

    book: Book
    argued: Container[str]  # the claims that have a file of their own

    def claim(self, name: str) -> str:
        """A reference to a claim: by its number, or by its name if it is only a row of a table."""
        if name in self.argued:
            return rf"{environment(self.book.ledger[name])}~\ref{{{label(name)}}}"
        return code(name)

    def cite(self, name: str) -> str:
        """A reference to what a proof cites."""
        return rf"\greedylrhyp{{{label('hyp-' + slug(name))}}}" if name in self.book.table else self.claim(name)

    def text(self, text: str) -> str:
        """A sentence of the ledger, the names of claims in it as references."""
        return cited(prose(text, self.claim, self.book.ledger))


def environment(entry: Entry) -> str:
    """Claim for what the paper says, and Lemma, Theorem or Statement for what it does not."""
    claim = entry.claim
    if known(claim) is not Known.OURS:
        return "Claim"
    if entry.verdict in (Verdict.PROVED, Verdict.CONDITIONAL):
        return "Lemma" if "lemma" in claim.id or claim.id.endswith(("step", "progress", "spread")) else "Theorem"
    return "Statement"


def slug(name: str) -> str:
    """A name in letters, digits and hyphens, different for different names of the ledger."""
    signs = {
        "*": "-star",
        "<=": "-le-",
        ">=": "-ge-",
        "<": "-lt-",
        ">": "-gt-",
        "^": "-pow-",
        "+": "-plus-",
        "/": "-over-",
    }
    for sign, word in signs.items():
        name = name.replace(sign, word)
    return "-".join("".join(c if c.isascii() and c.isalnum() else "-" for c in name).split("-")).strip("-")


def label(name: str) -> str:
    """The label of a claim or of a hypothesis."""
    return f"{PREFIX}{slug(name)}"


def file_of(name: str) -> str:
    """The file of a claim."""
    return f"claims/{slug(name)}.tex"


def unique(names: Iterable[str], spelled: Callable[[str], str]) -> None:
    """A ``ValueError`` if two names are spelled alike."""
    seen: dict[str, str] = {}
    for name in names:
        other = seen.setdefault(spelled(name).lower(), name)
        if other != name:
            raise ValueError(f"{name!r} and {other!r} are both spelled {spelled(name)!r}: rename one.")
