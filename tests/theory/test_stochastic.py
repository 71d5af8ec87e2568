"""SGD on unknown components: the tree of iterates, the measure, and certificates that can be written by hand."""

from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest

from greedylr.rule import Rule
from theory.worst_case.certificate import UncertifiedError, Upper, check_upper
from theory.worst_case.explore import Trial, explore
from theory.worst_case.greedy import GreedyDescent
from theory.worst_case.problem import problem
from theory.worst_case.stochastic import StochasticDescent, StochasticGreedy

Q = Fraction
RULE = Rule(factor=Q(1, 2), order="same", min_lr=Q(1, 4), max_lr=Q(1))


def run(method):
    trial = Trial()
    return trial, method(trial)


def runs(method):
    return list(explore(method))


@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_start_is_at_most_half_of_l_above_the_minimum(count):
    """T = 1: f_i(x*) >= f_i(x_0) - <g_i, x_0> + |g_i - g_i*|^2/(2L), averaged, and Young's inequality; exactly L/2."""
    trial, measure = run(StochasticDescent((), count, smoothness=Q(3)))
    posed = problem(trial, measure, noise=Q(1))
    multipliers = tuple({(0, 1): Q(1, count)} for _ in range(count))
    check_upper(posed, Upper(Q(3, 2), multipliers, (Q(3, 2), Q(0))))
    with pytest.raises(UncertifiedError):
        check_upper(posed, Upper(Q(3, 2) - Q(1, 10**9), multipliers, (Q(3, 2), Q(0))))


@pytest.mark.parametrize(("count", "steps"), [(1, 4), (2, 1), (2, 4), (3, 3)])
def test_every_sequence_of_samples_is_run(count, steps):
    """Each component is sampled at x* and at all sum_t n^t nodes; the Gram matrix has a row for every gradient."""
    trial, measure = run(StochasticDescent((Q(1, 3),) * (steps - 1), count))
    nodes = sum(count**t for t in range(steps))
    assert [len(f.samples) for f in trial.functions] == [nodes + 1] * count
    assert trial.dimension == 1 + (count - 1) + count * nodes
    weights = dict(measure.terms)
    for t in range(steps):
        for f in trial.functions:
            level = f.samples[1 + sum(count**s for s in range(t)) :][: count**t]
            assert sum(weights[s.value] for s in level) == Q(1, steps * count)


def test_a_constant_added_to_a_component_leaves_the_measure_alone():
    for interpolating in (False, True):
        trial, measure = run(StochasticDescent((Q(1, 2),), 3, interpolating=interpolating))
        for f in trial.functions[:-1]:
            assert not sum(dict(measure.terms).get(s.value, 0) for s in f.samples)


def test_the_iterates_are_those_of_sgd():
    """x_2 = x_0 - gamma_0 grad f_i(x_0) - gamma_1 grad f_j(x_1)."""
    trial, _ = run(StochasticDescent((Q(1, 3), Q(1, 5)), 2))
    first, *_ = trial.functions
    at = {s.position: s for s in first.samples}
    for i, j in product(range(2), range(2)):
        f, g = trial.functions[i], trial.functions[j]
        x1 = trial.start - Q(1, 3) * f(trial.start)[1]
        assert x1 - Q(1, 5) * g(x1)[1] in at


@pytest.mark.parametrize("order", ["same", "next"])
def test_on_one_component_it_is_the_mean_gap_of_gradient_descent(order):
    """Pattern by pattern the same problem."""
    rule = replace(RULE, order=order)
    batches = [problem(*pair) for pair in runs(GreedyDescent(rule, Q(1, 2), 4, measure="mean"))]
    assert [problem(*pair) for pair in runs(StochasticGreedy(rule, Q(1, 2), 1, 4))] == batches


@pytest.mark.parametrize(
    ("order", "steps", "patterns"), [("same", 2, 1), ("same", 3, 16), ("next", 3, 1), ("next", 4, 16)]
)
def test_a_comparison_is_made_where_a_rate_still_depends_on_it(order, steps, patterns):
    method = StochasticGreedy(replace(RULE, order=order), Q(1, 2), 2, steps)
    assert len({trial.pattern for trial, _ in runs(method)}) == len(runs(method)) == patterns


def test_the_order_decides_whether_a_sample_sees_its_own_rate():
    """At x_1 the loss is compared with that at x_0: in the order "same" this doubles or halves the step from x_1."""
    rates = {}
    for order in ("same", "next"):
        rates[order] = set()
        for trial, _ in runs(StochasticGreedy(replace(RULE, order=order), Q(1, 2), 2, 3)):
            f = trial.functions[0]
            x1 = f.samples[2].position
            for later in f.samples[4:6]:
                for g in trial.functions:
                    rate = (x1 - later.position).multiple_of(g(x1)[1])
                    rates[order] |= {rate} if rate is not None else set()
    assert rates == {"same": {Q(1), Q(1, 4)}, "next": {Q(1, 2)}}


def test_interpolating_components_are_all_minimal_at_the_same_point():
    trial, _ = run(StochasticDescent((), 3, interpolating=True))
    assert all(not f.samples[0].gradient.coords and not f.samples[0].position.coords for f in trial.functions)
    assert [f.samples[0].value for f in trial.functions] == [0, 1, None]


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (
            lambda: StochasticDescent((Q(1), Q(0)), 2),
            ValueError,
            r"rate 1 must be positive, got Fraction\(0, 1\): a step",
        ),
        (lambda: StochasticDescent(("1",), 2), TypeError, "a coefficient must be a number, got '1': pass"),
        (lambda: StochasticDescent((), 0), ValueError, "components must be at least 1, got 0"),
        (lambda: StochasticGreedy(RULE, Q(1), 0, 1), ValueError, "components must be at least 1, got 0"),
        (lambda: StochasticGreedy(RULE, Q(1), 2, 0), ValueError, "steps must be at least 1, got 0"),
        (lambda: StochasticGreedy(RULE, Q(2), 2, 2), ValueError, r"the initial rate must lie in \[min_lr, max_lr\]"),
        (lambda: list(explore(StochasticGreedy(RULE, Q(1), 2, 2), rests=True)), ValueError, "rests=True speaks of one"),
    ],
)
def test_what_is_no_run_is_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()
