"""The paper's categories, stage by stage."""

import math

import numpy as np

from numerics.robustness.stages import Instances, instances
from numerics.sweeps.tables import arrow


def table(rows):
    """Rows of schedule, seed and the losses at the three stages."""
    full = [
        {"problem": "a", "optimizer": "adam", "steps": 200, "schedule": s, "kind": "none", "strength": 0.0,
         "relative": False, "seed": k, "first": 4.0, "early": a, "middle": b, "final": c}
        for s, k, a, b, c in rows
    ]  # fmt: skip
    return arrow("runs", {name: [row[name] for row in full] for name in full[0]})


def test_differences_are_those_of_the_same_seed_at_the_same_stage():
    found = instances(table([("g", 1, 1.0, 2.0, 3.0), ("c", 1, 1.05, 2.5, 2.5)]), "g", ["c"])
    np.testing.assert_allclose(found.deltas, [[0.05], [0.5], [-0.5]])
    assert found.counts() == (1, 1, 0, 1)
    assert [found.counts(k) for k in range(3)] == [(0, 1, 0, 0), (1, 0, 0, 0), (0, 0, 0, 1)]


def test_a_tenth_is_significant_and_no_difference_is_no_benefit():
    found = Instances(np.array([[0.1, 0.0999, 0.0, -0.0999, -0.1]]), np.array(["a"] * 5))
    assert found.counts() == (1, 1, 2, 1)
    assert found.as_good() == {"a": 0.8}


def test_a_run_that_diverged_is_worse_at_every_stage_and_better_is_who_met_one():
    rows = [("g", 1, 1.0, 1.0, 99.0), ("c", 1, 2.0, 2.0, 2.0), ("d", 1, 2.0, 2.0, math.nan)]
    assert instances(table(rows), "g", ["c"]).counts() == (0, 0, 0, 3)
    assert instances(table(rows), "c", ["d"]).counts() == (3, 0, 0, 0)
    assert instances(table(rows), "g", ["d"]).counts() == (0, 0, 0, 3)


def test_every_problem_has_a_share_of_its_own():
    found = Instances(np.array([[1.0, -1.0, 1.0], [1.0, -1.0, -1.0]]), np.array(["a", "b", "a"]))
    assert found.as_good() == {"a": 0.75, "b": 0.0}
