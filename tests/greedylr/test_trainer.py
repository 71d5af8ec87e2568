"""GreedyTrainer and EveryLog: the plain loop's steps inside Trainer, bit for bit; and what Trainer does by itself."""

from itertools import chain, islice, repeat

import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
pytest.importorskip("accelerate")

from greedylr import GreedyLR  # noqa: E402
from greedylr.trainer import EveryLog, EveryStep, GreedyTrainer  # noqa: E402

CHANCE = torch.Generator().manual_seed(0)
DATA = [{"x": x, "labels": x.sum(0, keepdim=True)} for x in torch.randn(30, 4, generator=CHANCE)]
EVALUATED = {"eval_strategy": "steps", "eval_steps": 3, "metric_for_best_model": "loss"}


class Line(torch.nn.Module):
    """A line that is fitted to a sum, with a chance element for which a resumed run needs the generator's state."""

    def __init__(self, dropout=0.0):
        super().__init__()
        torch.manual_seed(0)
        self.net = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Dropout(dropout), torch.nn.Linear(8, 1))

    def forward(self, x, labels):
        out = self.net(x)
        return {"loss": (out - labels).square().mean(), "logits": out}


def greedy(optimizer):
    return GreedyLR(optimizer, factor=0.7, patience=0, max_lr=0.1)


def build(folder, kind=GreedyTrainer, scheduler=greedy, model=None, data=DATA, metrics=None, **options):
    """A trainer of 20 steps of three samples, and the losses that its GreedyLR is told."""
    model = model or Line()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    given = scheduler(optimizer)
    given = (optimizer, given) if given else (None, None)
    defaults = {"max_steps": 20, "per_device_train_batch_size": 3, "logging_steps": 1, "save_strategy": "no"}
    args = transformers.TrainingArguments(
        str(folder), use_cpu=True, report_to="none", disable_tqdm=True, max_grad_norm=0, **{**defaults, **options}
    )
    callbacks = [given[1]] if isinstance(given[1], EveryLog) else []
    trainer = kind(
        model, args, train_dataset=data, eval_dataset=data[:6], optimizers=given, callbacks=callbacks,
        compute_metrics=metrics,
    )  # fmt: skip
    told = []
    if given[1]:
        rule = getattr(given[1], "greedy", given[1])
        step = rule.step
        rule.step = lambda loss: (told.append(float(loss)), step(loss))
    return trainer, told


def logged(trainer, what):
    return [entry[what] for entry in trainer.state.log_history if what in entry]


def in_order(kind):
    """That trainer, without shuffling."""
    return type("InOrder", (kind,), {"_get_train_sampler": lambda *_: torch.utils.data.SequentialSampler(DATA)})


def by_hand(steps, accumulate):
    """The loop that a user would write: parameters, rates and losses."""
    model = Line()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    scheduler = greedy(optimizer)
    micro = [{key: torch.stack([row[key] for row in DATA[k : k + 3]]) for key in DATA[0]} for k in range(0, 30, 3)]
    epoch = [micro[k : k + accumulate] for k in range(0, len(micro), accumulate)]
    rates, losses = [], []
    for batches in islice(chain.from_iterable(repeat(epoch)), steps):
        parts = [model(**batch)["loss"] / len(batches) for batch in batches]
        for part in parts:
            part.backward()
        rates += scheduler.get_last_lr()
        losses.append(sum(part.item() for part in parts))
        optimizer.step()
        optimizer.zero_grad()
        scheduler.step(losses[-1])
    return list(model.parameters()), rates, losses


def same(ones, others):
    return all(map(torch.equal, ones, others))


# What Trainer does by itself


def test_trainer_never_moves_a_greedylr_without_evaluation(tmp_path):
    trainer, told = build(tmp_path, transformers.Trainer)
    trainer.train()
    assert trainer.state.global_step == 20
    assert told == []
    assert set(logged(trainer, "learning_rate")) == {0.05}


