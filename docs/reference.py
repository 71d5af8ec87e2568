"""The API reference, made of the docstrings: ``python docs/reference.py [DIR]``, into build/api unless said otherwise.

The modules that a user or a referee imports, each with its source; names that begin with an underscore are left out.
The pages open from disk, without a network.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
import warnings
from pathlib import Path
from typing import Any

import pdoc

import greedylr
from greedylr.scheduler import GreedyLR

ROOT = Path(__file__).resolve().parent.parent
CODE = re.compile(r"(``[^`]*``|(?:(?<=\n\n)|\A)(?: {4}.*(?:\n|\Z))+)")
TAG = re.compile(r"<(?=[a-zA-Z/!?])")
MODULES = (
    "greedylr",
    "greedylr.rule",
    "greedylr.scheduler",
    "greedylr.device",
    "greedylr.trainer",
    "greedylr.released",
    "greedylr.rank_test",
    "theory.claim",
    "theory.kernel",
    "theory.gram",
    "theory.polynomial",
    "theory.hypotheses",
    "theory.notation",
    "theory.tactics",
    "theory.worst_case.explore",
    "theory.worst_case.certificate",
    "numerics.problems.catalogue",
    "numerics.problems.finite_sum",
    "numerics.problems.least_squares",
    "numerics.problems.logistic",
    "numerics.problems.huber",
    "numerics.problems.hinge",
    "numerics.problems.spectrum",
    "numerics.schedules",
    "numerics.engine",
    "numerics.plain",
    "numerics.factor_sweep",
    "numerics.curvature",
    "numerics.sweeps.sweep",
    "numerics.sweeps.task",
    "verification.ledger",
    "verification.advice",
    "verification.worst_case.search",
    "verification.worst_case.banded",
)


def write(out: Path) -> None:
    """Write the pages; a module that cannot be imported, or that pdoc cannot read, stops everything."""
    vars(greedylr)["GreedyLR"] = GreedyLR  # loaded lazily otherwise, where pdoc does not look
    pdoc.render.configure(docformat="google", footer_text="GreedyLR, arXiv 2512.14527", search=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        warnings.filterwarnings("ignore", "Error parsing type annotation", UserWarning)  # shown as it is written, then
        modules = {name: pdoc.doc.Module.from_name(name) for name in MODULES}
        for module in modules.values():
            explain(module)
        pages = {name.replace(".", "/"): pdoc.render.html_module(m, modules) for name, m in modules.items()}
        pages |= {"index": pdoc.render.html_index(modules)}
        search = pdoc.render.search_index(modules)
    for name, text in pages.items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / f"{name}.html").write_text(text, encoding="utf-8")
    (out / "search.js").write_text(search, encoding="utf-8")


def explain(place: pdoc.doc.Namespace[Any]) -> None:
    """Make the docstrings of everything in ``place`` read as they are written; fields say their comment."""
    place.docstring = literal(place.docstring)
    said = comments(place.source) if isinstance(place, pdoc.doc.Class) else {}
    for member in place.members.values():
        if isinstance(member, pdoc.doc.Class):
            explain(member)
        else:
            member.docstring = literal(member.docstring or said.get(member.name, ""))


def literal(text: str) -> str:
    """Markdown that shows <x, y> as such: outside of code it would be the tag of a language that no browser knows."""
    parts = CODE.split(text)  # text and code in turn
    return "".join(part if k % 2 else TAG.sub("&lt;", part) for k, part in enumerate(parts))


def comments(source: str) -> dict[str, str]:
    """The comment behind each annotated name of a class."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    behind = {token.start[0]: token.string.lstrip("# ") for token in tokens if token.type == tokenize.COMMENT}
    (made,) = ast.parse(source).body
    fields = [n for n in getattr(made, "body", []) if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name)]
    return {n.target.id: behind[n.lineno] for n in fields if n.lineno in behind}  # type: ignore[union-attr]


def main(arguments: list[str]) -> int:
    """Write into the folder that is named; the exit status is 2 for more than one."""
    if len(arguments) > 1:
        sys.stderr.write(f"one folder for the pages, got {arguments!r}.\n")
        return 2
    out = Path(arguments[0]) if arguments else ROOT / "build" / "api"
    write(out)
    sys.stderr.write(f"written: {out / 'index.html'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
