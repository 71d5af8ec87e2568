"""Formulas in sentences: found, set, and nothing lost on the way."""

import re

import pytest

from verification.appendix.inline import NAMES, formulas
from verification.appendix.words import prose

BACK = {
    r"\textbackslash": "\\",
    r"\textasciicircum": "^",
    r"\textasciitilde": "~",
    r"\textless": "<",
    r"\textgreater": ">",
    r"\textbar": "|",
    r"\textasciigrave": "`",
    r"\symbol34": '"',
    r"\lvert": "|",
    r"\rvert": "|",
    r"\mathbbE": "E",
    r"\le": "<=",
    r"\ge": ">=",
    r"\ne": "!=",
    r"\to": "->",
    r"\cdot10^": "e",
    r"\cdot": "*",
    r"\;": "",
    r"\pm": "+-",
    "^*": "*",
    r"\langle": "<",
    r"\rangle": ">",
}


def unset(tex):
    """The letters of the sentence that the LaTeX shows, without spaces and brackets of TeX."""
    for name, sign in sorted(NAMES.items(), key=lambda item: -len(item[1])):
        tex = re.sub(re.escape(sign) + r"(?![A-Za-z])", name, tex) if sign.startswith("\\") else tex
    text = re.sub(r"(?<!\\)[{}$]| ", "", tex.replace(r"\mathrm", ""))
    for sign, letters in sorted(BACK.items(), key=lambda item: -len(item[0])):
        text = text.replace(sign, letters)
    return re.sub(r"\\([{}$&#%_])", r"\1", text)


def bare(sentence):
    """The sentence without what LaTeX shows by position: spaces and the brackets of indices."""
    text = re.sub(r"(?<=_)\{([^{}]*)\}|(?<=\^)\{([^{}]*)\}|(?<=_)\(([^()]*)\)", r"\1\2\3", sentence)
    return re.sub(r"(?<=\d)e\+?(-?)0*(?=\d)", r"e\1", text).replace(" ", "")


SENTENCES = {
    "E f(xbar_60) - f* <= 1/2": r"$\mathbb{E} f (\bar x _{60} ) - f^* \le 1 / 2$",
    "f = x^2/2 (n = 1, no noise)": r"$f = x ^{2} / 2$ ($n = 1$, no noise)",
    "max_lr below 1/(2L)": r"$\gamma_{\max}$ below $1 / (2L )$",
    "6.114e+42 is false": r"$6.114 \cdot 10^{42}$ is false",
    "a share of 2%": r"a share of 2\%",
    "a phase a/F": r"a phase $a / F$",
    "F-sweep": r"$F$-sweep",
    "|f_1''| is at most L": r"$\lvert f _{1}'' \rvert$ is at most $L$",
    "f''(x) and false_alarm": r"$f'' (x )$ and false\_alarm",
    "gains [-1.72, +0.30]": r"gains [$-$1.72, $+$0.30]",
    "a small Phi": "a small Phi",
    "Phi-2, llama-3.2-1b and greedy-best-10.": "Phi-2, llama-3.2-1b and greedy-best-10.",
    "F - 2 and L-2": r"$F - 2$ and $L - 2$",
    "|<x_t, v>| <= B": r"$\lvert \langle x _{t} , v \rangle \rvert \le B$",
    "(E xbar_T)^2/2": r"$(\mathbb{E} \bar x _{T} )^{2} / 2$",
}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_formulas_are_found_in_sentences(sentence):
    assert formulas(sentence) == SENTENCES[sentence]


def test_a_bracket_without_a_partner_stays_text_and_splits_the_formula():
    assert formulas("f(x) <= (y = 1, and so on") == r"$f (x )$ $\le$ ($y = 1$, and so on"
    assert formulas("and y = 1)^2") == r"and $y = 1$)$^{2}$"


def test_nothing_of_a_sentence_is_lost(ledger):
    """What the LaTeX shows, letter by letter, is what the ledger says."""
    entries = [(e.claim, [f for f in e.findings if f.kind != "refusal"]) for e in ledger.values()]
    said = [t for claim, found in entries for t in (claim.title, claim.paper, claim.note, *(f.says for f in found))]
    wrong = [(s, unset(formulas(s)), bare(s)) for s in said if unset(formulas(s)) != bare(s)]
    assert not wrong, wrong[:3]
    assert len(said) > 1000


def test_dollar_signs_come_in_pairs_and_never_around_nothing(texts):
    for name, text in texts.items():
        lines = re.sub(r"\\begin\{greedylrcode\}.*?\\end\{greedylrcode\}", "", text, flags=re.DOTALL)
        assert len(re.findall(r"(?<!\\)\$", lines)) % 2 == 0, name
        assert "$$" not in lines, name


def test_names_of_claims_become_references_but_not_the_papers_own_theorems():
    refer = "<{}>".format
    assert prose("see A.1.P3 and Theorem A.1, or bias.limit.", refer, {"A.1", "A.1.P3", "bias.limit"}) == (
        "see <A.1.P3> and Theorem A.1, or <bias.limit>."
    )
