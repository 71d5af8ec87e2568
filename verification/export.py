"""The kernel's proofs as a Rocq file: every hypothesis and claim as a statement, every proof as a script.

The script follows the proof tree rule by rule; ``theory/rocq/Kernel.v`` proves the rules.  The polynomials written
between the steps are suggestions: nothing here checks a proof, so a wrong one is exported as readily, and refused
by Rocq.  What the two checkers share is the statements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from graphlib import TopologicalSorter
from itertools import chain
from itertools import count as naturals

from theory.claim import Claim, KernelProof
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
    free,
    mean,
    square,
    substitute,
    substitute_index,
    substitute_vector,
)
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
    Proof,
    Rational,
    Rel,
    Square,
    Telescope,
)
from theory.polynomial import Poly, atom, lift, product
from verification import rocq_text as spell

LETTER = {Rel.EQ: "z", Rel.GE: "n", Rel.GT: "p"}
OF_EQUAL = {Rel.EQ: "zero_of_eq", Rel.GE: "nonneg_of_eq", Rel.GT: "pos_of_eq"}
Env = Mapping[Variable, Term]


@dataclass(frozen=True)
class Step:
    """A Rocq term with what it proves, up to a polynomial identity."""

    term: str
    fact: Fact


class Script:
    """The lines of one proof, nested as its subproofs are."""

    def __init__(self, facts: Mapping[str, Fact], cite: Mapping[str, str], scope: Iterable[str] = ()) -> None:
        """``facts`` are the statements that may be cited, ``cite`` the Rocq terms that prove them."""
        self.facts, self.cite = facts, cite
        self.lines: list[str] = []
        self.depth = 1
        self.names = 0
        self.scope = frozenset(scope)  # the variables introduced so far: no binder takes their names

    def write(self, line: str) -> None:
        """One line at the current depth."""
        self.lines.append("  " * self.depth + line)

    def fresh(self) -> str:
        """A new name for a step."""
        self.names += 1
        return f"H{self.names}"

    def restated(self, step: Step, goal: Fact) -> None:
        """Close the current goal, which is ``goal``, by the step and an identity."""
        term = step.term
        if step.fact.rel is not goal.rel:
            term = f"({'nonneg_of_zero _' if step.fact.rel is Rel.EQ else 'Rlt_le _ _'} {term})"
        self.write(f"apply ({OF_EQUAL[goal.rel]} _ _ {term}); identity.")

    def prove(self, node: Proof, env: Env) -> Step:
        """The step that ``node`` proves, its variables replaced as ``env`` says."""
        match node:
            case Assume(name):
                return self.assume(name, env)
            case Rational(value):
                rel = Rel.GT if value > 0 else Rel.EQ if value == 0 else Rel.GE
                fact = Fact(lift(value), rel)
                return Step(f"(ltac:(lra) : {spell.fact(fact)})", fact)
            case Square(root):
                at = substitute(root, env)
                return Step(f"(pow2_ge_0 ({spell.poly(at)}))", Fact(at * at))
            case Norm(vec):
                at_vec = substitute_vector(vec, env)
                return Step(f"(norm2_nonneg ({spell.vector(at_vec)}))", Fact(square(at_vec)))
            case Add(left, right):
                p, q = self.prove(left, env), self.prove(right, env)
                return Step(_rule("add", p, q), Fact(p.fact.poly + q.fact.poly, _sum(p.fact.rel, q.fact.rel)))
            case Mul(left, right):
                p, q = self.prove(left, env), self.prove(right, env)
                return Step(_rule("mul", p, q), Fact(p.fact.poly * q.fact.poly, _product(p.fact.rel, q.fact.rel)))
            case EqMul(factor, equation):
                p, c = self.prove(equation, env), substitute(lift(factor), env)
                return Step(f"(scaled ({spell.poly(c)}) _ {p.term})", Fact(c * p.fact.poly, Rel.EQ))
            case Mean(law, body):
                return self.mean(law, body, env)
            case Telescope(law, potential, body):
                return self.telescope(law, potential, body, env)
            case Induct():
                return self.induct(node, env)
            case Inst(at, body):
                inner = {**env, **{v: _image(term, env) for v, term in at}}
                return self.prove(body, inner)
            case Conclude(goal, body):
                step = self.prove(body, env)
                wanted = Fact(substitute(goal.poly, env), goal.rel)
                return self.asserted(wanted, lambda: self.restated(step, wanted))
        raise TypeError(f"{node!r} is not a rule.")

    def asserted(self, fact: Fact, close: Callable[[], None]) -> Step:
        """The fact under a name of its own, its goal closed by ``close``."""
        name = self.fresh()
        self.write(f"assert ({name} : {spell.fact(fact)}).")
        self.nested(close)
        return Step(name, fact)

    def nested(self, close: Callable[[], None]) -> None:
        """A subproof in braces; what it introduces is forgotten after it."""
        self.write("{")
        self.depth += 1
        scope = self.scope
        close()
        self.scope = scope
        self.depth -= 1
        self.write("}")

    def introduce(self, tactic: str, name: str, after: str = "") -> None:
        """Apply a rule and introduce its variable."""
        self.scope |= {name}
        self.write(f"{tactic}intro {name}{after}.")

    def assume(self, name: str, env: Env) -> Step:
        """A hypothesis or an earlier theorem at the values of its variables, its means put in normal form."""
        stated = self.facts[name]
        variables = spell.ordered(free(stated.poly))
        term = " ".join([self.cite[name], *(spell.argument(_image(_term(v), env)) for v in variables)])
        fact = Fact(substitute(stated.poly, env), stated.rel)

        def close() -> None:
            self.write(f"apply ({OF_EQUAL[fact.rel]} _ _ ({term})).")
            self.normalise(stated.poly, env)
            self.write("identity.")

        return self.asserted(fact, close)

    def normalise(self, p: Poly, env: Env) -> None:
        """Rewrite every mean of ``p``, as it reads with the variables replaced in place, into its normal form."""
        for a in dict.fromkeys(a for m, _ in p.terms for a, _ in m if isinstance(a, Average)):
            raw, normal = _raw(a, env), spell.poly(substitute(atom(a), env))
            if raw != normal:
                name = self.fresh()
                self.write(f"assert ({name} : {raw} = {normal}).")
                self.nested(partial(self.mean_of_body, a, env))
                self.write(f"rewrite {name}.")

    def mean_of_body(self, a: Average, env: Env) -> None:
        """Close ``mean (fun i => body) = normal`` for a mean whose body is read with the variables replaced."""
        law, inner = self.bind(a.law, env)
        body = product(atom(b) ** e for b, e in a.body)
        self.spread(law, substitute(body, inner), lambda: self.normalise(body, inner))

    def spread(self, law: Law, body: Poly, before: Callable[[], None] = lambda: None) -> None:
        """Close ``mean (fun i => X) = normal``, X being ``body`` once ``before`` is done."""
        terms, variable = [], law.over
        for m, c in body.terms:
            fixed = product([c, *(atom(a) ** e for a, e in m if variable not in free(a))])
            varying = tuple((a, e) for a, e in m if variable in free(a))
            terms.append(f"({spell.poly(fixed)}, fun {variable.name} => {spell.monomial(varying)})")
        where = spell.law_of(law)
        self.write(f"transitivity (mean {where} (combination [{'; '.join(terms)}])).")

        def close() -> None:
            self.introduce("apply mean_ext; ", variable.name, "; cbn [combination]")
            before()
            self.write("identity.")

        self.nested(close)
        self.write("rewrite mean_combination; cbn [mean_terms]; rewrite ?mean_one; identity.")

    def mean(self, law: Law, body: Proof, env: Env) -> Step:
        """The mean of what the body proves for every value of the bound variable."""
        bound, inner = self.bind(law, env)
        fact = self.looked_up(body, inner)
        rel = Rel.EQ if fact.rel is Rel.EQ else Rel.GE
        name = self.fresh()
        self.write(f"assert ({name} : {spell.relation(rel, spell.average(bound, spell.poly(fact.poly)))}).")

        def close() -> None:
            self.introduce(f"apply {'mean_zero' if rel is Rel.EQ else 'mean_nonneg'}; ", bound.over.name)
            self.restated(self.prove(body, inner), Fact(fact.poly, rel))

        self.nested(close)
        normal = Fact(mean(bound, fact.poly), rel)

        def spread() -> None:
            self.write(f"apply ({OF_EQUAL[rel]} _ _ {name}); symmetry.")
            self.spread(bound, fact.poly)

        return self.asserted(normal, spread)

    def telescope(self, law: Law, potential: Poly, body: Proof, env: Env) -> Step:
        """The sum over the steps, the potential telescoping."""
        bound, inner = self.bind(law, env)
        k, below = bound.over, bound.below
        if below is None:
            raise ValueError(f"Telescope sums over steps; {law} runs over a {k.sort}.")
        fact = self.looked_up(body, inner)
        p = substitute(potential, inner)
        rest = fact.poly - p + substitute(p, {k: k + 1})
        rel = Rel.EQ if fact.rel is Rel.EQ else Rel.GE
        value, summand = f"(fun {k.name} => {spell.poly(p)})", f"(fun {k.name} => {spell.poly(rest)})"
        name, end = self.fresh(), spell.index(below)
        total = f"{value} O - {value} {end} + INR {end} * mean (steps {end}) {summand}"
        self.write(f"assert ({name} : {spell.relation(rel, total)}).")

        def close() -> None:
            rule = "telescope_eq" if rel is Rel.EQ else "telescope"
            self.introduce(f"apply ({rule} {value} {summand}); ", k.name)
            step = self.prove(body, inner)
            self.write(f"apply ({OF_EQUAL[rel]} _ _ {_weakened(step, rel)}); cbv beta; rewrite ?S_INR; identity.")

        self.nested(close)
        averaged, equal = mean(bound, rest), self.fresh()
        self.write(f"assert ({equal} : mean (steps {end}) {summand} = {spell.poly(averaged)}).")
        self.nested(lambda: self.spread(bound, rest))
        ends = [substitute(p, {k: at}) for at in (Index(""), below)]
        result = Fact(ends[0] - ends[1] + count(below) * averaged, rel)

        def restate() -> None:
            self.write(f"rewrite {equal} in {name}; cbv beta in {name}; try change (INR 0) with 0 in {name}.")
            self.write(f"apply ({OF_EQUAL[rel]} _ _ {name}); identity.")

        return self.asserted(result, restate)

    def induct(self, node: Induct, env: Env) -> Step:
        """Induction over the steps, specialised to the value that the variable has here."""
        bound, inner = _bind_index(node.over, env, self.scope)
        p = substitute(node.claim, inner)
        q = self.looked_up(node.factor, inner).poly
        value, rate = f"(fun {bound.name} => {spell.poly(p)})", f"(fun {bound.name} => {spell.poly(q)})"
        name = self.fresh()
        self.write(f"assert ({name} : forall {bound.name} : nat, 0 <= {spell.poly(p)}).")

        def close() -> None:
            self.write(f"apply (induction_with_factor {value} {rate}).")
            self.nested(lambda: part(node.base, env, binds=False))
            self.nested(lambda: part(node.factor, inner, binds=True))
            self.nested(lambda: part(node.step, inner, binds=True))

        def part(proof: Proof, at: Env, *, binds: bool) -> None:
            if binds:
                self.introduce("", bound.name)
            step = self.prove(proof, at)
            term = _weakened(step, Rel.GE)
            self.write(
                f"apply (nonneg_of_eq _ _ {term}); cbv beta; try change (INR 0) with 0; rewrite ?S_INR; identity."
            )

        self.nested(close)
        here = substitute_index(node.over, env)
        fact = Fact(substitute(node.claim, {**env, node.over: here}))
        return Step(f"({name} {spell.index(here)})", fact)

    def bind(self, law: Law, env: Env) -> tuple[Law, Env]:
        """The law with a variable of its own, and the replacements inside it."""
        return _bind(law, env, self.scope)

    def looked_up(self, node: Proof, env: Env) -> Fact:
        """What ``node`` says it proves, without writing a line."""
        scout = Script(self.facts, self.cite, self.scope)
        return scout.prove(node, env).fact


def _rule(kind: str, p: Step, q: Step) -> str:
    return f"({kind}_{LETTER[p.fact.rel]}{LETTER[q.fact.rel]} _ _ {p.term} {q.term})"


def _sum(p: Rel, q: Rel) -> Rel:
    return Rel.GT if Rel.GT in (p, q) else Rel.GE if Rel.GE in (p, q) else Rel.EQ


def _product(p: Rel, q: Rel) -> Rel:
    return Rel.EQ if Rel.EQ in (p, q) else Rel.GE if Rel.GE in (p, q) else Rel.GT


def _weakened(step: Step, rel: Rel) -> str:
    if step.fact.rel is rel:
        return step.term
    return f"({'nonneg_of_zero _' if step.fact.rel is Rel.EQ else 'Rlt_le _ _'} {step.term})"


def _term(v: Variable) -> Term:
    if isinstance(v, Index):
        return v
    return Vec(((v, lift(1)),)) if isinstance(v, Basis) else atom(v)


def _image(term: Term, env: Env) -> Term:
    if isinstance(term, Index):
        return substitute_index(term, env)
    return substitute_vector(term, env) if isinstance(term, Vec) else substitute(term, env)


def _bind_index(over: Index, env: Env, scope: frozenset[str]) -> tuple[Index, Env]:
    """The bound variable under a name that nothing in sight has, and the replacements inside."""
    inside = {v: term for v, term in env.items() if v != over}
    taken = scope.union(v.name for term in inside.values() for v in free(term))
    names = chain([over.name], (f"{over.name}{k}" for k in naturals(1)))
    name = next(n for n in names if n not in taken)
    return Index(name, over.sort), inside if name == over.name else {**inside, over: Index(name, over.sort)}


def _bind(law: Law, env: Env, scope: frozenset[str] = frozenset()) -> tuple[Law, Env]:
    over, inside = _bind_index(law.over, env, scope)
    return Law(over, substitute_index(law.below, env) if law.below else None), inside


def _raw(a: object, env: Env) -> str:
    """An atom as it reads once Rocq has put terms for variables, before anything is expanded."""
    match a:
        case Average(law, body):
            bound, inner = _bind(law, env)
            return spell.average(bound, " * ".join(_raw(b, inner) + (f" ^ {e}" if e > 1 else "") for b, e in body))
        case Inner(left, right):
            u, v = (spell.argument(_image(_term_of(b), env)) for b in (left, right))
            return f"inner {u} {v}"
        case Symbol() if not a.variable:
            return " ".join([spell.function(a), *(spell.argument(_image(t, env)) for t in a.args)])
        case Count(of):
            return f"INR {spell.index(substitute_index(of, env))}"
    return f"({spell.poly(substitute(atom(a), env))})"


def _term_of(b: Basis) -> Vec:
    return Vec(((b, lift(1)),))


@dataclass(frozen=True)
class Document:
    """A Rocq file, and the claim whose theorem begins at each line."""

    text: str
    begins: tuple[tuple[int, str], ...]
    refused: Mapping[str, str]  # claims whose proof has no meaning to begin with, each with the reason

    def claim_at(self, line: int) -> str:
        """The claim in whose theorem a line lies."""
        return next((name for start, name in reversed(self.begins) if start <= line), "")


PROLOGUE = """(** Written by verification/export.py from the proofs in theory/claims: do not edit. *)
From Coq Require Import Reals Lra.
From GreedyLR Require Import InnerProduct Expectation Kernel.
Import List.ListNotations.
Open Scope R_scope.
Open Scope vec_scope.

