"""The protocols' parts: who runs, with which seeds, in which order."""

import math
from itertools import product

import pyarrow as pa
import pytest

pytest.importorskip("torch")

from numerics.robustness import parts
from numerics.robustness.study_design import GRID, LARGE, LONG, SHARED, SHORT, own, shared, tuning
from numerics.sweeps.tables import arrow


def ran(asked):
    """A table as if the part had run: every schedule's best rate is the third of the grid, with any optimizer."""
    rows = [(a, seed) for a in asked.arms for seed in range(asked.seed, asked.seed + asked.seeds)]
    return arrow("runs", {
        "problem": [a.problem for a, _ in rows], "optimizer": [a.optimizer for a, _ in rows],
        "schedule": [a.schedule for a, _ in rows], "initial_rate": [a.rate for a, _ in rows],
        "seed": [seed for _, seed in rows],
        "held_out": [abs(math.log(a.rate / 1e-2)) for a, _ in rows],
    })  # fmt: skip


def every(study, **options):
    asked = {}

    def run(name, part):
        asked[name] = part
        return ran(part) if hasattr(part, "arms") else pa.table({})

    study(run, **options)
    return asked


def test_every_arm_has_the_same_rates_and_trials_and_its_own_best_one():
    asked = every(parts.study)
    assert list(asked) == [f"{part}-{steps}" for steps in (200, 1000) for part in ("tuning", "own", "shared")]
    for steps, horizon in ((200, SHORT), (1000, LONG)):
        tried = {}
        for arm in asked[f"tuning-{steps}"].arms:
            tried.setdefault((arm.problem, arm.optimizer, arm.schedule), []).append(arm.rate)
        assert set(tried) == set(horizon.arms)
        assert all(tuple(rates) == GRID for rates in tried.values())
        assert {arm.rate for arm in asked[f"own-{steps}"].arms} == {1e-2}
        assert {arm.rate for arm in asked[f"shared-{steps}"].arms} == {SHARED}
        assert {asked[f"{part}-{steps}"].steps for part in ("tuning", "own", "shared")} == {steps}


@pytest.mark.parametrize(("study", "options"), list(product((parts.study, parts.robustness), ({}, {"quick": True}))))
def test_no_tuning_seed_counts(study, options):
    asked = every(study, **options)
    seeds = {name: set(range(part.seed, part.seed + part.seeds)) for name, part in asked.items()}
    tuned = set.union(*(of for name, of in seeds.items() if name.startswith("tuning")))
    assert not any(tuned & of for name, of in seeds.items() if not name.startswith("tuning"))


def test_long_runs_are_those_of_small_networks():
    assert not set(LARGE) & set(LONG.problems)
    assert set(LARGE) < set(SHORT.problems)
    assert set(LONG.problems) < set(SHORT.problems)


def test_parts_of_a_horizon_differ_in_rates_and_seeds_only():
    rates = dict.fromkeys(LONG.arms, 0.3)
    a, b, c = tuning(LONG), own(LONG, rates, 5), shared(LONG, 5)
    assert {(x.problem, x.optimizer, x.schedule) for x in a.arms} == {
        (x.problem, x.optimizer, x.schedule) for x in b.arms
    }
    assert {arm.rate for arm in b.arms} == {0.3}
    assert (b.seed, b.seeds, b.steps) == (c.seed, c.seeds, c.steps)
