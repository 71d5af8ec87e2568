"""A polynomial of the kernel regrouped for a reader: common factors in front, squares completed, means gathered.

Nothing is trusted here: what ``regroup`` returns expands to the polynomial again, or a ``ValueError`` says so.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from fractions import Fraction
from functools import cache
from itertools import chain, starmap
from math import gcd, lcm

from theory.gram import Average, Count, Inner, Law, Symbol, Vec
from theory.polynomial import Monomial, Poly, atom, lift, product, total
from verification.appendix.factors import factors
from verification.appendix.formula import Averaged, Factor, Power, Sum, Term, value
from verification.appendix.quadratic import gram

OBJECTS = frozenset(["f", "a", "sigma2", "eta"])  # symbols that an inequality is about
Objects = dict[Monomial, Fraction]


@cache
def regroup(p: Poly) -> Sum:
    """``p`` as a reader writes it: by equal coefficients, or by their monomials where that leaves fewer terms."""
    ways = [list(chain.from_iterable(starmap(_group, by(p).items()))) for by in (_by_monomial, _by_factor)]
    ways.append(list(_merged(ways[0])))
    found = _unwrapped(min((Sum(ordered(way)) for way in ways), key=_size))
    if not (value(found) - p).is_zero:
        raise ValueError(f"regrouping changed a formula: {p} became {value(found)}.")
    return found


def _merged(terms: list[Term]) -> Iterator[Term]:
    """Terms that are multiples of the same values, as one term each."""
    scales: dict[tuple[Factor, ...], Poly] = {}
    for t in terms:
        numbers = tuple(f for f in t.factors if isinstance(f, Power) and scalar(f.base))
        about = tuple(f for f in t.factors if f not in numbers)
        scales[about] = scales.get(about, lift(0)) + value(Sum((Term(t.number, numbers),)))
    for about, scale in scales.items():
        if not scale.is_zero:
            number, factors = _factored(scale)
            yield Term(number, (*factors, *about))


def _by_factor(p: Poly) -> dict[Poly, Objects]:
    """Combinations of objects by the polynomial that multiplies them."""
    parts: dict[Monomial, Poly] = {}
    for about, scale, c in _split(p):
        parts[about] = parts.get(about, lift(0)) + scale * c
    groups: dict[Poly, Objects] = {}
    for about, whole in parts.items():
        number, primitive = _primitive(whole)
        groups.setdefault(primitive, {})[about] = number
    return groups


def _by_monomial(p: Poly) -> dict[Poly, Objects]:
    """Combinations of objects by the product of numbers that multiplies them; numbers alone stay together."""
    groups: dict[Poly, Objects] = {}
    bare = lift(0)
    for about, scale, c in _split(p):
        if about:
            groups.setdefault(scale, {})[about] = c
        else:
            bare = bare + scale * c
    if not bare.is_zero:
        number, primitive = _primitive(bare)
        groups.setdefault(primitive, {})[()] = number
    return groups


def _split(p: Poly) -> Iterator[tuple[Monomial, Poly, Fraction]]:
    """Every term as what it is about, the product of numbers in front, and a rational number."""
    for monomial, c in p.terms:
        about = tuple((a, e) for a, e in monomial if not scalar(a))
        yield about, product(atom(a) ** e for a, e in monomial if scalar(a)), c


def _size(s: Sum) -> tuple[int, int]:
    """How many values at x* stand alone, beside nothing that they are compared with, and then the length."""
    alone = sum(
        any(isinstance(f, Power) and "'x*'" in repr(f.base) and not isinstance(f.base, Sum) for f in t.factors)
        for t in s.terms
    )
    return alone if len(s.terms) > 1 else 0, _length(s)


def _length(s: Sum) -> int:
    """A bracket of numbers weighs as much as one factor, everything else that is not a number as much as two."""
    return sum(_factor_length(f) for t in s.terms for f in t.factors)


def _factor_length(f: Factor) -> int:
    match f:
        case Power(Sum() as body) | Averaged(_, body):
            return max(1, _length(body))
        case Power(base):
            return 0 if scalar(base) else 2
    return 2


def scalar(a: object) -> bool:
    """Whether an atom is a number such as a rate or a constant, and not a value, a vector's entry or their mean."""
    match a:
        case Symbol(name, args):
            return name not in OBJECTS and not any(isinstance(arg, Vec) for arg in args)
        case Average(_, body):
            return all(scalar(b) for b, _ in body)
    return isinstance(a, Count)


def _primitive(p: Poly) -> tuple[Fraction, Poly]:
    """A number and a polynomial whose product is ``p``, the same polynomial for all its multiples."""
    lead = max(p.terms, key=lambda term: (len(term[0]) == 0, repr(term[0])))[1]
    return lead, p * (1 / lead)


