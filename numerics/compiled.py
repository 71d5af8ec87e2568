"""How functions are compiled, and where the result is kept between processes.

No reordering of additions and no fused products, so that all machines give the same bits.  Divisions do not raise, and
arrays are not counted: compiled code here allocates nothing, and the atomic operation that numba spends on every use of
an array object would cost more than the arithmetic.  Callers keep the arrays alive.

numba looks for changes in the file of a function alone and misses those in what it calls.  ``keep_compiled`` therefore
gives every state of these sources a folder of its own.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """The function, compiled at its first call and kept."""
    return _jit(function, inline="never")


def inlined(function: F) -> F:
    """The function, compiled into each of its callers."""
    return _jit(function, inline="always")


def _jit(function: F, inline: str) -> F:
    from numba import njit  # noqa: PLC0415 - so that `keep_compiled` can come before numba

    result: F = njit(cache=True, nogil=True, error_model="numpy", _nrt=False, inline=inline)(function)
    return result


def user_cache(name: str) -> Path:
    """A folder of that name for files that can be made again; a temporary one if the user's cannot be written."""
    home = os.path.expanduser("~")  # "~" itself for a user without a home
    base = os.environ.get("XDG_CACHE_HOME") or (f"{home}/.cache" if home != "~" else tempfile.gettempdir())
    folder = Path(base) / "greedylr" / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "lock").touch()
        return folder
    except OSError:
        return Path(tempfile.mkdtemp(prefix=f"greedylr-{name}-"))


def keep_compiled(environment: MutableMapping[str, str]) -> None:
    """Tell numba, before it is imported, to keep compiled code in a folder named after the sources' content.

    Processes started from here inherit it.  A folder that the user has chosen stays.
    """
    if "NUMBA_CACHE_DIR" in environment:
        return
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    environment["NUMBA_CACHE_DIR"] = str(user_cache("compiled") / digest.hexdigest()[:16])
