"""The F-sweep: its table of runs is that of the engine, and wrong options are refused before anything runs."""

import json
import math
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from greedylr import Rule
from numerics.engine import simulate
from numerics.factor_summary import as_data, groups, summary
from numerics.factor_sweep import FactorSweep, from_plain, problem_named, work
from numerics.schedules import Constant, Greedy
from numerics.sweeps.backends import Backend
from numerics.sweeps.sweep import load, run

SMALL = FactorSweep(problems=(("quadratic", "generated"), ("two-samples", "generated")), seeds=12, steps=60, marks=5)


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    out = tmp_path_factory.mktemp("sweep") / "out"
    run(SMALL.sweep(), out, backend=Backend("sequential"))
    return load(out)


def test_every_combination_is_a_row_for_every_seed(tables):
    assert len(SMALL.arms()) == 4 * 2 + 2
    assert tables["runs"].num_rows == 2 * 12 * 10
    assert tables["curves"].num_rows == tables["runs"].num_rows * 5
    assert tables["problems"]["problem"].to_pylist() == ["quadratic", "two-samples"]


def test_a_row_is_that_run_of_the_engine_alone(tables):
    (row,) = [
        r for r in tables["runs"].to_pylist()
        if (r["problem"], r["factor"], r["max_lr"], r["seed"]) == ("quadratic", 0.5, None, SMALL.seed + 11)
    ]  # fmt: skip
    problem = problem_named("quadratic", "generated")
    unit = 1 / problem.constants.L_max.high
    alone = simulate(
        problem, [Greedy(Rule(factor=0.5, min_lr=0.005 * unit), 0.1 * unit)], steps=60, seed=SMALL.seed + 11
    )
    assert row["gap"] == alone.gap[0, -1]
    assert row["peak_rate"] == alone.peak_rate[0] / unit
    assert row["diverged"] == alone.diverged[0]


def test_curves_begin_and_end_where_the_runs_do(tables):
    runs = {(r["problem"], r["arm"], r["seed"]): r for r in tables["runs"].to_pylist()}
    for row in tables["curves"].to_pylist():
        mine = runs[row["problem"], row["arm"], row["seed"]]
        if row["step"] in (0, 60):
            assert row["gap"] == mine["start_gap" if row["step"] == 0 else "gap"]


def test_the_configuration_survives_json():
    assert from_plain(json.loads(json.dumps(SMALL.plain()))) == SMALL


def test_a_rate_above_its_limit_starts_at_the_limit():
    arm = FactorSweep(rate=(2.0,), max_lr=(0.5,)).arms()[0]
    assert arm.build(SMALL, 0.1).rate == 0.05


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"factors": (1.5,)}, r"factor must lie in \(0, 1\), got 1.5"),
        ({"factors": ()}, "factors must name at least one value"),
        ({"factors": (0.5, 0.5)}, "given once"),
        ({"rate": (-1.0,)}, "must be positive"),
        ({"max_lr": (0.001,)}, "min_lr must not exceed max_lr"),
        ({"comparison": ("worst",)}, "comparison must be one of"),
        ({"order": ("last",)}, "order must be one of"),
        ({"patience": (-1,)}, "patience must be at least 0"),
        ({"baselines": ("adam",)}, "a baseline must be one of"),
        ({"steps": 0}, "steps must be at least 1"),
        ({"seeds": 0}, "seeds must be at least 1"),
        ({"marks": 1}, "marks must be at least 2"),
        ({"seed": -1}, "seed must be at least 0"),
    ],
)
def test_wrong_options_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        replace(SMALL, **change)


def test_the_summary_counts_divergence_apart_and_finds_the_best(tables):
    rows = summary(tables["runs"])
    assert len(rows) == 20
    for group in groups(tables["runs"]):
        mine = [row for row in rows if row.problem == group.problem]
        for k, row in enumerate(mine):
            assert row.diverged.value == pytest.approx(group.diverged[k].mean())
            kept = group.gap[k, ~group.diverged[k]]
            assert row.gap.value == np.median(kept) if len(kept) else math.isnan(row.gap.value)
        best = [row for row in mine if row.best]
        assert len(best) == 1
        assert all((best[0].diverged.value, best[0].gap.value) <= (r.diverged.value, r.gap.value) for r in mine)


def test_a_summary_as_data_is_json_without_nan_and_infinity(tables):
    text = json.dumps([as_data(row) for row in summary(tables["runs"])], allow_nan=False)
    assert json.loads(text)[0]["diverged"]["level"] == 0.95


def made_up(arm, seed, gap, *, diverged=False):
    """A row of the table of runs."""
    return (
        {"problem": "p", "data": "d", "arm": arm, "schedule": "constant", "rate": float(arm), "factor": None}
        | {"comparison": None, "order": None, "patience": None, "max_lr": None, "seed": seed, "gap": gap}
        | {"diverged": diverged, "peak_rate": 1.0}
    )


def test_runs_that_diverged_are_not_ranked_by_how_far_they_went():
    rows = [made_up(arm, seed, 10.0 ** (arm + 3), diverged=True) for seed in range(20) for arm in range(3)]
    assert [row.p for row in summary(pa.Table.from_pylist(rows))] == [None, 1.0, 1.0]


def test_a_known_difference_is_found_and_none_is_not():
    """Two equal schedules, and one that is worse on every seed."""
    rows = []
    for seed in range(20):
        noise = np.random.default_rng(seed).normal()
        for arm, gap in enumerate((1 + 0.1 * noise, 1 + 0.1 * noise + (1e-3 if seed % 2 else -1e-3), 3 + noise)):
            rows.append(made_up(arm, seed, gap, diverged=arm == 2 and seed == 0))
    first, second, third = summary(pa.Table.from_pylist(rows))
    assert {first.best, second.best} == {True, False}
    assert (second.p if first.best else first.p) == 1.0
    assert third.p < 1e-4
    assert third.diverged.value == 1 / 20


def test_the_work_of_a_task_depends_on_its_arguments_alone():
    arguments = SMALL.sweep().tasks[0].plain()
    one, again = work(arguments), work(arguments)
    assert all(np.array_equal(one["curves"][c], again["curves"][c]) for c in ("gap", "rate"))


def test_baselines_run_at_the_same_rate():
    arms = FactorSweep(rate=(0.2,), baselines=("constant",)).arms()
    assert arms[-1].build(SMALL, 0.5) == Constant(0.1)
