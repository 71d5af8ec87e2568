"""GreedyLR against cosine with warm-up from random weights: what the kept runs say."""

from __future__ import annotations

from functools import cache

from numerics.llm.arms import Arm
from numerics.llm.summary import STAGES, gain
from verification.language.comparing import against, best, grid
from verification.language.kept import kept, machine
from verification.measured import Measured

COSINE = "cosine-warmup"


@cache
def llama(stage: int) -> Measured:
    """Llama-3.2-1B's dimensions, both from the paper's rate."""
    runs = kept("pretraining-llama-1b").runs
    cosine = {run.seed: run for run in runs if run.arm == Arm(COSINE)}
    pairs = [(run.seed, gain(run, cosine[run.seed], stage)) for run in runs if run.arm.schedule == "greedy"]
    told = (
        f"{kept('pretraining-llama-1b').about}, 8,192 tokens a step, on {machine('pretraining-llama-1b')}, at"
        f" {STAGES[stage]} of the steps, per cent below the held-out loss of cosine with warm-up"
    )
    return against(pairs, told)


@cache
def tiny(warmup: int, stage: int) -> Measured:
    """The small Phi, each from its own best rate; ``warmup`` is that of the rule."""
    tuning, runs = kept("tuning-pretraining-tiny").runs, kept("pretraining-tiny").runs
    chosen = best(tuning)
    greedy = next(arm for arm in chosen if arm.schedule == "greedy" and arm.warmup == warmup)
    cosine = next(arm for arm in chosen if arm.schedule == COSINE)
    mine, others = [run for run in runs if run.arm == greedy], {run.seed: run for run in runs if run.arm == cosine}
    pairs = [(run.seed, gain(run, others[run.seed], stage)) for run in mine if not run.failed]
    told = (
        f"{kept('pretraining-tiny').about}, F = 0.95, warm-up of the rule {warmup}, no cap, from {greedy.rate:g} times"
        f" the shared rate against cosine with warm-up from {cosine.rate:g} times, both the best of {grid(tuning)} on"
        f" two other seeds, at {STAGES[stage]} of the steps, per cent below ({len(mine) - len(pairs)} of {len(mine)}"
        " runs failed and are left out)"
    )
    return against(pairs, told)
