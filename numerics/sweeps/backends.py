"""Who computes: joblib's processes, its threads, or this process itself; or a Dask or Ray cluster.

All of them do one thing: apply a function to items, one at a time, and hand over what comes out, in no order.  That no
result depends on who computed it is up to the function: it is given everything in its item.
"""

from __future__ import annotations

import importlib
import os
import signal
import socket
import threading
import time
import warnings
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from textwrap import shorten
from types import ModuleType
from typing import Any, TypeVar

import joblib

from numerics.sweeps.store import SweepError

S = TypeVar("S")
T = TypeVar("T")

NAMES = ("processes", "threads", "sequential", "dask", "ray")
CLUSTERS = ("dask", "ray")
LOST = {
    "processes": "a worker may have run out of memory: try fewer workers",
    "dask": "see that the scheduler and its workers run, can be reached and have this project installed",
    "ray": "see that the cluster runs, can be reached and has this project installed",
}


@dataclass(frozen=True)
class Backend:
    """Who computes: ``workers`` of this machine (None: one per core), or the cluster at ``address``."""

    name: str = "processes"
    workers: int | None = None
    address: str | None = None

    def __post_init__(self) -> None:
        if self.name not in NAMES:
            raise ValueError(f"backend must be one of {', '.join(NAMES)}, got {self.name!r}.")
        if self.workers is not None and self.workers < 1:
            raise ValueError(f"workers must be at least 1, got {self.workers!r}: leave it out for one per core.")
        if self.name in CLUSTERS and not self.address:
            raise ValueError(f"backend {self.name!r} needs the address of a cluster: --address {EXAMPLES[self.name]}.")
        if self.name not in CLUSTERS and self.address:
            raise ValueError(f"backend {self.name!r} takes no address, got {self.address!r}: only dask and ray do.")
        if self.name in CLUSTERS and self.workers is not None:
            raise ValueError(
                f"workers must be left out for {self.name!r}, got {self.workers!r}: the cluster has its own."
            )


EXAMPLES = {"dask": "tcp://HOST:8786 (of `dask scheduler`)", "ray": "HOST:6379, or auto"}
PROCESSES = Backend()


def outcomes(function: Callable[[S], T], items: Sequence[S], backend: Backend) -> Generator[T, None, None]:
    """``function`` of every item, as they finish; close it to stop early.

    The function must not raise: whatever is raised here is the fault of those who compute, and said to be so.
    """
    if not items:
        return
    with _closing(MAKERS[backend.name](function, items, backend)) as results:
        try:
            for result in results:  # noqa: UP028 - `yield from` would close the results itself, with joblib's warning
                yield result
        except SweepError:
            raise
        except Exception as error:
            reason = shorten(f"{type(error).__name__}: {error}", 300)
            remedy = LOST.get(backend.name, "see the cause above")
            raise SweepError(
                f"the {backend.name} backend failed ({reason}): {remedy}. "
                f"Finished tasks are kept: run the same command again."
            ) from error


@contextmanager
def _closing(results: Generator[T, None, None]) -> Iterator[Generator[T, None, None]]:
    """``results``, closed at the end; joblib warns that this cancels tasks, which is what it is for."""
    try:
        yield results
    finally:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*have been cancelled", category=UserWarning)
            results.close()


def _local(function: Callable[[S], T], items: Sequence[S], backend: Backend) -> Generator[T, None, None]:
    options = LOCAL[backend.name]()
    workers = 1 if backend.name == "sequential" else backend.workers or joblib.cpu_count()
    with joblib.parallel_config(**options):
        parallel = joblib.Parallel(n_jobs=workers, max_nbytes=None, **ONE_BY_ONE)
    yield from parallel(joblib.delayed(function)(item) for item in items)


# One item at a time: a batch would be lost as a whole.
ONE_BY_ONE = {"return_as": "generator_unordered", "batch_size": 1}
LOCAL: dict[str, Callable[[], dict[str, Any]]] = {
    "sequential": lambda: {"backend": "sequential"},
    "threads": lambda: {"backend": "threading"},
    "processes": lambda: {
        "backend": "loky",
        "inner_max_num_threads": 1,
        "initializer": _attend,
        "initargs": (os.getpid(),),
    },
}


def _attend(parent: int) -> None:
    """Have this worker leave Ctrl-C to its parent, and end when the parent is gone, however it went.

    A worker holds both ends of the pipe it reads from, so that it would not notice.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.2)
    os._exit(1)


def _dask(function: Callable[[S], T], items: Sequence[S], backend: Backend) -> Generator[T, None, None]:
    """Dask itself: joblib would compute everything here if the cluster had but one thread at the start."""
    distributed = _required("distributed", "pip install 'greedylr[distributed]'")
    with distributed.Client(backend.address, timeout="10s", set_as_default=False) as client:
        client.wait_for_workers(1, timeout=60)
        for future in distributed.as_completed(client.map(function, items, pure=False), loop=client.loop):
            yield future.result()


def _ray(function: Callable[[S], T], items: Sequence[S], backend: Backend) -> Generator[T, None, None]:
    """Ray itself: joblib would return everything at the end."""
    ray = _required("ray", "pip install ray")
    _knock(str(backend.address))
    with ray.init(address=backend.address, log_to_driver=False):
        apply = ray.remote(_apply)
        pending = [apply.remote(function, item) for item in items]
        while pending:
            done, pending = ray.wait(pending)
            yield from ray.get(done)


def _knock(address: str) -> None:
    """Raise OSError where nobody listens at HOST:PORT; Ray would try for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host and port.isdecimal():
        socket.create_connection((host, int(port)), timeout=10).close()


def _apply(function: Callable[[S], T], item: S) -> T:
    """``function`` of ``item``; Ray takes no other callable than a plain function."""
    return function(item)


MAKERS: dict[str, Callable[[Callable[[Any], Any], Sequence[Any], Backend], Generator[Any, None, None]]] = {
    "sequential": _local,
    "threads": _local,
    "processes": _local,
    "dask": _dask,
    "ray": _ray,
}


def _required(library: str, command: str) -> ModuleType:
    try:
        return importlib.import_module(library)
    except ImportError as error:
        raise SweepError(f"{library} is not installed ({error}): {command}") from error
