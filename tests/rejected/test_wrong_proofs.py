"""Wrong proofs: each would prove something false, or something unstated, if its guard were missing."""

from collections import Counter
from fractions import Fraction

import pytest
from sympy import QQ, RR, sqrt
from sympy.polys.rings import ring

from theory.gram import Basis, Count, Index, Law, Symbol, Vec, count, mean, symbol, vector
from theory.kernel import (
    Add,
    Assume,
    Conclude,
    EqMul,
    Fact,
    Induct,
    Inst,
    Mean,
    Mul,
    Norm,
    Rational,
    Rejected,
    Rel,
    Square,
    Telescope,
    infer,
)
from theory.polynomial import Poly, _ring, atom, lift

I, K, T = Index("i", "sample"), Index("k"), Index("T")
ZERO = Index("")
SAMPLE, TIME = Law(I), Law(K, T)
xi, gamma_i = symbol("xi", I), symbol("gamma", I)
c, s = symbol("c"), symbol("s", variable=True)
X, V, C = vector("x", variable=True), vector("v", variable=True), vector("c")
x_var, v_var, s_var = X.coords[0][0], V.coords[0][0], Symbol("s", (), True)
a = symbol("a", K)
a0, a_next = symbol("a", ZERO), symbol("a", K + 1)

A = Symbol("a")


def _zero_term():
    body = _ring(1).zero
    body[(1,)] = QQ(0)
    return body


def _float_term():
    body = _ring(1).zero
    body[(1,)] = 0.5
    return body


THEORY = {
    "xi>0": Fact(xi, Rel.GT),
    "xi>=0": Fact(xi),
    "c>0": Fact(c, Rel.GT),
    "c>=0": Fact(c),
    "c=0": Fact(c, Rel.EQ),
    "fair": Fact(mean(SAMPLE, xi), Rel.EQ),
    "bounded": Fact(1 - s),
    "a0": Fact(a0),
    "step": Fact(a_next - 2 * a),
    "fall": Fact(a - a_next),
    "grow": Fact(a_next - c * a),
    "mean at x": Fact(mean(SAMPLE, symbol("f", I, X)), Rel.EQ),
    "average at x": Fact(mean(TIME, symbol("f", K, X))),
}

