"""Step P7 of Theorem A.1: name the coefficients, and a contraction a_{t+1} <= alpha_t a_t + beta_t appears.

It would follow from |grad f|^2 >= 2L (f - f*), the reverse of a true inequality.
"""

from greedylr.rule import Rule
from theory.claim import Check, Claim, Counterexample, KernelProof, RocqTheorem, Witness
from theory.claims.a1_assumption import SECTION
from theory.claims.a1_p04_substitution import GAP, GAP_NEXT
from theory.claims.a1_p05_cap import positive_rate
from theory.kernel import Conclude, Fact, Proof
from theory.notation import GAMMA, MU, SIGMA2, L
from theory.runs import Q, descend, huber, quadratic
from theory.tactics import add, mul

CONTRACTION = Fact((1 - 2 * MU * GAMMA + 2 * L**2 * GAMMA**2) * GAP + L * GAMMA**2 * SIGMA2 - GAP_NEXT)


def dominated() -> Proof:
    """P4 plus gamma times gradient dominance."""
    return Conclude(CONTRACTION, add("A.1.P4", mul(positive_rate(), "gradient dominance")))


def flat_quadratic() -> Witness:
    """mu x^2/2 with mu = L/10: one step at gamma = 1/(2L) keeps (1 - gamma mu)^2 of the gap, not (1 - gamma L)^2."""
    mu, rate = Q(1, 10), Q(1, 2)
    problem = quadratic(mu, smoothness=Q(1))
    (step,) = descend(problem, Rule(factor=Q(1, 2)), rate, Q(1), 1)
    alpha = (1 - rate) ** 2
    gap, gap_next = problem.value(step.x), problem.value(step.x_next)
    return Witness(
        says="f = x^2/20, n = 1, L = 1, x_0 = 1, gamma = 1/2; no noise, so beta_t = 0.",
        hypotheses=(
            Check("f is convex: its curvature", mu, ">=", Q(0)),
            Check("f is L-smooth: its curvature", mu, "<=", Q(1)),
        ),
        claimed=(
            Check("f(x_1) - f* <= alpha_0 (f(x_0) - f*)", gap_next, "<=", alpha * gap),
            Check("|x_1 - x*|^2 <= alpha_0 |x_0 - x*|^2", step.x_next**2, "<=", alpha * step.x**2),
        ),
        trace=(("alpha_0 = (1 - gamma L)^2", str(alpha)), ("actual ratio", str(gap_next / gap))),
    )


def huber_far_out() -> Witness:
    """On the linear part of the Huber function a step gains a constant: far out, no alpha < 1 bounds the ratio."""
    rate, alpha = Q(1), Q(999, 1000)
    problem, x = huber(), Q(2000)
    (step,) = descend(problem, Rule(factor=Q(1, 2)), rate, x, 1)
    gap, gap_next = problem.value(step.x), problem.value(step.x_next)
    return Witness(
        says="Huber's function with knee 1 (L = 1), x_0 = 2000, gamma = 1/L: the largest decrease smoothness allows.",
        hypotheses=(
            Check("f(x_1) lies above the tangent at x_0", gap_next, ">=", gap - problem.slope(x) * (x - step.x_next)),
            Check("f(0) lies above the tangent at x_0", problem.value(Q(0)), ">=", gap - problem.slope(x) * x),
            Check("f' grows by at most L = 1 per unit, from 0 to x_0", problem.slope(x) - problem.slope(Q(0)), "<=", x),
        ),
        claimed=(
            Check("f(x_1) - f* <= 0.999 (f(x_0) - f*)", gap_next, "<=", alpha * gap),
            Check("|x_1 - x*|^2 <= 0.999 |x_0 - x*|^2", step.x_next**2, "<=", alpha * x**2),
        ),
        trace=(("actual ratio", str(gap_next / gap)),),
    )


def claims() -> tuple[Claim, ...]:
    """P7 as printed, and under gradient dominance."""
    return (
        Claim(
            id="A.1.P7",
            title="Name the coefficients: the gap contracts by alpha_t < 1",
            section=SECTION,
            paper="Appendix A.1, proof of Theorem A.3, seventh display",
            latex=r"a_{t+1} \le \alpha_t a_t + \beta_t,\quad"
            r" \alpha_t = 1 - 2 \gamma_t L (1 - \tfrac{\gamma_t L}{2}) = (1 - \gamma_t L)^2",
            evidence=(
                Counterexample("a flat quadratic", flat_quadratic),
                Counterexample("Huber's function, far out", huber_far_out),
                RocqTheorem(
                    "HuberLowerBound.no_step_contracts",
                    "for every q < 1 a step at the rate 1/L on some convex L-smooth function keeps over q of the gap",
                    refutes=True,
                ),
            ),
            rebuilt=("the recursion; alpha_t from the inline formula for 1 - alpha",),
            uses=("A.1.P6",),
            note="It needs |grad f|^2 >= 2L (f - f*), the reverse of a true inequality. The first example has room "
            "between its curvature and L; Huber's function has none.",
        ),
        Claim(
            id="A.1.P7.repaired",
            title="The gap obeys the recursion with 1 - 2 mu gamma + 2 L^2 gamma^2 under gradient dominance",
            section=SECTION,
            paper="repairs Appendix A.1, proof of Theorem A.3, seventh display",
            latex=r"\mathbb{E} f(x_{t+1}) - f^* \le (1 - 2 \mu \gamma_t + 2 L^2 \gamma_t^2)(f(x_t) - f^*)"
            r" + L \gamma_t^2 \sigma_f^*",
            evidence=(KernelProof(CONTRACTION, dominated),),
            uses=("A.1.P4",),
            repairs="A.1.P7",
            note="A contraction for gamma < mu / L^2; mu-strongly convex functions have gradient dominance.",
        ),
    )
