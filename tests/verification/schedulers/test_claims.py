"""What made-up runs say: each claim agrees, disagrees and does not decide where it should."""

from itertools import product

import numpy as np
import pyarrow as pa
import pytest

from numerics.sweeps.tables import arrow
from verification.schedulers import blind, by_optimizer, under_noise
from verification.schedulers.under_noise import FIXED, GREEDY, OTHER_GREEDY

PROBLEMS = [f"p{k}" for k in range(12)]
NONE = ("none", 0.0, False)
GAUSSIAN = ("gaussian", 1.0, True)


def table(factor, schedules, noises=(NONE,), seeds=5, optimizers=("adam",), rates=(1e-2,), steps=200, **columns):
    """Runs whose final loss is a level of the problem and seed, times ``factor(schedule, kind, problem, rate)``."""
    rows = []
    for p, optimizer, s, noise, rate, seed in product(PROBLEMS, optimizers, schedules, noises, rates, range(seeds)):
        level = float(np.random.default_rng([PROBLEMS.index(p), seed]).uniform(1, 1.02)) * (1 + PROBLEMS.index(p))
        final = level * factor(s, noise[0], p, rate)
        row = {"problem": p, "optimizer": optimizer, "schedule": s, "initial_rate": rate, "steps": steps,
               "kind": noise[0], "strength": noise[1], "relative": noise[2], "seed": seed, "first": 100.0,
               "early": final, "middle": final, "final": final, "held_out": final, "ratio": 100 / final,
               "recovered": 10.0}  # fmt: skip
        rows.append(row | {name: of(row) for name, of in columns.items()})
    return arrow("runs", {name: [row[name] for row in rows] for name in rows[0]})


@pytest.fixture
def pretend(monkeypatch):
    """Tables made up by study and part."""
    kept = {}

    def runs(study, *parts):
        return pa.concat_tables([kept[study, part] for part in parts])

    def clear():
        for module in (under_noise, by_optimizer, blind):
            for function in vars(module).values():
                if hasattr(function, "cache_clear") and function is not blind.tables:
                    function.cache_clear()

    monkeypatch.setattr(under_noise, "runs", runs)
    monkeypatch.setattr(by_optimizer, "runs", runs)
    monkeypatch.setattr(blind, "tables", lambda study, part: {"runs": kept[study, part]})

    def put(**tables):
        clear()
        for name, of in tables.items():
            study, _, part = name.partition("_")
            kept[study, part.replace("_", "-")] = of

    yield put
    clear()


EFFECTS = [(0.8, True, True), (1.25, False, True), (1.0, False, False)]


def greedy_times(effect):
    """GreedyLR's loss is that share of the others', with a spread over problems that no effect outweighs."""

    def factor(schedule, kind, problem, rate):
        k = PROBLEMS.index(problem)
        return effect * (1 + (-1) ** k * (10 + k) / 1000) if schedule.startswith("greedy") else 1.0

    return factor


@pytest.mark.parametrize(("effect", "agrees", "decides"), EFFECTS)
def test_a_comparison_over_problems_decides_only_what_all_of_them_say(pretend, effect, agrees, decides):
    of = table(greedy_times(effect), (GREEDY, OTHER_GREEDY, *FIXED))
    pretend(robustness_clean=of)
    for name in FIXED:
        found = under_noise.measurements()[f"schedulers.clean.{name}"]()
        assert (found.agrees, found.decides) == (agrees, decides)
        told = float(found.says.partition(f"{GREEDY} against {name}: ")[2].partition("%")[0])
        assert told == pytest.approx(100 * (effect - 1), abs=0.5)
        assert "12 problems" in found.says
        assert [line.split(": ")[1] for line in found.table.splitlines()] == [f"{OTHER_GREEDY} against {name}"]


def test_under_noise_it_is_the_noisy_runs_that_count(pretend):
    of = table(lambda s, kind, *_: 0.8 if s.startswith("greedy") and kind == "gaussian" else 1.0,
               (GREEDY, OTHER_GREEDY, *FIXED), noises=(GAUSSIAN,))  # fmt: skip
    pretend(robustness_noisy=of)
    assert under_noise.measurements()["schedulers.noisy.cosine"]().agrees


