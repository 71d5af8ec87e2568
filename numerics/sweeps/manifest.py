"""The manifest of a sweep: what was asked, who computed it and when, and what came out.

    format, configuration, tasks (number, digest)   what was asked: two sweeps are the same if they agree in all of it
    sessions                                        one entry per process that computed a part
    complete, tables (rows, columns, digest)        what came out

A session that was killed has no end.  ``found`` tells how many tasks a session had from those before it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

from numerics.sweeps import provenance, store
from numerics.sweeps.backends import Backend
from numerics.sweeps.store import SweepError

JSON: TypeAlias = "bool | int | float | str | Sequence[JSON] | Mapping[str, JSON] | None"
Manifest: TypeAlias = "dict[str, Any]"

FORMAT = 1
NAME = "manifest.json"
ABSENT = "absent"


def plain(what: str, value: Any) -> Any:
    """``value`` as JSON gives it back: tuples are lists from here on, and every float keeps its bits."""
    try:
        return json.loads(json.dumps(value, allow_nan=False, sort_keys=True))
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{what} must be JSON with finite numbers ({error}), got {_short(value)}: write the rest as text or null."
        ) from error


def read(out: Path) -> Manifest | None:
    """The manifest in the directory ``out``; None where there is none."""
    content = store.read(out / NAME)
    if content is None:
        return None
    try:
        manifest = json.loads(content)
        if not isinstance(manifest, dict) or not {"format", "complete", "sessions"} <= manifest.keys():
            raise ValueError("it is no manifest of a sweep")
    except ValueError as error:
        raise SweepError(f"cannot read {out / NAME} ({error}): choose another --out, or delete {out}.") from error
    return manifest


def write(out: Path, manifest: Manifest) -> None:
    """Put ``manifest`` into the directory ``out``."""
    store.write(out / NAME, (json.dumps(manifest, indent=2, sort_keys=True, allow_nan=False) + "\n").encode())


def session(environment: Mapping[str, Any], backend: Backend, started: datetime, found: int) -> dict[str, Any]:
    """The entry of a session that begins."""
    return {
        "started": started.isoformat(),
        "finished": None,
        "seconds": None,
        "found": found,
        "backend": {"name": backend.name, "workers": backend.workers, "address": backend.address},
        "git": provenance.git(),
        "machine": provenance.machine(),
        **environment,
    }


def begin(out: Path, asked: Mapping[str, Any], entry: Mapping[str, Any], *, across_versions: bool) -> Manifest:
    """The manifest of ``asked`` with one session more, stored; refused where other code began and results are there."""
    there = read(out) or {**asked, "complete": False, "tables": {}, "sessions": []}
    if entry["found"] and not across_versions:
        check_same_code(out, there, entry)
    begun = {**there, "sessions": [*there["sessions"], dict(entry)]}
    write(out, begun)
    return begun


def end(begun: Manifest, tables: Mapping[str, Any], finished: datetime, processors: Collection[str]) -> Manifest:
    """The manifest of a complete sweep: its tables, and which processors computed in the session that ends."""
    *earlier, last = begun["sessions"]
    seconds = (finished - datetime.fromisoformat(last["started"])).total_seconds()
    last = {**last, "finished": finished.isoformat(), "seconds": seconds, "processors": sorted(processors)}
    return {**begun, "complete": True, "tables": dict(tables), "sessions": [*earlier, last]}


def check_same_sweep(out: Path, there: Manifest, asked: Mapping[str, Any]) -> None:
    """Refuse to put results of ``asked`` beside those of another sweep, and name every field that differs."""
    for part in ("format", "configuration", "tasks"):
        found = list(differences(there.get(part), asked[part], "" if part == "configuration" else part))
        if found:
            raise SweepError(f"{out} holds another sweep ({'; '.join(found)}): choose another --out, or delete {out}.")


def check_same_code(out: Path, there: Manifest, environment: Mapping[str, Any]) -> None:
    """Refuse to go on with other code or packages: the results of two programs would stand in one table."""
    found = changes(there, environment)
    if found:
        commit = there["sessions"][-1]["git"]["commit"]
        raise SweepError(
            f"{out} was begun by other code ({'; '.join(found)}): go back to it (commit {commit or 'unknown'}), "
            f"choose another --out, or accept a mixture, which the manifest will show, with --across-versions."
        )


def changes(there: Manifest, environment: Mapping[str, Any]) -> tuple[str, ...]:
    """How code and versions of ``environment`` differ from those of the last session."""
    last = there["sessions"][-1]
    return tuple(text for part in ("code", "versions") for text in differences(last.get(part), environment[part], part))


def differences(there: Any, here: Any, field: str = "") -> Iterator[str]:
    """One text for each field that differs, nested fields with dots, entries of lists by their number."""
    if isinstance(there, list) and isinstance(here, list) and len(there) == len(here):
        there, here = dict(enumerate(there)), dict(enumerate(here))
    if isinstance(there, Mapping) and isinstance(here, Mapping):
        for key in sorted({*there, *here}):
            name = f"{field}.{key}" if field else str(key)
            yield from differences(there.get(key, MISSING), here.get(key, MISSING), name)
    elif type(there) is not type(here) or there != here:
        yield f"{field}: {_short(there)} there, {_short(here)} now"


class _Missing:
    """What stands for a field that is not there."""

    def __repr__(self) -> str:
        return ABSENT


MISSING = _Missing()


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:60]}...{text[-17:]}"
