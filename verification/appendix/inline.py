"""Formulas inside the sentences of the ledger, which spell them in letters: ``E f(xbar_T) - f* <= 1/2``.

A run of signs, numbers, brackets and names of symbols is one formula, if anything in it says that it is one.
"""

from __future__ import annotations

import re
from types import MappingProxyType

from verification.appendix.escape import escaped

NAMES = MappingProxyType(
    {
        "max_lr": r"\gamma_{\max}",
        "min_lr": r"\gamma_{\min}",
        "xbar": r"\bar x",
        "xhat": r"\hat x",
        "sigma2": r"\sigma_f^*",
        "sqrt": r"\surd",
        "sup": r"\sup",
        "max": r"\max",
        "min": r"\min",
        "ln": r"\ln",
        "prod": r"\prod",
        "grad": r"\nabla",
        "avg": r"\operatorname{avg}",
        "ab": "ab",
        "eps": r"\varepsilon",
        **{name: rf"\{name}" for name in ("Gamma", "gamma", "sigma", "alpha", "beta", "mu", "eta", "lambda", "Phi")},
    }
)
LONG = frozenset("sqrt sup max min prod avg ab grad ln Phi".split())  # words, unless a formula is around
SIGNS = MappingProxyType(
    {"<=": r"\le", ">=": r"\ge", "!=": r"\ne", "->": r"\to", "+-": r"\pm", "*": r"\cdot", "<": "<", ">": ">"}
)
TOKEN = re.compile(
    r"(?P<pair><[^<>=,]+, [^<>=,]+>)|"
    r"(?P<word>[A-Za-z]+(?:_lr)?(?![A-Za-z]))(?P<prime>(?:'(?![A-Za-z]))*)(?P<star>\*(?=[\s),;:.\]|/^_]|$))?"
    r"|(?P<number>\d+(?:,\d{3})*(?:\.\d+)?(?:e[+-]\d+)?%?)|(?P<script>[_^](?:\{[^{}]*\}|\([^()]*\)|-?(?:[A-Za-z]+|\d+))'*)"
    r"|(?P<sign><=|>=|!=|->|\+-(?= )|[-+*/=<>])|(?P<bracket>[()\[\]|])|(?P<space>[ ]+)|(?P<other>'\w+|.)",
    re.DOTALL,
)
WORD = re.compile(
    r"[A-Za-z]{3,}(?:-[A-Za-z]+)*(?:-\d(?:[\w.]*\w)?)+|[A-Za-z][A-Za-z]*(?:['-][A-Za-z]+)+|[A-Za-z]\w*\.\w[\w.-]*\w"
    r"|\d+(?!e[+-]\d)(?:[A-EG-KM-SU-Za-z]\w*|[A-Za-z]\w+)|[A-Za-z]+\d[\w-]*"
)


def formulas(text: str) -> str:
    """The text with every run of formula tokens set as a formula."""
    done, run = [], list[re.Match[str]]()
    position = 0
    while position < len(text):
        plain = WORD.match(text, position)
        token = plain or TOKEN.match(text, position)
        assert token is not None
        position = token.end()
        stray = token.re is TOKEN and token["script"] and not (run and not run[-1]["space"])
        if plain is None and not stray and (_mathematical(token) or _phase(token, text)):
            run.append(token)
            continue
        done += [_run(run), _plain(token[0])]
        run = []
    return "".join([*done, _run(run)])


def _plain(text: str) -> str:
    """A word; the name of a symbol before a hyphen is a formula, that of a model with its number is not."""
    head, dash, tail = text.partition("-")
    if dash and not tail[:1].isdigit() and (head in NAMES or (len(head) == 1 and head not in "aAI")):
        return f"${NAMES.get(head, head)}$-{escaped(tail)}"
    return escaped(text)


def _phase(token: re.Match[str], text: str) -> bool:
    """Whether an ``a`` is no article: it has an index, or stands beside a sign."""
    before = text[: token.start()].rstrip()[-1:]
    return token["word"] == "a" and (
        text[token.end() :][:1] in ("_", "^", "/")
        or text[token.end() :][:2] in (" =", " <", " >")
        or (before != "" and before in "-+/|=")
    )


def _mathematical(token: re.Match[str]) -> bool:
    word = token["word"]
    if word is not None:
        marked = bool(token["star"] or token["prime"])
        return word in NAMES or (len(word) == 1 and (word not in "aAI" or marked))
    return token["other"] is None


