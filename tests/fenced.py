"""The fenced blocks of a Markdown file, and the command lines in them."""

import re
from typing import NamedTuple

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    heading: str
    language: str
    text: str


def blocks(text):
    """Every fenced block with its language and the heading that it stands under."""
    assert text.count("\n```") % 2 == 0, "a fence is left open"
    return [Block(_heading(text[: m.start()]), m.group(1), m.group(2)) for m in FENCE.finditer(text)]


def _heading(before):
    outside = FENCE.sub("", before)  # a comment of a program is no heading
    return ["", *re.findall(r"^#+ (.*)$", outside, re.MULTILINE)][-1]


def commands(text):
    """Every command line of the blocks without a language, without its comment."""
    lines = [line for block in blocks(text) if not block.language for line in block.text.splitlines()]
    return [command for line in lines if (command := re.sub(r"(^|\s+)# .*$", "", line).strip())]
