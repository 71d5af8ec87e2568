"""A layered drawing of a small acyclic graph: where its nodes stand and how its edges run.

Columns go from left to right, a node right of all its parents.  Other edges, the links, run as they may.  An edge
over several columns bends in each of them.  The order inside a column is by the mean place of the neighbours, and the
heights are the nearest to these means that keep the nodes apart.  Parts that nothing connects are drawn one by one,
each where there is room first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import accumulate, pairwise
from statistics import fmean

WIDTH, HEIGHT = 128.0, 38.0  # of a node
COLUMN, ROW, BEND = 160.0, 48.0, 14.0  # from one column to the next; from one node, or bend, to the next
MARGIN, SWEEPS, STRAIGHTEN = 10.0, 14, 4  # sweeps over all columns, the last of which only straighten

Edge = tuple[str, str]
Point = tuple[float, float]
Parents = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Drawing:
    """The centres of the nodes, and for each edge the centres that it passes, from its first node to its second."""

    width: float
    height: float
    spots: Mapping[str, Point]
    paths: Mapping[Edge, tuple[Point, ...]]


def drawing(parents: Parents, links: Sequence[Edge] = ()) -> Drawing:
    """All parts of the graph, the largest first, in as many columns as the widest part has."""
    parts = [_part({n: parents[n] for n in nodes}, links) for nodes in components(parents, links)]
    parts.sort(key=lambda part: -len(part.spots))
    filled = [0.0] * max((_columns(part) for part in parts), default=0)
    spots: dict[str, Point] = {}
    paths: dict[Edge, tuple[Point, ...]] = {}
    for part in parts:
        many = _columns(part)
        floors = [max(filled[k : k + many]) for k in range(len(filled) - many + 1)]
        y = min(floors)
        k = floors.index(y)
        filled[k : k + many] = [y + part.height] * many
        spots |= {n: (a + k * COLUMN, b + y) for n, (a, b) in part.spots.items()}
        paths |= {e: tuple((a + k * COLUMN, b + y) for a, b in path) for e, path in part.paths.items()}
    return Drawing(COLUMN * len(filled), max(filled, default=0.0), spots, paths)


def _columns(part: Drawing) -> int:
    return round(part.width / COLUMN)


def components(parents: Parents, links: Iterable[Edge] = ()) -> list[list[str]]:
    """The nodes of each connected part, in the order given."""
    near: dict[str, list[str]] = {n: [] for n in parents}
    for one, other in [*((p, n) for n in parents for p in parents[n]), *links]:
        near[one].append(other)
        near[other].append(one)
    part: dict[str, str] = {}
    for node in parents:
        stack = [node]
        while stack:
            current = stack.pop()
            if current not in part:
                part[current] = node
                stack += near[current]
    return [[n for n in parents if part[n] == first] for first in dict.fromkeys(part[n] for n in parents)]


def depths(parents: Parents) -> dict[str, int]:
    """The column of every node: right of its parents, and a node without any just left of its first child."""
    try:
        order = tuple(TopologicalSorter(parents).static_order())
    except CycleError as cycle:
        raise ValueError(f"these claims rest on each other in a circle: {', '.join(cycle.args[1])}.") from None
    depth: dict[str, int] = {}
    for node in order:
        depth[node] = 1 + max((depth[p] for p in parents[node]), default=-1)
    for node in parents:
        below = [depth[child] for child, above in parents.items() if node in above]
        if below and not parents[node]:
            depth[node] = min(below) - 1
    return depth


def _part(parents: Parents, links: Iterable[Edge]) -> Drawing:
    """A connected part."""
    depth = depths(parents)
    edges = [*((p, n) for n in parents for p in parents[n]), *(edge for edge in links if edge[0] in parents)]
    chains = {edge: _chain(*edge, depth) for edge in edges}
    columns: list[list[str]] = [[] for _ in range(max(depth.values()) + 1)]
    for node in [*parents, *(bend for chain in chains.values() for bend in chain[1:-1])]:
        columns[_column(node, depth)].append(node)
    near: dict[str, list[str]] = {n: [] for column in columns for n in column}
    for a, b in (pair for chain in chains.values() for pair in pairwise(chain)):
        near[a].append(b)
        near[b].append(a)
    place = _heights(columns, near, parents)
    top = min(y - (HEIGHT / 2 if n in depth else 0) for n, y in place.items()) - MARGIN
    at = {n: (COLUMN * (k + 0.5), place[n] - top) for k, column in enumerate(columns) for n in column}
    height = max(y + (HEIGHT / 2 if n in depth else 0) for n, (_, y) in at.items()) + MARGIN
    paths = {edge: tuple(at[n] for n in chain) for edge, chain in chains.items()}
    return Drawing(COLUMN * len(columns), height, {n: at[n] for n in parents}, paths)


def _chain(one: str, other: str, depth: Mapping[str, int]) -> list[str]:
    """The first node, a bend for every column between, the second node."""
    step = 1 if depth[one] <= depth[other] else -1
    return [one, *(f"{k} {one} {other}" for k in range(depth[one] + step, depth[other], step)), other]


def _column(node: str, depth: Mapping[str, int]) -> int:
    return depth[node] if node in depth else int(node.partition(" ")[0])


def _heights(columns: list[list[str]], near: Mapping[str, list[str]], nodes: Iterable[str]) -> dict[str, float]:
    """The height of everything, after sweeps over the columns to and fro."""
    sizes = {n: BEND for column in columns for n in column} | dict.fromkeys(nodes, ROW)
    place = {n: k * ROW for column in columns for k, n in enumerate(column)}
    for sweep in range(SWEEPS):
        for column in columns if sweep % 2 else reversed(columns):
            wanted = {n: fmean([place[m] for m in near[n]]) if near[n] else place[n] for n in column}
            if sweep < SWEEPS - STRAIGHTEN:
                column.sort(key=wanted.__getitem__)
            gaps = [(sizes[a] + sizes[b]) / 2 for a, b in pairwise(column)]
            place |= dict(zip(column, apart([wanted[n] for n in column], gaps), strict=True))
    return place


def apart(wanted: Sequence[float], gaps: Sequence[float]) -> list[float]:
    """The places nearest to those wanted, in the mean square, each at least its gap after the one before.

    Less the sum of the gaps before it, a place must not be smaller than the last: isotonic regression.
    """
    offsets = list(accumulate(gaps, initial=0.0))
    blocks: list[tuple[float, int]] = []
    for place, offset in zip(wanted, offsets, strict=True):
        mean, size = place - offset, 1
        while blocks and blocks[-1][0] > mean:
            before, many = blocks.pop()
            mean, size = (before * many + mean * size) / (many + size), many + size
        blocks.append((mean, size))
    flat = [mean for mean, size in blocks for _ in range(size)]
    return [place + offset for place, offset in zip(flat, offsets, strict=True)]
