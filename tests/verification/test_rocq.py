"""The second checker: it accepts what the kernel accepts, refuses what is wrong, and says what it assumed."""

import re
import shutil
import subprocess
from dataclasses import replace

import pytest
from typer.testing import CliRunner

import theory.claims
import theory.kernel
from theory.claim import Claim, KernelProof, RocqTheorem
from theory.claims import paper
from theory.gram import symbol, vector
from theory.hypotheses import hypotheses
from theory.kernel import Add, Assume, Conclude, Fact, Rel, Square
from verification import rocq as prover
from verification import rocq_text as spell
from verification.cli import app
from verification.export import document
from verification.ledger import Verdict, ledger
from verification.rocq import AXIOMS, MISSING, SOURCES, Checked, Outcome, audit, check, compile_all, parse_audit

COQC = shutil.which("coqc")
needs_coqc = pytest.mark.skipif(COQC is None, reason="there is no coqc here")
FACTS = {name: h.fact for name, h in hypotheses().items()}
X = symbol("L")
THEOREMS = sorted({e.theorem for c in paper() for e in c.evidence if isinstance(e, RocqTheorem)})


def claim(goal, proof, name="c"):
    return Claim(name, "t", "A.1 Convergence", "p", "x", (KernelProof(goal, lambda: proof),))


RIGHT = claim(Fact(X * X), Conclude(Fact(X * X), Square(X)))
WRONG = claim(Fact(X), Conclude(Fact(X), Square(X)))


@needs_coqc
def test_rocq_accepts_every_kernel_proof_and_every_theorem(rocq):
    assert rocq.exported
    assert not rocq.refused
    assert set(rocq.theorems) == set(THEOREMS)


@needs_coqc
@pytest.mark.parametrize("name", THEOREMS)
def test_a_theorem_rests_on_the_axioms_of_the_reals_only(name, rocq):
    assert set(rocq.theorems[name].axioms) <= AXIOMS
    assert rocq.theorems[name].statement


@needs_coqc
def test_the_numbers_that_the_story_of_a1_tells_are_those_of_the_theorem(rocq):
    (says,) = [
        e.says
        for c in paper()
        if c.id == "A.1"
        for e in c.evidence
        if isinstance(e, RocqTheorem) and e.theorem == "SameSample.violates_every_reading"
    ]
    statement = " ".join(rocq.theorems["SameSample.violates_every_reading"].statement.split())
    for told, stated in (
        ("above 1/100", "1 / 100 < SameSample.excess c (1 / 2) (1 / 1024) (1 / 512) 0 prev T"),
        ("T >= 10^6", "1000000 <= INR T"),
        ("below 1/250", "(1 / 1024) (1 / 512) < 1 / 250"),
    ):
        assert told in says
        assert stated in statement


@needs_coqc
def test_the_exported_proofs_rest_on_the_axioms_of_the_reals_only(rocq):
    assert set(rocq.axioms) <= AXIOMS


def test_the_development_admits_nothing():
    forbidden = re.compile(r"\b(Admitted|admit|Axiom|Axioms|Parameter|Parameters|Conjecture|Unset|bypass_check)\b")
    files = sorted(SOURCES.glob("*.v"))
    assert len(files) > 10
    for path in files:
        assert not forbidden.search(re.sub(r"\(\*.*?\*\)", "", path.read_text(), flags=re.DOTALL)), path.name


def test_a_theorem_is_exported_from_the_hypotheses_that_the_kernel_says_it_needs(ledger):
    text = document(paper(), FACTS).text
    stated = dict(re.findall(r"^Theorem (claim_\w+) : (.*?)\.$", text, re.MULTILINE))
    for entry in ledger.values():
        if any(isinstance(e, KernelProof) for e in entry.claim.evidence):
            premises = [
                p
                for name, says in stated.items()
                for p in re.findall(r"hyp_\w+", says)
                if re.fullmatch(rf"claim_{spell.identifier(entry.claim.id.replace('-', '_'))}(_\d)?", name)
            ]
            assert set(premises) == {f"hyp_{spell.identifier(h)}" for h in entry.hypotheses}, entry.claim.id