def test_trainer_steps_it_once_per_evaluation_with_the_metric_that_is_named(tmp_path):
    trainer, told = build(tmp_path, transformers.Trainer, **EVALUATED)
    trainer.train()
    assert told == logged(trainer, "eval_loss")
    assert len(told) == 7  # at steps 3, 6, ..., 18, and at the end


def test_trainer_fails_at_the_first_evaluation_where_no_metric_is_named(tmp_path):
    trainer, _ = build(tmp_path, transformers.Trainer, **{**EVALUATED, "metric_for_best_model": None})
    with pytest.raises(AttributeError, match="'NoneType' object has no attribute 'startswith'"):
        trainer.train()


def test_trainer_does_not_turn_the_mode_around_for_a_metric_that_should_grow(tmp_path):
    scores = iter(range(100))
    options = {**EVALUATED, "metric_for_best_model": "score"}
    trainer, told = build(tmp_path, transformers.Trainer, metrics=lambda _: {"score": next(scores)}, **options)
    trainer.train()
    assert trainer.args.greater_is_better
    assert told == sorted(told)
    assert trainer.lr_scheduler.get_last_lr()[0] < 0.05


def test_the_patience_of_the_released_class_means_eleven_evaluations(tmp_path):
    options = {**EVALUATED, "eval_steps": 1, "max_steps": 12}
    scores = iter(range(100, 0, -1))
    trainer, _ = build(
        tmp_path, transformers.Trainer, GreedyLR, metrics=lambda _: {"loss": next(scores)}, **options
    )  # fmt: skip
    trainer.train()
    assert logged(trainer, "learning_rate") == pytest.approx([0.05] * 11 + [0.05 / 0.95])


def test_its_own_name_for_the_schedule_demands_evaluation_and_makes_the_released_class(tmp_path):
    with pytest.raises(ValueError, match="greedy requires an eval strategy"):
        build(tmp_path, lr_scheduler_type="greedy")
    trainer, _ = build(tmp_path, transformers.Trainer, lambda _: None, lr_scheduler_type="greedy", **EVALUATED)
    trainer.train()
    assert type(trainer.lr_scheduler) is transformers.optimization.GreedyLR


# What GreedyTrainer does


@pytest.mark.parametrize("accumulate", [1, 2, 3])
@pytest.mark.parametrize("evaluated", [{}, EVALUATED], ids=["alone", "evaluated"])
def test_it_is_the_plain_loop_bit_for_bit(tmp_path, accumulate, evaluated):
    trainer, told = build(
        tmp_path, in_order(GreedyTrainer), gradient_accumulation_steps=accumulate, **evaluated
    )  # fmt: skip
    trainer.train()
    parameters, rates, losses = by_hand(20, accumulate)
    assert same(trainer.model.parameters(), parameters)
    assert logged(trainer, "learning_rate") == rates
    assert told == losses
    assert len(set(rates)) > 3


def test_driven_by_what_is_logged_it_is_the_plain_loop_bit_for_bit(tmp_path):
    trainer, told = build(tmp_path, in_order(transformers.Trainer), lambda o: EveryLog(greedy(o)), **EVALUATED)
    trainer.train()
    parameters, rates, losses = by_hand(20, 1)
    assert same(trainer.model.parameters(), parameters)
    assert logged(trainer, "learning_rate") == rates
    assert told == losses == logged(trainer, "loss")


def test_driven_by_every_fourth_step_it_is_told_the_mean_of_four(tmp_path):
    trainer, told = build(tmp_path, transformers.Trainer, lambda o: EveryLog(greedy(o)), logging_steps=4)
    trainer.train()
    assert told == logged(trainer, "loss")
    assert len(told) == 5


DRIVEN = {
    "every step": (GreedyTrainer, greedy, 7),
    "every log": (transformers.Trainer, lambda optimizer: EveryLog(greedy(optimizer)), 7),
    "evaluation": (transformers.Trainer, greedy, 2),
}


