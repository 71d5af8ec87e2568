"""What a module lets out, what that raises, and which arrays it takes: read from the source, nothing is imported."""

import ast
import re
from typing import NamedTuple

import checkout

ARRAYS = re.compile(r"\b(Tensor|Array|Counts|ndarray|NDArray)\b")
SHAPE = re.compile(
    r"\bshapes?\b|\(\)|\((\w+( \w+)*,)( ?\w+( \w+)*,?)*\)|\bone element\b|\bno dimension\b|number by number"
)


class Item(NamedTuple):
    """A public class, or a public function or method of it."""

    name: str
    doc: str
    raises: frozenset
    arrays: tuple  # (parameter or field, its comment)


def items(path):
    """Every public item of the file, with the errors of the private ones that it calls."""
    source = (checkout.ROOT / path).read_text()
    tree, lines = ast.parse(source), source.splitlines()
    functions = dict(_functions(tree.body)) | _imported(tree)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and _public(node.name):
            yield Item(node.name, ast.get_docstring(node) or "", _raised(node, functions), _parameters(node))
        if isinstance(node, ast.ClassDef) and _public(node.name):
            yield from _class(node, functions, lines)


def _class(node, functions, lines):
    methods = {n.name: n for n in node.body if isinstance(n, ast.FunctionDef)}
    made = [methods[name] for name in ("__init__", "__post_init__") if name in methods]
    doc, known = ast.get_docstring(node) or "", functions | methods
    fields = tuple(
        (n.target.id, lines[n.lineno - 1].partition("#")[2])
        for n in node.body
        if isinstance(n, ast.AnnAssign) and _public(n.target.id) and ARRAYS.search(ast.unparse(n.annotation))
    )
    whole = "\n".join([doc, *(ast.get_docstring(m) or "" for m in made)])
    raises = frozenset().union(*(_raised(m, known) for m in made))
    yield Item(node.name, whole if doc else "", raises, fields + sum((_parameters(m) for m in made), ()))
    for name, method in methods.items():
        if _public(name):
            doc = ast.get_docstring(method) or ""
            yield Item(f"{node.name}.{name}", doc, _raised(method, known), _parameters(method))


def _public(name):
    return not name.startswith("_")


def _functions(body):
    return ((n.name, n) for n in body if isinstance(n, ast.FunctionDef))


def _imported(tree):
    """The checks of arguments, which raise for whoever calls them."""
    named = [
        a.name
        for n in ast.walk(tree)
        if isinstance(n, ast.ImportFrom) and n.module == "greedylr.checks"
        for a in n.names
    ]
    there = dict(_functions(ast.parse((checkout.ROOT / "greedylr" / "checks.py").read_text()).body))
    return {name: there[name] for name in named}


def _raised(node, known, seen=frozenset()):
    """Names of the errors that the function raises, or a function of this module in whose hands it leaves it."""
    found = set()
    for n in ast.walk(node):
        if isinstance(n, ast.Raise) and n.exc is not None:
            found |= {re.match(r"\w+", ast.unparse(n.exc)).group()}
        if isinstance(n, ast.Call):
            name = n.func.id if isinstance(n.func, ast.Name) else getattr(n.func, "attr", "")
            own = isinstance(n.func, ast.Name) or ast.unparse(n.func).startswith("self.")
            if own and name in known and name not in seen and name.startswith(("_", "check_")):
                found |= _raised(known[name], known, seen | {name})
    return frozenset(found)


def _parameters(node):
    given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return tuple((a.arg, "") for a in given if a.annotation and ARRAYS.search(ast.unparse(a.annotation)))


def errors_named(doc):
    """The errors in the ``Raises:`` section of a docstring."""
    section = re.search(r"^Raises:\n((?:[ \t]+.*\n?|\n)+)", doc, re.MULTILINE)
    return set(re.findall(r"\b\w*(?:Error|Rejected)\b", section.group(1))) if section else set()
