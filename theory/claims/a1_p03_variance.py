"""Step P3 of Theorem A.1: the variance transfer lemma, and the interpolation inequality that it rests on.

Lemma 6.7 of Garrigos and Gower's handbook asks every f_i to be convex.  The paper asks it of f alone.
"""

from fractions import Fraction

from theory.claim import Check, Claim, Counterexample, KernelProof, Witness
from theory.claims.a1_assumption import SECTION
from theory.gram import mean, square
from theory.kernel import Conclude, Fact, Norm, Proof
from theory.notation import INV_L, SAMPLE, SIGMA2, X_STAR, L, X, Y, f, f_i, g_i
from theory.runs import Q
from theory.tactics import add, at, expect, mul, rational, scale

HALF = Fraction(1, 2)
RISE = g_i(Y) - g_i(X)
INTERPOLATION = Fact(f_i(Y) - f_i(X) - g_i(X) @ (Y - X) - HALF * INV_L * square(RISE))
TRANSFER = Fact(4 * L * (f(X) - f(X_STAR)) + 2 * SIGMA2 - mean(SAMPLE, square(g_i(X))))


def interpolation() -> Proof:
    """Convexity from x and smoothness from y, both evaluated at z = y - (grad f_i(y) - grad f_i(x)) / L."""
    z = Y - INV_L * RISE
    below, above = at("convex components", y=z), at("smooth components", x=Y, y=z)
    return Conclude(INTERPOLATION, add(below, above, scale(-HALF * INV_L * square(RISE), "1/L")))


def transfer() -> Proof:
    """Interpolation from x* to x, averaged; then |a|^2 <= 2 |a - b|^2 + 2 |b|^2, whose gap is |a - 2b|^2."""
    values = add(at("f is the mean", x=X), scale(-1, at("f is the mean", x=X_STAR)))
    slope = add(at("grad f is the mean", x=X_STAR, v=X - X_STAR), scale(-1, at("x* stationary", v=X - X_STAR)))
    averaged = add(expect(at("lemma-interpolation", x=X_STAR, y=X)), values, scale(-1, slope))
    spread = mean(SAMPLE, square(g_i(X) - g_i(X_STAR)))
    split = expect(Norm(g_i(X) - 2 * g_i(X_STAR)))
    parts = add(mul(rational(4), "L>0", averaged), scale(2 * spread, "1/L"), split, scale(2, "sigma2"))
    return Conclude(TRANSFER, parts)


def one_concave_component() -> Witness:
    """f_1 = x^2/2 and f_2 = -(1 - e) x^2/2: f = e x^2/4 is convex, yet E|f_i'|^2 / (f - f*) grows like 4/e."""

    def second_moment(e: Fraction) -> Fraction:
        return (1 + (1 - e) ** 2) / 2

    def gap(e: Fraction) -> Fraction:
        return e / 4

    e, tiny = Q(1, 10), Q(1, 1000)
    return Witness(
        says="f_1 = x^2/2, f_2 = -(9/10) x^2/2 at x = 1, with L = 1, x* = 0, sigma* = 0; then 9/10 becomes 999/1000.",
        hypotheses=(
            Check("both f_i are 1-smooth: the largest |curvature|", max(Q(1), abs(e - 1), abs(tiny - 1)), "<=", Q(1)),
            Check("f is convex: its curvature", (1 - (1 - e)) / 2, ">=", Q(0)),
            Check("f is convex for 999/1000 too", (1 - (1 - tiny)) / 2, ">=", Q(0)),
        ),
        claimed=(
            Check("E|f_i'(1)|^2 is at most 4L (f(1) - f*) + 2 sigma*", second_moment(e), "<=", 4 * gap(e)),
            Check("with 1000 L in place of 4L", second_moment(tiny), "<=", 1000 * gap(tiny)),
        ),
        trace=(("E|f_i'(1)|^2", str(second_moment(e))), ("4L (f(1) - f*)", str(4 * gap(e)))),
    )


def claims() -> tuple[Claim, ...]:
    """Interpolation, P3 as printed, and P3 for convex components."""
    latex = r"\mathbb{E}_i \| \nabla f_i(x) \|^2 \le 4 L (f(x) - f(x^*)) + 2 \sigma_f^*"
    return (
        Claim(
            id="lemma-interpolation",
            title="Smooth and convex gives interpolation",
            section=SECTION,
            paper="behind Lemma 6.7 of the handbook that the proof of Theorem A.3 cites",
            latex=r"f_i(y) \ge f_i(x) + \langle \nabla f_i(x), y - x \rangle"
            r" + \tfrac{1}{2L} \| \nabla f_i(x) - \nabla f_i(y) \|^2",
            evidence=(KernelProof(INTERPOLATION, interpolation),),
            uses=("assumption-A.1",),
        ),
        Claim(
            id="A.1.P3",
            title="Variance transfer, from the paper's assumptions",
            section=SECTION,
            paper="Appendix A.1, proof of Theorem A.3, third display (Lemma 6.7 of Garrigos and Gower, 2023)",
            latex=latex,
            evidence=(Counterexample("one concave component", one_concave_component),),
            rebuilt=("the constants, from the cited lemma; the witness refutes larger ones too",),
            uses=("assumption-A.1", "setting-A.1"),
        ),
        Claim(
            id="A.1.P3.repaired",
            title="Variance transfer for convex components",
            section=SECTION,
            paper="repairs Appendix A.1, proof of Theorem A.3, third display",
            latex=latex,
            evidence=(KernelProof(TRANSFER, transfer),),
            uses=("lemma-interpolation",),
            repairs="A.1.P3",
        ),
    )
