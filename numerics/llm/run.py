"""One run: a model, an arm and a seed, trained by the Trainer, its losses on disk as they come.

The folder of a run holds ``steps.jsonl``, a line for every step (loss, learning rate that it was used with, gradient
norm) and for every evaluation, ``clock.jsonl`` with what the time of the machine went to, and the newest checkpoint.
Lines behind the checkpoint are cut off when the run is resumed: they come again, the same.
"""

from __future__ import annotations

import json
import math
import shutil
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any

import torch
import transformers
from accelerate import PartialState
from transformers import PrinterCallback, Trainer, TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from transformers.trainer_utils import PREFIX_CHECKPOINT_DIR

from greedylr.trainer import GreedyTrainer
from numerics.llm.arms import Arm
from numerics.llm.data import held_out_rows, training_rows
from numerics.llm.models import Make, with_lora
from numerics.llm.setting import Setting
from numerics.sweeps import store
from numerics.sweeps.store import SweepError

STEPS, CLOCK, STATE = "steps.jsonl", "clock.jsonl", "trainer_state.json"
CHECKPOINTING: Mapping[str, Any] = MappingProxyType(
    {"gradient_checkpointing": True, "gradient_checkpointing_kwargs": {"use_reentrant": False}}
)
MEMORY = "--batch (with --accumulate to make up for it), --length, --bf16, --checkpoint-activations or --lora-r"


def state() -> PartialState:
    """This process among those that train together."""
    return PartialState(cpu=not torch.cuda.is_available())


