"""Statistics of the scheduler study."""

import math

import numpy as np
import pytest

pytest.importorskip("torch")

from numerics.robustness.summary import comparisons, losses, overall, recoveries
from numerics.statistics import holm, log_ratio, signed_rank
from numerics.sweeps.tables import arrow


def table(rows):
    """Rows of problem, schedule, seed, final and, if it is not none, kind."""
    full = [
        {"problem": p, "optimizer": "adam", "schedule": s, "kind": k[0] if k else "none", "strength": 0.0,
         "seed": seed, "first": 4.0, "final": final, "ratio": 4.0 / final}
        for p, s, seed, final, *k in rows
    ]  # fmt: skip
    return arrow("runs", {name: [row[name] for row in full] for name in full[0]})


def test_a_schedule_that_is_always_a_tenth_lower_is_better():
    chance = np.random.default_rng(1)
    levels = chance.uniform(1, 2, 12).tolist()
    rows = [("a", s, k, x * f) for k, x in enumerate(levels) for s, f in (("greedy", 0.9), ("cosine", 1.0))]
    (found,) = comparisons(table(rows), ["greedy"], ["cosine"])
    assert found.ratio.value == pytest.approx(math.log(0.9))
    assert found.ratio.high < 0
    assert found.verdict == "better"
    (other,) = comparisons(table(rows), ["cosine"], ["greedy"])
    assert other.verdict == "worse"


def test_one_percent_of_difference_is_none():
    chance = np.random.default_rng(2)
    rows = [("a", s, k, f) for k in range(20) for s, f in (("greedy", 1 + chance.normal(0, 0.01)), ("cosine", 1.0))]
    (found,) = comparisons(table(rows), ["greedy"], ["cosine"])
    assert found.verdict == "same"


def test_few_and_scattered_seeds_say_nothing():
    rows = [("a", s, k, f) for k, g in enumerate((0.5, 2.0, 0.7)) for s, f in (("greedy", g), ("cosine", 1.0))]
    (found,) = comparisons(table(rows), ["greedy"], ["cosine"])
    assert found.verdict == "unclear"


def test_a_diverged_run_loses_its_rank_and_is_in_no_mean():
    rows = [("a", s, k, f) for k in range(8) for s, f in (("greedy", 9.0 if k == 0 else 0.9), ("cosine", 1.0))]
    told = losses(table(rows), "final")
    assert sum(math.isinf(x) for (_, s), by in told.items() if s == "greedy" for x in by.values()) == 1
    (found,) = comparisons(table(rows), ["greedy"], ["cosine"])
    assert found.ratio.value == pytest.approx(math.log(0.9))


def test_over_problems_each_counts_once():
    rows = [(p, s, k, f) for p, g, n in (("a", 0.5, 40), ("b", 2.0, 2)) for k in range(n)
            for s, f in (("greedy", g), ("cosine", 1.0))]  # fmt: skip
    (found,) = overall(comparisons(table(rows), ["greedy"], ["cosine"]))
    assert found.problems == 2
    assert found.better.value == 0.5
    assert found.ratio.value == pytest.approx(0)


def test_every_comparison_of_the_table_is_counted_in_the_correction():
    chance = np.random.default_rng(3)
    rows = [(p, s, k, float(chance.uniform(0.5, 2))) for p in "abcdef" for k in range(9) for s in ("greedy", "cosine")]
    found = comparisons(table(rows), ["greedy"], ["cosine"])
    told = losses(table(rows), "final")
    raw = []
    for c in found:
        one, other = ([told[c.setting, s][k] for k in range(9)] for s in ("greedy", "cosine"))
        raw.append(signed_rank(np.array(one), np.array(other)))
    assert [c.p for c in found] == holm(raw)


def test_recoveries_are_by_noise_and_schedule():
    rows = [("a", "greedy", k, 0.5, "gaussian") for k in range(4)] + [("a", "greedy", 9, 100.0, "gaussian")]
    (found,) = recoveries(table(rows))
    assert (found.runs, found.lost.value) == (5, 0.2)
    assert found.ratio[1] == pytest.approx(8.0)
    assert found.final[1] == pytest.approx(0.125)


def test_log_ratios_need_two_pairs_for_an_interval_and_leave_out_what_is_no_number():
    assert math.isnan(log_ratio(np.array([math.nan]), np.array([1.0]), seed=1).value)
    one = log_ratio(np.array([2.0, math.inf]), np.array([1.0, 1.0]), seed=1)
    assert one.value == pytest.approx(math.log(2))
    assert one.low == -math.inf


def test_signed_ranks_treat_divergence_as_the_greatest_loss():
    finite = np.array([1.0, 1.0, 1.0, 1.0, 1.0, 1e12])
    other = np.array([1.1, 1.2, 1.3, 1.4, 1.5, 1.0])
    lost = np.where(finite > 1e6, math.inf, finite)
    assert signed_rank(lost, other) == signed_rank(finite, other) != signed_rank(finite[:-1], other[:-1])
    assert signed_rank(other, lost) == signed_rank(lost, other)
    assert signed_rank(lost, lost) == 1.0
