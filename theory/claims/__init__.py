"""Every claim of the paper, in the paper's order."""

from __future__ import annotations

from theory.claim import Claim
from theory.claims import (
    a1_assumption,
    a1_discussion,
    a1_one_step,
    a1_p01_descent,
    a1_p02_expectation,
    a1_p03_variance,
    a1_p04_substitution,
    a1_p05_cap,
    a1_p07_contraction,
    a1_p08_uniform,
    a1_p09_iteration,
    a1_p10_jensen,
    a1_p11_average,
    a1_repaired,
    a1_theorem,
    a2_condition,
    a2_decrease,
    a2_no_decrease,
    a2_theorem,
    a2_update,
    a6_noise,
    a7_directional,
    cross_references,
    f_sweep,
    large_models,
    pretraining,
    recovery,
    robustness,
    small_models,
    stability_threshold,
    table_10,
)

SECTIONS = (
    "3 The scheduler",
    "4.1 Small models",
    "4.2.1 Large models, fine-tuning",
    "4.2.2 Pre-training",
    "4.3 Stability threshold",
    "4.4 and A.6 Robustness",
    "A.1 Convergence",
    "A.1 The factor F",
    "A.6 Noise in the loss",
    "A.7 Guidance",
    "Cross-references",
)


def paper() -> tuple[Claim, ...]:
    """The claims, section by section; a claim never comes before one that its proof cites."""
    modules = (
        a1_assumption,
        a1_p01_descent,
        a1_p02_expectation,
        a1_p03_variance,
        a1_p04_substitution,
        a1_p05_cap,
        a1_p07_contraction,
        a1_p08_uniform,
        a1_p09_iteration,
        a1_p10_jensen,
        a1_p11_average,
        a1_theorem,
        a1_one_step,
        a1_repaired,
        a1_discussion,
        a2_theorem,
        a2_condition,
        a2_update,
        a2_decrease,
        a2_no_decrease,
        small_models,
        table_10,
        large_models,
        pretraining,
        stability_threshold,
        f_sweep,
        robustness,
        recovery,
        a6_noise,
        a7_directional,
        cross_references,
    )
    claims = [claim for module in modules for claim in module.claims()]
    return tuple(sorted(claims, key=lambda claim: SECTIONS.index(claim.section)))
