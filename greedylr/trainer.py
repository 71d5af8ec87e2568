"""GreedyLR for the Trainer of Hugging Face transformers, driven by training losses.

    trainer = GreedyTrainer(model, args, train_dataset=data, optimizers=(optimizer, GreedyLR(optimizer, reduce="mean")))

steps it after every optimizer step; for a Trainer whose class cannot be changed

    driver = EveryLog(GreedyLR(optimizer))
    trainer = OtherTrainer(model, args, train_dataset=data, optimizers=(optimizer, driver), callbacks=[driver])

steps it with every loss that is logged.  Trainer by itself steps a GreedyLR, as every ``ReduceLROnPlateau``, once per
evaluation with the metric that ``metric_for_best_model`` names, and calls ``step()`` without an argument of all other
schedulers after every optimizer step.  ``EveryStep`` and ``EveryLog`` are of that other kind, so Trainer calls them in
the order in which the theorems of this project hold, after ``optimizer.step()``, not for a step that mixed precision
skipped, and before a checkpoint is written; what Trainer saves as ``scheduler.pt`` and loads again is the state of the
GreedyLR in them.  Rates that are logged are those used.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor
from torch.optim import Optimizer
from transformers import Trainer, TrainerCallback

from greedylr.scheduler import GreedyLR


class Adapter:
    """A GreedyLR that Trainer takes for a scheduler without a metric.

    Raises:
        TypeError: for a scheduler that is no GreedyLR of this package.
    """

    def __init__(self, greedy: GreedyLR) -> None:
        """Around ``greedy``, which nothing else may step."""
        if not isinstance(greedy, GreedyLR):
            raise TypeError(
                f"the scheduler must be a greedylr.GreedyLR, got {type(greedy).__module__}.{type(greedy).__name__}:"
                " only that decides from losses; pass optimizers=(optimizer, GreedyLR(optimizer)), or use Trainer"
                " itself for another scheduler."
            )
        self.greedy = greedy
        self._due = False

    def get_last_lr(self) -> list[Any]:
        """The rates last set: what Trainer logs."""
        return self.greedy.get_last_lr()

    def state_dict(self) -> dict[str, Any]:
        """The state of the GreedyLR; where checkpoints are written there is nothing else."""
        return self.greedy.state_dict()

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on where ``state_dict`` was taken."""
        self.greedy.load_state_dict(state_dict)

    def check(self, optimizer: Any) -> None:
        """Refuse to move the rates of anything but ``optimizer``, wrapped or not.

        Raises:
            ValueError: where the GreedyLR was made for another optimizer.
        """
        if self.greedy.optimizer.param_groups is not optimizer.param_groups:
            raise ValueError(
                f"the GreedyLR moves the rates of another {type(self.greedy.optimizer).__name__} than the one that is"
                " trained: pass both, optimizers=(optimizer, GreedyLR(optimizer)), or neither."
            )


class EveryStep(Adapter):
    """One step of the rule per optimizer step; the losses of the micro-batches are given to ``add``."""

    def __init__(self, greedy: GreedyLR) -> None:
        """Around ``greedy``, without losses."""
        super().__init__(greedy)
        self._losses: list[Tensor] = []

    def add(self, loss: Tensor, last: bool) -> None:
        """Note a micro-batch's share of the mean loss, one element; ``last``: the optimizer steps after it."""
        if self._due:  # the optimizer skipped that step
            self._losses = []
        self._losses.append(loss)
        self._due = last

    def step(self) -> None:
        """Move the learning rates as the mean loss of the accumulated micro-batches says.

        Raises:
            RuntimeError: where nobody noted the losses.
        """
        if not self._due:
            raise RuntimeError(
                f"step() has losses of {len(self._losses)} micro-batches and no last one: train with GreedyTrainer, or"
                " with class MyTrainer(GreedyTrainer, OtherTrainer), which notes them, and do not call step() yourself."
            )
        losses, self._losses, self._due = self._losses, [], False
        self.greedy.step(sum(map(float, losses)))