def test_the_shared_rate_is_one_rate_of_the_grid(pretend):
    of = table(lambda s, kind, p, rate: 0.8 if s.startswith("greedy") and rate == 1e-2 else 1.0,
               (GREEDY, OTHER_GREEDY, *FIXED), rates=(1e-3, 1e-2))  # fmt: skip
    pretend(robustness_sensitivity=of)
    found = under_noise.measurements()["schedulers.shared.cosine"]()
    assert found.agrees
    assert "-20.0%" in found.says


@pytest.mark.parametrize(("effect", "agrees", "decides"), [(0.5, True, True), (2.0, False, True), (1.0, False, False)])
def test_medians_are_pooled_over_all_runs(pretend, effect, agrees, decides):
    schedules = (GREEDY, OTHER_GREEDY, *FIXED)
    pretend(
        robustness_clean=table(greedy_times(effect), schedules, seeds=9),
        robustness_noisy=table(greedy_times(effect), schedules, noises=(GAUSSIAN,)),
    )
    found = under_noise.medians()
    assert (found.agrees, found.decides) == (agrees, decides)
    assert "n = 168" in found.says


@pytest.mark.parametrize(("effect", "agrees", "decides"), [(1.0, True, True), (1.3, False, True)])
def test_what_noise_costs_a_rule_is_against_itself_on_the_same_seeds(pretend, effect, agrees, decides):
    def factor(schedule, kind, problem, rate):
        return effect if kind == "gaussian" and schedule == GREEDY else 1.0

    pretend(
        robustness_clean=table(factor, (GREEDY, *FIXED), seeds=8),
        robustness_noisy=table(factor, (GREEDY, *FIXED), noises=(GAUSSIAN,)),
        robustness_rules=table(factor, ("greedy-test",), noises=(NONE, GAUSSIAN)),
    )
    found = under_noise.cost(GREEDY)
    assert (found.agrees, found.decides) == (agrees, decides)
    assert "60 pairs" in found.says
    assert under_noise.cost("greedy-test").agrees


def test_the_recovery_ratio_is_compared_on_the_same_seeds(pretend):
    for effect, agrees in ((0.5, True), (2.0, False)):
        of = table(greedy_times(effect), (GREEDY, OTHER_GREEDY, *FIXED))
        pretend(robustness_clean=of, robustness_noisy=of)
        found = under_noise.recovery_ratio()
        assert (found.agrees, found.decides) == (agrees, True)


@pytest.mark.parametrize(("steps", "agrees", "decides"), [(5, True, True), (30, False, True), (10, False, False)])
def test_steps_to_recover_are_those_of_kicked_runs(pretend, steps, agrees, decides):
    def recovered(row):
        jitter = (PROBLEMS.index(row["problem"]) % 3) - 1
        if row["kind"] != "kick":
            return 99.0
        return float(steps + jitter if row["schedule"] == GREEDY else 10)

    of = table(greedy_times(1.0), (GREEDY, OTHER_GREEDY, *FIXED), recovered=recovered,
               noises=(("kick", 1.0, True), ("labels", 1.0, False)))  # fmt: skip
    pretend(robustness_felt=of)
    found = under_noise.steps_to_recover()
    assert (found.agrees, found.decides) == (agrees, decides)
    assert f"{GREEDY} {steps:.1f}" in found.says


def test_a_spread_agrees_only_where_the_upper_end_is_below_every_median(pretend):
    for effect, agrees in ((0.05, True), (0.8, False)):
        pretend(robustness_clean=table(greedy_times(effect), (GREEDY, OTHER_GREEDY, *FIXED)))
        assert under_noise.spread().agrees is agrees


STUDIED = (*by_optimizer.OTHERS, by_optimizer.GREEDY, by_optimizer.PAPERS)


@pytest.mark.parametrize(("effect", "agrees", "decides"), EFFECTS)
def test_own_rates_are_compared_over_optimizers_and_problems(pretend, effect, agrees, decides):
    pretend(study_own_200=table(greedy_times(effect), STUDIED, optimizers=("adam", "adagrad"), seeds=3))
    found = by_optimizer.own(200, "cosine")
    assert (found.agrees, found.decides) == (agrees, decides)
    assert "12 problems, 2 optimizers, 3 seeds, 200 steps" in found.says
    assert "adagrad: " in found.table


@pytest.mark.parametrize(("effect", "agrees", "decides"), EFFECTS)
def test_from_one_rate_the_papers_settings_are_judged(pretend, effect, agrees, decides):
    pretend(study_shared_200=table(greedy_times(effect), STUDIED, seeds=3))
    found = by_optimizer.shared("linear")
    assert (found.agrees, found.decides) == (agrees, decides)
    assert by_optimizer.PAPERS in found.says


