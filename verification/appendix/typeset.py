"""Sums and facts in LaTeX.  Atoms are spelled by ``theory/notation.py``; the path w, on which all that is random
depends, is not written, so that E_w is E and x_{t,w} is x_t.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator
from fractions import Fraction
from functools import cache

from theory.gram import Average, Basis, Count, Index, Law, Symbol, Vec
from theory.kernel import Fact, Rel
from theory.notation import latex
from theory.polynomial import Poly, atom, product
from verification.appendix.formula import Averaged, Factor, Norm2, Pair, Power, Sum, Term
from verification.appendix.reciprocals import RECIPROCALS, cancelled
from verification.appendix.regroup import ordered, regroup, scalar

SMALLER = {Rel.GE: r"\le", Rel.GT: "<"}
LARGER = {Rel.GE: r"\ge", Rel.GT: ">"}
PATH = (("{t,w,i}", "{t,i}"), (",w}", "}"), (r"\mathbb{E}_{w}", r"\mathbb{E}"))
NEEDS_ROOM = re.compile(r"\\bigl|\\\|.*[+-]|\\t?frac|\\sum|\[")


def fact(given: Fact) -> str:
    """``smaller <= larger``: negative terms on the left, positive ones on the right, reciprocals cancelled."""
    return compared(regroup(cancelled(given.poly)), given.rel)


def compared(s: Sum, rel: Rel) -> str:
    """``s rel 0`` without minus signs in front of terms."""
    larger = Sum(tuple(t for t in s.terms if t.number > 0))
    smaller = -Sum(tuple(t for t in s.terms if t.number < 0))
    high, low = tex(larger), tex(smaller)
    if rel is Rel.EQ:
        return f"{high} = 0" if low == "0" else f"{low} = {high}"
    return f"{high} {LARGER[rel]} 0" if low == "0" else f"{low} {SMALLER[rel]} {high}"


def multiplied(factors: Iterable[Poly]) -> str:
    """A product of polynomials, each as it is written alone; a positive number or a sign in front."""
    number, found = Fraction(1), list[Factor]()
    for p in factors:
        terms = regroup(cancelled(p)).terms
        if len(terms) == 1:
            number *= terms[0].number
            found += terms[0].factors
        else:
            sign = Fraction(-1 if _negative(terms) else 1)
            number *= sign
            found.append(Power(Sum(ordered([t.times(sign) for t in terms]))))
    return ("-" if number < 0 else "") + term(Term(number, tuple(_joined(found))))


def _negative(terms: tuple[Term, ...]) -> bool:
    """Whether a bracket reads better with the other sign: all of it is negative, or its constant is."""
    return all(t.number < 0 for t in terms) or any(t.number < 0 and not t.factors for t in terms)


def _joined(factors: list[Factor]) -> Iterator[Factor]:
    """Equal factors as one power; atoms, then brackets, then what they multiply."""
    powers: dict[Hashable | Sum, int] = {}
    for f in factors:
        if isinstance(f, Power):
            powers[f.base] = powers.get(f.base, 0) + f.exponent
    found = [Power(base, exponent) for base, exponent in powers.items()]
    yield from sorted(found, key=lambda f: (isinstance(f.base, Sum), repr(f.base)))
    yield from sorted((f for f in factors if not isinstance(f, Power)), key=repr)


def polynomial(p: Poly) -> str:
    """A polynomial, regrouped, its reciprocals cancelled."""
    return tex(regroup(cancelled(p)))


def tex(s: Sum) -> str:
    """A sum, positive terms first as they are ordered."""
    return signed((t.number < 0, term(t)) for t in s.terms) or "0"


def signed(parts: Iterable[tuple[bool, str]]) -> str:
    """Summands with their signs; the first has one only if it is negative."""
    text = " ".join(f"{'-' if negative else '+'} {body}" for negative, body in parts)
    return f"-{text[2:]}" if text.startswith("- ") else text.removeprefix("+ ")


def term(t: Term) -> str:
    """A term without its sign: number and rates, as a fraction where there are reciprocals, then what they multiply."""
    scale = [f for f in t.factors if isinstance(f, Power) and _plain(f.base)]
    rest = [f for f in t.factors if f not in scale]
    steps = next((_steps(law) for law in map(_summed, rest) if law and _steps(law) in scale), None)
    below = [f for f in scale if f.base in RECIPROCALS]
    above = [f for f in scale if f not in below and f != steps]
    c = abs(t.number)
    top = [str(c.numerator)] * (c.numerator != 1) + [factor(f) for f in above]
    bottom = [str(c.denominator)] * (c.denominator != 1) + [_inverted(f) for f in below]
    bare = [factor(f, whole=steps is not None and _summed(f) is not None) for f in rest]
    return " ".join([*_fraction(top, bottom), *bare]) or "1"


def _fraction(top: list[str], bottom: list[str]) -> list[str]:
    """The factors over those below, if there are any; a lone bracket needs no brackets there."""
    if not bottom:
        return top
    above, below = (_bare(parts[0]) if len(parts) == 1 else " ".join(parts) or "1" for parts in (top, bottom))
    return [rf"\{'frac' if '(' in above + below or 'frac' in above else 'tfrac'}{{{above}}}{{{below}}}"]


def _bare(text: str) -> str:
    """A bracket's content, if the text is one bracket."""
    for left, right in ((r"\bigl(", r"\bigr)"), ("(", ")")):
        inside = text.removeprefix(left).removesuffix(right)
        if len(inside) + len(left + right) == len(text) and "(" not in inside:
            return inside
    return text


