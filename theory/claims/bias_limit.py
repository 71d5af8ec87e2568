"""How far Algorithm 1 ends from the minimiser on two samples, and from which T on each reading of the bound fails."""

from fractions import Fraction

from theory.arithmetic import approx
from theory.bias_closed_form import bias, distance_bound
from theory.claim import Check, Claim, Counterexample, RocqTheorem, Witness
from theory.claims.a1_same_sample import FACTOR, HIGH, LOW
from theory.claims.a1_theorem import Instance, readings
from theory.claims.dear_samples import SECTION
from theory.runs import Q

START = Q(1, 2)  # away from the minimiser, so that the first term of a bound counts
LIMIT = 2**40


def floor(steps: int) -> Fraction:
    """(E xbar_T)^2/2 is at least this: E xbar_T lies within 2 (1 + |x_0|)/(h T) of its limit."""
    away = abs(bias(FACTOR, HIGH)) - distance_bound(HIGH, START, steps)
    return max(away, Q(0)) ** 2 / 2


def noise_terms() -> dict[str, Fraction]:
    """The second term of the bound at sigma* = 1, L = 1, for each reading of beta."""
    contraction = 2 * LOW * (1 - HIGH / 2)
    return {
        "beta = L max_lr^2 sigma*": HIGH**2 / contraction,
        "beta = 2 max_lr^2 sigma*": 2 * HIGH**2 / contraction,
        "the noise term of A.1.repaired": HIGH**2 / (LOW * (1 - 2 * HIGH)),
    }


def bounds(steps: int) -> dict[str, Fraction]:
    """The bound for every reading of its first and of its second term."""
    at = Instance(Q(1), LOW, HIGH, steps, START**2 / 2, START**2)
    return {f"{first}; {second}": a + b for first, a in readings(at).items() for second, b in noise_terms().items()}


def violated_from(reading: str) -> int:
    """The first T with floor(T) above the bound; from there on for ever, as one rises with T and the other falls."""
    low, high = 0, LIMIT  # not violated at low, violated at high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if floor(middle) > bounds(middle)[reading] else (middle, high)
    return high


def every_reading() -> Witness:
    """Fifteen readings of the bound, each exceeded from an explicit T on."""
    first = {reading: violated_from(reading) for reading in bounds(1)}
    return Witness(
        says="f_1 = (x-1)^2/2 + c, f_2 = (x+1)^2/2, c >= 2 (convex, L = 1, sigma* = 1), x_0 = 1/2, Algorithm 1, F = 1/2"
        ", rates in [1/1024, 1/512]: |E xbar_T + 171/1195| <= 2 (1 + |x_0|)/(max_lr T) (SameSample.expected_average).",
        hypotheses=(
            Check("the limit of E xbar_T is -(1-F)(1+h)/(3+F+(1-F)h)", bias(FACTOR, HIGH), "=", -Q(171, 1195)),
            Check("min_lr <= F max_lr", LOW, "<=", FACTOR * HIGH),
            Check("the largest T below, against the limit of the search", Q(max(first.values())), "<", Q(LIMIT)),
        ),
        claimed=tuple(
            Check(f"E f(xbar_T) - f* is at most the bound at T = {steps}, {reading}", floor(steps), "<=", at)
            for reading, steps in first.items()
            for at in [bounds(steps)[reading]]
        ),
        trace=(("limit of (E xbar_T)^2/2", approx(bias(FACTOR, HIGH) ** 2 / 2)),),
    )


def claims() -> tuple[Claim, ...]:
    """The limit, and every reading of the bound held against it."""
    return (
        Claim(
            id="bias.limit",
            title="On two samples the mean of Algorithm 1's average tends to -(1-F)(1+h)/(3+F+(1-F)h), not to x* = 0",
            section=SECTION,
            paper="the limit of the average iterate of Theorem A.1",
            latex=r"\Bigl| \mathbb{E} \bar x_T + \tfrac{(1-F)(1+h)}{3+F+(1-F)h} \Bigr|"
            r" \le \tfrac{2 (1 + |x_0|)}{h T},\quad h = \gamma_{\max}",
            evidence=(
                RocqTheorem(
                    "SameSample.expected_average",
                    "for all F, h < 1, min_lr <= F h, |x_0| < 1 and T, started at the rate h as after a cheap sample",
                ),
                RocqTheorem(
                    "SameSample.rule_is_chain", "there Algorithm 1 cuts its rate on the dear after the cheap only"
                ),
                RocqTheorem("SameSample.admissible", "with convex components, L = 1, x* = 0 and sigma* = 1"),
            ),
            note="The limit tends to -(1-F)/(3+F) as h goes to 0: small rates do not remove it.",
        ),
        Claim(
            id="bias.readings",
            title="The bound of Theorem A.1 in every reading of its two terms, for Algorithm 1 on two samples",
            section=SECTION,
            paper="Appendix A.1, Theorem A.1, its lost display",
            latex=r"\mathbb{E} f(\bar x_T) - f^*"
            r" \le \tfrac{1}{T} \tfrac{a_0}{1 - \alpha} + \tfrac{\beta}{1 - \alpha}",
            evidence=(Counterexample("each reading is exceeded from an explicit T on", every_reading),),
            rebuilt=("the bound: five readings of the first term with three of the second",),
            uses=("bias.limit",),
        ),
        Claim(
            id="bias.remedies",
            title="On two samples patience removes the bias, batches dilute it, smoothing does not; the order of a"
            " PyTorch loop leaves one of the order of max_lr",
            section=SECTION,
            paper="the options of Algorithm 2, held against the bias of Algorithm 1",
            latex=r"\lim_t \mathbb{E} x_t",
            uses=("bias.limit",),
            note="For the order of a PyTorch loop the limit is d h (d (1-h) + 4h) / (4 (4 - d (1-h))) with h = max_lr"
            " and d = 1 - max(min_lr, F h)/h (theory/bias_closed_form.py).",
        ),
    )
