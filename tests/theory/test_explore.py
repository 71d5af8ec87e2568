"""Every way to run: as many as the rule has on numbers, with the rule's own rates, and none lost by pruning."""

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from greedylr.rule import Rule, rates
from theory.worst_case.explore import Trial, explore
from theory.worst_case.greedy import FixedDescent, GreedyDescent
from theory.worst_case.problem import LEAST, problem
from theory.worst_case.unknown import AmbiguousError, Point
from verification.worst_case.assembly import assemble
from verification.worst_case.search import worst_case
from verification.worst_case.solver import maximise

Q = Fraction
RULES = st.builds(
    Rule,
    factor=st.sampled_from([Q(1, 3), Q(1, 2), Q(9, 10)]),
    comparison=st.sampled_from(["previous", "best"]),
    order=st.sampled_from(["same", "next"]),
    mode=st.sampled_from(["min", "max"]),
    patience=st.integers(0, 2),
    cooldown=st.integers(0, 2),
    warmup=st.integers(0, 2),
    window=st.integers(1, 3),
    threshold=st.sampled_from([Q(0), Q(1, 10)]),
    max_lr=st.sampled_from([Q(2), Q(3), Q(100)]),
    min_lr=st.sampled_from([Q(0), Q(1, 2)]),
)


def used(trial, last):
    """The rates of a run, from its iterates alone: x_t - x_{t+1} is a multiple of the gradient at x_t."""
    (f,) = trial.functions
    steps = f.samples[1 : last + 2]
    return tuple((a.position - b.position).multiple_of(a.gradient) for a, b in pairwise(steps))


def losses_of(rule, answers):
    """Numbers on which the rule gets these answers: a smoothed loss goes 1 beyond the bar, or stays 1 on this side."""
    state, losses = rule.start(Q(1) if rule.max_lr >= 1 else rule.max_lr), [Q(0)]
    state = rule.step(state, losses[0])
    for better in answers:
        sign = -1 if (rule.mode == "min") == better else 1
        wanted = state.reference + sign * (1 + rule.threshold)
        window = (*state.window, Q(0))[-rule.window :]
        losses.append(wanted * len(window) - sum(window))
        state = rule.step(state, losses[-1])
    return losses


def on_numbers(rule, answers):
    """The rates that the rule uses on losses with these answers; one more loss than answers."""
    return tuple(rates(rule, Q(1), losses_of(rule, answers)))


@settings(max_examples=60)
@given(RULES, st.integers(1, 5), st.sampled_from(["last", "best", "average", "mean"]))
def test_patterns_are_the_rules_own_runs_on_numbers(rule, steps, measure):
    """One run for every sequence of answers, each with the rates that the rule uses on numbers with these answers."""
    trials = [trial for trial, _ in explore(GreedyDescent(rule, Q(1), steps, measure))]
    moves = steps if measure in ("last", "best") else steps - 1
    asked = max(moves - 1 if rule.order == "same" else moves - 2, 0)
    assert Counter(t.pattern for t in trials) == Counter(product([True, False], repeat=asked))
    for trial in trials:
        filled = (*trial.pattern, *[True] * max(moves - 1 - asked, 0))
        assert used(trial, moves) == on_numbers(rule, filled)[:moves]


@pytest.mark.parametrize("factor", [Q(1, 2), Q(3, 4)])
@pytest.mark.parametrize("steps", [1, 2, 3, 6])
def test_every_sequence_of_falls_and_rises_has_its_run(factor, steps):
    """The slow twin: Algorithm 1 by hand on losses that go down or up by one."""
    wanted = Counter()
    for signs in product([-1, 1], repeat=steps - 1):
        gamma, found = Q(1), [Q(1)]
        for sign in signs:
            gamma = gamma / factor if sign < 0 else gamma * factor
            found.append(gamma)
        wanted[tuple(found)] += 1
    method = GreedyDescent(Rule(factor=factor, order="same"), Q(1), steps)
    assert Counter(used(trial, steps) for trial, _ in explore(method)) == wanted


@settings(max_examples=40)
@given(st.sampled_from([Q(1, 3), Q(1, 2), Q(4, 5)]), st.sampled_from([Q(1, 2), Q(1), Q(2), Q(5, 2)]), st.integers(1, 6),
       st.sampled_from([Q(1), Q(3)]))  # fmt: skip
def test_pruning_leaves_out_exactly_the_rises_after_a_step_below_two_over_l(factor, gamma0, steps, L):
    """With the previous loss: a run is left out exactly if a loss did not fall after a rate below 2/L."""
    method = GreedyDescent(Rule(factor=factor, order="same"), gamma0 / L, steps, smoothness=L)
    every = {tuple(c.strict for c in t.comparisons): used(t, steps) for t, _ in explore(method)}
    kept = {tuple(c.strict for c in t.comparisons): used(t, steps) for t, _ in explore(method, rests=True)}
    possible = {
        answers: rated
        for answers, rated in every.items()
        if all(below or rate * L >= 2 for below, rate in zip(answers, rated, strict=False))
    }
    assert kept == possible


