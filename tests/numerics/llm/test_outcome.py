"""What became of a run."""

import math
from dataclasses import asdict, replace

import numpy as np
import pytest
from llm_synthetic import greedy, made

from numerics.llm.arms import Arm
from numerics.llm.outcome import Run, runs
from numerics.sweeps.tables import arrow

ARM = Arm("cosine")


@pytest.mark.parametrize(
    ("end", "dip", "fate"),
    [
        (1.0, None, "trained"),
        (2.84, None, "trained"),
        (2.86, None, "stalled"),
        (3.14, None, "stalled"),
        (3.0, 1.0, "collapsed"),
        (3.14, 1.0, "collapsed"),
        (3.16, 1.0, "diverged"),
        (3.16, None, "diverged"),
        (math.nan, 1.0, "diverged"),
        (math.inf, 1.0, "diverged"),
    ],
)
def test_the_end_and_the_way_there_decide(end, dip, fate):
    run = made(ARM, 1, end, dip=dip)
    assert run.fate == fate
    assert run.failed == (fate in ("collapsed", "diverged"))


def test_a_run_that_ended_at_once_diverged():
    run = Run(ARM, 1, 3.0, (math.nan,) * 3, np.array([math.nan]), np.array([1.0]))
    assert run.fate == "diverged"
    assert math.isnan(run.final)


@pytest.mark.parametrize(
    ("held", "failed"),
    [
        ((2.0, 2.0, 2.0), (False, False, False)),
        ((3.2, 3.1, 2.0), (True, False, False)),
        ((2.0, math.nan, math.nan), (False, True, True)),
        ((2.0, 2.9, 2.9), (False, False, True)),  # collapsed, which only the end can tell
    ],
)
def test_what_had_failed_by_a_stage_is_what_had_diverged_by_then(held, failed):
    run = made(ARM, 1, held[2], start=3.0, held=held, dip=1.0)
    assert tuple(map(run.failed_by, range(3))) == failed


def test_final_and_peak_are_means_of_twenty_and_the_highest_rate():
    run = made(ARM, 1, 1.0, peak=7.0)
    assert run.final == pytest.approx(run.losses[-20:].mean())
    assert run.peak == 7.0
    assert run.lowest == pytest.approx(run.final)


@pytest.mark.parametrize("columns", ["as once, without a warm-up of the rule", "as now"])
def test_tables_are_read_run_by_run_with_rates_in_shared_initial_rates(columns):
    arms = [ARM, greedy()] if columns != "as now" else [ARM, replace(greedy(), warmup=3)]
    table = {"arm": [0, 0, 1, 1, 1], "seed": [4, 4, 4, 4, 4], "step": [1, 2, 1, 2, 3], "loss": [5.0, 4, 3, 2, 1],
             "rate": [1e-3, 2e-3, 3e-3, 4e-3, 5e-3]}  # fmt: skip
    rows = [
        {"arm": k}
        | (asdict(arm) if columns == "as now" else arm.plain())
        | {"seed": 4, "start": 6.0, "held_out_10": 3.0, "held_out_50": 2.0, "held_out_100": 1.0}
        for k, arm in enumerate(arms)
    ]
    tables = {"steps": arrow("steps", table), "runs": arrow("runs", {key: [r[key] for r in rows] for key in rows[0]})}
    first, second = runs(tables, 1e-3)
    assert [first.arm, second.arm] == arms
    assert first.losses.tolist() == [5, 4]
    np.testing.assert_allclose(second.rates, [3, 4, 5])
    assert second.held == (3.0, 2.0, 1.0)
