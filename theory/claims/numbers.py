"""How a printed number becomes a claim: what it is, where it stands, and what it follows from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from theory.arithmetic import Comparison, Equality, Printed, Term
from theory.claim import Arithmetic, Claim, Unpublished

RUNS = "the runs: neither logs nor losses were published"
DESIGN = "the design of the experiment: neither code nor configuration was published"


@dataclass(frozen=True)
class Place:
    """Where numbers stand: a section of the ledger, a place in the paper, a prefix for their names."""

    section: str
    paper: str
    prefix: str

    def given(self, name: str, text: str, title: str, reason: str = RUNS) -> Claim:
        """A number that nothing else in the paper determines."""
        return self._claim(name, f"{title}: {text}", text, Unpublished(reason))

    def follows(self, name: str, text: str, derived: Term, title: str, note: str = "") -> Claim:
        """A number that other numbers of the paper determine."""
        return self._claim(name, f"{title}: {text}", text, Arithmetic(Equality(Printed(text), derived), note))

    def holds(
        self, name: str, left: Term, rel: Literal["<", "<=", "=", ">=", ">"], right: Term, title: str, note: str = ""
    ) -> Claim:
        """A sentence that compares numbers of the paper."""
        return self._claim(name, title, "", Arithmetic(Comparison(left, rel, right), note))

    def _claim(self, name: str, title: str, text: str, evidence: Arithmetic | Unpublished) -> Claim:
        formula = text.replace("%", r"\%").replace(",", "{,}") or rf"\text{{{title}}}"
        return Claim(f"{self.prefix}.{name}", title, self.section, self.paper, formula, (evidence,))


def count(text: str) -> Term:
    """A count or setting of the paper, exact."""
    return Printed(text).counted()


def measure(text: str) -> Term:
    """A measured number of the paper, known up to its last digit."""
    return Printed(text).measured()
