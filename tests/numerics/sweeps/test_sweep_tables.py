"""A digest sees every bit of a table and nothing of how it is stored; shards and Parquet give back what they got."""

import io
import struct

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from numerics.sweeps.tables import arrow, digest, is_whole, merged, packed, save, unpacked

QUIET, LOUD = (struct.unpack("<d", struct.pack("<Q", bits))[0] for bits in (0x7FF8000000000000, 0x7FF8000000000123))
COLUMNS = {
    "x": np.array([0.0, -0.0, QUIET, LOUD, np.inf, 5e-324, 0.1]),
    "half": np.arange(7, dtype=np.float16),
    "single": np.arange(7, dtype=np.float32),
    "n": np.arange(7, dtype=np.uint8),
    "big": np.array([2**63 - 1, -(2**63), 0, 1, 2, 3, 4]),
    "good": np.array([True, False, True, True, False, False, True]),
    "name": ["a", "", "é", "a", "b" * 300, None, "a"],
    "text": np.array(list("abcdefg")),
    "gap": [1.5, None, 2.5, None, 3.5, 4.5, 5.5],
    "count": [1, None, 2, None, 3, 4, 5],
    "maybe": [True, None, False, None, True, True, True],
    "nothing": [None] * 7,
}


def stored(table):
    file = io.BytesIO()
    save(table, file)
    return file.getvalue()


def test_parquet_and_shards_give_back_every_bit():
    table = arrow("runs", COLUMNS)
    back = pq.read_table(io.BytesIO(stored(table)))
    shard = unpacked(packed({"runs": COLUMNS, "empty": {"a": []}}))
    assert back.schema == table.schema == shard["runs"].schema
    assert back["x"].to_numpy().tobytes() == COLUMNS["x"].tobytes() == shard["runs"]["x"].to_numpy().tobytes()
    assert digest(back) == digest(table) == digest(shard["runs"])
    assert shard["empty"].num_rows == 0


def test_the_same_table_is_stored_as_the_same_bytes():
    assert stored(arrow("runs", COLUMNS)) == stored(arrow("runs", COLUMNS))
    assert packed({"runs": COLUMNS}) == packed({"runs": COLUMNS})


@pytest.mark.parametrize("cut", range(8))
def test_a_digest_does_not_see_the_pieces(cut):
    table = arrow("runs", COLUMNS)
    pieces = pa.concat_tables([table.slice(0, cut), table.slice(cut)])
    assert digest(pieces) == digest(table)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"x": [0.0]}, {"x": [-0.0]}),
        ({"x": np.array([QUIET])}, {"x": np.array([LOUD])}),
        ({"x": [float("nan")]}, {"x": pa.array([None], pa.float64())}),
        ({"x": [1.0]}, {"x": [1]}),
        ({"x": [1.0]}, {"y": [1.0]}),
        ({"x": [0, None]}, {"x": [None, 0]}),
        ({"x": ["ab", "c"]}, {"x": ["a", "bc"]}),
        ({"x": ["", None]}, {"x": [None, ""]}),
        ({"x": [1, 2]}, {"x": [2, 1]}),
        ({"x": [1], "y": [2]}, {"y": [2], "x": [1]}),
        ({"x": [True]}, {"x": [False]}),
        ({"x": [None]}, {"x": [None, None]}),
    ],
    ids=str,
)
def test_a_digest_sees_every_difference(one, other):
    assert digest(arrow("t", one)) != digest(arrow("t", other))


def test_a_shard_is_whole_or_not():
    shard = packed({"runs": COLUMNS})
    assert is_whole(shard)
    assert not is_whole(None)
    assert not any(is_whole(shard[:length]) for length in range(len(shard)))
    flipped = [shard[:k] + bytes([shard[k] ^ 128]) + shard[k + 1 :] for k in range(0, len(shard), 7)]
    assert not any(map(is_whole, flipped))


def test_tables_are_joined_in_the_order_given_and_empty_columns_take_the_type_of_the_others():
    parts = [{"a": [], "b": []}, {"a": [2], "b": [None]}, {"a": [1], "b": ["x"]}]
    joined = merged((f"task-{k}", {"t": arrow("t", part)}) for k, part in enumerate(parts))
    assert joined["t"].to_pydict() == {"a": [2, 1], "b": [None, "x"]}
    assert [str(field.type) for field in joined["t"].schema] == ["int64", "string"]


def test_a_task_may_have_no_rows_for_a_table():
    parts = [("a", {"t": arrow("t", {"x": [1]})}), ("b", {"s": arrow("s", {"y": [2]})})]
    assert {name: table.num_rows for name, table in merged(parts).items()} == {"s": 1, "t": 1}


def test_columns_of_two_types_are_refused():
    parts = [("a", {"t": arrow("t", {"x": [1]})}), ("b", {"t": arrow("t", {"x": ["1"]})})]
    with pytest.raises(ValueError, match=r"table 't' must have columns of one type from all tasks \(.*one dtype"):
        merged(parts)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"a": [1], "b": [1, 2]}, r"columns of table 't' must be of equal length, got \{'a': 1, 'b': 2\}"),
        ({"a": [[1], [2]]}, r"column 'a' of table 't' must hold numbers or text, got list<.*>: nothing else is tidy"),
        ({"a": np.zeros((2, 2))}, r"column 'a' of table 't' must hold numbers or text \(.*1-dimensional"),
        ({"a": [1, "x"]}, r"column 'a' of table 't' must hold numbers or text \("),
        ({"a": [object()]}, r"column 'a' of table 't' must hold numbers or text \("),
        ({"a": np.array(["2026-01-01"], dtype="M8[s]")}, r"column 'a' .* must hold numbers or text, got timestamp"),
    ],
    ids=str,
)
def test_what_is_not_tidy_is_refused(columns, message):
    with pytest.raises(ValueError, match=message):
        arrow("t", columns)


@pytest.mark.parametrize("name", ["", ".hidden", "a/b", "a b", "é", "a" * 121])
def test_names_that_are_no_file_names_everywhere_are_refused(name):
    with pytest.raises(ValueError, match=r"a table's name must be at most 120 characters out of .*: it names a file"):
        arrow(name, {})
