"""Lanczos' ends are those of explicit Hessians, nothing but the loss is touched, and every misuse is told."""

import math
import re
import subprocess
import sys
from itertools import count

import numpy as np
import pytest

from numerics.curvature import along_trajectory, curvature

EXACT = {"tolerance": 1e-9, "seed": 7}


@pytest.fixture(scope="module")
def torch():
    """Torch is optional; what needs none of it is tested without."""
    return pytest.importorskip("torch")


@pytest.fixture
def quadratic(torch):
    """<x, Ax>/2 with a given spectrum in a random basis."""

    def make(*spectrum, seed=0, dtype=None):
        basis = np.linalg.qr(np.random.default_rng(seed).normal(size=(len(spectrum),) * 2))[0]
        A = torch.tensor(basis @ np.diag(spectrum) @ basis.T, dtype=dtype or torch.float64)
        x = torch.ones(len(spectrum), dtype=A.dtype, requires_grad=True)
        return [x], lambda: 0.5 * x @ A @ x

    return make


@pytest.fixture
def network(torch):
    """A tanh network with its loss, and its Hessian entry by entry."""
    generator = torch.Generator().manual_seed(3)

    def normal(*shape):
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    X, y, weights = normal(20, 3), normal(20), [normal(3, 4), normal(4), normal(4)]

    def f(A, b, c):
        return (((X @ A + b).tanh() @ c - y) ** 2).mean()

    flat = torch.cat([w.reshape(-1) for w in weights])
    H = torch.autograd.functional.hessian(lambda v: f(v[:12].view(3, 4), v[12:16], v[16:]), flat)
    for w in weights:
        w.requires_grad_()
    return weights, lambda: f(*weights), H


def test_both_ends_of_a_known_spectrum_are_found(quadratic):
    found = curvature(*quadratic(*range(-30, 0), *range(1, 41), 50), iterations=71, **EXACT)
    assert (found.largest, found.most_negative) == (pytest.approx(50, abs=1e-6), pytest.approx(-30, abs=1e-3))
    assert found.residual < 1e-9 * 50
    assert found.products == found.iterations + 2 < 73
    assert (found.converged, found.tolerance, found.seed) == (True, 1e-9, 7)


def test_the_end_that_is_larger_in_absolute_value_is_found_as_exactly(quadratic):
    found = curvature(*quadratic(*range(-50, 0), 40), iterations=51, **EXACT)
    assert (found.largest, found.most_negative) == (pytest.approx(40, abs=1e-6), pytest.approx(-50, abs=1e-6))
    assert (found.converged, found.residual_negative < 1e-9 * 50) == (True, True)


def test_logistic_regression_has_the_curvature_of_its_explicit_hessian(torch):
    rng = np.random.default_rng(1)
    X, y, x = rng.normal(size=(50, 6)), rng.choice([-1.0, 1.0], 50), rng.normal(size=6)
    weights, rows, labels = torch.tensor(x, requires_grad=True), torch.tensor(X), torch.tensor(y)
    found = curvature([weights], lambda: torch.nn.functional.softplus(-labels * (rows @ weights)).mean(), **EXACT)
    share = 1 / (1 + np.exp(-X @ x))
    spectrum = np.linalg.eigvalsh(X.T * (share * (1 - share)) @ X / 50)
    assert (found.largest, found.most_negative) == (pytest.approx(spectrum[-1]), pytest.approx(spectrum[0]))


def test_a_network_has_the_curvature_of_its_explicit_hessian(network):
    weights, loss, H = network
    spectrum, found = np.linalg.eigvalsh(H.numpy()), curvature(weights, loss, **EXACT)
    assert spectrum[0] < 0
    assert (found.largest, found.most_negative) == (pytest.approx(spectrum[-1]), pytest.approx(spectrum[0]))


def test_power_iteration_agrees(torch, network):
    """The slow twin: v <- (H + c) v / |(H + c) v| with c = ±|H| ends at the one end or the other."""
    weights, loss, H = network
    found, norm = curvature(weights, loss, **EXACT), H.norm()
    for theta, shift in ((found.largest, norm), (found.most_negative, -norm)):
        v = torch.ones(len(H), dtype=torch.float64)
        for _ in range(20_000):
            v = H @ v + shift * v
            v /= v.norm()
        assert theta == pytest.approx(float(v @ H @ v), rel=1e-6)


