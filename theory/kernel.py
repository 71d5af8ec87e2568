"""The trusted kernel: a proof is a tree of plain data, and ``infer`` says what it proves.

Nothing here searches, simplifies or guesses.  Anyone may build a ``Proof``, badly or well: it means nothing until
``infer`` has walked it.  What must be believed is this file, ``gram.py`` (terms, means, substitution) and
``polynomial.py`` (sympy's rings over Q), and nothing else.

A sequent ``H |- p rel 0`` says: if every hypothesis in H holds for all values of its variables, then so does the
conclusion for all values of its own.  Hypotheses are therefore closed statements, true of almost every outcome;
there is no rule for a case distinction, because a mean under a hypothesis that holds in some cases only is unsound.
Real constants, inner products, means of a finite law and averages over steps k < T (T = 0: the value at k = 0) obey
every rule below; ``tests/theory/test_soundness.py`` evaluates random proofs in random models.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from theory.gram import Basis, Index, Law, Symbol, Term, Variable, Vec, count, mean, square, substitute
from theory.polynomial import Poly, lift


class Rel(Enum):
    """How a polynomial compares with zero."""

    EQ, GE, GT = "=", ">=", ">"


@dataclass(frozen=True)
class Fact:
    """``poly rel 0``."""

    poly: Poly
    rel: Rel = Rel.GE

    def __post_init__(self) -> None:
        """Only polynomials compare with zero."""
        if type(self.poly) is not Poly or type(self.rel) is not Rel:
            raise TypeError(f"{self.poly!r} {self.rel!r}: a fact is a polynomial and a relation.")

    def __str__(self) -> str:
        return f"{self.poly} {self.rel.value} 0"


@dataclass(frozen=True)
class Sequent:
    """``hyps |- concl``."""

    hyps: frozenset[str]
    concl: Fact

    def __str__(self) -> str:
        return f"{', '.join(sorted(self.hyps))} |- {self.concl}"


Theory = Mapping[str, Fact]


class Rejected(Exception):  # noqa: N818 - a verdict, not a malfunction
    """The proof term does not prove anything."""


@dataclass(frozen=True)
class Assume:
    """{name} |- theory[name]."""

    name: str


@dataclass(frozen=True)
class Rational:
    """|- q >= 0; strict for q > 0, an equation for q = 0."""

    value: int | Fraction


@dataclass(frozen=True)
class Square:
    """|- p^2 >= 0."""

    root: Poly


@dataclass(frozen=True)
class Norm:
    """|- |v|^2 >= 0, expanded in Gram entries."""

    vec: Vec


@dataclass(frozen=True)
class Add:
    """P |- p rel 0 and Q |- q rel 0 give p + q rel 0."""

    left: Proof
    right: Proof


@dataclass(frozen=True)
class Mul:
    """P |- p rel 0 and Q |- q rel 0 give p q rel 0."""

    left: Proof
    right: Proof


@dataclass(frozen=True)
class EqMul:
    """P |- p = 0 gives q p = 0 for any polynomial q."""

    factor: Poly
    equation: Proof


@dataclass(frozen=True)
class Mean:
    """P |- p >= 0 gives E[p] >= 0 for the law, pulling out exactly the atoms that do not depend on its variable."""

    law: Law
    body: Proof


@dataclass(frozen=True)
class Telescope:
    """P |- V(k) - V(k+1) + r(k) >= 0 gives V(0) - V(T) + T avg_{k<T}[r] >= 0."""

    law: Law
    potential: Poly
    body: Proof


@dataclass(frozen=True)
class Induct:
    """p(0) >= 0, q >= 0 and p(k+1) - q p(k) >= 0 give p(k) >= 0 for every k."""

    over: Index
    claim: Poly
    base: Proof
    factor: Proof
    step: Proof


@dataclass(frozen=True)
class Inst:
    """P |- p rel 0 gives p rel 0 at other values of its variables, all replaced at once."""

    at: tuple[tuple[Variable, Term], ...]
    body: Proof


@dataclass(frozen=True)
class Conclude:
    """P |- p rel 0 gives ``goal`` if it is the same up to a polynomial identity."""

    goal: Fact
    body: Proof


Proof = (
    Assume | Rational | Square | Norm | Add | Mul | EqMul | Mean | Telescope | Induct | Inst | Conclude
)  # every rule there is

_WEAKER = {Rel.EQ: {Rel.EQ, Rel.GE}, Rel.GE: {Rel.GE}, Rel.GT: {Rel.GT, Rel.GE}}


def infer(proof: Proof, theory: Theory) -> Sequent:
    """What ``proof`` proves from ``theory``; raises ``Rejected`` with the residual or the broken rule otherwise."""
    try:
        return _infer(proof, theory)
    except (AttributeError, TypeError, ValueError) as error:
        raise Rejected(str(error)) from error


def _infer(proof: Proof, theory: Theory) -> Sequent:
    match proof:
        case Assume(name):
            if name not in theory:
                raise Rejected(f"unknown hypothesis {name!r}; the theory has {sorted(theory)}.")
            return Sequent(frozenset({name}), theory[name])
        case Rational(value):
            number = lift(value)
            if value < 0:
                raise Rejected(f"{value} is negative: no rule proves {value} >= 0.")
            return Sequent(frozenset(), Fact(number, Rel.GT if value else Rel.EQ))
        case Square(root):
            return Sequent(frozenset(), Fact(lift(root) * lift(root)))
        case Norm(vec):
            return Sequent(frozenset(), Fact(square(vec)))
        case Add(left, right):
            return _add(_infer(left, theory), _infer(right, theory))
        case Mul(left, right):
            return _mul(_infer(left, theory), _infer(right, theory))
        case EqMul(factor, equation):
            p = _infer(equation, theory)
            if p.concl.rel is not Rel.EQ:
                raise Rejected(f"EqMul scales equations only; its premise is `{p.concl}`.")
            return Sequent(p.hyps, Fact(p.concl.poly * lift(factor), Rel.EQ))
        case Mean(law, body):
            p = _infer(body, theory)
            return Sequent(p.hyps, Fact(mean(law, p.concl.poly), _averaged(p.concl.rel)))
        case Telescope(law, potential, body):
            return _telescope(law, potential, _infer(body, theory))
        case Induct(over, claim, base, factor, step):
            return _induct(over, claim, _infer(base, theory), _infer(factor, theory), _infer(step, theory))
        case Inst(at, body):
            p = _infer(body, theory)
            return Sequent(p.hyps, Fact(substitute(p.concl.poly, _assignment(at)), p.concl.rel))
        case Conclude(goal, body):
            p = _infer(body, theory)
            if goal.rel not in _WEAKER[p.concl.rel]:
                raise Rejected(f"`{p.concl.rel.value}` does not give `{goal.rel.value}`.")
            _same(goal.poly, p.concl.poly)
            return Sequent(p.hyps, goal)
    raise Rejected(f"{proof!r} is not a rule.")


def _same(wanted: Poly, proved: Poly) -> None:
    residual = wanted - proved
    if not residual.is_zero:
        raise Rejected(f"not an identity: wanted - proved = {residual}")


def _add(p: Sequent, q: Sequent) -> Sequent:
    rels = {p.concl.rel, q.concl.rel}
    rel = Rel.EQ if rels == {Rel.EQ} else Rel.GT if Rel.GT in rels else Rel.GE
    return Sequent(p.hyps | q.hyps, Fact(p.concl.poly + q.concl.poly, rel))


def _mul(p: Sequent, q: Sequent) -> Sequent:
    rels = {p.concl.rel, q.concl.rel}
    rel = Rel.EQ if Rel.EQ in rels else Rel.GT if rels == {Rel.GT} else Rel.GE
    return Sequent(p.hyps | q.hyps, Fact(p.concl.poly * q.concl.poly, rel))


def _averaged(rel: Rel) -> Rel:
    return Rel.EQ if rel is Rel.EQ else Rel.GE  # "almost surely positive" is all that a hypothesis says


def _telescope(law: Law, potential: Poly, p: Sequent) -> Sequent:
    if law.below is None:
        raise Rejected(f"Telescope sums over steps; {law} runs over a {law.over.sort}.")
    first, last = (substitute(potential, {law.over: end}) for end in (Index(""), law.below))
    rest = p.concl.poly - potential + substitute(potential, {law.over: law.over + 1})
    return Sequent(p.hyps, Fact(first - last + count(law.below) * mean(law, rest), _averaged(p.concl.rel)))


def _induct(over: Index, claim: Poly, base: Sequent, factor: Sequent, step: Sequent) -> Sequent:
    if not over.name or over.shift:
        raise Rejected(f"{over} is not a variable: induction runs over one.")
    _same(substitute(claim, {over: Index("", over.sort)}), base.concl.poly)
    _same(substitute(claim, {over: over + 1}) - factor.concl.poly * claim, step.concl.poly)
    return Sequent(base.hyps | factor.hyps | step.hyps, Fact(claim))


def _assignment(at: tuple[tuple[Variable, Term], ...]) -> dict[Variable, Term]:
    for variable, term in at:
        match variable, term:
            case Index(name=str(name), shift=0), Index() if name and term.sort == variable.sort:
                continue
            case (Symbol(variable=True), Poly()) | (Basis(variable=True), Vec()):
                continue
        raise Rejected(f"{variable} := {term}: only a variable is replaced, and only by a term of its sort.")
    if len(dict(at)) < len(at):
        raise Rejected(f"{', '.join(str(v) for v, _ in at)}: a variable is replaced twice.")
    return dict(at)
