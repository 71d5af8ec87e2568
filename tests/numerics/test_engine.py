"""The engine equals its slow twin bit for bit, whatever runs beside a run, and its summaries are what they say."""

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from greedylr import Rule
from numerics.engine import simulate
from numerics.plain import loss_and_gradient, path
from numerics.problems.finite_sum import Constants, Enclosure, FiniteSum, Optimum
from numerics.problems.links import LINKS
from numerics.schedules import (
    AdaGradNorm,
    Armijo,
    Constant,
    Cosine,
    Exponential,
    Greedy,
    Inverse,
    InverseRoot,
    Polyak,
    Restarts,
)
from numerics.vectors import padded

NOWHERE = Enclosure(0.0, 0.0)
SMOOTHED = Rule(factor=0.6, comparison="best", window=3, patience=1, cooldown=2, threshold=0.01, threshold_mode="rel")
SCHEDULES = (
    Greedy(Rule(factor=0.5, order="same", max_lr=0.4), 0.1),
    Greedy(Rule(factor=0.9, min_lr=0.01), 0.1),
    Greedy(SMOOTHED, 0.1),
    Constant(0.1),
    InverseRoot(0.3),
    Inverse(0.3),
    Cosine(0.2, final=0.01),
    Restarts(0.2, period=3, stretch=2),
    Exponential(0.2, 0.9),
    AdaGradNorm(0.3),
    Polyak(0.5),
    Armijo(1.0),
)


