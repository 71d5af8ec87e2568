"""The second checker: run Rocq on the formal development and on the exported kernel proofs, and read what it says.

Every file is compiled once per content: a compiled file is kept under a key made of its text, its imports' keys and
the prover's version.  What the prover printed, statements and assumptions, is kept under a key made of all sources.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from graphlib import TopologicalSorter
from pathlib import Path

import theory
from numerics.compiled import user_cache
from theory.claim import Claim, KernelProof, RocqTheorem
from theory.hypotheses import hypotheses
from verification.export import Document, document
from verification.worst_case import exported as worst_cases

SOURCES = Path(theory.__file__).parent / "rocq"
EXPORTED, AUDIT, MARK = "Exported", "Audit", "=== "
AXIOMS = {"ClassicalDedekindReals.sig_forall_dec", "FunctionalExtensionality.functional_extensionality_dep"}
CLOSED = "Closed under the global context"
MISSING = "Rocq was not run: no coqc on the path (Debian and Ubuntu: apt-get install coq; elsewhere: rocq-prover.org)"
SECONDS = 900  # for one file; the longest takes half a minute


@dataclass(frozen=True)
class Checked:
    """A theorem as the prover prints it, with the axioms that it rests on."""

    statement: str
    axioms: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether it rests on nothing but the axioms of the standard library's reals."""
        return set(self.axioms) <= AXIOMS


@dataclass(frozen=True)
class Outcome:
    """What the prover came to: ``version`` is empty if it was not run."""

    version: str = ""
    unavailable: str = MISSING  # why it was not run, if it was not
    theorems: Mapping[str, Checked] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)  # claims, theorems and files, each with the reason
    exported: bool = False  # whether every exported kernel proof was accepted
    axioms: tuple[str, ...] = ()  # of all exported proofs together
    seconds: float = 0.0

    @property
    def says(self) -> str:
        """One line for the ledger's summary."""
        if not self.version:
            return self.unavailable
        if self.refused or not self.exported:
            reasons = "; ".join(f"{name}: {why}" for name, why in self.refused.items())
            return f"Rocq {self.version} refused {reasons or 'the exported proofs'}"
        assumed = sorted({a for t in self.theorems.values() for a in t.axioms} | set(self.axioms))
        return (
            f"Rocq {self.version} accepted every exported kernel proof and {len(self.theorems)} theorems;"
            f" assumed: {', '.join(assumed) or 'nothing'}"
        )


def check(claims: Iterable[Claim], done: Callable[[str], None] = lambda _: None) -> Outcome:
    """The outcome for these claims, from the store if nothing has changed; ``done`` hears of every file checked."""
    coqc = shutil.which("coqc")
    if coqc is None:
        return Outcome()
    try:
        prover = _identity(coqc)
    except (OSError, subprocess.SubprocessError) as reason:
        return Outcome(unavailable=f"Rocq was not run: {coqc} does not answer ({reason}); reinstall it")
    given, store = tuple(claims), user_cache("rocq")
    kept = store / "outcomes" / f"{_digest(prover, *_content(given))}.json"
    if (found := _load(kept)) is not None:
        return found
    with _alone(store):
        outcome = _build(coqc, prover, given, store, done)
        if outcome.exported and not outcome.refused:
            _write(kept, json.dumps(asdict(outcome), indent=1))
    return outcome


def _identity(coqc: str) -> str:
    """The prover's version, and the very program: another one under the same name is another prover."""
    run = subprocess.run([coqc, "--print-version"], capture_output=True, text=True, check=True, timeout=60)
    if not run.stdout.split():
        raise OSError("it prints no version")
    path = Path(coqc).resolve()
    return f"{run.stdout.strip()} {path} {path.stat().st_size} {path.stat().st_mtime_ns}"


