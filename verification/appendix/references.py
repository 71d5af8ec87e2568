"""The works that the appendix cites, in one table: where the ledger names them, and how a bibliography lists them."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Work:
    """A published work; ``named`` is how the ledger's sentences name it."""

    key: str
    named: str
    kind: str
    fields: tuple[tuple[str, str], ...]
    listed: str


WORKS = (
    Work(
        "greedylr:garrigos-gower",
        r"Garrigos and Gower(?:'s handbook)?",
        "misc",
        (
            ("author", "Garrigos, Guillaume and Gower, Robert M."),
            ("title", "Handbook of Convergence Theorems for (Stochastic) Gradient Methods"),
            ("year", "2023"),
            ("note", "arXiv:2301.11235"),
        ),
        "G.~Garrigos and R.~M.~Gower. Handbook of convergence theorems for (stochastic) gradient methods."
        " arXiv:2301.11235, 2023.",
    ),
    Work(
        "greedylr:drori-teboulle",
        r"Drori and Teboulle(?: \(2014\))?",
        "article",
        (
            ("author", "Drori, Yoel and Teboulle, Marc"),
            ("title", "Performance of first-order methods for smooth convex minimization: a novel approach"),
            ("journal", "Mathematical Programming"),
            ("volume", "145"),
            ("pages", "451--482"),
            ("year", "2014"),
        ),
        "Y.~Drori and M.~Teboulle. Performance of first-order methods for smooth convex minimization: a novel"
        " approach. \\emph{Mathematical Programming}, 145:451--482, 2014.",
    ),
    Work(
        "greedylr:taylor-hendrickx-glineur",
        r"Taylor, Hendrickx and Glineur",
        "article",
        (
            ("author", "Taylor, Adrien B. and Hendrickx, Julien M. and Glineur, Fran{\\c{c}}ois"),
            ("title", "Smooth strongly convex interpolation and exact worst-case performance of first-order methods"),
            ("journal", "Mathematical Programming"),
            ("volume", "161"),
            ("pages", "307--345"),
            ("year", "2017"),
        ),
        "A.~B.~Taylor, J.~M.~Hendrickx and F.~Glineur. Smooth strongly convex interpolation and exact worst-case"
        " performance of first-order methods. \\emph{Mathematical Programming}, 161:307--345, 2017.",
    ),
    Work(
        "greedylr:cortild",
        r"Cortild and others, arXiv 2505\.17965",
        "misc",
        (
            ("author", "Cortild, Daniel and Ketels, Lucas and Peypouquet, Juan and Garrigos, Guillaume"),
            ("title", "New Tight Bounds for {SGD} without Variance Assumption: A Computer-Aided {L}yapunov Analysis"),
            ("year", "2025"),
            ("note", "arXiv:2505.17965v1"),
        ),
        "D.~Cortild, L.~Ketels, J.~Peypouquet and G.~Garrigos. New tight bounds for SGD without variance assumption: a"
        " computer-aided Lyapunov analysis. arXiv:2505.17965v1, 2025.",
    ),
    Work(
        "greedylr:clopper-pearson",
        r"Clopper and Pearson",
        "article",
        (
            ("author", "Clopper, C. J. and Pearson, E. S."),
            ("title", "The use of confidence or fiducial limits illustrated in the case of the binomial"),
            ("journal", "Biometrika"),
            ("volume", "26"),
            ("pages", "404--413"),
            ("year", "1934"),
        ),
        "C.~J.~Clopper and E.~S.~Pearson. The use of confidence or fiducial limits illustrated in the case of the"
        " binomial. \\emph{Biometrika}, 26:404--413, 1934.",
    ),
    Work(
        "greedylr:efron",
        r"bootstrap intervals? of Efron",
        "article",
        (
            ("author", "Efron, B."),
            ("title", "Bootstrap methods: another look at the jackknife"),
            ("journal", "The Annals of Statistics"),
            ("volume", "7"),
            ("pages", "1--26"),
            ("year", "1979"),
        ),
        "B.~Efron. Bootstrap methods: another look at the jackknife. \\emph{The Annals of Statistics}, 7:1--26, 1979.",
    ),
)


def cited(text: str) -> str:
    """The sentence with a citation after every work that it names."""
    for work in WORKS:
        text = re.sub(work.named, lambda m, key=work.key: rf"{m[0]}~\cite{{{key}}}", text)  # type: ignore[misc]
    return text


def bibliography() -> str:
    """The list as LaTeX sets it without another program."""
    items = "".join(f"\\bibitem{{{w.key}}}\n{w.listed}\n\n" for w in WORKS)
    return f"\\begin{{thebibliography}}{{{len(WORKS)}}}\n{items}\\end{{thebibliography}}\n"


def bibtex() -> str:
    """The same for a paper that has a bibliography of its own."""
    return "\n".join(
        f"@{w.kind}{{{w.key},\n" + "".join(f"  {name} = {{{value}}},\n" for name, value in w.fields) + "}\n"
        for w in WORKS
    )
