"""The drawing keeps its promises: order, distance, and edges that begin and end where they should."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verification.page.graph import COLUMN, HEIGHT, ROW, WIDTH, apart, components, depths, drawing
from verification.page.svg import Node, label, svg

DIAMOND = {"a": (), "b": ("a",), "c": ("a",), "d": ("b", "c"), "e": ("d", "a"), "alone": ()}


@st.composite
def graphs(draw):
    names = [f"n{k}" for k in range(draw(st.integers(1, 12)))]
    return {n: tuple(draw(st.sets(st.sampled_from(names[:k])))) if k else () for k, n in enumerate(names)}


@given(graphs())
def test_a_node_stands_right_of_its_parents_and_apart_from_all_others(parents):
    drawn = drawing(parents)
    for node, above in parents.items():
        assert all(drawn.spots[node][0] >= drawn.spots[p][0] + COLUMN - 1e-6 for p in above)
    places = sorted(drawn.spots.values())
    for k, (x, y) in enumerate(places):
        assert WIDTH / 2 <= x <= drawn.width - WIDTH / 2
        assert HEIGHT / 2 <= y <= drawn.height - HEIGHT / 2
        assert all(abs(x - u) >= COLUMN - 1e-6 or abs(y - v) >= HEIGHT for u, v in places[:k])


@given(graphs())
def test_an_edge_begins_and_ends_at_its_nodes_and_bends_once_a_column(parents):
    drawn = drawing(parents)
    assert set(drawn.paths) == {(p, n) for n in parents for p in parents[n]}
    for (one, other), path in drawn.paths.items():
        assert (path[0], path[-1]) == (drawn.spots[one], drawn.spots[other])
        assert all(abs(b[0] - a[0] - COLUMN) < 1e-6 for a, b in pairwise(path))


def test_a_link_may_run_to_the_left_or_stay_in_a_column():
    drawn = drawing(DIAMOND, [("e", "b"), ("b", "c")])
    assert [x for x, _ in drawn.paths["e", "b"]] == sorted((x for x, _ in drawn.paths["e", "b"]), reverse=True)
    assert len(drawn.paths["b", "c"]) == 2


def test_parts_are_found_and_links_join_them():
    assert components(DIAMOND) == [["a", "b", "c", "d", "e"], ["alone"]]
    assert components(DIAMOND, [("alone", "c")]) == [list(DIAMOND)]


def test_a_circle_is_refused_by_name():
    with pytest.raises(ValueError, match=r"in a circle: .*a.*b"):
        depths({"a": ("b",), "b": ("a",)})


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=8), st.data())
def test_places_are_the_nearest_that_keep_their_gaps(wanted, data):
    gaps = data.draw(st.lists(st.floats(1, ROW), min_size=len(wanted) - 1, max_size=len(wanted) - 1))
    found = apart(wanted, gaps)
    assert all(b - a >= gap - 1e-6 for (a, b), gap in zip(pairwise(found), gaps, strict=True))
    others = sorted(data.draw(st.lists(st.floats(-200, 200), min_size=len(wanted), max_size=len(wanted))))
    moved = [a + sum(gaps[:k]) for k, a in enumerate(others)]
    assert distance(found, wanted) <= distance(moved, wanted) + 1e-6


def distance(one, other):
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))


def test_a_long_name_is_cut_near_its_middle_and_never_loses_a_letter():
    assert label("A.1.P2") == ("A.1.P2",)
    assert label("stability.several-dimensions") == ("stability.", "several-dimensions")
    assert label("withoutanyplacetocut") == ("withoutanyplacetocut",)


def test_the_drawing_links_names_and_escapes():
    nodes = [Node(n, f"#{n}", "<b>", "v-proved", "✓") for n in DIAMOND]
    text = svg(drawing(DIAMOND), nodes, {("a", "b"): "repairs"}, "title", "says <>")
    assert text.count('<a href="#') == len(DIAMOND)
    assert text.count('class="edge repairs"') == 1
    assert text.count('class="edge rests"') == 5
    assert "<b>" not in text
    assert "says &lt;&gt;" in text
