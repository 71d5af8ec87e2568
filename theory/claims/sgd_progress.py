"""Two lemmas about the gradients at x and at the minimiser, from which the sharper theorems follow."""

from fractions import Fraction

from theory.claim import Claim, KernelProof
from theory.claims.a1_p04_substitution import GAP
from theory.gram import mean, square
from theory.kernel import Conclude, Fact, Proof, Square
from theory.notation import INV_HI, INV_L, SAMPLE, X_STAR, L, X, g_i
from theory.tactics import add, at, expect, mul, rational, scale

SECTION = "A.1 Convergence, sharpened"
HALF = Fraction(1, 2)
PULL = mean(SAMPLE, g_i(X) @ (X - X_STAR))
SPREAD = mean(SAMPLE, square(g_i(X) - g_i(X_STAR)))
PROGRESS = Fact(PULL - GAP - HALF * INV_L * SPREAD)
BOUNDED_SPREAD = Fact(2 * L * GAP - SPREAD)


def progress() -> Proof:
    """Interpolation from x to x*, averaged over the samples."""
    values = add(at("f is the mean", x=X_STAR), scale(-1, at("f is the mean", x=X)))
    return Conclude(PROGRESS, add(expect(at("lemma-interpolation", y=X_STAR)), values))


def bounded_spread() -> Proof:
    """Interpolation from x* to x, averaged, times 2L; the gradients at x* average to zero."""
    values = add(at("f is the mean", x=X), scale(-1, at("f is the mean", x=X_STAR)))
    slope = add(at("grad f is the mean", x=X_STAR, v=X - X_STAR), scale(-1, at("x* stationary", v=X - X_STAR)))
    averaged = add(expect(at("lemma-interpolation", x=X_STAR, y=X)), values, scale(-1, slope))
    return Conclude(BOUNDED_SPREAD, add(mul(rational(2), "L>0", averaged), scale(SPREAD, "1/L")))


def positive_inverse_l() -> Proof:
    """1/L >= 0: its square times L."""
    return add(mul(Square(INV_L), "L>0"), scale(-INV_L, "1/L"))


def positive_inverse_cap() -> Proof:
    """1/max_lr >= 0: its square times max_lr."""
    cap = add("gamma<=max_lr", "min_lr<=gamma", "min_lr>0")
    return add(mul(Square(INV_HI), cap), scale(-INV_HI, "1/max_lr"))


def claims() -> tuple[Claim, ...]:
    """Progress towards the minimiser, and the spread of the gradients."""
    return (
        Claim(
            id="sharp.progress",
            title="The stochastic gradient points to the minimiser by more than the gap",
            section=SECTION,
            paper="sharpens the use of convexity in P1 of the proof of Theorem A.3",
            latex=r"\mathbb{E}_i \langle \nabla f_i(x), x - x^* \rangle \ge f(x) - f^*"
            r" + \tfrac{1}{2L} \mathbb{E}_i \| \nabla f_i(x) - \nabla f_i(x^*) \|^2",
            evidence=(KernelProof(PROGRESS, progress),),
            uses=("lemma-interpolation",),
        ),
        Claim(
            id="sharp.spread",
            title="Gradients differ from those at the minimiser by at most 2L times the gap",
            section=SECTION,
            paper="sharpens P3 of the proof of Theorem A.3",
            latex=r"\mathbb{E}_i \| \nabla f_i(x) - \nabla f_i(x^*) \|^2 \le 2 L (f(x) - f^*)",
            evidence=(KernelProof(BOUNDED_SPREAD, bounded_spread),),
            uses=("lemma-interpolation",),
        ),
    )