@pytest.mark.parametrize(("effect", "agrees"), [(0.5, True), (1.5, False)])
def test_categories_count_instances_as_the_paper_does(pretend, effect, agrees):
    pretend(study_shared_200=table(greedy_times(effect), STUDIED, seeds=2))
    found = by_optimizer.categories()
    assert found.agrees is agrees
    assert found.decides
    assert f"{12 * 2 * 4 * 3} instances" in found.says
    assert f"{'yes' if agrees else 'no'} {12 * 2 * 4 * 3}" in found.says
    assert len(found.table.splitlines()) == 4


def only_on(problems):
    """GreedyLR's loss is twice the others' on these problems, and half elsewhere."""

    def factor(schedule, kind, problem, rate):
        return (2.0 if problem in problems else 0.5) if schedule.startswith("greedy") else 1.0

    return factor


@pytest.mark.parametrize(("worse", "decides"), [(3, False), (9, True)])
def test_categories_agree_only_beyond_the_share_that_the_paper_states(pretend, worse, decides):
    pretend(study_shared_200=table(only_on(PROBLEMS[:worse]), STUDIED, seeds=2))
    found = by_optimizer.categories()
    assert (found.agrees, found.decides) == (False, decides)


def test_a_rank_that_half_of_the_problems_gainsay_is_undecided(pretend):
    pretend(study_own_200=table(only_on(PROBLEMS[::2]), STUDIED, seeds=2))
    found = by_optimizer.ranking(200)
    assert (found.agrees, found.decides) == (False, False)


@pytest.mark.parametrize(("effect", "agrees", "decides"), [(0.5, True, True), (2.0, False, True)])
def test_a_rank_is_the_place_among_the_schedules_of_a_seed(pretend, effect, agrees, decides):
    pretend(study_own_200=table(greedy_times(effect), STUDIED, seeds=2))
    found = by_optimizer.ranking(200)
    assert (found.agrees, found.decides) == (agrees, decides)
    ranks = by_optimizer.mean_ranks(table(greedy_times(effect), ("greedy-best-10", "cosine", "linear")))
    assert set(ranks["greedy-best-10"].values()) == {1.0 if agrees else 3.0}
    assert set(ranks["cosine"].values()) == {2.5 if agrees else 1.5}


def test_good_rates_are_those_within_twice_the_schedules_own_lowest_loss(pretend):
    rates = (1e-3, 1e-2, 1e-1)

    def factor(schedule, kind, problem, rate):
        if schedule == "greedy-best-10":
            return 1.0
        return 1.0 if rate == 1e-2 else 3.0

    of = table(factor, ("greedy-best-10", *by_optimizer.JUDGED), rates=rates, seeds=2)
    pretend(study_tuning_200=of)
    found = by_optimizer.width(200)
    assert found.agrees
    assert "greedy-best-10 3.00, cosine 1.00" in found.says
    lost = table(lambda s, k, p, rate: 1e9 if rate == 1e-1 else 1.0, ("cosine",), rates=rates)
    assert set(by_optimizer.good_rates(lost).values()) == {2.0}


def test_runs_under_noise_are_counted_where_they_have_the_bits_of_the_clean_one(pretend):
    def rows(same):
        made = [("a", "adam", s, s == "greedy", kind, "x" if kind == "none" or (same and s != "greedy") else kind)
                for s in ("cosine", "greedy") for kind in ("none", "gaussian", "adversarial")]  # fmt: skip
        names = ("problem", "optimizer", "schedule", "watches", "kind", "sha256")
        return arrow("runs", dict(zip(names, map(list, zip(*made, strict=True)), strict=True)))

    pretend(blind_all=rows(same=True))
    found = blind.blind()
    assert not found.agrees
    assert "2 of 2 runs have the bits" in found.says
    assert "0 of 2" in found.says
    pretend(blind_all=rows(same=False))
    assert blind.blind().agrees


def test_every_measurement_has_its_claim_and_every_claim_its_measurement():
    from theory.claims import scheduler_runs  # noqa: PLC0415

    measured = blind.measurements() | under_noise.measurements() | by_optimizer.measurements()
    assert {claim.id for claim in scheduler_runs.claims()} == set(measured)
