"""Full-batch losses: there is nothing to choose a rate from but the past, and Theorem A.1 needs only its cap back."""

from fractions import Fraction

from theory.claim import Claim, KernelProof, RocqTheorem
from theory.claims.a1_repaired import steps_are_nonnegative
from theory.claims.sgd_progress import SECTION, positive_inverse_l
from theory.claims.sgd_wide import room
from theory.gram import Index, count, mean, square
from theory.kernel import Conclude, Fact, Inst, Norm, Proof, Telescope
from theory.notation import CURB, GAMMA_I, HI, INV_L, LO, STEP, STEPS, TIME, X_STAR, X, Y, f, g, iterate
from theory.polynomial import Poly
from theory.tactics import add, assume, at, mul, rational, scale

HALF = Fraction(1, 2)
X_T, X_NEXT = iterate(STEP), iterate(STEP + 1)
MOVE, SLOPE = X_NEXT - X_T, g(X_T)
GAP = f(X_T) - f(X_STAR)
INTERPOLATION = Fact(f(Y) - f(X) - g(X) @ (Y - X) - HALF * INV_L * square(g(Y) - g(X)))
DESCENT = Fact(f(X_T) - f(X_NEXT))


def bound(value: Poly) -> Fact:
    """2 min_lr c T (value - f*) <= |x_0 - x*|^2 for c = min(1, 2 - L max_lr)."""
    start = square(iterate(Index("")) - X_STAR)
    return Fact(start - 2 * LO * CURB * count(STEPS) * (value - f(X_STAR)))


AVERAGE_GAP = bound(mean(TIME, f(X_T)))
LAST_GAP = bound(f(iterate(STEPS)))


def interpolation() -> Proof:
    """As for a component: convexity from x and smoothness from y, at y - (grad f(y) - grad f(x)) / L."""
    rise = g(Y) - g(X)
    z = Y - INV_L * rise
    below, above = at("convex", y=z), at("lemma-mean-smooth", x=Y, y=z)
    return Conclude(INTERPOLATION, add(below, above, scale(-HALF * INV_L * square(rise), "1/L")))


def positive_rate() -> Proof:
    """gamma > 0."""
    return add("min_lr<=gamma", "min_lr>0")


def moved() -> Proof:
    """|x_{t+1} - x_t|^2 = gamma^2 |grad f(x_t)|^2."""
    return add(at("full batch", v=MOVE), scale(-GAMMA_I, at("full batch", v=SLOPE)))


def decrease(cap: Proof) -> Proof:
    """f(x_t) - f(x_{t+1}) >= gamma (1 - L gamma / 2) |grad f(x_t)|^2 >= 0, by smoothness and L max_lr <= 2."""
    smooth = add(at("lemma-mean-smooth", x=X_T, y=X_NEXT), scale(-1, at("full batch", v=SLOPE)))
    below = add(cap, mul("L>0", "gamma<=max_lr"))  # 2 - L gamma
    gain = mul(rational(HALF), positive_rate(), below, Norm(SLOPE))
    return Conclude(DESCENT, add(smooth, mul(rational(HALF), "L>0", scale(-1, moved())), gain))


def descent() -> Proof:
    """With max_lr at most 2/L no step raises the loss."""
    return decrease(assume("max_lr<=2/L"))


def towards() -> Proof:
    """|x_t - x*|^2 - |x_{t+1} - x*|^2 - 2 gamma c (f(x_t) - f*) >= 0: as with samples that interpolate."""
    flat = scale(-HALF * INV_L, at("x* stationary", v=g(X_STAR) - 2 * SLOPE))
    to_minimiser = add(at("lemma-interpolation-mean", x=X_T, y=X_STAR), scale(-1, flat))
    from_minimiser = add(
        at("lemma-interpolation-mean", x=X_STAR, y=X_T),
        at("x* stationary", v=X_T - X_STAR),
        scale(-1, flat),
    )
    moves = add(scale(-2, at("full batch", v=X_T - X_STAR)), scale(-1, moved()))
    pull = mul(rational(2), positive_rate(), to_minimiser)
    steep = add(mul(positive_inverse_l(), "c<=2-L max_lr"), "gamma<=max_lr", scale(HI, "1/L"))
    rest = mul(rational(2), "c<=1", positive_rate(), from_minimiser)
    return add(moves, pull, mul(positive_rate(), steep, Norm(SLOPE)), rest)


def average_gap() -> Proof:
    """The distance shrinks at every step, summed over t < T, the rate at its lower bound."""
    slope = mul(rational(2), "max_lr<2/L", "min_lr<=gamma", at("x* optimal", x=X_T))
    summed = Telescope(TIME, square(X_T - X_STAR), add(towards(), slope))
    return Conclude(AVERAGE_GAP, add(summed, Inst(((STEP, STEPS),), Norm(X_T - X_STAR))))


def last_gap() -> Proof:
    """The last loss is below the average: (t + 1)(f(x_t) - f(x_{t+1})) >= 0, summed over t < T."""
    steps = Inst(((STEPS, STEP),), steps_are_nonnegative())
    later = mul(add(steps, rational(1)), decrease(room()))
    below = Telescope(TIME, count(STEP) * f(X_T), later)
    return Conclude(LAST_GAP, add(average_gap(), mul(rational(2), "min_lr>0", "max_lr<2/L", below)))


def claims() -> tuple[Claim, ...]:
    """Interpolation for f, descent, and the theorem for full batches."""
    return (
        Claim(
            id="lemma-interpolation-mean",
            title="Smooth and convex gives interpolation, for f itself",
            section=SECTION,
            paper="behind the use of convexity in the proof of Theorem A.3",
            latex=r"f(y) \ge f(x) + \langle \nabla f(x), y - x \rangle"
            r" + \tfrac{1}{2L} \| \nabla f(x) - \nabla f(y) \|^2",
            evidence=(KernelProof(INTERPOLATION, interpolation),),
            uses=("lemma-mean-smooth",),
        ),
        Claim(
            id="full-batch.descent",
            title="With full batches and max_lr at most 2/L no step raises the loss, whatever the rule",
            section=SECTION,
            paper="the deterministic case of Theorem A.1",
            latex=r"f(x_{t+1}) \le f(x_t)",
            evidence=(
                KernelProof(DESCENT, descent),
                RocqTheorem("FullBatch.full_batch_monotone", "the same for gradient descent at any rates"),
            ),
            uses=("lemma-mean-smooth",),
            note="Below 2/L every loss improves until the gradient vanishes: no F is unstable there.",
        ),
        Claim(
            id="full-batch.theorem",
            title="With full batches and max_lr < 2/L the last iterate converges at O(1/T), for every rule",
            section=SECTION,
            paper="repairs Theorem A.1 for full batches",
            latex=r"f(x_T) - f^* \le"
            r" \tfrac{\| x_0 - x^* \|^2}{2 \gamma_{\min} \min(1, 2 - L \gamma_{\max}) T}",
            evidence=(
                KernelProof(LAST_GAP, last_gap, "the last iterate"),
                KernelProof(AVERAGE_GAP, average_gap, "the average gap"),
                RocqTheorem("FullBatch.full_batch", "the same for gradient descent at any rates in the interval"),
            ),
            uses=("lemma-interpolation-mean", "lemma-mean-smooth"),
            repairs="A.1",
            note="No convexity of single components, no predictability: with one sample there is nothing to look ahead"
            " to. Algorithm 1 itself is covered. At one rate gamma <= 1/L it is the classical |x_0 - x*|^2"
            " / (2 gamma T).",
        ),
    )
