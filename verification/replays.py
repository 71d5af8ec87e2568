"""Claims whose exact replays run once in a process, so that the ledger and a page about it share them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache, wraps
from inspect import unwrap
from typing import Any

from theory.claim import Certificates, Claim, Computation, Counterexample, Enclosure, Evidence, IntervalProof, Loader
from verification.worst_case.files import kept

Replay = Callable[[Loader], Enclosure]


def once(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """The same claims; what a replay came to is kept as long as they are."""
    return tuple(replace(claim, evidence=tuple(map(_once, claim.evidence))) for claim in claims)


def certificates(evidence: Certificates) -> tuple[str, ...]:
    """The names of the certificates that the replay asks for, in that order."""
    return _checked(unwrap(evidence.replay), kept)[1]


def _once(evidence: Evidence) -> Evidence:
    match evidence:
        case Counterexample():
            return replace(evidence, replay=cache(evidence.replay))
        case IntervalProof() | Computation():
            return replace(evidence, replay=cache(evidence.replay))
        case Certificates():
            return replace(evidence, replay=_remembered(evidence.replay))
    return evidence


def _remembered(replay: Replay) -> Replay:
    @wraps(replay)
    def again(load: Loader) -> Enclosure:
        return _checked(replay, load)[0]

    return again


@cache
def _checked(replay: Replay, load: Loader) -> tuple[Enclosure, tuple[str, ...]]:
    """What the replay came to, and the names that it asked the loader for."""
    asked: list[str] = []

    def noting(name: str) -> Mapping[str, Any]:
        asked.append(name)
        return load(name)

    return replay(noting), tuple(dict.fromkeys(asked))