def _group(scale: Poly, objects: Objects) -> Iterator[Term]:
    """The terms of scale times a combination of objects; one term if the combination has several."""
    inner = ordered(_combined(objects))
    number, factors = _factored(scale)
    if not factors:
        yield from (t.times(number) for t in inner)
    elif len(inner) == 1:
        yield inner[0].times(number, *factors)
    else:
        common = content(inner)
        body = Sum(ordered([t.times(1 / common) for t in inner]))
        yield Term(number * common, (*factors, Power(body)))


def content(terms: Sequence[Term]) -> Fraction:
    """The number to take out of a bracket: what is left has whole numbers, and its weightiest term is positive."""
    numbers = [t.number for t in terms]
    common = Fraction(gcd(*(c.numerator for c in numbers)), lcm(*(c.denominator for c in numbers)))
    return common if max(terms, key=_weight).number > 0 else -common


def _weight(t: Term) -> tuple[bool, int, bool, str]:
    """Constants weigh most, then means, norms, inner products; x* weighs least."""
    return not t.factors, _kind(t) if t.factors else 0, "'x*'" not in repr(t.factors), repr(t.factors)


def _combined(objects: Objects) -> list[Term]:
    """A combination with rational coefficients: means of one law gathered, Gram entries as squares, and the rest."""
    means: dict[Law, Poly] = {}
    entries: dict[Inner, Fraction] = {}
    rest: list[Term] = []
    for about, c in objects.items():
        match about:
            case ((Average(law, body), 1),):
                means[law] = means.get(law, lift(0)) + product(atom(a) ** e for a, e in body) * c
            case ((Inner() as entry, 1),):
                entries[entry] = c
            case _:
                rest.append(Term(c, tuple(Power(a, e) for a, e in about)))
    gathered = [term for law, body in means.items() for term in _mean(law, body, entries)]
    return [*rest, *gram(entries), *gathered]


def _mean(law: Law, body: Poly, entries: dict[Inner, Fraction]) -> Iterator[Term]:
    """The mean, with those Gram entries moved inside that make it shorter; they are taken out of ``entries``."""
    near = {v for a in body.atoms for v in _ends(a)}
    loose = {e: c for e, c in entries.items() if {e.left, e.right} <= near}
    full = regroup(body + total(atom(e) * c for e, c in loose.items()))
    bare = regroup(body)
    if loose and len(full.terms) <= len(bare.terms):
        for e in loose:
            del entries[e]
        bare = full
    if law.over.sort == "sample":
        number = content(bare.terms) if len(bare.terms) == 1 or content(bare.terms) < 0 else Fraction(1)
        yield Term(number, (Averaged(law, Sum(ordered([t.times(1 / number) for t in bare.terms]))),))
    else:
        for t in bare.terms:
            yield Term(t.number, (Averaged(law, Sum((t.times(1 / t.number),))),))


def _ends(a: Hashable) -> tuple[object, ...]:
    match a:
        case Inner(left, right):
            return left, right
        case Average(_, body):
            return tuple(end for b, _ in body for end in _ends(b))
    return ()


def _factored(scale: Poly) -> tuple[Fraction, tuple[Power, ...]]:
    """A number and powers of atoms and of irreducible brackets, the brackets with a positive first term."""
    number, found = factors(scale)
    powers: list[Power] = []
    for bracket, exponent in found:
        terms = [Term(c, tuple(Power(a, e) for a, e in monomial)) for monomial, c in bracket.terms]
        common = content(terms)
        number *= common**exponent
        if len(terms) == 1:
            powers += [Power(a, e * exponent) for monomial, _ in bracket.terms for a, e in monomial]
        else:
            powers.append(Power(Sum(ordered([t.times(1 / common) for t in terms])), exponent))
    atoms_first = sorted(powers, key=lambda p: (isinstance(p.base, Sum), repr(p.base)))
    return number, tuple(atoms_first)


def _unwrapped(s: Sum) -> Sum:
    """Without the bracket, if all is one bracket and a sign."""
    match s.terms:
        case (Term(number, (Power(Sum() as body, 1),)),) if abs(number) == 1:
            return body if number > 0 else Sum(ordered(list((-body).terms)))
    return s


def ordered(terms: list[Term]) -> tuple[Term, ...]:
    """Constants first, then positive terms, then by kind and name: an order that no run changes."""
    return tuple(sorted(terms, key=_place))


def _place(t: Term) -> tuple[bool, bool, int, str]:
    return bool(t.factors) or t.number < 0, t.number < 0, _kind(t) if t.factors else 0, repr(t.factors)


def _kind(t: Term) -> int:
    last = t.factors[-1]
    return {"Power": 0, "Pair": 1, "Norm2": 2, "Averaged": 3}[type(last).__name__]
