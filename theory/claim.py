"""What a claim is: a statement with its place in the paper, and the evidence from which its status is computed."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from theory.arithmetic import Comparison, Equality
from theory.kernel import Fact, Proof


@dataclass(frozen=True)
class KernelProof:
    """``goal`` with a proof of it; the hypotheses that it needs are read off by the kernel, not declared."""

    goal: Fact
    build: Callable[[], Proof]
    reading: str = ""  # of which reading of the statement, where there are several


@dataclass(frozen=True)
class Refusal:
    """A step as one might argue it, which the kernel must refuse with ``residual`` left over."""

    says: str
    build: Callable[[], Proof]
    residual: str


@dataclass(frozen=True)
class Check:
    """``left rel right`` between exact numbers."""

    says: str
    left: Fraction
    rel: str
    right: Fraction

    @property
    def holds(self) -> bool:
        """Whether it is so."""
        return bool(_RELATIONS[self.rel](self.left, self.right))


_RELATIONS: dict[str, Callable[[Fraction, Fraction], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    ">": operator.gt,
}


@dataclass(frozen=True)
class Witness:
    """An exact replay: the hypotheses hold, and each claimed conclusion (one for each reading) fails."""

    says: str
    hypotheses: tuple[Check, ...]
    claimed: tuple[Check, ...]
    trace: tuple[tuple[str, str], ...] = ()  # numbers worth seeing, by name


@dataclass(frozen=True)
class Counterexample:
    """An exact witness, replayed at every build."""

    title: str
    replay: Callable[[], Witness]


@dataclass(frozen=True)
class Enclosure:
    """What an exact computation came to: ends of balls or of intervals, and what must hold between them."""

    says: str
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class IntervalProof:
    """A proof by enclosures, computed at every build; it may raise ``ArithmeticError`` where balls are too large."""

    title: str
    replay: Callable[[], Enclosure]


Loader = Callable[[str], Mapping[str, Any]]  # the certificates that are kept under a name


@dataclass(frozen=True)
class Certificates:
    """Worst cases by rational certificates, checked exactly at every build, and what follows from their bounds.

    ``replay`` may raise ``ValueError`` where a certificate does not check.
    """

    title: str
    replay: Callable[[Loader], Enclosure]
    refutes: bool = False


@dataclass(frozen=True)
class Computation:
    """Finitely many cases, all of them computed exactly at every build."""

    title: str
    replay: Callable[[], Enclosure]


@dataclass(frozen=True)
class RocqTheorem:
    """A theorem ``File.name`` of the development in ``theory/rocq``; ``refutes`` if it speaks against the claim."""

    theorem: str
    says: str
    refutes: bool = False
    needs: tuple[
        str, ...
    ] = ()  # those of its premises that are hypotheses of the ledger, where no kernel proof has them


@dataclass(frozen=True)
class Arithmetic:
    """A number of the paper against the numbers it follows from."""

    relation: Equality | Comparison
    note: str = ""


@dataclass(frozen=True)
class Assumed:
    """The paper assumes or defines it; nothing is to be checked."""


@dataclass(frozen=True)
class Unpublished:
    """Deciding it needs data that nobody published."""

    reason: str


Evidence = (
    KernelProof
    | Refusal
    | Counterexample
    | IntervalProof
    | Certificates
    | Computation
    | RocqTheorem
    | Arithmetic
    | Assumed
    | Unpublished
)


@dataclass(frozen=True)
class Claim:
    """One statement of the paper, or its repair; ``repairs`` names the claim that it replaces."""

    id: str
    title: str
    section: str
    paper: str
    latex: str
    evidence: tuple[Evidence, ...] = ()
    rebuilt: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    repairs: str = ""
    note: str = ""
