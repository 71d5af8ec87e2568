"""How the kernel's language is spelled in Rocq: identifiers, terms, polynomials, facts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction

from theory.gram import Average, Basis, Count, Index, Inner, Law, Symbol, Term, Variable, Vec
from theory.kernel import Fact, Rel
from theory.polynomial import Monomial, Poly

TYPES = {"step": "nat", "sample": "Sample", "path": "Path", "vec": "V", "real": "R"}
LETTERS = {"step": "t", "sample": "i", "path": "w", "vec": "x", "real": "r"}
RELATIONS = {Rel.EQ: "{} = 0", Rel.GE: "0 <= {}", Rel.GT: "0 < {}"}
RESERVED = frozenset(  # what the exported file or its imports call something else
    "O S V R E Sample Path SAMPLE PATHS sample0 path0 INR mean steps inner zero add scale sub norm2 sum avg fun forall"
    " in let Set Prop Type law uniform combination".split()
)
WORDS = {
    "*": "_star",
    "^": "_pow",
    "/": "_over_",
    "(": "",
    ")": "",
    ">": "_gt_",
    "<": "_lt_",
    "=": "eq_",
    "-": "_minus_",
}


def identifier(name: str) -> str:
    """A Rocq identifier for a name of the theory."""
    for sign, word in {">=": "_ge_", "<=": "_le_", "+": "_plus_", **WORDS}.items():
        name = name.replace(sign, word)
    name = re.sub(r"\W+", "_", name.replace("'", "")).strip("_")
    return f"n{name}" if name[0].isdigit() else name


def sort(term: Term) -> str:
    """The sort of an argument."""
    return term.sort if isinstance(term, Index) else "vec" if isinstance(term, Vec) else "real"


def function(node: Symbol | Basis) -> str:
    """The identifier of a symbol or vector: a variable's own name, else its name with the sorts of its arguments."""
    letters = "".join(LETTERS[sort(a)] for a in node.args)
    return identifier(node.name) + (f"_{letters}" if letters else "")


def index(i: Index) -> str:
    """An index; k + 2 is S (S k)."""
    text = i.name or "O"
    for _ in range(i.shift):
        text = f"(S {text})"
    return text


def named(node: Symbol | Basis) -> str:
    """A symbol or basis element with its arguments."""
    return " ".join([function(node), *(argument(a) for a in node.args)])


def argument(term: Term) -> str:
    """A term where a function takes it."""
    if isinstance(term, Index):
        return index(term)
    return _closed(poly(term) if isinstance(term, Poly) else vector(term))


def _closed(text: str) -> str:
    return text if re.fullmatch(r"\w+", text) else f"({text})"


def vector(v: Vec) -> str:
    """A combination of basis elements."""
    return " +v ".join(_scaled(b, c) for b, c in v.coords) or "zero"


def _scaled(b: Basis, c: Poly) -> str:
    text = poly(c)
    return named(b) if text == "1" else f"({text}) *v {_closed(named(b))}"


def poly(p: Poly) -> str:
    """A polynomial."""
    return " + ".join(_term(m, c) for m, c in p.terms) or "0"


def _term(m: Monomial, c: Fraction) -> str:
    number = str(c) if c.denominator == 1 and c > 0 else f"({c})"
    if not m:
        return number
    return monomial(m) if c == 1 else f"{number} * {monomial(m)}"


def monomial(m: Monomial) -> str:
    """A product of atoms."""
    return " * ".join(atom(a) + (f" ^ {e}" if e > 1 else "") for a, e in m) or "1"


def atom(a: object) -> str:
    """An atom, closed enough to stand in a product."""
    match a:
        case Inner(left, right):
            return f"inner {_closed(named(left))} {_closed(named(right))}"
        case Count(of):
            return f"INR {index(of)}"
        case Average(law, body):
            return average(law, monomial(body))
        case Symbol():
            return named(a)
    raise TypeError(f"{a!r} has no spelling in Rocq: add it to verification/rocq_text.py.")


def average(law: Law, body: str) -> str:
    """The mean of a body in which the law's variable is bound."""
    return f"mean {law_of(law)} (fun {law.over.name} => {body})"


def law_of(law: Law) -> str:
    """The law itself."""
    return (
        f"(steps {index(law.below)})" if law.below is not None else {"sample": "SAMPLE", "path": "PATHS"}[law.over.sort]
    )


def relation(rel: Rel, text: str) -> str:
    """``text rel 0``."""
    return RELATIONS[rel].format(text)


def fact(p: Fact) -> str:
    """``p rel 0``."""
    return relation(p.rel, poly(p.poly))


def variable(v: Variable) -> str:
    """A variable's identifier; steps and labels keep their name."""
    return v.name if isinstance(v, Index) else identifier(v.name)


def typed(v: Variable) -> str:
    """A variable with its type, as a binder."""
    return f"({variable(v)} : {TYPES[v.sort if isinstance(v, Index) else 'vec' if isinstance(v, Basis) else 'real']})"


def ordered(variables: Iterable[Variable]) -> list[Variable]:
    """The variables in the order in which statements bind them."""
    return sorted(variables, key=lambda v: (type(v).__name__, v.name))
