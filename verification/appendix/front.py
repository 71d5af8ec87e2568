"""What comes before the claims: how to read them, the tables of verdicts, the hypotheses."""

from __future__ import annotations

from collections.abc import Iterable

from theory.kernel import Fact
from verification.appendix.argument import cancels
from verification.appendix.escape import code
from verification.appendix.naming import Names, label, slug
from verification.appendix.references import cited
from verification.appendix.typeset import fact
from verification.appendix.words import prose
from verification.ledger import Entry, Verdict
from verification.publish import MEANING
from verification.report import counts

READING = (
    "This appendix is generated from the ledger that {command} checks; only the explanations of this section"
    " are written by hand. A proof is printed from the data that the checker accepted: every numbered formula"
    " is what the checker infers there, with negative terms moved to the other side and products such as $L"
    " \\cdot \\tfrac1L$ cancelled. In a sum, $(3)$ stands for the difference of the two sides of formula (3):"
    " the larger side less the smaller one, for an equation the right side less the left one, or the left one"
    " where the right one is $0$. So a sum with multipliers that are not negative is an inequality again, and"
    " equations may be multiplied by anything. $\\mathbb{{E}}_i$ is the mean over the sample that is drawn at a"
    " step, uniform on the $n$ components; $\\mathbb{{E}}$ is the mean over all samples of a run. The iterates"
    " $x_t$ and the rate $\\gamma_t$ depend on the samples drawn before; $\\gamma_{{t,i}}$ may depend on the"
    " sample $i$ of its own step as well, and cannot be taken out of $\\mathbb{{E}}_i$. $\\sigma_f^*$ is"
    " $\\mathbb{{E}}_i \\| \\nabla f_i(x^*) \\|^2$."
)
ROCQ = (
    "A theorem of Rocq is quoted as the prover prints it, with all its premises; its proof is in the development"
    " {folder}.{exported}{axioms}"
)
INTERVALS = (
    "Intervals of a share of runs are those of Clopper and Pearson, those of other quantities say what they are.  Worst"
    " cases rest on the interpolation conditions of Taylor, Hendrickx and Glineur, and on their performance estimation,"
    " which is due to Drori and Teboulle.  Where a measurement speaks of bootstrap intervals, it means the percentile"
    " bootstrap intervals of Efron."
)


def reading(names: Names) -> str:
    """How to read the appendix."""
    found = {t.axioms for t in names.book.rocq.theorems.values()}
    assumed = sorted({a for axioms in found for a in axioms})
    axioms = (
        f"  They assume {' and '.join(map(code, assumed))}, axioms of its real numbers, and nothing else."
        if assumed
        else ""
    )
    exported = "  Every formal statement with a proof on these pages was proved there once more, from the same data."
    exported = exported if names.book.rocq.exported else ""
    first = READING.format(command=code("greedylr verify"))
    return (
        "\n\n".join(
            [first, ROCQ.format(folder=code("theory/rocq"), exported=exported, axioms=axioms), cited(INTERVALS)]
        )
        + "\n"
    )


def verdicts(names: Names) -> str:
    """How many claims have each status, and what it means."""
    ledger = names.book.ledger
    tally = counts(ledger)
    rows = "".join(f"{v.value} & {tally[v.value]} & {prose(MEANING[v])} \\\\\n" for v in Verdict if v.value in tally)
    return f"\\begin{{greedylrcounts}}\n{rows}\\midrule\nall & {len(ledger)} & \\\\\n\\end{{greedylrcounts}}\n"


def decided(entries: Iterable[Entry], names: Names) -> str:
    """The claims that have files of their own, with their statuses, section by section."""
    rows, section = [], ""
    for e in entries:
        if e.claim.section != section:
            section = e.claim.section
            rows.append(f"\\greedylrsection{{{names.text(section)}}}\n")
        rows.append(f"{names.claim(e.claim.id)}: {names.text(e.claim.title)} & {names.text(e.status)} \\\\\n")
    return "\\begin{greedylrverdicts}\n" + "".join(rows) + "\\end{greedylrverdicts}\n"


def _formula(given: Fact) -> str:
    """The kernel's statement, if it is more than the cancelling that all displays do."""
    return "" if cancels(given) else f": ${fact(given)}$"


def hypotheses(names: Names) -> str:
    """Every hypothesis that a claim rests on, numbered, with its formula and where it comes from."""
    used = {name for e in names.book.ledger.values() for name in e.hypotheses}
    items = [
        f"\\greedylrhypothesis{{{label('hyp-' + slug(name))}}} {names.text(h.says)}"
        f" (\\emph{{{prose(h.standing.value)}}}){_formula(h.fact)}.\n"
        for name, h in names.book.table.items()
        if name in used
    ]
    return "\\begin{greedylrhypotheses}\n" + "".join(items) + "\\end{greedylrhypotheses}\n"
