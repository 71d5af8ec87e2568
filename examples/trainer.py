"""GreedyLR in the Trainer of Hugging Face transformers, driven by the training loss and by evaluation.

By default Trainer steps a GreedyLR, as every ``ReduceLROnPlateau``, once per evaluation and never in between, with the
metric that ``metric_for_best_model`` names, and fails at the first evaluation where it names none; without evaluation
the GreedyLR is never stepped, and nothing says so.  Trainer does not turn ``mode`` around for metrics that should grow
(accuracy): pass ``mode="max"`` when ``args.greater_is_better``.  The released default, patience 10, means eleven
evaluations before anything happens.

``GreedyTrainer`` steps it after every optimizer step with the mean loss of the micro-batches, as the rule is meant; no
evaluation is needed.  For a Trainer whose class cannot be changed there is ``greedylr.trainer.EveryLog``, scheduler and
callback in one.  In all cases the state is saved with the checkpoints and a resumed run goes on bit for bit.
"""

import tempfile

import torch
from transformers import GPT2Config, GPT2LMHeadModel, PrinterCallback, Trainer, TrainingArguments, set_seed
from transformers.utils import logging

from greedylr import GreedyLR
from greedylr.trainer import GreedyTrainer


def sequences(count: int) -> list[dict[str, torch.Tensor]]:
    """Arithmetic progressions modulo 16."""
    start, stride = torch.arange(count) % 16, torch.arange(count) // 16 % 5 + 1
    tokens = (start[:, None] + stride[:, None] * torch.arange(12)) % 16
    return [{"input_ids": row, "labels": row} for row in tokens]


def train(folder: str, by_evaluation: bool) -> None:
    """Train two layers of a GPT-2 that is small enough for a second, and print what became of it."""
    set_seed(0)
    model = GPT2LMHeadModel(GPT2Config(vocab_size=16, n_positions=12, n_embd=32, n_layer=2, n_head=2))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    args = TrainingArguments(
        folder, max_steps=60, per_device_train_batch_size=8, gradient_accumulation_steps=2, use_cpu=True,
        logging_steps=1, eval_strategy="steps" if by_evaluation else "no", eval_steps=5, save_strategy="no",
        metric_for_best_model="loss", report_to="none", disable_tqdm=True, dataloader_pin_memory=False,
    )  # fmt: skip
    mode = "max" if args.greater_is_better else "min"
    scheduler = GreedyLR(optimizer, mode=mode, factor=0.8, patience=0 if by_evaluation else 3, reduce="mean")
    trainer_class = Trainer if by_evaluation else GreedyTrainer
    data = sequences(80)
    trainer = trainer_class(model, args, train_dataset=data, eval_dataset=data[:16], optimizers=(optimizer, scheduler))
    trainer.remove_callback(PrinterCallback)
    trainer.train()
    logs = [entry for entry in trainer.state.log_history if "learning_rate" in entry]
    rates, losses = [entry["learning_rate"] for entry in logs], [entry["loss"] for entry in logs]
    what = "evaluation" if by_evaluation else "training loss"
    print(f"{what}: {scheduler.last_epoch} steps of the rule for {trainer.state.global_step} of the optimizer")
    print(f"rate {rates[0]:.3g}, at most {max(rates):.3g}, at last {rates[-1]:.3g}; loss {losses[0]:.3f}", end=" ")
    print(f"-> {losses[-1]:.3f}")


def main() -> None:
    """Train twice."""
    logging.set_verbosity_error()
    with tempfile.TemporaryDirectory() as folder:
        train(folder, by_evaluation=False)
        train(folder, by_evaluation=True)


if __name__ == "__main__":
    main()
