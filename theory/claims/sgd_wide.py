"""Beyond 1/L: stochastic gradients still converge to a noise floor for every max_lr below 2/L."""

from fractions import Fraction

from theory.claim import Claim, KernelProof, RocqTheorem
from theory.claims.a1_one_step import DISTANCE_NEXT
from theory.claims.a1_p04_substitution import GAP
from theory.claims.a1_p05_cap import positive_rate
from theory.claims.a1_repaired import DISTANCE, START, X_T, steps_are_nonnegative
from theory.claims.sgd_progress import SECTION, positive_inverse_cap, positive_inverse_l
from theory.claims.sgd_sharp import above_floor, expanded, noise_at_cap, share_of_cap, unit
from theory.gram import count, mean, square
from theory.kernel import Conclude, Fact, Inst, Mean, Norm, Proof, Square, Telescope
from theory.notation import GAMMA, HI, LO, PATHS, SAMPLE, SIGMA2, STEP, STEPS, TIME, X_BAR, X_STAR, L, X, f, g_i
from theory.polynomial import Poly
from theory.tactics import add, assume, at, expect, mul, rational, scale

HALF = Fraction(1, 2)
CAP = L * HI
ROOM = 2 - CAP
STEP_BOUND = Fact(
    ROOM * (square(X - X_STAR) - GAMMA * ROOM * GAP - DISTANCE_NEXT) + GAMMA**2 * (2 + CAP) * SIGMA2,
)


def bound(gap: Poly) -> Fact:
    """With h = L max_lr: min_lr (2 - h) T gap <= E |x_0 - x*|^2 + T max_lr^2 sigma* (2 + h)/(2 - h), times 2 - h."""
    return Fact(ROOM * (START - LO * ROOM * count(STEPS) * gap) + count(STEPS) * HI**2 * (2 + CAP) * SIGMA2)


AVERAGE_GAP = bound(mean(TIME, mean(PATHS, f(X_T))) - f(X_STAR))
GAP_OF_AVERAGE = bound(mean(PATHS, f(X_BAR)) - f(X_STAR))


def room() -> Proof:
    """2 - L max_lr > 0, as c = min(1, 2 - L max_lr) is positive."""
    return add("max_lr<2/L", "c<=2-L max_lr")


def cap() -> Proof:
    """L max_lr > 0."""
    return mul("L>0", add("gamma<=max_lr", "min_lr<=gamma", "min_lr>0"))


def young() -> Proof:
    """With d = a - b: |(2 - h) d - 2h b|^2 = (4 - h^2) |d|^2 + 2h (2 + h) |b|^2 - 2h (2 - h) |a|^2, over 2h."""
    split = expect(Norm(ROOM * (g_i(X) - g_i(X_STAR)) - 2 * CAP * g_i(X_STAR)))
    halved = mul(rational(HALF), Square(GAMMA), positive_inverse_l(), positive_inverse_cap(), split)
    first, second = mean(SAMPLE, square(g_i(X))), mean(SAMPLE, square(g_i(X_STAR)))
    cleared = unit(GAMMA**2 * (ROOM * first - (2 + CAP) * second))
    return add(halved, cleared, scale(GAMMA**2 * (2 + CAP), "sigma2"))


def one_step() -> Proof:
    """Progress pays for the spread up to 1/L, the gap for the rest."""
    pull = mul(rational(2), room(), positive_rate(), "sharp.progress")
    spread = expect(Norm(g_i(X) - g_i(X_STAR)))
    weight = mul(rational(HALF), room(), add(rational(2), cap()), positive_rate(), positive_inverse_l())
    paid = mul(weight, share_of_cap(), spread)
    rest = mul(rational(HALF), room(), cap(), positive_rate(), positive_inverse_l(), "sharp.spread")
    inverse = scale(-ROOM * CAP * GAMMA * GAP, "1/L")
    return Conclude(STEP_BOUND, add(expanded(ROOM), pull, young(), paid, rest, inverse))


def average_gap() -> Proof:
    """One step at x_t with the rate at its bounds, averaged over all paths, summed over t < T."""
    slope = mul(room(), room(), above_floor(), at("x* optimal", x=X_T))
    noise = mul(add(rational(2), cap()), noise_at_cap())
    step = Mean(PATHS, add(at("wide.step", x=X_T), slope, noise))
    summed = Telescope(TIME, ROOM * DISTANCE, add(step, scale(-ROOM, "sgd")))
    last = mul(room(), Inst(((STEP, STEPS),), Mean(PATHS, Norm(X_T - X_STAR))))
    return Conclude(AVERAGE_GAP, add(summed, last))


def gap_of_average() -> Proof:
    """Jensen on every path, averaged over the paths, times min_lr (2 - L max_lr)^2 T."""
    jensen = add(Mean(PATHS, assume("A.1.P10")), scale(-1, "means commute"))
    weight = mul("min_lr>0", room(), room(), steps_are_nonnegative())
    return Conclude(GAP_OF_AVERAGE, add(average_gap(), mul(weight, jensen)))


def claims() -> tuple[Claim, ...]:
    """One step, and the theorem, for max_lr < 2/L."""
    return (
        Claim(
            id="wide.step",
            title="One step towards the minimiser, for max_lr < 2/L",
            section=SECTION,
            paper="widens P1 to P8 of the proof of Theorem A.3",
            latex=r"\mathbb{E}_i \| x_{t+1} - x^* \|^2 \le \| x_t - x^* \|^2"
            r" - \gamma_t (2 - L \gamma_{\max}) (f(x_t) - f^*)"
            r" + \tfrac{2 + L \gamma_{\max}}{2 - L \gamma_{\max}} \gamma_t^2 \sigma_f^*",
            evidence=(KernelProof(STEP_BOUND, one_step),),
            uses=("sharp.progress", "sharp.spread"),
        ),
        Claim(
            id="wide.theorem",
            title="Convergence for convex components, rates fixed before the sample, max_lr < 2/L",
            section=SECTION,
            paper="widens the repair of Theorem A.1",
            latex=r"\mathbb{E} f(\bar x_T) - f^* \le \tfrac{\| x_0 - x^* \|^2}{\gamma_{\min} (2 - L \gamma_{\max}) T}"
            r" + \tfrac{(2 + L \gamma_{\max}) \gamma_{\max}^2 \sigma_f^*}{\gamma_{\min} (2 - L \gamma_{\max})^2}",
            evidence=(
                KernelProof(AVERAGE_GAP, average_gap, "the average gap"),
                KernelProof(GAP_OF_AVERAGE, gap_of_average, "the gap of the average iterate"),
                RocqTheorem("Convergence.wide_theorem", "the same for SGD on n samples"),
            ),
            uses=("wide.step", "A.1.P10"),
            repairs="A.1",
            note="At max_lr = 2/L gradient descent on L x^2/2 keeps its loss for ever: for the average gap the range"
            " is the largest possible.",
        ),
    )
