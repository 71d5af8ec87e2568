"""The subproofs of a kernel proof, numbered, each with what the kernel infers there from what it inferred below."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from theory.kernel import Add, Conclude, EqMul, Fact, Induct, Inst, Mean, Mul, Proof, Telescope, Theory, infer
from theory.kernel import Assume as Cite


@dataclass(frozen=True)
class Tree:
    """Subproofs, the numbers of their premises, and their facts; equal subproofs have one number, the root the last."""

    nodes: tuple[Proof, ...]
    below: tuple[tuple[int, ...], ...]
    facts: tuple[Fact, ...]


def premises(node: Proof) -> dict[str, Proof]:
    """The premises of the last rule, by field."""
    match node:
        case Add(left, right) | Mul(left, right):
            return {"left": left, "right": right}
        case EqMul(equation=body):
            return {"equation": body}
        case Mean(body=body) | Inst(body=body) | Conclude(body=body) | Telescope(body=body):
            return {"body": body}
        case Induct(_, _, base, factor, step):
            return {"base": base, "factor": factor, "step": step}
    return {}


def tree(proof: Proof, theory: Theory) -> Tree:
    """Every subproof once, premises first; each fact is inferred from the facts of its premises."""
    seen: dict[int, int] = {}  # the number of an object
    shallow: dict[Any, int] = {}  # the number of a rule with these numbers as premises
    nodes: list[Proof] = []
    below: list[tuple[int, ...]] = []
    known = dict(theory)
    facts: list[Fact] = []

    def visit(node: Proof) -> int:
        if id(node) in seen:
            return seen[id(node)]
        parts = {field: visit(part) for field, part in premises(node).items()}
        rest = tuple(getattr(node, f.name) for f in fields(node) if f.name not in parts)
        key = (type(node), tuple(parts.values()), rest)
        if key not in shallow:
            cited: dict[str, Any] = {field: Cite(f"({k})") for field, k in parts.items()}
            fact = infer(replace(node, **cited), known).concl
            shallow[key] = len(nodes)
            known[f"({len(nodes)})"] = fact
            nodes.append(node)
            below.append(tuple(parts.values()))
            facts.append(fact)
        seen[id(node)] = shallow[key]
        return shallow[key]

    visit(proof)
    return Tree(tuple(nodes), tuple(below), tuple(facts))