def problem(link="squares", *, n=7, d=11, ridge=0.0, seed=0):
    """A small random sum with offsets; its constants are not used here."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n, d))
    targets = np.where(rng.random(n) < 0.5, -1.0, 1.0) if link in ("logistic", "hinge") else rng.normal(size=n)
    return FiniteSum(
        name="random", link=link, rows=rows, targets=targets, offsets=rng.random(n), ridge=ridge,
        start=rng.normal(size=d), scale=0.5, constants=Constants(NOWHERE, NOWHERE, NOWHERE, True),
        optimum=Optimum(np.zeros(d), NOWHERE, 0.0, 0.0, 0.0, NOWHERE),
    )  # fmt: skip


def equal(a, b):
    return all(np.array_equal(getattr(a, f.name), getattr(b, f.name), equal_nan=True) for f in fields(a))


def only(runs, k):
    """The k-th of some runs, as if it had been run alone."""
    return replace(runs, **{f.name: getattr(runs, f.name)[k : k + 1] for f in fields(runs) if f.name != "marks"})


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda s: type(s).__name__)
@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize(
    ("batch", "compared", "ridge"), [(1, "batch", 0), (1, "full", 0.1), (3, "batch", 0.1), (None, "batch", 0)]
)
def test_every_step_is_that_of_the_slow_twin(schedule, link, batch, compared, ridge):
    p, steps = problem(link, ridge=ridge), 12
    slow = list(path(p, schedule, steps=steps, seed=3, batch=batch, compared=compared))
    runs = simulate(
        p, [Constant(0.2), schedule], steps=steps, seed=3, batch=batch, compared=compared, marks=range(steps + 1)
    )
    assert len(slow) == steps + 1
    assert runs.last[1].tolist() == slow[-1].x.tolist()
    assert runs.rate[1].tolist() == [s.rate for s in slow[:-1]] + [slow[-2].rate]
    everything = list(range(len(p.rows)))
    assert runs.gap[1].tolist() == [loss_and_gradient(p, everything, padded(s.x[None])[0])[0] for s in slow]
    assert runs.peak_rate[1] == max(s.rate for s in slow[:-1])
    assert np.array_equal(runs.average[1], np.add.accumulate([s.x for s in slow[:-1]])[-1] / steps)


@settings(max_examples=25)
@given(st.permutations(range(len(SCHEDULES))), st.integers(1, len(SCHEDULES)), st.sampled_from(LINKS))
def test_what_runs_beside_a_run_changes_no_bit(order, count, link):
    chosen = [SCHEDULES[i] for i in order[:count]]
    together = simulate(problem(link), chosen, steps=20, seed=1, marks=[0, 7, 20], mean_gap=True)
    for k, schedule in enumerate(chosen):
        alone = simulate(problem(link), [schedule], steps=20, seed=1, marks=[0, 7, 20], mean_gap=True)
        assert equal(only(together, k), alone)


def test_threads_side_by_side_change_no_bit():
    seeds = range(8)
    alone = [simulate(problem(), SCHEDULES, steps=200, seed=seed) for seed in seeds]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda seed: simulate(problem(), SCHEDULES, steps=200, seed=seed), seeds))
    assert all(map(equal, alone, together))


def test_a_shorter_run_is_the_beginning_of_a_longer_one():
    long, short = (
        simulate(problem(), SCHEDULES[:4], steps=t, seed=5, marks=[0, 10]) for t in (40, 10)
    )  # a cosine would know the difference
    assert np.array_equal(long.gap, short.gap)
    assert not np.array_equal(long.last, short.last)


def test_the_seed_decides_the_samples_and_nothing_else_does():
    one, again, other = (simulate(problem(), SCHEDULES, steps=30, seed=s) for s in (1, 1, 2))
    assert equal(one, again)
    assert not np.array_equal(one.last, other.last)


def test_average_and_mean_gap_are_those_of_the_iterates_before_the_mark():
    p, marks = problem(ridge=0.1), [0, 1, 2, 9]
    runs = simulate(p, [Constant(0.1)], steps=9, seed=1, marks=marks, mean_gap=True)
    points = [s.x for s in path(p, Constant(0.1), steps=9, seed=1)]
    for k, t in enumerate(marks):
        average = np.mean(points[:t], axis=0) if t else points[0]
        assert runs.average_gap[0, k] == pytest.approx(p.loss(average), rel=1e-13)
        if t:
            assert runs.mean_gap[0, k] == pytest.approx(np.mean([p.loss(x) for x in points[:t]]), rel=1e-13)
    assert math.isnan(runs.mean_gap[0, 0])
    assert runs.average_gap[0, 0] == runs.gap[0, 0]


def test_a_burn_in_is_left_out_of_the_average_and_of_nothing_else():
    p = problem(ridge=0.1)
    runs, whole = (
        simulate(p, [Constant(0.1)], steps=9, seed=1, marks=[0, 4, 9], burn_in=b, mean_gap=True) for b in (4, 0)
    )
    points = [s.x for s in path(p, Constant(0.1), steps=9, seed=1)]
    assert runs.average[0] == pytest.approx(np.mean(points[4:9], axis=0), rel=1e-13)
    assert runs.average_gap[0, 2] == pytest.approx(p.loss(np.mean(points[4:9], axis=0)), rel=1e-13)
    assert runs.average_gap[0, 1] == runs.gap[0, 1]
    for name in ("gap", "mean_gap", "rate", "last"):
        assert np.array_equal(getattr(runs, name), getattr(whole, name), equal_nan=True)


def test_the_minimum_is_taken_off_every_gap():
    p = problem()
    lifted = replace(p, optimum=replace(p.optimum, value=Enclosure(0.25, 0.25)))
    low, high = (simulate(q, [Constant(0.1)], steps=5, seed=1, mean_gap=True) for q in (lifted, p))
    for name in ("gap", "average_gap"):
        assert np.array_equal(getattr(low, name), getattr(high, name) - 0.25)
    assert low.mean_gap[0, 1] == pytest.approx(high.mean_gap[0, 1] - 0.25)


def test_a_run_that_blows_up_stops_and_is_counted_and_its_neighbours_do_not_notice():
    p = problem()
    runs = simulate(p, [Constant(0.1), Constant(1e9)], steps=400, seed=1, marks=[0, 1, 200, 400])
    assert runs.diverged.tolist() == [False, True]
    assert runs.stopped[0] == -1 < runs.stopped[1] < 200
    assert np.isfinite(runs.gap[0]).all()
    assert np.isinf(runs.gap[1, 2:]).all()
    assert equal(only(runs, 0), simulate(p, [Constant(0.1)], steps=400, seed=1, marks=[0, 1, 200, 400]))


@pytest.mark.parametrize("link", ["squares", "huber"])
def test_a_run_stops_where_its_slow_twin_does(link):
    p = problem(link, ridge=0.1)
    slow = list(path(p, Constant(1e30), steps=40, seed=1))
    runs = simulate(p, [Constant(1e30)], steps=40, seed=1)
    assert runs.stopped[0] == len(slow) - 1 < 40


def test_ending_above_the_start_counts_as_divergence():
    runs = simulate(problem(), [Constant(0.5)], steps=30, seed=1)
    assert runs.stopped[0] == -1
    assert runs.gap[0, -1] > runs.gap[0, 0]
    assert runs.diverged[0]


def test_all_samples_at_once_is_gradient_descent():
    p = problem("logistic", ridge=0.2)
    runs = simulate(p, [Constant(0.3)], steps=6, seed=1, batch=None)
    x = p.start
    for _ in range(6):
        x = x - 0.3 * p.gradient(x)
    assert runs.last[0] == pytest.approx(x, rel=1e-13)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"steps": 0}, "steps must be at least 1, got 0"),
        ({"burn_in": 30}, r"burn_in must lie in \[0, steps\) = \[0, 30\), got 30"),
        ({"batch": 0}, "batch must be at least 1, got 0"),
        ({"compared": "best"}, "compared must be 'batch' or 'full', got 'best'"),
        ({"marks": [0, 31]}, r"marks must lie in \[0, 30\]|marks must lie in \[0, steps\]"),
        ({"marks": []}, "marks must lie"),
        ({"start": [1.0]}, "start must be 11 finite numbers"),
        ({"start": [math.nan] * 11}, "start must be 11 finite numbers"),
        ({"schedules": []}, "at least one schedule"),
    ],
)
def test_what_cannot_be_run_is_refused(change, message):
    arguments = {"schedules": [Constant(0.1)], "steps": 30, "seed": 1} | change
    with pytest.raises(ValueError, match=message):
        simulate(problem(), **arguments)
