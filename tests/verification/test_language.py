"""What the kept runs on language models say, and that they are what was asked for."""

import json
import math
import re
from collections import defaultdict
from dataclasses import replace
from importlib.util import find_spec
from random import Random

import numpy as np
import pytest
from llm_synthetic import greedy, made

from numerics.llm.arms import Arm
from numerics.sweeps.provenance import cpu, versions
from numerics.sweeps.sweep import load
from verification.language import experiments, pretraining
from verification.language.comparing import against, best
from verification.language.kept import FOLDER, SPEED, Kept, kept

NAMES = sorted(path.name for path in FOLDER.iterdir())
COSINE = Arm("cosine")
SETTING = {"setting": {"model": "tiny", "data": "worked-sums", "steps": 100, "rate": 1e-3}}
needs_extra = pytest.mark.skipif(
    not all(map(find_spec, ("torch", "transformers", "peft", "accelerate"))), reason="language models are an extra"
)


@pytest.fixture
def pretend(monkeypatch):
    """Sweeps made up by name."""
    sweeps = {}
    for module in (experiments, pretraining):
        monkeypatch.setattr(module, "kept", lambda name: Kept(SETTING, tuple(sweeps[name])))
    forget()
    yield sweeps
    forget()


def forget():
    """What was computed of other sweeps."""
    for function in (*vars(experiments).values(), *vars(pretraining).values()):
        if hasattr(function, "cache_clear"):
            function.cache_clear()


@pytest.mark.parametrize("name", NAMES)
def test_every_kept_table_is_what_its_manifest_says(name):
    told = json.loads((FOLDER / name / "manifest.json").read_text())
    assert (len(kept(name).runs) == told["tasks"]["count"]) == told["complete"]


def test_a_sweep_that_was_cut_short_says_how_many_runs_it_has():
    assert [name for name in NAMES if kept(name).planned] == ["factors-phi-2"]
    assert kept("factors-phi-2").about.endswith("250 steps, seed 42, 4 of 5 runs, then cut short")


@pytest.mark.parametrize(
    ("tuning", "deciding"),
    [
        (["tuning-pretraining-tiny"], ["pretraining-tiny"]),
        (["tuning-tiny", "tuning-between-tiny"], ["rates-tiny", "schedules-tiny"]),
    ],
)
def test_schedules_are_compared_at_the_rates_that_their_tuning_chose_inside_its_grid(tuning, deciding):
    """Whose runs are of other seeds."""
    tried, runs = ([run for name in names for run in kept(name).runs] for names in (tuning, deciding))
    chosen, rates, decided = best(tried), {run.arm.rate for run in tried}, {run.arm for run in runs}
    assert all(min(rates) < arm.rate < max(rates) for arm in chosen)
    assert {arm for arm in chosen if arm.comparison in (None, "best")} <= decided
    assert not {run.seed for run in tried} & {run.seed for run in runs}


def test_runs_of_a_seed_begin_with_one_loss_and_one_gradient():
    """Across sweeps of one setting, too; on an accelerator sums of a gradient may be taken in any order."""
    begun = defaultdict(set)
    for name in NAMES:
        told = json.loads((FOLDER / name / "manifest.json").read_text())
        if told["complete"] and not (FOLDER / name / SPEED).exists():
            steps = load(FOLDER / name)["steps"].to_pylist()
            for row in (row for row in steps if row["step"] == 1):
                setting = json.dumps([told["configuration"]["setting"], row["seed"]], sort_keys=True)
                begun[setting].add((row["loss"], row["norm"]))
    assert len(begun) > 20
    assert all(len(found) == 1 for found in begun.values())


@needs_extra
def test_the_kept_sweeps_are_those_of_the_study():
    from numerics.llm.study import STUDY  # noqa: PLC0415

    assert set(NAMES) == set(STUDY)
    for name, options in STUDY.items():
        told = json.loads((FOLDER / name / "manifest.json").read_text())["configuration"]
        asked = json.loads(json.dumps(options.plain()))
        assert {key: told[key] for key in asked} == asked


