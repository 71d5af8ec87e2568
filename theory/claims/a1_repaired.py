"""The convergence theorem that holds: convex components, rates fixed before the sample, max_lr < 1/(2L), every T."""

from theory.claim import Claim, KernelProof, RocqTheorem
from theory.claims.a1_assumption import SECTION
from theory.claims.a1_p05_cap import below_cap, positive_rate
from theory.gram import Index, count, mean, square
from theory.kernel import Conclude, Fact, Induct, Inst, Mean, Norm, Proof, Rational, Telescope
from theory.notation import HI, LO, PATHS, SIGMA2, STEP, STEPS, TIME, X_BAR, X_STAR, L, f, g_i, iterate
from theory.polynomial import Poly
from theory.tactics import add, assume, at, expect, mul, rational, scale

X_T = iterate(STEP)
DISTANCE = mean(PATHS, square(X_T - X_STAR))  # E |x_t - x*|^2
START = mean(PATHS, square(iterate(Index("")) - X_STAR))
SLOPE = LO * (1 - 2 * L * HI)


def bound(gap: Poly) -> Fact:
    """2 min_lr (1 - 2L max_lr) T gap <= E |x_0 - x*|^2 + 2 T max_lr^2 sigma*: the bound, its denominators cleared."""
    return Fact(START + 2 * count(STEPS) * HI**2 * SIGMA2 - 2 * SLOPE * count(STEPS) * gap)


AVERAGE_GAP = bound(mean(TIME, mean(PATHS, f(X_T))) - f(X_STAR))
GAP_OF_AVERAGE = bound(mean(PATHS, f(X_BAR)) - f(X_STAR))


def rates_to_bounds() -> Proof:
    """2 [gamma (1 - 2L gamma) - min_lr (1 - 2L max_lr)] (f(x_t) - f*) + 2 (max_lr^2 - gamma^2) sigma* >= 0."""
    room = add("max_lr<1/(2L)", mul(rational(2), "L>0", below_cap()))  # 1 - 2L gamma > 0
    above = add("min_lr<=gamma", scale(-1, "predictable rate"))  # gamma - min_lr >= 0
    slope = add(mul(above, room), mul(rational(2), "L>0", "min_lr>0", below_cap()))
    noise = add(expect(Norm(g_i(X_STAR))), "sigma2")
    squares = mul(below_cap(), add(below_cap(), mul(rational(2), positive_rate())))
    return add(mul(rational(2), slope, at("x* optimal", x=X_T)), mul(rational(2), squares, noise))


def average_gap() -> Proof:
    """One step at x_t, averaged over all paths, summed over t < T; the last distance is dropped."""
    step = Mean(PATHS, add(at("A.1.one-step", x=X_T), rates_to_bounds()))
    summed = Telescope(TIME, DISTANCE, add(step, scale(-1, "sgd")))
    last = Inst(((STEP, STEPS),), Mean(PATHS, Norm(X_T - X_STAR)))
    return Conclude(AVERAGE_GAP, add(summed, last))


def steps_are_nonnegative() -> Proof:
    """T >= 0, by induction."""
    return Induct(STEPS, count(STEPS), Rational(0), Rational(1), Rational(1))


def gap_of_average() -> Proof:
    """Jensen on every path, averaged over the paths, times 2 min_lr (1 - 2L max_lr) T."""
    jensen = add(Mean(PATHS, assume("A.1.P10")), scale(-1, "means commute"))
    weight = mul(rational(2), "min_lr>0", "max_lr<1/(2L)", steps_are_nonnegative())
    return Conclude(GAP_OF_AVERAGE, add(average_gap(), mul(weight, jensen)))


def claims() -> tuple[Claim, ...]:
    """The repaired theorem."""
    return (
        Claim(
            id="A.1.repaired",
            title="Convergence for convex components, rates fixed before the sample, max_lr < 1/(2L)",
            section=SECTION,
            paper="repairs Appendix A.1, Theorem A.1",
            latex=r"\mathbb{E} f(\bar x_T) - f^* \le \tfrac{1}{T} \sum_{t<T} \mathbb{E} f(x_t) - f^* \le"
            r" \tfrac{\| x_0 - x^* \|^2}{2 \gamma_{\min} (1 - 2 L \gamma_{\max}) T}"
            r" + \tfrac{\gamma_{\max}^2 \sigma_f^*}{\gamma_{\min} (1 - 2 L \gamma_{\max})}",
            evidence=(
                KernelProof(AVERAGE_GAP, average_gap, "the average gap"),
                KernelProof(GAP_OF_AVERAGE, gap_of_average, "the gap of the average iterate"),
                RocqTheorem(
                    "Convergence.repaired_theorem",
                    "the same for SGD on n samples, E being the mean over all n^T sample sequences",
                ),
                RocqTheorem(
                    "Convergence.constant_rate",
                    "at one constant rate it is the bound of Garrigos and Gower's handbook",
                ),
            ),
            uses=("A.1.one-step", "A.1.P10"),
            repairs="A.1",
            note="O(1/T) to the minimum only if sigma* = 0; otherwise O(1/T) to a floor of the order of"
            " max_lr^2 sigma* / min_lr.",
        ),
    )
