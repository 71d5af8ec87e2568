"""A user's loss is found, opened and checked; every misuse is told in one line."""

import re
import sys

import pytest

from numerics.curvature import curvature
from numerics.user_loss import load_loss, opened, trainable


@pytest.fixture(scope="module")
def torch():
    """Torch is optional; what needs none of it is tested without."""
    return pytest.importorskip("torch")


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (
            lambda t: t.ones(2, requires_grad=True),
            "must be a list of tensors or an nn.Module, got Tensor tensor([1., 1.]",
        ),
        (lambda t: 3, "must be a list of tensors or an nn.Module, got int 3: make it a list"),
        (lambda t: {"w": t.ones(2)}, "must all be tensors, got str 'w': pass list(model.parameters())"),
        (
            lambda t: t.nn.Linear(2, 2).requires_grad_(False),
            "none of 2 parameters requires grad: call requires_grad_()",
        ),
        (lambda t: [], "none of 0 parameters requires grad"),
        (lambda t: [t.ones(0, requires_grad=True)], "none of 1 parameters requires grad"),
        (lambda t: [2 * t.ones(2, requires_grad=True)], "must be real leaves of the graph, got Tensor tensor([2., 2.]"),
        (lambda t: [t.ones(2, dtype=t.complex64, requires_grad=True)], "must be real leaves of the graph, got Tensor"),
    ],
)
def test_parameters_that_cannot_be_trained_are_refused(torch, make, why):
    with pytest.raises(ValueError, match=re.escape(why)):
        trainable(make(torch))


def test_a_module_gives_its_trainable_parameters(torch):
    layer = torch.nn.Linear(3, 2)
    layer.bias.requires_grad_(False)
    parameters, loss = opened(lambda: (layer, lambda: layer(torch.ones(1, 3)).exp().sum()))
    assert [id(p) for p in parameters] == [id(layer.weight)]
    assert curvature(layer, loss, seed=1) == curvature(parameters, loss, seed=1)


@pytest.mark.parametrize(
    ("function", "why"),
    [
        (lambda: 3, "must return (parameters, loss), got int 3: loss() is a batch's loss"),
        (lambda: (1, 2, 3), "must return (parameters, loss), got tuple (1, 2, 3)"),
        (lambda: ([], 0.5), "must return (parameters, loss), got tuple ([], 0.5)"),
        (lambda size: None, "must take no arguments (missing a required argument: 'size'): give each a default"),
    ],
)
def test_a_function_that_returns_no_pair_is_refused(function, why):
    with pytest.raises(ValueError, match=re.escape(why)):
        opened(function)


@pytest.fixture
def here(tmp_path, monkeypatch):
    (tmp_path / "my_curved_loss.py").write_text("number = 3\ndef problem():\n    return [], print\n")
    (tmp_path / "my_broken_loss.py").write_text("import no_such_library\n")
    (tmp_path / "my_misspelt_loss.py").write_text("def\n")
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    sys.modules.pop("my_curved_loss", None)


def test_a_loss_is_loaded_from_the_current_directory_and_the_path_is_left_alone(here):
    before = list(sys.path)
    assert load_loss("my_curved_loss:problem")() == ([], print)
    assert load_loss("os.path:join").__name__ == "join"
    assert sys.path == before


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("my_curved_loss", "named package.module:function, got 'my_curved_loss': write dots, a colon, and no .py"),
        ("my_curved_loss:", "named package.module:function"),
        (":problem", "named package.module:function"),
        ("./my_curved_loss.py:problem", "named package.module:function"),
        ("my_curved_loss.py:problem", "(ModuleNotFoundError: No module named 'my_curved_loss.py'"),
        ("my_absent_loss:problem", "No module named 'my_absent_loss'): see that {here} has 'my_absent_loss'"),
        ("my_broken_loss:problem", "cannot be imported (ModuleNotFoundError: No module named 'no_such_library')"),
        ("my_misspelt_loss:problem", "cannot be imported (SyntaxError: "),
        ("my_curved_loss:absent", "my_curved_loss.py) has no 'absent': name a function that it defines"),
        ("sys:absent", "'sys' (no file) has no 'absent'"),
        ("my_curved_loss:number", "must be a function, got int 3: it is called without arguments"),
    ],
)
def test_a_path_that_leads_to_no_function_is_refused(here, path, why):
    with pytest.raises(ValueError, match=re.escape(why.format(here=here))):
        load_loss(path)
