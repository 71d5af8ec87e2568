"""Certificates are proofs for the kernel, and whatever the checker by matrices refuses the kernel refuses, too."""

from dataclasses import replace
from fractions import Fraction
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from greedylr.rule import Rule
from theory.kernel import Rejected, infer
from theory.worst_case import certificate as checker
from theory.worst_case import chain
from theory.worst_case.bounds import table
from theory.worst_case.certificate import UncertifiedError, Upper, check_upper
from theory.worst_case.closed_form import multipliers
from theory.worst_case.explore import explore
from theory.worst_case.greedy import FixedDescent, GreedyDescent
from theory.worst_case.kept import certificate_of, spell
from theory.worst_case.problem import problem
from theory.worst_case.proof import goal, proof, theory_of
from verification.worst_case.files import kept

Q = Fraction


def proves(program, proposed):
    """Whether the kernel proves the goal of the bound from the problem's inequalities, which are all it cites.

    The signs of the multipliers are left to the kernel.
    """
    theory = theory_of(program)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checker, "_nonnegative", lambda numbers: None)
        built = proof(program, proposed)
    found = infer(built, theory)
    assert found.hyps <= set(theory)
    return found.concl == goal(program, proposed.bound)


def of_ledger(name, step=1):
    """Every ``step``-th pattern, with its certificate."""
    known = table()[name]
    for trial, measure in islice(explore(known.method, rests=True), 0, None, step):
        program = problem(trial, measure)
        yield program, certificate_of(program, known.high, spell(trial.pattern), kept(name))


def posed(method, k=0):
    return problem(*list(explore(method, rests=True))[k])


ONE_STEP, BY_HAND = posed(FixedDescent((Q(1),))), multipliers((Q(1),))


@pytest.mark.parametrize("rates", [(Q(1),), (Q(1, 2), Q(3, 2)), (Q(1), Q(1), Q(1, 3))])
@pytest.mark.parametrize("L", [Q(1), Q(2, 3)])
def test_multipliers_in_closed_form_are_a_proof(rates, L):
    rates = tuple(rate / L for rate in rates)
    assert proves(posed(FixedDescent(rates, L)), multipliers(rates, L))


@pytest.mark.parametrize("name", ["three-quarters-3", "nine-tenths-3-L10", "half-4-L2", "tenth-4-below-2"])
def test_short_certificates_of_the_ledger_are_proofs(name):
    assert all(proves(*pair) for pair in of_ledger(name))


@pytest.mark.parametrize("measure", ["last", "best", "average", "mean"])
def test_chain_bounds_are_proofs(measure):
    method = GreedyDescent(Rule(factor=Q(1, 3), order="same"), Q(2), 3, measure)
    for trial, loss in explore(method, rests=True):
        program = problem(trial, loss)
        known = chain.chain(program)
        assert proves(program, chain.certificate(program, known, chain.bound(program, known)))


def test_strongly_convex_functions_and_components_have_theories_of_their_own():
    """f(x_0) <= 1/2 L |x_0 - x*|^2 for mu > 0 and for the mean of two components: Young's inequality."""
    assert proves(posed(FixedDescent((), convexity=Q(1, 4))), Upper(Q(1, 2), ({(0, 1): Q(1)},), (Q(1, 2),)))

    def mean(trial):
        f, g = trial.functions_with_mean(2)
        x = trial.point()
        return (f(x)[0] - trial.loss(f.samples[0].value) + g(x)[0]) / 2

    ((trial, measure),) = explore(mean)
    program = problem(trial, measure, noise=Q(1))
    half = {(0, 1): Q(1, 2)}
    assert proves(program, Upper(Q(1, 2), (half, half), (Q(1, 2), Q(0))))


