"""What Algorithm 1 balances: gradients weighted by the rates that each sample receives, so dear samples count less."""

from theory.claim import Claim, RocqTheorem

SECTION = "A.1 The bias of Algorithm 1"


def claims() -> tuple[Claim, ...]:
    """The equation that is solved instead, and the sign of the weights."""
    return (
        Claim(
            id="bias.balance",
            title="While its iterates stay bounded, Algorithm 1 balances rate-weighted gradients, not gradients",
            section=SECTION,
            paper="what the average iterate of Theorem A.1 solves",
            latex=r"\tfrac{1}{T} \sum_{t<T} \mathbb{E} \gamma_t \nabla f_{i_t}(x_t)"
            r" = \tfrac{1}{T} (x_0 - \mathbb{E} x_T)",
            evidence=(
                RocqTheorem("DearSamples.what_it_solves", "an identity, paired with any v, for every rule"),
                RocqTheorem("DearSamples.balance", "at most 2B/T while |<x_t, v>| <= B"),
            ),
            note="Were rate and iterate independent, this would be sum_i w_i grad f_i = 0 with w_i = E[rate | i]; as"
            " the rates go to zero they nearly are.",
        ),
        Claim(
            id="bias.dear-samples",
            title="Given the past, a sample's rate does not rise with its loss: dear samples count less",
            section=SECTION,
            paper="why the average iterate of Theorem A.1 is biased",
            latex=r"\mathbb{E}_i[\gamma_i f_i(x)] \le \mathbb{E}_i[\gamma_i]\, \mathbb{E}_i[f_i(x)]",
            evidence=(
                RocqTheorem("DearSamples.decisions_count_less", "for the decisions of Algorithm 1 in any state"),
                RocqTheorem("DearSamples.monotone_rate", "for every rate that does not grow with the loss"),
            ),
        ),
    )
