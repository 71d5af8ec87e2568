"""From claims and their evidence to statuses: computed at every call, stored nowhere, written by nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import partial
from graphlib import TopologicalSorter

from theory.claim import (
    Arithmetic,
    Assumed,
    Certificates,
    Claim,
    Computation,
    Counterexample,
    Enclosure,
    Evidence,
    IntervalProof,
    KernelProof,
    Refusal,
    RocqTheorem,
    Unpublished,
)
from theory.hypotheses import UNESTABLISHED, Hypothesis, hypotheses
from theory.kernel import Fact, Rejected, infer
from verification.audit import audit
from verification.experiments import experiments
from verification.measured import Measured
from verification.rocq import MISSING, Outcome
from verification.worst_case.files import kept


class Verdict(Enum):
    """How a claim was decided."""

    ASSUMED = "assumed"
    PROVED = "proved"
    CONDITIONAL = "proved with"
    REFUTED = "refuted"
    CONSISTENT = "consistent"
    INCONSISTENT = "inconsistent"
    MEASURED = "measured"
    NOT_CHECKABLE = "not checkable"
    NEEDS_ROCQ = "needs Rocq"
    OPEN = "open"


@dataclass(frozen=True)
class Finding:
    """What one piece of evidence came to: ``sound`` if it did what it was brought for."""

    kind: str
    says: str
    sound: bool
    hyps: frozenset[str] = frozenset()  # hypotheses and claims that the proof cites
    verdict: Verdict | None = None  # what it speaks for, on its own
    note: str = ""
    statement: str = ""  # the theorem as another prover prints it
    decides: bool = True  # False for a measurement that found no difference


@dataclass(frozen=True)
class Entry:
    """A claim with its computed status."""

    claim: Claim
    verdict: Verdict
    findings: tuple[Finding, ...]
    hypotheses: tuple[str, ...]  # those really used, down to the assumptions
    conditions: tuple[str, ...]  # those among them that the paper does not state
    problems: tuple[str, ...]

    @property
    def status(self) -> str:
        """The verdict, with the missing hypotheses named."""
        if self.verdict is Verdict.CONDITIONAL:
            return f"proved with {', '.join(self.conditions)}"
        if self.verdict is Verdict.MEASURED:
            if not all(f.decides for f in self.findings):
                return "measured: no difference at this n"
            return f"measured: {'agrees' if all(f.sound for f in self.findings) else 'disagrees'}"
        return str(self.verdict.value)


Ledger = Mapping[str, Entry]


def ledger(
    claims: Iterable[Claim], done: Callable[[Entry], None] = lambda _: None, rocq: Outcome | None = None
) -> Ledger:
    """Every claim decided, in the order given; ``done`` is told of each as it is.

    ``rocq`` is what the second checker came to; without it its theorems count as not run.
    """
    given = tuple(claims)
    by_id = {claim.id: claim for claim in given}
    table = hypotheses()
    facts = {name: hypothesis.fact for name, hypothesis in table.items()}
    runs = experiments()
    if len(by_id) < len(given) or set(by_id) & set(table):
        raise ValueError("two claims, or a claim and a hypothesis, share a name: one would hide the other.")
    entries: dict[str, Entry] = {}
    for name in TopologicalSorter({c.id: c.uses for c in by_id.values()}).static_order():
        if name not in by_id:
            raise KeyError(f"{name!r} is used by a claim but is not one: check its `uses`.")
        entry = entries[name] = decide(by_id[name], facts, entries, runs.get(name), table, rocq or Outcome())
        goal = next((e.goal for e in entry.claim.evidence if isinstance(e, KernelProof)), None)
        if goal and entry.verdict in (Verdict.PROVED, Verdict.CONDITIONAL):
            facts[name] = goal  # from here on it may be cited
        done(entry)
    return {name: entries[name] for name in by_id}


def needed(claims: Iterable[Claim], name: str) -> tuple[Claim, ...]:
    """The claim of that name and all that it uses, directly or not."""
    by_id, seen, stack = {c.id: c for c in claims}, set[str](), [name]
    while stack:
        current = stack.pop()
        if current not in seen:
            seen.add(current)
            stack += by_id[current].uses
    return tuple(c for c in by_id.values() if c.id in seen)


def decide(
    claim: Claim,
    facts: Mapping[str, Fact],
    entries: Ledger,
    run: Callable[[], Measured] | None = None,
    table: Mapping[str, Hypothesis] | None = None,
    rocq: Outcome = Outcome(),  # noqa: B008 - a frozen value
) -> Entry:
    """The status of one claim, from what its evidence comes to now."""
    table = hypotheses() if table is None else table
    findings = [examine(evidence, facts, rocq) for evidence in claim.evidence]
    findings += _exported(claim, rocq)
    if run is not None:
        measured = run()
        findings.append(
            Finding(
                "measurement",
                measured.says,
                measured.agrees,
                verdict=Verdict.MEASURED,
                statement=measured.table,
                decides=measured.decides,
            )
        )
    leaves = frozenset(_leaves(findings, entries))
    conditions = tuple(name for name in table if name in leaves and table[name].standing in UNESTABLISHED)
    verdict = _verdict(findings, conditions)
    ordered = tuple(name for name in table if name in leaves)
    problems = tuple(_problems(findings, verdict, conditions))
    return Entry(claim, verdict, tuple(findings), ordered, conditions, problems)


def examine(evidence: Evidence, facts: Mapping[str, Fact], rocq: Outcome = Outcome()) -> Finding:  # noqa: B008
    """What one piece of evidence comes to."""
    match evidence:
        case KernelProof():
            return _proof(evidence, facts)
        case Refusal():
            return _refusal(evidence, facts)
        case Counterexample(title, replay):
            witness = replay()
            sound = all(c.holds for c in witness.hypotheses) and not any(c.holds for c in witness.claimed)
            sound = sound and bool(witness.claimed) and bool(witness.hypotheses)
            return Finding("exact counterexample", f"{title}: {witness.says}", sound, verdict=Verdict.REFUTED)
        case IntervalProof():
            return _enclosed(evidence.title, evidence.replay, "interval proof")
        case Computation():
            return _enclosed(evidence.title, evidence.replay, "exact computation")
        case Certificates(title, replay, refutes):
            return _enclosed(title, partial(replay, kept), "rational certificate", refutes=refutes)
        case RocqTheorem():
            return _rocq_theorem(evidence, rocq)
        case Arithmetic():
            audited = audit(evidence)
            verdict = Verdict.CONSISTENT if audited.consistent else Verdict.INCONSISTENT
            return Finding("arithmetic", audited.line, True, verdict=verdict, note=evidence.note)
        case Assumed():
            return Finding("assumption", "the paper assumes it", True, verdict=Verdict.ASSUMED)
        case Unpublished(reason):
            return Finding("unpublished", f"needs {reason}", True, verdict=Verdict.NOT_CHECKABLE)


def _proof(evidence: KernelProof, facts: Mapping[str, Fact]) -> Finding:
    reading = f" ({evidence.reading})" if evidence.reading else ""
    try:
        sequent = infer(evidence.build(), facts)
    except Rejected as reason:
        return Finding("kernel proof", f"refused by the kernel{reading}: {reason}", False)
    if sequent.concl != evidence.goal:
        return Finding("kernel proof", f"proves another statement{reading}: {sequent.concl}", False)
    return Finding("kernel proof", f"accepted{reading}", True, sequent.hyps, Verdict.PROVED)


def _enclosed(title: str, replay: Callable[[], Enclosure], kind: str, *, refutes: bool = False) -> Finding:
    """What an exact computation came to; one that raises, fails or checks nothing decides nothing."""
    try:
        found = replay()
    except ArithmeticError as reason:
        return Finding(kind, f"{title} is undecided: {reason}", False)
    except ValueError as reason:
        return Finding(kind, f"{title} does not check: {reason}", False)
    failed = [c for c in found.checks if not c.holds]
    if failed or not found.checks:
        return Finding(kind, f"{title} fails: {failed[0].says if failed else 'it checks nothing'}", False)
    verdict = Verdict.REFUTED if refutes else Verdict.PROVED
    return Finding(kind, f"{title}: {found.says}", True, verdict=verdict)


def _refusal(evidence: Refusal, facts: Mapping[str, Fact]) -> Finding:
    try:
        sequent = infer(evidence.build(), facts)
    except Rejected as reason:
        return Finding("refusal", f"to {evidence.says}: {reason}", evidence.residual in str(reason))
    return Finding("refusal", f"accepted, though it should be refused: {sequent}", False)


def _rocq_theorem(evidence: RocqTheorem, rocq: Outcome) -> Finding:
    name, kind = evidence.theorem, "Rocq theorem"
    if not rocq.version:
        return Finding(kind, f"{name}: {evidence.says}. {MISSING}", True)
    checked = rocq.theorems.get(name)
    if checked is None or name in rocq.refused:
        reason = rocq.refused.get(name) or "; ".join(f"{k}: {why}" for k, why in rocq.refused.items())
        return Finding(kind, f"{name} is not proved: {reason or 'there is no such theorem'}", False)
    verdict = Verdict.REFUTED if evidence.refutes else Verdict.PROVED
    needs = frozenset(evidence.needs)
    return Finding(kind, f"{name}: {evidence.says}", True, needs, verdict=verdict, statement=checked.statement)


def _exported(claim: Claim, rocq: Outcome) -> Iterator[Finding]:
    """What the second checker said of the claim's kernel proofs, exported with the same data."""
    if not rocq.version or not any(isinstance(e, KernelProof) for e in claim.evidence):
        return
    if claim.id in rocq.refused:
        yield Finding("Rocq", f"refuses the kernel's proof: {rocq.refused[claim.id]}", False)
    elif rocq.exported:
        yield Finding("Rocq", "accepts the same proof, exported", True, verdict=Verdict.PROVED)
    else:
        yield Finding("Rocq", f"did not accept the kernel's proof: {rocq.says}", False)


