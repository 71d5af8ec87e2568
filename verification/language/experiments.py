"""What the kept runs on language models say, claim by claim."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache, partial

import numpy as np

from numerics.llm.arms import Arm
from numerics.llm.effects import Effect, effects
from numerics.llm.outcome import FATES, Run
from numerics.llm.prediction import Prediction, predict
from numerics.llm.setting import FLOOR
from numerics.llm.summary import CATEGORIES, COSINE, STAGES, Instance, instances, tally
from numerics.statistics import Estimate, mean, share
from verification.language import pretraining
from verification.language.comparing import against, best, grid
from verification.language.kept import kept, machine
from verification.measured import Measured

THRESHOLD = 0.5
EARLY = 50  # steps
NEAR = 0.1  # of the lowest loss


def _greedy(*names: str) -> list[Run]:
    return [run for name in names for run in kept(name).runs if run.arm.schedule == "greedy"]


def _fates(found: Sequence[Run]) -> str:
    counts = {fate: sum(run.fate == fate for run in found) for fate in FATES}
    return ", ".join(f"{count} {fate}" for fate, count in counts.items() if count)


def _ends(found: Sequence[Run]) -> str:
    return ", ".join(f"{run.held[2]:.2f}" for run in found)


def _peaks(found: Sequence[Run]) -> str:
    return ", ".join(f"{run.peak:.3g}" for run in found)


def _floored(found: Sequence[Run]) -> str:
    """How many were at the lowest rate within fifty steps."""
    count = sum(bool((run.rates[:EARLY] <= 1.001 * FLOOR * run.arm.rate).any()) for run in found)
    return f"{count} of {len(found)} at the floor within {EARLY} steps"


def _share(found: Sequence[Run]) -> str:
    """The interval is over seeds, since runs of one seed see the same batches."""
    seeds, failing = {run.seed for run in found}, {run.seed for run in found if run.failed}
    estimate = share(len(failing), len(seeds))
    return (
        f"{sum(run.failed for run in found)} of {len(found)} failed, on {len(failing)} of {len(seeds)} seeds (95%"
        f" interval {estimate.low:.2f} to {estimate.high:.2f})"
    )


@cache
def low_factor() -> Measured:
    """Without a cap, F = 1/4."""
    mine = [run for run in _greedy("factors-smollm2") if run.arm.factor == 0.25]
    return Measured(
        f"{kept('factors-smollm2').about}, no cap: {_fates(mine)}; held-out losses {_ends(mine)} from"
        f" {mine[0].start:.2f}, peaks {_peaks(mine)} times the first rate; {_floored(mine)}; {_share(mine)}",
        all(run.failed for run in mine),
    )


@cache
def high_factors() -> Measured:
    """Without a cap, F >= 1/2."""
    mine = [run for run in _greedy("factors-smollm2") if (run.arm.factor or 0) >= THRESHOLD]
    told = "; ".join(
        f"F = {F:g}: {_fates(of)}, held-out {_ends(of)}, peaks {_peaks(of)}, {_floored(of)}"
        for F in (0.5, 0.75, 0.99)
        for of in [[run for run in mine if run.arm.factor == F]]
    )
    return Measured(f"{kept('factors-smollm2').about}, no cap: {told}; {_share(mine)}", not any(r.failed for r in mine))


@cache
def threshold(model: str) -> Measured:
    """F against the cap: whether a run fails if and only if F < 1/2."""
    names = ("factors-smollm2", "caps-smollm2") if model == "smollm2" else ("factors-tiny",)
    mine = _greedy(*names)
    right = sum(run.failed == ((run.arm.factor or 1) < THRESHOLD) for run in mine)
    told = "; ".join(
        f"F = {F:g}, {'no cap' if cap is None else f'cap {cap:g}'}: {sum(run.failed for run in of)} of {len(of)} failed"
        f" (lowest held-out loss {min(run.held[2] for run in of):.2f})"
        for F in sorted({run.arm.factor or 0 for run in mine})
        for cap in (None, 10.0)
        if (of := [run for run in mine if run.arm.factor == F and run.arm.cap == cap])
    )
    return Measured(f"{kept(names[0]).about}: so in {right} of {len(mine)} runs; {told}", right == len(mine))


@cache
def prediction(model: str) -> Prediction:
    """By the peak rate, from runs at constant rates with other seeds."""
    names = ("factors-smollm2", "caps-smollm2") if model == "smollm2" else ("factors-tiny", "design-tiny")
    return predict(kept(f"limits-{model}").runs, _greedy(*names))


@cache
def peak(model: str) -> Measured:
    """Whether it came true wherever it says something; nothing is decided unless it says of some run that it fails."""
    told = prediction(model)
    fatal = "none of those tried is fatal" if math.isinf(told.fatal) else f"fatal from {told.fatal:g} times"
    return Measured(
        f"{kept(f'limits-{model}').about}: constant rates are safe up to {told.safe:g} times the shared rate, {fatal};"
        f" it says something of {told.said} of {told.runs} runs, that {told.doomed} fail, right in {told.right};"
        f" {told.failed} failed, of {told.unsaid} of which it says nothing; that no run fails is right in"
        f" {told.runs - told.failed} of all, F < 1/2 in {told.right_by_factor}; a failed run has the higher peak than"
        f" another one with probability {told.area_peak:.2f}, the smaller F with {told.area_factor:.2f}",
        told.right == told.said,
        decides=told.right < told.said or told.doomed > 0,
    )


@cache
def phi_2() -> Measured:
    """F against failure on a model of Phi-2's dimensions, without a cap."""
    mine = _greedy("factors-phi-2")
    told = "; ".join(
        f"F = {run.arm.factor:g}: {run.fate}, held-out losses {', '.join(f'{x:.2f}' for x in run.held)} at"
        f" {', '.join(STAGES)}, the last {100 * (1 - run.held[2] / run.start):.1f}% below the start, peak"
        f" {run.peak:.3g}"
        for run in mine
    )
    return Measured(
        f"{kept('factors-phi-2').about}, no cap, on {machine('factors-phi-2')}, start {mine[0].start:.2f}: {told}",
        all(run.failed == ((run.arm.factor or 1) < THRESHOLD) for run in mine),
        decides=_several(mine),
    )


