"""Statistics of the scheduler studies."""

import math
from itertools import product

import numpy as np
import pytest
from scipy import stats

from numerics.robustness.summary import SOLVED, comparisons, diverged, joined, losses, overall, pairs, spreads
from numerics.statistics import holm, log_ratio, signed_rank
from numerics.sweeps.tables import arrow


def table(rows):
    """Rows of problem, schedule, seed, final and, if they are not none and adam, kind and optimizer."""
    full = [
        {"problem": p, "optimizer": k[1] if len(k) > 1 else "adam", "steps": 200, "schedule": s,
         "kind": k[0] if k else "none", "strength": 0.0, "relative": False, "seed": seed,
         "first": np.float32(4.0), "final": np.float32(final), "ratio": np.float32(4.0 / final)}
        for p, s, seed, final, *k in rows
    ]  # fmt: skip
    return arrow("runs", {name: [row[name] for row in full] for name in full[0]})


def compared(rows, first="greedy", second="cosine"):
    return comparisons(pairs(table(rows), [first], [second]))


def test_a_schedule_that_is_always_a_tenth_lower_is_better():
    levels = np.random.default_rng(1).uniform(1, 2, 12).tolist()
    rows = [("a", s, k, x * f) for k, x in enumerate(levels) for s, f in (("greedy", 0.9), ("cosine", 1.0))]
    (found,) = compared(rows)
    assert found.ratio.value == pytest.approx(math.log(0.9))
    assert found.ratio.high < 0
    assert found.verdict == "better"
    (other,) = compared(rows, "cosine", "greedy")
    assert other.verdict == "worse"


def test_one_percent_of_difference_is_none():
    chance = np.random.default_rng(2)
    rows = [("a", s, k, f) for k in range(20) for s, f in (("greedy", 1 + chance.normal(0, 0.01)), ("cosine", 1.0))]
    (found,) = compared(rows)
    assert found.verdict == "same"


def test_few_and_scattered_seeds_say_nothing():
    rows = [("a", s, k, f) for k, g in enumerate((0.5, 2.0, 0.7)) for s, f in (("greedy", g), ("cosine", 1.0))]
    (found,) = compared(rows)
    assert found.verdict == "unclear"


def test_a_diverged_run_loses_its_rank_is_counted_and_is_in_no_mean():
    rows = [("a", s, k, f) for k in range(8) for s, f in (("greedy", 9.0 if k == 0 else 0.9), ("cosine", 1.0))]
    told = losses(table(rows), "final")
    assert sum(np.isinf(series.losses).sum() for (_, s), series in told.items() if s == "greedy") == 1
    (found,) = compared(rows)
    assert found.lost == (1, 0)
    assert found.ratio.value == pytest.approx(math.log(0.9))


def test_runs_end_diverged_above_twice_their_first_loss_or_at_no_number():
    assert diverged([1.0, 1.0, 1.0], [math.nan, 2.1, 1.9]).tolist() == [True, True, False]


def test_seeds_are_paired_whatever_the_order_of_the_rows():
    rows = [("a", "greedy", k, 1.0 + k / 9) for k in range(5)] + [
        ("a", "cosine", k, 2.0 + 2 * k / 9) for k in reversed(range(5))
    ]
    (found,) = pairs(table(rows), ["greedy"], ["cosine"])
    assert (found.losses[0] / found.losses[1]) == pytest.approx(0.5)


def test_a_series_is_in_the_order_of_its_seeds():
    rows = [("a", "greedy", k, 1.0 + k / 9) for k in (3, 1, 2)]
    (series,) = losses(table(rows), "final").values()
    assert series.seeds.tolist() == [1, 2, 3]
    assert np.all(np.diff(series.losses) > 0)


def test_an_interval_beyond_none_decides_nothing_where_the_rank_test_does_not():
    rows = [("a", s, k, f) for k, g in enumerate((0.88, 0.9, 0.91)) for s, f in (("greedy", g), ("cosine", 1.0))]
    (found,) = compared(rows)
    assert found.ratio.high < 0
    assert found.p == 0.25
    assert found.verdict == "unclear"
    (other,) = compared(rows, "cosine", "greedy")
    assert (other.ratio.low > 0, other.verdict) == (True, "unclear")


def test_seeds_that_only_one_of_them_has_are_left_out():
    rows = [("a", "greedy", k, 1.0) for k in (1, 2, 3)] + [("a", "cosine", k, 2.0) for k in (2, 3, 4)]
    (found,) = pairs(table(rows), ["greedy"], ["cosine"])
    assert len(found.losses[0]) == 2


def test_over_problems_each_counts_once():
    rows = [(p, s, k, f) for p, g, n in (("a", 0.5, 40), ("b", 2.0, 2)) for k in range(n)
            for s, f in (("greedy", g), ("cosine", 1.0))]  # fmt: skip
    (found,) = overall(pairs(table(rows), ["greedy"], ["cosine"]))
    assert found.problems == 2
    assert found.runs == 42
    assert found.better.value == 0.5
    assert found.ratio.value == pytest.approx(0)


