"""A sweep gives the same tables whoever computes it, keeps what is finished, and refuses to mix."""

import json
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sweep_tasks import dying, failing, sweep_of, walk

from numerics.sweeps import manifest, provenance, store
from numerics.sweeps.backends import Backend
from numerics.sweeps.store import SweepError
from numerics.sweeps.sweep import SHARDS, Sweep, discard, finished, load, run
from numerics.sweeps.task import Done, Failed, Task, perform

HERE = Backend("sequential")
EVERYBODY = [HERE, Backend("threads", 3), Backend("processes", 1), Backend("processes", 2)]


def traces(folder):
    return {path.name: path.read_text() for path in folder.iterdir()}


def stop_at(limit):
    """Progress that presses Ctrl-C once ``limit`` tasks are finished."""

    def progress(done, total):
        if done == limit:
            raise KeyboardInterrupt

    return progress


def interrupted(sweep, out, limit, **options):
    with pytest.raises(KeyboardInterrupt):
        run(sweep, out, backend=HERE, progress=stop_at(limit), **options)


def shards(out):
    return sorted(path.stem for path in (out / SHARDS).iterdir())


@pytest.mark.parametrize("backend", EVERYBODY, ids=lambda b: f"{b.name}-{b.workers}")
def test_the_tables_do_not_depend_on_who_computes_them(backend, tmp_path):
    sweep = sweep_of(7)
    alone, other = run(sweep, tmp_path / "alone", backend=HERE), run(sweep, tmp_path / "other", backend=backend)
    assert alone.computed == other.computed == 7
    assert alone.manifest["tables"] == other.manifest["tables"]
    for name, table in load(alone.out).items():
        assert table.equals(load(other.out)[name])
        assert (alone.out / f"{name}.parquet").read_bytes() == (other.out / f"{name}.parquet").read_bytes()


def test_rows_come_in_the_order_of_the_tasks_and_with_the_values_of_the_work(tmp_path):
    sweep = sweep_of(5)
    backwards = replace(sweep, tasks=sweep.tasks[::-1])
    curves = load(run(backwards, tmp_path / "out", backend=HERE).out)["curves"]
    expected = np.concatenate([walk(task.arguments)["curves"]["x"] for task in backwards.tasks])
    assert curves["x"].to_numpy().tobytes() == expected.tobytes()


def test_a_complete_sweep_is_one_manifest_and_one_file_per_table(tmp_path):
    run(sweep_of(), tmp_path / "out", backend=HERE)
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["curves.parquet", "manifest.json", "runs.parquet"]


def test_a_complete_sweep_is_not_computed_again(tmp_path):
    traces_of = tmp_path / "traces"
    traces_of.mkdir()
    sweep = sweep_of(traces=str(traces_of))
    first = run(sweep, tmp_path / "out", backend=HERE)
    again = run(sweep, tmp_path / "out", backend=HERE)
    assert (again.computed, again.changes, again.manifest) == (0, (), first.manifest)
    assert set(traces(traces_of).values()) == {"x"}


def test_an_interrupted_sweep_says_how_to_go_on_and_goes_on_where_it_was(tmp_path):
    traces_of = tmp_path / "traces"
    traces_of.mkdir()
    sweep, out = sweep_of(traces=str(traces_of)), tmp_path / "out"
    with pytest.raises(KeyboardInterrupt, match=r"finished is kept in .*out, run the same command again"):
        run(sweep, out, backend=HERE, progress=stop_at(2))
    seen = []
    result = run(sweep, out, backend=HERE, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(done, 6) for done in (2, 3, 4, 5, 6)]
    assert result.computed == 4
    assert set(traces(traces_of).values()) == {"x"}
    assert result.manifest["tables"] == run(sweep_of(), tmp_path / "whole", backend=HERE).manifest["tables"]
    assert [(s["found"], s["finished"] is None) for s in result.manifest["sessions"]] == [(0, True), (2, False)]


@pytest.mark.parametrize("harm", ["cut", "flipped", "emptied"])
def test_a_damaged_shard_is_computed_again(harm, tmp_path):
    sweep, out = sweep_of(), tmp_path / "out"
    interrupted(sweep, out, 3)
    path = out / SHARDS / "walk-1.arrow"
    content = path.read_bytes()
    middle = len(content) // 2
    flipped = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
    path.write_bytes({"cut": content[:-1], "flipped": flipped, "emptied": b""}[harm])
    result = run(sweep, out, backend=HERE)
    assert result.computed == 4
    assert result.manifest["tables"] == run(sweep, tmp_path / "whole", backend=HERE).manifest["tables"]


