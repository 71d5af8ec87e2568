"""One step of gradient descent in closed form: the worst case at any rate up to 3/(2L)."""

from fractions import Fraction

from theory.claims.sgd_full_batch import positive_rate
from theory.gram import square
from theory.kernel import Conclude, Fact, Norm, Proof
from theory.notation import GAMMA_I, INV_L, X_STAR, L, X, f, g
from theory.tactics import add, at, mul, rational, scale

HALF = Fraction(1, 2)
NEXT = X - GAMMA_I * g(X)
SUM, RISE = g(X) + g(NEXT), g(X) - g(NEXT)
SPREAD = 2 * GAMMA_I + INV_L  # (2 gamma L + 1)/L
ONE_STEP = Fact(
    L * square(X - X_STAR)
    - 2 * (2 * GAMMA_I * L + 1) * (f(NEXT) - f(X_STAR))
    - Fraction(1, 4) * SPREAD * (3 - 2 * GAMMA_I * L) * square(RISE)
)


def weight() -> Proof:
    """2 gamma L + 1 > 0."""
    return add(mul(rational(2), positive_rate(), "L>0"), rational(1))


def one_step() -> Proof:
    """Interpolation between x and x - gamma grad f(x), and from each to x*, with equal weights, and one square."""
    between = at("lemma-interpolation-mean", x=NEXT, y=X)
    to_minimiser = [
        add(
            at("lemma-interpolation-mean", x=point, y=X_STAR),
            scale(HALF * INV_L, at("x* stationary", v=g(X_STAR) - 2 * g(point))),
        )
        for point in (X, NEXT)
    ]
    parts = mul(weight(), add(between, *to_minimiser))
    gap = mul("L>0", Norm(X - X_STAR - HALF * SPREAD * SUM))
    squares = GAMMA_I * (Fraction(3, 2) * (square(g(X)) + square(g(NEXT))) - 5 * (g(X) @ g(NEXT)))
    unit = scale(SUM @ (X - X_STAR) + squares - Fraction(1, 4) * INV_L * square(SUM), "1/L")
    return Conclude(ONE_STEP, add(parts, gap, unit))
