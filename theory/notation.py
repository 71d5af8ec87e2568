"""The symbols of the paper, one table: how each is built and how LaTeX writes it."""

from __future__ import annotations

from theory.gram import Average, Basis, Count, Index, Inner, Law, Symbol, Term, Vec, symbol, vector
from theory.kernel import Fact, Rel
from theory.polynomial import Monomial, Poly

SAMPLE_INDEX = Index("i", "sample")
STEP, STEPS = Index("t"), Index("T")
PATH = Index("w", "path")  # everything drawn so far
SAMPLE = Law(SAMPLE_INDEX)  # E_i: the fresh sample, uniform on {1, ..., n}
PATHS = Law(PATH)  # E_w: all samples of a run
TIME = Law(STEP, STEPS)  # the average over t = 0, ..., T - 1

X, Y, V = (vector(name, variable=True) for name in "xyv")
X_STAR, X_BAR, X_HAT = vector("x*"), vector("xbar", STEPS, PATH), vector("xhat", STEPS, PATH)

L, INV_L, MU = symbol("L"), symbol("(1/L)"), symbol("mu")
LO, HI, INV_HI = symbol("min_lr"), symbol("max_lr"), symbol("(1/max_lr)")
CURB = symbol("c")  # min(1, 2 - L max_lr)
GAMMA = symbol("gamma", STEP, PATH)  # the rate of step t, if it is fixed before the sample is drawn
GAMMA_I = symbol("gamma", STEP, PATH, SAMPLE_INDEX)  # the rate of step t, which may depend on the sample i
BEST_CUT = symbol("F0", STEP, PATH)  # the factor with F0 gamma L = 1
CUT_RATE, RAISED_RATE = symbol("gamma_cut", STEP, PATH), symbol("gamma_raised", STEP, PATH)
FACTOR = symbol("F")
SHORTFALL = symbol("e")  # how far a phase lies below 1 + F
SIGMA2 = symbol("sigma2")
ALPHA, BETA, INV_GAP = symbol("alpha"), symbol("beta"), symbol("(1/(1-alpha))")


def f_i(x: Vec) -> Poly:
    """f_i(x), the loss of sample i."""
    return symbol("f", SAMPLE_INDEX, x)


def g_i(x: Vec) -> Vec:
    """grad f_i(x)."""
    return vector("g", SAMPLE_INDEX, x)


def f(x: Vec) -> Poly:
    """f(x), the mean of the f_i(x)."""
    return symbol("f", x)


def g(x: Vec) -> Vec:
    """grad f(x)."""
    return vector("g", x)


def iterate(t: Index) -> Vec:
    """x_t, on the path w."""
    return vector("x", t, PATH)


def gap(t: Index) -> Poly:
    """a_t, the expected suboptimality at step t."""
    return symbol("a", t)


def power(t: Index) -> Poly:
    """alpha^t."""
    return symbol("alpha^", t)


def contraction(t: Index) -> Poly:
    """(1 - min_lr mu)^t."""
    return symbol("q^", t)


_NAMES = {
    "x*": "x^*",
    "xbar": r"\bar x",
    "xhat": r"\hat x",
    "(1/L)": r"\tfrac{1}{L}",
    "(1/max_lr)": r"\tfrac{1}{\gamma_{\max}}",
    "mu": r"\mu",
    "e": r"\varepsilon",
    "gamma": r"\gamma",
    "F0": "F^0",
    "gamma_cut": r"\gamma^{\downarrow}",
    "gamma_raised": r"\gamma^{\uparrow}",
    "min_lr": r"\gamma_{\min}",
    "max_lr": r"\gamma_{\max}",
    "sigma2": r"\sigma_f^*",
    "alpha": r"\alpha",
    "beta": r"\beta",
    "eta": r"\eta",
    "(1/(1-alpha))": r"\tfrac{1}{1-\alpha}",
}
_PLAIN = {"f", "g", "x", "y", "v", "a", "c", "L", "F"}
_POWERS = {"alpha^": r"\alpha", "q^": r"(1 - \gamma_{\min} \mu)"}
_RELATIONS = {Rel.EQ: "=", Rel.GE: r"\ge", Rel.GT: ">"}


def latex(fact: Fact) -> str:
    """The formal statement of a fact, ``p rel 0``, in LaTeX."""
    return f"{_poly(fact.poly)} {_RELATIONS[fact.rel]} 0"


def _poly(p: Poly) -> str:
    return " + ".join(_scaled(m, str(c.numerator), str(c.denominator)) for m, c in p.terms).replace("+ -", "- ") or "0"


def _scaled(monomial: Monomial, numerator: str, denominator: str) -> str:
    sign, digits = ("-", numerator[1:]) if numerator.startswith("-") else ("", numerator)
    c = digits if denominator == "1" else rf"\tfrac{{{digits}}}{{{denominator}}}"
    factors = _monomial(monomial)
    return sign + (factors if c == "1" and factors else f"{c} {factors}".strip())


def _monomial(monomial: Monomial) -> str:
    return " ".join(_atom(a) if e == 1 else rf"{{{_atom(a)}}}^{{{e}}}" for a, e in monomial)


def _atom(a: object) -> str:
    match a:
        case Inner(left, right) if left == right:
            return rf"\| {_named(left)} \|^2"
        case Inner(left, right):
            return rf"\langle {_named(left)}, {_named(right)} \rangle"
        case Count(of):
            return str(of)
        case Average(law, body):
            return rf"{_law(law)}\left[ {_monomial(body)} \right]"
        case Symbol() | Basis():
            return _named(a)
    raise TypeError(f"{a!r} has no LaTeX: add it to theory/notation.py.")


def _law(law: Law) -> str:
    return rf"\mathbb{{E}}_{{{law.over}}}" if law.below is None else rf"\operatorname{{avg}}_{{{law.over}<{law.below}}}"


def _named(node: Symbol | Basis) -> str:
    if node.name in _POWERS:
        return rf"{_POWERS[node.name]}^{{{node.args[0]}}}"
    if node.name not in _NAMES and node.name not in _PLAIN:
        raise TypeError(f"{node.name!r} has no LaTeX: add it to theory/notation.py.")
    base = r"\nabla f" if node.name == "g" else _NAMES.get(node.name, node.name)
    indices = ",".join(str(a) for a in node.args if isinstance(a, Index))
    points = ", ".join(_term(a) for a in node.args if not isinstance(a, Index))
    return base + (f"_{{{indices}}}" if indices else "") + (f"({points})" if points else "")


def _term(term: Term) -> str:
    if isinstance(term, Index):
        return str(term)
    if isinstance(term, Poly):
        return _poly(term)
    return " + ".join(_combination(b, c) for b, c in term.coords).replace("+ -", "- ") or "0"


def _combination(b: Basis, c: Poly) -> str:
    text = _poly(c)
    scaled = {"1": "", "-1": "-"}.get(
        text, rf"\left( {text} \right) " if " + " in text or " - " in text else f"{text} "
    )
    return scaled + _named(b)