@pytest.mark.parametrize("accumulate", [1, 2, 3])
@pytest.mark.parametrize(("kind", "scheduler", "before"), DRIVEN.values(), ids=DRIVEN)
def test_a_run_resumed_in_the_middle_of_an_epoch_goes_on_bit_for_bit(tmp_path, kind, scheduler, before, accumulate):
    """With dropout, and evaluation at other steps than checkpoints: after step 7 the rule made ``before`` steps."""
    runs = []
    for name, resume in (("whole", None), ("resumed", str(tmp_path / "whole" / "checkpoint-7"))):
        options = {"gradient_accumulation_steps": accumulate, "save_strategy": "steps", "save_steps": 7, **EVALUATED}
        trainer, told = build(tmp_path / name, kind, scheduler, Line(dropout=0.2), **options)
        trainer.train(resume_from_checkpoint=resume)
        runs.append((trainer, told))
    (whole, all_told), (resumed, told) = runs
    assert told == all_told[before:] != []
    assert same(whole.model.parameters(), resumed.model.parameters())
    assert whole.lr_scheduler.state_dict() == resumed.lr_scheduler.state_dict()
    for what in ("loss", "learning_rate", "eval_loss"):
        assert logged(whole, what) == logged(resumed, what)
    assert len(set(logged(whole, "learning_rate")[7:])) > 1


def test_a_step_that_mixed_precision_skips_is_no_step_of_the_rule(tmp_path):
    """A gradient scaler that overflows until it has halved its scale often enough."""
    for kind, scheduler in ((GreedyTrainer, greedy), (transformers.Trainer, lambda o: EveryLog(greedy(o)))):
        trainer, told = build(tmp_path, in_order(kind), scheduler, gradient_accumulation_steps=2)
        trainer.accelerator.scaler = torch.amp.GradScaler("cpu", init_scale=2.0**67)
        stepped = []
        trainer.optimizer.register_step_post_hook(
            lambda *_, at=stepped, of=trainer: at.append(of.state.global_step)
        )  # fmt: skip
        trainer.train()
        losses = logged(trainer, "loss")
        assert 5 < len(stepped) < 20
        assert told == pytest.approx([losses[k] for k in stepped])


def test_its_loss_is_the_mean_over_tokens_where_micro_batches_have_different_many(tmp_path):
    config = transformers.GPT2Config(vocab_size=16, n_positions=8, n_embd=8, n_layer=1, n_head=1)
    torch.manual_seed(0)
    model = transformers.GPT2LMHeadModel(config)
    tokens = torch.randint(16, (12, 8), generator=torch.Generator().manual_seed(1))
    labels = torch.where(torch.arange(8) < torch.arange(12)[:, None] % 6 + 2, tokens, -100)
    data = [{"input_ids": x, "labels": y} for x, y in zip(tokens, labels, strict=True)]
    options = {"per_device_train_batch_size": 1, "gradient_accumulation_steps": 3, "max_steps": 4}
    trainer, told = build(tmp_path, model=model, data=data, **options)
    trainer.train()
    assert told == pytest.approx(logged(trainer, "loss"), rel=1e-5)


def test_before_another_trainer_in_the_bases_it_does_the_same_for_it(tmp_path):
    class Tenfold(transformers.Trainer):
        def compute_loss(self, *args, **options):
            return 10 * super().compute_loss(*args, **options)

    _, plain = (trainer, told) = build(tmp_path, in_order(GreedyTrainer), max_steps=1)
    trainer.train()
    trainer, told = build(tmp_path, in_order(type("Mine", (GreedyTrainer, Tenfold), {})), max_steps=1)
    trainer.train()
    assert told == pytest.approx([10 * plain[0]])


