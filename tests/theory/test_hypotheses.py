"""The hypotheses hold together: there are problems on which they are true, so no proof is vacuous."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.gram import Average, Basis, Count, Index, Inner, Law, Symbol, symbol
from theory.hypotheses import Standing, hypotheses
from theory.kernel import Fact, Rel
from theory.notation import GAMMA, GAMMA_I, L, V, X, f, g, latex

Q = Fraction
APART = (Q(-1), Q(0), Q(1))  # f_i(x) = (x - shift_i)^2/2 in one dimension: L = 1, x* = 0, sigma2 = 2/3
TOGETHER = (Q(0), Q(0), Q(0))  # the same without noise: sigma2 = 0, and each sample's gradient is the full one
WITHOUT_NOISE = {"interpolation", "full batch"}  # the hypotheses that hold in the second problem only
PATHS = 27  # a path is three samples: the digits of a number below 27 in base 3
NUMBERS = {"L": 1, "(1/L)": 1, "mu": Q(1, 2), "min_lr": Q(1, 10), "max_lr": Q(2, 5), "alpha": Q(1, 2), "F": Q(1, 2)}
NUMBERS |= {"beta": 1, "(1/(1-alpha))": 2, "(1/max_lr)": Q(5, 2), "c": 1}


def worth(fact, at):
    """The value of a fact in the model, ``at`` giving its free variables."""
    return sum((c * monomial(m, at) for m, c in fact.poly.terms), Q(0))


def monomial(factors, at):
    value = Q(1)
    for atom, exponent in factors:
        value *= number(atom, at) ** exponent
    return value


def number(atom, at):
    match atom:
        case Inner(left, right):
            return vector(left, at) * vector(right, at)
        case Symbol("f", (i, x)):
            return (point(x, at) - at["shifts"][at[i]]) ** 2 / 2
        case Symbol("f", (x,)):
            return sum((point(x, at) - s) ** 2 / 2 for s in at["shifts"]) / 3
        case Symbol("gamma"):
            return Q(1, 4)
        case Symbol("F0"):
            return Q(4)
        case Symbol("gamma_cut"):
            return Q(1, 8)
        case Symbol("gamma_raised"):
            return Q(1, 2)
        case Symbol("a", (t,)):
            return Q(1, 1 + index(t, at))
        case Symbol("alpha^", (t,)):
            return Q(1, 2) ** index(t, at)
        case Symbol("q^", (t,)):
            return (1 - NUMBERS["min_lr"] * NUMBERS["mu"]) ** index(t, at)
        case Symbol("sigma2"):
            return sum(s**2 for s in at["shifts"]) / 3
        case Symbol(name, ()):
            return Q(NUMBERS[name])
        case Count(of):
            return Q(index(of, at))
        case Average(Law(over, below), body):
            size = {"sample": 3, "path": PATHS, "step": max(index(below, at), 1) if below else 1}[over.sort]
            return sum((monomial(body, {**at, over: k}) for k in range(size)), Q(0)) / size
    raise AssertionError(atom)


def vector(b, at):
    match b:
        case Basis("g", (i, x)):
            return point(x, at) - at["shifts"][at[i]]
        case Basis("g", (x,)):
            return point(x, at)
        case Basis("x", (t, w)):
            return iterate(index(t, at), at[w], at["shifts"])
        case Basis("x*", ()):
            return Q(0)
        case Basis("xbar" | "xhat", (steps, w)):  # the rate is constant: the weighted average is the plain one
            return sum((iterate(t, at[w], at["shifts"]) for t in range(index(steps, at))), Q(0)) / index(steps, at)
    return at[b]


def iterate(t, path, shifts):
    """SGD at the rate 1/4 from 3, on the samples that the path names."""
    x = Q(3)
    for k in range(t):
        x -= Q(1, 4) * (x - shifts[path // 3**k % 3])
    return x


def point(v, at):
    return sum((worth(Fact(c), at) * vector(b, at) for b, c in v.coords), Q(0))


def index(t, at):
    return (at[Index(t.name, t.sort)] if t.name else 0) + t.shift


numbers = st.fractions(min_value=-9, max_value=9, max_denominator=6)


@pytest.mark.parametrize("shifts", [APART, TOGETHER], ids=["with noise", "without noise"])
@settings(max_examples=60, deadline=None)
@given(
    st.tuples(numbers, numbers, numbers),
    st.integers(0, 2),
    st.integers(0, 2),
    st.integers(1, 3),
    st.integers(0, PATHS - 1),
)
def test_one_problem_satisfies_every_hypothesis(shifts, points, sample, step, steps, path):
    """SGD on three parabolas, for every point, sample, path and number of steps: no proof is vacuous."""
    at = {"shifts": shifts} | {Basis(name, (), True): value for name, value in zip("xyv", points, strict=True)}
    at |= {Index("i", "sample"): sample, Index("w", "path"): path, Index("t"): step, Index("T"): steps}
    for name, hypothesis in hypotheses().items():
        if shifts is APART and name in WITHOUT_NOISE:
            continue
        value = worth(hypothesis.fact, at)
        rel = hypothesis.fact.rel
        assert {Rel.EQ: value == 0, Rel.GE: value >= 0, Rel.GT: value > 0}[rel], f"{name} is {value} {rel.value} 0"


def test_the_model_can_tell_a_false_hypothesis():
    at = {X.coords[0][0]: Q(2), "shifts": APART}
    assert worth(Fact(f(X)), at) > 0
    assert worth(Fact(1 - g(X) @ g(X)), at) < 0


def test_every_hypothesis_says_where_it_comes_from():
    for hypothesis in hypotheses().values():
        assert isinstance(hypothesis.standing, Standing)
        assert hypothesis.says


def test_every_hypothesis_can_be_written_in_latex():
    for hypothesis in hypotheses().values():
        assert latex(hypothesis.fact).endswith(" 0")


def test_latex_of_a_small_fact():
    assert latex(Fact(Q(1, 2) * L * (g(X) @ V) - GAMMA_I * GAMMA, Rel.EQ)) == (
        r"\tfrac{1}{2} \langle \nabla f(x), v \rangle L - \gamma_{t,w} \gamma_{t,w,i} = 0"
    )


def test_a_symbol_without_latex_is_an_error_that_says_where_to_add_it():
    with pytest.raises(TypeError, match=r"add it to theory/notation.py"):
        latex(Fact(symbol("zeta")))
