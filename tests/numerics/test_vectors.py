"""Inner products and updates: in the order that is written down, to the last bit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numerics.compiled import compiled
from numerics.vectors import WIDTH, aligned, clear, dot, padded, slow_dot, step, subtract

NUMBERS = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40)


@compiled
def call_dot(a, x, n):
    return dot(a, 0, x, n, n)


@compiled
def call_subtract(c, s, a, x, n):
    subtract(c, s, a, 0, x, n, n)


@compiled
def call_step(c, s, a, x, sums, n):
    step(c, s, a, 0, x, n, sums, n)


@compiled
def call_clear(x, n):
    clear(x, n)


def vectors(numbers, seed):
    a = padded(np.array([numbers]))
    x = aligned(2, a.shape[1])
    x[:, : len(numbers)] = np.random.default_rng(seed).normal(size=(2, len(numbers)))
    return a, x


@given(NUMBERS, st.integers(0, 99))
def test_the_compiled_inner_product_adds_in_the_order_of_its_slow_twin(numbers, seed):
    a, x = vectors(numbers, seed)
    assert call_dot(a.ctypes.data, x.ctypes.data, a.shape[1]) == slow_dot(a[0], x[1])


@given(NUMBERS, st.integers(0, 99), st.floats(-3, 3), st.floats(-3, 3))
def test_the_compiled_update_rounds_every_product(numbers, seed, c, s):
    a, x = vectors(numbers, seed)
    first, expected = x[0].copy(), x[1] - c * (s * a[0])
    call_subtract(c, s, a.ctypes.data, x.ctypes.data, a.shape[1])
    assert np.array_equal(x[1], expected)
    assert np.array_equal(x[0], first), "only the second row is meant"


@given(NUMBERS, st.integers(0, 99), st.floats(-3, 3), st.floats(-3, 3))
def test_a_step_is_a_sum_and_an_update(numbers, seed, c, s):
    a, x = vectors(numbers, seed)
    sums, expected = np.ones_like(x), x[1] - c * (s * a[0])
    before = x.copy()
    call_step(c, s, a.ctypes.data, x.ctypes.data, sums.ctypes.data, a.shape[1])
    assert np.array_equal(x, [before[0], expected])
    assert np.array_equal(sums, [np.ones_like(x[0]), 1 + before[1]])


def test_another_order_of_additions_gives_other_bits():
    rng = np.random.default_rng(2)
    a, x = padded(rng.normal(size=(1, 100))), padded(rng.normal(size=(1, 100)))
    plain = 0.0
    for u, v in zip(a[0].tolist(), x[0].tolist(), strict=True):
        plain += u * v
    assert plain != slow_dot(a[0], x[0]) == pytest.approx(plain)


def test_clearing_stops_at_the_end():
    x = aligned(1, 2 * WIDTH)
    x += 1
    call_clear(x.ctypes.data, WIDTH)
    assert x[0].tolist() == [0] * WIDTH + [1] * WIDTH


@given(st.integers(1, 5), st.integers(1, 40))
def test_padding_keeps_the_rows_and_starts_at_a_cache_line(n, d):
    rows = np.arange(float(n * d)).reshape(n, d)
    out = padded(rows)
    assert np.array_equal(out[:, :d], rows)
    assert not out[:, d:].any()
    assert out.shape[1] % WIDTH == out.ctypes.data % 64 == 0
