"""The drawing of the dependency graph as SVG: every node is a link, and no colour stands alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from verification.page.graph import HEIGHT, WIDTH, Drawing, Point

BOW = 26.0  # how far a curve between two nodes of one column swings out
HEAD = Markup(
    '<svg xmlns="http://www.w3.org/2000/svg" class="graph" viewBox="0 0 {0:.0f} {1:.0f}" width="{0:.0f}"'
    ' height="{1:.0f}" role="group" aria-labelledby="graph-title graph-says"><title id="graph-title">{2}</title>'
    '<desc id="graph-says">{3}</desc>'
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path class="tip" d="M0 0L8 4L0 8z"/></marker></defs>'
)
EDGE = Markup('<path class="edge {}" d="{}" marker-end="url(#tip)"/>')
NODE = Markup(
    '<a href="{}" class="{}"><title>{}</title><rect x="{:.1f}" y="{:.1f}" width="{:.0f}" height="{:.0f}" rx="6"/>{}'
    '<text class="sign" x="{:.1f}" y="{:.1f}">{}</text></a>'
)
LINE = Markup('<text x="{:.1f}" y="{:.1f}">{}</text>')


@dataclass(frozen=True)
class Node:
    """What is written on and behind a node."""

    name: str
    href: str
    title: str
    classes: str
    sign: str


def svg(drawn: Drawing, nodes: Iterable[Node], kinds: Mapping[tuple[str, str], str], title: str, says: str) -> Markup:
    """The drawing; ``kinds`` has the class of an edge that is not one of the graph's own."""
    parts = [HEAD.format(drawn.width, drawn.height, title, says)]
    parts += [EDGE.format(kinds.get(edge, "rests"), _curve(path)) for edge, path in drawn.paths.items()]
    parts += [_node(node, drawn.spots[node.name]) for node in nodes]
    return Markup("\n").join([*parts, Markup("</svg>")])


def _node(node: Node, at: Point) -> Markup:
    x, y = at
    lines = label(node.name)
    first = y + 4 - 6.5 * (len(lines) - 1)
    written = Markup("").join(LINE.format(x + 8, first + 13 * k, line) for k, line in enumerate(lines))
    corner = (x - WIDTH / 2, y - HEIGHT / 2)
    sign = (x - WIDTH / 2 + 5, y + 4.5)
    return NODE.format(node.href, node.classes, node.title, *corner, WIDTH, HEIGHT, written, *sign, node.sign)


def label(name: str, most: int = 13) -> tuple[str, ...]:
    """The name on one line, or on two that are cut after the dot or hyphen nearest to the middle."""
    cuts = [m.end() for m in re.finditer(r"[.-]", name)]
    if len(name) <= most or not cuts:
        return (name,)
    cut = min(cuts, key=lambda k: (abs(2 * k - len(name)), k))
    return name[:cut], name[cut:]


def _curve(path: tuple[Point, ...]) -> str:
    """From the near side of the first point to the near side of the last, level at every bend; a bow in one column."""
    half = WIDTH / 2
    (x, y), end = path[0], path[-1]
    if x == end[0]:
        bow = x + half + BOW
        return f"M{x + half:.1f} {y:.1f}C{bow:.1f} {y:.1f} {bow:.1f} {end[1]:.1f} {x + half:.1f} {end[1]:.1f}"
    side = half if end[0] > x else -half
    text = f"M{x + side:.1f} {y:.1f}"
    for (x0, y0), (x1, y1) in pairwise(path):
        middle = (x0 + x1) / 2
        text += f"C{middle:.1f} {y0:.1f} {middle:.1f} {y1:.1f} {x1 - side:.1f} {y1:.1f}"
        text += f"H{x1 + side:.1f}" if (x1, y1) != end else ""
    return text