def test_largest_is_the_largest_positive_one_also_where_a_negative_one_is_larger_in_absolute_value(quadratic):
    found = curvature(*quadratic(-9, 1, 2, 3), **EXACT)
    assert (found.largest, found.most_negative, found.magnitude) == pytest.approx((3, -9, 9))


def test_a_concave_loss_has_a_negative_largest_eigenvalue(quadratic):
    assert curvature(*quadratic(-5, -2), **EXACT).largest == pytest.approx(-2)


@pytest.mark.parametrize("iterations", [1, 2, 5, 12])
@pytest.mark.parametrize("seed", range(5))
def test_largest_is_a_lower_bound_and_an_eigenvalue_lies_within_the_residual(quadratic, iterations, seed):
    spectrum = np.sort(np.random.default_rng(seed).normal(size=40))
    found = curvature(*quadratic(*spectrum, seed=seed), iterations=iterations, seed=seed, tolerance=1e-9)
    assert spectrum[0] - 1e-12 <= found.most_negative <= found.largest <= spectrum[-1] + 1e-12
    assert np.abs(spectrum - found.largest).min() <= found.residual + 1e-12
    assert np.abs(spectrum - found.most_negative).min() <= found.residual_negative + 1e-12
    assert found.iterations == iterations
    assert not found.converged


def test_one_large_eigenvalue_among_many_equal_ones_is_not_missed(torch):
    """After one product the residual is below the tolerance, and theta is 1."""
    scale = torch.ones(10_000, dtype=torch.float64)
    scale[17] = 1.05
    x = torch.zeros(10_000, dtype=torch.float64, requires_grad=True)
    early = curvature([x], lambda: 0.5 * scale @ x**2, iterations=1, seed=1)
    assert early.converged
    assert early.largest < 1.001
    assert curvature([x], lambda: 0.5 * scale @ x**2, seed=1).largest == pytest.approx(1.05)


@pytest.mark.parametrize(("name", "error"), [("float32", 1e-5), ("bfloat16", 0.05)])
def test_narrow_numbers_are_as_exact_as_they_can_be(torch, quadratic, name, error):
    assert curvature(*quadratic(1, 2, 3, dtype=getattr(torch, name)), seed=1).largest == pytest.approx(3, rel=error)


def test_dtypes_may_differ_and_frozen_unused_or_repeated_parameters_add_nothing(torch):
    x, y = torch.ones(2, requires_grad=True), torch.ones(3, dtype=torch.float64, requires_grad=True)
    unused, frozen = torch.ones(2, requires_grad=True), torch.ones(2)
    found = curvature([x, y, y, unused, frozen], lambda: (2 * x**2).sum() + 1.5 * (y**2).sum() + frozen @ x, **EXACT)
    assert (found.largest, found.most_negative) == pytest.approx((4, 0), abs=1e-6)


def test_affine_parameters_have_no_curvature_beside_others(torch):
    x, y = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
    assert curvature([y, x], lambda: (x**2).sum() + y.sum(), seed=1).largest == pytest.approx(2)


def test_a_sparse_embedding_has_the_curvature_of_a_dense_one(torch):
    layer, rows = torch.nn.Embedding(10, 3, sparse=True, dtype=torch.float64), torch.tensor([1, 2])
    run = along_trajectory(layer, lambda: (layer(rows) ** 2).sum() + 0, steps=2, every=1, lr=0.1, seed=1)
    assert [p.curvature.largest for p in run.points] == pytest.approx([2, 2, 2])
    assert run.points[1].loss == pytest.approx(0.64 * run.points[0].loss)


def test_a_point_is_one_evaluation_even_within_no_grad(torch, quadratic):
    (x,), loss = quadratic(1, 2, 3)
    calls = count()
    with torch.no_grad():
        curvature([x], lambda: (next(calls), loss())[1], seed=1)
    assert next(calls) == 1
    assert x.grad is None


