"""Backends say what they miss, and apply a function on one thread each, wherever that is."""

import contextlib
import os
import sys
import warnings

import pytest
import threadpoolctl
from sweep_tasks import sweep_of

from numerics.sweeps.backends import Backend, outcomes
from numerics.sweeps.store import SweepError
from numerics.sweeps.sweep import Sweep, load, run
from numerics.sweeps.task import Task

LOCAL = [Backend("sequential"), Backend("threads", 2), Backend("processes", 1), Backend("processes", 2)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": "mpi"}, "backend must be one of processes, threads, sequential, dask, ray, got 'mpi'"),
        ({"workers": 0}, "workers must be at least 1, got 0: leave it out for one per core"),
        ({"name": "dask"}, "backend 'dask' needs the address of a cluster: --address tcp://HOST:8786"),
        ({"name": "ray"}, "backend 'ray' needs the address of a cluster: --address HOST:6379, or auto"),
        ({"address": "tcp://a:1"}, "backend 'processes' takes no address, got 'tcp://a:1'"),
        ({"name": "dask", "address": "tcp://a:1", "workers": 2}, "workers must be left out for 'dask', got 2"),
    ],
    ids=str,
)
def test_options_that_contradict_each_other_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        Backend(**options)


@pytest.mark.parametrize(
    ("name", "library", "command"),
    [("dask", "distributed", r"pip install 'greedylr\[distributed\]'"), ("ray", "ray", "pip install ray")],
)
def test_a_missing_library_is_named_with_the_command_that_installs_it(name, library, command, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(SweepError, match=rf"^{library} is not installed \(.*\): {command}$"):
        run(sweep_of(), tmp_path / "out", backend=Backend(name, address="tcp://127.0.0.1:1"))


def threads_of_linear_algebra(arguments):
    """The most threads that a library for linear algebra would use here, and who is asked."""
    threads = [pool["num_threads"] for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "blas"]
    return {"threads": {"most": [max(threads)], "pid": [os.getpid()]}}


@pytest.mark.parametrize("backend", LOCAL, ids=lambda b: f"{b.name}-{b.workers}")
def test_linear_algebra_uses_one_thread_in_a_task_and_afterwards_as_many_as_before(backend, tmp_path):
    sweep = Sweep({}, [Task(str(k), {}) for k in range(4)], threads_of_linear_algebra)
    before = threadpoolctl.threadpool_info()
    table = load(run(sweep, tmp_path / "out", backend=backend).out)["threads"]
    assert set(table["most"].to_pylist()) == {1}
    assert (os.getpid() in table["pid"].to_pylist()) == (backend != Backend("processes", 2))
    assert threadpoolctl.threadpool_info() == before


@pytest.mark.parametrize("backend", LOCAL, ids=lambda b: f"{b.name}-{b.workers}")
def test_outcomes_may_be_left_early_without_a_warning(backend):
    with warnings.catch_warnings(), contextlib.closing(outcomes(abs, range(-50, 0), backend)) as results:
        warnings.simplefilter("error")
        assert next(results) in range(1, 51)


@pytest.mark.parametrize("backend", LOCAL, ids=lambda b: f"{b.name}-{b.workers}")
def test_every_item_has_one_outcome(backend):
    assert sorted(outcomes(abs, range(-50, 0), backend)) == list(range(1, 51))
    assert list(outcomes(abs, [], backend)) == []
