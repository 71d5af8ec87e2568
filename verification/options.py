"""Options that take several values, as in ``--factors 0.25 0.5 0.99``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from typer.core import TyperCommand


class ListCommand(TyperCommand):
    """A command whose repeatable options may be followed by several values at once."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read ``--factors 0.25 0.5`` as ``--factors 0.25 --factors 0.5``."""
        repeatable = {name for p in self.params if getattr(p, "multiple", False) for name in p.opts}
        return super().parse_args(ctx, list(repeated(args, repeatable)))


def repeated(args: list[str], repeatable: set[str]) -> Iterator[str]:
    """The arguments with the name of a repeatable option before each of its values."""
    option, fresh = "", False
    for token in args:
        if token.startswith("-") and not _is_number(token):
            option, fresh = (token if token in repeatable else ""), True
            yield token
        elif option and not fresh:
            yield from (option, token)
        else:
            fresh = False
            yield token


def _is_number(token: str) -> bool:
    try:
        float(token)
    except ValueError:
        return False
    return True
