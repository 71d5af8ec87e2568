"""The runs that are kept, study by study and part by part, held against their manifests whenever they are read."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from numerics.robustness.summary import joined
from numerics.sweeps.sweep import load

FOLDER = Path(__file__).with_name("results")


@cache
def tables(study: str, part: str) -> dict[str, pa.Table]:
    """The tables of a part.

    Raises:
        SweepError: where a table is not what its manifest says.
    """
    return load(FOLDER / study / part)


def runs(study: str, *parts: str) -> pa.Table:
    """The runs of some parts of a study."""
    return joined([tables(study, part)["runs"] for part in parts])


def only(table: pa.Table, **values: object) -> pa.Table:
    """The rows with these values; a sequence of values allows each of them."""
    for name, value in values.items():
        allowed = list(value) if isinstance(value, Sequence) and not isinstance(value, str) else [value]
        table = table.filter(pc.is_in(table[name], pa.array(allowed, table[name].type)))
    return table