Section Paper.
Variables (V : space) (Sample Path : Type) (sample0 : Sample) (path0 : Path) (SAMPLE : law Sample) (PATHS : law Path).
"""


def document(claims: Iterable[Claim], hypotheses: Mapping[str, Fact]) -> Document:
    """Every hypothesis and every claim with a kernel proof, each theorem from the hypotheses it rests on."""
    by_id = {claim.id: claim for claim in claims}
    order = TopologicalSorter({c.id: [u for u in c.uses if u in by_id] for c in by_id.values()}).static_order()
    proofs = [(name, e) for name in order for e in by_id[name].evidence if isinstance(e, KernelProof)]
    facts = {**hypotheses, **{name: e.goal for name, e in reversed(proofs)}}
    lines = [PROLOGUE, *_language(facts.values()), ""]
    lines += [_definition(name, hypotheses[name]) for name in hypotheses]
    text, begins, theorems, refused = "\n".join(lines), [], [], dict[str, str]()
    leaves: dict[str, tuple[str, ...]] = {name: (name,) for name in hypotheses}
    for number, (name, proof) in enumerate(proofs):
        theorem = theorem_name(name, [e for n, e in proofs[:number] if n == name])
        try:
            tree = proof.build()
            cited = dict.fromkeys(_cited(tree))
            used = tuple(h for h in hypotheses if any(h in leaves[c] for c in cited))
            written = "\n".join(_theorem(theorem, proof.goal, tree, used, facts, leaves))
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as reason:
            refused[name] = f"the proof of {theorem} cannot be written down: {reason}"
            continue
        leaves.setdefault(name, used)
        theorems.append(theorem)
        begins.append((text.count("\n") + 2, name))
        text += "\n" + written
    return Document(text + "\nEnd Paper.\n" + _audit(theorems), tuple(begins), refused)


def theorem_name(claim: str, earlier: list[KernelProof]) -> str:
    """The Rocq name of a claim's theorem; later readings are numbered."""
    base = "claim_" + spell.identifier(claim.replace("-", "_"))
    return base + (f"_{len(earlier) + 1}" if earlier else "")


