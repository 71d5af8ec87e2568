"""How far the constants are from the best possible: functions on which the bounds are attained, or nearly."""

from theory.claim import Claim, RocqTheorem
from theory.claims.sgd_progress import SECTION


def claims() -> tuple[Claim, ...]:
    """The first term."""
    return (
        Claim(
            id="sharp.first-term",
            title="The first term cannot be improved: at the rate 1/L it is attained on a Huber function, for every T",
            section=SECTION,
            paper="the constant of the first term of Theorem A.1",
            latex=r"f(\bar x_T) - f^* = \tfrac{\| x_0 - x^* \|^2}{2 (\gamma (T - 1) + 1/L)}",
            evidence=(
                RocqTheorem(
                    "HuberLowerBound.huber_lower_bound",
                    "gradient descent at one rate gamma on the Huber function of width x_0 / (1 + gamma L (T - 1))",
                ),
                RocqTheorem(
                    "HuberLowerBound.sharp_first_term",
                    "at gamma = 1/L this is |x_0 - x*|^2 / (2 gamma T), the first term of sharp.theorem",
                ),
                RocqTheorem(
                    "HuberLowerBound.interpolation_theorem_attained",
                    "so the bound of interpolation.theorem is attained for every T",
                ),
            ),
            uses=("sharp.theorem", "interpolation.theorem"),
            note="At smaller rates the bound is larger by the factor 1 + (1/(gamma L) - 1)/T, which tends to 1.",
        ),
    )
