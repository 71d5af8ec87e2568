"""What accelerate does with a GreedyLR by default, and with the right setting."""

from types import SimpleNamespace

import pytest

torch = pytest.importorskip("torch")
accelerate = pytest.importorskip("accelerate")

from accelerate.state import AcceleratorState, GradientState, PartialState  # noqa: E402
from framework_runs import ROOT, both, one_thread  # noqa: E402, F401 - a fixture

from greedylr import GreedyLR  # noqa: E402


def told_to(scheduler):
    """The losses that its steps are told from now on."""
    losses, step = [], scheduler.step
    scheduler.step = lambda loss: (losses.append(float(loss)), step(loss))
    return losses


@pytest.fixture
def accelerator():
    """Makes an Accelerator, and leaves no trace of it in the process."""
    yield lambda **options: accelerate.Accelerator(cpu=True, **options)
    for state in (AcceleratorState, GradientState, PartialState):
        state._reset_state()


def prepared(accelerator, **options):
    """A model with its optimizer and a GreedyLR, as accelerate wraps them."""
    torch.manual_seed(0)
    model = torch.nn.Linear(3, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    return accelerator.prepare(model, optimizer, GreedyLR(optimizer, factor=0.5, patience=0, **options))


def micro_steps(accelerator, model, optimizer, scheduler, count, chance):
    """So many micro-batches, the scheduler told every time."""
    for _ in range(count):
        x = torch.randn(8, 3, generator=chance)
        with accelerator.accumulate(model):
            loss = (model(x) - x.sum(1, keepdim=True)).square().mean()
            accelerator.backward(loss)
            optimizer.step()
            scheduler.step(loss.item())
            optimizer.zero_grad()


@pytest.mark.parametrize(("own", "steps"), [({}, 8), ({"step_scheduler_with_optimizer": False}, 1)])
def test_accelerate_steps_it_once_for_every_process_unless_told_not_to(accelerator, monkeypatch, own, steps):
    """Eight processes are pretended: the first loss is good, and none of its seven repetitions is better."""
    made = accelerator(**own)
    model, optimizer, scheduler = prepared(made)
    monkeypatch.setattr("accelerate.scheduler.AcceleratorState", lambda: SimpleNamespace(num_processes=8))
    micro_steps(made, model, optimizer, scheduler, 1, torch.Generator().manual_seed(0))
    assert scheduler.scheduler.last_epoch == steps
    assert scheduler.get_last_lr() == pytest.approx([0.1] if steps == 1 else [0.005])


@pytest.mark.parametrize(("own", "steps"), [({}, 2), ({"step_scheduler_with_optimizer": False}, 4)])
def test_within_accumulate_accelerate_steps_it_with_the_optimizer_unless_told_not_to(accelerator, own, steps):
    made = accelerator(gradient_accumulation_steps=2, **own)
    model, optimizer, scheduler = prepared(made)
    told = told_to(scheduler.scheduler)
    micro_steps(made, model, optimizer, scheduler, 4, torch.Generator().manual_seed(0))
    assert len(told) == steps


def test_accelerate_saves_and_loads_it_so_that_a_run_goes_on_bit_for_bit(accelerator, tmp_path):
    made = accelerator(step_scheduler_with_optimizer=False)
    whole, chance = prepared(made), torch.Generator().manual_seed(0)
    micro_steps(made, *whole, 5, chance)
    made.save_state(tmp_path)
    drawn = chance.get_state()
    micro_steps(made, *whole, 15, chance)
    made.free_memory()
    resumed = prepared(made)
    made.load_state(tmp_path)
    micro_steps(made, *resumed, 15, torch.Generator().set_state(drawn))
    assert whole[2].state_dict() == resumed[2].state_dict()
    assert resumed[2].state_dict()["last_epoch"] == 20
    assert all(map(torch.equal, whole[0].parameters(), resumed[0].parameters()))


RANKS = """
import sys
from pathlib import Path
from torch.optim.optimizer import register_optimizer_step_post_hook  # noqa: E402
from greedylr import GreedyLR  # noqa: E402

steps, made, step = [], [], GreedyLR.step
GreedyLR.step = lambda self, loss: (steps.append(self), step(self, loss))
register_optimizer_step_post_hook(lambda *_: made.append(1))
program = Path(sys.argv[1]).read_text().replace(sys.argv[2], "")
exec(compile(program, "example", "exec"), {"__name__": "__main__"})
print(len(steps) / len(made), steps[-1].get_last_lr())
"""
SETTING = ", step_scheduler_with_optimizer=False"


@pytest.mark.parametrize(("without", "steps"), [(SETTING, 2.0), ("no such text", 1.0)], ids=["default", "example"])
def test_two_processes_step_it_twice_by_default_and_once_as_in_the_example(without, steps):
    """The example itself, over gloo, with and without its setting: both ranks end at the same rate."""
    first, second = both(RANKS, ROOT / "examples" / "accelerate_loop.py", without)
    assert first == second
    assert float(first.split()[0]) == steps