def test_no_two_names_are_spelled_alike():
    for names in (list(FACTS), [c.id for c in paper() if any(isinstance(e, KernelProof) for e in c.evidence)]):
        assert len({spell.identifier(name.replace("-", "_")) for name in names}) == len(names)


@needs_coqc
def test_a_proof_that_only_a_broken_kernel_accepts_fails_the_build(monkeypatch):
    """The kernel's test for identities is taken away: it accepts L >= 0 for a square, and Rocq does not."""
    monkeypatch.setattr(theory.kernel, "_same", lambda wanted, proved: None)
    outcome = check((WRONG,))
    assert "c" in outcome.refused
    entry = ledger((WRONG,), rocq=outcome)["c"]
    assert [f.sound for f in entry.findings] == [True, False]
    assert entry.verdict is Verdict.OPEN
    assert any("refuses the kernel's proof" in problem for problem in entry.problems)


@needs_coqc
def test_the_command_fails_when_the_two_checkers_disagree(monkeypatch):
    monkeypatch.setattr(theory.claims, "paper", lambda: (WRONG,))
    monkeypatch.setattr(theory.kernel, "_same", lambda wanted, proved: None)
    result = CliRunner().invoke(app, ["verify"])
    assert result.exit_code == 1
    assert "refuses the kernel's proof" in result.output


@needs_coqc
def test_a_claim_after_a_refused_one_is_not_called_accepted():
    outcome = check((WRONG, claim(Fact(X * X), Conclude(Fact(X * X), Square(X)), "d")))
    assert not outcome.exported
    assert ledger((RIGHT,), rocq=outcome)["c"].verdict is Verdict.OPEN


@needs_coqc
@pytest.mark.parametrize("goal", [Fact(X * X, Rel.GT), Fact(X * X, Rel.EQ), Fact(X * X - 1), Fact(-X * X)])
def test_a_square_proves_nothing_but_that_it_is_nonnegative(goal):
    assert "c" in check((claim(goal, Conclude(goal, Square(X))),)).refused


@needs_coqc
def test_an_axiom_of_our_own_would_be_seen(tmp_path):
    texts = {
        "Cheat": "Axiom trust_me : False.\nTheorem wrong : 0 = 1.\nProof. destruct trust_me. Qed.\n",
        "Audit": "From GreedyLR Require Cheat.\n" + audit(["Cheat.wrong"]).split("\n", 3)[3],
    }
    printed, failed = compile_all(COQC, "test", texts, tmp_path)
    assert not failed
    (found,) = parse_audit(printed["Audit"]).values()
    assert found.axioms == ("Cheat.trust_me",)
    assert not found.sound


def test_the_prints_of_the_prover_are_read_line_by_line():
    printed = """=== A.b
A.b
     : forall x : R,
       0 <= x
Axioms:
Some.axiom : forall P : Prop, P
Other.one
  : 0 = 1
=== A.c
A.c : True
Closed under the global context
"""
    assert parse_audit(printed) == {
        "A.b": Checked("forall x : R,\n0 <= x", ("Some.axiom", "Other.one")),
        "A.c": Checked("True", ()),
    }


@needs_coqc
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Unset Guard Checking.\nFixpoint loop (n : nat) : 0 = 1 := loop n.\nDefinition wrong := loop 0.\n", "guarded"),
        (
            "Unset Positivity Checking.\nInductive bad := C : (bad -> False) -> bad.\n"
            "Definition no (b : bad) : False := match b with C f => f b end.\n"
            "Definition wrong : False := no (C no).\n",
            "positive",
        ),
    ],
)
def test_a_check_that_was_switched_off_would_be_seen(tmp_path, text, says):
    texts = {"Cheat": text, "Audit": "From GreedyLR Require Cheat.\nPrint Assumptions Cheat.wrong.\n"}
    printed, failed = compile_all(COQC, "test", texts, tmp_path)
    assert not failed
    assert any(says in axiom for axiom in prover._axioms(printed["Audit"]))