def best_value(method, *, rests):
    return worst_case(method, rests=rests, certified=False).value


@pytest.mark.parametrize(("factor", "gamma0", "steps", "options"), [
    ("1/2", "1", 3, {}), ("1/2", "1", 4, {"comparison": "best"}), ("3/4", "3/2", 4, {}),
    ("1/3", "1/2", 4, {"patience": 1}), ("1/2", "3/2", 4, {"order": "next"}), ("1/2", "1", 4, {"max_lr": Q(7, 4)}),
])  # fmt: skip
def test_pruning_leaves_the_worst_case_alone(factor, gamma0, steps, options):
    method = GreedyDescent(Rule(**({"factor": Q(factor), "order": "same"} | options)), Q(gamma0), steps)
    assert best_value(method, rests=True) == pytest.approx(best_value(method, rests=False), rel=1e-6)
    assert sum(1 for _ in explore(method, rests=True)) < sum(1 for _ in explore(method))


@pytest.mark.parametrize("measure", ["best", "average", "mean"])
def test_pruning_leaves_other_measures_alone(measure):
    method = GreedyDescent(Rule(factor=Q(1, 2), order="same"), Q(3, 2), 4, measure)
    assert best_value(method, rests=True) == pytest.approx(best_value(method, rests=False), rel=1e-6)


def test_several_functions_are_not_pruned():
    """A step on one of them does not lower the other, nor their sum's comparison."""

    def method(trial):
        f, g = trial.functions_with_mean(2)
        x = trial.point()
        before, slope = f(x)
        after, _ = f(x - Q(1, 2) * slope)
        g(x)
        return after if after < before else before

    assert [t.pattern for t, _ in explore(method, rests=True)] == [(True,), (False,)]


@pytest.mark.parametrize(("threshold", "window", "runs"), [(Q(0), 1, 1), (Q(1, 10), 1, 4), (Q(0), 2, 4)])
def test_only_what_descent_decides_is_pruned(threshold, window, runs):
    """A threshold, or a mean of losses, asks for more than "lower": there both answers are tried."""
    rule = Rule(factor=Q(9, 10), order="same", threshold=threshold, window=window)
    assert len(list(explore(GreedyDescent(rule, Q(1, 2), 3), rests=True))) == runs


def test_a_rate_of_exactly_two_over_l_decides_nothing_but_a_later_step_does():
    def method(trial):
        f, x = trial.function(), trial.point()
        first, g = f(x)
        y = x - 2 * g
        second, h = f(y)
        third, _ = f(y - h)
        assert third < second  # decided
        assert third < first  # decided: one of the two steps is below 2/L
        return second if second < first else first

    assert [t.pattern for t, _ in explore(method, rests=True)] == [(True,), (False,)]


@pytest.mark.parametrize(("first", "second", "runs"), [("1", "1", 1), ("2", "1", 1), ("1", "2", 1), ("2", "2", 2),
                                                       ("3", "1", 2), ("1", "3", 2), ("-1", "1", 2)])  # fmt: skip
def test_two_steps_lower_the_loss_if_neither_can_raise_it_and_one_lowers_it(first, second, runs):
    """Rates in 1/L: below 2 a step lowers the loss, at 2 it does not raise it, beyond 2 or backwards it may."""

    def method(trial):
        f, x = trial.function(), trial.point()
        start, g = f(x)
        y = x - Q(first) * g
        end, _ = f(y - Q(second) * f(y)[1])
        return start if end < start else end

    assert len(list(explore(method, rests=True))) == runs


def test_an_if_of_the_users_code_forks_the_run():
    seen = []

    def method(trial):
        f = trial.function()
        x = trial.point()
        value, gradient = f(x)
        new = x - 3 * gradient
        after, slope = f(new)
        if after < value:
            seen.append("fell")
            return f(new - slope)[0]
        seen.append("rose")
        return f(x - gradient)[0]

    runs = list(explore(method))
    assert seen == ["fell", "rose"]
    assert [t.pattern for t, _ in runs] == [(True,), (False,)]
    (fell, _), (rose, _) = runs
    assert [(c.difference, c.strict) for c in fell.comparisons] == [(((0, Q(-1)), (1, Q(1))), True)]
    assert [(c.difference, c.strict) for c in rose.comparisons] == [(((0, Q(1)), (1, Q(-1))), False)]


@pytest.mark.parametrize(("ask", "wanted"), [
    (lambda a, b: a < b, [True, False]), (lambda a, b: a > b, [True, False]),
    (lambda a, b: a <= b, [False, True]), (lambda a, b: a >= b, [False, True]),
])  # fmt: skip
def test_all_four_comparisons_fork_and_what_the_code_saw_is_the_condition(ask, wanted):
    def method(trial):
        f, x = trial.function(), trial.point()
        a, g = f(x)
        told.append(ask(a, f(x - 3 * g)[0]))
        return a

    told = []
    runs = list(explore(method))
    assert told == wanted
    for (trial, measure), answer in zip(runs, told, strict=True):
        says_a_is_lower = problem(trial, measure).conditions[1].values == ((0, Q(-1)), (1, Q(1)))
        assert says_a_is_lower == (answer == ask(1, 2))


