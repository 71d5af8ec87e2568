"""How long the command takes, against its limits: ``python benchmarks/verify.py [--check]``.

The limit of a start is the interpreter's own, and that of a check is importing sympy: both are measured in the same
run, so that the ratios mean something on a noisy machine.  Medians of seven runs; ``--check`` fails beyond the limits.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from theory.claim import KernelProof
from theory.claims import paper
from theory.hypotheses import hypotheses
from theory.kernel import infer

RUNS = 7
COMMAND = str(Path(sys.executable).parent / "greedylr")


def median(job: Callable[[], object]) -> float:
    """Median wall-clock seconds."""
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        job()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def process(*arguments: str) -> float:
    """Median seconds of a whole process."""
    return median(lambda: subprocess.run(arguments, check=True, capture_output=True))


def slowest_proof() -> tuple[str, float]:
    """The kernel proof that takes longest, with its median seconds."""
    proofs = [(claim.id, e) for claim in paper() for e in claim.evidence if isinstance(e, KernelProof)]
    facts = {name: h.fact for name, h in hypotheses().items()}
    facts |= {name: proof.goal for name, proof in reversed(proofs)}
    timed = [(name, median(lambda p=proof: infer(p.build(), facts))) for name, proof in proofs]  # type: ignore[misc]
    return max(timed, key=lambda pair: pair[1])


def main(arguments: list[str]) -> int:
    """Print the table; with --check, fail beyond a limit."""
    bare = process(sys.executable, "-c", "pass")
    sympy = process(sys.executable, "-c", "import sympy.polys.rings")
    name, proof = slowest_proof()
    rows = [
        ("greedylr --help", process(COMMAND, "--help"), 0.3, bare, "the bare interpreter"),
        ("greedylr verify", process(COMMAND, "verify"), 30.0, sympy, "importing sympy"),
        ("greedylr show A.1.one-step", process(COMMAND, "show", "A.1.one-step"), 30.0, sympy, "importing sympy"),
        (f"slowest kernel proof ({name})", proof, 0.2, None, ""),
    ]
    slow = False
    for what, seconds, limit, floor, of in rows:
        ratio = f"  {seconds / floor:5.1f} x {of}" if floor else ""
        print(f"{what:45s} {seconds:7.3f} s  (limit {limit:g} s){ratio}")
        slow |= seconds > limit
    return 1 if slow and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
