"""Texts that need no network: worked sums, and the standard library.

They are stand-ins for data sets that need one: worked sums, each a question with its reasoning and its answer, for
fine-tuning on chains of thought; the standard library's reference and source text for pre-training.
"""

from __future__ import annotations

import sysconfig
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random

NAMES = ("Ada", "Emmy", "Sofia", "Alan", "Carl", "Leonhard", "Maryam", "Srinivasa")
THINGS = ("apples", "books", "coins", "pencils", "stamps", "marbles", "shells", "tickets")


def worked_sums(seed: int) -> Iterator[str]:
    """Questions with reasoning and answer, without end; those of one seed are always the same."""
    chance = Random(f"worked sums {seed}")
    while True:
        yield chance.choice((_shopping, _sharing, _travelling, _saving))(chance)


def _shopping(chance: Random) -> str:
    name, thing = chance.choice(NAMES), chance.choice(THINGS)
    have, bags, each = chance.randint(3, 60), chance.randint(2, 9), chance.randint(2, 12)
    given = chance.randint(1, have)
    bought, total = bags * each, have + bags * each
    return _example(
        f"{name} has {have} {thing}, buys {bags} bags of {each} and gives {given} away. How many {thing} are left?",
        f"{bags} bags of {each} are {bought}. {have} + {bought} = {total}. {total} - {given} = {total - given}.",
        total - given,
    )


def _sharing(chance: Random) -> str:
    name, thing = chance.choice(NAMES), chance.choice(THINGS)
    friends, each, left = chance.randint(2, 9), chance.randint(2, 15), chance.randint(0, 8)
    shared = friends * each
    return _example(
        f"{name} has {shared + left} {thing}, keeps {left} and shares the rest among {friends} friends."
        f" How many {thing} does each get?",
        f"{shared + left} - {left} = {shared}. {shared} / {friends} = {each}.",
        each,
    )


def _travelling(chance: Random) -> str:
    first, second = chance.randint(20, 90), chance.randint(20, 90)
    hours, more = chance.randint(2, 6), chance.randint(1, 5)
    a, b = first * hours, second * more
    return _example(
        f"A train runs {hours} hours at {first} km/h, then {more} hours at {second} km/h. How far does it get?",
        f"{hours} hours at {first} km/h are {a} km. {more} hours at {second} km/h are {b} km. {a} + {b} = {a + b}.",
        a + b,
    )


def _saving(chance: Random) -> str:
    name = chance.choice(NAMES)
    week, weeks = chance.randint(3, 30), chance.randint(3, 12)
    total = week * weeks
    spent = chance.randint(1, min(20, total))
    return _example(
        f"{name} saves {week} euros a week for {weeks} weeks and spends {spent}. How much is left?",
        f"{weeks} weeks of {week} euros are {total}. {total} - {spent} = {total - spent}.",
        total - spent,
    )


def _example(question: str, reasoning: str, answer: int) -> str:
    return f"Question: {question}\nReasoning: {reasoning}\nAnswer: {answer}\n\n"


@cache
def reference() -> str:
    """What ``help()`` knows of the language: about 465 kB, the same for every Python of one version."""
    from pydoc_data.topics import topics  # noqa: PLC0415 - half a megabyte

    return "\n\n".join(topics[name] for name in sorted(topics))


@cache
def sources() -> str:
    """The source of the standard library's modules that lie in no package: about 4.7 MB."""
    folder = Path(sysconfig.get_path("stdlib"))
    return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in sorted(folder.glob("*.py")))
