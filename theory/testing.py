"""Random terms, proofs and models for property tests: Hypothesis strategies, and what a term is worth in a model.

A model interprets every symbol and vector by a pseudo-random rational drawn from its name and the *values* of its
arguments, three equally likely samples, and a small number of steps.  Whatever the kernel infers without hypotheses
must hold in every model, for all values of the free variables.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import prod

from hypothesis import strategies as st

from theory.gram import (
    Average,
    Basis,
    Count,
    Index,
    Inner,
    Law,
    Symbol,
    Term,
    Variable,
    Vec,
    count,
    symbol,
    vector,
)
from theory.kernel import Add, Conclude, EqMul, Fact, Induct, Inst, Mean, Mul, Norm, Proof, Rational, Square, Telescope
from theory.polynomial import Monomial, Poly, lift

SAMPLES, DIMENSION, STEPS = 3, 2, 3
Value = Fraction | tuple[Fraction, ...] | int
Point = Mapping[Variable, Value]

I, J = Index("i", "sample"), Index("j", "sample")
K, T = Index("k"), Index("T")
SAMPLE, OTHER, TIME = Law(I), Law(J), Law(K, T)
X, V = vector("x", variable=True), vector("v", variable=True)
S = symbol("s", variable=True)
VARIABLES: tuple[Variable, ...] = (I, J, K, T, X.coords[0][0], V.coords[0][0], Symbol("s", (), True))


@dataclass(frozen=True)
class Model:
    """Rational values for every symbol and vector, fixed by ``seed``."""

    seed: int

    def number(self, *key: object) -> Fraction:
        """The value of a symbol at the values of its arguments."""
        rng = random.Random(f"{self.seed}/{key!r}")
        return Fraction(rng.randint(-4, 4), rng.randint(1, 3))

    def value(self, p: Poly, at: Point) -> Fraction:
        """The value of a polynomial at values of its free variables."""
        return sum((c * self.monomial(m, at) for m, c in p.terms), Fraction(0))

    def monomial(self, monomial: Monomial, at: Point) -> Fraction:
        """The value of a product of atoms."""
        return prod((self.atom(a, at) ** e for a, e in monomial), start=Fraction(1))

    def atom(self, a: object, at: Point) -> Fraction:
        """The value of an atom; an average really is computed."""
        match a:
            case Symbol(name, args, variable):
                return Fraction(at[a]) if variable else self.number(name, *(self.term(t, at) for t in args))  # type: ignore[arg-type]
            case Inner(left, right):
                return sum(
                    (p * q for p, q in zip(self.basis(left, at), self.basis(right, at), strict=True)), Fraction(0)
                )
            case Count(of):
                return Fraction(self.index(of, at))
            case Average(Law(over, below), body):
                size = SAMPLES if below is None else max(self.index(below, at), 1)
                return sum((self.monomial(body, {**at, over: k}) for k in range(size)), Fraction(0)) / size
        raise TypeError(f"{a!r} has no value.")

    def index(self, index: Index, at: Point) -> int:
        """The value of an index."""
        return int(at[Index(index.name, index.sort)] if index.name else 0) + index.shift  # type: ignore[arg-type]

    def basis(self, b: Basis, at: Point) -> tuple[Fraction, ...]:
        """The coordinates of a basis element."""
        if b.variable:
            return at[b]  # type: ignore[return-value]
        key = [self.term(t, at) for t in b.args]
        return tuple(self.number(b.name, axis, *key) for axis in range(DIMENSION))

    def term(self, term: Term, at: Point) -> Value:
        """The value of an argument."""
        if isinstance(term, Index):
            return self.index(term, at)
        if isinstance(term, Poly):
            return self.value(term, at)
        rows = [[self.value(c, at) * x for x in self.basis(b, at)] for b, c in term.coords]
        return tuple(sum((row[axis] for row in rows), Fraction(0)) for axis in range(DIMENSION))

    def point(self, seed: int) -> dict[Variable, Value]:
        """Values for the free variables."""
        rng = random.Random(seed)

        def number() -> Fraction:
            return Fraction(rng.randint(-3, 3), rng.randint(1, 2))

        values: dict[Variable, Value] = {I: rng.randrange(SAMPLES), J: rng.randrange(SAMPLES)}
        values |= {K: rng.randint(0, STEPS), T: rng.randint(0, STEPS), Symbol("s", (), True): number()}
        return values | {b: (number(), number()) for b in VARIABLES if isinstance(b, Basis)}


rationals = st.fractions(min_value=-3, max_value=3, max_denominator=4)
steps = st.sampled_from([K, K + 1, T, Index(""), Index("") + 2])
samples = st.sampled_from([I, J])


def _vectors(points: st.SearchStrategy[Vec]) -> st.SearchStrategy[Vec]:
    g = st.builds(lambda i, x: vector("g", i, x), samples, points)
    return st.one_of(points, g, st.builds(lambda u, c, v: u - c * v, points, rationals, g))


points = st.one_of(st.sampled_from([X, V, vector("x*")]), st.builds(lambda k: vector("x", k), steps))
vectors = _vectors(_vectors(points))
atoms = st.one_of(
    st.sampled_from([S, symbol("L"), count(K), count(T)]),
    st.builds(lambda k: symbol("a", k), steps),
    st.builds(lambda i: symbol("gamma", i), samples),
    st.builds(lambda i, x: symbol("f", i, x), samples, vectors),
    st.builds(lambda u, v: u @ v, vectors, vectors),
)
polys = st.lists(st.tuples(rationals, st.lists(atoms, max_size=2)), max_size=3).map(
    lambda rows: sum((c * prod(row, start=lift(1)) for c, row in rows), lift(0))
)
laws = st.sampled_from([SAMPLE, OTHER, TIME])
assignments = st.lists(
    st.one_of(
        st.tuples(st.sampled_from([K, T]), steps),
        st.tuples(samples, samples),
        st.tuples(st.sampled_from([b for b in VARIABLES if isinstance(b, Basis)]), vectors),
        st.tuples(st.just(Symbol("s", (), True)), polys),
    ),
    max_size=2,
    unique_by=lambda pair: pair[0],
).map(tuple)


def _induction(root: Poly, factor: Fraction) -> Proof:
    """p(k) >= 0 for the square p = root^2, with p(k+1) - 0 p(k) as its step."""
    claim = root * root
    step = Add(Inst(((K, K + 1),), Square(root)), EqMul(claim * factor, Rational(0)))
    return Induct(K, claim, Inst(((K, Index("")),), Square(root)), Rational(0), step)


def _grow(proofs: st.SearchStrategy[Proof]) -> st.SearchStrategy[Proof]:
    return st.one_of(
        st.builds(Add, proofs, proofs),
        st.builds(Mul, proofs, proofs),
        st.builds(Mean, laws, proofs),
        st.builds(Telescope, st.just(TIME), polys, proofs),
        st.builds(Inst, assignments, proofs),
    )


axioms: st.SearchStrategy[Proof] = st.one_of(
    st.builds(Square, polys),
    st.builds(Norm, vectors),
    st.builds(Rational, rationals.map(abs)),
    st.builds(EqMul, polys, st.just(Rational(0))),
    st.builds(_induction, polys, rationals),
    st.builds(lambda p: Conclude(Fact(p * p), Square(p)), polys),
)
proofs: st.SearchStrategy[Proof] = st.recursive(axioms, _grow, max_leaves=5)
