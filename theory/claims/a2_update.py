"""The proof of Theorem A.2 substitutes the update rule into alpha_t."""

from fractions import Fraction

from theory.claim import Claim, KernelProof
from theory.claims.a2_theorem import SECTION
from theory.kernel import Conclude, Fact, Proof, Rel
from theory.notation import CUT_RATE, FACTOR, GAMMA, RAISED_RATE, L
from theory.tactics import scale

HALF = Fraction(1, 2)
CUT = Fact(1 - 2 * CUT_RATE * L * (1 - HALF * CUT_RATE * L) - (1 - FACTOR * GAMMA * L) ** 2, Rel.EQ)
RAISED = Fact(FACTOR**2 * (1 - 2 * RAISED_RATE * L * (1 - HALF * RAISED_RATE * L)) - (FACTOR - GAMMA * L) ** 2, Rel.EQ)


def cut() -> Proof:
    """alpha is (1 - gamma L)^2; the cut rate is F gamma."""
    return Conclude(CUT, scale(L * (L * (CUT_RATE + FACTOR * GAMMA) - 2), "cut"))


def raised() -> Proof:
    """F^2 alpha is (F - F gamma L)^2; F times the raised rate is gamma."""
    return Conclude(RAISED, scale(L * (L * (FACTOR * RAISED_RATE + GAMMA) - 2 * FACTOR), "raised"))


def claims() -> tuple[Claim, ...]:
    """The substitution, for a cut and for a rise."""
    return (
        Claim(
            id="A.2.update",
            title="Substitute the update rule into alpha_t",
            section=SECTION,
            paper="Appendix A.1, proof of Theorem A.4, second display",
            latex=r"\alpha(F \gamma) = (1 - F \gamma L)^2,\quad \alpha(\gamma / F) = (1 - \gamma L / F)^2",
            evidence=(
                KernelProof(CUT, cut, "the rate is cut to F gamma"),
                KernelProof(RAISED, raised, "the rate is raised to gamma/F; times F^2"),
            ),
            rebuilt=("alpha_t, from the inline formula for 1 - alpha",),
        ),
    )