@pytest.mark.parametrize("whole", [False, True])
def test_a_changed_configuration_is_refused_and_every_changed_field_named(whole, tmp_path):
    sweep, out = sweep_of(configuration={"problem": {"kappa": 10, "rates": [0.1, 0.2]}, "old": 1}), tmp_path / "out"
    run(sweep, out, backend=HERE) if whole else interrupted(sweep, out, 3)
    before = {path.name: path.read_bytes() for path in out.rglob("*.*") if path.is_file()}
    other = sweep_of(configuration={"problem": {"kappa": 20, "rates": [0.1, 0.3]}, "new": None})
    with pytest.raises(SweepError) as refused:
        run(other, out, backend=HERE)
    assert str(refused.value) == (
        f"{out} holds another sweep (new: absent there, None now; old: 1 there, absent now; problem.kappa: 10 there, "
        f"20 now; problem.rates.1: 0.2 there, 0.3 now): choose another --out, or delete {out}."
    )
    assert before == {path.name: path.read_bytes() for path in out.rglob("*.*") if path.is_file()}


def test_other_tasks_under_the_same_configuration_are_refused(tmp_path):
    interrupted(sweep_of(6), tmp_path / "out", 3)
    tasks = [Task(task.key, {**task.arguments, "scale": 2.0}) for task in sweep_of(6).tasks]
    with pytest.raises(SweepError, match=r"another sweep \(tasks.sha256: .* there, .* now\)"):
        run(replace(sweep_of(6), tasks=tasks), tmp_path / "out", backend=HERE)


def test_tuples_and_lists_are_the_same_configuration(tmp_path):
    run(sweep_of(configuration={"rates": (1, 2)}), tmp_path / "out", backend=HERE)
    assert run(sweep_of(configuration={"rates": [1, 2]}), tmp_path / "out", backend=HERE).computed == 0


def other_code(monkeypatch):
    """From here on another numpy is installed, and one file has changed."""
    versions, source = provenance.versions(), provenance._source
    monkeypatch.setattr(provenance, "versions", lambda: {**versions, "numpy": "0.9"})
    monkeypatch.setattr(provenance, "_source", lambda name: b"" if name == "numerics.sweeps.tables" else source(name))


def test_other_code_does_not_go_on_with_a_sweep_unless_told_to(tmp_path, monkeypatch):
    sweep, out = sweep_of(), tmp_path / "out"
    interrupted(sweep, out, 3)
    other_code(monkeypatch)
    with pytest.raises(SweepError, match=r"tables: '\w+' there, '\w+' now; versions.numpy: .*'0.9' now.*--across"):
        run(sweep, out, backend=HERE)
    assert len(shards(out)) == 3
    sessions = run(sweep, out, backend=HERE, across_versions=True).manifest["sessions"]
    assert [session["versions"]["numpy"] for session in sessions] == [np.__version__, "0.9"]


def test_other_code_may_begin_again_where_nothing_was_finished(tmp_path, monkeypatch):
    interrupted(sweep_of(), tmp_path / "out", 0)
    other_code(monkeypatch)
    assert run(sweep_of(), tmp_path / "out", backend=HERE).computed == 6


def test_a_complete_sweep_of_other_code_is_returned_with_what_has_changed(tmp_path, monkeypatch):
    run(sweep_of(), tmp_path / "out", backend=HERE)
    other_code(monkeypatch)
    result = run(sweep_of(), tmp_path / "out", backend=HERE)
    assert result.computed == 0
    assert result.changes[1] == f"versions.numpy: {np.__version__!r} there, '0.9' now"