def _several(found: Sequence[Run]) -> bool:
    """Whether the runs are of more than one seed: one of each F decides nothing."""
    return len({run.seed for run in found}) > 1


@cache
def spread(model: str) -> Measured:
    """Medians over seeds of the runs with F >= 1/2 that did not fail."""
    name = f"factors-{model}"
    mine = [run for run in _greedy(name) if (run.arm.factor or 0) >= THRESHOLD and not run.failed]
    factors = sorted({run.arm.factor or 0 for run in mine})
    found = {F: float(np.median([run.final for run in mine if run.arm.factor == F])) for F in factors}
    apart = 100 * (max(found.values()) / min(found.values()) - 1)
    told = ", ".join(f"{value:.3f} at F = {F:g}" for F, value in found.items())
    return Measured(
        f"{kept(name).about}, no cap: medians of the final training loss (mean of the last 20 steps) over"
        f" the runs that did not fail: {told}; {apart:.1f}% apart",
        apart <= 1.5,
        decides=_several(mine),
    )


@cache
def shared_rate(stage: int) -> Measured:
    """GreedyLR with F >= 1/2 and no cap against cosine, both from the shared rate."""
    mine = [run for run in _greedy("factors-smollm2") if (run.arm.factor or 0) >= THRESHOLD]
    told = (
        f"{kept('factors-smollm2').about}, F = 0.5, 0.75, 0.99 without a cap, at {STAGES[stage]} of the steps, per cent"
        " below cosine's held-out loss"
    )
    cosine = [run for run in kept("factors-smollm2").runs if run.arm == COSINE]
    return against(mine, cosine, stage, told, claims=len(STAGES))


def _named(arm: Arm) -> str:
    return f"greedy ({arm.comparison})" if arm.schedule == "greedy" else arm.schedule


def _tuning() -> list[Run]:
    return [*kept("tuning-tiny").runs, *kept("tuning-between-tiny").runs]


