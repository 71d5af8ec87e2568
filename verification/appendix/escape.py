"""Text in LaTeX, every character standing for itself."""

from __future__ import annotations

import re
from types import MappingProxyType

SPECIAL = MappingProxyType(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "$": r"\$",
        "&": r"\&",
        "#": r"\#",
        "%": r"\%",
        "_": r"\_",
        "^": r"\textasciicircum{}",
        "~": r"\textasciitilde{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        '"': r"\symbol{34}",
        "`": r"\textasciigrave{}",
    }
)


def escaped(text: str) -> str:
    """The text, every character standing for itself; one outside ASCII is refused, for a font may lack it."""
    if not text.isascii():
        odd = next(c for c in text if not c.isascii())
        raise ValueError(f"{odd!r} in {text[:60]!r} is not ASCII: spell it in LaTeX or in letters.")
    return "".join(SPECIAL.get(c, c) for c in text)


def code(text: str) -> str:
    """The text in typewriter, with places where a line may break."""
    broken = re.sub(r"([./,;:-]|\\_)(?=.)", r"\1\\allowbreak{}", escaped(text))
    return rf"\texttt{{{broken}}}"


def typewriter(text: str) -> str:
    """A program's text, for lines that TeX breaks at spaces; no two signs run together."""
    marked = escaped(text).replace("'", r"\textquotesingle{}")
    return re.sub(r"-(?=-)", "-{}", marked)