def _content(claims: tuple[Claim, ...]) -> Iterator[str]:
    """All that the outcome depends on: the statements, the proofs, the development, and the programs that write it."""
    yield repr({name: h.fact for name, h in hypotheses().items()})
    for claim in claims:
        for evidence in claim.evidence:
            if isinstance(evidence, KernelProof):
                yield f"{claim.id} {evidence.goal!r} {evidence.build()!r}"
            elif isinstance(evidence, RocqTheorem):
                yield evidence.theorem
    yield from worst_cases.content(_files(claims))
    here, language = Path(__file__).parent, Path(theory.__file__).parent
    programs = [here / "rocq.py", here / "export.py", here / "rocq_text.py"]
    for path in [*programs, language / "gram.py", language / "polynomial.py", *sorted(SOURCES.glob("*.v"))]:
        yield path.name
        yield path.read_text()


def _files(claims: Iterable[Claim]) -> frozenset[str]:
    """The files in which the theorems are that the claims quote."""
    theorems = (e.theorem for c in claims for e in c.evidence if isinstance(e, RocqTheorem))
    return frozenset(name.partition(".")[0] for name in theorems)


def _build(coqc: str, identity: str, claims: tuple[Claim, ...], store: Path, done: Callable[[str], None]) -> Outcome:
    start, version = time.perf_counter(), identity.partition(" ")[0]
    try:
        exported = document(claims, {name: h.fact for name, h in hypotheses().items()})
    except ValueError as reason:
        return Outcome(version, refused={EXPORTED: str(reason)})
    of_worst_cases, unwritten = worst_cases.texts(_files(claims))
    wanted = sorted({e.theorem for c in claims for e in c.evidence if isinstance(e, RocqTheorem)})
    names = [name for name in wanted if name.partition(".")[0] not in unwritten]
    texts = {path.stem: path.read_text() for path in SOURCES.glob("*.v")}
    texts |= {**of_worst_cases, EXPORTED: exported.text, AUDIT: audit(names)}
    printed, failed = compile_all(coqc, identity, texts, store, done)
    refused = {**exported.refused, **dict(_reasons(failed, exported))}
    refused |= {name: unwritten[file] for name in wanted if (file := name.partition(".")[0]) in unwritten}
    theorems = parse_audit(printed.get(AUDIT, ""))
    refused |= {name: "it is not in the development" for name in names if not failed and name not in theorems}
    refused |= {name: f"it rests on {', '.join(t.axioms)}" for name, t in theorems.items() if not t.sound}
    axioms = tuple(_axioms(printed[EXPORTED])) if EXPORTED in printed else ()
    if set(axioms) - AXIOMS:
        refused[EXPORTED] = f"the exported proofs rest on {', '.join(axioms)}"
    accepted = EXPORTED in printed and not exported.refused and EXPORTED not in refused
    seconds = round(time.perf_counter() - start, 1)
    return Outcome(version, MISSING, theorems, refused, accepted, axioms, seconds)


def _reasons(failed: Mapping[str, str], exported: Document) -> Iterator[tuple[str, str]]:
    for name, message in failed.items():
        line = re.search(rf"{EXPORTED}\.v\", line (\d+)", message)
        claim = exported.claim_at(int(line[1])) if name == EXPORTED and line else ""
        yield claim or name, message


def audit(names: Iterable[str]) -> str:
    """A file that makes the prover print the statement and the assumptions of every theorem named."""
    given = list(names)
    files = " ".join(sorted({name.split(".")[0] for name in given}))
    lines = [f"From GreedyLR Require {files}."] if files else []
    lines += ["From Coq Require Import Reals.", "From GreedyLR Require Import InnerProduct.", "Set Printing Width 100."]
    for name in given:
        lines += [f'Goal True. idtac "{MARK}{name}". Abort.', f"Check @{name}.", f"Print Assumptions {name}."]
        lines += [f"Goal True. let T := type of @{name} in let S := type of T in unify S Prop. exact I. Qed."]
    return "\n".join(lines) + "\n"


def parse_audit(printed: str) -> dict[str, Checked]:
    """The statements and assumptions that the prover printed for the audit, by theorem."""
    found = {}
    for block in printed.split(MARK)[1:]:
        name, _, rest = block.partition("\n")
        statement = re.split(r"^(?:Axioms:|Closed under)", rest.partition(" : ")[2], maxsplit=1, flags=re.MULTILINE)[0]
        found[name.strip()] = Checked(re.sub(r"\n {7}", "\n", statement).strip(), tuple(_axioms(rest)))
    return found


