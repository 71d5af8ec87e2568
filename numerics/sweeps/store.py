"""Files that are never half there: atomic writes, and one writer per directory.

A file is written beside its place, flushed to the disk and moved over: under its own name it is whole or absent, at any
kill and any loss of power.  A directory is locked by the operating system, which lets go when the writer dies: a lock
file that a killed process left behind says nothing, and hinders nobody.
"""

from __future__ import annotations

import errno
import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

LOCK = ".lock"
UNFINISHED = ".tmp"  # what a name ends with while its file is being written

REMEDIES = {
    errno.ENOSPC: "free some space and run the same command again",
    errno.EDQUOT: "free some space and run the same command again",
    errno.EACCES: "choose an --out that you may write to",
    errno.EPERM: "choose an --out that you may write to",
    errno.EROFS: "choose an --out that you may write to",
    errno.EEXIST: "choose an --out that is a directory",
    errno.ENOTDIR: "choose an --out that is a directory",
}


class SweepError(RuntimeError):
    """What keeps a sweep from running or from being read, in one line, with the remedy."""


def refusal(path: Path, error: OSError) -> SweepError:
    """What to say of a path that could not be read or written."""
    remedy = REMEDIES.get(error.errno or 0, "mend this and run the same command again")
    return SweepError(f"cannot use {path} ({error.strerror or error}): {remedy}. Finished results are kept.")


@contextmanager
def replacing(path: Path, *, settled: bool = True) -> Iterator[IO[bytes]]:
    """A file to write, which takes the place of ``path`` at the end, or, should anything go wrong, never.

    Unless ``settled``, the new name may be lost with the power, but no half of a file be found under it.
    """
    unfinished = path.with_name(path.name + UNFINISHED)
    try:
        try:
            with open(unfinished, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            os.replace(unfinished, path)
            if settled:
                _settle(path.parent)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise refusal(path, error) from error


def write(path: Path, content: bytes, *, settled: bool = True) -> None:
    """Put ``content`` at ``path``: all of it or nothing."""
    with replacing(path, settled=settled) as file:
        file.write(content)


def read(path: Path) -> bytes | None:
    """The content of the file at ``path``; None where there is none."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise refusal(path, error) from error


def directory(path: Path) -> Path:
    """``path``, which is a directory from now on."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise refusal(path, error) from error
    return path


def is_empty(path: Path) -> bool:
    """Whether nothing is at ``path``, or a directory without anything but what a killed writer left."""
    try:
        return all(entry.name == LOCK or entry.suffix == UNFINISHED for entry in path.iterdir())
    except FileNotFoundError:
        return True
    except OSError as error:
        raise refusal(path, error) from error


def sweep_up(path: Path) -> None:
    """Remove what a killed writer had not finished; only for who holds the lock."""
    for unfinished in path.glob(f"*{UNFINISHED}"):
        unfinished.unlink(missing_ok=True)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """While this lasts, no other process gets here: none of this machine, nor of another if the file system tells."""
    held = _lock(directory(path))
    try:
        yield
    finally:
        (path / LOCK).unlink(missing_ok=True)
        os.close(held)


def _lock(path: Path) -> int:
    """The descriptor that holds the lock on the directory ``path``."""
    while True:
        try:
            descriptor = os.open(path / LOCK, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            raise refusal(path, error) from error
        if not _granted(descriptor):
            holder = os.pread(descriptor, 1000, 0).decode(errors="replace") or "another process"
            os.close(descriptor)
            raise SweepError(f"{path} is in use by {holder}: wait until it ends, or choose another --out.")
        if _is_at(descriptor, path / LOCK):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"process {os.getpid()} on {socket.gethostname()}".encode(), 0)
            return descriptor
        os.close(descriptor)  # its holder removed the file between our opening and our locking it


def _granted(descriptor: int) -> bool:
    """Whether the lock is ours now."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_at(descriptor: int, path: Path) -> bool:
    """Whether ``path`` still names the open file."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _settle(path: Path) -> None:
    """Have the disk remember the names in the directory ``path``."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