def test_five_failures_of_five_agree_and_one_survivor_disagrees(pretend):
    ends = {"all": [9.0] * 5, "most": [9.0] * 4 + [1.0]}
    for case, agrees in (("all", True), ("most", False)):
        pretend["factors-smollm2"] = [made(greedy(0.25), s, end) for s, end in enumerate(ends[case])]
        experiments.low_factor.cache_clear()
        found = experiments.low_factor()
        assert found.agrees is agrees
        assert f"{5 if agrees else 4} of 5 failed" in found.says


def test_runs_that_reach_the_floor_early_are_counted_and_late_ones_are_not(pretend):
    def with_rates(seed, at):
        rates = np.ones(100)
        rates[at:] = 0.1
        return replace(made(greedy(0.25), seed, 9.0), rates=rates)

    pretend["factors-smollm2"] = [with_rates(1, 20), with_rates(2, 49), with_rates(3, 50), with_rates(4, 90)]
    assert "2 of 4 at the floor within 50 steps" in experiments.low_factor().says


def test_a_threshold_of_the_factor_is_refuted_by_a_cap(pretend):
    pretend["factors-smollm2"] = [made(greedy(0.25), 1, 9.0), made(greedy(0.5), 1, 1.0)]
    pretend["caps-smollm2"] = []
    assert experiments.threshold("smollm2").agrees
    experiments.threshold.cache_clear()
    pretend["caps-smollm2"] = [made(greedy(0.25, cap=10.0), 1, 1.0)]
    found = experiments.threshold("smollm2")
    assert not found.agrees
    assert "so in 2 of 3 runs" in found.says
    assert "F = 0.25, cap 10: 0 of 1 failed" in found.says


def pairs(gains):
    """For every seed a run of GreedyLR that is better than cosine's, at 2, by that many per cent."""
    for seed, gain in enumerate(gains):
        loss = 2 * (1 - gain / 100)
        yield made(greedy(0.5), seed, loss, held=(loss, loss, loss))
        yield made(COSINE, seed, 2.0, held=(2.0, 2.0, 2.0))


@pytest.mark.parametrize(
    ("gains", "agrees", "decides"),
    [([5, 6, 5, 6], True, True), ([-5, -6, -5, -6], False, True), ([5, -6, 5, -6], False, False)],
)
def test_a_mean_gain_decides_only_where_its_interval_excludes_none(pretend, gains, agrees, decides):
    pretend["factors-smollm2"] = list(pairs(gains))
    found = experiments.shared_rate(2)
    assert (found.agrees, found.decides) == (agrees, decides)


@pytest.mark.parametrize(("stage", "agrees"), [(0, True), (1, False), (2, False)])
def test_the_pre_training_is_compared_stage_by_stage_with_cosine_with_warm_up(pretend, stage, agrees):
    arms = {Arm("cosine-warmup"): (2.9, 2.0, 1.0), Arm("cosine"): (1.0, 9.0, 9.0), greedy(0.95): (2.8, 2.2, 1.3)}
    pretend["pretraining-llama-1b"] = [
        made(arm, seed, held[2], held=tuple(loss + seed / 1000 for loss in held))
        for arm, held in arms.items() for seed in (1, 2)
    ]  # fmt: skip
    found = pretraining.llama(stage)
    assert (found.agrees, found.decides) == (agrees, True)
    assert "NVIDIA H200 (39860 tokens/s, 30% of its bf16 peak" in found.says


