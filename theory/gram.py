"""The language of the proofs: atoms, vectors, inner products, means, and what may be substituted for what.

Four sorts of things have names.  An **index** counts steps or labels a sample.  A **symbol** is a real number that
may take arguments, ``f(i, x)``; a **basis** element is a vector that may take arguments, ``g(i, x)``.  A vector is a
combination of basis elements with polynomial coefficients, and its inner products are polynomials in the Gram
entries ``<u, v>``.  A **law** averages over an index: ``E_i`` over the fresh sample, ``avg_{k<T}`` over steps.

Every term knows the variables that occur free in it.  That is all the kernel needs to refuse to pull a learning
rate that was chosen from the sample out of the expectation over that sample.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from theory.polynomial import Monomial, Poly, Scalar, atom, lift, product, total


class Final:
    """Terms are plain data: a subclass could answer for itself, and is refused."""

    def __init_subclass__(cls) -> None:
        if Final not in cls.__bases__:
            raise TypeError(f"{cls.__name__}: the terms of this language have no subclasses.")


@dataclass(frozen=True)
class Index(Final):
    """A variable ``name + shift`` over the naturals (sort "step") or over labels (any other sort)."""

    name: str
    sort: str = "step"
    shift: int = 0

    def __post_init__(self) -> None:
        """Only steps can be counted: labels have neither numerals nor successors, and no step is fractional."""
        if type(self.shift) is not int or type(self.name) is not str or type(self.sort) is not str:
            raise TypeError(f"index {self.name!r} + {self.shift!r}: a name, a sort and a whole shift make an index.")
        if self.shift < 0 or (self.sort != "step" and (self.shift or not self.name)):
            raise ValueError(f"{self.sort} index {self.name!r} + {self.shift}: only steps have 0, 1, ... and k + 1.")

    def __add__(self, shift: int) -> Index:
        return Index(self.name, self.sort, self.shift + shift)

    def __str__(self) -> str:
        return "+".join([self.name] * bool(self.name) + [str(self.shift)] * bool(self.shift or not self.name))


@dataclass(frozen=True)
class Symbol(Final):
    """A real number; ``variable`` ones may be instantiated, the others are fixed by the theory."""

    name: str
    args: tuple[Term, ...] = ()
    variable: bool = False

    def __post_init__(self) -> None:
        """A variable stands for one value: it takes no arguments."""
        _check_arguments(self)

    def __str__(self) -> str:
        return f"{self.name}({', '.join(map(str, self.args))})" if self.args else self.name


@dataclass(frozen=True)
class Basis(Final):
    """A vector of a real inner-product space; ``variable`` ones may be instantiated."""

    name: str
    args: tuple[Term, ...] = ()
    variable: bool = False

    def __post_init__(self) -> None:
        """A variable stands for one value: it takes no arguments."""
        _check_arguments(self)

    __str__ = Symbol.__str__


def _check_arguments(node: Symbol | Basis) -> None:
    if node.variable and node.args:
        raise ValueError(f"{node} has arguments: a function cannot be a variable here, its arguments can.")


@dataclass(frozen=True)
class Vec(Final):
    """A finite combination of basis elements; build it with ``vector`` and ``+ - *``, and pair it with ``@``."""

    coords: tuple[tuple[Basis, Poly], ...]

    def __add__(self, other: Vec) -> Vec:
        sums: dict[Basis, Poly] = {}
        for b, c in (*self.coords, *other.coords):
            sums[b] = sums[b] + c if b in sums else c
        return Vec(tuple(sorted(((b, c) for b, c in sums.items() if not c.is_zero), key=repr)))

    def __rmul__(self, factor: Poly | Scalar) -> Vec:
        return Vec(tuple((b, c * factor) for b, c in self.coords)) + Vec(())

    def __sub__(self, other: Vec) -> Vec:
        return self + -1 * other

    def __matmul__(self, other: Vec) -> Poly:
        return total(c * d * inner(u, v) for u, c in self.coords for v, d in other.coords)

    def __str__(self) -> str:
        def show(b: Basis, c: Poly) -> str:
            text = str(c)
            return {"1": f"{b}", "-1": f"-{b}"}.get(text, f"({text})*{b}" if " " in text else f"{text}*{b}")

        return " + ".join(show(b, c) for b, c in self.coords).replace(" + -", " - ") or "0"


@dataclass(frozen=True)
class Inner(Final):
    """The Gram entry ``<left, right>``; build it with ``inner``, which makes it symmetric."""

    left: Basis
    right: Basis

    def __str__(self) -> str:
        return f"|{self.left}|^2" if self.left == self.right else f"<{self.left}, {self.right}>"


@dataclass(frozen=True)
class Count(Final):
    """A step variable read as a real number; build it with ``count``."""

    of: Index

    def __post_init__(self) -> None:
        """Only a step variable is a number of its own: numerals and shifts are polynomials."""
        if self.of.sort != "step" or not self.of.name or self.of.shift:
            raise ValueError(f"{self.of.sort} index {self.of} is not a step variable: it has no number.")

    def __str__(self) -> str:
        return str(self.of)


@dataclass(frozen=True)
class Law(Final):
    """A normalised mean over the variable ``over``: of a sample (``below`` is None), or of the steps k < ``below``."""

    over: Index
    below: Index | None = None

    def __post_init__(self) -> None:
        """Steps are averaged over k < ``below``, samples over their own law; the bound never is the variable itself."""
        if not self.over.name or self.over.shift:
            raise ValueError(f"{self.over} is not a variable: a mean runs over one.")
        if (self.over.sort == "step") != (self.below is not None):
            raise ValueError(f"a mean over the {self.over.sort} {self.over}: steps, and only they, need an upper end.")
        if self.below is not None and (self.below.sort != "step" or self.below.name == self.over.name):
            raise ValueError(f"{self.below} is the running index or no step: name the number of steps something else.")

    def __str__(self) -> str:
        return f"E_{self.over}" if self.below is None else f"avg_{{{self.over}<{self.below}}}"


@dataclass(frozen=True)
class Average(Final):
    """The mean of a monomial under a law, as an atom; build it with ``mean``, which pulls out what is constant."""

    law: Law
    body: Monomial

    def __str__(self) -> str:
        return f"{self.law}[{'*'.join(f'{a}' if e == 1 else f'{a}^{e}' for a, e in self.body)}]"


Term = Index | Vec | Poly
Variable = Index | Symbol | Basis


def vector(name: str, *args: Term, variable: bool = False) -> Vec:
    """The basis element of that name as a vector."""
    return Vec(((Basis(name, args, variable), lift(1)),))


def symbol(name: str, *args: Term, variable: bool = False) -> Poly:
    """The symbol of that name as a polynomial."""
    return atom(Symbol(name, args, variable))


def inner(u: Basis, v: Basis) -> Poly:
    """The Gram entry of u and v, the same for (v, u)."""
    return atom(Inner(*sorted((u, v), key=repr)))


def square(v: Vec) -> Poly:
    """The squared norm |v|^2."""
    return v @ v


def count(index: Index) -> Poly:
    """A step index as a real number: k + 3 is the atom k plus 3."""
    return (atom(Count(Index(index.name, index.sort))) if index.name else lift(0)) + index.shift


def free(node: object) -> frozenset[Variable]:
    """The variables that occur free in a term or atom; nothing may depend on what is not listed here."""
    match node:
        case Index(name, sort):
            return frozenset({Index(name, sort)}) if name else frozenset()
        case Symbol(args=args, variable=variable) | Basis(args=args, variable=variable):
            own: frozenset[Variable] = frozenset({node} if variable else ())
            return own.union(*map(free, args))
        case Inner(left, right):
            return free(left) | free(right)
        case Count(of):
            return free(of)
        case Law(_, below):
            return free(below) if below else frozenset()
        case Average(law, body):
            return (frozenset().union(*(free(a) for a, _ in body)) - {law.over}) | free(law)
        case Vec(coords):
            return frozenset[Variable]().union(*(free(b) | free(c) for b, c in coords))
        case Poly(atoms):
            return frozenset[Variable]().union(*map(free, atoms))
    raise TypeError(f"{node!r} is not a term of this language.")


def mean(law: Law, p: Poly) -> Poly:
    """The mean of ``p``: linear, normalised, and pulling out exactly the atoms that do not depend on the variable."""

    def pull(monomial: Monomial) -> Poly:
        varying = tuple((a, e) for a, e in monomial if law.over in free(a))
        fixed = product(atom(a) ** e for a, e in monomial if law.over not in free(a))
        return fixed * atom(Average(law, varying)) if varying else fixed

    return total(pull(monomial) * c for monomial, c in p.terms)


class CaptureError(ValueError):
    """A substituted term names a variable that a mean in its new place would bind."""


Assignment = Mapping[Variable, Term]


def substitute(p: Poly, at: Assignment) -> Poly:
    """``p`` with every variable replaced at once; arguments, vectors and bodies of means included."""
    return total(product(_atom(a, at) ** e for a, e in monomial) * c for monomial, c in p.terms)


def substitute_vector(v: Vec, at: Assignment) -> Vec:
    """``v`` with every variable replaced at once."""
    result = Vec(())
    for b, c in v.coords:
        image = cast(Vec, at[b]) if b in at else vector(b.name, *_arguments(b.args, at), variable=b.variable)
        result = result + substitute(c, at) * image
    return result


def substitute_index(index: Index, at: Assignment) -> Index:
    """``index`` with its variable replaced; shifts add up."""
    image = at.get(Index(index.name, index.sort)) if index.name else None
    return cast(Index, image) + index.shift if image is not None else index


def _arguments(args: Iterable[Term], at: Assignment) -> tuple[Term, ...]:
    def image(arg: Term) -> Term:
        if isinstance(arg, Index):
            return substitute_index(arg, at)
        return substitute_vector(arg, at) if isinstance(arg, Vec) else substitute(arg, at)

    return tuple(map(image, args))


def _atom(a: object, at: Assignment) -> Poly:
    match a:
        case Symbol(name, args, variable):
            return cast(Poly, at[a]) if a in at else symbol(name, *_arguments(args, at), variable=variable)
        case Inner(left, right):
            return substitute_vector(vector_of(left), at) @ substitute_vector(vector_of(right), at)
        case Count(of):
            return count(substitute_index(of, at))
        case Average(law, body):
            return _average(law, body, at)
    raise TypeError(f"{a!r} is not an atom of this language.")


def vector_of(b: Basis) -> Vec:
    """A basis element as a vector."""
    return Vec(((b, lift(1)),))


def _average(law: Law, body: Monomial, at: Assignment) -> Poly:
    inside = frozenset[Variable]().union(*(free(a) for a, _ in body)) - {law.over}
    kept = {v: term for v, term in at.items() if v in inside}
    for v, term in kept.items():
        if law.over in free(term):
            raise CaptureError(f"{term} depends on {law.over}: it cannot replace {v} under {law}.")
    below = substitute_index(law.below, at) if law.below else None
    return mean(Law(law.over, below), substitute(product(atom(a) ** e for a, e in body), kept))
