"""On a Dask cluster a sweep gives the same tables, also when a worker is killed in the middle."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sweep_tasks import failing, held_walk, sweep_of, wait_for

from numerics.sweeps.backends import Backend
from numerics.sweeps.store import SweepError
from numerics.sweeps.sweep import SHARDS, Sweep, load, run
from numerics.sweeps.task import Task

distributed = pytest.importorskip("distributed", reason="Dask is an extra: pip install 'greedylr[distributed]'")

COUNT, HELD = 20, [4]


@pytest.fixture
def cluster():
    """Two worker processes of one thread each."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs="CRITICAL"
    ) as cluster:
        yield cluster


@contextlib.contextmanager
def meanwhile(action):
    """Run ``action`` beside what is inside; its failure is the test's."""
    failures = []

    def guarded():
        try:
            action()
        except Exception as error:  # noqa: BLE001 - raised below
            failures.append(error)

    thread = threading.Thread(target=guarded)
    thread.start()
    yield
    thread.join()
    assert not failures, failures


def workers(cluster):
    with distributed.Client(cluster.scheduler_address, set_as_default=False) as client:
        return set(client.run(os.getpid).values())


def test_a_killed_worker_loses_nothing_and_doubles_nothing(cluster, tmp_path):
    gate, traces, out = tmp_path / "gate", tmp_path / "traces", tmp_path / "out"
    gate.mkdir()
    traces.mkdir()
    before, killed = workers(cluster), []

    def kill_the_worker_that_waits():
        wait_for(lambda: list(gate.iterdir()) and len(list((out / SHARDS).glob("*.arrow"))) >= 4)
        killed.append(int(next(gate.iterdir()).suffix[1:]))
        os.kill(killed[0], signal.SIGKILL)
        (gate / "open").touch()

    sweep = sweep_of(COUNT, held_walk, held=HELD, gate=str(gate), traces=str(traces))
    with meanwhile(kill_the_worker_that_waits):
        result = run(sweep, out, backend=Backend("dask", address=cluster.scheduler_address))
    assert len(before) == 2
    assert killed[0] in before
    assert result.computed == COUNT
    assert len(list(gate.glob("4.*"))) == 2  # the task that was killed began twice ...
    assert (traces / "4").read_text() == "x"  # ... and ended once
    alone = run(sweep_of(COUNT), tmp_path / "alone", backend=Backend("sequential"))
    assert result.manifest["tables"] == alone.manifest["tables"]
    for name, table in load(alone.out).items():
        assert table.equals(load(out)[name])


def test_a_task_that_fails_on_a_cluster_is_named(cluster, tmp_path):
    backend = Backend("dask", address=cluster.scheduler_address)
    with pytest.raises(SweepError, match=r"task 'walk-3' failed with ZeroDivisionError: no luck with 3; its arguments"):
        run(sweep_of(5, failing), tmp_path / "out", backend=backend)
    assert run(sweep_of(5), tmp_path / "fine", backend=backend).computed == 5


def whereabouts(arguments):
    """The process that computes."""
    return {"pids": {"pid": [os.getpid()]}}


def test_a_cluster_of_one_thread_computes_itself(tmp_path):
    sweep = Sweep({}, [Task(str(k), {}) for k in range(3)], whereabouts)
    options = {"processes": True, "dashboard_address": None, "silence_logs": "CRITICAL"}
    with distributed.LocalCluster(n_workers=1, threads_per_worker=1, **options) as cluster:
        result = run(sweep, tmp_path / "out", backend=Backend("dask", address=cluster.scheduler_address))
        assert set(load(result.out)["pids"]["pid"].to_pylist()) == workers(cluster)


def dask(command, *arguments):
    """A process of its own for the scheduler or for a worker."""
    call = [sys.executable, "-m", f"distributed.cli.dask_{command}", "--no-dashboard", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    return subprocess.Popen(call, env=environment, start_new_session=True, stderr=subprocess.DEVNULL)


@pytest.mark.slow  # the time that a lost scheduler is given to come back
def test_a_scheduler_that_is_lost_is_told_and_what_is_finished_is_kept(tmp_path):
    gate, out, file = tmp_path / "gate", tmp_path / "out", tmp_path / "scheduler.json"
    gate.mkdir()
    sweep = sweep_of(COUNT, held_walk, held=HELD, gate=str(gate))
    scheduler = dask("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file))
    worker = dask("worker", "--nthreads", "1", "--no-nanny", "--scheduler-file", str(file))

    def kill_the_scheduler(done, total):
        if done == HELD[0]:
            scheduler.kill()

    try:
        wait_for(file.exists)
        backend = Backend("dask", address=json.loads(file.read_text())["address"])
        with pytest.raises(SweepError, match=r"the dask backend failed \(.*see that the scheduler and its workers run"):
            run(sweep, out, backend=backend, progress=kill_the_scheduler)
    finally:
        for process in (scheduler, worker):
            process.kill()
            process.wait()
    kept = len(list((out / SHARDS).glob("*.arrow")))
    (gate / "open").touch()
    assert kept >= HELD[0]
    assert run(sweep, out, backend=Backend("sequential")).computed == COUNT - kept


@pytest.mark.slow  # the time that a scheduler is given to answer
def test_a_cluster_that_is_not_there_is_told_in_one_line(tmp_path):
    with pytest.raises(
        SweepError, match=r"^the dask backend failed \(.*\): see that the scheduler .* Finished.*again\.$"
    ):
        run(sweep_of(5), tmp_path / "out", backend=Backend("dask", address="tcp://127.0.0.1:1"))
