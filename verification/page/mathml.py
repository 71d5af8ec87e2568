"""Formulas as MathML, in pieces between which a line may break."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from functools import cache
from xml.etree import ElementTree

from latex2mathml.converter import convert
from markupsafe import Markup

TOKEN = re.compile(r"\\[a-zA-Z]+|\\.|.", re.DOTALL)
TEXT = re.compile(r"\\text\{([^{}]*)\}")
BREAKS = frozenset(r"+ - = < > \le \ge \Rightarrow \iff \to \approx \sim \propto".split())
UNFINISHED = BREAKS | frozenset(["", ",", "_", "^", r"\quad", r"\;"])  # a sign after one of these is not between terms
OPEN = frozenset(r"{ ( [ \{ \langle \left \Bigl".split())
CLOSE = frozenset(r"} ) ] \} \rangle \right \Bigr".split())
NORM = '<mo fence="false" stretchy="false">&#x02016;</mo>'
PARTS = {"mfrac": 2, "msub": 2, "msup": 2, "mover": 2, "munder": 2, "msubsup": 3, "munderover": 3}
TOKENS = frozenset(["mi", "mn", "mo", "mtext"])  # the elements whose text is shown
XMLNS = ' xmlns="http://www.w3.org/1998/Math/MathML" display="inline"'


def mathml(latex: str) -> Markup:
    """The formula; what is only text comes as text.

    A ``ValueError`` says which part latex2mathml cannot convert.
    """
    if words := TEXT.fullmatch(latex.strip()):
        return Markup("{}").format(words[1])  # words break anywhere, <mtext> does not
    first, *others = pieces(latex)
    return Markup("<wbr>").join([_converted(first), *(_converted(piece, infix=True) for piece in others)])


def pieces(latex: str) -> Iterator[str]:
    """The formula cut before every sign and relation that stands between two terms outside brackets."""
    depth, piece, before = 0, "", ""
    for token in TOKEN.findall(latex):
        depth += (token in OPEN) - (token in CLOSE)
        if depth == 0 and token in BREAKS and before not in UNFINISHED:
            yield piece
            piece = ""
        piece += token
        before = before if token.isspace() else token
    yield piece


@cache
def _converted(piece: str, *, infix: bool = False) -> Markup:
    """One piece as a checked <math> element; ``infix`` if its first operator has its left term in the piece before."""
    escaped = TEXT.sub(lambda m: rf"\text{{{html.escape(m[1], quote=False)}}}", piece)
    try:
        out = convert(escaped).replace(NORM, NORM.replace(">", ' lspace="0" rspace="0">', 1)).replace(XMLNS, "", 1)
        out = out.replace("<mo>", '<mo form="infix">', 1) if infix else out
        nodes = list(ElementTree.fromstring(out).iter())
    except Exception as reason:  # noqa: BLE001 - latex2mathml raises classes of its own, and IndexError
        raise ValueError(f"latex2mathml cannot convert {piece!r} ({reason!r}): spell it otherwise.") from None
    for node in nodes:
        if PARTS.get(node.tag, len(node)) != len(node):
            raise ValueError(f"a part of {node.tag} is missing in {piece!r}: spell it otherwise.")
        if "\\" in (node.text or "") or (node.text and node.tag not in TOKENS) or node.tail:
            left = node.text or node.tail
            raise ValueError(f"latex2mathml leaves {left!r} of {piece!r} as it is: spell it otherwise.")
    return Markup(out)
