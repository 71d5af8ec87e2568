"""Certificates written down, as JSON; ``theory/worst_case/kept.py`` reads and checks them."""

from __future__ import annotations

import json
from typing import Any

from theory.worst_case.certificate import Upper
from theory.worst_case.kept import spell
from verification.worst_case.search import WorstCase


def written(found: WorstCase) -> dict[str, Any]:
    """The certificates of the solved patterns, and the numbers of the worst function, ready for JSON."""
    data: dict[str, Any] = {"patterns": {spell(p): _upper(c) for p, c in found.certificates.items()}}
    if found.attained is not None:
        gram = found.attained.gram
        triangle = [[str(gram[a][b]) for b in range(a + 1)] for a in range(len(gram))]
        values = [str(v) for v in found.attained.values]
        data["attained"] = {"pattern": spell(found.pattern), "gram": triangle, "values": values}
    return data


def _upper(proposed: Upper) -> dict[str, Any]:
    pairs = [{f"{i} {j}": str(c) for (i, j), c in part.items() if c} for part in proposed.pairs]
    return {"pairs": pairs, "conditions": [str(c) for c in proposed.conditions]}


def text(found: WorstCase) -> str:
    """The certificates as JSON."""
    return json.dumps(written(found), separators=(",", ":"))
