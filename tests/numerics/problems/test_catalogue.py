"""Problems by name."""

import numpy as np
import pytest

from numerics.problems.catalogue import ALONE, DATA, ON_DATA, build, names


def test_every_pair_of_problem_and_data_has_a_line_that_tells_it_apart():
    assert len(names()) == len(ON_DATA) * len(DATA) + len(ALONE)
    assert len(set(names().values())) == len(names())


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ({"problem": "logistik"}, r"unknown problem 'logistik': did you mean 'logistic'\? There are least-squares, .*"),
        ({"problem": "svm"}, r"unknown problem 'svm': There are least-squares, .*"),
        ({"problem": "ridge", "data": "whine"}, r"unknown data 'whine': did you mean 'wine'\? There are generated, .*"),
        ({"problem": "ridge", "data": "wine", "noise": 0.1}, "noise must be left out for the data 'wine', got 0.1: .*"),
        ({"problem": "ridge", "data": "interpolating", "noise": 0.0}, "noise must be left out .* 'interpolating', .*"),
        (
            {"problem": "least-squares", "ridge": 0.5},
            "ridge must be left out for 'least-squares', got 0.5: .* 'ridge'.*",
        ),
        ({"problem": "ridge", "ridge": -1.0}, "ridge must be finite and at least 0, got -1.0: .*"),
        (
            {"problem": "two-samples", "data": "wine"},
            "'two-samples' takes data 'generated' and no ridge, got .*'wine'.*",
        ),
        (
            {"problem": "quadratic", "ridge": 0.5},
            "'quadratic' takes data 'generated' and no ridge, got .* 0.5: leave .*",
        ),
        ({"problem": "two-samples", "noise": 0.5}, "noise must be left out for 'two-samples', got 0.5: .*"),
        ({"problem": "worst-case-huber", "noise": 0.5}, "noise must be left out for 'worst-case-huber', got 0.5: .*"),
        ({"problem": "ridge", "noise": -0.5}, "noise must be at least 0, got -0.5: it is a standard deviation."),
        ({"problem": "logistic", "noise": 0.7}, r"noise must lie in \[0, 1/2\], got 0.7: .*"),
        ({"problem": "ridge", "seed": -1}, r"a seed must lie in \[0, 2\^64\), got -1: .*"),
    ],
)
def test_what_cannot_be_built_gets_a_line_that_names_the_value_and_the_remedy(arguments, line):
    with pytest.raises(ValueError, match=f"^{line}$"):
        build(**arguments)


@pytest.mark.parametrize("problem", ["ridge", "logistic", "quadratic"])
def test_the_seed_decides_generated_problems(problem):
    one, same, other = (build(problem, seed=s) for s in (1, 1, 2))
    assert np.array_equal(one.rows, same.rows)
    assert np.array_equal(one.targets, same.targets)
    assert np.array_equal(one.optimum.point, same.optimum.point)
    assert not np.array_equal(one.rows, other.rows)


def test_real_data_do_not_depend_on_the_seed():
    assert np.array_equal(build("ridge", "wine", seed=1).rows, build("ridge", "wine", seed=2).rows)


@pytest.mark.parametrize(("problem", "ridge"), [("ridge", 1 / 178), ("logistic", 1 / 178), ("least-squares", 0.0)])
def test_the_ridge_is_one_by_the_number_of_samples_unless_given(problem, ridge):
    assert build(problem, "wine").ridge == ridge


@pytest.mark.parametrize("problem", ["least-squares", "huber", "hinge"])
def test_interpolating_problems_are_minimised_by_all_samples_at_once(problem):
    built = build(problem, "interpolating")
    assert (built.optimum.sigma2.low, built.optimum.sigma2.high, built.optimum.value.high) == (0.0, 0.0, 0.0)


def test_noise_and_ridge_arrive():
    assert build("logistic", noise=0.0, ridge=0.25).ridge == 0.25
    assert build("least-squares", noise=0.0).optimum.sigma2.high == 0.0 < build("least-squares").optimum.sigma2.low
    assert build("quadratic", noise=0.0).optimum.sigma2.high == 0.0


def test_a_problem_describes_itself_in_a_manifest():
    assert build("ridge", "wine").describe() == {
        "name": "ridge on wine",
        "link": "squares",
        "n": 178,
        "d": 14,
        "ridge": 1 / 178,
        "gap_bound": build("ridge", "wine").optimum.gap,
    }
