"""Data: generated from a seed, exactly fitted where they say so, and real."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.problems.data import classification, regression
from numerics.problems.randomness import dyadic, gaussians, shuffled, uniforms
from numerics.problems.real_data import real_data
from numerics.problems.terms import terms

UNIFORMS = [645543473, 8450735849, 8138220403]
GAUSSIANS = [-1508339, 2243240, 1698983]
SHUFFLED = [0, 3, 2, 5, 1, 4]

seeds = st.integers(0, 2**64 - 1)


def images(data):
    """<a_i, fit> without rounding."""
    return [
        sum(Fraction(a) * Fraction(w) for a, w in zip(row, data.fit.tolist(), strict=True))
        for row in data.rows.tolist()
    ]


@settings(max_examples=25)
@given(seeds, st.integers(1, 20), st.integers(1, 20), st.sampled_from((1.0, 100.0)))
def test_without_noise_a_regression_is_fitted_exactly(seed, n, d, condition):
    data = regression(samples=n, dimension=d, noise=0.0, seed=seed, condition=condition)
    assert images(data) == list(map(Fraction, data.targets.tolist()))


@settings(max_examples=25)
@given(seeds, st.integers(1, 20), st.integers(1, 10))
def test_without_noise_two_classes_are_separated_by_margins_of_at_least_one(seed, n, d):
    data = classification(samples=n, dimension=d, noise=0.0, seed=seed)
    assert all(Fraction(b) * z >= 1 for b, z in zip(data.targets.tolist(), images(data), strict=True))


def test_noisy_data_are_not_called_fitted():
    assert regression(samples=50, dimension=2, noise=0.1, seed=0).fit is None
    assert classification(samples=50, dimension=2, noise=0.1, seed=0).fit is None


def test_the_share_of_flipped_labels_is_the_noise():
    """20,000 labels: the share lies within 4 standard deviations, 0.0085."""
    clean, noisy = (classification(samples=20_000, dimension=2, noise=p, seed=3) for p in (0.0, 0.1))
    assert np.array_equal(clean.rows, noisy.rows)
    assert np.mean(clean.targets != noisy.targets) == pytest.approx(0.1, abs=0.0085)


def test_the_noise_of_a_regression_is_its_standard_deviation():
    clean, noisy = (regression(samples=20_000, dimension=2, noise=p, seed=3) for p in (0.0, 0.5))
    assert np.std(noisy.targets - clean.targets) == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(2 * 20_000))


def test_the_variances_of_the_columns_fall_to_one_by_the_condition():
    rows = regression(samples=20_000, dimension=3, noise=0.0, seed=5, condition=100.0).rows
    assert rows.var(axis=0) == pytest.approx([1, 0.1, 0.01], rel=4 * np.sqrt(2 / 20_000))


@pytest.mark.parametrize("make", [regression, classification])
@pytest.mark.parametrize(
    ("wrong", "line"),
    [
        ({"samples": 0}, "samples and dimension must be at least 1, got 0 and 2."),
        ({"dimension": 0}, "samples and dimension must be at least 1, got 5 and 0."),
        ({"condition": 0.5}, "condition must be at least 1, got 0.5: variances fall from 1 to 1/condition."),
        ({"noise": float("nan")}, r"noise must .*, got nan: it is .*"),
    ],
)
def test_what_cannot_be_generated_is_refused(make, wrong, line):
    with pytest.raises(ValueError, match=line):
        make(**{"samples": 5, "dimension": 2, "noise": 0.0, "seed": 0} | wrong)


@pytest.mark.parametrize(
    ("name", "shape", "positive"),
    [
        ("breast-cancer", (569, 31), 357),
        ("diabetes", (442, 11), 221),
        ("digits", (1797, 62), 891),
        ("wine", (178, 14), 59),
    ],
)
def test_real_data_are_the_known_ones_standardised(name, shape, positive):
    data = real_data(name, classes=True)
    assert data.rows.shape == shape
    assert np.sum(data.targets == 1) == positive
    assert np.sum(data.targets == -1) == shape[0] - positive
    assert np.all(data.rows[:, -1] == 1)
    assert data.rows[:, :-1].mean(axis=0) == pytest.approx(np.zeros(shape[1] - 1), abs=1e-12)
    assert data.rows[:, :-1].std(axis=0) == pytest.approx(np.ones(shape[1] - 1), rel=1e-12)


def test_the_progression_of_diabetes_is_standardised():
    targets = real_data("diabetes", classes=False).targets
    assert targets.mean() == pytest.approx(0, abs=1e-12)
    assert targets.std() == pytest.approx(1, rel=1e-12)
    assert len(set(targets.tolist())) > 100


@given(seeds, st.integers(1, 30))
def test_uniforms_are_odd_multiples_of_2_to_the_minus_33_and_the_same_however_many_are_drawn(seed, n):
    drawn = uniforms(n, seed=seed)
    assert all(int(v * 2**33) % 2 == 1 and v * 2**33 == int(v * 2**33) and 0 < v < 1 for v in drawn.tolist())
    assert np.array_equal(drawn, uniforms(n + 7, seed=seed)[:n])


def test_the_random_numbers_are_those_of_every_machine():
    assert (uniforms(3, seed=1) * 2**33).astype(int).tolist() == UNIFORMS
    assert (gaussians((3,), seed=1) * 2**20).astype(int).tolist() == GAUSSIANS
    assert shuffled(6, seed=1).tolist() == SHUFFLED


def test_parts_and_seeds_are_different_streams():
    streams = [uniforms(100, seed=s, part=p) for s in (0, 1, 2**63) for p in (0, 1)]
    assert len({v for s in streams for v in s.tolist()}) == 600


def test_gaussians_have_the_moments_of_a_normal_distribution():
    """100,000 of them: four standard deviations of each moment."""
    drawn = gaussians((1000, 100), seed=9).ravel()
    for power, moment, variance in ((1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96)):
        assert np.mean(drawn**power) == pytest.approx(moment, abs=4 * np.sqrt(variance / 100_000))


@given(st.integers(0, 1000), seeds)
def test_a_shuffle_is_a_permutation(n, seed):
    assert sorted(shuffled(n, seed=seed).tolist()) == list(range(n))


@given(st.floats(-100, 100))
def test_a_dyadic_number_is_the_nearest(v):
    near = float(dyadic(np.array(v)))
    assert near * 2**20 == int(near * 2**20)
    assert abs(Fraction(near) - Fraction(v)) <= Fraction(1, 2**21)


@pytest.mark.parametrize(
    ("link", "rows", "targets", "options", "line"),
    [
        (
            "squares",
            [1.0, 2.0],
            [1.0, 2.0],
            {},
            r"rows must have shape \(n, d\) with n, d >= 1, got \(2,\): one row .*",
        ),
        ("squares", [[]], [1.0], {}, r"rows must have shape .*, got \(1, 0\): .*"),
        ("squares", [[1.0]], [1.0, 2.0], {}, r"targets must have shape \(1,\), got \(2,\): one number per row."),
        ("squares", [[1.0]], [1.0], {"offsets": [1.0, 2.0]}, r"offsets must have shape \(1,\), got \(2,\): .*"),
        ("squares", [[np.nan]], [1.0], {}, "rows must be finite, got nan: drop or impute such entries first."),
        ("squares", [[1.0]], [np.inf], {}, "targets must be finite, got inf: .*"),
        ("squares", [[1.0]], [1.0], {"offsets": [-np.inf]}, "offsets must be finite, got -inf: .*"),
        ("squares", [[1.0]], [1.0], {"ridge": -0.5}, "ridge must be finite and at least 0, got -0.5: .*"),
        ("squares", [[1.0]], [1.0], {"ridge": np.inf}, "ridge must be finite and at least 0, got inf: .*"),
        ("huber", [[1.0]], [1.0], {"scale": 0.0}, "scale must be finite and positive, got 0.0: .*"),
        ("hinge", [[1.0]], [1.0], {"scale": np.nan}, "scale must be finite and positive, got nan: .*"),
        (
            "logistic",
            [[1.0], [1.0]],
            [1.0, 0.0],
            {},
            "labels must be -1 or 1, got 0.0: map two classes to the two signs.",
        ),
        ("hinge", [[1.0]], [2.0], {}, "labels must be -1 or 1, got 2.0: .*"),
    ],
)
def test_data_that_define_no_convex_finite_sum_are_refused(link, rows, targets, options, line):
    with pytest.raises(ValueError, match=f"^{line}$"):
        terms(link, rows, targets, **options)


def test_the_data_of_a_problem_are_copies():
    rows = np.ones((2, 1))
    kept = terms("squares", rows, [1.0, 2.0])
    rows[0, 0] = 5.0
    assert kept.rows[0, 0] == 1.0
