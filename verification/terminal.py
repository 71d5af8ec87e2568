"""The terminal that commands print on."""

from __future__ import annotations

import os
import sys

from rich.console import Console


def terminal() -> Console:
    """The terminal, or 120 columns where there is none and nobody asks for another width."""
    return Console(width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else 120)
