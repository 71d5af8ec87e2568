"""Statuses are what the evidence comes to: a broken proof, witness or sum shows, and the build fails where it must."""

from dataclasses import replace
from fractions import Fraction

import pytest

from theory.arithmetic import Equality, Printed, exact
from theory.claim import (
    Arithmetic,
    Assumed,
    Check,
    Claim,
    Computation,
    Counterexample,
    Enclosure,
    IntervalProof,
    KernelProof,
    Refusal,
    Unpublished,
    Witness,
)
from theory.claims import paper
from theory.gram import symbol
from theory.hypotheses import hypotheses
from theory.kernel import Assume, Conclude, Fact, Rel, Square
from verification.experiments import Measured, experiments
from verification.ledger import Verdict, decide, ledger, needed

X = symbol("x")
SQUARE = Fact(X * X)
FACTS = {name: h.fact for name, h in hypotheses().items()}
TRUE, FALSE = Check("one is one", Fraction(1), "=", Fraction(1)), Check("one is two", Fraction(1), "=", Fraction(2))


def claim(*evidence, **options):
    return Claim("c", "a claim", "3 The scheduler", "nowhere", "x", evidence, **options)


def proof(goal=SQUARE, build=lambda: Conclude(SQUARE, Square(X))):
    return KernelProof(goal, build)


def witness(hypotheses=(TRUE,), claimed=(FALSE,)):
    return Counterexample("a witness", lambda: Witness("some numbers", hypotheses, claimed))


def audited(printed):
    return Arithmetic(Equality(Printed(printed), exact(7)))


@pytest.mark.parametrize(
    ("evidence", "status"),
    [
        ((Assumed(),), "assumed"),
        ((proof(),), "proved"),
        ((proof(FACTS["convex components"], lambda: Assume("convex components")),), "proved with convex components"),
        ((proof(FACTS["convex"], lambda: Assume("convex")),), "proved"),
        ((witness(),), "refuted"),
        ((audited("7"),), "consistent"),
        ((audited("8"),), "inconsistent"),
        ((Unpublished("the runs"),), "not checkable"),
        ((), "open"),
    ],
)
def test_the_status_follows_from_the_evidence(evidence, status):
    entry = decide(claim(*evidence), FACTS, {})
    assert (entry.status, entry.problems) == (status, ())


@pytest.mark.parametrize(
    ("evidence", "problem"),
    [
        (proof(build=lambda: Conclude(Fact(X), Square(X))), "refused by the kernel"),
        (proof(Fact(X)), "proves another statement"),
        (proof(Fact(X * X, Rel.GT)), "proves another statement"),
        (proof(build=lambda: Assume("x is nice")), "unknown hypothesis"),
        (witness(hypotheses=(TRUE, FALSE)), "exact counterexample does not do"),
        (witness(claimed=(FALSE, TRUE)), "exact counterexample does not do"),
        (witness(claimed=()), "exact counterexample does not do"),
        (witness(hypotheses=()), "exact counterexample does not do"),
    ],
)
def test_evidence_that_fails_leaves_the_claim_open_and_fails_the_build(evidence, problem):
    entry = decide(claim(evidence), FACTS, {})
    assert entry.verdict is Verdict.OPEN
    assert problem in entry.problems[0]


def test_one_failing_reading_spoils_the_proof():
    entry = decide(claim(proof(), proof(Fact(X))), FACTS, {})
    assert entry.verdict is Verdict.OPEN
    assert entry.problems


@pytest.mark.parametrize(
    ("build", "residual", "fails"),
    [
        (lambda: Conclude(Fact(X), Square(X)), "x^2", False),
        (lambda: Conclude(Fact(X), Square(X)), "another residual", True),
        (lambda: Conclude(SQUARE, Square(X)), "x^2", True),
    ],
)
def test_a_refusal_must_be_refused_for_its_reason(build, residual, fails):
    entry = decide(claim(witness(), Refusal("argue so", build, residual)), FACTS, {})
    assert entry.verdict is Verdict.REFUTED
    assert bool(entry.problems) is fails


def test_a_proof_and_a_counterexample_contradict():
    entry = decide(claim(proof(), witness()), FACTS, {})
    assert "one of them must be wrong" in entry.problems[0]


@pytest.mark.parametrize(
    ("agrees", "status", "fails"), [(True, "measured: agrees", False), (False, "measured: disagrees", False)]
)
def test_a_measurement_decides_only_what_nothing_else_does(agrees, status, fails):
    entry = decide(claim(), FACTS, {}, lambda: Measured("3 of 3 runs", agrees))
    assert (entry.status, bool(entry.problems)) == (status, fails)


@pytest.mark.parametrize("agrees", [True, False])
def test_a_measurement_may_find_no_difference(agrees):
    entry = decide(claim(), FACTS, {}, lambda: Measured("+0.1% [-2, +2]", agrees, decides=False))
    assert (entry.status, entry.problems) == ("measured: no difference at this n", ())


