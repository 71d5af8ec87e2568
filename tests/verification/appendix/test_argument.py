"""The statements of an argument are what the kernel infers, and its sums are what it adds up."""

from collections import Counter
from dataclasses import replace

import pytest

from theory.claims import sgd_sharp
from theory.kernel import Add, Assume, Conclude, Fact, Mul, Rejected, Rel, infer
from theory.notation import HI, X_STAR, L, X, f
from theory.polynomial import product, total
from theory.tactics import add, at, mul, rational, scale
from verification.appendix import argument as module
from verification.appendix.argument import argument, cancels, number_only
from verification.appendix.tree import tree


def test_every_subproof_has_the_fact_that_infer_gives_it(proofs, facts):
    """Inferred from citations of its premises, and from the whole subproof: the same."""
    for name, proof in proofs:
        found = tree(proof.build(), facts)
        for k in {0, len(found.nodes) // 2, len(found.nodes) - 1}:
            assert infer(found.nodes[k], facts).concl == found.facts[k], name


def test_the_last_statement_is_the_goal(proofs, arguments):
    for (name, proof), (_, found) in zip(proofs, arguments, strict=True):
        assert found.tree.facts[found.statements[-1].node] == proof.goal, name


def test_every_sum_gives_the_fact_of_its_statement(arguments):
    sums = 0
    for name, found in arguments:
        for s in found.statements:
            if s.parts:
                parts = (product(found.multipliers(p)) * found.tree.facts[p.base].poly for p in s.parts)
                assert (total(parts) - found.tree.facts[s.node].poly).is_zero, name
                sums += 1
    assert sums > 60


def test_inequalities_are_multiplied_by_numbers_that_are_proved_not_negative(arguments):
    for name, found in arguments:
        for p in (p for s in found.statements for p in s.parts):
            if found.tree.facts[p.base].rel is not Rel.EQ:
                assert [c for _, c in p.factor.terms] == [1], name
                assert not p.factor.atoms, name
            for sign in p.signs:
                assert number_only(found.tree.facts[sign]) or found.tree.facts[p.base].rel is Rel.EQ, name


def test_what_a_statement_rests_on_was_stated_before(arguments):
    for name, found in arguments:
        for k, s in enumerate(found.statements, 1):
            below = [*s.below, *(p.base for p in s.parts if not cancels(found.tree.facts[p.base]))]
            assert all((found.number(b) or k) < k for b in below), name


def test_a_wrong_proof_has_no_argument(facts):
    wrong = Conclude(Fact(f(X_STAR) - f(X)), at("x* optimal", x=X))
    with pytest.raises(Rejected, match="not an identity"):
        argument(wrong, facts)


def test_a_sum_that_is_not_what_the_kernel_inferred_is_refused(facts, monkeypatch):
    monkeypatch.setattr(module, "_signs", lambda subproofs, node: ())  # every multiplier is lost
    with pytest.raises(ValueError, match="a sum of statements is not what the kernel inferred"):
        argument(sgd_sharp.one_step(), facts)


def test_products_with_numbers_are_multiplied_out(facts):
    proof = Conclude(
        Fact(2 * (1 - L * HI) * (f(X) - f(X_STAR)) + 2 * L),
        mul(rational(2), add(mul("max_lr<1/L", at("x* optimal", x=X)), Assume("L>0"))),
    )
    last = argument(proof, facts).statements[-1]
    assert Counter(len(p.signs) for p in last.parts) == {2: 1, 1: 1}


def test_a_known_part_is_cited_and_not_proved_again(facts):
    proof = sgd_sharp.gap_of_average()
    known = repr(sgd_sharp.average_gap())
    assert len(argument(proof, facts, {known}).statements) < len(argument(proof, facts).statements)


def test_equal_subproofs_are_one(facts):
    shared = add("L>0", "L>0")
    assert len(tree(shared, facts).nodes) == 2
    assert len(tree(Add(Mul(shared, shared), shared), facts).nodes) == 4


def test_only_definitions_of_reciprocals_cancel(facts):
    cancelling = {name for name, given in facts.items() if cancels(given)}
    assert cancelling == {"1/L", "1/max_lr", "1/(1-alpha)"}
    assert not cancels(replace(facts["1/L"], rel=Rel.GE))
    assert not cancels(infer(scale(2, "sigma2"), facts).concl)