def _language(facts: Iterable[Fact]) -> list[str]:
    """A Rocq variable for every symbol and vector that the statements speak of, each with a spelling of its own."""
    types: dict[str, tuple[str, str]] = {}
    given = tuple(facts)
    for node in (node for fact in given for node in _nodes(fact.poly) if not node.variable):
        result = "V" if isinstance(node, Basis) else "R"
        signature = " -> ".join([*(spell.TYPES[spell.sort(a)] for a in node.args), result])
        if types.setdefault(spell.function(node), (node.name, signature)) != (node.name, signature):
            raise ValueError(f"{node} and another symbol are both spelled {spell.function(node)}: rename one.")
    bound = {spell.variable(v): v for fact in given for v in (*free(fact.poly), *_bound(fact.poly))}
    for name in types.keys() & (bound.keys() | spell.RESERVED) | bound.keys() & spell.RESERVED:
        raise ValueError(f"{name} is spelled like a variable or a word of Rocq: rename it in the theory.")
    return [f"Variable {name} : {types[name][1]}." for name in sorted(types)]


def _bound(p: Poly) -> Iterator[Index]:
    """The variables that the means of a polynomial bind."""
    for a in p.atoms:
        if isinstance(a, Average):
            yield a.law.over
            yield from _bound(product(atom(b) ** e for b, e in a.body))


