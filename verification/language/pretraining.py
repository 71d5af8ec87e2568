"""GreedyLR against cosine with warm-up from random weights: what the kept runs say."""

from __future__ import annotations

from functools import cache

from numerics.llm.summary import STAGES
from verification.language.comparing import against, best, grid
from verification.language.kept import kept, machine
from verification.measured import Measured

COSINE = "cosine-warmup"


@cache
def llama(stage: int) -> Measured:
    """Llama-3.2-1B's dimensions, both from the paper's rate."""
    runs = kept("pretraining-llama-1b").runs
    mine, others = ([r for r in runs if r.arm.schedule == name] for name in ("greedy", COSINE))
    told = (
        f"{kept('pretraining-llama-1b').about}, 8,192 tokens a step, on {machine('pretraining-llama-1b')}, at"
        f" {STAGES[stage]} of the steps, per cent below the held-out loss of cosine with warm-up"
    )
    return against(mine, others, stage, told, claims=len(STAGES))


@cache
def tiny(warmup: int, stage: int) -> Measured:
    """The small Phi, each from its own best rate; ``warmup`` is that of the rule."""
    tuning, runs = kept("tuning-pretraining-tiny").runs, kept("pretraining-tiny").runs
    chosen = best(tuning)
    greedy = next(arm for arm in chosen if arm.schedule == "greedy" and arm.warmup == warmup)
    cosine = next(arm for arm in chosen if arm.schedule == COSINE)
    told = (
        f"{kept('pretraining-tiny').about}, F = 0.95, warm-up of the rule {warmup}, no cap, from {greedy.rate:g} times"
        f" the shared rate against cosine with warm-up from {cosine.rate:g} times, both the best of {grid(tuning)} on"
        f" two other seeds, at {STAGES[stage]} of the steps, per cent below"
    )
    mine, others = ([run for run in runs if run.arm == arm] for arm in (greedy, cosine))
    return against(mine, others, stage, told, claims=2 * len(STAGES))
