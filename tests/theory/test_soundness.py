"""Whatever the kernel infers without hypotheses is true in every model; deliberately wrong rules are caught."""

import re
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.gram import count, mean, substitute
from theory.kernel import Rational, Rejected, Rel, infer
from theory.testing import SAMPLE, TIME, K, Model, assignments, laws, polys, proofs

models = st.builds(Model, st.integers(0, 10**6))
seeds = st.integers(0, 10**6)


@settings(max_examples=400, deadline=None)
@given(proofs, models, seeds)
def test_every_proof_without_hypotheses_is_true_at_every_rational_point(proof, model, seed):
    try:
        sequent = infer(proof, {})
    except Rejected as verdict:
        if not re.search("depends on|running index", str(verdict)):  # a capture, rightly refused
            raise
        return
    assert sequent.hyps == frozenset()
    value = model.value(sequent.concl.poly, model.point(seed))
    assert {Rel.EQ: value == 0, Rel.GE: value >= 0, Rel.GT: value > 0}[sequent.concl.rel]


@settings(max_examples=150, deadline=None)
@given(polys, laws, models, seeds)
def test_a_mean_is_worth_the_mean_of_its_values(p, law, model, seed):
    at = model.point(seed)
    size = 3 if law.below is None else max(model.index(law.below, at), 1)
    average = sum((model.value(p, {**at, law.over: k}) for k in range(size)), Fraction(0)) / size
    assert model.value(mean(law, p), at) == average


@settings(max_examples=150, deadline=None)
@given(polys, st.sampled_from([None, SAMPLE, TIME]), assignments, models, seeds)
def test_substituting_then_evaluating_is_evaluating_at_the_substituted_values(p, law, pairs, model, seed):
    at, assignment = model.point(seed), dict(pairs)
    p = p if law is None else mean(law, p)
    try:
        image = substitute(p, assignment)
    except ValueError as error:
        if not (law and re.search("depends on|running index", str(error))):
            raise
        return
    moved = {v: model.term(t, at) for v, t in assignment.items()}
    assert model.value(image, at) == model.value(p, {**at, **moved})


@settings(max_examples=100, deadline=None)
@given(polys, polys, models, seeds)
def test_polynomial_arithmetic_agrees_with_pointwise_arithmetic(p, q, model, seed):
    at = model.point(seed)
    a, b = model.value(p, at), model.value(q, at)
    assert model.value(p * q + p - q, at) == a * b + a - b
    assert p + q == q + p
    assert (p - p).is_zero


def test_the_model_tells_a_true_statement_from_a_false_one():
    """The evaluation itself can fail: k + 1 > 0 holds at every point, k > 0 does not."""
    points = [Model(0).point(seed) for seed in range(30)]
    assert all(Model(0).value(count(K) + 1, at) > 0 for at in points)
    assert not all(Model(0).value(count(K), at) > 0 for at in points)


def test_a_float_cannot_enter_a_proof():
    with pytest.raises(Rejected, match=r"Write Fraction\('0.5'\)"):
        infer(Rational(0.5), {})
