"""The constructed problems, whose every number is known beforehand."""

from fractions import Fraction

import exact_problems as exact
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numerics.problems.huber import worst_case_huber
from numerics.problems.spectrum import prescribed_spectrum
from numerics.problems.two_samples import two_samples


def descent(problem, rate, steps):
    """f - f* before and after each step of gradient descent in Fractions; the minimiser is 0, with f* = 0."""
    x, gaps = exact.vector(problem, problem.start.tolist()), []
    for t in range(steps + 1):
        loss, gradient = exact.mean(problem, x)
        gaps.append(loss)
        x = [v - rate * g for v, g in zip(x, gradient, strict=True)] if t < steps else x
    return gaps


@given(
    st.sampled_from((0.25, 1.0, 4.0)), st.integers(1, 20), st.sampled_from((0.5, 1.0)), st.sampled_from((0.5, 1.0, 3.0))
)
def test_gradient_descent_attains_the_worst_last_gap(L, steps, share, distance):
    """Up to the rounding of the width delta to a double."""
    rate = Fraction(share) / Fraction(L)
    problem = worst_case_huber(L, distance=distance, steps=steps, rate=float(rate), measured="last")
    bound = Fraction(L) * Fraction(distance) ** 2 / (2 * (2 * rate * Fraction(L) * steps + 1))
    assert abs(descent(problem, rate, steps)[-1] / bound - 1) <= 2.0**-50


@given(
    st.sampled_from((0.25, 1.0, 4.0)), st.integers(1, 20), st.sampled_from((0.5, 1.0)), st.sampled_from((0.5, 1.0, 3.0))
)
def test_gradient_descent_attains_the_worst_mean_gap(L, steps, share, distance):
    rate = Fraction(share) / Fraction(L)
    problem = worst_case_huber(L, distance=distance, steps=steps, rate=float(rate), measured="mean")
    bound = Fraction(distance) ** 2 / (2 * (rate * (steps - 1) + 1 / Fraction(L)))
    assert abs(sum(descent(problem, rate, steps)[:-1]) / steps / bound - 1) <= 2.0**-50


@pytest.mark.parametrize("measured", ["last", "mean"])
def test_the_worst_width_is_the_worst(measured):
    """A width a tenth smaller or larger leaves a smaller gap; at the rate 1/L larger ones leave the same mean."""
    steps, rate = 7, Fraction(1, 2)
    worst = worst_case_huber(1.0, distance=1.0, steps=steps, rate=0.5, measured=measured)

    def gap(width):
        gaps = descent(type("Varied", (), {**as_dict(worst), "scale": width})(), rate, steps)
        return gaps[-1] if measured == "last" else sum(gaps[:-1])

    assert gap(worst.scale) > max(gap(0.9 * worst.scale), gap(1.1 * worst.scale))


def as_dict(problem):
    return {name: getattr(problem, name) for name in ("link", "rows", "targets", "offsets", "ridge", "start")}


@given(st.sampled_from((0.25, 1.0, 3.0)), st.integers(1, 50))
def test_the_smoothness_of_the_worst_case_is_the_one_asked_for(L, steps):
    problem = worst_case_huber(L, distance=1.0, steps=steps, rate=1 / L)
    assert problem.constants.L.low * (1 - 1e-15) <= L <= problem.constants.L.high * (1 + 1e-15)
    assert problem.constants.L_max == problem.constants.L
    assert problem.constants.L_is_attained
    assert problem.optimum.point.tolist() == [0.0]
    assert (problem.optimum.distance, problem.optimum.gap, problem.optimum.sigma2.high) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("wrong", "line"),
    [
        ({"L": 0.0}, "L must be finite and positive, got 0.0: the run must descend a slope."),
        ({"distance": -1.0}, "distance must be finite and positive, got -1.0: .*"),
        ({"steps": 0}, "steps must be finite and positive, got 0: .*"),
        ({"rate": float("inf")}, "rate must be finite and positive, got inf: .*"),
        ({"measured": "best"}, "measured must be 'last' or 'mean', got 'best': it says which gap is made largest."),
    ],
)
def test_a_worst_case_without_a_slope_is_refused(wrong, line):
    with pytest.raises(ValueError, match=f"^{line}$"):
        worst_case_huber(**{"L": 1.0, "distance": 1.0, "steps": 3, "rate": 1.0} | wrong)


@pytest.mark.parametrize("price", [0.0, 10.0, 1000.0])
def test_the_two_samples_have_the_stated_constants(price):
    problem = two_samples(price)
    for known in (problem.constants.L_max, problem.constants.L, problem.constants.mu, problem.optimum.sigma2):
        assert (known.low, known.high) == (1.0, 1.0)
    assert (problem.optimum.value.low, problem.optimum.value.high) == ((1 + price) / 2, (1 + price) / 2)
    assert problem.optimum.point.tolist() == [0.0]
    assert exact.sample(problem, 0, [Fraction(0)])[0] - exact.sample(problem, 1, [Fraction(0)])[0] == Fraction(price)


@given(
    st.lists(st.sampled_from((1.0, 0.25, 0.0625, 4.0)), min_size=1, max_size=7),
    st.sampled_from((0.0, 0.5, 1.0)),
    st.integers(0, 99),
)
def test_a_quadratic_has_the_spectrum_that_was_asked_for(eigenvalues, noise, seed):
    """Squares of dyadic numbers are met exactly."""
    problem = prescribed_spectrum(eigenvalues, samples=8, noise=noise, seed=seed)
    c, o, total = problem.constants, problem.optimum, sum(eigenvalues)
    assert (c.L_max.low, c.L_max.high) == (total, total)
    assert (c.L.low, c.L.high) == (max(eigenvalues), max(eigenvalues))
    assert (c.mu.low, c.mu.high) == (min(eigenvalues), min(eigenvalues))
    assert (o.value.low, o.value.high, o.sigma2.low, o.sigma2.high) == (noise**2 / 2,) * 2 + (noise**2 * total,) * 2
    x = exact.vector(problem, problem.start.tolist())
    assert (
        exact.mean(problem, x)[0]
        == sum(Fraction(v) * u**2 for v, u in zip(eigenvalues, x, strict=True)) / 2 + Fraction(noise) ** 2 / 2
    )


@pytest.mark.parametrize(
    ("eigenvalues", "samples", "noise", "line"),
    [
        ([], 8, 0.0, "eigenvalues must be positive, and at least one, got a least of 0.0."),
        ([1.0, -1.0], 8, 0.0, "eigenvalues must be positive, and at least one, got a least of -1.0."),
        ([1.0, 2.0], 2, 0.0, "samples must be a power of two above 2, the number of eigenvalues, got 2."),
        ([1.0], 6, 0.0, "samples must be a power of two above 1, the number of eigenvalues, got 6."),
        ([1.0], 8, -1.0, "noise must be at least 0, got -1.0: it is the size of every target."),
        ([1.0], 8, np.nan, "noise must be at least 0, got nan: it is the size of every target."),
    ],
)
def test_a_spectrum_that_no_quadratic_has_is_refused(eigenvalues, samples, noise, line):
    with pytest.raises(ValueError, match=f"^{line}$"):
        prescribed_spectrum(eigenvalues, samples=samples, noise=noise, seed=0)