def _axioms(printed: str) -> list[str]:
    """What stands under the prover's heading: the name before a colon, or a whole line of any other form."""
    if CLOSED in printed:
        return []
    lines = [line for line in printed.partition("Axioms:\n")[2].splitlines() if line[:1].strip()]
    return [re.sub(r"^([\w.']+)(?: :.*)?$", r"\1", line) for line in lines] or ["(no list of assumptions was printed)"]


def compile_all(
    coqc: str, version: str, texts: Mapping[str, str], store: Path, done: Callable[[str], None] = lambda _: None
) -> tuple[dict[str, str], dict[str, str]]:
    """What each file printed, and the reason for each that failed; files compile two at a time, after their imports."""
    imports = {name: _imports(text) & set(texts) for name, text in texts.items()}
    keys: dict[str, str] = {}
    printed: dict[str, str] = {}
    failed: dict[str, str] = {}
    order = TopologicalSorter(imports)
    order.prepare()
    with tempfile.TemporaryDirectory(prefix="greedylr-rocq-") as folder, ThreadPoolExecutor(2) as pool:
        work, running = Path(folder), dict[Future[str], str]()
        while order.is_active():
            for name in order.get_ready():
                if broken := [i for i in sorted(imports[name]) if i in failed]:
                    failed[name] = f"its import {broken[0]} failed"
                    order.done(name)
                    continue
                keys[name] = _digest(version, name, texts[name], *(keys[i] for i in sorted(imports[name])))
                running[pool.submit(_compile, coqc, name, texts[name], store / "files" / keys[name], work)] = name
            if not running:
                continue
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                name = running.pop(future)
                try:
                    printed[name] = future.result()
                except RefusedError as reason:
                    failed[name] = str(reason)
                done(name)
                order.done(name)
    return printed, failed


class RefusedError(Exception):
    """The prover refused a file; the message is its own."""


def _compile(coqc: str, name: str, text: str, kept: Path, work: Path) -> str:
    """What the prover prints for a file, whose compiled form is put into ``work`` and kept."""
    if (printed := _kept(kept, name)) is not None:
        shutil.copy(kept / f"{name}.vo", work)
        return printed
    (work / f"{name}.v").write_text(text)
    command = [coqc, "-q", "-Q", ".", "GreedyLR", f"{name}.v"]
    try:
        run = subprocess.run(command, cwd=work, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise RefusedError(f"no answer within {SECONDS} s") from None
    if run.returncode:
        raise RefusedError(" ".join((run.stderr or run.stdout).split())[:600])
    kept.mkdir(parents=True, exist_ok=True)
    shutil.copy(work / f"{name}.vo", kept)
    digest = _digest_of(kept / f"{name}.vo")
    _write(kept / "log", json.dumps({"vo": digest, "printed": run.stdout}))  # last: without it nothing is kept
    return run.stdout


def _kept(kept: Path, name: str) -> str | None:
    """What was printed for a file that was compiled before, if its compiled form is still the same."""
    try:
        log = json.loads((kept / "log").read_text())
        return str(log["printed"]) if log["vo"] == _digest_of(kept / f"{name}.vo") else None
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _digest_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _write(path: Path, text: str) -> None:
    """The text under that path, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}")
    part.write_text(text)
    part.replace(path)


def _imports(text: str) -> set[str]:
    """The development's own files that a file requires."""
    return {name for line in re.findall(r"From GreedyLR Require(?: Import)? ([^.]*)\.", text) for name in line.split()}


def _digest(*parts: str) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(f"{len(part)}:".encode() + part.encode())
    return digest.hexdigest()[:32]


@contextmanager
def _alone(store: Path) -> Iterator[None]:
    """One build at a time: a second waits and then finds the files of the first."""
    try:
        import fcntl  # noqa: PLC0415 - there is none on Windows
    except ImportError:
        yield
        return
    with (store / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _load(path: Path) -> Outcome | None:
    """An outcome that was kept; None if there is none that can be read."""
    try:
        data = json.loads(path.read_text())
        theorems = {n: Checked(t["statement"], tuple(t["axioms"])) for n, t in data.pop("theorems").items()}
        return Outcome(**{**data, "theorems": theorems, "axioms": tuple(data["axioms"])})
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None
