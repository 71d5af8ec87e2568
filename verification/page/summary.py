"""What a referee reads first: what holds, what fails and why, what was repaired, what cannot be checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from verification.ledger import Verdict
from verification.page.legend import Known
from verification.page.view import View


@dataclass(frozen=True)
class Summary:
    """The claims by what the reader asks of them, each in the paper's order."""

    holds: Sequence[View]
    conditional: Sequence[View]
    fails: Sequence[View]
    inconsistent: Sequence[View]
    repairs: Sequence[tuple[View, Sequence[View]]]  # a claim with what replaces it
    beyond: Sequence[View]  # proved, and no claim of the paper
    missed: Sequence[View]  # tried, and refuted, and no claim of the paper
    measured: Sequence[View]
    undecided: Sequence[View]
    unpublished: Mapping[str, int]  # how many numbers of a section cannot be checked
    problems: Sequence[tuple[View, str]]


def summary(views: Mapping[str, View]) -> Summary:
    """The summary, read off the statuses."""

    def those(verdict: Verdict, *, ours: bool) -> list[View]:
        return [v for v in views.values() if v.entry.verdict is verdict and (v.known is Known.OURS) is ours]

    replaced = [(v, [views[name] for name in v.repaired_by]) for v in views.values() if v.repaired_by]
    unpublished = Counter(v.claim.section for v in views.values() if v.entry.verdict is Verdict.NOT_CHECKABLE)
    undecided = (Verdict.OPEN, Verdict.NEEDS_ROCQ)
    return Summary(
        those(Verdict.PROVED, ours=False),
        those(Verdict.CONDITIONAL, ours=False),
        those(Verdict.REFUTED, ours=False),
        [v for v in views.values() if v.entry.verdict is Verdict.INCONSISTENT],
        replaced,
        those(Verdict.PROVED, ours=True) + those(Verdict.CONDITIONAL, ours=True),
        those(Verdict.REFUTED, ours=True),
        [v for v in views.values() if v.entry.verdict is Verdict.MEASURED],
        [v for v in views.values() if v.entry.verdict in undecided],
        unpublished,
        [(v, problem) for v in views.values() for problem in v.entry.problems],
    )
