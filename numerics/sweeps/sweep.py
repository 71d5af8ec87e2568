"""Parameter sweeps: many independent tasks, computed anywhere, stored once.

A directory holds one sweep.  While it runs, every finished task is one file, ``shards/KEY.arrow``; at the end the
tables of all tasks become one Parquet file each, in the order of the tasks, and ``manifest.json`` calls it complete.

- A task is told everything in its arguments, seeds included, and computes on one thread: the tables are the same, bit
  for bit, whoever computes them and in which order.
- A killed sweep loses the tasks in flight; run again, it goes on with what is not there, or is there but damaged.
- A directory is never shared: not with another configuration, not with another process at the same time, and, unless
  ``across_versions`` says so, not with other code or package versions, on this machine or on a worker's.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from numerics.sweeps import manifest, provenance, store, tables
from numerics.sweeps.backends import PROCESSES, Backend, outcomes
from numerics.sweeps.manifest import JSON, Manifest
from numerics.sweeps.store import SweepError
from numerics.sweeps.task import Failed, Task, Work, one_thread, perform

SHARDS, FIGURES = "shards", "figures"


class SweepInterrupted(KeyboardInterrupt):
    """Ctrl-C, with a line on what is kept and how to go on."""


@dataclass(frozen=True)
class Sweep:
    """What is to be computed: ``work`` of the arguments of every task.

    ``configuration`` holds everything that decides the results, seeds included.  ``work`` is a pure function that can
    be imported where it is computed: from the arguments of a task it makes tables by name, each a mapping of columns.
    """

    configuration: Mapping[str, JSON]
    tasks: Sequence[Task]
    work: Work

    def __post_init__(self) -> None:
        if not self.tasks:
            raise ValueError("tasks must hold at least one task, got none: there is nothing to compute.")
        keys: set[str] = set()
        for task in self.tasks:
            if task.key.casefold() in keys:
                raise ValueError(f"keys must differ in more than case, got {task.key!r} again: each names a file.")
            keys.add(task.key.casefold())

    def asked(self) -> dict[str, Any]:
        """What two runs of this sweep agree in, as plain JSON; arguments called ``seed`` are listed."""
        tasks = [(task.key, task.plain()) for task in self.tasks]
        digest = hashlib.sha256(json.dumps(tasks, sort_keys=True).encode()).hexdigest()
        seeds = list(dict.fromkeys(arguments["seed"] for _, arguments in tasks if "seed" in arguments))
        return {
            "format": manifest.FORMAT,
            "configuration": manifest.plain("configuration", self.configuration),
            "tasks": {"count": len(tasks), "seeds": seeds, "sha256": digest},
        }


@dataclass(frozen=True)
class Result:
    """A complete sweep: where, its manifest, how many tasks this call computed.

    ``changes`` says in what the code and packages of now differ from those that computed a sweep found complete.
    """

    out: Path
    manifest: Manifest
    computed: int
    changes: tuple[str, ...] = ()


def utc() -> datetime:
    """The time now."""
    return datetime.now(UTC)


def silent(done: int, total: int) -> None:
    """Show no progress."""


def run(
    sweep: Sweep,
    out: Path,
    *,
    backend: Backend = PROCESSES,
    progress: Callable[[int, int], None] = silent,
    across_versions: bool = False,
    clock: Callable[[], datetime] = utc,
) -> Result:
    """The sweep, complete in the directory ``out``: computed, resumed, or as it was found.

    ``progress`` is called with the numbers of finished tasks and of all tasks, first with those found.  With
    ``across_versions`` other code may resume what one code began; the manifest lists both.
    """
    asked, environment = sweep.asked(), provenance.environment(sweep.work.__module__)
    found = _complete(out, asked, environment)
    if found is not None:
        return found
    with store.locked(out), one_thread():
        found = _complete(out, asked, environment)  # by now another process may have finished it
        if found is not None:
            return found
        missing = _missing(sweep, out)
        entry = manifest.session(environment, backend, clock(), len(sweep.tasks) - len(missing))
        begun = manifest.begin(out, asked, entry, across_versions=across_versions)
        processors = _compute(sweep, out, missing, environment, backend, progress)
        ended = manifest.end(begun, _merge(sweep, out), clock(), processors)
        manifest.write(out, ended)
        shutil.rmtree(out / SHARDS, ignore_errors=True)
    return Result(out, ended, len(missing))


def _complete(out: Path, asked: Mapping[str, Any], environment: Mapping[str, Any]) -> Result | None:
    """The sweep where it is complete; None where there is something to do; refused where another one is."""
    there = manifest.read(out)
    if there is None:
        if not store.is_empty(out):
            raise SweepError(f"{out} holds other files, and no sweep: choose an --out that is new or empty.")
        return None
    manifest.check_same_sweep(out, there, asked)
    if not there["complete"]:
        return None
    shutil.rmtree(out / SHARDS, ignore_errors=True)  # of a process that was killed before its last step
    return Result(out, there, 0, manifest.changes(there, environment))


def _missing(sweep: Sweep, out: Path) -> list[Task]:
    """The tasks without a shard, or with a damaged one."""
    store.sweep_up(out)
    store.sweep_up(out / SHARDS)
    return [task for task in sweep.tasks if not tables.is_whole(store.read(_shard(out, task)))]


def _shard(out: Path, task: Task) -> Path:
    return out / SHARDS / f"{task.key}.arrow"


def _compute(
    sweep: Sweep,
    out: Path,
    missing: Sequence[Task],
    environment: Mapping[str, Any],
    backend: Backend,
    progress: Callable[[int, int], None],
) -> set[str]:
    """Store a shard for every missing task; returns the models of the processors that computed."""
    total, processors = len(sweep.tasks), set()
    found = total - len(missing)
    store.directory(out / SHARDS)
    progress(found, total)
    try:
        with closing(outcomes(partial(perform, sweep.work, environment), missing, backend)) as results:
            for done, outcome in enumerate(results, found + 1):
                if isinstance(outcome, Failed):
                    raise outcome.error()
                store.write(out / SHARDS / f"{outcome.key}.arrow", outcome.shard, settled=False)  # if lost, done again
                processors.add(outcome.processor)
                progress(done, total)
    except KeyboardInterrupt:
        raise SweepInterrupted(f"interrupted: what is finished is kept in {out}, run the same command again.") from None
    return processors


def _merge(sweep: Sweep, out: Path) -> dict[str, dict[str, Any]]:
    """Store the tables of all tasks; returns the rows, columns and digest of each."""
    try:
        whole = tables.merged(_shards(sweep, out))
    except ValueError as error:
        raise SweepError(f"tables cannot be joined: {error}") from error
    for name, table in whole.items():
        with store.replacing(out / f"{name}.parquet") as file:
            tables.save(table, file)
    return {name: _summary(table) for name, table in whole.items()}


def _shards(sweep: Sweep, out: Path) -> Iterator[tuple[str, dict[str, pa.Table]]]:
    for task in sweep.tasks:
        yield task.key, tables.unpacked(_whole(_shard(out, task)))


def _summary(table: pa.Table) -> dict[str, Any]:
    columns = {field.name: str(field.type) for field in table.schema}
    return {"rows": table.num_rows, "columns": columns, "sha256": tables.digest(table)}


def load(out: Path) -> dict[str, pa.Table]:
    """The tables of the complete sweep in the directory ``out``, after they were held against its manifest."""
    there = manifest.read(out)
    if there is None:
        raise SweepError(f"{out} holds no sweep ({manifest.NAME} is missing): check the path, or run the sweep first.")
    if not there["complete"]:
        done = len(list((out / SHARDS).glob("*.arrow")))
        total = there["tasks"]["count"]
        raise SweepError(f"{out} is incomplete ({done} of {total} tasks): run the same command again to finish it.")
    return {name: _checked(out / f"{name}.parquet", summary) for name, summary in there["tables"].items()}


def finished(out: Path) -> dict[str, pa.Table]:
    """The tables of the tasks that an incomplete sweep in the directory ``out`` did finish, in the order of their keys.

    Every shard begins with a digest of itself; the manifest knows none of them yet.
    """
    paths = sorted((out / SHARDS).glob("*.arrow"))
    if not paths:
        raise SweepError(f"{out} holds no finished task of an incomplete sweep: check the path, or run it.")
    return tables.merged((path.stem, tables.unpacked(_whole(path))) for path in paths)


def _whole(path: Path) -> bytes:
    shard = store.read(path)
    if shard is None or not tables.is_whole(shard):
        raise SweepError(f"{path} is not what was stored: restore it, or delete it and run the sweep again.")
    return shard


def _checked(path: Path, summary: Mapping[str, Any]) -> pa.Table:
    remedy = f"restore it, or delete {path.parent} and run again"
    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowException) as error:
        raise SweepError(f"cannot read {path} ({str(error).splitlines()[0]}): {remedy}.") from error
    if tables.digest(table) != summary["sha256"]:
        raise SweepError(f"{path} is not what was stored: {remedy}.")
    return table


def discard(out: Path) -> None:
    """Delete the sweep in the directory ``out``, if there is one, with the figures drawn of it; nothing else."""
    if manifest.read(out) is None:
        if not store.is_empty(out):
            raise SweepError(f"{out} holds other files, and no sweep: choose an --out that is new or empty.")
        return
    with store.locked(out):
        for folder in (SHARDS, FIGURES):
            shutil.rmtree(out / folder, ignore_errors=True)
        for path in (*out.glob("*.parquet"), out / manifest.NAME):  # the manifest last: until then it is a sweep
            path.unlink(missing_ok=True)
