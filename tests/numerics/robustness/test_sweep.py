"""The scheduler study: its protocol, its tasks and what they return."""

import math
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")

from numerics.robustness import design
from numerics.robustness.engine import Curves
from numerics.robustness.perturbation import Perturbation, plan
from numerics.robustness.schedulers import SCHEDULES
from numerics.robustness.sweep import Arm, StudySweep, outcomes, work
from numerics.sweeps.backends import Backend
from numerics.sweeps.sweep import load, run
from numerics.sweeps.tables import arrow

RATES = {(p, "adam", s): 1e-2 for p in design.PROBLEMS for s in (*design.SCHEDULES, *design.RULES)}


def count(sweep):
    return len(sweep.arms) * len(sweep.perturbations) * sweep.seeds


def test_the_study_has_the_runs_that_the_paper_counts():
    clean, noisy = design.clean(RATES), design.noisy(RATES)
    assert count(clean) + count(noisy) == 8100
    greedy = [arm for arm in clean.arms if arm.schedule.startswith("greedy")]
    assert len(greedy) / len(clean.arms) * 8100 == 3240
    assert len(design.PROBLEMS) == 12
    assert {p.kind for p in noisy.perturbations} == {"gaussian", "periodic-spike", "random-spike", "adversarial"}


def test_no_tuning_seed_counts():
    tuning = design.tuning()
    parts = (design.clean, design.noisy, design.rules, design.felt, design.dynamics)
    rest = [design.sensitivity(), *(part(RATES) for part in parts)]
    tuned = set(range(tuning.seed, tuning.seed + tuning.seeds))
    assert all(not tuned & set(range(s.seed, s.seed + s.seeds)) for s in rest)


def small(**options):
    arms = [Arm(p, "adam", s, 1e-2) for p in ("quadratic-100", "mlp-wine") for s in ("cosine", "greedy-best-1")]
    return StudySweep(**{"arms": tuple(arms), "steps": 30, "seeds": 3} | options)


def test_tables_are_the_same_whatever_the_chunks(tmp_path):
    noises = (Perturbation(), Perturbation("gaussian", 0.3, relative=True))
    sweep = small(perturbations=noises)
    tables = []
    for chunk in (64, 5):
        result = run(sweep.sweep(chunk), tmp_path / str(chunk), backend=Backend("sequential"))
        tables.append(load(result.out)["runs"])
    assert tables[0].equals(tables[1])
    assert tables[0].num_rows == 4 * 2 * 3


def test_best_rates_are_by_held_out_medians_and_never_those_that_diverge(tmp_path):
    arms = tuple(Arm("quadratic-1", "sgd-momentum", "constant", rate) for rate in (1e-3, 0.3, 1e6))
    result = run(StudySweep(arms=arms, steps=60, seeds=3).sweep(), tmp_path, backend=Backend("sequential"))
    assert design.best_rates(load(result.out)["runs"]) == {("quadratic-1", "sgd-momentum", "constant"): 0.3}


def test_a_rate_whose_losses_are_no_numbers_is_never_the_best_wherever_it_stands():
    for losses in ((math.nan, 2.0, 1.0), (1.0, math.nan, 2.0), (math.inf, 1.0, 2.0), (2.0, 1.0, math.nan)):
        rows = {"problem": ["a"] * 3, "optimizer": ["adam"] * 3, "schedule": ["cosine"] * 3,
                "initial_rate": [1.0, 2.0, 3.0], "held_out": list(losses)}  # fmt: skip
        assert design.best_rates(arrow("runs", rows)) == {("a", "adam", "cosine"): 1.0 + losses.index(1.0)}


