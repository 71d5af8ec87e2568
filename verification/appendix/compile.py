"""Compile the appendix and read TeX's log: ``python -m verification.appendix.compile [DIR] [MAIN]``.

Fails on errors, undefined references or citations, labels defined twice, characters that a font lacks, and lines that
stick out by more than a point; says the number of pages.  Needs pdflatex (Debian: texlive-latex-base
texlive-latex-recommended lmodern).
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

RUNS = 3  # longtable needs a third for its widths
SECONDS = 300
POINT = 1.0
BAD = re.compile(
    r"^(?:! .*|LaTeX Warning: (?:Reference|Citation|Hyper reference) .*|LaTeX Warning: Label .*|Missing character: .*"
    r"|LaTeX Warning: There were (?:undefined|multiply).*|Overfull .*)$",
    re.MULTILINE,
)
WIDTH = re.compile(r"\((\d+(?:\.\d+)?)pt too")
PAGES = re.compile(r"Output written on .* \((\d+) pages?")


@dataclass(frozen=True)
class Compiled:
    """How many pages came out, and what is wrong with them."""

    pages: int
    complaints: tuple[str, ...]


def complaints(log: str) -> Iterator[str]:
    """The lines of a log that a reader would stumble over."""
    for found in BAD.finditer(log.replace("\r", "")):
        width = WIDTH.search(found[0])
        if width is None or float(width[1]) > POINT:
            yield found[0]


def compiled(folder: Path, main: str = "main.tex", *, keep: Path | None = None) -> Compiled:
    """What pdflatex makes of a copy of the folder; ``keep`` is where the PDF goes, if anywhere."""
    with tempfile.TemporaryDirectory(prefix="greedylr-appendix-") as name:
        work = Path(name) / "work"
        shutil.copytree(folder, work)
        command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", main]
        for _ in range(RUNS):
            run = subprocess.run(command, cwd=work, capture_output=True, timeout=SECONDS, check=False)
        log = (work / main).with_suffix(".log").read_text(encoding="latin-1")
        if keep is not None and run.returncode == 0:
            shutil.copy((work / main).with_suffix(".pdf"), keep)
    joined = re.sub(r"(?<=^.{79})\n", "", log, flags=re.MULTILINE)  # TeX breaks its lines there
    pages = PAGES.search(joined)
    return Compiled(int(pages[1]) if pages else 0, tuple(complaints(joined)))


def main(arguments: list[str]) -> int:
    """Compile, print the number of pages and every complaint; the exit status is 1 if there are any."""
    if shutil.which("pdflatex") is None:
        sys.stderr.write("there is no pdflatex: apt-get install texlive-latex-base texlive-latex-recommended lmodern\n")
        return 1
    folder, name = (*arguments, "paper_appendix", "main.tex")[:2] if len(arguments) != 1 else (arguments[0], "main.tex")
    found = compiled(Path(folder), name)
    sys.stdout.write(f"{found.pages} pages\n")
    for line in found.complaints:
        sys.stderr.write(f"{line}\n")
    return 1 if found.complaints or not found.pages else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
