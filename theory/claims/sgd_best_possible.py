"""How far the constants are from the best possible: functions on which the bounds are attained, or nearly so."""

from theory.claim import Claim, RocqTheorem
from theory.claims.sgd_progress import SECTION


def claims() -> tuple[Claim, ...]:
    """The first term, the noise term and the linear rate."""
    return (
        Claim(
            id="sharp.first-term",
            title="The first term cannot be improved: on a Huber function it is attained at the rate 1/L, for every T",
            section=SECTION,
            paper="the constant of the first term of Theorem A.1",
            latex=r"f(\bar x_T) - f^* = \tfrac{\| x_0 - x^* \|^2}{2 (\gamma (T - 1) + 1/L)}",
            evidence=(
                RocqTheorem(
                    "HuberLowerBound.huber_lower_bound",
                    "gradient descent at one rate gamma on the Huber function of width x_0 / (1 + gamma L (T - 1))",
                ),
                RocqTheorem(
                    "HuberLowerBound.interpolation_theorem_attained",
                    "at gamma = 1/L this is the bound of interpolation.theorem, attained for every T",
                ),
                RocqTheorem(
                    "HuberLowerBound.no_contraction",
                    "so no C q^T with q < 1 bounds the gap of the average iterate on all convex L-smooth functions",
                ),
            ),
            uses=("sharp.theorem", "interpolation.theorem"),
            note="At smaller rates, those of sharp.theorem, the first term is larger than the gap by the factor"
            " 1 + (1/(gamma L) - 1)/T, which tends to 1.",
        ),
        Claim(
            id="sharp.noise-term",
            title="At one rate gamma the noise term is too large by at most the factor 1/(1 - L gamma)",
            section=SECTION,
            paper="the constant of the noise term of Theorem A.1",
            latex=r"\tfrac{1}{T} \sum_{t<T} \mathbb{E} f(x_t) - f^* \ge \tfrac{1}{2} \gamma \sigma_f^* - \varepsilon",
            evidence=(
                RocqTheorem(
                    "NoiseTermOptimal.noise_term_optimal",
                    "for every eps > 0, on a Huber function tilted to either side by the sample, for all large T",
                ),
                RocqTheorem(
                    "NoiseLowerBound.no_smaller_noise_term",
                    "on two parabolas no bound A/T + B holds with B below gamma sigma* / (2 (2 - gamma L))",
                ),
                RocqTheorem(
                    "NoiseLowerBound.noise_term_within",
                    "where the noise term is larger by the factor (2 - gamma L)/(1 - gamma L)",
                ),
            ),
            uses=("sharp.theorem",),
            note="Both speak of the mean loss of the iterates, not of the loss of their average.",
        ),
        Claim(
            id="strongly-convex.exponent",
            title="On a quadratic the linear rate has twice the exponent of strongly-convex.theorem",
            section=SECTION,
            paper="the constant of the repaired recursion of P7",
            latex=r"\| x_T - x^* \|^2 = (1 - \gamma \mu)^{2T} \| x_0 - x^* \|^2",
            evidence=(
                RocqTheorem("NoiseLowerBound.linear_rate_on_quadratic", "f_i = mu x^2/2, one rate gamma, no noise"),
            ),
            uses=("strongly-convex.theorem",),
            note="Whether (1 - gamma mu)^T can be improved for all functions with quadratic growth is left open here.",
        ),
    )