@pytest.mark.parametrize(("gains", "agrees", "decides"), [([5, 6, 5, 6], True, True), ([-5, -6, -5, -6], False, True)])
def test_a_constant_rate_is_held_against_cosine_and_greedylr_against_it(pretend, gains, agrees, decides):
    level = Arm("constant")
    pretend["factors-smollm2"] = list(pairs(gains))
    pretend["constant-smollm2"] = [made(level, seed, 2.0, held=(2.0, 2.0, 2.0)) for seed in range(4)]
    found = experiments.against_constant()
    assert (found.agrees, found.decides) == (agrees, decides)
    pretend["constant-smollm2"] = [
        made(level, seed, loss, held=(loss, loss, loss)) for seed, g in enumerate(gains) for loss in [2 * (1 - g / 100)]
    ]
    found = experiments.constant_rate("smollm2")
    assert (found.agrees, found.decides) == (agrees, decides)


def test_a_failed_run_is_left_out_of_a_mean_gain_and_counted(pretend):
    loss = 9.0
    worse = [made(greedy(0.75), 0, loss, held=(loss, loss, loss))]
    pretend["factors-smollm2"] = list(pairs([5, 6, 5, 6]))
    without = experiments.shared_rate(2)
    experiments.shared_rate.cache_clear()
    pretend["factors-smollm2"] = [*pairs([5, 6, 5, 6]), *worse]
    found = experiments.shared_rate(2)
    assert found.agrees
    assert found.says == f"{without.says}; 1 of 5 pairs, where one had failed, are left out"
    pretend["factors-smollm2"] = [*pairs([5, 6, 5, 6]), made(greedy(0.75), 0, 9.0, held=(1.9, 1.88, 9.0))]
    forget()
    assert experiments.shared_rate(2).says == found.says  # it failed later, and counts until then
    assert "are left out" not in experiments.shared_rate(1).says


def test_a_cosine_that_failed_is_in_no_mean(pretend):
    failed = [made(greedy(0.5), 9, 2.0, held=(2.0, 2.0, 2.0)), made(COSINE, 9, 9.0, held=(9.0, 9.0, 9.0))]
    pretend["factors-smollm2"] = [*pairs([5, 6, 5, 6]), *failed]
    found = experiments.shared_rate(2)
    assert "1 of 5 pairs, where one had failed, are left out" in found.says
    assert "the mean of 4 paired differences" in found.says


def test_several_claims_share_a_confidence_of_95_per_cent():
    made_up = list(pairs([5, 6, 5, 6.5]))
    runs, others = made_up[::2], made_up[1::2]
    alone, one_of_three = against(runs, others, 2, "so"), against(runs, others, 2, "so", claims=3)
    assert "Student's 95% interval" in alone.says
    assert "Student's 98.3% interval" in one_of_three.says
    low = [float(re.search(r"\[([+-][\d.]+),", found.says)[1]) for found in (alone, one_of_three)]
    assert low[1] < low[0]


def test_where_all_pairs_but_one_failed_nothing_is_decided():
    runs = [made(greedy(0.5), seed, 1.0, held=(math.nan if seed else 1.0,) * 3) for seed in (0, 1, 2)]
    others = [made(COSINE, seed, 2.0, held=(2.0, 2.0, 2.0)) for seed in (0, 1, 2)]
    found = against(runs, others, 0, "so")
    assert (found.agrees, found.decides) == (False, False)
    assert found.says == "so: pairs of 1 seeds are left, too few"


@pytest.mark.parametrize(("peaks", "agrees", "decides"), [((256.0, 64.0), True, True), ((64.0, 9.0), True, False)])
def test_a_prediction_decides_only_where_it_says_of_some_run_that_it_fails(pretend, peaks, agrees, decides):
    pretend["limits-tiny"] = [made(Arm("constant", m), 1, 9.0 if m > 99 else 1.0) for m in (1.0, 30.0, 100.0)]
    pretend["factors-tiny"] = [made(greedy(0.25), 1, 9.0, peak=peaks[0]), made(greedy(0.5), 1, 1.0, peak=1.0)]
    pretend["design-tiny"] = []
    found = experiments.peak("tiny")
    assert (found.agrees, found.decides) == (agrees, decides)
    assert f"1 failed, of {0 if decides else 1} of which it says nothing" in found.says