def test_a_prover_that_lists_no_assumptions_is_not_believed():
    assert prover._axioms("") == ["(no list of assumptions was printed)"]
    assert not parse_audit("=== A.b\nA.b : True\n")["A.b"].sound


@needs_coqc
def test_a_definition_is_no_theorem(tmp_path):
    texts = {
        "A": "Definition one := 1.\nDefinition says := 1 = 2.\nTheorem one_is_one : one = 1. Proof. reflexivity. Qed.\n"
    }
    for name, passes in (("A.one_is_one", True), ("A.one", False), ("A.says", False)):
        lines = [line for line in audit([name]).splitlines() if "InnerProduct" not in line]
        failed = compile_all(COQC, "test", {**texts, "Audit": "\n".join(lines)}, tmp_path)[1]
        assert (not failed) is passes, name


@needs_coqc
@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("Kernel", "Definition broken := nothing."),
        (
            "Kernel",
            "Axiom cheat : False.\nLemma add_nn p q : 0 <= p -> 0 <= q -> 0 <= p + q. Proof. destruct cheat. Qed.",
        ),
    ],
    ids=["a rule that does not compile", "a rule that rests on an axiom"],
)
def test_a_broken_rule_is_a_problem_of_every_claim_with_a_proof(monkeypatch, tmp_path, file, text):
    for path in SOURCES.glob("*.v"):
        shutil.copy(path, tmp_path)
    source = (tmp_path / f"{file}.v").read_text()
    old = "Lemma add_nn p q : 0 <= p -> 0 <= q -> 0 <= p + q. Proof. lra. Qed."
    assert old in source
    (tmp_path / f"{file}.v").write_text(source.replace(old, text))
    monkeypatch.setattr(prover, "SOURCES", tmp_path)
    both = claim(Fact(X * X + X * X), Conclude(Fact(X * X + X * X), Add(Square(X), Square(X))))
    entry = ledger((both,), rocq=check((both,)))["c"]
    assert entry.problems
    assert entry.verdict is Verdict.OPEN


@needs_coqc
def test_a_claim_that_cites_a_later_one_is_exported_after_it():
    cited = claim(Fact(X * X), Conclude(Fact(X * X), Square(X)), "d")
    citing = replace(claim(Fact(X * X), Conclude(Fact(X * X), Assume("d"))), uses=("d",))
    assert check((citing, cited)).exported


@needs_coqc
def test_a_proof_that_cannot_be_written_down_is_no_accepted_one():
    unknown = claim(Fact(X), Conclude(Fact(X), Assume("nowhere")))
    outcome = check((unknown,))
    assert not outcome.exported
    assert "cannot be written down" in outcome.refused["c"]


@pytest.mark.parametrize("other", [symbol("gamma'"), symbol("mean"), symbol("S"), symbol("x")])
def test_a_name_that_rocq_would_confuse_is_refused(other):
    facts = {"one": Fact(symbol("gamma") - other, Rel.EQ), "at x": Fact(vector("x", variable=True) @ vector("u"))}
    with pytest.raises(ValueError, match="rename"):
        document((), facts)


