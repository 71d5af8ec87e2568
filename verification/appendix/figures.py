"""The figures of kept runs, as copies."""

from __future__ import annotations

from collections.abc import Iterator

from verification.appendix.words import prose
from verification.page.figures import FIGURES, Figure


def of(claim: str) -> tuple[Figure, ...]:
    """The figures that stand beside this claim, each beside the first of its claims by name."""
    return tuple(figure for figure in FIGURES if min(figure.claims) == claim)


def included(figure: Figure) -> str:
    """The figure with its caption."""
    return (
        "\\begin{figure}[htbp]\n\\centering\n"
        f"\\includegraphics[width=0.6\\linewidth]{{\\greedylrpath figures/{figure.name}.png}}\n"
        f"\\caption{{{prose(figure.alt)}}}\\label{{greedylr:figure-{figure.name}}}\n\\end{{figure}}"
    )


def copies() -> Iterator[tuple[str, bytes]]:
    """Every figure, byte for byte as it is kept."""
    for figure in FIGURES:
        yield f"figures/{figure.name}.png", (figure.folder / f"{figure.name}.png").read_bytes()
