"""The site: every page rendered from the ledger."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from theory.notation import latex
from verification.ledger import Ledger, Verdict
from verification.page import figures, legend, sources
from verification.page.formal import EXPORTED, Exported, exported, hypothesis_name
from verification.page.graph import drawing
from verification.page.mathml import mathml
from verification.page.summary import summary
from verification.page.svg import Node, svg
from verification.page.view import Book, View, anchor, view
from verification.report import as_data, counts, rocq_data
from verification.rocq import Outcome
from verification.worst_case.files import FOLDER

TEMPLATES = Path(__file__).parent / "templates"
WRITTEN_BY = "greedylr verify --page"
SHOWS = "An arrow leads from a claim to one that rests on it, a dashed arrow from a claim to what repairs it."


def pages(ledger: Ledger, rocq: Outcome, made_with: Mapping[str, str]) -> dict[str, str | bytes]:
    """Every file of the site by its name."""
    book = Book(ledger, rocq, exported(entry.claim for entry in ledger.values()))
    views = {name: view(entry, book) for name, entry in ledger.items()}
    render = partial(_render, _environment(views, made_with))
    files: dict[str, str | bytes] = {
        "style.css": render("style.css.j2"),
        "graph.svg": _alone(views, book, render("graph.css.j2")),
    }
    files |= dict(_data(ledger, rocq, made_with, views))
    files |= dict(figures.copies())
    files["index.html"] = render("index.html.j2", **_index(views, book))
    files["all.html"] = render("all.html.j2", root="")
    files["runs.html"] = render("runs.html.j2", root="")
    files["hypotheses.html"] = render("hypotheses.html.j2", root="", table=_hypotheses(views, book))
    deep = [v for v in views.values() if v.deep]
    for before, v, after in zip([None, *deep], deep, [*deep[1:], None], strict=False):
        files[f"claims/{v.claim.id}.html"] = render("claim.html.j2", root="../", v=v, before=before, after=after)
    for path, text in _sources(views, book.written):
        files[sources.page_of(path)] = render("source.html.j2", root="../", path=path, lines=text.splitlines())
    return files


def _environment(views: Mapping[str, View], made_with: Mapping[str, str]) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals.update(
        views=views,
        made_with=made_with,
        written_by=WRITTEN_BY,
        fills={legend.slug(v): (v, fill) for v, fill in legend.FILLS.items()},
        borders=legend.BORDERS,
        ink=legend.INK,
        paper=legend.PAPER,
        anchor=anchor,
        slug=legend.slug,
        page_of=sources.page_of,
        test=sources.of_test(),
        figures=figures,
        present={legend.slug(v.entry.verdict) for v in views.values()},
    )
    return environment


def _render(environment: Environment, template: str, **names: Any) -> str:
    return environment.get_template(template).render(**names)


def _index(views: Mapping[str, View], book: Book) -> dict[str, Any]:
    sections: dict[str, list[View]] = {}
    for v in views.values():
        sections.setdefault(v.claim.section, []).append(v)
    tally = counts(book.ledger)
    return {
        "root": "",
        "graph": _graph(views, book, ""),
        "shows": SHOWS,
        "sections": sections,
        "summary": summary(views),
        "tally": {v: tally[v.value] for v in Verdict if v.value in tally},
        "rocq": book.rocq,
        "total": len(views),
    }


def _graph(views: Mapping[str, View], book: Book, page: str) -> Markup:
    """The dependency graph, its nodes linked to the claims' entries on ``page``."""
    nodes = [
        Node(name, f"{page}#{name}", f"{name}: {v.claim.title} ({v.entry.status})", v.classes, v.sign)
        for name, v in views.items()
        if v.deep
    ]
    kinds = dict.fromkeys(book.repairs, "repairs")
    return svg(drawing(book.parents, book.repairs), nodes, kinds, "How the claims rest on each other", SHOWS)


def _alone(views: Mapping[str, View], book: Book, style: str) -> Markup:
    """The graph as a file of its own, with its style inside."""
    head, end, rest = _graph(views, book, "index.html").partition(Markup("<defs>"))
    return head + Markup("<style>{}</style>").format(style) + end + rest


def _data(
    ledger: Ledger, rocq: Outcome, made_with: Mapping[str, str], views: Mapping[str, View]
) -> Iterator[tuple[str, str]]:
    """The numbers behind the pages: the ledger, each argued claim for itself, and the certificates."""
    data = {name: as_data(entry) for name, entry in ledger.items()}
    whole = {"claims": list(data.values()), "summary": counts(ledger), "rocq": rocq_data(rocq)}
    yield "ledger.json", _json(whole | {"made_with": dict(made_with)})
    yield from ((f"data/{name}.json", _json(data[name])) for name, v in views.items() if v.deep)
    for name in sorted({file for v in views.values() for file in v.files}):
        yield f"certificates/{name}", (FOLDER / name).read_text()


def _json(data: Any) -> str:
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def _hypotheses(views: Mapping[str, View], book: Book) -> Iterator[dict[str, Any]]:
    """The table of hypotheses, each with its formal statements and the claims that need it."""
    for name, hypothesis in book.table.items():
        rocq = hypothesis_name(name)
        yield {
            "name": name,
            "hypothesis": hypothesis,
            "formula": mathml(latex(hypothesis.fact)),
            "rocq": book.written.statements[rocq],
            "place": book.written.places[rocq],
            "needed_by": [v for v in views.values() if name in v.entry.hypotheses],
        }


def _sources(views: Mapping[str, View], written: Exported) -> Iterator[tuple[str, str]]:
    """The files that a claim refers to, and the whole Rocq development."""
    yield EXPORTED, written.text
    paths = {place.path for v in views.values() for place in v.places} | set(sources.development())
    if (test := sources.of_test()) is not None:
        paths.add(test.path)
    for path in sorted(paths):
        yield path, sources.text_of(path)
