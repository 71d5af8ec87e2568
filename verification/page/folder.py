"""The folder of a site: what an older one left there, and how a new one takes its place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

CONTENTS = "contents.txt"  # every file of the site, one a line


def older(folder: Path) -> set[str]:
    """The files of an older site there; a ``ValueError`` if the folder holds anything else."""
    if not folder.exists():
        return set()
    if not folder.is_dir():
        raise ValueError(f"{folder} is a file: a site needs a folder, give another name.")
    contents = folder / CONTENTS
    if contents.exists():
        return set(contents.read_text().splitlines())
    if any(folder.iterdir()):
        raise ValueError(
            f"{folder} holds other files and no {CONTENTS} of an older site: give an empty or a new folder."
        )
    return set()


def put(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """The files in the folder, in place of an older site's."""
    for name in older(folder) - files.keys():
        (folder / name).unlink(missing_ok=True)
    listed = {**files, CONTENTS: "".join(f"{name}\n" for name in sorted([*files, CONTENTS]))}
    for name, text in listed.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
