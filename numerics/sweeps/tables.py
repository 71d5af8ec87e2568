"""Tidy tables: columns of equal length, as Arrow, with a digest of what they say rather than of how they are stored.

Two tables have the same digest when names, types and all values agree bit for bit, signed zeros and NaN included,
whatever the file format, its compression or the pieces that they were computed in.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

Columns = Mapping[str, npt.NDArray[Any] | Sequence[Any]]
Tables = Mapping[str, Columns]

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")
DIGEST = hashlib.sha256().digest_size


def check_name(kind: str, name: str) -> None:
    """Refuse what cannot name a file everywhere."""
    if not NAME.fullmatch(name):
        raise ValueError(
            f"{kind} must be at most 120 characters out of A-Z, a-z, 0-9, '.', '_' and '-', the first a letter or a "
            f"digit, got {name!r}: it names a file."
        )


def arrow(name: str, columns: Columns) -> pa.Table:
    """The Arrow table of ``columns``: numbers, truth values and text only."""
    check_name("a table's name", name)
    lengths = {column: len(values) for column, values in columns.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"columns of table {name!r} must be of equal length, got {lengths}: one row per observation.")
    arrays = {column: _array(name, column, values) for column, values in columns.items()}
    return pa.table(arrays)


def _array(table: str, column: str, values: npt.NDArray[Any] | Sequence[Any]) -> pa.Array:
    problem = "nothing else is tidy; spread it over several columns or rows"
    try:
        array = pa.array(values, from_pandas=False)
    except pa.ArrowException as error:
        raise ValueError(
            f"column {column!r} of table {table!r} must hold numbers or text ({error}): {problem}."
        ) from error
    if not any(kind(array.type) for kind in KINDS):
        raise ValueError(
            f"column {column!r} of table {table!r} must hold numbers or text, got {array.type}: {problem}."
        )
    return array


KINDS: tuple[Callable[[pa.DataType], bool], ...] = (
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_boolean,
    pa.types.is_string,
    pa.types.is_null,  # an empty list, or None throughout
)


def digest(table: pa.Table) -> str:
    """SHA-256, in hexadecimal, of the names, types and values of ``table``."""
    whole = hashlib.sha256()
    for name, column in zip(table.column_names, table.columns, strict=True):
        whole.update(json.dumps([name, str(column.type), len(column)]).encode())
        for aspect in (_absent, _lengths, _values):
            for chunk in column.chunks:
                whole.update(aspect(chunk))
    return whole.hexdigest()


def _absent(chunk: pa.Array) -> bytes:
    """One byte per row: 1 where there is no value (NaN is one)."""
    return bytes(chunk.is_null().to_numpy(zero_copy_only=False).tobytes())


def _lengths(chunk: pa.Array) -> bytes:
    """The lengths of texts, so that moving a letter to the next row is seen."""
    if not pa.types.is_string(chunk.type):
        return b""
    return bytes(pc.binary_length(chunk.fill_null("")).to_numpy().astype("<i8").tobytes())


def _values(chunk: pa.Array) -> bytes:
    """The values, with zeros and empty texts where there is none."""
    if pa.types.is_null(chunk.type):
        return b""
    if pa.types.is_string(chunk.type):
        return b"".join(chunk.fill_null("").cast(pa.binary()).to_pylist())
    filled = chunk.fill_null(pa.scalar(0).cast(chunk.type))
    return bytes(np.ascontiguousarray(filled.to_numpy(zero_copy_only=False)).tobytes())


def packed(tables: Tables) -> bytes:
    """All tables of one task as bytes that begin with the SHA-256 of the rest."""
    streams = {name: _stream(arrow(name, columns)) for name, columns in tables.items()}
    outer = pa.table({"name": list(streams), "stream": pa.array(streams.values(), pa.large_binary())})
    body = _stream(outer)
    return hashlib.sha256(body).digest() + body


def is_whole(shard: bytes | None) -> bool:
    """Whether these are the bytes that ``packed`` made, all of them."""
    return shard is not None and hashlib.sha256(shard[DIGEST:]).digest() == shard[:DIGEST]


def unpacked(shard: bytes) -> dict[str, pa.Table]:
    """The tables in the bytes that ``packed`` made."""
    outer = pa.ipc.open_stream(shard[DIGEST:]).read_all().to_pydict()
    streams = zip(outer["name"], outer["stream"], strict=True)
    return {name: pa.ipc.open_stream(stream).read_all() for name, stream in streams}


def _stream(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def merged(shards: Iterable[tuple[str, Mapping[str, pa.Table]]]) -> dict[str, pa.Table]:
    """The rows of all tasks, table by table, in the order in which the tasks come; columns must agree throughout.

    A column of an empty list, or of None throughout, has no type of its own and takes that of the others.
    """
    pieces: dict[str, list[pa.Table]] = {}
    for task, tables in shards:
        for name, table in tables.items():
            first = pieces.setdefault(name, [table])
            if first[0].column_names != table.column_names:
                raise ValueError(
                    f"table {name!r} must have the same columns from all tasks, got {table.column_names} from {task!r} "
                    f"and {first[0].column_names} before: return all columns, with None for what is missing."
                )
            if first[0] is not table:
                first.append(table)
    return {name: _joined(name, tables) for name, tables in sorted(pieces.items())}


def _joined(name: str, tables: Sequence[pa.Table]) -> pa.Table:
    try:
        return pa.concat_tables(tables, promote_options="default").combine_chunks()
    except pa.ArrowException as error:
        raise ValueError(
            f"table {name!r} must have columns of one type from all tasks ({error}): return arrays of one dtype."
        ) from error


def save(table: pa.Table, file: IO[bytes]) -> None:
    """Write ``table`` as Parquet, floats plainly: a dictionary would merge all NaN into one."""
    texts = [field.name for field in table.schema if pa.types.is_string(field.type)]
    pq.write_table(table, file, compression="zstd", use_dictionary=texts or False)
