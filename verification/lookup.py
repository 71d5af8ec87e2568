"""Single claims out of the ledger, for a notebook or a Python prompt: decided when they are asked for."""

from __future__ import annotations

import os
from textwrap import indent, wrap

from numerics.compiled import keep_compiled

keep_compiled(os.environ)  # before anything imports numba

from theory.claims import paper  # noqa: E402
from verification.ledger import Ledger, ledger, needed  # noqa: E402
from verification.replays import once  # noqa: E402
from verification.rocq import MISSING, check  # noqa: E402

WIDTH = 110


def look_up(*names: str) -> Ledger:
    """The entries of these claims and of all they rest on, with what Rocq came to where it is installed."""
    claims = paper()
    if unknown := set(names) - {claim.id for claim in claims}:
        raise ValueError(f"no claim is called {sorted(unknown)}: `greedylr verify --all` lists the names.")
    wanted = {part.id for name in names for part in needed(claims, name)}
    return ledger(once(claim for claim in claims if claim.id in wanted), rocq=check(claims))


def statuses(*names: str) -> str:
    """Identifier and status of every claim, and its statement below; computed now."""
    found = look_up(*names)
    lines = []
    for name in names:
        entry = found[name]
        lines += [f"{name}: {entry.status}", indent("\n".join(wrap(entry.claim.title, WIDTH - 4)), "    ")]
        lines += [f"    contradiction: {problem}" for problem in entry.problems]
    waiting = any(f.says.endswith(MISSING) for name in names for f in found[name].findings)
    return "\n".join([*lines, MISSING] if waiting else lines)
