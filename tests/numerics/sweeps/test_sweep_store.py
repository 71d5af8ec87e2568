"""Under its own name a file is whole or absent, one writer has a directory, and every refusal says what to do."""

import errno
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sweep_tasks import sweep_of

from numerics.sweeps import store
from numerics.sweeps.backends import Backend
from numerics.sweeps.store import SweepError
from numerics.sweeps.sweep import SHARDS, load, run

HERE = Backend("sequential")


def full_disk(*_):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def content(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_write_that_fails_leaves_what_was_there(call, tmp_path, monkeypatch):
    store.write(tmp_path / "a", b"before")
    monkeypatch.setattr(os, call, full_disk)
    with pytest.raises(SweepError, match=r"cannot use .*/a \(No space left on device\): free some space"):
        store.write(tmp_path / "a", b"after")
    assert content(tmp_path) == {Path("a"): b"before"}


def test_a_file_that_is_written_is_not_seen_before_it_is_whole(tmp_path):
    with store.replacing(tmp_path / "a") as file:
        file.write(b"half")
        file.flush()
        assert not (tmp_path / "a").exists()
        file.write(b" and half")
    assert content(tmp_path) == {Path("a"): b"half and half"}


def test_a_reader_never_sees_a_mixture(tmp_path):
    path, size, seen, over = tmp_path / "a", 200_000, set(), threading.Event()
    store.write(path, b"0" * size)

    def look():
        while not over.is_set():
            text = path.read_bytes()
            seen.add(text == text[:1] * size)

    reader = threading.Thread(target=look)
    reader.start()
    for k in range(100):
        store.write(path, str(k % 10).encode() * size)
    over.set()
    reader.join()
    assert seen == {True}


def test_a_writer_killed_in_the_middle_leaves_nothing_under_the_name(tmp_path):
    code = (
        "import os, signal, sys; from pathlib import Path; from numerics.sweeps import store\n"
        "with store.locked(Path(sys.argv[1])), store.replacing(Path(sys.argv[1], 'manifest.json')) as file:\n"
        "    file.write(b'{'); file.flush(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False).returncode < 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", "manifest.json.tmp"]
    run(sweep_of(), tmp_path, backend=HERE)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["curves.parquet", "manifest.json", "runs.parquet"]


@pytest.mark.parametrize("finished", [0, 3, 5])
def test_a_full_disk_gets_one_line_and_keeps_what_is_finished(finished, tmp_path, monkeypatch):
    out = tmp_path / "out"
    with monkeypatch.context() as patched:

        def fill(done, total):
            if done == finished:
                patched.setattr(os, "fsync", full_disk)

        with pytest.raises(
            SweepError, match=r"^cannot use .*arrow \(No space left .*\): free .* again\. Finished.*kept\.$"
        ):
            run(sweep_of(), out, backend=HERE, progress=fill)
    assert len(list((out / SHARDS).iterdir())) == finished
    assert run(sweep_of(), out, backend=HERE).computed == 6 - finished


def test_a_disk_that_is_full_when_tables_are_joined_keeps_all_tasks(tmp_path, monkeypatch):
    out = tmp_path / "out"
    with monkeypatch.context() as patched:

        def fill(done, total):
            if done == total:
                patched.setattr(os, "fsync", full_disk)

        with pytest.raises(SweepError, match=r"cannot use .*curves.parquet \(No space left on device\)"):
            run(sweep_of(), out, backend=HERE, progress=fill)
    assert run(sweep_of(), out, backend=HERE).computed == 0
    assert load(out)["curves"].num_rows == 30


def test_a_directory_in_use_is_refused_and_its_user_named(tmp_path):
    with store.locked(tmp_path), pytest.raises(SweepError) as refused:
        run(sweep_of(), tmp_path, backend=HERE)
    host = os.uname().nodename
    assert str(refused.value) == (
        f"{tmp_path} is in use by process {os.getpid()} on {host}: wait until it ends, or choose another --out."
    )
    assert run(sweep_of(), tmp_path, backend=HERE).computed == 6


def test_the_lock_of_a_process_that_is_gone_hinders_nobody(tmp_path):
    (tmp_path / store.LOCK).write_text(f"process {os.getpid()} on {os.uname().nodename}")
    assert run(sweep_of(), tmp_path, backend=HERE).computed == 6


def test_a_lock_whose_file_was_removed_meanwhile_is_taken_again(tmp_path, monkeypatch):
    granted, calls = store._granted, []

    def after_its_holder_left(descriptor):
        calls.append(descriptor)
        if len(calls) == 1:
            (tmp_path / store.LOCK).unlink()
        return granted(descriptor)

    monkeypatch.setattr(store, "_granted", after_its_holder_left)
    with store.locked(tmp_path):
        assert len(calls) == 2
        assert (tmp_path / store.LOCK).exists()
    assert not (tmp_path / store.LOCK).exists()


def test_a_file_in_the_place_of_the_directory_is_refused(tmp_path):
    (tmp_path / "out").write_text("mine")
    for out in (tmp_path / "out", tmp_path / "out" / "deeper"):
        with pytest.raises(SweepError, match=r"cannot use .*/out.* \(Not a directory\): choose an --out that is a dir"):
            run(sweep_of(), out, backend=HERE)
    assert (tmp_path / "out").read_text() == "mine"


def test_a_directory_that_cannot_be_written_is_refused(tmp_path, monkeypatch):
    def forbidden(*_, **__):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "mkdir", forbidden)
    with pytest.raises(
        SweepError, match=r"cannot use .*/out \(Permission denied\): choose an --out that you may write"
    ):
        run(sweep_of(), tmp_path / "out", backend=HERE)


def test_a_directory_that_cannot_be_read_is_refused(tmp_path):
    (tmp_path / "manifest.json").mkdir()
    with pytest.raises(SweepError, match=r"cannot use .*/manifest.json \(Is a directory\): mend this and run"):
        run(sweep_of(), tmp_path, backend=HERE)


def test_a_complete_sweep_needs_no_lock_and_no_writing(tmp_path, monkeypatch):
    run(sweep_of(), tmp_path, backend=HERE)
    monkeypatch.setattr(os, "open", full_disk)
    assert run(sweep_of(), tmp_path, backend=HERE).computed == 0


def test_a_directory_with_other_files_is_left_alone(tmp_path):
    (tmp_path / "runs.parquet").write_text("mine")
    with pytest.raises(SweepError, match=r"holds other files, and no sweep: choose an --out that is new or empty"):
        run(sweep_of(), tmp_path, backend=HERE)
    assert content(tmp_path) == {Path("runs.parquet"): b"mine"}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 1}'])
def test_a_manifest_that_cannot_be_read_is_refused(text, tmp_path):
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(SweepError, match=r"cannot read .*manifest.json \(.*\): choose another --out, or delete"):
        run(sweep_of(), tmp_path, backend=HERE)
    assert content(tmp_path) == {Path("manifest.json"): text.encode()}


def test_earlier_sweeps_stay_whole_when_a_later_one_fails(tmp_path, monkeypatch):
    run(sweep_of(), tmp_path / "first", backend=HERE)
    before = content(tmp_path / "first")
    monkeypatch.setattr(os, "fsync", full_disk)
    for out in ("first", "second"):
        with pytest.raises(SweepError):
            run(sweep_of(7), tmp_path / out, backend=HERE)
    assert content(tmp_path / "first") == before
    shutil.rmtree(tmp_path / "second")
