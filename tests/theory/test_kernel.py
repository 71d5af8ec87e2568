"""What each rule gives, on the smallest proof that uses it."""

from fractions import Fraction

import pytest

from theory.gram import Index, Law, Symbol, count, mean, symbol, vector
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
    Rel,
    Sequent,
    Square,
    Telescope,
    infer,
)
from theory.polynomial import lift

I, K, T, N = Index("i", "sample"), Index("k"), Index("T"), Index("n")
ZERO = Index("")
a, b, c = symbol("a"), symbol("b"), symbol("c")
u, v = vector("u"), vector("v")
V, r = symbol("V", K), symbol("r", K)
THEORY = {
    "a>0": Fact(a, Rel.GT),
    "b>=0": Fact(b),
    "c=0": Fact(c, Rel.EQ),
    "xi>0": Fact(symbol("xi", I), Rel.GT),
    "xi=0": Fact(symbol("xi", I), Rel.EQ),
    "fall": Fact(V - symbol("V", K + 1) + r),
    "equal": Fact(V - symbol("V", K + 1) + r, Rel.EQ),
    "start": Fact(symbol("V", ZERO)),
    "b grows": Fact(symbol("V", K + 1) - b * V),
}


def concludes(proof, poly, rel, *hyps):
    assert infer(proof, THEORY) == Sequent(frozenset(hyps), Fact(poly, rel))


def test_assume_cites_a_fact_under_its_name():
    concludes(Assume("b>=0"), b, Rel.GE, "b>=0")


@pytest.mark.parametrize(("q", "rel"), [(Fraction(2, 3), Rel.GT), (1, Rel.GT), (0, Rel.EQ)])
def test_rational_knows_the_sign_of_a_number(q, rel):
    concludes(Rational(q), lift(q), rel)


def test_a_square_is_nonnegative():
    concludes(Square(a - b), a * a - 2 * a * b + b * b, Rel.GE)


def test_a_norm_expands_in_gram_entries_that_are_symmetric():
    concludes(Norm(u - 2 * v), u @ u - 4 * (v @ u) + 4 * (v @ v), Rel.GE)
    assert u @ v == v @ u


@pytest.mark.parametrize(
    ("left", "right", "rel"),
    [
        ("c=0", "c=0", Rel.EQ),
        ("c=0", "b>=0", Rel.GE),
        ("b>=0", "b>=0", Rel.GE),
        ("b>=0", "a>0", Rel.GT),
        ("a>0", "c=0", Rel.GT),
        ("a>0", "a>0", Rel.GT),
    ],
)
def test_sums_are_as_strict_as_their_strictest_part(left, right, rel):
    concludes(Add(Assume(left), Assume(right)), THEORY[left].poly + THEORY[right].poly, rel, left, right)


@pytest.mark.parametrize(
    ("left", "right", "rel"),
    [
        ("c=0", "c=0", Rel.EQ),
        ("c=0", "a>0", Rel.EQ),
        ("b>=0", "c=0", Rel.EQ),
        ("b>=0", "b>=0", Rel.GE),
        ("a>0", "b>=0", Rel.GE),
        ("a>0", "a>0", Rel.GT),
    ],
)
def test_products_follow_the_sign_table(left, right, rel):
    concludes(Mul(Assume(left), Assume(right)), THEORY[left].poly * THEORY[right].poly, rel, left, right)


def test_an_equation_may_be_scaled_by_anything():
    concludes(EqMul(a - b, Assume("c=0")), (a - b) * c, Rel.EQ, "c=0")


def test_a_mean_pulls_out_what_does_not_depend_on_the_sample():
    xi, gamma_i = symbol("xi", I), symbol("gamma", I)
    law = Law(I)
    concludes(Mean(law, Mul(Assume("b>=0"), Assume("xi>0"))), b * mean(law, xi), Rel.GE, "b>=0", "xi>0")
    concludes(
        Mean(law, EqMul(gamma_i * a + 3, Assume("xi=0"))),
        a * mean(law, gamma_i * xi) + 3 * mean(law, xi),
        Rel.EQ,
        "xi=0",
    )
    assert mean(law, lift(7)) == lift(7)


def test_nested_means_do_not_collide_with_flat_ones():
    outer, inside = Law(I), Law(Index("j", "sample"))
    f = symbol("f", I) * symbol("f", Index("j", "sample"))
    assert mean(outer, mean(inside, f)) == mean(outer, symbol("f", I)) * mean(inside, symbol("f", Index("j", "sample")))
    g = symbol("g", vector("x", I), Index("j", "sample"))
    assert mean(outer, mean(inside, g)) != mean(inside, mean(outer, g))