def test_every_schedule_takes_its_best_rate_from_other_seeds(pretend):
    rates = (1.0, 5.0, 25.0)
    arms = {"greedy": greedy(0.9, cap=10.0), "cosine": COSINE}
    best = {"greedy": 5.0, "cosine": 25.0}
    tuning = [
        made(replace(arm, rate=rate), 1000, 1.0 if rate == best[name] else 2.0)
        for name, arm in arms.items() for rate in rates
    ]  # fmt: skip
    pretend["tuning-tiny"], pretend["tuning-between-tiny"], pretend["schedules-tiny"] = tuning[:2], tuning[2:], []
    pretend["rates-tiny"] = [
        made(replace(arm, rate=rate), seed, loss, held=(loss, loss, loss))
        for name, arm in arms.items() for rate in rates for seed in (1, 2, 3)
        for loss in [(1.0 if name == "greedy" else 1.1) + seed / 100 if rate == best[name] else 0.1]
    ]  # fmt: skip
    found = experiments.own_rate(2)
    assert found.agrees
    assert "from 5 times the shared rate against cosine from 25 times" in found.says
    assert "the best of 1, 5, 25 times the shared rate on 1 other seeds" in found.says
    assert experiments.ranking().agrees


def test_the_schedules_that_are_ranked_are_those_that_the_tuning_puts_lowest(pretend):
    """Not those that end lowest in the runs that decide, which would be picked for their luck there."""
    previous = replace(greedy(0.9), comparison="previous")
    ends = {greedy(0.9): (1.0, 1.5), COSINE: (0.9, 1.2), Arm("linear"): (1.0, 0.1)}
    pretend["tuning-tiny"] = [made(arm, 1000, tuned) for arm, (tuned, _) in ends.items()]
    pretend["tuning-between-tiny"] = [made(previous, 1000, 1.1)]  # not run again
    runs = [
        made(arm, seed, loss, held=(loss,) * 3)
        for arm, (_, end) in ends.items() for seed in range(3) for loss in [end + seed / 1000]
    ]  # fmt: skip
    pretend["rates-tiny"], pretend["schedules-tiny"] = runs[:4], runs[4:]
    found = experiments.ranking()
    assert (
        "linear 0.101 (from 1 x), cosine 1.201 (from 1 x), greedy (best) 1.501 (from 1 x); greedy (best) against"
        in (found.says)
    )
    assert "against cosine, each the lowest of its kind in the tuning" in found.says
    assert (found.agrees, found.decides) == (False, True)


@pytest.mark.parametrize(
    ("near", "agrees", "decides"), [((3, 3, 3), True, True), ((1, 1, 1), False, True), ((3, 1, 2), False, False)]
)
def test_rates_are_counted_whose_end_is_near_the_lowest_of_the_seed(pretend, near, agrees, decides):
    """Of cosine two of three in every seed, and one whose loss is no number; the lowest differs from seed to seed."""
    rates = (1.0, 2.0, 4.0)
    ends = {
        COSINE: [(1.0, 1.09, math.nan)] * 3,
        greedy(0.9): [(1.0, 1.09, 1.1)[:n] + (1.2, 2.0)[: 3 - n] for n in near],
    }
    pretend["rates-tiny"] = [
        made(replace(arm, rate=rate), seed, (1 + seed) * end)
        for arm, of in ends.items() for seed, found in enumerate(of) for rate, end in zip(rates, found, strict=True)
    ]  # fmt: skip
    found = experiments.width()
    assert (found.agrees, found.decides) == (agrees, decides)
    assert "within 10% of the schedule's own lowest held-out loss" in found.says
    assert f"greedy {sum(near) / 3:.1f}, cosine 2.0; the difference" in found.says


