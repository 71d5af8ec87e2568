"""The sweeps whose results are kept with the project: what was asked of which model, with which seeds.

They were fixed before the runs, but for two of the three seeds of ``limits-smollm2``, and but for the nine schedules of
the small Phi: three seeds, at rates of which the highest was the best for several, had established nothing;
``tuning-tiny`` and ``tuning-between-tiny`` ask again, with more rates.  ``rates-tiny``, ``schedules-tiny`` and
``pretraining-tiny`` were fixed when their tuning was done, and have seeds of their own.

``limits-*`` train at constant multiples of the shared rate and say which of them a model bears; from that the peak rate
of a GreedyLR run predicts its end (``numerics.llm.prediction``).  The last two sweeps are for an accelerator; of
``factors-phi-2`` time sufficed for the four runs of GreedyLR, not for that of cosine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from numerics.llm.setting import PRESETS
from numerics.llm.sweep import LanguageSweep

TINY, SMOLLM2 = PRESETS["tiny"], PRESETS["smollm2"]
LLAMA = replace(  # the paper's pre-training, with a quarter of the steps and an eighth of the tokens of each
    PRESETS["llama-1b"], steps=250, batch=8, accumulate=1, length=1024, checkpoint_activations=False,
    save_every=0,
)  # fmt: skip
PHI_2 = replace(  # the paper's LoRA, on a model of Phi-2's dimensions that is first trained here
    PRESETS["phi2"], model="phi-2", data="worked-sums", batch=8, length=256, pretrain=300, save_every=0
)
FROM_NOTHING = replace(  # the paper's pre-training, as many steps as there, on a model that two cores can train
    TINY, data="sources", steps=1000, length=64, rank=0, pretrain=0, held_out=128, save_every=0, floor=LLAMA.floor
)
MULTIPLES = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0)
BETWEEN = (5.5, 18.0, 55.0, 180.0)  # next to the best of those
LIMITS = tuple(("constant", multiple) for multiple in MULTIPLES)
CHOSEN = (  # by their tuning; that of GreedyLR and of cosine is in ``rates-tiny``
    ("linear", 55.0), ("cosine-warmup", 55.0), ("warmup-stable-decay", 55.0), ("constant", 30.0),
    ("constant-warmup", 30.0),
)  # fmt: skip
SCHEDULES = ("constant", "cosine", "cosine-warmup", "linear", "constant-warmup", "warmup-stable-decay")
RATES = (1.0, 5.0, 25.0, 75.0)  # of the pre-training, among which every schedule takes its best
TUNING = 1000  # the first seed of the runs that only choose rates


def _tuning(rates: tuple[float, ...]) -> LanguageSweep:
    """Nine schedules from every rate: GreedyLR in all three comparisons, and those that do not look at the loss."""
    return LanguageSweep(
        setting=TINY, factors=(0.9,), comparison=("best", "previous", "test"), patience=(2,), window=(10,),
        cap=(10.0,), rates=rates, baselines=tuple((name, 1.0) for name in SCHEDULES), seeds=3, seed=TUNING,
    )  # fmt: skip


def _pretraining(rates: tuple[float, ...], seed: int, seeds: int) -> LanguageSweep:
    """The paper's factor and its warm-up of 100, read as that of cosine or as that of the rule as well."""
    return LanguageSweep(
        setting=FROM_NOTHING, factors=(0.95,), cap=(None,), warmup=(0, 100), rates=rates,
        baselines=(("cosine-warmup", 1.0),), seeds=seeds, seed=seed,
    )  # fmt: skip


STUDY: Mapping[str, LanguageSweep] = MappingProxyType(
    {
        "factors-smollm2": LanguageSweep(setting=SMOLLM2, cap=(None,), baselines=(("cosine", 1.0),), seeds=5),
        "caps-smollm2": LanguageSweep(setting=SMOLLM2, factors=(0.25, 0.5), cap=(10.0,), baselines=(), seeds=5),
        "constant-smollm2": LanguageSweep(setting=SMOLLM2, factors=(), baselines=(("constant", 1.0),), seeds=5),
        "limits-smollm2": LanguageSweep(setting=SMOLLM2, factors=(), baselines=LIMITS[2:5], seeds=3, seed=TUNING),
        "factors-tiny": LanguageSweep(setting=TINY, seeds=5),
        "limits-tiny": LanguageSweep(setting=TINY, factors=(), baselines=LIMITS, seeds=3, seed=TUNING),
        "design-tiny": LanguageSweep(
            setting=TINY, factors=(0.25, 0.5), comparison=("best", "previous"), patience=(0, 10), window=(1, 50),
            cap=(None, 10.0), baselines=(), seeds=4, seed=100,
        ),
        "tuning-tiny": _tuning(MULTIPLES),
        "tuning-between-tiny": _tuning(BETWEEN),
        "rates-tiny": LanguageSweep(
            setting=TINY, factors=(0.9,), patience=(2,), window=(10,), cap=(10.0,), rates=(*MULTIPLES, *BETWEEN),
            baselines=(("cosine", 1.0),), seeds=10, seed=400,
        ),
        "schedules-tiny": LanguageSweep(setting=TINY, factors=(), baselines=CHOSEN, seeds=10, seed=400),
        "tuning-pretraining-tiny": _pretraining(RATES, TUNING, 2),
        "pretraining-tiny": _pretraining((5.0,), 300, 10),
        "pretraining-llama-1b": LanguageSweep(
            setting=LLAMA, factors=(0.95,), cap=(None,), baselines=(("cosine-warmup", 1.0),), seeds=2
        ),
        "factors-phi-2": LanguageSweep(setting=PHI_2, cap=(None,), baselines=(("cosine", 1.0),)),
    }
)  # fmt: skip