def test_without_a_scheduler_it_makes_one_from_the_training_arguments(tmp_path):
    trainer, _ = build(tmp_path, scheduler=lambda _: None, lr_scheduler_kwargs={"factor": 0.7}, learning_rate=0.01)
    trainer.train()
    made = trainer.lr_scheduler.greedy
    assert (made.factor, made.reduce, made.last_epoch, made._init_lrs) == (0.7, "mean", 20, [0.01, 0.01])
    trainer, _ = build(tmp_path, scheduler=lambda _: None, lr_scheduler_kwargs={"compat": "hf"}, learning_rate=0.01)
    trainer.train()
    assert trainer.lr_scheduler.greedy.compat == "hf"


def test_a_second_training_goes_on_with_the_same_scheduler(tmp_path):
    trainer, told = build(tmp_path)
    trainer.train()
    trainer.train()
    assert len(told) == trainer.lr_scheduler.greedy.last_epoch == 40


# What is refused


class Deep(GreedyTrainer):
    def create_scheduler(self, num_training_steps):
        self.is_deepspeed_enabled = True
        return super().create_scheduler(num_training_steps)


def elsewhere(_):
    return greedy(torch.optim.SGD(Line().parameters(), lr=0.05))


def released(optimizer):
    return transformers.optimization.GreedyLR(optimizer)


REFUSED = {
    "another schedule's class": (
        {"scheduler": released},
        TypeError,
        "must be a greedylr.GreedyLR, got transformers.optimization.GreedyLR: only that .* or use Trainer itself",
    ),
    "another optimizer": ({"scheduler": elsewhere}, ValueError, "moves the rates of another SGD than .*: pass both"),
    "another optimizer, logged": (
        {"kind": transformers.Trainer, "scheduler": lambda o: EveryLog(elsewhere(o))},
        ValueError,
        "moves the rates of another SGD than .*: pass both",
    ),
    "another schedule's name": (
        {"scheduler": lambda _: None, "lr_scheduler_type": "cosine"},
        ValueError,
        "makes a GreedyLR, got lr_scheduler_type='cosine' with 0 warm-up steps: leave both out, or use Trainer",
    ),
    "warm-up": (
        {"scheduler": lambda _: None, "warmup_steps": 5},
        ValueError,
        "got lr_scheduler_type='linear' with 5 warm-up steps: leave",
    ),
    "deepspeed": ({"kind": Deep}, RuntimeError, "got DeepSpeed, whose engine steps .*: use DDP, or drive"),
    "not GreedyTrainer": (
        {"kind": transformers.Trainer, "scheduler": lambda o: EveryStep(greedy(o))},
        RuntimeError,
        r"step\(\) has losses of 0 micro-batches and no last one: train with GreedyTrainer",
    ),
    "nothing logged": (
        {"kind": transformers.Trainer, "scheduler": lambda o: EveryLog(greedy(o)), "logging_strategy": "no"},
        ValueError,
        "decides from logged losses, got logging_strategy='no': pass logging_steps=1",
    ),
}


@pytest.mark.parametrize(("how", "error", "message"), REFUSED.values(), ids=REFUSED)
def test_what_could_not_work_is_refused_when_training_starts(tmp_path, how, error, message):
    trainer, _ = build(tmp_path, **how)
    with pytest.raises(error, match=message):
        trainer.train()


def test_what_is_logged_must_come_to_a_callback_that_is_the_scheduler(tmp_path):
    trainer, _ = build(tmp_path, transformers.Trainer, lambda o: EveryLog(greedy(o)))
    trainer.remove_callback(EveryLog)
    with pytest.raises(RuntimeError, match="is the scheduler and no callback: pass callbacks="):
        trainer.train()
    trainer, _ = build(tmp_path, transformers.Trainer)
    trainer.add_callback(EveryLog(greedy(trainer.optimizer)))
    with pytest.raises(ValueError, match="a callback and the scheduler is GreedyLR: pass optimizers="):
        trainer.train()
