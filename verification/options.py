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


class FSweepCommand(ListCommand):
    """``fsweep``, which hands ``fsweep --on llm`` over to the command for language models."""

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """The context of this command, or of the other one with what is left of the arguments."""
        model, rest = on_what(args)
        if model == "llm":
            other = parent.command.get_command(parent, "fsweep-llm")
            return other.make_context(f"{info_name} --on llm", rest, parent=parent, **extra)
        return super().make_context(info_name, args, parent=parent, **extra)


def on_what(args: list[str]) -> tuple[str, list[str]]:
    """The value of ``--on``, if any, and the arguments without it."""
    for k, token in enumerate(args):
        if token == "--on" and k + 1 < len(args):
            return args[k + 1], args[:k] + args[k + 2 :]
        if token.startswith("--on="):
            return token.removeprefix("--on="), args[:k] + args[k + 1 :]
    return "", args


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