def test_outcomes_are_what_they_are_called():
    loss = np.ones((2, 100))
    loss[0, 50:60] = 7.0  # a kick, overcome ten steps later
    loss[1, 50:] = 3.0  # one that is not
    loss[1, :10], loss[1, 40:50] = 4.0, 2.0
    rate = np.ones((2, 100))
    rate[:, 40] = 5.0
    found = outcomes(Curves(loss, rate, np.zeros(2), np.zeros(2)))
    assert found["recovered"].tolist() == [10, 50]
    assert found["ratio"].tolist() == [7.0, pytest.approx(4 / 3)]
    assert [found[name][1] for name in ("early", "middle", "final")] == [4.0, 2.0, 3.0]
    assert found["peak_rate"].tolist() == [5.0, 5.0]
    assert found["area"][0] == pytest.approx(1.6)


def test_a_mark_is_a_step_of_the_run():
    assert set(work(next(iter(small().sweep().tasks)).plain())) == {"runs"}
    tables = work(next(iter(small(curves=True).sweep().tasks)).plain())
    steps = sorted(set(tables["curves"]["step"].tolist()))
    assert (steps[0], steps[-1], len(steps)) == (0, 29, 21)
    assert len(tables["curves"]["loss"]) == 21 * len(tables["runs"]["seed"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"steps": 5}, "steps must be"),
        ({"seeds": 0}, "seeds must be"),
        ({"arms": ()}, "arms must hold at least one"),
        ({"perturbations": (Perturbation(), Perturbation())}, "perturbations must hold each one once"),
    ],
)
def test_sweeps_that_cannot_run_are_refused(change, message):
    with pytest.raises((ValueError, TypeError), match=message):
        small(**change)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"problem": "cnn"}, "problem must be one of"),
        ({"optimizer": "lion"}, "an optimizer must be one of"),
        ({"schedule": "step"}, "a schedule must be one of"),
        ({"rate": -1.0}, "rates must be positive and finite, got -1.0"),
    ],
)
def test_arms_that_cannot_run_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        replace(Arm("mlp-wine", "adam", "cosine", 1e-2), **change)


def test_noise_is_the_same_for_every_strength_and_comes_as_often_as_said():
    weak, strong = (plan(Perturbation("gaussian", s), 5, 400) for s in (0.1, 10.0))
    assert np.array_equal(weak.added, strong.added)
    assert strong.reported(3, 2.0, 2.0) - 2 == pytest.approx(100 * (weak.reported(3, 2.0, 2.0) - 2))
    spikes = [plan(Perturbation("random-spike", 1.0), seed, 1000).added.sum() for seed in range(50)]
    assert np.mean(spikes) == pytest.approx(20, abs=2)
    periods = [np.diff(np.flatnonzero(plan(Perturbation("periodic-spike", 1.0), s, 1000).added)) for s in range(50)]
    assert {int(p[0]) for p in periods} <= set(range(50, 101))
    assert all(len(set(p.tolist())) == 1 for p in periods)


def test_relative_noise_is_a_share_of_the_loss_and_adversarial_noise_hides_what_was_gained():
    told = plan(Perturbation("random-spike", 0.5, relative=True), 5, 400)
    step = int(np.flatnonzero(told.added)[0])
    assert told.reported(step, 4.0, 9.0) == 6.0
    assert plan(Perturbation("adversarial", 1.0), 5, 9).reported(3, 1.0, 1.5) == 1.5
    assert plan(Perturbation("adversarial", 1.0), 5, 9).reported(3, 1.0, 0.5) == 1.0


@pytest.mark.parametrize("name", sorted(SCHEDULES))
def test_schedules_begin_where_they_are_told_or_warm_up_to_it(name):
    schedule = SCHEDULES[name](0.5, 100)
    rates = []
    for t in range(100):
        rates.append(schedule.rate)
        schedule.step(1.0 / (1 + t))
    assert max(rates[:11]) == pytest.approx(0.5, rel=0.7) if name.startswith("greedy") else max(rates) == 0.5
    assert min(rates) >= 0
    if "warmup" in name:
        assert rates[0] == pytest.approx(0.05)
        assert rates[9] == 0.5