def test_a_measurement_against_a_proof_fails_the_build_and_never_makes_one():
    entry = decide(claim(proof()), FACTS, {}, lambda: Measured("2 of 3 runs", False))
    assert (entry.status, bool(entry.problems)) == ("proved", True)
    assert decide(claim(Unpublished("data")), FACTS, {}, lambda: Measured("n = 3", True)).verdict is Verdict.MEASURED


def test_conditions_are_inherited_from_the_claims_a_proof_cites():
    goal = FACTS["convex components"]
    first = replace(claim(proof(goal, lambda: Assume("convex components"))), id="lemma")
    second = replace(claim(proof(goal, lambda: Conclude(goal, Assume("lemma")))), id="theorem", uses=("lemma",))
    assert ledger((second, first))["theorem"].status == "proved with convex components"


def test_an_unproved_claim_cannot_be_cited():
    lemma = replace(claim(proof(Fact(X), lambda: Conclude(Fact(X), Square(X)))), id="lemma")
    theorem = replace(claim(proof(Fact(X), lambda: Assume("lemma"))), id="theorem", uses=("lemma",))
    entry = ledger((lemma, theorem))["theorem"]
    assert entry.verdict is Verdict.OPEN
    assert "unknown hypothesis 'lemma'" in entry.problems[0]


def test_a_refuted_claim_cannot_be_cited():
    lemma = replace(claim(witness(), proof(SQUARE)), id="lemma")
    theorem = replace(claim(proof(SQUARE, lambda: Assume("lemma"))), id="theorem", uses=("lemma",))
    assert ledger((lemma, theorem))["theorem"].verdict is Verdict.OPEN


def test_a_use_that_is_no_claim_is_an_error():
    with pytest.raises(KeyError, match="'nothing' is used by a claim but is not one"):
        ledger((claim(uses=("nothing",)),))


def test_what_a_claim_needs_is_closed_under_use():
    names = {c.id for c in needed(paper(), "A.1.P4")}
    assert {"A.1.P4", "A.1.P3.repaired", "lemma-interpolation", "assumption-A.1"} <= names
    assert "A.2" not in names


def test_the_ledger_of_the_paper_contradicts_nowhere(ledger):
    assert {name: entry.problems for name, entry in ledger.items() if entry.problems} == {}


def test_no_number_is_a_proof(ledger):
    proved = {Verdict.PROVED, Verdict.CONDITIONAL}
    proofs = ("kernel proof", "Rocq theorem", "interval proof", "rational certificate", "exact computation")
    assert all(any(f.kind in proofs for f in e.findings) for e in ledger.values() if e.verdict in proved)


def test_names_that_hide_each_other_are_refused():
    with pytest.raises(ValueError, match="share a name"):
        ledger((claim(), claim()))
    with pytest.raises(ValueError, match="share a name"):
        ledger((replace(claim(), id="convex components"),))


def test_every_experiment_belongs_to_a_claim():
    assert set(experiments()) <= {c.id for c in paper()}


def enclosed(*checks):
    return claim(IntervalProof("balls", lambda: Enclosure("they say", checks)))


@pytest.mark.parametrize(
    ("checks", "verdict"),
    [
        ((Check("1 < 2", Fraction(1), "<", Fraction(2)),), Verdict.PROVED),
        ((Check("2 < 1", Fraction(2), "<", Fraction(1)),), Verdict.OPEN),
        ((), Verdict.OPEN),
    ],
)
def test_a_computation_proves_only_if_all_of_it_holds(checks, verdict):
    (entry,) = ledger((claim(Computation("all cases", lambda: Enclosure("they say", checks))),)).values()
    assert entry.verdict is verdict
    assert bool(entry.problems) == (verdict is Verdict.OPEN)


def test_an_interval_proof_whose_checks_hold_proves():
    entry = ledger((enclosed(Check("1 < 2", Fraction(1), "<", Fraction(2))),))["c"]
    assert entry.verdict is Verdict.PROVED
    assert not entry.problems


@pytest.mark.parametrize(
    "checks", [(), (Check("1 < 2", Fraction(1), "<", Fraction(2)), Check("2 < 1", Fraction(2), "<", Fraction(1)))]
)
def test_an_interval_proof_that_fails_or_checks_nothing_is_a_contradiction(checks):
    entry = ledger((enclosed(*checks),))["c"]
    assert entry.verdict is Verdict.OPEN
    assert any("fails" in problem for problem in entry.problems)


def test_an_interval_proof_without_a_decision_stays_open():
    def undecided():
        raise ArithmeticError("the balls are too large")

    entry = ledger((claim(IntervalProof("balls", undecided)),))["c"]
    assert entry.verdict is Verdict.OPEN
    assert any("undecided: the balls are too large" in problem for problem in entry.problems)
