"""The certificates that the ledger quotes, one file each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "certificates"


@cache
def kept(name: str) -> Mapping[str, Any]:
    """The certificates of that name; ``ValueError`` with the remedy where there are none."""
    path = FOLDER / f"{name}.json"
    try:
        data: dict[str, Any] = json.loads(path.read_text())
    except OSError:
        raise ValueError(
            f"{path.name} is missing: `python -m verification.worst_case.publish` finds it again."
        ) from None
    return data