@pytest.mark.parametrize(
    ("part", "name", "value", "message"),
    [
        ("versions", "scipy", "0.1", r"versions.scipy: '1\S+' there, '0.1' now"),
        ("code", "numerics.sweeps.tables", "f00", r"code.numerics.sweeps.tables: '\w+' there, 'f00' now"),
        ("code", "numerics.newer", "f00", r"code.numerics.newer: absent there, 'f00' now"),
    ],
)
def test_a_worker_with_other_code_does_not_compute(part, name, value, message):
    asking = provenance.environment("sweep_tasks")
    outcome = perform(walk, {**asking, part: {**asking[part], name: value}}, sweep_of().tasks[0])
    assert isinstance(outcome, Failed)
    with pytest.raises(SweepError, match=rf"worker on \S+ runs other code \({message}\): install the same there"):
        raise outcome.error()


def test_work_that_came_along_from_a_module_that_is_not_there_is_done():
    def work(arguments):
        return walk(arguments)

    asking = provenance.environment("sweep_tasks")
    work.__module__ = "only_where_it_was_asked"
    assert isinstance(perform(work, {**asking, "code": {"only_where_it_was_asked": "f00"}}, sweep_of().tasks[0]), Done)


@pytest.mark.parametrize("backend", [HERE, Backend("processes", 2)], ids=lambda b: b.name)
def test_a_task_that_fails_is_named_with_its_arguments_and_the_others_stay(backend, tmp_path):
    with pytest.raises(SweepError) as failed:
        run(sweep_of(5, work=failing), tmp_path / "out", backend=backend)
    assert str(failed.value) == (
        'task \'walk-3\' failed with ZeroDivisionError: no luck with 3; its arguments: {"seed": 3, "steps": 5}. '
        "Finished tasks are kept: mend the cause and run the same command again."
    )
    assert "in failing" in failed.value.__notes__[0]
    assert set(shards(tmp_path / "out")) <= {"walk-0", "walk-1", "walk-2", "walk-4"}
    assert backend != HERE or len(shards(tmp_path / "out")) == 3


def test_a_worker_that_dies_is_told_in_one_line(tmp_path):
    with pytest.raises(SweepError, match=r"processes backend failed \(TerminatedWorkerError.*try fewer workers.*kept"):
        run(sweep_of(5, work=dying), tmp_path / "out", backend=Backend("processes", 2))
    assert run(sweep_of(5), tmp_path / "fine", backend=Backend("processes", 2)).computed == 5


def test_tables_that_do_not_fit_together_are_refused(tmp_path):
    def work(arguments):
        return {"runs": {"a": [1], "b" if arguments["seed"] else "c": [2]}}

    with pytest.raises(SweepError, match=r"same columns .*, got \['a', 'b'\] from 'walk-1' and \['a', 'c'\]"):
        run(sweep_of(2, work=work), tmp_path / "out", backend=HERE)


def test_the_manifest_says_what_was_asked_who_computed_and_what_came_out(tmp_path):
    times = iter(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=90 * k) for k in range(2))
    sweep, out = sweep_of(), tmp_path / "out"
    result = run(sweep, out, backend=Backend("threads", 2), clock=lambda: next(times))
    stored = json.loads((out / "manifest.json").read_text())
    assert stored == result.manifest
    assert (out / "manifest.json").read_text() == json.dumps(stored, indent=2, sort_keys=True) + "\n"
    assert (stored["format"], stored["complete"]) == (1, True)
    assert stored["configuration"] == {"steps": 5, "seeds": [0, 1, 2, 3, 4, 5]}
    assert (stored["tasks"]["count"], stored["tasks"]["seeds"]) == (6, [0, 1, 2, 3, 4, 5])
    assert {name: table["rows"] for name, table in stored["tables"].items()} == {"runs": 6, "curves": 30}
    (session,) = stored["sessions"]
    assert session["backend"] == {"name": "threads", "workers": 2, "address": None}
    assert (session["started"], session["finished"]) == ("2026-01-01T00:00:00+00:00", "2026-01-01T00:01:30+00:00")
    assert (session["seconds"], session["found"], session["processors"]) == (90, 0, [provenance.cpu()])
    assert session["versions"]["python"] == sys.version.split()[0]
    assert {"numpy", "numba", "pyarrow", "scipy", "scikit-learn", "greedylr"} <= session["versions"].keys()
    assert {"sweep_tasks", "numerics", "numerics.sweeps.sweep", "numerics.sweeps.tables"} <= session["code"].keys()
    assert session["git"] == provenance.git()
    assert session["machine"] == provenance.machine()