WRONG = {
    # guard: {what would be proved: (proof, message)}
    "Assume": {
        "an unstated hypothesis": (lambda: Assume("xi<0"), "unknown hypothesis 'xi<0'"),
        "a hypothesis by its formula": (lambda: Assume("c >= 0"), "unknown hypothesis 'c >= 0'"),
    },
    "Rational": {
        "a negative number is nonnegative": (lambda: Rational(Fraction(-1, 10**9)), "is negative"),
        "minus one is nonnegative": (lambda: Rational(-1), "is negative"),
        "a float is a rational": (lambda: Rational(0.1), r"Write Fraction\('0.1'\)"),
        "a truth value is a number": (lambda: Rational(True), "not an exact number"),
        "0 > 0": (lambda: Conclude(Fact(lift(0), Rel.GT), Rational(0)), "`=` does not give `>`"),
        "1 = 0": (lambda: Conclude(Fact(lift(1), Rel.EQ), Rational(1)), "`>` does not give `=`"),
    },
    "Square": {
        "a square is positive": (lambda: Conclude(Fact(c * c, Rel.GT), Square(c)), "`>=` does not give `>`"),
        "a product is a square": (lambda: Conclude(Fact(c * s), Square(c)), "not an identity"),
        "a square is zero": (lambda: Conclude(Fact(c * c, Rel.EQ), Square(c)), "`>=` does not give `=`"),
        "a vector is a root": (lambda: Square(X), "unsupported operand|not an exact number"),
    },
    "Norm": {
        "a norm is positive": (lambda: Conclude(Fact(X @ X, Rel.GT), Norm(X)), "`>=` does not give `>`"),
        "an inner product is nonnegative": (lambda: Conclude(Fact(X @ V), Norm(X + V)), "not an identity"),
        "norms add without the cross term": (
            lambda: Conclude(Fact(X @ X + V @ V), Norm(X + V)),
            r"wanted - proved = -2\*<",
        ),
    },
    "Add": {
        "a sum of weak inequalities is strict": (
            lambda: Conclude(Fact(c + c, Rel.GT), Add(Assume("c>=0"), Assume("c>=0"))),
            "`>=` does not give `>`",
        ),
        "an equation plus an inequality is an equation": (
            lambda: Conclude(Fact(c + c, Rel.EQ), Add(Assume("c=0"), Assume("c>=0"))),
            "`>=` does not give `=`",
        ),
        "an equation plus a strict inequality is an equation": (
            lambda: Conclude(Fact(c + c, Rel.EQ), Add(Assume("c>0"), Assume("c=0"))),
            "`>` does not give `=`",
        ),
        "the right side is forgotten": (lambda: Conclude(Fact(c), Add(Assume("c>=0"), Rational(1))), "proved = -1"),
        "the left side is forgotten": (lambda: Conclude(Fact(c), Add(Rational(1), Assume("c>=0"))), "proved = -1"),
    },
    "Mul": {
        "strict times weak is strict": (
            lambda: Conclude(Fact(c * c, Rel.GT), Mul(Assume("c>0"), Assume("c>=0"))),
            "`>=` does not give `>`",
        ),
        "a product of inequalities is an equation": (
            lambda: Conclude(Fact(c * c, Rel.EQ), Mul(Assume("c>=0"), Assume("c>=0"))),
            "`>=` does not give `=`",
        ),
        "a product with a zero is positive": (
            lambda: Conclude(Fact(c * c, Rel.GT), Mul(Assume("c>0"), Assume("c=0"))),
            "`=` does not give `>`",
        ),
        "a product is a sum": (lambda: Conclude(Fact(c + c), Mul(Assume("c>=0"), Assume("c>=0"))), "not an identity"),
    },
    "EqMul": {
        "an inequality scaled by -1": (lambda: EqMul(lift(-1), Assume("c>=0")), "scales equations only"),
        "a strict inequality scaled by 0": (lambda: EqMul(lift(0), Assume("c>0")), "scales equations only"),
        "a float factor": (lambda: EqMul(0.5, Assume("c=0")), r"Write Fraction\('0.5'\)"),
    },
    "Mean": {
        "strict survives a mean": (
            lambda: Conclude(Fact(mean(SAMPLE, xi), Rel.GT), Mean(SAMPLE, Assume("xi>0"))),
            "`>=` does not give `>`",
        ),
        "a mean of an inequality is an equation": (
            lambda: Conclude(Fact(mean(SAMPLE, xi), Rel.EQ), Mean(SAMPLE, Assume("xi>=0"))),
            "`>=` does not give `=`",
        ),
        "a rate chosen from the sample leaves the expectation": (
            lambda: Conclude(Fact(gamma_i * mean(SAMPLE, xi)), Mean(SAMPLE, Mul(Square(gamma_i), Assume("xi>=0")))),
            r"E_i\[gamma\(i\)\^2\*xi\(i\)\]",
        ),
        "the mean of a product is the product of the means": (
            lambda: Conclude(
                Fact(mean(SAMPLE, xi) * mean(SAMPLE, xi)), Mean(SAMPLE, Mul(Assume("xi>=0"), Assume("xi>=0")))
            ),
            r"E_i\[xi\(i\)\^2\]",
        ),
        "one sample is the mean": (lambda: Conclude(Fact(xi), Mean(SAMPLE, Assume("xi>=0"))), "not an identity"),
        "a mean over one law is a mean over another": (
            lambda: Conclude(Fact(mean(Law(K, Index("J")), a * a)), Mean(TIME, Square(a))),
            r"avg_\{k<T\}",
        ),
    },
    "Law": {
        "steps averaged without end": (lambda: Mean(Law(K), Square(a)), "upper end"),
        "samples averaged up to a step": (lambda: Mean(Law(I, T), Square(xi)), "upper end"),
        "a mean over a number": (lambda: Mean(Law(ZERO, T), Square(a)), "not a variable"),
        "a mean over k + 1": (lambda: Mean(Law(K + 1, T), Square(a)), "not a variable"),
        "steps below their own index": (lambda: Telescope(Law(K, K), a, Assume("fall")), "running index"),
        "steps below their successor": (lambda: Telescope(Law(K, K + 1), a, Assume("fall")), "running index"),
        "steps below a sample": (lambda: Mean(Law(K, I), Square(a)), "running index or no step"),
    },
    "Telescope": {
        "a sum over samples": (lambda: Telescope(SAMPLE, a, Assume("fall")), "sums over steps"),
        "a sum over another label": (lambda: Telescope(Law(Index("w", "path")), a, Assume("fall")), "sums over steps"),
        "the last term is dropped": (lambda: Conclude(Fact(a0), Telescope(TIME, a, Assume("fall"))), r"a\(T\)"),
        "a sum is its average": (
            lambda: Conclude(
                Fact(a0 - symbol("a", T) + mean(TIME, symbol("r", K) * symbol("r", K))),
                Telescope(TIME, a, Add(Assume("fall"), Square(symbol("r", K)))),
            ),
            r"avg_\{k<T\}\[r\(k\)\^2\]\*T",
        ),
        "strict survives a sum over no steps": (
            lambda: Conclude(Fact(count(T), Rel.GT), Telescope(TIME, lift(0), Rational(1))),
            "`>=` does not give `>`",
        ),
    },
    "Induct": {
        "another start": (lambda: Induct(K, a, Assume("c>=0"), Rational(2), Assume("step")), "not an identity"),
        "the claim at k for its start": (
            lambda: Induct(K, a * a, Square(a), Rational(0), Square(a_next)),
            "not an identity",
        ),
        "the claim at k for its step": (
            lambda: Induct(K, a * a, Square(a0), Rational(0), Square(a)),
            "not an identity",
        ),
        "another factor": (lambda: Induct(K, a, Assume("a0"), Rational(1), Assume("step")), "not an identity"),
        "a negative factor": (lambda: Induct(K, a, Assume("a0"), Rational(-2), Assume("step")), "is negative"),
        "an unproved factor": (lambda: Induct(K, a, Assume("a0"), Assume("c"), Assume("grow")), "unknown hypothesis"),
        "induction over samples": (
            lambda: Induct(I, xi * xi, Square(xi), Rational(0), Square(xi)),
            "only steps have 0",
        ),
        "induction over a number": (
            lambda: Induct(ZERO, c * c, Square(c), Rational(0), Square(c)),
            "is not a variable",
        ),
        "induction over k + 1": (lambda: Induct(K + 1, c * c, Square(c), Rational(0), Square(c)), "is not a variable"),
        "induction gives strictness": (
            lambda: Conclude(Fact(lift(1), Rel.GT), Induct(K, lift(1), Rational(1), Rational(1), Rational(0))),
            "`>=` does not give `>`",
        ),
    },
    "Inst": {
        "a constant is replaced": (lambda: Inst(((Symbol("c"), lift(-1)),), Assume("c>=0")), "only a variable"),
        "a fixed vector is replaced": (lambda: Inst(((Basis("c"), X),), Norm(C)), "only a variable"),
        "a vector is replaced by a number": (lambda: Inst(((x_var, lift(1)),), Norm(X)), "only a variable"),
        "a number is replaced by a vector": (lambda: Inst(((s_var, X),), Assume("bounded")), "only a variable"),
        "a sample is replaced by a step": (lambda: Inst(((I, K),), Assume("xi>=0")), "only a variable"),
        "a step is replaced by a sample": (lambda: Inst(((K, I),), Assume("fall")), "only a variable"),
        "k + 1 is replaced": (lambda: Inst(((K + 1, ZERO),), Assume("fall")), "only a variable"),
        "zero is replaced": (lambda: Inst(((ZERO, K),), Assume("a0")), "only a variable"),
        "a variable is replaced twice": (
            lambda: Inst(((s_var, lift(0)), (s_var, lift(1))), Assume("bounded")),
            "replaced twice",
        ),
        "a point chosen after the sample enters its mean": (
            lambda: Inst(((x_var, X - gamma_i * vector("g", I)),), Assume("mean at x")),
            r"depends on i: it cannot replace x under E_i",
        ),
        "a point chosen at a step enters the average over steps": (
            lambda: Inst(((x_var, vector("x", K)),), Assume("average at x")),
            "depends on k",
        ),
        "the number of steps becomes the running index": (
            lambda: Inst(((T, K),), Assume("average at x")),
            "running index",
        ),
        "all at once is one after the other": (
            lambda: Conclude(Fact(X @ X), Inst(((x_var, V), (v_var, X)), Norm(X))),
            "not an identity",
        ),
    },
    "Terms": {
        "a function is a variable": (lambda: Square(symbol("h", K, variable=True)), "cannot be a variable"),
        "a vector field is a variable": (lambda: Norm(vector("h", K, variable=True)), "cannot be a variable"),
        "the sample after this one": (lambda: Square(symbol("xi", I + 1)), "only steps have 0"),
        "the step before the first": (lambda: Square(symbol("a", Index("k", "step", -1))), "only steps have 0"),
        "the zeroth sample": (lambda: Square(symbol("xi", Index("", "sample"))), "only steps have 0"),
        "floats smuggled in by another ring": (
            lambda: Square(Poly((Symbol("c"),), ring("x0", RR)[1])),
            "does not lie in the ring",
        ),
        "atoms that the ring does not have": (
            lambda: Square(Poly((), ring("x0", QQ)[1])),
            "does not lie in the ring",
        ),
        "a float coefficient": (lambda: Square(c * 0.5), r"Write Fraction\('0.5'\)"),
        "a mean of something that is no term": (lambda: Mean(SAMPLE, Square(Poly(("c",), c.body))), "not a term"),
        "a value for something that is no term": (
            lambda: Inst(((s_var, lift(0)),), Square(Poly(("c",), c.body))),
            "not an atom",
        ),
    },
    "Malformed data": {
        "half a step": (lambda: Square(symbol("a", K + Fraction(1, 2))), "a whole shift"),
        "half a step by another name": (
            lambda: Inst(((K, Index("", "step", Fraction(1, 2))),), Square(a)),
            "a whole shift",
        ),
        "a truth value for a shift": (lambda: Square(symbol("a", Index("k", "step", True))), "a whole shift"),
        "an index without a name": (lambda: Square(symbol("a", Index(None))), "a whole shift"),
        "the number of a label": (lambda: Square(count(I)), "has no number"),
        "the number of a numeral": (lambda: Square(atom(Count(ZERO))), "has no number"),
        "the number of a successor": (lambda: Square(atom(Count(K + 1))), "has no number"),
        "one atom twice": (lambda: Square(Poly((A, A), _ring(2).gens[0])), "distinct atoms"),
        "a negative power": (lambda: Square(Poly((A,), _ring(1).from_dict({(-1,): QQ(1)}))), "has a term that is none"),
        "a term with coefficient zero": (lambda: Square(Poly((A,), _zero_term())), "has a term that is none"),
        "a float coefficient by hand": (lambda: Square(Poly((A,), _float_term())), "has a term that is none"),
        "a symbol of another kind": (lambda: type("S", (Symbol,), {}), "have no subclasses"),
        "a polynomial that answers for itself": (lambda: Fact(type("P", (Poly,), {})((), _ring(0).one)), "a fact is"),
    },
    "Fact": {
        "an imaginary number squared": (lambda: Square(1j), "not an exact number"),
        "an imaginary unit squared": (lambda: Conclude(Fact(lift(-1)), Square(sqrt(-1))), "not an exact number"),
        "a float squared": (lambda: Square(0.1), "not an exact number"),
        "nan squared": (lambda: Square(float("nan")), "not an exact number"),
        "an equation between vectors": (lambda: EqMul(vector("u"), Assume("c=0")), "not an exact number"),
        "a number for a polynomial": (lambda: Conclude(Fact(1), Rational(1)), "a fact is a polynomial"),
        "a word for a relation": (lambda: Conclude(Fact(lift(1), ">="), Rational(1)), "a fact is a polynomial"),
    },
    "Conclude": {
        "weak made strict": (lambda: Conclude(Fact(xi, Rel.GT), Assume("xi>=0")), "`>=` does not give `>`"),
        "an inequality made an equation": (lambda: Conclude(Fact(c, Rel.EQ), Assume("c>=0")), "does not give `=`"),
        "a strict inequality made an equation": (lambda: Conclude(Fact(c, Rel.EQ), Assume("c>0")), "not give `=`"),
        "an equation made strict": (lambda: Conclude(Fact(c, Rel.GT), Assume("c=0")), "`=` does not give `>`"),
        "a different polynomial": (lambda: Conclude(Fact(xi - 1), Assume("xi>=0")), "wanted - proved = -1"),
        "a weaker inequality without its reason": (lambda: Conclude(Fact(c + 1), Assume("c>=0")), "proved = 1"),
        "variables that look like constants": (
            lambda: Conclude(Fact(1 - symbol("s")), Assume("bounded")),
            "not an identity",
        ),
    },
    "the rule list": {
        "a class is no proof": (lambda: Add, "is not a rule"),
        "a fact is no proof": (lambda: Fact(c), "is not a rule"),
        "nothing is no proof": (lambda: Add(Rational(1), None), "is not a rule"),
        "a vector without terms of its own": (lambda: Norm(Vec), "unsupported operand|is not"),
    },
}
CASES = [(guard, name, *case) for guard, table in WRONG.items() for name, case in table.items()]


@pytest.mark.parametrize(("build", "reason"), [c[2:] for c in CASES], ids=[f"{c[0]}: {c[1]}" for c in CASES])
def test_is_refused(build, reason):
    with pytest.raises((Rejected, ValueError, TypeError), match=reason):
        infer(build(), THEORY)


def test_every_guard_has_at_least_two_wrong_proofs():
    assert min(Counter(guard for guard, *_ in CASES).values()) >= 2


def test_refusing_is_the_kernels_own_verdict():
    """Errors inside a rule reach the caller as ``Rejected``, never as a crash that someone may swallow."""
    for guard, name, build, _ in CASES:
        try:
            proof = build()
        except (TypeError, ValueError):
            continue  # not even a term
        with pytest.raises(Rejected):
            infer(proof, THEORY), f"{guard}: {name}"