def at_best_rates() -> dict[str, tuple[Arm, list[Run]]]:
    """The runs at the rates that the tuning chose, by the schedule's name, the one it puts lowest first.

    GreedyLR's other comparisons, which it puts last, are not among them.
    """
    runs = [*kept("rates-tiny").runs, *kept("schedules-tiny").runs]
    found = {_named(arm): (arm, [run for run in runs if run.arm == arm]) for arm in best(_tuning())}
    return {name: (arm, of) for name, (arm, of) in found.items() if of}


def _told() -> str:
    tuning = _tuning()
    return f"the best of {grid(tuning)} times the shared rate on {len({run.seed for run in tuning})} other seeds"


@cache
def own_rate(stage: int) -> Measured:
    """GreedyLR against cosine, each at its own best rate."""
    found = at_best_rates()
    (greedy, mine), (cosine, others) = found["greedy (best)"], found["cosine"]
    told = (
        f"{kept('rates-tiny').about}, F = 0.9, cap 10, from {greedy.rate:g} times the shared rate against cosine"
        f" from {cosine.rate:g} times, both {_told()}, at {STAGES[stage]} of the steps, per cent below cosine's"
        " held-out loss"
    )
    return against(mine, others, stage, told, claims=len(STAGES))


@cache
def ranking() -> Measured:
    """All schedules at their own best rates: the GreedyLR that the tuning puts lowest against the lowest other one."""
    found = at_best_rates()
    greedy, other = (next(name for name in found if name.startswith("greedy") == asked) for asked in (True, False))
    medians = {name: float(np.median([run.held[2] for run in runs])) for name, (_, runs) in found.items()}
    listed = ", ".join(
        f"{name} {medians[name]:.3f} (from {found[name][0].rate:g} x)"
        for name in sorted(medians, key=medians.__getitem__)
    )
    told = (
        f"{kept('rates-tiny').about}, medians of the held-out loss at the end, each from {_told()}: {listed};"
        f" {greedy} against {other}, each the lowest of its kind in the tuning, per cent below"
    )
    return against(found[greedy][1], found[other][1], 2, told)


@cache
def width() -> Measured:
    """From how many of the rates GreedyLR and cosine come near their own lowest loss, seed by seed."""
    runs = kept("rates-tiny").runs
    counts = {name: _near([run for run in runs if run.arm.schedule == name]) for name in ("greedy", "cosine")}
    apart = mean([counts["greedy"][seed] - counts["cosine"][seed] for seed in counts["cosine"]], 0.95)
    told = ", ".join(f"{name} {np.mean(list(of.values())):.1f}" for name, of in counts.items())
    return Measured(
        f"{kept('rates-tiny').about}, F = 0.9, cap 10, from {grid(runs)} times the shared rate: how many of them end"
        f" within {100 * NEAR:g}% of the schedule's own lowest held-out loss: {told}; the difference {apart.value:+.2f}"
        f" [{apart.low:+.2f}, {apart.high:+.2f}], the mean of {len(counts['cosine'])} paired ones with Student's 95%"
        " interval",
        apart.low > 0,
        decides=not apart.holds(0),
    )


def _near(found: Sequence[Run]) -> dict[int, int]:
    """By seed, from how many rates the end is near the lowest one."""
    ends: dict[int, list[float]] = {}
    for run in found:
        ends.setdefault(run.seed, []).append(run.held[2])
    return {seed: sum(end <= (1 + NEAR) * min(filter(math.isfinite, of)) for end in of) for seed, of in ends.items()}


@cache
def constant_rate(model: str) -> Measured:
    """A constant rate against cosine, both at the shared rate: what cosine's decay costs where the rate is low."""
    name = f"factors-{model}"
    runs = [*kept(name).runs, *(kept("constant-smollm2").runs if model == "smollm2" else ())]
    constant, cosine = ([run for run in runs if run.arm == arm] for arm in (Arm("constant"), COSINE))
    return against(constant, cosine, 2, f"{kept(name).about}, a constant rate, per cent below cosine's held-out loss")


@cache
def against_constant() -> Measured:
    """GreedyLR with F >= 1/2 and no cap against a constant rate, both from the shared rate."""
    mine = [run for run in _greedy("factors-smollm2") if (run.arm.factor or 0) >= THRESHOLD]
    told = (
        f"{kept('factors-smollm2').about}, F = 0.5, 0.75, 0.99 without a cap, at the end, per cent below the held-out"
        " loss of a constant rate"
    )
    return against(mine, kept("constant-smollm2").runs, 2, told)