def test_a_manifest_is_there_from_the_start_and_not_complete(tmp_path):
    interrupted(sweep_of(), tmp_path / "out", 0)
    begun = manifest.read(tmp_path / "out")
    assert (begun["complete"], begun["tables"], begun["sessions"][0]["finished"]) == (False, {}, None)


def test_a_sweep_stopped_before_its_last_manifest_only_joins_its_tables(tmp_path, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(manifest, "end", stop)
        interrupted(sweep_of(), tmp_path / "out", None)
    assert run(sweep_of(), tmp_path / "out", backend=HERE).computed == 0
    assert load(tmp_path / "out")["runs"].num_rows == 6


def test_a_sweep_stopped_before_its_shards_were_removed_is_complete(tmp_path):
    out = tmp_path / "out"
    run(sweep_of(), out, backend=HERE)
    store.write(store.directory(out / SHARDS) / "walk-0.arrow", b"left over")
    assert run(sweep_of(), out, backend=HERE).computed == 0
    assert not (out / SHARDS).exists()


def test_load_refuses_what_is_missing_incomplete_or_changed(tmp_path):
    out = tmp_path / "out"
    with pytest.raises(SweepError, match=r"out holds no sweep \(manifest.json is missing\): check the path"):
        load(out)
    interrupted(sweep_of(), out, 3)
    with pytest.raises(SweepError, match=r"out is incomplete \(3 of 6 tasks\): run the same command again"):
        load(out)
    run(sweep_of(), out, backend=HERE)
    assert load(out)["runs"]["seed"].to_pylist() == [0, 1, 2, 3, 4, 5]
    other = run(sweep_of(scale=2.0), tmp_path / "other", backend=HERE)
    (out / "curves.parquet").write_bytes((other.out / "curves.parquet").read_bytes())
    with pytest.raises(SweepError, match=r"curves.parquet is not what was stored: restore it, or delete"):
        load(out)
    (out / "curves.parquet").write_bytes(b"PAR1")
    with pytest.raises(SweepError, match=r"cannot read .*curves.parquet \(.*\): restore it, or delete"):
        load(out)


def test_what_an_interrupted_sweep_did_finish_can_be_read_and_not_once_it_is_changed(tmp_path):
    out = tmp_path / "out"
    interrupted(sweep_of(), out, 3)
    done, whole = finished(out), run(sweep_of(), tmp_path / "whole", backend=HERE).out
    assert done["runs"].to_pylist() == load(whole)["runs"].to_pylist()[:3]
    assert done["curves"].to_pylist() == load(whole)["curves"].to_pylist()[: done["curves"].num_rows]
    path = out / SHARDS / "walk-1.arrow"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(SweepError, match=r"walk-1.arrow is not what was stored: restore it, or delete"):
        finished(out)
    for empty in (whole, tmp_path / "nothing"):
        with pytest.raises(SweepError, match="holds no finished task of an incomplete sweep: check the path"):
            finished(empty)


def test_discard_deletes_a_sweep_and_nothing_else(tmp_path):
    out = tmp_path / "out"
    interrupted(sweep_of(), out, 3)
    (out / "notes.txt").write_text("mine")
    discard(out)
    assert [path.name for path in out.iterdir()] == ["notes.txt"]
    with pytest.raises(SweepError, match="holds other files, and no sweep"):
        discard(out)
    discard(tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


def test_a_sweep_needs_tasks_with_keys_of_their_own():
    with pytest.raises(ValueError, match="at least one task, got none"):
        Sweep({}, [], walk)
    with pytest.raises(ValueError, match="must differ in more than case, got 'A' again"):
        Sweep({}, [Task("a", {}), Task("A", {})], walk)
    with pytest.raises(ValueError, match=r"a task's key must be .*, got '../a'"):
        Task("../a", {})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}, np.int64(3)], ids=repr)
def test_what_json_cannot_hold_is_refused(value, tmp_path):
    with pytest.raises(ValueError, match=r"configuration must be JSON with finite numbers \(.*write the rest as text"):
        run(sweep_of(configuration={"value": value}), tmp_path / "out", backend=HERE)
    with pytest.raises(ValueError, match=r"arguments of task 'a' must be JSON with finite numbers"):
        run(Sweep({}, [Task("a", {"value": value})], walk), tmp_path / "out", backend=HERE)
    assert not (tmp_path / "out").exists()