def _run(run: list[re.Match[str]]) -> str:
    """A run as a formula between what is only text at its ends; all of it as text if it has nothing to say."""
    first, last = 0, len(run)
    while first < last and (
        run[first]["space"] or _loose(run[first:last], 0) or (run[first]["sign"] and run[first][0] not in "-|")
    ):
        first += 1
    while first < last and (run[last - 1]["space"] or _loose(run[first:last], -1) or run[last - 1]["sign"]):
        last -= 1
    inside = run[first:last]
    before, after = _text(run[:first]), _text(run[last:])
    if (k := _unmatched(inside)) is not None:
        return before + _run(inside[:k]) + _text(inside[k : k + 1]) + _run(inside[k + 1 :]) + after
    if not any(_telling(t) for t in inside) or sum(t[0] == "|" for t in inside) % 2:
        return _text(run)
    return f"{before}${_formula(inside)}${after}"


def _telling(token: re.Match[str]) -> bool:
    if token["word"]:
        return token["word"] not in LONG or token["word"] == "sqrt"
    return bool(token["script"] or token["pair"]) or token[0] in ("<=", ">=", "!=", "=", "<", ">", "->")


def _loose(run: list[re.Match[str]], end: int) -> bool:
    """Whether a bracket at an end of the run has no partner in it."""
    if not run[end]["bracket"] or run[end][0] == "|":
        return False
    depth = 0
    for token in run if end == 0 else reversed(run):
        depth += (token[0] in "([" and bool(token["bracket"])) - (token[0] in ")]" and bool(token["bracket"]))
        if depth == 0:
            return False
    return True


def _unmatched(run: list[re.Match[str]]) -> int | None:
    """The first bracket of the run without a partner in it."""
    opened: list[int] = []
    for k, token in enumerate(run):
        if token["bracket"] and token[0] in "([":
            opened.append(k)
        elif token["bracket"] and token[0] in ")]":
            if not opened:
                return k
            opened.pop()
    return opened[0] if opened else None


def _text(run: list[re.Match[str]]) -> str:
    """The tokens as text; signs still need a formula each, but for a hyphen."""
    return "".join(map(_lone, run))


def _lone(token: re.Match[str]) -> str:
    if token["number"] and "e" in token[0]:
        return f"${_token(token)}$"
    hyphen = token[0] == "-" and token.string[token.end() : token.end() + 1].isalpha()
    if token["sign"] and not hyphen and token[0] != "/":
        return f"${SIGNS.get(token[0], token[0])}$"
    return escaped(token[0]) if token[0] != "|" else "$|$"


def _formula(run: list[re.Match[str]]) -> str:
    bars = 0
    parts = []
    for k, token in enumerate(run):
        if token[0] in "([" and token["bracket"] and k > 1 and run[k - 1]["space"] and not run[k - 2]["sign"]:
            parts.append(r"\;")
        if token[0] == "|":
            parts.append(r"\lvert " if bars % 2 == 0 else r"\rvert ")
            bars += 1
        else:
            parts.append(_token(token))
    return re.sub(r" +", " ", "".join(parts)).strip()


def _token(token: re.Match[str]) -> str:
    if token["pair"]:
        left, right = ("".join(map(_token, TOKEN.finditer(part))) for part in token[0][1:-1].split(", "))
        return rf"\langle {left}, {right}\rangle "
    if token["word"]:
        base = r"\mathbb{E}" if token["word"] == "E" else NAMES.get(token["word"], token["word"])
        return f"{base}{len(token['prime'] or '') * chr(39)}{'^*' if token['star'] else ''} "
    if token["script"]:
        mark, inside = token[0][0], token[0][1:]
        primes = len(inside) - len(inside.rstrip("'"))
        inside = inside.rstrip("'")
        inside = inside[1:-1] if inside[0] in "{(" and not (inside[0] == "(" and mark == "^") else inside
        return f"{mark}{{{_inner(inside)}}}{primes * chr(39)} "
    if token["sign"]:
        return f" {SIGNS.get(token[0], token[0])} "
    number = re.sub(r"e\+?(-?)0*(\d+)", r" \\cdot 10^{\1\2}", token[0])
    return number.replace("%", r"\%").replace(",", "{,}") if token["number"] else token[0]


def _inner(text: str) -> str:
    """A subscript or an exponent: names of symbols, digits, signs."""
    return re.sub(
        r"[A-Za-z]+(?:_lr)?", lambda m: NAMES.get(m[0], m[0] if len(m[0]) == 1 else rf"\mathrm{{{m[0]}}}") + " ", text
    ).strip()
