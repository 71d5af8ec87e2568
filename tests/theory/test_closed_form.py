"""Multipliers in closed form: checked for rates up to 3/(2L), refused beyond, and attained on a Huber function."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.claim import KernelProof
from theory.claims import paper
from theory.claims.worst_one_step import ONE_STEP, one_step
from theory.hypotheses import hypotheses
from theory.kernel import Rejected, infer
from theory.worst_case.certificate import UncertifiedError, check_upper
from theory.worst_case.closed_form import bound, huber_gap, multipliers
from theory.worst_case.explore import explore
from theory.worst_case.greedy import FixedDescent
from theory.worst_case.problem import problem
from theory.worst_case.unknown import Point

Q = Fraction
RATE = st.fractions(Q(1, 20), Q(3, 2), max_denominator=20)
RATES = st.lists(RATE, min_size=1, max_size=8).map(tuple)
SMOOTHNESS = st.sampled_from([Q(1), Q(2), Q(3, 7)])


def posed(rates, L=1):
    return problem(*next(explore(FixedDescent(rates, Q(L)))))


@settings(max_examples=50)
@given(RATES, SMOOTHNESS)
def test_the_multipliers_are_a_certificate_for_rates_up_to_three_halves(rates, L):
    rates = tuple(rate / L for rate in rates)
    check_upper(posed(rates, L), multipliers(rates, L))


def test_the_largest_rate_is_included():
    for n in range(1, 6):
        check_upper(posed((Q(3, 2),) * n), multipliers((Q(3, 2),) * n))


@given(st.fractions(Q(3, 2), 4, max_denominator=50).filter(lambda rate: rate > Q(3, 2)))
def test_above_three_halves_one_step_is_refused(rate):
    """There x^2/2 is worse: (1 - gamma)^2/2 > 1/(2 (2 gamma + 1))."""
    assert (1 - rate) ** 2 / 2 > bound((rate,))
    with pytest.raises(UncertifiedError, match="the slack matrix is not positive semidefinite"):
        check_upper(posed((rate,)), multipliers((rate,)))


@settings(max_examples=30)
@given(RATES, st.integers(1, 10**12))
def test_nothing_below_the_bound_is_accepted(rates, size):
    """It is attained, so the multipliers leave no room at all."""
    program, right = posed(rates), multipliers(rates)
    lower = right.bound - Q(1, size * 10**6)
    for wrong in (replace(right, bound=lower), replace(right, bound=lower, conditions=(lower,))):
        with pytest.raises(UncertifiedError):
            check_upper(program, wrong)


@given(st.lists(st.fractions(Q(1, 10), 5, max_denominator=20), min_size=1, max_size=8).map(tuple), SMOOTHNESS)
def test_the_huber_function_has_exactly_that_gap_whatever_the_rates(rates, L):
    rates = tuple(rate / L for rate in rates)
    gap, d = huber_gap(rates, L)
    assert gap == bound(rates, L)
    assert d == 1 / (2 * L * sum(rates) + 1)


@given(RATES)
def test_the_huber_gap_is_what_the_method_itself_reaches(rates):
    """The slow twin: ``FixedDescent`` run on the function, values and slopes written out."""
    gap, d = huber_gap(rates)
    seen = []

    class Known:
        """A trial of which the function is known."""

        def function(self, smoothness, convexity):
            def f(x):
                t = x.coords[0] if x.coords else Q(0)
                seen.append(d * abs(t) - d * d / 2 if abs(t) > d else t * t / 2)
                return seen[-1], Point((d if t > d else t,)) if t else Point()

            return f

        def point(self):
            return Point((Q(1),))

    assert FixedDescent(rates)(Known()) == gap == seen[-1]
    assert len(seen) == len(rates) + 1


@given(RATES, SMOOTHNESS)
def test_the_bound_depends_on_the_sum_and_scales(rates, L):
    assert bound(tuple(reversed(rates))) == bound(rates) == bound((sum(rates),))
    assert bound(tuple(rate / L for rate in rates), L) == L * bound(rates)
    assert bound((Q(1),) * len(rates)) == Q(1, 4 * len(rates) + 2)


@given(RATES)
def test_multipliers_are_nonnegative_and_rise_to_one(rates):
    """Of f_{t-1} >= f_t: s_t/(2S - s_{t-1}), from 0 to 1."""
    right = multipliers(rates)
    n, S = len(rates), sum(rates)
    chain = [right.pairs[0][t, t + 1] for t in range(1, n + 1)]
    assert chain == [sum(rates[:t]) / (2 * S - sum(rates[: t - 1])) for t in range(1, n + 1)]
    assert all(c >= 0 for c in right.pairs[0].values())
    assert sum(right.pairs[0][0, t] for t in range(1, n + 2)) == 1
    assert right.conditions == (right.bound,)


# --- one step, in the kernel ---------------------------------------------------------------------------------------


def facts():
    """The hypotheses, and the one lemma that the proof cites."""
    (lemma,) = [
        e.goal for c in paper() if c.id == "lemma-interpolation-mean" for e in c.evidence if isinstance(e, KernelProof)
    ]
    return {name: h.fact for name, h in hypotheses().items()} | {"lemma-interpolation-mean": lemma}


def test_one_step_is_proved_by_the_kernel_and_every_hypothesis_is_load_bearing():
    known = facts()
    found = infer(one_step(), known)
    assert found.concl == ONE_STEP
    assert "lemma-interpolation-mean" in found.hyps
    for name in found.hyps:
        with pytest.raises(Rejected, match="unknown hypothesis"):
            infer(one_step(), {n: fact for n, fact in known.items() if n != name})


@given(
    RATE,
    SMOOTHNESS,
    st.fractions(0, 1, max_denominator=8),
    st.fractions(0, 1, max_denominator=8),
    st.sampled_from([1, -2]),
)
def test_one_step_holds_on_functions_of_one_variable(rate, L, a, d, x):
    """2 (2 gL + 1) f(x_1) + (2 gL + 1)(3 - 2 gL)/(4L) |f'(x_0) - f'(x_1)|^2 <= L x_0^2, and it is sharp."""

    def f(t, a, d):
        return (a * t * t / 2, a * t) if abs(t) <= d else (a * (d * abs(t) - d * d / 2), a * d * (1 if t > 0 else -1))

    r = rate / L
    for curvature, width in ((L * a, d), (L, 1 / (2 * rate + 1) * abs(x))):
        slope = f(Q(x), curvature, width)[1]
        value, after = f(x - r * slope, curvature, width)
        left = 2 * (2 * rate + 1) * value + (2 * rate + 1) * (3 - 2 * rate) / (4 * L) * (slope - after) ** 2
        assert left <= L * x * x
    assert left == L * x * x  # on the Huber function of the second round