def test_the_seed_decides_and_the_global_generator_is_left_alone(torch, quadratic):
    problem, before = quadratic(*range(1, 60)), torch.random.get_rng_state()
    first = curvature(*problem, iterations=5, seed=1)
    assert torch.equal(before, torch.random.get_rng_state())
    torch.rand(3)
    assert curvature(*problem, iterations=5, seed=1) == first
    assert curvature(*problem, iterations=5, seed=2) != first


def test_a_trajectory_is_that_of_gradient_descent(torch):
    """On x^4/4 the curvature is 3 x^2, and x moves by -lr x^3."""
    x = torch.tensor([1.0], dtype=torch.float64, requires_grad=True)
    run = along_trajectory([x], lambda: (x**4).sum() / 4, steps=5, every=2, lr=0.1, seed=1)
    path = [1.0]
    for _ in range(5):
        path.append(path[-1] - 0.1 * path[-1] ** 3)
    assert [p.step for p in run.points] == [0, 2, 4, 5]
    assert [p.loss for p in run.points] == pytest.approx([path[k] ** 4 / 4 for k in (0, 2, 4, 5)])
    assert [p.curvature.largest for p in run.points] == pytest.approx([3 * path[k] ** 2 for k in (0, 2, 4, 5)])
    assert run.largest == pytest.approx(3)
    assert (run.lr, run.seed, run.diverged_at) == (0.1, 1, None)


def test_the_path_does_not_depend_on_how_often_it_is_measured(torch):
    """Not by a bit, with a loss of fresh batches, and GELU, whose backward has two versions."""
    layer, steps = torch.nn.Linear(3, 2), {"steps": 6, "lr": 0.1, "seed": 1, "iterations": 3}

    def ends(every):
        generator = torch.Generator().manual_seed(4)
        loss = lambda: torch.nn.functional.gelu(layer(torch.randn(5, 3, generator=generator))).mean()  # noqa: E731
        return along_trajectory(layer, loss, every=every, **steps).points

    assert ends(1)[3::3] == ends(3)[1:]


def test_parameters_are_put_back_bit_for_bit_on_their_memory(torch, network):
    weights, loss, _ = network
    before, memory = [w.detach().clone() for w in weights], [w.data_ptr() for w in weights]
    calls = count()

    def fails():
        if next(calls) == 3:
            assert not torch.equal(weights[0], before[0])
            raise KeyError("data")
        return loss()

    along_trajectory(weights, loss, steps=3, every=3, lr=0.1, seed=1)
    with pytest.raises(KeyError, match="data"):
        along_trajectory(weights, fails, steps=5, every=2, lr=0.1, seed=1)
    assert all(torch.equal(w, b) for w, b in zip(weights, before, strict=True))
    assert [w.data_ptr() for w in weights] == memory
    assert all(w.grad is None and w.requires_grad for w in weights)


def test_divergence_ends_a_trajectory_and_is_said(torch, quadratic):
    (x,), loss = quadratic(1, 4)
    run = along_trajectory([x], loss, steps=10_000, every=1000, lr=1.0, seed=1)
    assert 300 < run.diverged_at < 400  # 9^k passes 2^1024
    assert [p.step for p in run.points] == [0]
    assert torch.equal(x, torch.ones(2, dtype=torch.float64))


def test_a_hessian_that_overflows_before_the_loss_is_divergence(torch):
    x, scale = torch.ones(2, requires_grad=True), iter([1.0, 1e25])
    run = along_trajectory([x], lambda: (next(scale) * x).sin().sum(), steps=1, every=1, lr=0.1, seed=1)
    assert (len(run.points), run.diverged_at) == (1, 1)


