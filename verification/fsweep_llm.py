"""``greedylr fsweep --on llm``: the F-sweep on language models."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from verification.sweeping import folder, limits, number, refuse

if TYPE_CHECKING:
    from numerics.llm.sweep import LanguageSweep
    from numerics.sweeps.backends import Backend
    from numerics.sweeps.sweep import Result

Option = typer.Option
COMMAND = "fsweep --on llm"
SEEDS = {"tiny": 2}  # where one run takes seconds
FACTORS = {"llama-1b": (0.95,)}  # the paper's for pre-training; its sweep elsewhere
BASELINES = {
    "tiny": ["cosine", "constant"], "smollm2": ["cosine"], "phi2": ["cosine"], "llama-1b": ["cosine", "cosine-warmup"],
}  # fmt: skip


def fsweep_llm(
    *,
    preset: Annotated[str, Option(help="tiny, smollm2, phi2 or llama-1b; what follows replaces its values.")] = "tiny",
    model: Annotated[str | None, Option(help="tiny, smollm2, phi-2 or llama-3.2-1b (random), or NAME/MODEL.")] = None,
    dataset: Annotated[str | None, Option(help="worked-sums, reference or sources, or NAME/DATASET.")] = None,
    factors: Annotated[list[str] | None, Option(help="The factors F, or 'none'.")] = None,
    rule: Annotated[list[str], Option(help="Compare with the 'best' or 'previous' loss, or 'test'.")] = ["best"],  # noqa: B006
    patience: Annotated[list[int], Option(help="More losses than so many in a row move the rate.")] = [10],  # noqa: B006
    window: Annotated[list[int], Option(help="Losses are smoothed over so many; 1 for none.")] = [50],  # noqa: B006
    warmup: Annotated[list[int], Option(help="After a rise of the rate so many losses are not good.")] = [0],  # noqa: B006
    cap: Annotated[list[str], Option(help="max_lr in initial rates, or 'none'.")] = ["none", "10"],  # noqa: B006
    rates: Annotated[list[float], Option(help="Initial rates, multiples of --lr.")] = [1.0],  # noqa: B006
    baselines: Annotated[
        list[str] | None, Option(help="Schedules to compare with, NAME or NAME@MULTIPLE of --lr, or 'none'.")
    ] = None,
    lr: Annotated[float | None, Option(help="The shared initial learning rate.")] = None,
    steps: Annotated[int | None, Option(help="Optimizer steps of every run.")] = None,
    batch: Annotated[int | None, Option(help="Rows of a micro-batch.")] = None,
    accumulate: Annotated[int | None, Option(help="Micro-batches of a step.")] = None,
    length: Annotated[int | None, Option(help="Tokens of a row.")] = None,
    lora_r: Annotated[int | None, Option(help="LoRA's rank; 0 trains all parameters.")] = None,
    lora_alpha: Annotated[int | None, Option(help="LoRA's alpha.")] = None,
    lora_dropout: Annotated[float | None, Option(help="LoRA's dropout.")] = None,
    weight_decay: Annotated[float | None, Option(help="AdamW's weight decay.")] = None,
    bf16: Annotated[bool | None, Option("--bf16/--fp32", help="Mixed or single precision.")] = None,
    checkpoint_activations: Annotated[
        bool | None, Option("--checkpoint-activations/--keep-activations", help="Trade time for memory.")
    ] = None,
    pretrain: Annotated[int | None, Option(help="Steps of pre-training, for random weights.")] = None,
    save_every: Annotated[int | None, Option(help="Steps between checkpoints, 0 for none.")] = None,
    seeds: Annotated[int | None, Option(help="Runs of every arm; all arms see the same batches.")] = None,
    seed: Annotated[int, Option(help="The first seed.")] = 42,
    tensorboard: Annotated[bool, Option("--tensorboard", help="Log for TensorBoard, too.")] = False,
    backend: Annotated[str | None, Option(help="processes, threads, sequential, dask or ray.")] = None,
    workers: Annotated[int | None, Option(help="Processes, one for each core if left out.")] = None,
    address: Annotated[str | None, Option(help="The address of a dask or ray cluster.")] = None,
    out: Annotated[Path | None, Option(help="Directory of the results, named after the options if left out.")] = None,
    resume: Annotated[bool, Option("--resume/--fresh", help="Go on where a run stopped, or begin anew.")] = True,
    across_versions: Annotated[bool, Option("--across-versions", help="Resume what other code began.")] = False,
    figures: Annotated[bool, Option("--figures/--no-figures", help="Draw figures, as PNG and SVG.")] = True,
    as_json: Annotated[bool, Option("--json", help="Print data for machines instead of tables.")] = False,
) -> None:
    """Sweep the factor F on language models: losses, peak rates, divergence, stages against cosine, figures.

    Without options a model of a million parameters, pre-trained here, is fine-tuned on two cores in minutes, without
    network.  Every run goes on from its last checkpoint.  Several GPUs: accelerate launch $(which greedylr) fsweep ...
    """
    from numerics.extra import require  # noqa: PLC0415
    from numerics.sweeps.store import SweepError  # noqa: PLC0415

    try:
        require()
        if tensorboard:
            require(("tensorboard",), "pip install tensorboard")
        from numerics.llm.data import held_out_rows  # noqa: PLC0415
        from numerics.llm.setting import preset as named  # noqa: PLC0415
        from numerics.llm.sweep import LanguageSweep  # noqa: PLC0415

        given = {
            "model": model, "data": dataset, "steps": steps, "batch": batch, "accumulate": accumulate,
            "length": length, "rate": lr, "rank": lora_r, "alpha": lora_alpha, "dropout": lora_dropout,
            "weight_decay": weight_decay, "bf16": bf16, "checkpoint_activations": checkpoint_activations,
            "pretrain": pretrain, "save_every": save_every,
        }  # fmt: skip
        setting = named(preset, given)  # refuses a preset that is none
        options = LanguageSweep(
            setting=setting, factors=_factors(factors, preset), comparison=tuple(rule), patience=tuple(patience),
            window=tuple(window), warmup=tuple(warmup), cap=limits("cap", cap), rates=tuple(rates),
            baselines=tuple(_baselines(baselines or BASELINES[preset])),
            seeds=SEEDS.get(preset, 1) if seeds is None else seeds, seed=seed,
        )  # fmt: skip
        chosen = _backend(backend, workers, address)
        held_out_rows(setting)  # refuses a model or data that there is not, before anything is written
    except (TypeError, ValueError) as error:
        refuse(COMMAND, str(error), 2)
    except SweepError as error:
        refuse(COMMAND, str(error), 1)
    from verification.fsweep_llm_report import report  # noqa: PLC0415

    here = out or folder(f"llm-{setting.model.replace('/', '-')}", options.plain())
    try:
        result = _run(
            options, here, chosen, resume=resume, across_versions=across_versions, quiet=as_json,
            tensorboard=tensorboard,
        )  # fmt: skip
        if result is not None:
            report(options, result, here, figures=figures, as_json=as_json)
    except SweepError as error:
        refuse(COMMAND, str(error), 1)
    _leave()


def _factors(words: list[str] | None, preset: str) -> tuple[float, ...]:
    if words is None:
        return FACTORS.get(preset, (0.25, 0.5, 0.75, 0.99))
    return () if words == ["none"] else tuple(number("factors", word) for word in words)


def _baselines(words: list[str]) -> Iterator[tuple[str, float]]:
    """``cosine@3`` is the cosine from three times the shared rate."""
    for word in [] if words == ["none"] else words:
        name, _, multiple = word.partition("@")
        yield name, number("baselines", multiple) if multiple else 1.0


def _backend(name: str | None, workers: int | None, address: str | None) -> Backend:
    """Processes on a CPU; one run at a time where there is an accelerator, or several processes train together."""
    from numerics.llm.launched import accelerated, processes  # noqa: PLC0415
    from numerics.sweeps.backends import Backend  # noqa: PLC0415

    together = processes() > 1
    if name == "threads":
        raise ValueError("backend must be another one, got 'threads': threads share torch's random numbers.")
    if together and name not in (None, "sequential"):
        raise ValueError(f"backend must be left out under accelerate launch, got {name!r}: all train one run.")
    return Backend(name or ("sequential" if together or accelerated() else "processes"), workers, address)


def _run(
    options: LanguageSweep, folder: Path, backend: Backend, *, resume: bool, across_versions: bool, quiet: bool,
    tensorboard: bool,
) -> Result | None:  # fmt: skip
    """The sweep, with its progress on a terminal; None in a process that only helps another one."""
    from numerics.llm import base, launched  # noqa: PLC0415
    from numerics.llm.sweep import BASE, RESULTS, RUNS, Training, forget, tidy  # noqa: PLC0415
    from numerics.sweeps.sweep import discard, run  # noqa: PLC0415

    together = launched.processes()
    if together > 1 and not launched.is_first():
        launched.follow(Training(str(folder), tensorboard))
        return None
    if not resume:
        discard(folder / RESULTS)
        forget(folder)
    begins_with = (launched.base_model if together > 1 else base.prepare)(options.setting, folder / BASE)
    sweep = options.sweep(folder, begins_with, together, tensorboard=tensorboard)
    if together > 1:
        sweep = replace(sweep, work=launched.Leading(sweep.work))  # type: ignore[arg-type]
    with _progress(options, folder / RUNS, quiet=quiet) as show:
        result = run(sweep, folder / RESULTS, backend=backend, progress=show, across_versions=across_versions)
    if together > 1:
        launched.release()
    tidy(folder)
    return result


def _leave() -> None:
    """End one of several processes."""
    from numerics.llm import launched  # noqa: PLC0415

    if launched.processes() > 1:
        launched.leave()


@contextmanager
def _progress(options: LanguageSweep, runs: Path, *, quiet: bool) -> Iterator[Any]:
    """A bar over all steps, with the loss and the rate of the run that wrote last, and the time that is left."""
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    from numerics.llm.watch import watching  # noqa: PLC0415

    console, arms = Console(stderr=True), options.arms()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal) as progress:
        bar = progress.add_task("training", total=len(arms) * options.seeds * options.setting.steps)

        def show(steps: int, last: dict[str, Any] | None) -> None:
            told = "training"
            if last:
                number, _, seed = last["run"].partition("-")
                arm = arms[int(number)]
                name = arm.schedule if arm.factor is None else f"F {arm.factor:g}"
                told = f"{name}, seed {seed}: loss {last['loss']:.3f}, rate {last['rate']:.3g}"
            progress.update(bar, completed=steps, description=told)

        with watching(runs, show):
            yield lambda done, total: None
