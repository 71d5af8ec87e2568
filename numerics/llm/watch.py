"""How the runs of a sweep are getting on, read off the lines that they write."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from numerics.llm.run import STEPS, read

PAUSE = 1.0  # seconds


def latest(runs: Path, since: float) -> dict[str, Any] | None:
    """The last step of the run that wrote last, with its name; None where none wrote since ``since``."""
    files = [path for path in runs.glob(f"*/{STEPS}") if path.stat().st_mtime >= since]
    if not files:
        return None
    path = max(files, key=lambda p: p.stat().st_mtime)
    lines = [line for line in read(path) if "loss" in line]
    return {"run": path.parent.name} | lines[-1] if lines else None


def steps_done(runs: Path) -> int:
    """Over all runs."""
    return sum("loss" in line for path in runs.glob(f"*/{STEPS}") for line in read(path))


@contextmanager
def watching(runs: Path, show: Callable[[int, dict[str, Any] | None], None]) -> Iterator[None]:
    """While this lasts, tell ``show`` every second how many steps were done and which one was last."""
    over, since = threading.Event(), time.time()

    def watch() -> None:
        while not over.wait(PAUSE):
            show(steps_done(runs), latest(runs, since))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
