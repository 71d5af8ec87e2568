"""The convergence theorem with its best first term, for every max_lr below 1/L.

Young's inequality with the weight 1/(L max_lr) - 1 lets the spread of the gradients pay for the variance in full.
"""

from theory.claim import Claim, KernelProof, RocqTheorem
from theory.claims.a1_one_step import DISTANCE_NEXT
from theory.claims.a1_p04_substitution import GAP
from theory.claims.a1_p05_cap import below_cap, positive_rate
from theory.claims.a1_repaired import DISTANCE, START, X_T, steps_are_nonnegative
from theory.claims.sgd_progress import SECTION, positive_inverse_cap, positive_inverse_l
from theory.gram import count, mean, square
from theory.kernel import Conclude, Fact, Inst, Mean, Norm, Proof, Square, Telescope
from theory.notation import (
    GAMMA,
    GAMMA_I,
    HI,
    INV_HI,
    LO,
    PATHS,
    SAMPLE,
    SIGMA2,
    STEP,
    STEPS,
    TIME,
    X_BAR,
    X_STAR,
    L,
    X,
    f,
    g_i,
)
from theory.polynomial import Poly
from theory.tactics import add, assume, at, expect, mul, rational, scale

ROOM = 1 - L * HI
STEP_BOUND = Fact(ROOM * (square(X - X_STAR) - 2 * GAMMA * GAP - DISTANCE_NEXT) + GAMMA**2 * SIGMA2)


def bound(gap: Poly) -> Fact:
    """2 min_lr T gap <= E |x_0 - x*|^2 + T max_lr^2 sigma* / (1 - L max_lr), its denominator cleared."""
    return Fact(ROOM * (START - 2 * LO * count(STEPS) * gap) + count(STEPS) * HI**2 * SIGMA2)


AVERAGE_GAP = bound(mean(TIME, mean(PATHS, f(X_T))) - f(X_STAR))
GAP_OF_AVERAGE = bound(mean(PATHS, f(X_BAR)) - f(X_STAR))


def expanded(weight: Poly) -> Proof:
    """The rate leaves E |x - gamma grad f_i(x) - x*|^2, by predictability: zero, times the weight."""
    cross = expect(scale(2 * weight * (g_i(X) @ (X - X_STAR)), "predictable rate"))
    return add(cross, expect(scale(-weight * (GAMMA_I + GAMMA) * square(g_i(X)), "predictable rate")))


def unit(weight: Poly) -> Proof:
    """weight (L max_lr / (L max_lr) - 1) = 0."""
    return add(scale(weight * HI * INV_HI, "1/L"), scale(weight, "1/max_lr"))


def share_of_cap() -> Proof:
    """1 - gamma / max_lr >= 0."""
    return add(mul(positive_inverse_cap(), below_cap()), scale(-1, "1/max_lr"))


def young() -> Proof:
    """gamma^2/h times |(1 - h) a - b|^2 = (1 - h) |a - b|^2 + h |b|^2 - h (1 - h) |a|^2, for h = L max_lr."""
    split = mul(Square(GAMMA), positive_inverse_l(), positive_inverse_cap(), expect(Norm(ROOM * g_i(X) - g_i(X_STAR))))
    first, second = mean(SAMPLE, square(g_i(X))), mean(SAMPLE, square(g_i(X_STAR)))
    return add(split, unit(GAMMA**2 * (ROOM * first - second)), scale(GAMMA**2, "sigma2"))


def one_step() -> Proof:
    """Progress pays for Young's inequality, since gamma <= max_lr."""
    pull = mul(rational(2), "max_lr<1/L", positive_rate(), "sharp.progress")
    spread = expect(Norm(g_i(X) - g_i(X_STAR)))
    paid = mul("max_lr<1/L", positive_rate(), positive_inverse_l(), share_of_cap(), spread)
    return Conclude(STEP_BOUND, add(expanded(ROOM), pull, young(), paid))


def above_floor() -> Proof:
    """gamma - min_lr >= 0."""
    return add("min_lr<=gamma", scale(-1, "predictable rate"))


def noise_at_cap() -> Proof:
    """(max_lr^2 - gamma^2) sigma* >= 0."""
    noise = add(expect(Norm(g_i(X_STAR))), "sigma2")
    return mul(below_cap(), add(below_cap(), mul(rational(2), positive_rate())), noise)


def average_gap() -> Proof:
    """One step at x_t with the rate at its bounds, averaged over all paths, summed over t < T."""
    slope = mul(rational(2), "max_lr<1/L", above_floor(), at("x* optimal", x=X_T))
    step = Mean(PATHS, add(at("sharp.step", x=X_T), slope, noise_at_cap()))
    summed = Telescope(TIME, ROOM * DISTANCE, add(step, scale(-ROOM, "sgd")))
    last = mul("max_lr<1/L", Inst(((STEP, STEPS),), Mean(PATHS, Norm(X_T - X_STAR))))
    return Conclude(AVERAGE_GAP, add(summed, last))


def gap_of_average() -> Proof:
    """Jensen on every path, averaged over the paths, times 2 min_lr (1 - L max_lr) T."""
    jensen = add(Mean(PATHS, assume("A.1.P10")), scale(-1, "means commute"))
    weight = mul(rational(2), "min_lr>0", "max_lr<1/L", steps_are_nonnegative())
    return Conclude(GAP_OF_AVERAGE, add(average_gap(), mul(weight, jensen)))


def claims() -> tuple[Claim, ...]:
    """The sharper step, and the sharper theorem."""
    return (
        Claim(
            id="sharp.step",
            title="One step loses nothing of the gap to the noise",
            section=SECTION,
            paper="sharpens P1 to P8 of the proof of Theorem A.3",
            latex=r"\mathbb{E}_i \| x_{t+1} - x^* \|^2 \le \| x_t - x^* \|^2 - 2 \gamma_t (f(x_t) - f^*)"
            r" + \tfrac{\gamma_t^2 \sigma_f^*}{1 - L \gamma_{\max}}",
            evidence=(KernelProof(STEP_BOUND, one_step),),
            uses=("sharp.progress",),
        ),
        Claim(
            id="sharp.theorem",
            title="Convergence for convex components, rates fixed before the sample, max_lr < 1/L",
            section=SECTION,
            paper="sharpens the repair of Theorem A.1",
            latex=r"\mathbb{E} f(\bar x_T) - f^* \le \tfrac{\| x_0 - x^* \|^2}{2 \gamma_{\min} T}"
            r" + \tfrac{\gamma_{\max}^2 \sigma_f^*}{2 \gamma_{\min} (1 - L \gamma_{\max})}",
            evidence=(
                KernelProof(AVERAGE_GAP, average_gap, "the average gap"),
                KernelProof(GAP_OF_AVERAGE, gap_of_average, "the gap of the average iterate"),
                RocqTheorem(
                    "Convergence.sharp_theorem",
                    "the same for SGD on n samples, E being the mean over all n^T sample sequences",
                ),
                RocqTheorem("Convergence.sharp_implies_repaired", "its bound is never above that of A.1.repaired"),
            ),
            uses=("sharp.step", "A.1.P10"),
            repairs="A.1",
            note="Never above the bound of A.1.repaired where both apply, and the cap may be twice as large. For one"
            " rate fixed in advance bounds with as small a first term are known"
            " (Cortild and others, arXiv 2505.17965).",
        ),
    )
