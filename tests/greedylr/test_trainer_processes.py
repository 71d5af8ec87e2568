"""Two processes of Trainer."""

import re

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("accelerate")

from framework_runs import both

TRAINERS = '''
import sys
import torch
from transformers import Trainer, TrainingArguments
from greedylr import GreedyLR  # noqa: E402
from greedylr.trainer import EveryLog, GreedyTrainer  # noqa: E402

class Line(torch.nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.net = torch.nn.Linear(4, 1)

    def forward(self, x, labels):
        return {"loss": (self.net(x) - labels).square().mean()}

def driven(logs):
    """Twelve steps of a GreedyTrainer, or of Trainer with EveryLog."""
    model = Line()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    rule = GreedyLR(optimizer, factor=0.7, patience=0, reduce="same" if logs else "mean")
    driver = EveryLog(rule) if logs else rule
    data = [{"x": x, "labels": x.sum(0, keepdim=True)} for x in torch.randn(48, 4)]
    args = TrainingArguments(
        sys.argv[1], max_steps=12, per_device_train_batch_size=2, use_cpu=True, report_to="none", logging_steps=1,
        save_strategy="no", disable_tqdm=True,
    )
    trainer = (Trainer if logs else GreedyTrainer)(
        model, args, train_dataset=data, optimizers=(optimizer, driver), callbacks=[driver] if logs else None
    )
    trainer.train()
    return args.world_size, rule.state_dict(), [parameter.tolist() for parameter in model.parameters()]

print([driven(logs) for logs in (False, True)])
'''


def test_two_processes_of_trainer_keep_one_rate_and_the_same_parameters(tmp_path):
    """Over gloo: GreedyTrainer takes the mean of its ranks' losses, and EveryLog is told it, the same on every rank."""
    first, second = both(TRAINERS, tmp_path)
    assert first == second
    assert re.findall(r"\((\d), ", first) == ["2", "2"]
    assert re.findall(r"'last_epoch': (\d+)", first) == ["12", "12"]