def _nodes(term: object) -> Iterator[Symbol | Basis]:
    """Every symbol and basis element of a term, at any depth."""
    match term:
        case Poly(atoms):
            for a in atoms:
                yield from _nodes(a)
        case Vec(coords):
            for b, c in coords:
                yield from (*_nodes(b), *_nodes(c))
        case Inner(left, right):
            yield from (*_nodes(left), *_nodes(right))
        case Average(_, body):
            for a, _ in body:
                yield from _nodes(a)
        case Symbol(args=args) | Basis(args=args):
            yield term
            for a in args:
                yield from _nodes(a)


def _inside(node: Proof) -> Iterator[Proof]:
    """The proof and every proof inside it."""
    yield node
    match node:
        case Add(left, right) | Mul(left, right):
            yield from (*_inside(left), *_inside(right))
        case EqMul(_, body) | Mean(_, body) | Inst(_, body) | Conclude(_, body) | Telescope(_, _, body):
            yield from _inside(body)
        case Induct(_, _, base, factor, step):
            yield from (*_inside(base), *_inside(factor), *_inside(step))


def _cited(tree: Proof) -> list[str]:
    return [node.name for node in _inside(tree) if isinstance(node, Assume)]


def _variables(tree: Proof) -> Iterator[Variable]:
    """The variables that a proof mentions on its own account."""
    for node in _inside(tree):
        match node:
            case Square(term) | Norm(term) | EqMul(term, _) | Telescope(_, term, _) | Induct(_, term):
                yield from free(term)
            case Inst(at):
                for _, image in at:
                    yield from free(image)