WRONG = {
    "a bound lowered": replace(BY_HAND, bound=Q(1, 6) - Q(1, 10**9)),
    "a bound lowered with its condition": Upper(Q(1, 7), BY_HAND.pairs, (Q(1, 7),)),
    "a negative multiplier": replace(BY_HAND, pairs=({**BY_HAND.pairs[0], (2, 1): Q(-1, 100)},)),
    "a multiplier changed": replace(BY_HAND, pairs=({**BY_HAND.pairs[0], (0, 1): Q(2, 3)},)),
    "an inequality left out": replace(BY_HAND, pairs=({(0, 2): Q(1)},)),
    "a negative condition": replace(BY_HAND, conditions=(Q(-1, 6),)),
    "a sample that is none": replace(BY_HAND, pairs=({**BY_HAND.pairs[0], (1, 1): Q(1)},)),
}


def test_a_negative_multiplier_is_not_even_written_down():
    with pytest.raises(UncertifiedError, match="the multiplier -1/100 is negative"):
        proof(ONE_STEP, WRONG["a negative multiplier"])


@pytest.mark.parametrize("proposed", WRONG.values(), ids=WRONG.keys())
def test_a_tampered_certificate_is_rejected(proposed):
    with pytest.raises(Rejected):
        proves(ONE_STEP, proposed)


def test_a_hypothesis_of_another_problem_is_rejected():
    """Rates are part of the inequalities: the proof for 1/L is none for 1.1/L."""
    other = posed(FixedDescent((Q(11, 10),)))
    with pytest.raises(Rejected, match="not an identity"):
        infer(proof(ONE_STEP, BY_HAND), theory_of(other))


def verdicts(program, proposed):
    try:
        check_upper(program, proposed)
    except UncertifiedError:
        by_matrices = False
    else:
        by_matrices = True
    try:
        by_kernel = proves(program, proposed)
    except Rejected:
        by_kernel = False
    return by_matrices, by_kernel


CERTIFICATES = [(ONE_STEP, BY_HAND), *of_ledger("nine-tenths-3"), *of_ledger("half-4-L2", 3)]
CHANGES = st.one_of(st.just(Q(0)), st.fractions(-1, 1, max_denominator=8))


@settings(max_examples=40)
@given(st.sampled_from(range(len(CERTIFICATES))), CHANGES, CHANGES, CHANGES, st.data())
def test_the_two_checkers_agree(which, of_pair, of_condition, of_bound, data):
    """On certificates with a multiplier, a condition and the bound moved: both accept, or both refuse."""
    program, right = CERTIFICATES[which]
    size = len(program.components[0].samples)
    i, j = data.draw(st.tuples(*[st.integers(0, size - 1)] * 2).filter(lambda pair: pair[0] != pair[1]))
    k = data.draw(st.integers(0, len(right.conditions) - 1))
    part = dict(right.pairs[0])
    part[i, j] = part.get((i, j), Q(0)) + of_pair
    part[j, i] = part.get((j, i), Q(0)) + of_pair  # the values go on cancelling
    conditions = tuple(c + of_condition * (n == k) for n, c in enumerate(right.conditions))
    by_matrices, by_kernel = verdicts(program, Upper(right.bound + of_bound, (part,), conditions))
    assert by_matrices == by_kernel
    if of_pair == of_condition == of_bound == 0:
        assert by_kernel


@pytest.mark.slow
@pytest.mark.parametrize(("name", "step"), [
    ("half-8", 1), ("half-8-cap-3", 1), ("three-quarters-8", 1), ("nine-tenths-8", 1), ("three-quarters-8-L4", 1),
    ("nine-tenths-8-L4", 1), ("three-quarters-3-L10", 1), ("nine-tenths-3", 1), ("four-fifths-4-L2", 1),
    ("nine-tenths-4-below-2", 1), ("half-8-best", 9), ("three-quarters-12", 42), ("nine-tenths-12", 154),
])  # fmt: skip
def test_certificates_of_the_ledger_are_proofs(name, step):
    """All patterns of those with T <= 8 and at most 40 of them; of the three larger ones every ``step``-th pattern."""
    assert all(proves(*pair) for pair in of_ledger(name, step))
