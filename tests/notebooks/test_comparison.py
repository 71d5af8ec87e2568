"""Every kind of drift is seen, and named by notebook, cell and both values; what is the same passes."""

import pytest


def lines(tool, book, before, after):
    return list(tool.drifts("03-example", book(cell=("print()", *before)), book(cell=("print()", *after))))


SAME = [
    "three sevenths is 3/7",
    "gap 0.125 [0.1, 0.15], p = 1e-05",
    "stability.best-threshold: proved",
    "-1/6 and -0.25",
    "nan inf",
    "",
]


@pytest.mark.parametrize("text", SAME)
def test_equal_outputs_pass(tool, book, text):
    assert lines(tool, book, [text], [text]) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("gap 0.125", "gap 0.12500000001"),
        ("gap 1.5e-12", "gap 1.5000001e-12"),
        ("gap 0.0", "gap 0.00"),
        ("1.25/L", "1.25000001/L"),
    ],
)
def test_floats_may_differ_within_the_tolerance(tool, book, before, after):
    assert lines(tool, book, [before], [after]) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("gap 0.125", "gap 0.12501"),
        ("gap 0.33900", "gap 0.33901"),
        ("gap 0.0", "gap 1e-300"),
        ("gap 1.5e-12", "gap 1.5e-13"),
        ("gap -0.25", "gap 0.25"),
        ("gap 0.25", "gap nan"),
        ("0.1 and 0.2", "0.1 and 0.3"),
        ("17 patterns", "18 patterns"),
        ("17 patterns", "17.0 patterns"),
        ("1000000000 patterns", "1000000001 patterns"),
        ("limit -1/6", "limit -1/7"),
        ("171/1195", "171/1196"),
        ("A.1: refuted", "A.1: proved"),
        ("needs A.1.P2", "needs A.1.P3"),
        ("F_c = 0.344659616369978...", "F_c = 0.344759616369978..."),
        ("two words", "two  words"),
        ("one line", "one line\nand another"),
        ("one line\nand another", "one line"),
        ("3.11.7", "3.11.8"),
        ("see 4.3.necessary", "see 4.30.necessary"),
    ],
)
def test_other_numbers_and_other_words_are_drift(tool, book, before, after):
    (line,) = lines(tool, book, [before], [after])
    assert line.startswith("03-example, cell cell: line ")
    assert "committed" in line
    assert "now" in line


def test_a_drift_in_a_number_names_both_values(tool, book):
    (line,) = lines(tool, book, ["the share is 0.3390 here"], ["the share is 0.3391 here"])
    assert "committed 0.3390, now 0.3391" in line
    assert "the share is 0.3390 here" in line


def test_a_drift_in_words_names_both_lines(tool, book):
    (line,) = lines(tool, book, ["first\nproved"], ["first\nrefuted"])
    assert line == "03-example, cell cell: line 2: committed 'proved', now 'refuted'"


def test_a_figure_must_be_there_on_both_sides(tool, book):
    with_figure, without = ("<Figure>", True), ("<Figure>", False)
    assert lines(tool, book, [with_figure], [with_figure]) == []
    assert "committed a figure, now none" in lines(tool, book, [with_figure], [without])[0]
    assert "committed no figure, now one" in lines(tool, book, [without], [with_figure])[0]


def test_outputs_are_counted_and_their_kind_is_compared(tool, book):
    assert "committed 2 outputs, now 1" in lines(tool, book, ["a", "b"], ["a"])[0]
    assert "committed 0 outputs, now 1" in lines(tool, book, [], ["a"])[0]
    assert "of kind stdout, now of kind display_data" in lines(tool, book, ["a"], [("a", False)])[0]


def test_every_cell_that_drifted_has_one_line(tool, book):
    before = book(first=("print()", "1\n2"), second=("print()", "0.5"), third=("print()", "same"))
    after = book(first=("print()", "3\n4"), second=("print()", "0.6"), third=("print()", "same"))
    first, second = tool.drifts("n", before, after)
    assert first.startswith("n, cell first: line 1: ")
    assert first.endswith("(and 1 more)")
    assert second.startswith("n, cell second: ")


def test_two_notebooks_of_different_length_are_not_compared_in_silence(tool, book):
    with pytest.raises(ValueError, match="longer"):
        list(tool.drifts("n", book(a=("1",)), book(a=("1",), b=("2",))))
