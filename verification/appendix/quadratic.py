"""Combinations of Gram entries, written with as few squared norms and inner products as a search of squares finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from itertools import chain

from theory.gram import Basis, Inner, Vec, vector_of
from theory.polynomial import Poly, atom, lift, product, total
from verification.appendix.factors import factors
from verification.appendix.formula import Factor, Norm2, Pair, Term

Form = dict[frozenset[Basis], Fraction]  # the coefficient of <u, v>, of |u|^2 where the set is {u}


def gram(entries: Mapping[Inner, Fraction]) -> list[Term]:
    """The sum of the entries, component by component; of several ways to write one the shortest."""
    form: Form = {frozenset((e.left, e.right)): c for e, c in entries.items()}
    return list(chain.from_iterable(_shortest(part) for part in _components(form)))


def _components(form: Form) -> list[Form]:
    parts: list[tuple[set[Basis], Form]] = []
    for pair, c in form.items():
        near = [part for part in parts if part[0] & pair]
        merged = (set(pair).union(*(p[0] for p in near)), {pair: c} | {k: v for p in near for k, v in p[1].items()})
        parts = [part for part in parts if part not in near] + [merged]
    return [part for _, part in parts]


def _shortest(form: Form) -> tuple[Term, ...]:
    return _written(tuple(_sorted(form)))


@cache
def _written(entries: tuple[tuple[frozenset[Basis], Fraction], ...]) -> tuple[Term, ...]:
    """The shortest of all ways that start with one vector; a product, where the form is one, is never longer."""
    form = dict(entries)
    plain = [_entry(pair, c) for pair, c in entries]
    if len(plain) == 1 or len(one := _product(form)) < len(plain):
        return tuple(plain if len(plain) == 1 else one)
    first = sorted({b for pair in form for b in pair}, key=_name)
    ways: list[list[Term]] = [plain, *(_squares(form, b) for b in first), *(_paired(form, b) for b in first)]
    return tuple(sorted(ways, key=_weight)[0])


@cache
def _name(b: Basis) -> str:
    return repr(b)


def _weight(terms: Sequence[Term]) -> tuple[int, int, int]:
    """Prefer few terms, then small denominators, then short vectors."""
    vectors = [v for t in terms for f in t.factors for v in _vectors(f)]
    heights = [c for v in vectors for _, p in v.coords for _, c in p.terms]
    return len(terms), sum(c.denominator + abs(c.numerator) for c in heights), len(heights)


def _vectors(f: Factor) -> tuple[Vec, ...]:
    match f:
        case Norm2(vec):
            return (vec,)
        case Pair(left, right):
            return left, right
    return ()


def _product(form: Form) -> list[Term]:
    """One inner product or norm, if the form is one."""
    p = total(product(atom(b) ** (2 if len(pair) == 1 else 1) for b in pair) * c for pair, c in _sorted(form))
    c, found = factors(p)
    if any(sum(e for _, e in monomial) != 1 for body, _ in found for monomial, _ in body.terms):
        return [_entry(pair, c) for pair, c in _sorted(form)]
    u, v = (_linear(body) for body, exponent in found for _ in range(exponent))
    half = lift(Fraction(1, 2))
    larger, smaller = half * (u + v), half * (u - v)
    if u == v:
        return [Term(c, (_norm(u),))]
    if len(larger.coords) + len(smaller.coords) <= len(u.coords) + len(v.coords):
        return [Term(c, (_norm(larger),)), Term(-c, (_norm(smaller),))]
    return [Term(c, (_pair(u, v),))]


def _norm(v: Vec) -> Norm2:
    """The squared norm, x* with a minus sign in it."""
    lead = min(v.coords, key=lambda coord: (coord[0].name == "x*", _name(coord[0])))
    return Norm2(v if next(c for _, c in lead[1].terms) > 0 else -1 * v)


def _pair(u: Vec, v: Vec) -> Pair:
    """The inner product, a gradient first."""
    return Pair(*sorted((u, v), key=lambda w: (w.coords[0][0].name != "g", len(w.coords), repr(w))))


def _linear(p: Poly) -> Vec:
    """A linear polynomial in basis elements as a vector."""
    coords = [(b, lift(c)) for monomial, c in p.terms for b, _ in monomial if isinstance(b, Basis)]
    return Vec(tuple(sorted(coords, key=repr)))


def _squares(form: Form, first: Basis) -> list[Term]:
    """Complete the square of ``first``, then write the rest in the shortest way."""
    c = form.get(frozenset([first]), Fraction(0))
    row = _row(form, first)
    if not c or not row:
        return [_entry(pair, c) for pair, c in _sorted(form)]
    coords = {first: Fraction(1)} | {b: q / 2 / c for b, q in row.items()}
    vec = Vec(tuple((b, lift(q)) for b, q in sorted(coords.items(), key=repr)))
    rest = _less(form, {k: c * q for k, q in _expanded(vec).items()})
    return [Term(c, (_norm(vec),)), *(t for part in _components(rest) for t in _shortest(part))]


def _paired(form: Form, first: Basis) -> list[Term]:
    """All entries of ``first`` with others as one inner product, then the rest."""
    row = _row(form, first)
    if not row:
        return [_entry(pair, c) for pair, c in _sorted(form)]
    lead = next(iter(row.values()))
    vec = Vec(tuple((b, lift(q / lead)) for b, q in sorted(row.items(), key=repr)))
    rest = _less(form, {frozenset((first, b)): q for b, q in row.items()})
    return [Term(lead, (_pair(vector_of(first), vec),)), *(t for part in _components(rest) for t in _shortest(part))]


def _row(form: Form, first: Basis) -> dict[Basis, Fraction]:
    return {b: c for pair, c in _sorted(form) if first in pair and len(pair) > 1 for b in pair - {first}}


def _less(form: Form, other: Form) -> Form:
    keys = {**form, **other}
    rest = {k: form.get(k, Fraction(0)) - other.get(k, Fraction(0)) for k in keys}
    return {k: c for k, c in rest.items() if c}


def _expanded(vec: Vec) -> Form:
    entries = (vec @ vec).terms
    return {frozenset((a.left, a.right)): c for ((a, _),), c in entries if isinstance(a, Inner)}


def _sorted(form: Form) -> list[tuple[frozenset[Basis], Fraction]]:
    return sorted(form.items(), key=lambda item: sorted(map(_name, item[0])))


def _entry(pair: frozenset[Basis], c: Fraction) -> Term:
    ends = sorted(pair, key=_name)
    vectors = [vector_of(b) for b in ends]
    return Term(c, (_norm(vectors[0]) if len(ends) == 1 else _pair(*vectors),))
