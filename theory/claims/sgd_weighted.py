"""Weighted by its rates, the average iterate pays for min_lr in neither term of the bound."""

from theory.claim import Claim, KernelProof, RocqTheorem
from theory.claims.a1_p05_cap import below_cap, positive_rate
from theory.claims.a1_repaired import DISTANCE, START, X_T, steps_are_nonnegative
from theory.claims.sgd_progress import SECTION
from theory.claims.sgd_sharp import ROOM
from theory.gram import count, mean
from theory.kernel import Conclude, Fact, Inst, Mean, Norm, Proof, Telescope
from theory.notation import GAMMA, HI, PATHS, SIGMA2, STEP, STEPS, TIME, X_HAT, X_STAR, f, g, g_i
from theory.polynomial import Poly
from theory.tactics import add, at, expect, mul, rational, scale

TOTAL = mean(TIME, GAMMA)  # the rates of a path on average: (1/T) sum_{t<T} gamma_t


def bound(weighted: Poly) -> Fact:
    """T weighted <= (1 - L max_lr) E |x_0 - x*|^2."""
    return Fact(ROOM * START - count(STEPS) * weighted)


def excess(rate: Poly, value: Poly) -> Poly:
    """rate [2 (1 - L max_lr) (value - f*) - max_lr sigma*]."""
    return rate * (2 * ROOM * (value - f(X_STAR)) - HI * SIGMA2)


AVERAGE_GAP = bound(mean(TIME, mean(PATHS, excess(GAMMA, f(X_T)))))
GAP_OF_AVERAGE = bound(mean(PATHS, excess(TOTAL, f(X_HAT))))
JENSEN = Fact(mean(TIME, GAMMA * f(X_T)) - TOTAL * f(X_HAT))


def average_gap() -> Proof:
    """One step at x_t, gamma^2 <= max_lr gamma in the noise, averaged over all paths, summed over t < T."""
    noise = mul(positive_rate(), below_cap(), add(expect(Norm(g_i(X_STAR))), "sigma2"))
    step = Mean(PATHS, add(at("sharp.step", x=X_T), noise))
    summed = Telescope(TIME, ROOM * DISTANCE, add(step, scale(-ROOM, "sgd")))
    last = mul("max_lr<1/L", Inst(((STEP, STEPS),), Mean(PATHS, Norm(X_T - X_STAR))))
    return Conclude(AVERAGE_GAP, add(summed, last))


def jensen() -> Proof:
    """Convexity from xhat to every x_t, weighted by the rates; the linear term vanishes by the definition of xhat."""
    below = Mean(TIME, mul(positive_rate(), at("convex", x=X_HAT, y=X_T)))
    return Conclude(JENSEN, add(below, scale(-1, at("xhat", v=g(X_HAT)))))


def gap_of_average() -> Proof:
    """The weighted Jensen inequality on every path, averaged over the paths, times 2 (1 - L max_lr) T."""
    values = add(Mean(PATHS, jensen()), scale(-1, "weighted means commute"))
    weight = mul(rational(2), "max_lr<1/L", steps_are_nonnegative())
    rates = scale(count(STEPS) * (2 * ROOM * f(X_STAR) + HI * SIGMA2), "mean rates commute")
    return Conclude(GAP_OF_AVERAGE, add(average_gap(), mul(weight, values), rates))


def claims() -> tuple[Claim, ...]:
    """The weighted theorem."""
    return (
        Claim(
            id="weighted.theorem",
            title="Convergence of the average weighted by the rates, max_lr < 1/L",
            section=SECTION,
            paper="sharpens the repair of Theorem A.1",
            latex=r"\mathbb{E} \Bigl[ \Gamma_T \Bigl( f(\hat x_T) - f^*"
            r" - \tfrac{\gamma_{\max} \sigma_f^*}{2 (1 - L \gamma_{\max})} \Bigr) \Bigr]"
            r" \le \tfrac{1}{2} \| x_0 - x^* \|^2,\quad \Gamma_T = \sum_{t<T} \gamma_t"
            r",\quad \hat x_T = \tfrac{1}{\Gamma_T} \sum_{t<T} \gamma_t x_t",
            evidence=(
                KernelProof(AVERAGE_GAP, average_gap, "the weighted average gap"),
                KernelProof(GAP_OF_AVERAGE, gap_of_average, "the gap of the weighted average iterate"),
                RocqTheorem("Weighted.weighted_theorem", "the same for SGD on n samples"),
                RocqTheorem("Weighted.weighted_deterministic", "the form in the note, for rates fixed in advance"),
            ),
            uses=("sharp.step",),
            repairs="A.1",
            note="For rates fixed in advance: E f(xhat_T) - f* is at most |x_0 - x*|^2 / (2 Gamma_T) plus the floor"
            " max_lr sigma* / (2 (1 - L max_lr)); min_lr enters neither.",
        ),
    )
