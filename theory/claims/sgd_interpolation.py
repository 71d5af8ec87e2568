"""Interpolation: if x* minimises every f_i, the rate O(1/T) that the paper announces is true, for max_lr < 2/L."""

from theory.claim import Claim, KernelProof, RocqTheorem
from theory.claims.a1_one_step import DISTANCE_NEXT
from theory.claims.a1_p04_substitution import GAP
from theory.claims.a1_p05_cap import below_cap, positive_rate
from theory.claims.a1_repaired import DISTANCE, START, X_T, steps_are_nonnegative
from theory.claims.sgd_progress import SECTION, positive_inverse_l
from theory.claims.sgd_sharp import above_floor, expanded
from theory.gram import count, mean, square
from theory.kernel import Conclude, Fact, Inst, Mean, Norm, Proof, Telescope
from theory.notation import CURB, GAMMA, HI, LO, PATHS, STEP, STEPS, TIME, X_BAR, X_STAR, X, f, g_i
from theory.polynomial import Poly, lift
from theory.tactics import add, assume, at, expect, mul, rational, scale

STEP_BOUND = Fact(square(X - X_STAR) - 2 * GAMMA * CURB * GAP - DISTANCE_NEXT)


def bound(gap: Poly) -> Fact:
    """2 min_lr c T gap <= E |x_0 - x*|^2 for c = min(1, 2 - L max_lr)."""
    return Fact(START - 2 * LO * CURB * count(STEPS) * gap)


AVERAGE_GAP = bound(mean(TIME, mean(PATHS, f(X_T))) - f(X_STAR))
GAP_OF_AVERAGE = bound(mean(PATHS, f(X_BAR)) - f(X_STAR))


def steep() -> Proof:
    """(2 - c)/L - gamma >= 0, as c is at most 2 - L max_lr."""
    return add(mul(positive_inverse_l(), "c<=2-L max_lr"), below_cap(), scale(HI, "1/L"))


def paid_by_the_gap(spread: Proof, bounded: Proof) -> Proof:
    """gamma [2 (1 - c) gap - (gamma - 1/L) spread] >= 0, the spread being at most 2L times the gap."""
    rest = mul("c<=1", positive_rate(), positive_inverse_l(), bounded)
    return add(mul(positive_rate(), steep(), spread), rest, scale(-2 * GAMMA * (1 - CURB) * GAP, "1/L"))


def one_step() -> Proof:
    """At x* every sample's gradient vanishes, so the second moment is the spread."""
    pull = mul(rational(2), positive_rate(), "sharp.progress")
    second = expect(scale(-(GAMMA**2), at("interpolation", v=2 * g_i(X) - g_i(X_STAR))))
    spread = expect(Norm(g_i(X) - g_i(X_STAR)))
    return Conclude(STEP_BOUND, add(expanded(lift(1)), pull, second, paid_by_the_gap(spread, assume("sharp.spread"))))


def average_gap() -> Proof:
    """One step at x_t with the rate at its bound, averaged over all paths, summed over t < T."""
    slope = mul(rational(2), "max_lr<2/L", above_floor(), at("x* optimal", x=X_T))
    step = Mean(PATHS, add(at("interpolation.step", x=X_T), slope))
    summed = Telescope(TIME, DISTANCE, add(step, scale(-1, "sgd")))
    last = Inst(((STEP, STEPS),), Mean(PATHS, Norm(X_T - X_STAR)))
    return Conclude(AVERAGE_GAP, add(summed, last))


def gap_of_average() -> Proof:
    """Jensen on every path, averaged over the paths, times 2 min_lr c T."""
    jensen = add(Mean(PATHS, assume("A.1.P10")), scale(-1, "means commute"))
    weight = mul(rational(2), "min_lr>0", "max_lr<2/L", steps_are_nonnegative())
    return Conclude(GAP_OF_AVERAGE, add(average_gap(), mul(weight, jensen)))


def claims() -> tuple[Claim, ...]:
    """One step, and the theorem, without noise at the minimiser."""
    return (
        Claim(
            id="interpolation.step",
            title="One step towards a minimiser of every f_i, for max_lr < 2/L",
            section=SECTION,
            paper="sharpens P1 to P8 of the proof of Theorem A.3 for sigma* = 0",
            latex=r"\mathbb{E}_i \| x_{t+1} - x^* \|^2 \le \| x_t - x^* \|^2"
            r" - 2 \gamma_t \min(1, 2 - L \gamma_{\max}) (f(x_t) - f^*)",
            evidence=(KernelProof(STEP_BOUND, one_step),),
            uses=("sharp.progress", "sharp.spread"),
        ),
        Claim(
            id="interpolation.theorem",
            title="A rate of O(1/T) to the minimum when x* minimises every f_i, for max_lr < 2/L",
            section=SECTION,
            paper="sharpens the repair of Theorem A.1 for sigma* = 0",
            latex=r"\mathbb{E} f(\bar x_T) - f^* \le"
            r" \tfrac{\| x_0 - x^* \|^2}{2 \gamma_{\min} \min(1, 2 - L \gamma_{\max}) T}",
            evidence=(
                KernelProof(AVERAGE_GAP, average_gap, "the average gap"),
                KernelProof(GAP_OF_AVERAGE, gap_of_average, "the gap of the average iterate"),
                RocqTheorem("Convergence.interpolation_theorem", "the same for SGD on n samples"),
            ),
            uses=("interpolation.step", "A.1.P10"),
            repairs="3.rate",
            note="Without noise at the minimiser the announced O(1/T) is genuine.",
        ),
    )
