"""The one-step inequality that a convergence theorem can stand on, and why Algorithm 1's rate does not fit into it."""

from theory.claim import Claim, KernelProof, Refusal
from theory.claims.a1_assumption import SECTION
from theory.claims.a1_p01_descent import NEXT
from theory.claims.a1_p04_substitution import GAP
from theory.claims.a1_p05_cap import positive_rate
from theory.gram import mean, square
from theory.kernel import Conclude, Fact, Norm, Proof, Square
from theory.notation import GAMMA, GAMMA_I, HI, LO, SAMPLE, SIGMA2, X_STAR, L, X, g_i
from theory.tactics import add, at, expect, mul, rational, scale

DISTANCE_NEXT = mean(SAMPLE, square(NEXT - X_STAR))
ONE_STEP = Fact(square(X - X_STAR) - 2 * GAMMA * (1 - 2 * L * GAMMA) * GAP + 2 * GAMMA**2 * SIGMA2 - DISTANCE_NEXT)


def towards_the_minimiser() -> Proof:
    """2 gamma times: E <grad f_i(x), x - x*> >= f(x) - f*, by convexity of f."""
    unbiased = scale(-1, at("grad f is the mean", v=X - X_STAR))
    return mul(rational(2), positive_rate(), add(at("convex", y=X_STAR), unbiased))


def one_step() -> Proof:
    """Expand |x - gamma grad f_i(x) - x*|^2, pull the rate out by predictability, bound both terms."""
    cross = expect(scale(2 * (g_i(X) @ (X - X_STAR)), "predictable rate"))
    quadratic = expect(scale(-(GAMMA_I + GAMMA) * square(g_i(X)), "predictable rate"))
    noise = mul(Square(GAMMA), "A.1.P3.repaired")
    return Conclude(ONE_STEP, add(towards_the_minimiser(), noise, cross, quadratic))


def same_sample() -> Proof:
    """The loosest form, the bounds of the rate in its place: all but the cross term follows without predictability."""
    loosest = Fact(square(X - X_STAR) - 2 * LO * GAP + HI**2 * mean(SAMPLE, square(g_i(X))) - DISTANCE_NEXT)
    unbiased = scale(-1, at("grad f is the mean", v=X - X_STAR))
    below = mul(rational(2), "min_lr>0", add(at("convex", y=X_STAR), unbiased))
    sum_of_rates = add("gamma<=max_lr", mul(rational(2), add("min_lr<=gamma", "min_lr>0")))
    squares = expect(mul("gamma<=max_lr", sum_of_rates, Norm(g_i(X))))
    return Conclude(loosest, add(below, squares))


def claims() -> tuple[Claim, ...]:
    """The one-step inequality."""
    return (
        Claim(
            id="A.1.one-step",
            title="One step towards the minimiser, for a rate fixed before the sample is drawn",
            section=SECTION,
            paper="replaces P1 to P8 of the proof of Theorem A.3",
            latex=r"\mathbb{E}_i \| x_{t+1} - x^* \|^2 \le \| x_t - x^* \|^2"
            r" - 2 \gamma_t (1 - 2 L \gamma_t)(f(x_t) - f^*) + 2 \gamma_t^2 \sigma_f^*",
            evidence=(
                KernelProof(ONE_STEP, one_step),
                Refusal(
                    "take the same step with Algorithm 1's rate, which depends on the sample",
                    same_sample,
                    "E_i[<g(i, x), x>*gamma(t, w, i)]",
                ),
            ),
            uses=("A.1.P3.repaired",),
            note="A PyTorch loop that calls scheduler.step(loss) after optimizer.step() uses such a rate.",
        ),
    )
