"""A user's PyTorch loss: found by its import path, opened, evaluated; every misuse gets one line with the remedy.

torch is optional, and imported when it is used.
"""

from __future__ import annotations

import importlib
import inspect
import math
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from textwrap import shorten
from types import ModuleType
from typing import Any

Tensor = Any  # torch.Tensor
Loss = Callable[[], Tensor]


class NotFiniteError(ValueError):
    """An infinity or NaN: wrong input at first, divergence later."""


def load_loss(path: str) -> Callable[..., object]:
    """The function that ``path`` names, as "package.module:function", looked for in the current directory first."""
    module, colon, name = path.partition(":")
    if not colon or not name.isidentifier() or not all(part.isidentifier() for part in module.split(".")):
        raise ValueError(f"a loss is named package.module:function, got {path!r}: write dots, a colon, and no .py.")
    with _current_directory() as here:
        try:
            found = importlib.import_module(module)
        except (ImportError, SyntaxError) as error:
            why = f"{type(error).__name__}: {error}"
            raise ValueError(f"{path!r} cannot be imported ({why}): see that {here} has {module!r}.") from error
    where = getattr(found, "__file__", None) or "no file"
    if not hasattr(found, name):
        raise ValueError(f"{module!r} ({where}) has no {name!r}: name a function that it defines, got {path!r}.")
    function = getattr(found, name)
    if not callable(function):
        raise ValueError(f"{path!r} must be a function, got {_short(function)}: it is called without arguments.")
    return function  # type: ignore[no-any-return]


def opened(function: Callable[..., object]) -> tuple[list[Tensor], Loss]:
    """The trainable parameters, and the loss of a batch, that a user's function returns."""
    try:
        inspect.signature(function).bind()
    except TypeError as error:
        raise ValueError(f"the function must take no arguments ({error}): give each a default.") from error
    pair = function()
    if not isinstance(pair, tuple | list) or len(pair) != 2 or not callable(pair[1]):
        raise ValueError(f"the function must return (parameters, loss), got {_short(pair)}: loss() is a batch's loss.")
    return trainable(pair[0]), pair[1]


def trainable(parameters: Any) -> list[Tensor]:
    """The tensors that require grad, of a list or of an nn.Module, each once."""
    torch = torch_module()
    given = parameters.parameters() if isinstance(parameters, torch.nn.Module) else parameters
    if isinstance(given, torch.Tensor) or not isinstance(given, Iterable):
        raise ValueError(f"parameters must be a list of tensors or an nn.Module, got {_short(given)}: make it a list.")
    tensors = list(given)
    for wrong in (t for t in tensors if not isinstance(t, torch.Tensor)):
        raise ValueError(f"parameters must all be tensors, got {_short(wrong)}: pass list(model.parameters()).")
    kept = list({id(t): t for t in tensors if t.requires_grad and t.numel()}.values())
    if not kept:
        raise ValueError(f"none of {len(tensors)} parameters requires grad: call requires_grad_() on what is trained.")
    for wrong in (t for t in kept if not t.is_leaf or t.is_complex()):
        raise ValueError(f"parameters must be real leaves of the graph, got {_short(wrong)}: use .detach() on copies.")
    return kept


def evaluate(loss: Loss) -> Tensor:
    """The loss of a batch, with its graph."""
    torch = torch_module()
    with torch.enable_grad():
        value = loss()
    if not isinstance(value, torch.Tensor) or value.numel() != 1 or not value.is_floating_point():
        raise ValueError(f"the loss must be a real scalar tensor, got {_short(value)}: average it; leave out .item().")
    if not value.requires_grad:
        raise ValueError("the loss does not depend on the parameters: no detach(), .item() or no_grad() on the way.")
    if not math.isfinite(value.item()):
        raise NotFiniteError(f"the loss must be finite, got {value.item()!r}: start at another point.")
    return value


@contextmanager
def _current_directory() -> Iterator[Path]:
    """Have imports look there first, as they do for `python -m`."""
    here = Path.cwd()
    sys.path.insert(0, str(here))
    importlib.invalidate_caches()
    try:
        yield here
    finally:
        with suppress(ValueError):  # the module may have removed it
            sys.path.remove(str(here))


def _short(value: object) -> str:
    """The type, and the value as far as it fits."""
    return f"{type(value).__name__} {shorten(repr(value), 80)}"


def torch_module() -> ModuleType:
    """Torch, or one line on how to get it."""
    try:
        return importlib.import_module("torch")
    except ImportError as error:
        raise ImportError(f"torch cannot be imported ({error}): pip install torch") from error
