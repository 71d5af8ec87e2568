"""The order of a PyTorch loop, optimizer.step() and then scheduler.step(loss), has the predictable rate."""

from theory.claim import Claim, RocqTheorem
from theory.claims.sgd_progress import SECTION


def claims() -> tuple[Claim, ...]:
    """The repaired theorems, for the order of a PyTorch loop."""
    return (
        Claim(
            id="pytorch-order",
            title="With scheduler.step(loss) after optimizer.step() the repaired theorems apply to the rule itself",
            section=SECTION,
            paper="repairs Theorem A.1 for the order in which released code runs",
            latex=r"\gamma_t = \gamma_t(i_0, \dots, i_{t-1})",
            evidence=(
                RocqTheorem(
                    "Predictable.pytorch_order_converges",
                    "the bound of A.1.repaired, for every rule that turns its rate by the losses it has seen",
                    needs=("convex components", "max_lr<1/(2L)"),
                ),
                RocqTheorem(
                    "Predictable.pytorch_order_converges_sharp",
                    "the bound of sharp.theorem likewise, for max_lr < 1/L",
                    needs=("convex components",),
                ),
            ),
            uses=("A.1.repaired", "sharp.theorem"),
            repairs="A.1",
            note="The theorem supposes convex components and max_lr < 1/(2L), below 1/L for the sharper bound; the rule"
            " itself supplies rates in [min_lr, max_lr] that are fixed before the sample is drawn.",
        ),
    )