@needs_coqc
def test_a_damaged_store_is_built_again(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first = check((RIGHT,))
    assert first.exported
    for path in [*tmp_path.rglob("*.json"), *tmp_path.rglob("*.vo")]:
        path.write_bytes(path.read_bytes()[:100])
    again = check((RIGHT,))
    assert again.exported
    assert not again.refused


@needs_coqc
def test_a_store_that_cannot_be_written_is_done_without(tmp_path, monkeypatch):
    (tmp_path / "greedylr").write_text("a file in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert check((RIGHT,)).exported


def test_a_prover_that_is_broken_is_said_to_be(tmp_path, monkeypatch):
    fake = tmp_path / "coqc"
    monkeypatch.setattr(prover.shutil, "which", lambda _: str(fake))
    for body in ("exit 1", "true"):
        fake.write_text(f"#!/bin/sh\n{body}\n")
        fake.chmod(0o755)
        outcome = check((RIGHT,))
        assert not outcome.version
        assert "does not answer" in outcome.says


@needs_coqc
def test_a_file_compiles_once_per_content(tmp_path, monkeypatch):
    calls = []
    real = subprocess.run
    monkeypatch.setattr(
        prover.subprocess, "run", lambda command, **more: calls.append(command) or real(command, **more)
    )
    texts = {"A": "Definition one := 1.\n", "B": "From GreedyLR Require Import A.\nDefinition two := one + one.\n"}
    for expected in (2, 2):
        assert compile_all(COQC, "test", texts, tmp_path)[1] == {}
        assert len(calls) == expected
    compile_all(COQC, "test", {**texts, "B": texts["B"] + "Definition three := 3.\n"}, tmp_path)
    assert len(calls) == 3
    compile_all(COQC, "test", {**texts, "A": "Definition one := 2.\n"}, tmp_path)
    assert len(calls) == 5
    compile_all(COQC, "another version", texts, tmp_path)
    assert len(calls) == 7


@needs_coqc
def test_a_failed_file_is_not_kept_and_fails_what_imports_it(tmp_path):
    texts = {"A": "Definition one := two.\n", "B": "From GreedyLR Require Import A.\n"}
    for _ in range(2):
        failed = compile_all(COQC, "test", texts, tmp_path)[1]
        assert "two was not found" in failed["A"]
        assert failed["B"] == "its import A failed"


def test_a_prover_that_does_not_answer_is_a_refusal(tmp_path, monkeypatch):
    monkeypatch.setattr(prover, "SECONDS", 0.01)
    silent = tmp_path / "silent"
    silent.write_text("#!/bin/sh\nexec sleep 5\n")
    silent.chmod(0o755)
    failed = compile_all(str(silent), "test", {"A": ""}, tmp_path)[1]
    assert "no answer within" in failed["A"]


def test_without_the_prover_the_ledger_says_so_and_how_to_get_it(monkeypatch):
    monkeypatch.setattr(prover.shutil, "which", lambda _: None)
    outcome = check(paper())
    assert outcome == Outcome()
    entries = ledger(paper(), rocq=outcome)
    assert entries["pytorch-order"].status == "needs Rocq"
    assert entries["A.1"].status == "refuted"
    assert entries["A.1.repaired"].status.startswith("proved with")
    assert not any(entry.problems for entry in entries.values())
    result = CliRunner().invoke(app, ["verify"])
    assert result.exit_code == 0
    assert "apt-get install coq" in " ".join(result.output.split())
    assert "apt-get install coq" in MISSING


def test_a_theorem_that_is_not_there_is_no_evidence():
    missing = Claim("c", "t", "s", "p", "x", (RocqTheorem("Nowhere.theorem", "says"),))
    entry = ledger((missing,), rocq=Outcome("8.16", exported=True))["c"]
    assert entry.verdict is Verdict.OPEN
    assert "there is no such theorem" in entry.problems[0]


@pytest.mark.parametrize(("refutes", "verdict"), [(False, Verdict.PROVED), (True, Verdict.REFUTED)])
def test_a_theorem_speaks_for_or_against_its_claim(refutes, verdict):
    one = Claim("c", "t", "s", "p", "x", (RocqTheorem("A.b", "says", refutes=refutes),))
    outcome = Outcome("8.16", theorems={"A.b": Checked("True", ())}, exported=True)
    assert ledger((one,), rocq=outcome)["c"].verdict is verdict