def test_settings_of_a_problem_are_one_problem_and_groups_are_apart():
    losses_of = {("adam", "greedy"): 0.5, ("sgd", "greedy"): 2.0}
    rows = [
        (p, s, k, losses_of.get((optimizer, s), 1.0), kind, optimizer)
        for p, k, kind, optimizer, s in product(
            "abc", range(3), ("none", "gaussian"), ("adam", "sgd"), ("greedy", "cosine")
        )
    ]
    found = pairs(table(rows), ["greedy"], ["cosine"])
    (together,) = overall(found, ())
    assert (together.problems, together.runs, together.ratio.value) == (3, 36, pytest.approx(0, abs=1e-12))
    apart = {o.group: o.ratio.value for o in overall(found, ("optimizer",))}
    assert apart == {("adam",): pytest.approx(math.log(0.5)), ("sgd",): pytest.approx(math.log(2))}
    assert {o.group for o in overall(found)} == {("none",), ("gaussian",)}


def test_a_problem_where_every_run_diverged_is_lost_and_in_no_mean():
    rows = [(p, s, k, 99.0 if (p, s) == ("a", "greedy") else 1.0 if s == "cosine" else 0.5)
            for p in "abcdefgh" for k in range(3) for s in ("greedy", "cosine")]  # fmt: skip
    (found,) = overall(pairs(table(rows), ["greedy"], ["cosine"]))
    assert found.lost == (3, 0)
    assert found.better.value == 7 / 8
    assert found.ratio.value == pytest.approx(math.log(0.5))
    without = [row for row in rows if row[0] != "a"]
    (clean,) = overall(pairs(table(without), ["greedy"], ["cosine"]))
    assert clean.p < found.p


def test_losses_below_the_floor_are_the_floor():
    rows = [("a", s, k, f) for k in range(3) for s, f in (("greedy", 1e-30), ("cosine", 1e-14))]
    (found,) = pairs(table(rows), ["greedy"], ["cosine"])
    assert found.losses[0].tolist() == found.losses[1].tolist() == [SOLVED] * 3


def test_every_comparison_of_the_table_is_counted_in_the_correction():
    chance = np.random.default_rng(3)
    rows = [(p, s, k, float(chance.uniform(0.5, 2))) for p in "abcdef" for k in range(9) for s in ("greedy", "cosine")]
    found = pairs(table(rows), ["greedy"], ["cosine"])
    assert [c.p for c in comparisons(found)] == holm([signed_rank(*pair.losses) for pair in found])
    kinds = [("none", "gaussian")[k % 2] for k in range(len(rows))]
    mixed = pairs(table([(*row, kind) for row in rows for kind in set(kinds)]), ["greedy"], ["cosine"])
    alone = overall([pair for pair in mixed if pair.setting.kind == "none"])[0].p
    assert {o.p for o in overall(mixed)} == {min(1.0, 2 * alone)}


def test_spreads_are_by_group_and_schedule_and_count_what_diverged():
    rows = [("a", "greedy", k, 0.5, "gaussian") for k in range(4)] + [("a", "greedy", 9, 100.0, "gaussian")]
    (found,) = spreads(table(rows), "ratio", "kind")
    assert (found.group, found.runs, found.lost.value) == ("gaussian", 5, 0.2)
    assert found.quantiles[1] == found.middle.value == found.best == 8.0
    (pooled,) = spreads(joined([table(rows), table([("b", "greedy", 1, 2.0)])]), "final")
    assert (pooled.runs, pooled.best) == (6, 2.0)


def test_log_ratios_need_two_pairs_for_an_interval_and_leave_out_what_is_no_number():
    assert math.isnan(log_ratio(np.array([math.nan]), np.array([1.0]), seed=1).value)
    one = log_ratio(np.array([2.0, math.inf]), np.array([1.0, 1.0]), seed=1)
    assert one.value == pytest.approx(math.log(2))
    assert one.low == -math.inf


@pytest.mark.parametrize("count", [5, 9, 30])
@pytest.mark.parametrize("places", [9, 0])
def test_signed_ranks_are_scipys_on_the_logarithms_with_ties_and_without(count, places):
    for seed in range(3):
        x = np.round(np.random.default_rng(seed).normal(0.9, 3, count), places)
        x = x[x != 0]
        ratios = np.exp2(x)  # exactly symmetric where x is whole: ties stay ties
        found = signed_rank(ratios, np.ones(len(x)))
        assert found == pytest.approx(stats.wilcoxon(np.log(ratios)).pvalue, rel=1e-12)


def test_signed_ranks_treat_divergence_as_the_greatest_loss():
    finite = np.array([1.0, 1.0, 1.0, 1.0, 1.0, 1e12])
    other = np.array([1.1, 1.2, 1.3, 1.4, 1.5, 1.0])
    lost = np.where(finite > 1e6, math.inf, finite)
    assert signed_rank(lost, other) == signed_rank(finite, other) != signed_rank(finite[:-1], other[:-1])
    assert signed_rank(other, lost) == signed_rank(lost, other)
    assert signed_rank(lost, lost) == 1.0
