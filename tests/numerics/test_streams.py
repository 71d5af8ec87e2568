"""Streams of samples: told by their seed alone, uniform, and the same for ever."""

import numpy as np
import pytest
from scipy import stats

from numerics.streams import draws


def test_the_first_draws_of_a_seed_never_change():
    assert draws(20251214, samples=1000, steps=3, batch=2).tolist() == [[546, 112], [865, 661], [66, 3]]


def test_a_shorter_run_draws_the_beginning_of_a_longer_one():
    assert np.array_equal(draws(7, samples=9, steps=5, batch=3), draws(7, samples=9, steps=50, batch=3)[:5])


def test_indices_are_uniform_and_seeds_independent():
    counts = np.bincount(draws(1, samples=10, steps=100_000, batch=1).ravel(), minlength=10)
    assert stats.chisquare(counts).pvalue > 1e-4
    pairs = 10 * draws(1, samples=10, steps=100_000, batch=1) + draws(2, samples=10, steps=100_000, batch=1)
    assert stats.chisquare(np.bincount(pairs.ravel(), minlength=100)).pvalue > 1e-4


@pytest.mark.parametrize(("seed", "samples"), [(-1, 3), (2**64, 3), (0, 0), (0, 2**32)])
def test_impossible_streams_are_refused(seed, samples):
    with pytest.raises(ValueError, match="must"):
        draws(seed, samples=samples, steps=1, batch=1)