@cache
def table_5() -> Measured:
    """The paper's Tables 5 to 7 in numbers of the SmolLM2 runs."""
    found = instances(kept("factors-smollm2").runs)
    counted = tally(found)
    if counted is None:
        raise ValueError("factors-smollm2 holds no pair with cosine.")
    named = ", ".join(f"{name} {count}" for name, count in zip(CATEGORIES, counted.counts, strict=True))
    better = ", ".join(f"{100 * e.value:.0f}% at {stage}" for e, stage in zip(counted.better, STAGES, strict=True))
    return Measured(
        f"{kept('factors-smollm2').about}, all F without a cap, {sum(counted.counts)} instances (runs of a seed are not"
        f" independent): {named}; as good or better {100 * counted.as_good:.1f}%; better {better}; average"
        f" {counted.average:+.2f}% over the runs that did not fail, {counted.failed} did",
        counted.as_good > 0.5,
        "\n".join(map(_table_10, found)),
    )


def _table_10(row: Instance) -> str:
    deltas = ", ".join("ended" if delta is None else f"{delta:+.1f}%" for delta in row.deltas)
    return (
        f"F = {row.arm.factor:g}, seed {row.seed}: {deltas} at 10%, 50%, 100%; largest difference of the training"
        f" losses {row.largest:.2f}, at step {row.at}"
    )


@cache
def design() -> Measured:
    """Main effects and the largest interactions on the share of failed runs."""
    found = effects(kept("design-tiny").runs)
    main = [e for e in found if len(e.options) == 1 and e.response.startswith("share")]
    pairs = sorted(
        (e for e in found if len(e.options) == 2), key=lambda e: -abs(e.effect.value)
    )  # fmt: skip
    losses = [e for e in found if e.response.startswith("log")]
    table = "\n".join(map(_effect, [*main, *pairs, *losses]))
    strongest = max(main, key=lambda e: abs(e.effect.value))
    return Measured(
        f"{kept('design-tiny').about}, a full design of 32 arms: {'; '.join(map(_effect, main))}; the largest pair:"
        f" {_effect(pairs[0])}",
        strongest.options == ("factor",),
        table,
    )


def _effect(e: Effect) -> str:
    names = " and ".join(f"{o} {level}" for o, level in zip(e.options, e.levels, strict=True))
    return f"{names}: {_signed(e.effect)}" + ("" if e.response.startswith("share") else f" on the {e.response}")


def _signed(e: Estimate) -> str:
    return f"{e.value:+.2f} [{e.low:+.2f}, {e.high:+.2f}]"


def measurements() -> dict[str, Callable[[], Measured]]:
    """The runs, by the claim they stand beside."""
    by_stage = {f"language.shared-rate.{k + 1}": partial(shared_rate, k) for k in range(3)}
    by_stage |= {f"language.own-rate.{k + 1}": partial(own_rate, k) for k in range(3)}
    by_stage |= {f"language.pretraining.{k + 1}": partial(pretraining.llama, k) for k in range(3)}
    by_stage |= {f"language.pretraining-tiny.{k + 1}": partial(pretraining.tiny, 0, k) for k in range(3)}
    by_stage |= {f"language.pretraining-tiny-warmup.{k + 1}": partial(pretraining.tiny, 100, k) for k in range(3)}
    return {
        "language.low-factor": low_factor,
        "language.high-factors": high_factors,
        "language.threshold": partial(threshold, "smollm2"),
        "language.threshold-tiny": partial(threshold, "tiny"),
        "language.peak": partial(peak, "smollm2"),
        "language.peak-tiny": partial(peak, "tiny"),
        "language.threshold-phi-2": phi_2,
        "language.within": partial(spread, "smollm2"),
        "language.within-phi-2": partial(spread, "phi-2"),
        "language.design": design,
        "language.categories": table_5,
        "language.constant": partial(constant_rate, "smollm2"),
        "language.constant-tiny": partial(constant_rate, "tiny"),
        "language.against-constant": against_constant,
        "language.ranking": ranking,
        "language.width": width,
        **by_stage,
    }