def test_contradictory_answers_are_runs_too():
    """As closed conditions they say that the losses are equal."""

    def method(trial):
        f, x = trial.function(), trial.point()
        a, g = f(x)
        b, _ = f(x - 3 * g)
        return a if a < b < a else b

    assert Counter(t.pattern for t, _ in explore(method)) == Counter([(True, True), (True, False), (False,)])


def test_a_second_start_is_refused():
    trial = Trial()
    trial.point()
    with pytest.raises(ValueError, match="a trial has one start: take other points as combinations of it and of grad"):
        trial.point()


@pytest.mark.parametrize(("L", "mu"), [(1, 1), (1, 2), (1, Q(-1, 10)), (0, 0), (-1, 0)])
def test_a_class_that_is_none_is_refused(L, mu):
    with pytest.raises(ValueError, match="a class needs 0 <= mu < L, got"):
        Trial().function(L, mu)


def test_a_run_without_a_start_is_relative_to_nothing():
    trial = Trial()
    with pytest.raises(ValueError, match="the method took no start point: its worst case would be relative to nothing"):
        problem(trial, trial.function()(Point())[0])


def test_the_same_point_has_the_same_loss_and_gradient():
    trial = Trial()
    f, x = trial.function(), trial.point()
    value, gradient = f(x)
    again, slope = f(x + gradient - gradient)
    assert slope == gradient
    assert again.terms == value.terms
    assert len(f.samples) == 2
    other, _ = f(x - gradient)
    assert other.terms != value.terms
    assert not again < value
    assert not trial.comparisons


def test_two_functions_have_values_and_gradients_of_their_own():
    trial = Trial()
    f, g, x = trial.function(), trial.function(2, 1), trial.point()
    assert f(x)[1] != g(x)[1]
    assert f(x)[0].terms != g(x)[0].terms
    assert (g.smoothness, g.convexity) == (2, 1)


def test_components_have_gradients_that_add_up_to_zero_at_the_minimiser():
    trial = Trial()
    parts = trial.functions_with_mean(3)
    assert sum((f.samples[0].gradient for f in parts), Point()) == Point()
    assert [f.samples[0].value for f in parts] == [0, 1, None]


def test_at_the_minimiser_the_worst_value_is_zero():
    def method(trial):
        trial.point()
        return trial.function()(Point())[0]

    ((trial, measure),) = explore(method)
    rows = assemble(problem(trial, measure))
    assert maximise(rows).value * rows.size == pytest.approx(0, abs=1e-7)


def test_the_least_of_losses_is_at_most_each_of_them():
    trial = Trial()
    f, x = trial.function(), trial.point()
    a, g = f(x)
    b, _ = f(x - g)
    least = trial.least([a, b])
    conditions = [c for c in problem(trial, least).conditions if c.name == LEAST]
    ((k, _),) = least.terms
    assert [dict(c.values) for c in conditions] == [{k: -1, 0: 1}, {k: -1, 1: 1}]
    assert trial.pattern == ()


def test_outside_explore_there_is_no_second_answer_but_a_script_has_one():
    method = GreedyDescent(Rule(factor=Q(1, 2), order="same"), Q(3), 3)
    for script in product([True, False], repeat=2):
        trial = Trial(script)
        method(trial)
        assert trial.pattern == script


def test_rates_that_are_given_ask_nothing():
    runs = list(explore(FixedDescent((Q(1), Q(3), Q(1, 2)))))
    assert len(runs) == 1
    assert used(runs[0][0], 3) == (Q(1), Q(3), Q(1, 2))


@pytest.mark.parametrize(("make", "error", "message"), [
    (lambda: GreedyDescent(Rule(factor=Q(1, 2)), Q(1), 0), ValueError, "steps must be at least 1, got 0"),
    (lambda: GreedyDescent(Rule(factor=Q(1, 2)), Q(1), 1.5), TypeError, "steps counts losses and must be an int"),
    (lambda: GreedyDescent(Rule(factor=Q(1, 2)), Q(1), 1, "worst"), ValueError, "the measure must be one of 'last'"),
    (lambda: GreedyDescent(Rule(factor=Q(1, 2)), Q(0), 1), ValueError, "the initial rate must be positive and finite"),
    (lambda: GreedyDescent(Rule(factor=Q(1, 2), max_lr=1), Q(2), 1), ValueError, r"must lie in \[min_lr, max_lr\]"),
])  # fmt: skip
def test_what_is_no_run_is_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_a_relative_threshold_is_refused_and_an_absolute_one_is_not():
    rule = Rule(factor=Q(1, 2), order="same", threshold=Q(1, 10))
    assert len(list(explore(GreedyDescent(rule, Q(1), 3)))) == 4
    with pytest.raises(AmbiguousError):
        list(explore(GreedyDescent(replace(rule, threshold_mode="rel"), Q(1), 3)))
