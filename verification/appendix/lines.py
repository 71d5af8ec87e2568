"""Long formulas on several lines: cut at signs and relations, outside brackets if possible, never inside a group."""

from __future__ import annotations

import re

LINE = 78.0  # how much a line holds, in letters as ``width`` counts them
INDENT = 4.0
TOKEN = re.compile(r"\\[a-zA-Z]+|\\.|.", re.DOTALL)
RELATIONS = frozenset([r"\le", r"\ge", "=", "<", ">", r"\Rightarrow", r"\iff", r"\ne"])
SIGNS = frozenset(["+", "-"])
SPACED = RELATIONS | SIGNS | frozenset([r"\to", r"\quad", ",", ";"])
OPEN, CLOSE = frozenset(["(", "[", r"\{", r"\langle"]), frozenset([")", "]", r"\}", r"\rangle"])
SILENT = frozenset(
    [
        r"\bigl",
        r"\bigr",
        r"\mathbb",
        r"\tfrac",
        r"\frac",
        r"\left",
        r"\right",
        r"\operatorname",
        r"\text",
        r"\bar",
        r"\hat",
        r"\,",
        r"\;",
    ]
)
WIDE = {
    r"\sum": 2.2,
    r"\nabla": 1.4,
    r"\mathbb": 0.3,
    r"\quad": 2.0,
    r"\max": 2.5,
    r"\min": 2.5,
    r"\ln": 1.5,
    r"\tfrac": 0.4,
    r"\prod": 2.2,
    r"\sup": 2.5,
}


def width(latex: str) -> float:
    """About how wide a formula is, in letters."""
    total, script, depth = 0.0, 0, 0
    for token in TOKEN.findall(latex):
        if token in "{}":
            depth += 1 if token == "{" else -1
            script = script if depth >= script else 0
        elif token in "_^":
            script = depth + 1
        elif not token.isspace():
            size = WIDE.get(token, 0.0 if token in SILENT else 1.6 if token in SPACED else 1.0)
            total += size * (0.7 if script else 1.0)
            script = 0 if script == depth + 1 else script
    return total * 0.95


def display(latex: str, tag: str = "") -> str:
    """A displayed formula on as many lines as it needs, with a tag if one is given."""
    rows = split(latex)
    tagged = rf" \tag{{{tag}}}" if tag else ""
    if len(rows) == 1:
        return f"\\begin{{equation*}}\n  {rows[0]}{tagged}\n\\end{{equation*}}"
    body = " \\\\\n".join([f"  & {rows[0]}", *(f"  & \\quad {row}" for row in rows[1:])])
    return f"\\begin{{equation*}}\n\\begin{{aligned}}\n{body}\n\\end{{aligned}}{tagged}\n\\end{{equation*}}"


def split(latex: str, room: float = LINE) -> list[str]:
    """The lines; the relation begins one where the whole does not fit."""
    if width(latex) <= room:
        return [latex]
    rows: list[str] = []
    for k, piece in enumerate(_cut(latex, RELATIONS, 0)):
        rows += _filled(piece, room - (INDENT if k else 0))
    return rows


def _filled(latex: str, room: float, depth: int = 0) -> list[str]:
    """Lines of at most ``room``, cut at signs, inside brackets only where a piece between signs is too long."""
    if width(latex) <= room or depth > 3:
        return [latex]
    rows: list[str] = []
    for piece in _cut(latex, SIGNS | frozenset([r"\quad"]), depth):
        if rows and width(f"{rows[-1]} {piece}") <= room:
            rows[-1] = f"{rows[-1]} {piece}"
        else:
            rows.append(piece)
    return [line for row in rows for line in _filled(row, room, depth + 1)]


def _cut(latex: str, at: frozenset[str], deepest: int) -> list[str]:
    """The formula cut before tokens of ``at`` that stand between terms, in at most so many brackets, in no group."""
    pieces, braces, brackets, before = [""], 0, 0, ""
    for token in TOKEN.findall(latex):
        braces += (token in ("{", r"\left")) - (token in ("}", r"\right"))
        if (
            token in at
            and not braces
            and brackets <= deepest
            and before not in ("", "(", "[", ",", r"\{", r"\le", r"\ge", "=", r"\quad")
        ):
            pieces.append("")
        brackets += (token in OPEN) - (token in CLOSE)
        pieces[-1] += token
        before = before if token.isspace() else token
    return [piece.strip() for piece in pieces]
