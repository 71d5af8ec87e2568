"""Many runs at once are the runs one by one."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")

import torch

from numerics.robustness import engine
from numerics.robustness.data import raw, split
from numerics.robustness.engine import Cell, problem, simulate
from numerics.robustness.families import FAMILIES, loss
from numerics.robustness.functions import DIMENSION, FUNCTIONS
from numerics.robustness.optimizers import OPTIMIZERS
from numerics.robustness.perturbation import FELT, REPORTED, Perturbation
from numerics.robustness.schedulers import SCHEDULES
from numerics.streams import draws

NONE = Perturbation()
TORCH = {
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "sgd-momentum": lambda p, lr: torch.optim.SGD(p, lr=lr, momentum=0.9),
    "adagrad": torch.optim.Adagrad,
    "adafactor": lambda p, lr: torch.optim.Adafactor(p, lr=lr),
}


def plain_loop(name, optimizer, cell, steps):
    """A user's loop: a module, an optimizer and a schedule of torch's kind, one run."""
    torch.manual_seed(0)
    family, data = FAMILIES[name], split(FAMILIES[name].data, cell.seed)
    model = family.make()
    flat, at = problem(name).initial(cell.seed), 0
    for p in model.parameters():
        p.data = flat[at : at + p.numel()].reshape(p.shape).clone()
        at += p.numel()
    stepper = TORCH[optimizer](list(model.parameters()), lr=cell.rate)
    schedule = SCHEDULES[cell.schedule](cell.rate, steps)
    rows = draws(cell.seed, samples=len(data.x), steps=steps, batch=engine.BATCH)
    losses = []
    for t in range(steps):
        for group in stepper.param_groups:
            group["lr"] = schedule.rate
        value = loss(model(data.x[rows[t]]), data.y[rows[t]])
        stepper.zero_grad()
        value.backward()
        stepper.step()
        losses.append(value.item())
        schedule.step(losses[-1])
    return np.array(losses)


@pytest.mark.parametrize("optimizer", sorted(OPTIMIZERS))
@pytest.mark.parametrize("name", ["mlp-diabetes", "convnet", "wide-transformer"])
def test_a_run_is_that_of_a_plain_loop(name, optimizer):
    cells = [Cell(s, 1e-3, NONE, seed) for s in ("cosine", "greedy-best-1") for seed in (1, 2)]
    found = simulate(name, optimizer, cells, 12)
    for cell, losses in zip(cells, found.loss, strict=True):
        np.testing.assert_allclose(losses, plain_loop(name, optimizer, cell, 12), rtol=1e-4)


@pytest.mark.parametrize("name", [*FAMILIES, *FUNCTIONS])
def test_a_run_has_the_same_bits_whatever_runs_stand_beside_it(name):
    kinds = [NONE, Perturbation("gaussian", 0.1), Perturbation("kick", 0.1), Perturbation("labels", 1.0)]
    cells = [Cell(s, 0.01, p, seed) for s in ("greedy-previous-1", "cosine") for p in kinds for seed in (1, 2)]
    together = simulate(name, "adam", cells, 8)
    for part in (cells[:1], cells[3:10], cells[::-1]):
        alone = simulate(name, "adam", part, 8)
        for k, cell in enumerate(part):
            place = cells.index(cell)
            assert np.array_equal(alone.loss[k], together.loss[place])
            assert np.array_equal(alone.rate[k], together.rate[place])
            assert alone.held_out[k] == together.held_out[place]


@pytest.mark.parametrize("optimizer", sorted(OPTIMIZERS))
@pytest.mark.parametrize("kind", REPORTED[1:])
def test_noise_in_the_reported_loss_leaves_fixed_schedules_bit_identical(optimizer, kind):
    fixed = [name for name in SCHEDULES if not name.startswith(("greedy", "plateau"))]
    clean = [Cell(name, 0.01, NONE, 1) for name in fixed]
    noisy = [replace(cell, perturbation=Perturbation(kind, 10.0)) for cell in clean]
    one, other = (engine.each("mlp-wine", optimizer, cells, 120) for cells in (clean, noisy))
    assert np.array_equal(one.loss, other.loss)
    assert np.array_equal(one.held_out, other.held_out)


def test_and_it_moves_greedylr():
    cells = [Cell("greedy-previous-1", 0.01, p, 1) for p in (NONE, Perturbation("gaussian", 10.0))]
    found = simulate("mlp-wine", "adam", cells, 60)
    assert not np.array_equal(found.rate[0], found.rate[1])
    assert not np.array_equal(found.loss[0], found.loss[1])


@pytest.mark.parametrize("kind", FELT)
@pytest.mark.parametrize("relative", [False, True])
def test_what_perturbs_the_training_is_felt_by_every_schedule(kind, relative):
    cells = [Cell("constant", 0.01, p, 3) for p in (NONE, Perturbation(kind, 2.0, relative))]
    found = simulate("mlp-wine", "sgd-momentum", cells, 60)
    assert not np.array_equal(found.loss[0], found.loss[1])
    assert found.loss[0, 0] == found.loss[1, 0] or kind in ("noisy-gradients", "labels")


def test_a_kick_comes_half_way():
    cells = [Cell("constant", 0.01, p, 3) for p in (NONE, Perturbation("kick", 2.0))]
    clean, kicked = simulate("quadratic-1", "sgd-momentum", cells, 40).loss
    assert np.array_equal(clean[:20], kicked[:20])
    assert kicked[20] > clean[20] + 1


def test_runs_of_one_seed_begin_at_one_point_and_see_the_same_rows():
    cells = [Cell(s, 0.01, NONE, seed) for s in ("cosine", "greedy-test") for seed in (1, 2)]
    first = simulate("attention", "adam", cells, 2).loss[:, 0]
    assert first[0] == first[2]
    assert first[1] == first[3]
    assert first[0] != first[1]


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_functions_have_the_minimum_0_where_it_should_be(name):
    at = torch.ones(DIMENSION, dtype=torch.float64) * (0.0 if name in ("rastrigin", "ackley") else 1.0)
    f = FUNCTIONS[name].f
    assert float(f(at)) == pytest.approx(0, abs=1e-12)
    chance = torch.Generator().manual_seed(1)
    for _ in range(50):
        assert float(f(at + torch.randn(DIMENSION, generator=chance, dtype=torch.float64))) > 0


def test_a_split_holds_out_a_fifth_and_learns_its_scale_from_the_rest():
    for name in ("wine", "digits", "digit-tokens", "diabetes", "breast-cancer"):
        found, count = split(name, 1), len(raw(name)[0])
        assert len(found.held_x) == int(0.2 * count)
        assert len(found.x) + len(found.held_x) == count
        if found.x.dtype == torch.float32:
            assert float(found.x.mean(dim=0).abs().max()) < 1e-5
    assert not torch.equal(split("wine", 1).x, split("wine", 2).x)
    assert int(split("digit-tokens", 1).x.max()) == 16


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: problem("cnn"), "problem must be one of mlp-wine"),
        (lambda: raw("iris"), "data must be one of"),
        (lambda: Perturbation("fog"), "a perturbation must be one of"),
        (lambda: Perturbation("gaussian", -1.0), "strength must be a finite number, at least 0, got -1.0"),
        (lambda: Perturbation("gaussian", float("nan")), "strength must be a finite number"),
    ],
)
def test_what_means_nothing_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_what_is_computed_once_is_what_would_be_computed_again(monkeypatch):
    noises = (NONE, *(Perturbation(kind, 1.0) for kind in (*REPORTED[1:], *FELT)))
    cells = [Cell(s, 0.01, p, seed) for s in ("cosine", "plateau", "greedy-best-1") for p in noises for seed in (1, 2)]
    every, counted = engine.each("mlp-wine", "adam", cells, 30), []

    def watched(name, optimizer, distinct, steps):
        counted.append(len(distinct))
        return every_cell(name, optimizer, distinct, steps)

    every_cell = engine.each
    monkeypatch.setattr(engine, "each", watched)
    found = simulate("mlp-wine", "adam", cells, 30)
    assert counted == [2 * (2 * len(noises) + 1 + len(FELT))]
    for name in ("loss", "rate", "train", "held_out"):
        assert np.array_equal(getattr(found, name), getattr(every, name))
