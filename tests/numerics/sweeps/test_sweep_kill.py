"""A sweep that is killed or interrupted loses the tasks in flight, nothing else, and leaves no process behind."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sweep_tasks import held_walk, sweep_of, wait_for

from numerics.sweeps.backends import Backend
from numerics.sweeps.store import SweepError
from numerics.sweeps.sweep import SHARDS, run

TESTS = Path(__file__).resolve().parents[2]
COUNT, HELD = 8, [3, 5]
CODE = """
import json, signal, sys
from pathlib import Path
from numerics.sweeps.backends import Backend
from numerics.sweeps.sweep import run
from sweep_tasks import held_walk, sweep_of

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where the tests run in the background of a shell
    count, options, out = json.loads(sys.argv[1]), json.loads(sys.argv[2]), Path(sys.argv[3])
    run(sweep_of(count, held_walk, **options), out, backend=Backend("processes", 2))
"""


class Stage:
    """A sweep in a process of its own, of which tasks 3 and 5 occupy both workers: 0, 1, 2 and 4 get finished."""

    def __init__(self, folder):
        self.out, self.gate, self.traces = folder / "out", folder / "gate", folder / "traces"
        self.gate.mkdir()
        self.traces.mkdir()
        self.options = {"held": HELD, "gate": str(self.gate), "traces": str(self.traces)}
        self.sweep = sweep_of(COUNT, held_walk, **self.options)
        (folder / "script.py").write_text(CODE)
        arguments = [str(COUNT), json.dumps(self.options), str(self.out)]
        self.process = subprocess.Popen(
            [sys.executable, str(folder / "script.py"), *arguments],
            env={**os.environ, "PYTHONPATH": str(TESTS)},
            start_new_session=True,
            stderr=subprocess.PIPE,
            text=True,
        )

    def wait_until_held(self):
        wait_for(lambda: len(self.held()) == 2 and len(list((self.out / SHARDS).glob("*.arrow"))) == 4)

    def held(self):
        return sorted(tuple(map(int, path.name.split("."))) for path in self.gate.glob("*.*"))

    def end(self, number):
        os.killpg(self.process.pid, number) if number == signal.SIGINT else self.process.send_signal(number)
        return self.process.communicate(timeout=60)[1]


@pytest.fixture
def stage(tmp_path):
    stage = Stage(tmp_path)
    yield stage
    if stage.process.poll() is None:
        os.killpg(stage.process.pid, signal.SIGKILL)
    stage.process.communicate()


def is_gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=lambda s: s.name)
def test_a_killed_sweep_repeats_only_what_was_in_flight_and_leaves_no_worker(number, stage, tmp_path):
    stage.wait_until_held()
    in_flight = stage.held()
    last_words = stage.end(number)
    wait_for(lambda: all(is_gone(pid) for _, pid in in_flight), 10)
    if number == signal.SIGINT:
        assert f"SweepInterrupted: interrupted: what is finished is kept in {stage.out}" in last_words
    (stage.gate / "open").touch()
    result = run(stage.sweep, stage.out, backend=Backend("sequential"))
    assert result.computed == COUNT - 4
    assert {path.name: path.read_text() for path in stage.traces.iterdir()} == {str(k): "x" for k in range(COUNT)}
    assert [seed for seed, _ in stage.held()] == [3, 3, 5, 5]
    assert result.manifest["tables"] == run(sweep_of(COUNT), tmp_path / "whole").manifest["tables"]


def test_a_sweep_that_runs_keeps_a_second_one_out(stage):
    stage.wait_until_held()
    with pytest.raises(SweepError, match=rf"is in use by process {stage.process.pid} on \S+: wait until it ends, or"):
        run(stage.sweep, stage.out, backend=Backend("sequential"))
    (stage.gate / "open").touch()
    assert stage.process.wait(60) == 0
    assert run(stage.sweep, stage.out, backend=Backend("sequential")).computed == 0
