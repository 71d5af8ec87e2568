"""What a run came to, as the ledger takes it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Measured:
    """The outcome of a run: whether it supports the claim, or the refutation, that it stands beside.

    One that does not decide found no difference, at the sample size that it states.
    """

    says: str
    agrees: bool
    table: str = ""
    decides: bool = True