def _hiding(torch, backward):
    """The square with another backward."""

    class Square(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x**2

    Square.backward = staticmethod(backward)
    return Square.apply


def _fails(error):
    def backward(ctx, g):
        raise error

    return backward


REFUSED = {
    "a number": (lambda t, x: 1.5, "must be a real scalar tensor, got float 1.5: average it"),
    "a vector": (lambda t, x: x**2, "must be a real scalar tensor, got Tensor"),
    "an integer": (lambda t, x: t.tensor(3), "must be a real scalar tensor, got Tensor tensor(3)"),
    "detached": (lambda t, x: (x**2).sum().detach(), "does not depend on the parameters: no detach()"),
    "of others": (lambda t, x: (t.ones(2, requires_grad=True) ** 2).sum(), "does not depend on the 1 parameters"),
    "NaN": (lambda t, x: (x * math.nan).sum(), "must be finite, got nan: start at another point"),
    "infinite": (lambda t, x: (x * math.inf).sum(), "must be finite, got inf"),
    "kinked": (lambda t, x: t.relu(x).sum() + (x - 3).abs().sum(), "piecewise linear (or affine)"),
    "affine": (lambda t, x: 3 * x.sum() + 1, "largest = 0 is no L: use a smooth loss"),
    "flat": (lambda t, x: ((x - 1) ** 3).sum(), "the Hessian is zero here"),
    "rough": (lambda t, x: ((x - 1).abs() + 0).pow(1.5).sum(), "the Hessian is not finite here"),
    "attention": (
        lambda t, x: t.nn.functional.scaled_dot_product_attention(*[x.view(1, 1, 1, 2).expand(1, 1, 8, 2)] * 3).sum(),
        "no second derivative here (torch: derivative for aten::_scaled",
    ),
    "once": (
        lambda t, x: (_hiding(t, t.autograd.function.once_differentiable(lambda c, g: g))(x) ** 2 + x**2).sum(),
        "a custom backward is marked @once_differentiable: write it with operations that torch can differentiate",
    ),
    "one-way": (
        lambda t, x: _hiding(t, _fails(RuntimeError("no\nway back")))(x).sum(),
        "no first derivative here (torch: no way back): use operations that can be differentiated twice",
    ),
    "hidden": (lambda t, x: _hiding(t, lambda c, g: g.detach())(x).sum(), "a custom backward hides its second"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_loss_without_a_usable_second_derivative_is_refused(torch, name):
    x = torch.ones(2, requires_grad=True)
    loss, why = REFUSED[name]
    with pytest.raises(ValueError, match=re.escape(why)) as refused:
        curvature([x], lambda: loss(torch, x), seed=1)
    assert "\n" not in str(refused.value)
    with pytest.raises(ValueError, match="^at step 0, .*" + re.escape(why)):
        along_trajectory([x], lambda: loss(torch, x), steps=1, every=1, lr=0.1, seed=1)


def test_a_lack_of_memory_is_not_taken_for_a_lack_of_derivatives(torch):
    x = torch.ones(2, requires_grad=True)
    square = _hiding(torch, _fails(torch.OutOfMemoryError("no memory")))
    with pytest.raises(torch.OutOfMemoryError, match="no memory"):
        curvature([x], lambda: square(x).sum(), seed=1)


def test_a_later_step_is_named(torch):
    x, kinds = torch.ones(2, requires_grad=True), iter([torch.exp, torch.exp, torch.relu])
    with pytest.raises(ValueError, match=r"^at step 2, the Hessian is zero here"):
        along_trajectory([x], lambda: next(kinds)(x).sum(), steps=5, every=1, lr=0.1, seed=1)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"iterations": 0}, "iterations must be an integer of at least 1, got 0"),
        ({"iterations": 2.5}, "iterations must be an integer of at least 1, got 2.5"),
        ({"steps": 0}, "steps must be an integer of at least 1, got 0"),
        ({"every": 0}, "every must be an integer of at least 1, got 0: nothing is measured without"),
        ({"seed": -1}, "a seed must be an integer in [0, 2^64), got -1: torch's generators take no other"),
        ({"tolerance": 0.0}, "tolerance must be positive and finite, got 0.0: try 1e-3"),
        ({"lr": math.nan}, "lr must be positive and finite, got nan: try a tenth of 1/L"),
    ],
)
def test_options_out_of_range_are_refused(options, why):
    with pytest.raises(ValueError, match=re.escape(why)):
        along_trajectory([], None, **{"steps": 1, "every": 1, "lr": 0.1, "seed": 1, **options})


def test_without_torch_there_is_one_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ImportError, match=r"^torch cannot be imported \(.*\): pip install torch$"):
        curvature([], None, seed=1)


def test_the_module_is_imported_without_torch():
    code = "import sys, numerics.curvature; print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
