"""One task of a sweep, and what a worker does with it.

A worker returns bytes and never raises: exceptions of a library may not survive the way back, and would bring others
down.  Before it computes, it makes sure that it is the same program as the one that asked.
"""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import threadpoolctl  # type: ignore[import-untyped]

from numerics.sweeps import manifest, provenance, tables
from numerics.sweeps.manifest import JSON
from numerics.sweeps.store import SweepError
from numerics.sweeps.tables import Tables

Work = Callable[[Mapping[str, Any]], Tables]


@dataclass(frozen=True)
class Task:
    """A key that names the task's file, and all that the work is told, as JSON."""

    key: str
    arguments: Mapping[str, JSON]

    def __post_init__(self) -> None:
        tables.check_name("a task's key", self.key)

    def plain(self) -> dict[str, Any]:
        """The arguments as the work receives them, wherever it runs."""
        arguments: dict[str, Any] = manifest.plain(f"arguments of task {self.key!r}", self.arguments)
        return arguments


@dataclass(frozen=True)
class Done:
    """The packed tables of a task, and the processor that computed them."""

    key: str
    shard: bytes
    processor: str


@dataclass(frozen=True)
class Failed:
    """Why a task came to nothing."""

    task: Task
    reason: str
    trace: str

    def error(self) -> SweepError:
        """What to raise where the sweep is run; the worker's traceback is a note."""
        arguments = json.dumps(self.task.plain())
        error = SweepError(
            f"task {self.task.key!r} failed with {self.reason.rstrip('.')}; its arguments: {arguments}. "
            f"Finished tasks are kept: mend the cause and run the same command again."
        )
        error.add_note(self.trace)
        return error


def one_thread() -> AbstractContextManager[Any]:
    """Have linear algebra use one thread, from here on or, with ``with``, for as long as that lasts.

    A sum over several threads ends in other digits.
    """
    limits: AbstractContextManager[Any] = threadpoolctl.threadpool_limits(1)
    return limits


def perform(work: Work, environment: Mapping[str, Any], task: Task) -> Done | Failed:
    """The tables that ``work`` makes of the task's arguments, computed on one thread, or why there are none."""
    try:
        _check_environment(environment, work.__module__)
        one_thread()  # for good: another task may be running here
        return Done(task.key, tables.packed(work(task.plain())), provenance.cpu())
    except Exception as error:  # noqa: BLE001 - whatever the work raises, it is told
        return Failed(task, " ".join(f"{type(error).__name__}: {error}".split()), traceback.format_exc())


def _check_environment(asking: Mapping[str, Any], module: str) -> None:
    """Refuse to compute with other code or packages than those of the process that asks.

    The function's own module may have come along with it, where it cannot be imported.
    """
    along = {name: code for name, code in asking["code"].items() if name == module}
    found = provenance.fingerprints(asking["code"].keys() - {"__main__"})
    here = {"versions": provenance.versions(), "code": {**along, **found}}
    differing = list(manifest.differences(here, asking))
    if differing:
        host = provenance.machine()["host"]
        raise SweepError(f"the worker on {host} runs other code ({'; '.join(differing)}): install the same there.")