class Recorder(TrainerCallback):  # type: ignore[misc, unused-ignore]
    """Write every loss down, have the model evaluated at the marks, and end a run whose loss is no number."""

    def __init__(self, file: IO[str], marks: tuple[int, ...]) -> None:
        """Into ``file``, a line each."""
        self.file, self.marks = file, marks

    def on_step_end(self, args: Any, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Evaluate at the marks."""
        control.should_evaluate = state.global_step in self.marks

    def on_log(self, args: Any, state: TrainerState, control: TrainerControl, logs: Any, **_: Any) -> None:
        """A line for the step."""
        if "loss" not in logs:
            return
        told = {"loss": logs["loss"], "rate": logs["learning_rate"], "norm": logs["grad_norm"]}
        self._write({"step": state.global_step} | told)
        if not math.isfinite(logs["loss"]):
            control.should_training_stop = True

    def on_evaluate(self, args: Any, state: TrainerState, control: TrainerControl, metrics: Any, **_: Any) -> None:
        """A line for the evaluation."""
        self._write({"step": state.global_step, "held_out": metrics["eval_loss"]})

    def _write(self, line: Mapping[str, Any]) -> None:
        self.file.write(json.dumps(line) + "\n")
        self.file.flush()


def train(setting: Setting, arm: Arm, seed: int, folder: Path, make: Make, *, tensorboard: bool = False) -> Any:
    """What ``make`` makes, trained in ``folder``, from where a run that was killed there stopped.

    Raises:
        SweepError: where memory does not suffice, naming what would need less of it.
    """
    if not torch.cuda.is_available():
        torch.set_num_threads(1)  # a sum over several threads ends in other digits
    with state().main_process_first():  # the others then find the folder as it left it
        checkpoint = newest_checkpoint(store.directory(folder))
    begun = int(checkpoint.name.rpartition("-")[2]) if checkpoint else 0
    with _quiet(), _in_memory():
        transformers.set_seed(seed)
        model = with_lora(make(), setting)
        arguments = _arguments(setting, arm, seed, folder, resumed=checkpoint is not None, tensorboard=tensorboard)
    rows = setting.steps * setting.batch * setting.accumulate * arguments.world_size
    kind = GreedyTrainer if arm.schedule == "greedy" else Trainer
    with _quiet(), _in_memory(), _recording(folder, begun if checkpoint else -1, arguments) as file:
        trainer = kind(
            model, arguments, train_dataset=training_rows(setting, rows, seed), eval_dataset=held_out_rows(setting),
            callbacks=[Recorder(file, setting.marks)],
        )  # fmt: skip
        trainer.remove_callback(PrinterCallback)
        start = time.perf_counter()
        trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
        if arguments.process_index == 0:
            _note_clock(folder / CLOCK, setting, model, trainer.state.global_step - begun, start, arguments)
    return model


def _arguments(
    setting: Setting, arm: Arm, seed: int, folder: Path, *, resumed: bool, tensorboard: bool
) -> TrainingArguments:
    return TrainingArguments(
        output_dir=str(folder),
        max_steps=setting.steps,
        per_device_train_batch_size=setting.batch,
        per_device_eval_batch_size=setting.batch,
        gradient_accumulation_steps=setting.accumulate,
        **(CHECKPOINTING if setting.checkpoint_activations else {}),
        weight_decay=setting.weight_decay,
        **arm.transformers(setting),
        optim="adamw_torch",
        seed=seed,
        data_seed=seed,
        bf16=setting.bf16,
        use_cpu=not torch.cuda.is_available(),
        dataloader_pin_memory=torch.cuda.is_available(),
        eval_strategy="no",  # the recorder says when
        eval_on_start=not resumed,
        prediction_loss_only=True,
        save_strategy="steps" if setting.save_every else "no",
        save_steps=setting.save_every or 1,
        save_total_limit=1,
        logging_steps=1,
        logging_nan_inf_filter=False,
        disable_tqdm=True,
        ddp_find_unused_parameters=False,
        report_to=["tensorboard"] if tensorboard else [],
    )


@contextmanager
def _recording(folder: Path, begun: int, arguments: TrainingArguments) -> Iterator[IO[str]]:
    """The file of the losses up to the checkpoint, to be gone on; other processes than the first write nowhere."""
    path = folder / STEPS if arguments.process_index == 0 else Path("/dev/null")
    if path.name == STEPS:
        cut_behind(path, begun)
    with path.open("a", encoding="utf-8") as file:
        yield file


@contextmanager
def _in_memory() -> Iterator[None]:
    """Say what would need less memory where it does not suffice."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not isinstance(error, torch.OutOfMemoryError | MemoryError) and "allocate memory" not in str(error):
            raise
        raise SweepError(f"memory does not suffice ({str(error).split('. ')[0]}): change {MEMORY}.") from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Leave the terminal to the command."""
    before = transformers.logging.get_verbosity()
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        transformers.logging.set_verbosity(before)


def newest_checkpoint(folder: Path) -> Path | None:
    """The newest checkpoint that was written whole; others are deleted."""
    found = None
    by_step = sorted(folder.glob(f"{PREFIX_CHECKPOINT_DIR}-*"), key=lambda p: int(p.name.rpartition("-")[2]))
    for path in reversed(by_step):
        if found is None and _is_whole(path):
            found = path
        else:
            shutil.rmtree(path, ignore_errors=True)
    return found


def _is_whole(checkpoint: Path) -> bool:
    """Whether the file that the Trainer writes last is there, and can be read."""
    try:
        json.loads((checkpoint / STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return True


def cut_behind(path: Path, step: int) -> None:
    """Keep the lines up to that step, and no half ones."""
    kept = [line for line in read(path) if line["step"] <= step]
    with store.replacing(path) as file:
        file.write("".join(json.dumps(line) + "\n" for line in kept).encode())


def read(path: Path) -> list[dict[str, Any]]:
    """The whole lines of a file that may still be written."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True) if path.exists() else []
    return [json.loads(line) for line in lines if line.endswith("\n")]


def _note_clock(
    path: Path, setting: Setting, model: Any, steps: int, start: float, arguments: TrainingArguments
) -> None:
    """What this session of the run took: seconds, tokens, memory of the accelerator."""
    seconds = time.perf_counter() - start
    tokens = steps * setting.batch * setting.accumulate * setting.length * arguments.world_size
    cuda = torch.cuda.is_available()
    line = {
        "steps": steps,
        "seconds": round(seconds, 3),
        "tokens_per_second": round(tokens / seconds, 1),
        "parameters": sum(p.numel() for p in model.parameters()),
        "trained": sum(p.numel() for p in model.parameters() if p.requires_grad),
        "device": torch.cuda.get_device_name() if cuda else "cpu",
        "processes": arguments.world_size,
        "peak_bytes": torch.cuda.max_memory_allocated() if cuda else None,
    }
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