def test_a_pre_training_compares_each_at_its_best_rate_and_leaves_failed_runs_out(pretend):
    at_once, waiting = greedy(0.95), replace(greedy(0.95), warmup=100)
    cosine = Arm("cosine-warmup")
    best_rate = {at_once: 5.0, waiting: 1.0, cosine: 5.0}
    pretend["tuning-pretraining-tiny"] = [
        made(replace(arm, rate=rate), 1000, 1.0 if rate == best_rate[arm] else 2.0)
        for arm in best_rate for rate in (1.0, 5.0)
    ]  # fmt: skip
    ends = {at_once: 0.9, waiting: 1.1, cosine: 1.0}
    pretend["pretraining-tiny"] = [
        made(replace(arm, rate=rate), seed, loss, held=(loss, loss, loss))
        for arm in best_rate for rate in (1.0, 5.0) for seed in range(3)
        for loss in [ends[arm] + seed / 1000 if rate == best_rate[arm] else 0.1]
    ]  # fmt: skip
    found = pretraining.tiny(0, 2)
    assert (found.agrees, found.decides) == (True, True)
    assert "from 5 times the shared rate against cosine with warm-up from 5 times" in found.says
    waited = pretraining.tiny(100, 2)
    assert (waited.agrees, waited.decides) == (False, True)
    assert "warm-up of the rule 100, no cap, from 1 times" in waited.says
    pretend["pretraining-tiny"][3] = made(replace(at_once, rate=5.0), 0, 9.0)
    forget()
    assert "1 of 3 pairs, where one had failed, are left out" in pretraining.tiny(0, 2).says


@pytest.mark.parametrize(
    ("ends", "agrees"), [((9.0, 1.0, 1.0, 1.0), True), ((2.8, 1.0, 1.0, 1.0), False), ((9.0, 1.0, 9.0, 1.0), False)]
)
def test_at_phi_2_s_dimensions_the_threshold_holds_if_every_run_agrees(pretend, ends, agrees):
    pretend["factors-phi-2"] = [made(greedy(F), 42, e) for F, e in zip((0.25, 0.5, 0.75, 0.99), ends, strict=True)]
    found = experiments.phi_2()
    assert (found.agrees, found.decides) == (agrees, False)  # one run for each F
    assert "on one NVIDIA H200 (11718 tokens/s, 13% of its bf16 peak" in found.says
    assert f"the last {100 * (1 - ends[0] / 3):.1f}% below the start" in found.says


def test_a_diverged_run_is_no_best_rate(pretend):
    pretend["tuning-tiny"] = [made(replace(COSINE, rate=r), 1, e) for r, e in ((1.0, math.nan), (5.0, 2.0))]
    assert [arm.rate for arm in best(pretend["tuning-tiny"])] == [5.0]


@pytest.mark.slow
@needs_extra
def test_a_kept_run_is_trained_again_bit_for_bit(tmp_path):
    """One of the short ones, drawn anew every time, where the processor and the packages are those of the manifest."""
    from numerics.llm import base  # noqa: PLC0415
    from numerics.llm.study import STUDY  # noqa: PLC0415
    from numerics.llm.sweep import BASE  # noqa: PLC0415

    told = json.loads((FOLDER / "factors-tiny" / "manifest.json").read_text())
    if told["sessions"][-1]["versions"] != versions() or cpu() not in json.dumps(told):
        pytest.skip("other packages or another processor than those that the kept runs were made with")
    options = STUDY["factors-tiny"]
    begins_with = base.prepare(options.setting, tmp_path / BASE)
    assert begins_with == told["configuration"]["base"]
    sweep = options.sweep(tmp_path, begins_with)
    task = Random().choice(sweep.tasks)
    found = sweep.work(task.plain())
    (run,) = (
        r
        for r in kept("factors-tiny").runs
        if (r.arm, r.seed) == (Arm(**task.plain()["schedule"]), task.plain()["seed"])
    )
    assert found["steps"]["loss"] == run.losses.tolist()
    assert found["runs"]["held_out_100"] == [run.held[2]]
