"""Write what the repository publishes of the ledger: the status of every claim, and the summary in the README.

``python -m verification.publish`` writes both; ``--check`` only compares, and fails on any difference.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from theory.claims import paper
from verification.ledger import Ledger, Verdict, ledger
from verification.report import counts
from verification.rocq import MISSING, check

ROOT = Path(__file__).resolve().parent.parent
STATUSES = ROOT / "tests" / "claims" / "published.json"
README = ROOT / "README.md"
BEGIN, END = "<!-- summary: written by `make publish` -->\n", "<!-- end of summary -->"
MEANING = {
    Verdict.ASSUMED: "the paper assumes it",
    Verdict.PROVED: "the kernel or Rocq accepts a proof, or balls enclose it, from what the paper or the claim assumes",
    Verdict.CONDITIONAL: "true only with a hypothesis that the paper does not state or establish; the ledger names it",
    Verdict.REFUTED: "an exact counterexample replays",
    Verdict.CONSISTENT: "does not contradict the other numbers of the paper, up to the last printed digit",
    Verdict.INCONSISTENT: "contradicts them: no values that print as shown, or no count, make it true",
    Verdict.MEASURED: "re-run here",
    Verdict.NOT_CHECKABLE: "needs data that nobody published",
    Verdict.NEEDS_ROCQ: "a theorem of the Rocq development, and there is no coqc here",
    Verdict.OPEN: "stated, not decided yet",
}


def statuses(entries: Ledger) -> str:
    """The status of every claim, one a line."""
    return json.dumps({name: entry.status for name, entry in entries.items()}, indent=1) + "\n"


def summary(entries: Ledger) -> str:
    """The counts by status as a table."""
    tally = counts(entries)
    rows = [f"| {v.value} | {tally[v.value]} | {MEANING[v]} |" for v in Verdict if v.value in tally]
    head = [f"{len(entries)} claims:\n", "| status | claims | what it means |", "| --- | ---: | --- |"]
    return "\n".join([*head, *rows]) + "\n"


def readme(text: str, entries: Ledger) -> str:
    """The README with its summary as computed."""
    pattern = re.compile(f"(?<={re.escape(BEGIN)}).*?(?={re.escape(END)})", re.DOTALL)
    if not pattern.search(text):
        raise ValueError(f"{README.name} has no summary block: it must contain {BEGIN.strip()!r} and {END!r}.")
    return pattern.sub(lambda _: summary(entries), text)


def main(arguments: list[str]) -> int:
    """Write or check the published files; the exit status is 1 if they differ."""
    claims = paper()
    rocq = check(claims)
    if not rocq.version:
        sys.stderr.write(f"{MISSING}; the published statuses are those with Rocq.\n")
        return 1
    entries = ledger(claims, rocq=rocq)
    wanted = {STATUSES: statuses(entries), README: readme(README.read_text(), entries)}
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text() != text]
    for path in stale:
        if "--check" in arguments:
            sys.stderr.write(
                f"{path.relative_to(ROOT)} is not what the ledger says now: run `make publish`, read the diff.\n"
            )
        else:
            path.write_text(wanted[path])
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