def _plain(base: Hashable) -> bool:
    """Whether a factor belongs to the numbers in front."""
    return not _about(base) if isinstance(base, Sum) else scalar(base) and not isinstance(base, Average)


def _summed(f: Factor) -> Law | None:
    """The law of a mean over steps."""
    match f:
        case Averaged(law, _) | Power(Average(law, _), 1) if law.below is not None:
            return law
    return None


def _about(s: Sum) -> bool:
    """Whether a bracket holds more than numbers."""
    return any(
        not isinstance(f, Power) or (_about(f.base) if isinstance(f.base, Sum) else not scalar(f.base))
        for t in s.terms
        for f in t.factors
    )


def _steps(law: Law) -> Power | None:
    return Power(Count(law.below)) if law.below is not None and law.below.name and not law.below.shift else None


def _inverted(f: Power) -> str:
    text = re.fullmatch(r"\\tfrac\{1\}\{(.*)\}", symbol(f.base))
    below = text[1] if text else symbol(f.base)
    below = f"({below})" if "-" in below else below
    return below if f.exponent == 1 else f"{below}^{{{f.exponent}}}"


def factor(f: Factor, *, whole: bool = False) -> str:
    """A factor, in brackets where it is a sum; ``whole`` turns a mean over steps into a sum."""
    match f:
        case Norm2(vec):
            return rf"\| {vector(vec)} \|^2"
        case Pair(left, right):
            return rf"\langle {vector(left)}, {vector(right)} \rangle"
        case Averaged(law, body):
            inside = _argument(body)
            space = r"\," if inside.startswith(r"\mathbb") else ""
            return f"{_law(law, whole=whole)}{space} {inside}"
        case Power(Sum() as base, exponent):
            text = bracketed(tex(base))
        case Power(Average(law, body), exponent):
            text = f"{_law(law, whole=whole)} {_argument(regroup(product(atom(a) ** e for a, e in body)))}"
        case Power(base, exponent):
            text = symbol(base)
            if exponent > 1 and ("^" in text or ("_" in text and "(" in text)):
                text = f"({text})"
    return text if exponent == 1 else f"{text}^{{{exponent}}}"


def bracketed(text: str, pair: str = "()") -> str:
    """In brackets that a line may break in."""
    big = ("bigl", "bigr") if NEEDS_ROOM.search(text) else ("", "")
    (left, right) = (rf"\{b}{p}" if b else p for b, p in zip(big, pair, strict=True))
    return f"{left}{text}{right}"


def _law(law: Law, *, whole: bool) -> str:
    if law.below is None:
        return r"\mathbb{E}" if law.over.sort == "path" else rf"\mathbb{{E}}_{{{law.over}}}"
    total = rf"\sum_{{{law.over}<{law.below}}}"
    return total if whole else rf"\tfrac{{1}}{{{law.below}}} {total}"


def _argument(body: Sum) -> str:
    match body.terms:
        case (Term(number, (Norm2() | Pair() | Averaged() as one,)),) if number == 1:
            return factor(one)
        case (Term(number, (Power(Symbol(), 1) as one,)),) if number == 1:
            return factor(one)
    return bracketed(tex(body), "[]")


def vector(v: Vec) -> str:
    """A combination of vectors, positive ones first, gradients and x* last."""
    scaled = [(b, regroup(c)) for b, c in v.coords]
    pieces = [(c.terms[0].number < 0, b, c) for b, c in scaled]
    pieces.sort(key=lambda p: (p[0], p[1].name == "x*", p[1].name == "g", repr(p[1])))
    return signed((negative, _scaled(-c if negative else c, b)) for negative, b, c in pieces) or "0"


def _scaled(c: Sum, b: Basis) -> str:
    text = tex(c)
    scale = "" if text == "1" else bracketed(text) if len(c.terms) > 1 else text
    return f"{scale} {symbol(b)}".strip()


@cache
def symbol(a: Hashable) -> str:
    """An atom or a vector by its name, with its indices and the points at which it is taken."""
    if isinstance(a, Symbol | Basis):
        points = [vector(p) if isinstance(p, Vec) else polynomial(p) for p in a.args if not isinstance(p, Index)]
        indices = tuple(p for p in a.args if isinstance(p, Index))
        text = latex(Fact(atom(Symbol(a.name, indices)), Rel.EQ)).removesuffix(" = 0")
        return shown(text) + (f"({', '.join(points)})" if points else "")
    return shown(latex(Fact(atom(a), Rel.EQ))).removesuffix(" = 0")


def shown(text: str) -> str:
    """The kernel's LaTeX without the path."""
    for old, new in PATH:
        text = text.replace(old, new)
    return text