def _definition(name: str, fact: Fact) -> str:
    return f"Definition {_hypothesis(name)} : Prop := {_closed(fact)}."


def _hypothesis(name: str) -> str:
    return f"hyp_{spell.identifier(name)}"


def _closed(fact: Fact) -> str:
    variables = spell.ordered(free(fact.poly))
    binders = f"forall {' '.join(map(spell.typed, variables))}, " if variables else ""
    return binders + spell.fact(fact)


def _theorem(
    theorem: str,
    goal: Fact,
    tree: Proof,
    used: tuple[str, ...],
    facts: Mapping[str, Fact],
    leaves: Mapping[str, tuple[str, ...]],
) -> Iterator[str]:
    """The statement, from the hypotheses used, and its proof."""
    premises = [_hypothesis(h) for h in used]
    variables = spell.ordered(free(goal.poly))
    yield f"Theorem {theorem} : {' -> '.join([*premises, _closed(goal)])}."
    yield "Proof."
    names = [*(f"the_{p}" for p in premises), *map(spell.variable, variables)]
    if names:
        yield f"  intros {' '.join(names)}."
    cite = {h: f"the_{_hypothesis(h)}" for h in used}
    for claim in facts.keys() - cite.keys():
        arguments = [f"the_{_hypothesis(h)}" for h in leaves.get(claim, ())]
        cite[claim] = " ".join([theorem_name(claim, []), *arguments])
    script = Script(facts, cite, map(spell.variable, variables))
    elsewhere = {v for fact in facts.values() for v in free(fact.poly)}.union(_variables(tree)) - set(variables)
    script.restated(script.prove(tree, {v: _default(v) for v in elsewhere}), goal)
    yield from script.lines
    yield "Qed."
    yield ""


def _default(v: Variable) -> Term:
    """A value for a variable that a proof mentions and its conclusion does not."""
    if isinstance(v, Index):
        return Index("") if v.sort == "step" else Index(f"{v.sort}0", v.sort)
    return Vec(()) if isinstance(v, Basis) else lift(0)


def _audit(names: list[str]) -> str:
    """All theorems as one term, for the prover to list what they assume."""
    return f"""
Inductive proved : Prop := nothing | and_also (P : Prop) (proof : P) (rest : proved).
Definition every_claim : proved :=
  {"".join(f"and_also _ (@{name}) (" for name in names)}nothing{")" * len(names)}.
Print Assumptions every_claim.
"""