def _leaves(findings: Iterable[Finding], entries: Ledger) -> Iterator[str]:
    for name in frozenset[str]().union(*(finding.hyps for finding in findings)):
        if name in entries:
            yield from entries[name].hypotheses
        else:
            yield name


def _verdict(findings: Iterable[Finding], conditions: tuple[str, ...]) -> Verdict:
    deciding = [f for f in findings if f.kind != "refusal"]
    if not all(f.sound for f in deciding if f.kind != "measurement"):
        return Verdict.OPEN
    spoken = {f.verdict for f in deciding}
    for verdict in (Verdict.REFUTED, Verdict.PROVED, Verdict.INCONSISTENT, Verdict.CONSISTENT, Verdict.ASSUMED):
        if verdict in spoken:
            return Verdict.CONDITIONAL if verdict is Verdict.PROVED and conditions else verdict
    if measured := next((v for v in (Verdict.MEASURED, Verdict.NOT_CHECKABLE) if v in spoken), None):
        return measured
    waiting = any(f.kind == "Rocq theorem" for f in deciding)
    return Verdict.NEEDS_ROCQ if waiting else Verdict.OPEN


def _problems(findings: Iterable[Finding], verdict: Verdict, conditions: tuple[str, ...]) -> Iterator[str]:
    spoken = {f.verdict for f in findings if f.sound}
    for finding in findings:
        decides = finding.kind == "measurement" and verdict is Verdict.MEASURED  # the paper may be wrong
        if not finding.sound and not decides:
            yield f"{finding.kind} does not do what it is brought for: {finding.says}"
    if {Verdict.PROVED, Verdict.REFUTED} <= spoken and not conditions:
        yield "a proof and a counterexample stand side by side: one of them must be wrong"
