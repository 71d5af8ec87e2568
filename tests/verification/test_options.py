"""Options take several values at once, and only those that may be repeated."""

import pytest

from verification.options import repeated

NAMES = {"--factors", "--max-lr"}


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("--factors 0.25 0.5", "--factors 0.25 --factors 0.5"),
        ("--factors 0.25 --factors 0.5", "--factors 0.25 --factors 0.5"),
        ("--seeds 5 6", "--seeds 5 6"),
        ("--max-lr none 1 --json", "--max-lr none --max-lr 1 --json"),
        ("--factors 0.5 -1 --seed -1", "--factors 0.5 --factors -1 --seed -1"),
        ("--factors=0.5 0.6", "--factors=0.5 0.6"),
        ("", ""),
    ],
)
def test_a_list_is_read_as_a_repeated_option(given, read):
    assert list(repeated(given.split(), NAMES)) == read.split()
