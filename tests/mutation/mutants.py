"""Mutate the trusted base and see every mutant killed: ``python tests/mutation/mutants.py``.

Each mutant is a small wrong change to kernel.py, gram.py or polynomial.py.  A forked child loads the mutated module in
place of the real one and runs the kernel's tests until one fails; a mutant that none notices is printed, and fails the
run.  The parent never imports the mutated packages, so a child costs about as much as its tests.
"""

from __future__ import annotations

import ast
import copy
import os
import signal
import sys
import types
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sympy.polys.rings  # noqa: F401 - imported once here, shared by all children

ROOT = Path(__file__).resolve().parent.parent.parent
TRUSTED = ("polynomial", "gram", "kernel")  # in the order of their imports
TESTS = (  # the fast ones first: most mutants die there
    "tests/theory/test_kernel.py",
    "tests/theory/test_polynomial.py",
    "tests/theory/test_gram.py",
    "tests/rejected/test_wrong_proofs.py",
    "tests/theory/test_hypotheses.py",
    "tests/theory/test_soundness.py",
)
SECONDS = 120  # a mutant that runs for ever is noticed, too

COMPARE = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
OPERATE = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Pow: ast.Mult, ast.BitOr: ast.BitAnd,
    ast.MatMult: ast.Mult,
}  # fmt: skip
RELATION = {"EQ": ("GE", "GT"), "GE": ("EQ", "GT"), "GT": ("EQ", "GE")}


@dataclass(frozen=True)
class Mutant:
    """One change of one module, as source."""

    module: str
    line: int
    says: str
    source: str


def mutants(module: str) -> Iterator[Mutant]:
    """Every mutant of a trusted module."""
    tree = ast.parse((ROOT / "theory" / f"{module}.py").read_text())
    for k, node in enumerate(ast.walk(tree)):
        for says, change in changes(node):
            mutated = copy.deepcopy(tree)
            twin = next(n for j, n in enumerate(ast.walk(mutated)) if j == k)
            change(twin)
            source = ast.unparse(ast.fix_missing_locations(mutated))
            yield Mutant(module, getattr(node, "lineno", 0), says, source)


def changes(node: ast.AST) -> Iterator[tuple[str, object]]:
    """The changes that apply to a node, each with a function that makes it on a copy."""
    match node:
        case ast.Compare(ops=[op]) if type(op) in COMPARE:
            yield f"{type(op).__name__} -> {COMPARE[type(op)].__name__}", _set("ops", [COMPARE[type(op)]()])
        case ast.BoolOp(op=op):
            other = ast.Or if isinstance(op, ast.And) else ast.And
            yield f"{type(op).__name__} -> {other.__name__}", _set("op", other())
        case ast.BinOp(op=op) if type(op) in OPERATE and not _is_annotation(node):
            yield f"{type(op).__name__} -> {OPERATE[type(op)].__name__}", _set("op", OPERATE[type(op)]())
        case ast.UnaryOp(op=ast.USub()):
            yield "-x -> +x", _set("op", ast.UAdd())
        case ast.Constant(value=bool(value)):
            yield f"{value} -> {not value}", _set("value", not value)
        case ast.Constant(value=int(value)):
            yield f"{value} -> {value + 1}", _set("value", value + 1)
        case ast.Attribute(value=ast.Name("Rel"), attr=attr) if attr in RELATION:
            for other in RELATION[attr]:
                yield f"Rel.{attr} -> Rel.{other}", _set("attr", other)
    if isinstance(node, ast.If | ast.IfExp):
        yield "condition -> True", _set("test", ast.Constant(True))
        yield "condition -> False", _set("test", ast.Constant(False))
    if isinstance(node, ast.match_case) and node.guard:
        yield "case guard dropped", _set("guard", None)
    if isinstance(node, ast.comprehension) and node.ifs:
        yield "filter dropped", _set("ifs", [])
    if isinstance(node, ast.FunctionDef | ast.If):
        for k, statement in enumerate(node.body):
            if isinstance(statement, ast.Raise):
                yield "raise dropped", _drop("body", k)
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
                yield f"call dropped: {ast.unparse(statement)}", _drop("body", k)


def _is_annotation(node: ast.BinOp) -> bool:
    """X | Y between types: in `isinstance` and in aliases it is no arithmetic."""
    names = [n.id for n in ast.walk(node) if isinstance(n, ast.Name)]
    return (
        isinstance(node.op, ast.BitOr) and bool(names) and all(n[0].isupper() or n in ("int", "float") for n in names)
    )


def _set(field: str, value: object) -> object:
    return lambda node: setattr(node, field, value)


def _drop(field: str, k: int) -> object:
    return lambda node: getattr(node, field).__setitem__(k, ast.Pass())


def install(mutant: Mutant | None) -> None:
    """Load the trusted modules from source, one of them mutated."""
    import theory  # noqa: PLC0415 - only ever in a child

    for name in TRUSTED:
        source = (ROOT / "theory" / f"{name}.py").read_text() if not mutant or mutant.module != name else mutant.source
        module = types.ModuleType(f"theory.{name}")
        module.__file__ = f"{name} (mutant)"
        sys.modules[module.__name__] = module
        setattr(theory, name, module)
        exec(compile(source, f"theory/{name}.py", "exec"), module.__dict__)


def start(mutant: Mutant | None, *, quiet: bool = True) -> int:
    """A child process that runs the tests with the mutant in place; its exit status is pytest's."""
    child = os.fork()
    if child == 0:
        status = 1  # a mutant that cannot even be loaded is killed
        try:
            if quiet:
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, 1)
                os.dup2(nowhere, 2)
            signal.alarm(SECONDS)
            install(mutant)
            options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", "--hypothesis-seed=0"]
            status = int(pytest.main([*options, *(str(ROOT / test) for test in TESTS)]))
        finally:
            sys.stdout.flush()
            os._exit(status)
    return child


def passed(status: int) -> bool:
    """Whether a finished child ran all its tests and none failed."""
    return os.waitstatus_to_exitcode(status) == 0


def survivors(todo: list[Mutant]) -> list[Mutant]:
    """The mutants that no test notices, in order; two children at a time."""
    running: dict[int, Mutant] = {}
    alive: list[Mutant] = []
    queue = iter(todo)
    while True:
        while len(running) < 2 and (mutant := next(queue, None)):
            running[start(mutant)] = mutant
        if not running:
            return sorted(alive, key=todo.index)
        child, status = os.wait()
        mutant = running.pop(child)
        if passed(status):
            alive.append(mutant)
            sys.stdout.write(f"survived: theory/{mutant.module}.py:{mutant.line}: {mutant.says}\n")
            sys.stdout.flush()


def main(only: list[str]) -> int:
    """Run all mutants and list the survivors."""
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    if not passed(os.waitpid(start(None, quiet=False), 0)[1]):
        sys.stderr.write("the tests fail without any mutant: run them first.\n")
        return 2
    todo = [m for name in only or TRUSTED for m in mutants(name)]
    alive = survivors(todo)
    sys.stdout.write(f"{len(todo) - len(alive)} of {len(todo)} mutants killed\n")
    return 1 if alive or not todo else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
