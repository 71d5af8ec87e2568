"""Find the certificates that the ledger quotes: ``python -m verification.worst_case.publish [--all]``.

Only those that are missing or do not check are computed, or all of them with ``--all``.
"""

from __future__ import annotations

import json
import sys

from theory.worst_case.bounds import Bounds, table
from theory.worst_case.certificate import UncertifiedError
from verification.worst_case.files import FOLDER, kept
from verification.worst_case.kept import written
from verification.worst_case.search import worst_case


def is_kept(name: str, bounds: Bounds) -> bool:
    """Whether certificates lie there that prove the bounds."""
    try:
        bounds.check(kept(name))
    except (ValueError, KeyError):
        return False
    return True


def find(bounds: Bounds) -> str:
    """Certificates for the bounds as JSON; raises ``UncertifiedError`` if none are found."""
    found = worst_case(bounds.method, rests=True, bound=bounds.high)
    data = written(found)
    if found.status != "certified":
        raise UncertifiedError(found.why)
    bounds.check(data)
    return json.dumps(data, separators=(",", ":")) + "\n"


def main(arguments: list[str]) -> int:
    """Write what is missing; say what was written."""
    for name, bounds in table().items():
        if "--all" in arguments or not is_kept(name, bounds):
            FOLDER.mkdir(exist_ok=True)
            (FOLDER / f"{name}.json").write_text(find(bounds))
            sys.stderr.write(f"{name}: certificates written\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
