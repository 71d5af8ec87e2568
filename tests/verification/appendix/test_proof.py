"""What the text of a proof cites is what the kernel used; another proof has another text."""

import re

import pytest

from theory.claims import sgd_sharp, sgd_strongly_convex
from theory.kernel import Assume, Conclude, Fact, Inst, Mean, Mul, Norm, infer
from theory.notation import SAMPLE, X_STAR, X, f
from theory.tactics import add, at, expect, mul, rational
from verification.appendix.argument import argument, cancels
from verification.appendix.proof import written
from verification.appendix.typeset import fact


def text(proof, facts, known=None):
    return written(argument(proof, facts, known or {}), "<{}>".format, known or {})


def cited(proof, facts):
    """The names that the text of a proof cites."""
    names = set()

    def cite(name):
        names.add(name)
        return f"<{name}>"

    written(argument(proof, facts), cite, {})
    return names


def test_the_hypotheses_of_a_text_are_those_that_infer_reports(proofs, facts):
    """None is left out, none is invented; definitions of reciprocals are cancelled in the displays."""
    for name, proof in proofs:
        hyps = infer(proof.build(), facts).hyps
        assert cited(proof.build(), facts) == {h for h in hyps if not cancels(facts[h])}, name


def test_every_numbered_formula_is_what_infer_says(arguments):
    """Each once, in order, with the number under which it is referred to; norms may be left unexpanded."""
    for name, found in arguments:
        shown = re.sub(r"\s+", " ", written(found, "<{}>".format, {}))
        for k, s in enumerate(found.statements[:-1], 1):
            given = found.tree.facts[s.node]
            if len(found.statements) > 2 and not isinstance(found.tree.nodes[s.node], Norm | Mean | Inst):
                assert fact(given).replace(" ", "") in re.sub(r" |\\\\|&|\\quad(?= )", "", shown), (name, k)
                assert rf"\tag{{{k}}}" in shown, (name, k)


def test_another_proof_has_another_text(facts):
    one, other = rational(1), rational(2)
    goal = Fact(f(X) - f(X_STAR))
    short = Conclude(goal, at("x* optimal", x=X))
    double = Conclude(Fact(goal.poly * 2), mul(other, at("x* optimal", x=X)))
    assert text(short, facts) != text(double, facts)
    assert text(Conclude(goal, mul(one, at("x* optimal", x=X))), facts) != text(double, facts)
    assert r"2\,(1)" in text(double, facts)


def test_what_leaves_a_mean_is_named_and_what_depends_on_the_sample_is_not(facts):
    shown = text(sgd_sharp.one_step(), facts)
    assert r"$\gamma_{t}$ does not depend on $i$ and leaves the mean" in shown
    assert r"$\gamma_{t,i}$ do" not in shown


def test_an_induction_says_what_its_base_factor_and_step_are(facts):
    shown = text(sgd_strongly_convex.linear(), facts)
    assert r"for $q = 1 - \gamma_{\min} \mu$, which is not negative by (" in shown


def test_a_telescope_names_its_potential(facts):
    shown = text(sgd_sharp.average_gap(), facts)
    assert r"the differences of $(1 - L \gamma_{\max}) \mathbb{E} \| x_{t} - x^* \|^2$ telescope" in shown


def test_norms_are_left_as_they_are_written(facts):
    assert r"\| x - x^* \|^2 \ge 0" in text(Mul(Norm(X - X_STAR), Norm(X - X_STAR)), facts)
    assert r"\mathbb{E}_{i} \| x \|^2" in text(Mul(expect(Norm(X)), Norm(X)), facts)


def test_reasons_of_multipliers_cite_and_decompose(facts):
    shown = text(sgd_sharp.one_step(), facts)
    assert r"$\gamma_{t} > 0$ by <min_lr<=gamma>, <min_lr>0>, <predictable rate>: $\gamma_{t} =" in shown
    assert r"$\tfrac{1}{L} \ge 0$ by <L>0>" in shown


def test_a_number_of_steps_is_not_negative_by_induction(facts):
    assert r"$T \ge 0$ by induction" in text(sgd_sharp.gap_of_average(), facts)


def test_a_part_given_before_is_cited(facts):
    known = {repr(sgd_sharp.average_gap()): "the average gap"}
    assert "It was shown above (the average gap) that" in text(sgd_sharp.gap_of_average(), facts, known)


@pytest.mark.parametrize(
    "proof", [Mean(SAMPLE, Mul(Assume("sharp.progress"), Assume("x* optimal"))), add("L>0", "mu>0")]
)
def test_every_rule_has_a_sentence(proof, facts):
    assert text(proof, facts).count(r"\tag") >= 2