class EveryLog(Adapter, TrainerCallback):
    """One step of the rule per training loss that Trainer logs, for trainers that are no GreedyTrainer.

    That loss is the mean over all processes and over the optimizer steps since the last one: pass ``logging_steps=1``
    for one step of the rule per optimizer step.  With more, a run resumes bit for bit from checkpoints at steps that
    are logged.  Trainer logs no NaN unless ``logging_nan_inf_filter=False``.

    Raises:
        RuntimeError, ValueError: when training starts, for one that is not both the scheduler and among the callbacks,
            and where nothing is logged.
    """

    _listens = False

    def step(self) -> None:
        """Note that the optimizer stepped: its loss is not known yet.

        Raises:
            RuntimeError: where it is not among the callbacks, and would never see a loss.
        """
        if not self._listens:
            raise RuntimeError(
                "EveryLog is the scheduler and no callback: pass callbacks=[it], too, so that it sees losses."
            )
        self._due = True

    def on_train_begin(
        self, args: Any, state: Any, control: Any, lr_scheduler: Any = None, optimizer: Any = None, **_: Any
    ) -> None:
        """Refuse what would leave the rate as it is.

        Raises:
            ValueError: where it is not the scheduler, moves another optimizer, or where nothing is logged.
        """
        if lr_scheduler is not self:
            raise ValueError(
                f"EveryLog is a callback and the scheduler is {type(lr_scheduler).__name__}: pass"
                " optimizers=(optimizer, it), too."
            )
        if args.logging_strategy == "no":
            raise ValueError("EveryLog decides from logged losses, got logging_strategy='no': pass logging_steps=1.")
        self.check(optimizer)
        self._listens = True

    def on_log(self, args: Any, state: Any, control: Any, logs: Mapping[str, Any], **_: Any) -> None:
        """Move the learning rates as the logged training loss says, if the optimizer stepped since the last one."""
        if self._due and "loss" in logs:
            self._due = False
            self.greedy.step(logs["loss"])


class GreedyTrainer(Trainer):
    """Trainer with one step of GreedyLR per optimizer step, from the mean loss of the micro-batches in it.

    The scheduler is the one in ``optimizers``, or is made here for the optimizer that Trainer makes, with
    ``lr_scheduler_kwargs`` of the training arguments as options and the mean loss of all processes
    (``reduce="mean"``).  Before other trainers in a class's bases (``class MyTrainer(GreedyTrainer, SFTTrainer)``) it
    does the same for them.  A resumed run goes on bit for bit, as far as the rest of Trainer does.

    Raises:
        TypeError, ValueError, RuntimeError: when training starts, for a scheduler that is no GreedyLR or moves another
            optimizer, for training arguments that ask for another schedule, and under DeepSpeed.
    """

    lr_scheduler: Any

    def create_scheduler(self, num_training_steps: int, optimizer: Optimizer | None = None) -> EveryStep:
        """The scheduler, made where none is given; Trainer asks for it when training starts.

        Raises:
            RuntimeError: under DeepSpeed.
            TypeError: for a scheduler that is no GreedyLR.
            ValueError: for one that moves another optimizer, and for arguments that ask for another schedule.
        """
        if self.is_deepspeed_enabled:
            raise RuntimeError(
                "GreedyTrainer got DeepSpeed, whose engine steps the optimizer, and a scheduler that it owns, inside"
                " backward(), which was never tested: use DDP, or drive GreedyLR by evaluation with Trainer itself."
            )
        stepped: Any = self.optimizer if optimizer is None else optimizer
        given = self.lr_scheduler.greedy if isinstance(self.lr_scheduler, EveryStep) else self.lr_scheduler
        if given is None:
            given = GreedyLR(stepped, **self._options(num_training_steps))
        self.lr_scheduler = scheduler = EveryStep(given)
        scheduler.check(stepped)
        return scheduler

    def training_step(self, model: Any, inputs: Any, num_items_in_batch: Any = None) -> Tensor:
        """The loss of a micro-batch, as Trainer scales it: over those of one optimizer step they add up to the mean."""
        loss: Tensor = super().training_step(model, inputs, num_items_in_batch)
        self.lr_scheduler.add(loss, last=self.accelerator.sync_gradients)
        return loss

    def _options(self, steps: int) -> dict[str, Any]:
        """What ``lr_scheduler_kwargs`` says, if the other arguments ask for no schedule of their own."""
        kind, warmup = str(getattr(self.args.lr_scheduler_type, "value", "")), self.args.get_warmup_steps(steps)
        if kind not in ("linear", "greedy") or warmup:  # linear is the default, and greedy demands evaluation
            raise ValueError(
                f"GreedyTrainer makes a GreedyLR, got lr_scheduler_type={kind!r} with {warmup!r} warm-up steps: leave"
                " both out, or use Trainer itself for that schedule."
            )
        given = dict(self.args.lr_scheduler_kwargs or {})
        return given if "compat" in given else {"reduce": "mean", **given}
