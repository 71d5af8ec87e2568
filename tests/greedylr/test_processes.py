"""Several processes: two ranks that see different data, over gloo."""

import subprocess
import sys

import pytest

torch = pytest.importorskip("torch")

PROGRAM = """
import os
import sys
import torch
import torch.distributed as dist
from greedylr import GreedyLR

rank, store, reduce = int(sys.argv[1]), sys.argv[2], sys.argv[3]
dist.init_process_group("gloo", init_method=f"file://{store}", rank=rank, world_size=2)
torch.manual_seed(7)
model = torch.nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.02)
chosen = (lambda loss: 1.0) if reduce == "function" else reduce
scheduler = GreedyLR(optimizer, factor=0.5, patience=0, reduce=chosen)
data = torch.Generator().manual_seed(rank)
for _ in range(20):
    x = torch.randn(8, 3, generator=data)
    loss = (model(x) - x.sum(1, keepdim=True)).square().mean()
    optimizer.zero_grad()
    loss.backward()
    for parameter in model.parameters():
        dist.all_reduce(parameter.grad)
        parameter.grad /= 2
    optimizer.step()
    try:
        scheduler.step(loss)
    except RuntimeError as error:
        print("refused:", error)
        break
else:
    print(scheduler.get_last_lr(), [p.tolist() for p in model.parameters()])
dist.destroy_process_group()
sys.stdout.flush()
os._exit(0)  # gloo's threads may drop a tensor while the interpreter ends, which aborts the process
"""


def both(tmp_path, reduce):
    """What the two ranks print."""
    command = [sys.executable, "-c", PROGRAM]
    ranks = [
        subprocess.Popen([*command, str(rank), str(tmp_path / "store"), reduce], stdout=subprocess.PIPE, text=True)
        for rank in (0, 1)
    ]
    outputs = [rank.communicate(timeout=120)[0].strip() for rank in ranks]
    assert [rank.returncode for rank in ranks] == [0, 0]
    assert all(outputs)
    return outputs


@pytest.mark.parametrize("reduce", ["mean", "function"])
def test_with_one_loss_for_all_rates_and_parameters_are_identical(tmp_path, reduce):
    first, second = both(tmp_path, reduce)
    assert first == second
    assert "refused" not in first


def test_without_it_they_drift_apart(tmp_path):
    first, second = both(tmp_path, "local")
    assert first != second


def test_different_losses_are_refused_on_every_rank_with_the_remedy(tmp_path):
    for output in both(tmp_path, "same"):
        assert output.startswith("refused: this rank's loss is ")
        assert "would drift apart. Pass reduce='mean' for the mean over the ranks" in output
