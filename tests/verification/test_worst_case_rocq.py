"""Worst-case certificates in Rocq: what is right compiles and speaks of the rule, what was falsified is refused."""

import math
import re
import shutil
from dataclasses import replace
from fractions import Fraction

import pytest
from flint import fmpq_mat

from greedylr import Rule
from theory.worst_case.certificate import UncertifiedError, Upper, rational
from theory.worst_case.explore import explore
from theory.worst_case.greedy import GreedyDescent
from theory.worst_case.problem import problem
from verification.rocq import AXIOMS, SOURCES, audit, compile_all, parse_audit
from verification.worst_case.assembly import assemble
from verification.worst_case.certify import upper
from verification.worst_case.rocq_export import document
from verification.worst_case.rocq_numbers import squares
from verification.worst_case.solver import maximise

COQC = shutil.which("coqc")
needs_coqc = pytest.mark.skipif(COQC is None, reason="there is no coqc here")
Q = Fraction
SOURCES_USED = ("InnerProduct", "Functions", "Rule", "GramReflect", "GradientRuns")
UNCAPPED = GreedyDescent(Rule(factor=Q(1, 2), order="same"), Q(1), 4)


def bounded(method):
    """The patterns' certificates for a bound a little above the worst case, rounded up to a thousandth."""
    found = {trial.pattern: problem(trial, measure) for trial, measure in explore(method, rests=True)}
    rows = {pattern: assemble(p) for pattern, p in found.items()}
    worst = max(maximise(r).value * r.size for r in rows.values())
    bound = Q(math.ceil(1000 * worst * (1 + 1e-5)), 1000)
    return {pattern: upper(p, rows[pattern], bound) for pattern, p in found.items()}


@pytest.fixture(scope="module")
def certificates():
    return bounded(UNCAPPED)


@pytest.fixture(scope="module")
def text(certificates):
    return document("a test", UNCAPPED, certificates)


@pytest.fixture(scope="module")
def rocq(tmp_path_factory):
    """What the prover says of a file, the development's own files being compiled once."""
    store = tmp_path_factory.mktemp("rocq")
    sources = {n: (SOURCES / f"{n}.v").read_text() for n in SOURCES_USED}

    def compiled(text, theorems=()):
        checks = {"Audit": audit(theorems)} if theorems else {}
        printed, failed = compile_all(COQC, "test", {**sources, "WorstCase": text, **checks}, store)
        return parse_audit(printed.get("Audit", "")), failed

    return compiled


@needs_coqc
def test_an_export_is_accepted_and_rests_on_the_axioms_of_the_reals_only(text, rocq):
    theorems, failed = rocq(text, ["WorstCase.worst_case", "WorstCase.leaf_UU"])
    assert not failed
    assert len(theorems) == 2
    assert all(set(t.axioms) <= AXIOMS for t in theorems.values())


@needs_coqc
def test_the_theorem_speaks_of_the_projects_own_rule(text, rocq):
    (theorem,) = rocq(text, ["WorstCase.worst_case"])[0].values()
    statement = " ".join(theorem.statement.split())
    short = re.sub(r"\b(Functions|Rule|GradientRuns)\.", "", statement)
    assert short == (
        "forall (V : space) (f : V -> R) (g : V -> V) (xs x0 : V) (lo hi : R),"
        " convex f g -> smooth f g 1 -> g xs = zero -> lo <= 1 -> 8 <= hi ->"
        " f (position (greedy f g (1 / 2) lo hi 1 x0 4)) - f xs <= 4151 / 1000 * norm2 (x0 -v xs)"
    )


