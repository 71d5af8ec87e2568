"""The proof of Theorem A.2, step by step, for every reading of alpha_t that fits an inline formula of the paper."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from sympy import QQ
from sympy.polys.rings import PolyElement, ring

from greedylr.rule import Rule
from theory.claim import Check, Claim, Counterexample, KernelProof, Witness
from theory.claims.a2_theorem import SECTION
from theory.kernel import Conclude, Fact, Proof, Rel
from theory.notation import CUT_RATE, FACTOR, GAMMA, RAISED_RATE, L
from theory.runs import Q, descend, quadratic
from theory.tactics import scale

RING, RATE, SMOOTHNESS = ring("gamma, L", QQ)

READINGS: dict[str, PolyElement] = {
    "alpha = 1 - 2gL(1 - gL/2)": 1 - 2 * RATE * SMOOTHNESS + RATE**2 * SMOOTHNESS**2,  # fits 1 - alpha in P11
    "alpha = 1 - 2g + g^2 L/2": 1 - 2 * RATE + RATE**2 * SMOOTHNESS / 2,  # fits the value 1 - 2/L at g = 2/L
    "alpha = 1 - g": 1 - RATE,  # fits it too
}


def value(alpha: PolyElement, rate: Fraction, smoothness: Fraction) -> Fraction:
    """alpha at a rate and a smoothness constant."""
    point = [(RATE, rate), (SMOOTHNESS, smoothness)]
    q = alpha.evaluate([(variable, QQ(at.numerator, at.denominator)) for variable, at in point])
    return Q(int(q.numerator), int(q.denominator))


def derivative(alpha: PolyElement, rate: Fraction, smoothness: Fraction, factor: Fraction, order: int = 1) -> Fraction:
    """d^k/dF^k of alpha(F gamma), by the chain rule: gamma^k times the k-th derivative in the rate."""
    for _ in range(order):
        alpha = alpha.diff(RATE)
    return rate**order * value(alpha, factor * rate, smoothness)


def converging_two_cycle() -> Witness:
    """x^2/2 with F = 1/2 from gamma_0 = 5/4: the rate alternates 5/4, 5/2; alpha_t = 9/4 at every other step."""
    path = descend(quadratic(Q(1)), Rule(factor=Q(1, 2), order="same"), Q(5, 4), Q(1), 60)
    worst = max((1 - step.rate) ** 2 for step in path[-2:])
    ratio = abs(path[-1].x_next / path[-3].x_next)
    return Witness(
        says="f = x^2/2, Algorithm 1 with F = 1/2, gamma_0 = 5/4, x_0 = 1, 60 steps.",
        hypotheses=(
            Check("the run repeats, scaled, every two steps by", ratio, "=", Q(3, 8)),
            Check("so it converges: f(x_59)", path[-1].loss, "<", Q(1, 10**20)),
        ),
        claimed=(Check("alpha_t < 1 at the last two steps", worst, "<", Q(1)),),
        trace=(("rates", f"{path[-2].rate}, {path[-1].rate}"), ("largest alpha_t", str(worst))),
    )


def converging_in_the_second_reading() -> Witness:
    """With F = 1/4 from gamma_0 = 11/10 the rate alternates 11/10, 22/5; 1 - 2g + g^2 L/2 is 47/25 at the larger."""
    path = descend(quadratic(Q(1)), Rule(factor=Q(1, 4), order="same"), Q(11, 10), Q(1), 60)
    second = READINGS["alpha = 1 - 2g + g^2 L/2"]
    worst = max(value(second, step.rate, Q(1)) for step in path[-2:])
    return Witness(
        says="f = x^2/2, Algorithm 1 with F = 1/4, gamma_0 = 11/10, x_0 = 1, 60 steps; alpha read as 1 - 2g + g^2 L/2.",
        hypotheses=(
            Check(
                "the run repeats, scaled, every two steps by", abs(path[-1].x_next / path[-3].x_next), "=", Q(17, 50)
            ),
            Check("so it converges: f(x_59)", path[-1].loss, "<", Q(1, 10**20)),
        ),
        claimed=(Check("alpha_t < 1 at the last two steps", worst, "<", Q(1)),),
        trace=(("rates", f"{path[-2].rate}, {path[-1].rate}"), ("largest alpha_t", str(worst))),
    )


def rate_after_a_decrease() -> Witness:
    """In the same run the loss decreases at gamma_{t-1} = 5/4, which exceeds 2F/L = 1."""
    path = descend(quadratic(Q(1)), Rule(factor=Q(1, 2), order="same"), Q(5, 4), Q(1), 20)
    t = max(k for k, step in enumerate(path) if step.improved)
    return Witness(
        says="f = x^2/2 (L = 1), Algorithm 1 with F = 1/2, gamma_0 = 5/4: the last step at which the loss decreased.",
        hypotheses=(
            Check("the loss decreased: f(x_t) against f(x_{t-1})", path[t].loss, "<", path[t - 1].loss),
            Check("gamma_{t-1} is positive", path[t - 1].rate, ">", Q(0)),
        ),
        claimed=(Check("gamma_{t-1} <= 2F/L", path[t - 1].rate, "<=", 2 * Q(1, 2)),),
    )


def maximum_after_a_decrease() -> Witness:
    """L = 4: where alpha(2/L) = 1 - 2/L, it is the smallest value on (0, 2/L]; where alpha fits P11, it is 1."""
    smoothness = Q(4)
    first, second, third = READINGS.values()
    end, middle, wanted = 2 / smoothness, 1 / smoothness, 1 - 2 / smoothness
    return Witness(
        says="L = 4; the new rate is g = gamma_{t-1}/F, which runs over (0, 2/L] = (0, 1/2].",
        hypotheses=(
            Check("1 - 2g + g^2 L/2 at g = 2/L is 1 - 2/L", value(second, end, smoothness), "=", wanted),
            Check("1 - g at g = 2/L is 1 - 2/L", value(third, end, smoothness), "=", wanted),
        ),
        claimed=(
            Check("1 - 2gL(1 - gL/2) at g = 2/L is 1 - 2/L", value(first, end, smoothness), "=", wanted),
            Check(
                "1 - 2g + g^2 L/2 is largest at g = 2/L: its value at 1/L",
                value(second, middle, smoothness),
                "<=",
                value(second, end, smoothness),
            ),
            Check(
                "1 - g is largest at g = 2/L: its value at 1/L",
                value(third, middle, smoothness),
                "<=",
                value(third, end, smoothness),
            ),
        ),
    )


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
    """Every step of the proof of Theorem A.4."""
    rebuilt = ("alpha_t: three readings, each consistent with an inline formula",)
    return (
        Claim(
            id="A.2.condition",
            title="Convergence requires alpha_t < 1 for all t",
            section=SECTION,
            paper="Appendix A.1, proof of Theorem A.4, first sentence after the display",
            latex=r"\text{convergence} \;\Rightarrow\; \alpha_t < 1 \text{ for all } t",
            evidence=(
                Counterexample("a converging two-cycle, alpha = (1 - gL)^2", converging_two_cycle),
                Counterexample("another one, alpha = 1 - 2g + g^2 L/2", converging_in_the_second_reading),
            ),
            rebuilt=rebuilt,
            note="Sufficient where the recursion holds, not necessary. The third reading is below 1 for every rate.",
        ),
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
        Claim(
            id="A.2.decrease.range",
            title="When the loss decreased, gamma_{t-1} lies in (0, 2F/L]",
            section=SECTION,
            paper="Appendix A.1, proof of Theorem A.4, first case",
            latex=r"f(x_t) < f(x_{t-1}) \;\Rightarrow\; \gamma_{t-1} \le \tfrac{2F}{L}",
            evidence=(Counterexample("a run in which it does not", rate_after_a_decrease),),
        ),
        Claim(
            id="A.2.decrease",
            title="When the loss decreased, alpha_t is largest at gamma_{t-1} = 2F/L, where it is 1 - 2/L",
            section=SECTION,
            paper="Appendix A.1, proof of Theorem A.4, first case",
            latex=r"\max_{0 < \gamma_{t-1} \le 2F/L} \alpha_t = \alpha(\tfrac{2}{L}) = 1 - \tfrac{2}{L} < 1",
            evidence=(Counterexample("each reading at L = 4", maximum_after_a_decrease),),
            rebuilt=rebuilt,
            note="(1 - gL)^2 has the value 1 at both ends of (0, 2/L]; 1 - 2/L is even negative for L < 2.",
        ),
        Claim(
            id="A.2.maximise",
            title="When the loss did not decrease, the stationary point in F maximises alpha_t",
            section=SECTION,
            paper="Appendix A.1, proof of Theorem A.4, second case",
            latex=r"\tfrac{\partial^2}{\partial F^2} \alpha(F \gamma_{t-1}) \le 0",
            evidence=(Counterexample("the second derivative is positive", curvature_in_factor),),
            rebuilt=rebuilt,
            note="A small alpha is wanted; the stationary point is its minimum. The third reading, 1 - g, has none.",
        ),
        Claim(
            id="A.2.critical-point",
            title="When the loss did not decrease, d alpha_t/dF = 0 at F = 1 - 1/L",
            section=SECTION,
            paper="Appendix A.1, proof of Theorem A.4, second case",
            latex=r"\tfrac{\partial}{\partial F} \alpha(F \gamma_{t-1}) = 0 \iff F = 1 - \tfrac{1}{L}",
            evidence=(Counterexample("each reading at L = 4, gamma = 4", critical_point),),
            rebuilt=rebuilt,
            note="For (1 - F gamma L)^2 it is F = 1/(gamma L), which equals 1 - 1/L only when gamma = 1/(L - 1).",
        ),
        Claim(
            id="A.2.contraction",
            title="At F = 1 - 1/L alpha_t < 1",
            section=SECTION,
            paper="Appendix A.1, proof of Theorem A.4, last display",
            latex=r"\alpha\left( (1 - \tfrac{1}{L}) \gamma_{t-1} \right) < 1",
            evidence=(Counterexample("two readings at L = 4, gamma = 4", contraction_at_printed_factor),),
            rebuilt=rebuilt,
            note="The third reading, 1 - g, is below 1 for every F and so selects none.",
        ),
    )
