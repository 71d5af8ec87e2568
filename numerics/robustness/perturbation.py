"""Perturbations, of the loss that schedulers are told, or of the training that all of them feel.

Those of the paper change the reported loss only: ``gaussian``, ``periodic-spike`` (every 50 to 100 steps, the period
drawn for every run), ``random-spike`` (2% of the steps) and ``adversarial`` (as much as the loss has just improved).
The others change the run itself: ``kick`` adds to the parameters once, half way; ``labels`` permutes the labels of 5%
of the steps; ``scaled-gradients`` multiplies gradients by 1 + strength on 2% of the steps; ``noisy-gradients`` adds to
each.  Strengths are absolute, or ``relative``: shares of the clean loss of the step, or of the size of what they are
added to.  All random numbers of a run come from its seed's own stream, drawn before it starts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from greedylr.checks import check_choice

Array = npt.NDArray[np.float64]
NOISE = 103  # the stream of perturbations, see numerics.streams
REPORTED = ("none", "gaussian", "periodic-spike", "random-spike", "adversarial")
FELT = ("kick", "labels", "scaled-gradients", "noisy-gradients")
SPIKES, LABELS = 0.02, 0.05  # shares of the steps


@dataclass(frozen=True, slots=True)
class Perturbation:
    """One kind at one strength."""

    kind: str = "none"
    strength: float = 0.0
    relative: bool = False

    def __post_init__(self) -> None:
        """Refuse what means nothing."""
        check_choice("a perturbation", self.kind, (*REPORTED, *FELT))
        if not 0 <= self.strength < math.inf:
            raise ValueError(f"strength must be a finite number, at least 0, got {self.strength!r}.")


@dataclass(frozen=True, eq=False)
class Plan:
    """What the perturbation of one run will do at every step, all drawn in advance; shape (steps,).

    ``added`` is added to the reported loss, in units of the strength; ``hit`` marks the steps at which the training is
    perturbed.
    """

    perturbation: Perturbation
    added: Array
    hit: npt.NDArray[np.bool_]
    seed: int

    def generator(self, step: int) -> torch.Generator:
        """Of the numbers that are added to parameters or gradients at a step."""
        number = np.random.Philox(key=[self.seed, NOISE], counter=[step, 1, 0, 0]).random_raw(1)[0]
        return torch.Generator().manual_seed(int(number) >> 1)

    def reported(self, step: int, loss: float, before: float) -> float:
        """What the scheduler is told at a step whose clean loss is ``loss``, after one with ``before``."""
        p = self.perturbation
        if p.kind == "adversarial":
            return loss + p.strength * max(0.0, before - loss)
        unit = p.strength * abs(loss) if p.relative else p.strength
        return loss + unit * float(self.added[step])


def plan(perturbation: Perturbation, seed: int, steps: int) -> Plan:
    """Drawn from the seed's stream of perturbations: the same for every schedule and every strength."""
    chance = np.random.Generator(np.random.Philox(key=[seed, NOISE]))
    normal, uniform, period = chance.normal(size=steps), chance.random(steps), int(chance.integers(50, 101))
    at = np.arange(steps)
    added = {
        "gaussian": normal,
        "periodic-spike": (at % period == period - 1).astype(float),
        "random-spike": (uniform < SPIKES).astype(float),
    }
    hit = {
        "kick": at == steps // 2,
        "labels": uniform < LABELS,
        "scaled-gradients": uniform < SPIKES,
        "noisy-gradients": np.ones(steps, dtype=bool),
    }
    nothing = np.zeros(steps)
    kind = perturbation.kind
    return Plan(perturbation, added.get(kind, nothing), hit.get(kind, nothing.astype(bool)), seed)