def change_a_multiplier(text):
    (old,) = re.findall(r"\((\d+) # \d+, \(4, 5\)%nat\)", text.partition("Qed.")[0])
    return text.replace(old, str(int(old) + int(old) // 100), 1)


def lower_the_bound(text):
    bound = re.search(r"<= (\d+) / (\d+) \* norm2", text)
    lower = int(bound[1]) - int(bound[1]) // 100
    return re.sub(rf"\b{bound[1]} (/|#) {bound[2]}\b", rf"{lower} \1 {bound[2]}", text)


def lower_the_theorems_bound(text):
    leaves, theorem = text.split("Theorem worst_case")
    return leaves + "Theorem worst_case" + lower_the_bound(theorem)


def leave_a_leaf_out(text):
    start = text.index("Lemma leaf_UD ")
    return text[:start] + text[text.index("Lemma", start + 1) :]


def drop_an_answer(text):
    start = text.index("Lemma leaf_UD ")
    return text[:start] + text[start:].replace("  f x2 <= f x3 ->\n", "", 1)


def turn_an_answer(text):
    return text.replace("  f x3 <= f x2 ->\n", "  f x2 <= f x3 ->\n", 1)


def take_another_rate(text):
    return text.replace("(4) *v g x2", "(3) *v g x2", 1)


def start_elsewhere(text):
    return text.replace("x0 1 None", "x0 2 None")


def make_a_square_negative(text):
    leaf, qed, rest = text.partition("Qed.")
    others, start, lines = leaf.rpartition("%Q\n    [(")
    return others + start + "-" + lines + qed + rest


def make_a_multiplier_negative(text):
    return text.replace("%Q\n    [(", "%Q\n    [(-", 1)


FALSIFIED = {
    change_a_multiplier: "leaf_UU",
    lower_the_bound: "leaf_UU",
    lower_the_theorems_bound: "worst_case",
    leave_a_leaf_out: "worst_case",
    drop_an_answer: "leaf_UD",
    turn_an_answer: "leaf_UU",
    take_another_rate: "leaf_UU",
    start_elsewhere: "worst_case",
    make_a_square_negative: "leaf_UU",
    make_a_multiplier_negative: "leaf_UU",
}


@needs_coqc
@pytest.mark.parametrize("falsified", FALSIFIED, ids=lambda f: f.__name__.replace("_", " "))
def test_a_falsified_export_is_refused_where_it_was_falsified(falsified, text, rocq):
    wrong = falsified(text)
    assert wrong != text
    failed = rocq(wrong)[1]
    assert set(failed) == {"WorstCase"}
    assert "Syntax error" not in failed["WorstCase"]
    line = int(re.search(r"line (\d+)", failed["WorstCase"])[1])
    before = "\n".join(wrong.splitlines()[:line])
    assert re.findall(r"^(?:Lemma|Theorem) (\w+)", before, re.MULTILINE)[-1] == FALSIFIED[falsified]


@needs_coqc
@pytest.mark.parametrize(
    "method",
    [
        GreedyDescent(Rule(factor=Q(1, 2), order="same", max_lr=Q(3)), Q(3), 3),
        GreedyDescent(Rule(factor=Q(1, 3), order="same", min_lr=Q(3, 2), max_lr=Q(7, 2)), Q(5, 2), 3),
        GreedyDescent(Rule(factor=Q(2, 3), order="same", comparison="best"), Q(3, 2), 3),
    ],
    ids=["a cap", "a cap and a floor", "the best loss"],
)
def test_other_rules_are_exported_too(method, rocq):
    theorems, failed = rocq(document("a test", method, bounded(method)), ["WorstCase.worst_case"])
    assert not failed
    assert set(theorems["WorstCase.worst_case"].axioms) <= AXIOMS


@needs_coqc
@pytest.mark.parametrize(("coefficient", "right"), [("1 / 2", True), ("1 / 3", False)])
def test_the_tactic_decides_identities_between_inner_products(coefficient, right, rocq):
    failed = rocq(
        f"""From Coq Require Import Reals List.
From GreedyLR Require Import InnerProduct GramReflect.
Import ListNotations.
Open Scope R_scope.
Lemma identity (V : space) (a b c : V) (s : R) :
  inner (2 *v a +v b) (a -v (1 / 2) *v c) + s
  = 2 * norm2 a - inner c a + inner a b - {coefficient} * inner b c + s.
Proof. gram_identity [s] [a; b; c]. Qed.
"""
    )[1]
    assert (not failed) is right


def test_a_pattern_without_a_certificate_is_missed(certificates):
    some = dict(list(certificates.items())[1:])
    with pytest.raises(ValueError, match="1 of 3 patterns have no certificate"):
        document("a test", UNCAPPED, some)


def test_a_wrong_certificate_is_not_written_down(certificates):
    (pattern, right), *others = certificates.items()
    pairs = {pair: 2 * c if pair == (4, 5) else c for pair, c in right.pairs[0].items()}
    with pytest.raises(UncertifiedError, match="do not cancel"):
        document("a test", UNCAPPED, {pattern: Upper(right.bound, (pairs,), right.conditions), **dict(others)})


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"rule": Rule(factor=Q(1, 2), order="same", patience=1)}, "leave the other options at their defaults"),
        ({"rule": Rule(factor=Q(1, 2), order="next")}, "in the order 'same' only"),
        ({"measure": "mean"}, "got the measure 'mean'"),
        ({"smoothness": Q(2)}, "smoothness 2"),
        ({"convexity": Q(1, 2)}, "convexity 1/2"),
    ],
)
def test_a_method_that_is_not_written_down_is_refused(changes, says):
    with pytest.raises(ValueError, match=says):
        document("a test", replace(UNCAPPED, **changes), {})


@pytest.mark.parametrize("room", [Q(1, 64), None])
def test_squares_leave_a_rest_that_its_diagonal_dominates(room):
    rows = [[Q(1, 1 + i + j) + (i == j) * Q(1, 7) for j in range(4)] for i in range(4)]
    S = fmpq_mat(4, 4, [rational(c) for row in rows for c in row])
    rest = rows
    for d, l in squares(S, room):
        assert d >= 0
        rest = [[rest[i][j] - d * l[i] * l[j] for j in range(4)] for i in range(4)]
    for i in range(4):
        assert rest[i][i] >= sum(abs(rest[i][j]) for j in range(4) if j != i)
    if room is None:
        assert not any(map(any, rest))
