"""How statuses look, one table each for the fill and the border; the style sheet and the legend are made from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from theory.claim import Claim
from verification.ledger import Verdict
from verification.publish import MEANING

INK = {"light": "#1b1c1e", "dark": "#f1f1ef"}
PAPER = {"light": "#ffffff", "dark": "#17191d"}


@dataclass(frozen=True)
class Fill:
    """How a verdict looks: a sign for those who see no colours, and a fill on light and on dark paper."""

    sign: str
    light: str
    dark: str
    meaning: str


@dataclass(frozen=True)
class Border:
    """How a statement's origin looks: as SVG dashes and as a CSS border."""

    meaning: str
    dashes: str
    style: str
    width: float


class Known(Enum):
    """How a statement is known."""

    PRINTED = "printed"
    REBUILT = "rebuilt"
    OURS = "ours"


def _fill(verdict: Verdict, sign: str, light: str, dark: str) -> Fill:
    return Fill(sign, light, dark, MEANING[verdict])


FILLS: Mapping[Verdict, Fill] = MappingProxyType(
    {
        Verdict.ASSUMED: _fill(Verdict.ASSUMED, "◇", "#e2e2e0", "#474a50"),
        Verdict.PROVED: _fill(Verdict.PROVED, "✓", "#a4dcae", "#1f5c33"),
        Verdict.CONDITIONAL: _fill(Verdict.CONDITIONAL, "✓+", "#dceeb2", "#4c591c"),
        Verdict.REFUTED: _fill(Verdict.REFUTED, "✗", "#f5b1a8", "#7d2b24"),
        Verdict.CONSISTENT: _fill(Verdict.CONSISTENT, "=", "#cde7ef", "#1e4c5b"),
        Verdict.INCONSISTENT: _fill(Verdict.INCONSISTENT, "≠", "#f9cb9f", "#734015"),
        Verdict.MEASURED: _fill(Verdict.MEASURED, "≈", "#c4d3f8", "#2f4482"),
        Verdict.NOT_CHECKABLE: _fill(Verdict.NOT_CHECKABLE, "–", "#efefed", "#34373d"),
        Verdict.NEEDS_ROCQ: _fill(Verdict.NEEDS_ROCQ, "…", "#fbeeb0", "#65560f"),
        Verdict.OPEN: _fill(Verdict.OPEN, "?", "#ecdcfa", "#543a6a"),
    }
)
BORDERS: Mapping[Known, Border] = MappingProxyType(
    {
        Known.PRINTED: Border("printed in the paper", "none", "solid", 1.6),
        Known.REBUILT: Border(
            "rebuilt: its display was lost, and it is read off the text around it", "6 3", "dashed", 2
        ),
        Known.OURS: Border(
            "not in the paper: a repair, a sharper form, a reading, a re-run, or a step used without saying so",
            "1.5 2.5",
            "dotted",
            2.6,
        ),
    }
)
PLACES = ("Appendix", "Section", "Table", "references")  # how a place in the paper begins


def slug(verdict: Verdict) -> str:
    """The verdict as part of an anchor or of a class."""
    return verdict.value.lower().replace(" ", "-")


def known(claim: Claim) -> Known:
    """How the statement of a claim is known."""
    if not claim.paper.startswith(PLACES):
        return Known.OURS
    return Known.REBUILT if claim.rebuilt else Known.PRINTED


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, as the WCAG defines it: from 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5))
    linear = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