@pytest.mark.parametrize(("name", "rel"), [("fall", Rel.GE), ("equal", Rel.EQ)])
def test_telescope_sums_the_steps_below_t(name, rel):
    law = Law(K, T)
    summed = symbol("V", ZERO) - symbol("V", T) + count(T) * mean(law, r)
    concludes(Telescope(law, V, Assume(name)), summed, rel, name)


def test_induction_follows_a_recursion_with_a_nonnegative_factor():
    proof = Induct(K, V, Assume("start"), Assume("b>=0"), Assume("b grows"))
    concludes(proof, V, Rel.GE, "start", "b>=0", "b grows")


def test_inst_replaces_all_variables_at_once():
    x, y = vector("x", variable=True), vector("y", variable=True)
    swap = ((x.coords[0][0], y - x), (y.coords[0][0], x))
    concludes(Inst(swap, Norm(x + 2 * y)), (y + x) @ (y + x), Rel.GE)
    concludes(Inst(((K, N + 2),), Square(symbol("V", K + 1))), symbol("V", N + 3) ** 2, Rel.GE)
    s = Symbol("s", (), True)
    concludes(Inst(((s, a + 1),), Square(symbol("s", variable=True) + b)), (a + 1 + b) ** 2, Rel.GE)
    at_x = symbol("f", I, x)
    concludes(Inst(((x.coords[0][0], u - v),), Square(at_x)), symbol("f", I, u - v) ** 2, Rel.GE)


def test_inst_reaches_the_body_and_the_end_of_a_mean():
    law = Law(K, T)
    proof = Inst(((T, N + 1),), Mean(law, Square(r * count(T))))
    below = Law(K, N + 1)
    concludes(proof, (count(N) + 1) ** 2 * mean(below, r * r), Rel.GE)
    x = vector("x", variable=True)
    moved = Inst(((x.coords[0][0], u),), Mean(Law(I), Square(symbol("f", I, x))))
    concludes(moved, mean(Law(I), symbol("f", I, u) ** 2), Rel.GE)


def test_inst_leaves_a_bound_variable_alone():
    concludes(Inst(((K, ZERO),), Mean(Law(K, T), Square(V))), mean(Law(K, T), V * V), Rel.GE)


@pytest.mark.parametrize(
    ("name", "rel"), [("c=0", Rel.EQ), ("c=0", Rel.GE), ("a>0", Rel.GT), ("a>0", Rel.GE), ("b>=0", Rel.GE)]
)
def test_conclude_restates_and_may_weaken(name, rel):
    concludes(Conclude(Fact(THEORY[name].poly, rel), Assume(name)), THEORY[name].poly, rel, name)


def test_sequents_and_facts_read_as_written():
    assert str(infer(Add(Assume("b>=0"), Norm(u - v)), THEORY)) == "b>=0 |- |u|^2 - 2*<u, v> + |v|^2 + b >= 0"
    assert str(Fact(mean(Law(I), symbol("f", I, 2 * u - v)), Rel.EQ)) == "E_i[f(i, 2*u - v)] = 0"
    assert str(Fact(mean(Law(K, T), Fraction(1, 2) * symbol("a", K + 1)))) == "1/2*avg_{k<T}[a(k+1)] >= 0"


PROOFS = (
    Assume("b>=0"), Rational(1), Square(a), Norm(u), Add(Rational(1), Rational(1)), Mul(Rational(1), Rational(1)),
    EqMul(a, Assume("c=0")), Mean(Law(I), Square(a)), Telescope(Law(K, T), V, Assume("fall")),
    Induct(K, V, Assume("start"), Assume("b>=0"), Assume("b grows")), Inst((), Square(a)),
    Conclude(Fact(a * a), Square(a)),
)  # fmt: skip
PLAIN = (*PROOFS, Fact(a), infer(Square(a), {}), I, Law(I), u, a, *u.coords[0], *(u @ v).atoms, *count(K).atoms)
PLAIN += (*symbol("f", I).atoms, *mean(Law(I), symbol("xi", I)).atoms)


@pytest.mark.parametrize("value", PLAIN, ids=lambda value: type(value).__name__)
def test_terms_and_proofs_are_plain_values(value):
    """Nobody can change a proof or a fact after the kernel has seen it."""
    field = next(iter(value.__dataclass_fields__))
    with pytest.raises(AttributeError):
        setattr(value, field, None)
    assert hash(value) == hash(value)
