"""The second case in the proof of Theorem A.2: the loss did not decrease."""

from collections.abc import Callable
from fractions import Fraction

from sympy.polys.rings import PolyElement

from theory.claim import Check, Claim, Counterexample, KernelProof, Witness
from theory.claims.a2_readings import READINGS, REBUILT, derivative, value
from theory.claims.a2_theorem import SECTION
from theory.kernel import Conclude, Fact, Proof, Rel, Square
from theory.notation import BEST_CUT, FACTOR, GAMMA, L
from theory.polynomial import Poly
from theory.runs import Q
from theory.tactics import add, scale


def _at_printed_factor(says: str, check: Callable[[str, PolyElement, Fraction, Fraction, Fraction], Check]) -> Witness:
    smoothness, rate = Q(4), Q(4)
    factor = 1 - 1 / smoothness
    return Witness(
        says=f"L = 4, gamma_{{t-1}} = 4, F = 1 - 1/L = 3/4: {says}.",
        hypotheses=(
            Check("F is positive", factor, ">", Q(0)),
            Check("F is below 1", factor, "<", Q(1)),
            Check("gamma_{t-1} is positive", rate, ">", Q(0)),
        ),
        claimed=tuple(check(name, alpha, rate, smoothness, factor) for name, alpha in READINGS.items()),
    )


def critical_point() -> Witness:
    """d alpha/dF at F = 1 - 1/L is not zero; in the first reading it vanishes at F = 1/(gamma L) only."""
    return _at_printed_factor(
        "the derivative of alpha(F gamma_{t-1}) in F",
        lambda name, alpha, rate, smoothness, factor: Check(
            f"d/dF = 0 for {name}", derivative(alpha, rate, smoothness, factor), "=", Q(0)
        ),
    )


def curvature_in_factor() -> Witness:
    """A stationary point of alpha in F is a minimum: the second derivative is positive wherever one exists."""
    witness = _at_printed_factor(
        "the second derivative of alpha(F gamma_{t-1}) in F, which does not depend on F",
        lambda name, alpha, rate, smoothness, factor: Check(
            f"d^2/dF^2 <= 0 for {name}", derivative(alpha, rate, smoothness, factor, 2), "<=", Q(0)
        ),
    )
    return Witness(witness.says, witness.hypotheses, witness.claimed[:2], witness.trace)


def contraction_at_printed_factor() -> Witness:
    """At F = 1 - 1/L alpha is 121 or 13; only 1 - g is below 1, as it is for every F."""
    witness = _at_printed_factor(
        "alpha at the new rate F gamma_{t-1}",
        lambda name, alpha, rate, smoothness, factor: Check(
            f"alpha < 1 for {name}", value(alpha, factor * rate, smoothness), "<", Q(1)
        ),
    )
    return Witness(witness.says, witness.hypotheses, witness.claimed[:2], witness.trace)


def alpha(factor: Poly) -> Poly:
    """alpha at the rate factor * gamma, in the reading that fits the theorem's 1 - alpha."""
    rate = factor * GAMMA
    return 1 - 2 * rate * L * (1 - Fraction(1, 2) * rate * L)


SMALLEST = Fact(alpha(FACTOR) - alpha(BEST_CUT))
ZERO = Fact(alpha(BEST_CUT), Rel.EQ)


def zero_at_best_cut() -> Proof:
    """alpha(F0 gamma) = (1 - F0 gamma L)^2 = 0."""
    return Conclude(ZERO, scale(BEST_CUT * GAMMA * L - 1, "F0"))


def smallest_at_best_cut() -> Proof:
    """alpha(F gamma) = (1 - F gamma L)^2 is no smaller than alpha(F0 gamma) = 0."""
    return Conclude(SMALLEST, add(Square(1 - FACTOR * GAMMA * L), scale(-1, zero_at_best_cut())))


def claims() -> tuple[Claim, ...]:
    """The stationary point in F: where it is, what it is, and what it gives."""
    return (
        Claim(
            id="A.2.maximise",
            title="When the loss did not decrease, the stationary point in F maximises alpha_t",
            section=SECTION,
            paper="Appendix A.1, proof of Theorem A.4, second case",
            latex=r"\tfrac{\partial^2}{\partial F^2} \alpha(F \gamma_{t-1}) \le 0",
            evidence=(Counterexample("the second derivative is positive", curvature_in_factor),),
            rebuilt=(REBUILT,),
            note="A small alpha is wanted; the stationary point is its minimum. The third reading, 1 - g, has none.",
        ),
        Claim(
            id="A.2.critical-point",
            title="When the loss did not decrease, d alpha_t/dF = 0 at F = 1 - 1/L",
            section=SECTION,
            paper="Appendix A.1, proof of Theorem A.4, second case",
            latex=r"\tfrac{\partial}{\partial F} \alpha(F \gamma_{t-1}) = 0 \iff F = 1 - \tfrac{1}{L}",
            evidence=(Counterexample("each reading at L = 4, gamma = 4", critical_point),),
            rebuilt=(REBUILT,),
            note="For (1 - F gamma L)^2 it is F = 1/(gamma L), which equals 1 - 1/L only when gamma = 1/(L - 1).",
        ),
        Claim(
            id="A.2.critical-point.repaired",
            title="For alpha = (1 - F gamma L)^2 the smallest value over F is 0, at F = 1/(gamma L)",
            section=SECTION,
            paper="repairs Appendix A.1, proof of Theorem A.4, second case",
            latex=r"\min_F \alpha(F \gamma_{t-1}) = \alpha(\tfrac{1}{L}) = 0 \text{ at } F = \tfrac{1}{\gamma_{t-1} L}",
            evidence=(
                KernelProof(SMALLEST, smallest_at_best_cut, "no F gives less"),
                KernelProof(ZERO, zero_at_best_cut, "it is zero there"),
            ),
            rebuilt=("alpha_t, from the inline formula for 1 - alpha",),
            repairs="A.2.critical-point",
            note="It depends on the current rate, so no one factor does it at every step; F < 1 needs gamma L > 1.",
        ),
        Claim(
            id="A.2.contraction",
            title="At F = 1 - 1/L alpha_t < 1",
            section=SECTION,
            paper="Appendix A.1, proof of Theorem A.4, last display",
            latex=r"\alpha\left( (1 - \tfrac{1}{L}) \gamma_{t-1} \right) < 1",
            evidence=(Counterexample("two readings at L = 4, gamma = 4", contraction_at_printed_factor),),
            rebuilt=(REBUILT,),
            note="The third reading, 1 - g, is below 1 for every F and so selects none.",
        ),
    )
