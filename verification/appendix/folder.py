"""The folder of the appendix: what differs from what it should hold, and putting it right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

OURS = ("claims/*.tex", "audit/*.tex", "front/*.tex", "figures/*.png", "*.tex", "*.bib")  # what the command writes


def drift(folder: Path, files: Mapping[str, bytes]) -> Iterator[str]:
    """One line for every file that is missing, differs, or is not of the appendix any more."""
    for name, text in sorted(files.items()):
        path = folder / name
        if not path.is_file():
            yield f"{path} is missing"
        elif path.read_bytes() != text:
            yield f"{path} is not what the ledger says now"
    for path in strays(folder, files):
        yield f"{path} belongs to no claim any more"


def strays(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    """Files that look like the appendix's and are not."""
    found = {path for pattern in OURS for path in folder.glob(pattern)}
    return sorted(path for path in found if path.relative_to(folder).as_posix() not in files)


def put(folder: Path, files: Mapping[str, bytes]) -> None:
    """The files in the folder, and no others of the appendix; a ``ValueError`` if somebody else's would be lost."""
    older = folder / "appendix.tex"
    if folder.exists() and not older.exists() and any(folder.iterdir()):
        raise ValueError(f"{folder} holds other files and no older appendix: give an empty or a new folder.")
    for path in strays(folder, files):
        path.unlink()
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
