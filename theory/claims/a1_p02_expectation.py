"""Step P2 of Theorem A.1: take the expectation over the fresh sample.

With a rate that is chosen from the sample's own loss, as Algorithm 1 prints it, the rate does not leave the
expectation; with a rate fixed before the sample is drawn it does.
"""

from fractions import Fraction

from greedylr.rule import Rule
from theory.claim import Check, Claim, Counterexample, KernelProof, Refusal, Witness
from theory.claims.a1_assumption import SECTION
from theory.claims.a1_p01_descent import HALF, NEXT
from theory.gram import mean, square
from theory.kernel import Conclude, Fact, Proof
from theory.notation import GAMMA, GAMMA_I, SAMPLE, L, X, f, g, g_i
from theory.polynomial import Poly
from theory.runs import Q, TwoSamples
from theory.tactics import add, at, expect, scale


def expected(rate: Poly) -> Fact:
    """E_i f(x_{t+1}) <= f(x) - rate |grad f(x)|^2 + (L/2) rate^2 E_i |grad f_i(x)|^2."""
    noise = HALF * L * rate**2 * mean(SAMPLE, square(g_i(X)))
    return Fact(f(X) - rate * square(g(X)) + noise - mean(SAMPLE, f(NEXT)))


def predictable() -> Proof:
    """Mean of P1, the rate pulled out by predictability, the mean gradient put in."""
    cross = expect(scale(g(X) @ g_i(X), "predictable rate"))
    quadratic = expect(scale(-HALF * L * (GAMMA_I + GAMMA) * square(g_i(X)), "predictable rate"))
    unbiased = scale(-GAMMA, at("grad f is the mean", v=g(X)))
    return Conclude(expected(GAMMA), add(expect("A.1.P1"), cross, quadratic, unbiased))


def same_sample() -> Proof:
    """The same argument with Algorithm 1's rate: no hypothesis lets it out of the mean."""
    unbiased = scale(-GAMMA, at("grad f is the mean", v=g(X)))
    return Conclude(expected(GAMMA), add(expect("A.1.P1"), unbiased))


def biased_step() -> Witness:
    """At x = -1/7, with F = 1/2 and the rate 1/100, the dear sample halves the rate and the cheap one doubles it."""
    problem, x, last = TwoSamples(c=Q(10)), Q(-1, 7), Q(1, 100)
    rule = Rule(factor=Q(1, 2), order="same")
    state = rule.step(rule.start(last), Q(5))  # the previous loss lies between the two
    branches = problem.branches(rule, state, x)
    (low, _), (high, _) = branches
    rise = sum((problem.mean(after) for _, after in branches), Q(0)) / 2 - problem.mean(x)
    squares = (problem.slope(1, x) ** 2 + problem.slope(2, x) ** 2) / 2

    def bound(rate: Fraction) -> Fraction:
        return -rate * x * x + rate * rate / 2 * squares

    return Witness(
        says="f_1 = (x-1)^2/2 + 10, f_2 = (x+1)^2/2 are convex and 1-smooth; previous loss 5, previous rate 1/100.",
        hypotheses=(
            Check("f_1 is dearer than the previous loss", problem.loss(1, x), ">=", Q(5)),
            Check("f_2 is cheaper than the previous loss", problem.loss(2, x), "<", Q(5)),
            Check("the rate on sample 1 is F/100", low, "=", Q(1, 200)),
            Check("the rate on sample 2 is 1/(100 F)", high, "=", Q(1, 50)),
        ),
        claimed=(
            # the bound is convex in the rate: if both ends fail, every rate in between fails
            Check("E f(x+) - f(x) is at most the bound at the smaller rate", rise, "<=", bound(low)),
            Check("E f(x+) - f(x) is at most the bound at the larger rate", rise, "<=", bound(high)),
        ),
        trace=(("E f(x+) - f(x)", str(rise)), ("bound at 1/200", str(bound(low))), ("bound at 1/50", str(bound(high)))),
    )


def claims() -> tuple[Claim, ...]:
    """P2 as printed, and with the rate fixed before the sample is drawn."""
    latex = (
        r"\mathbb{E}_i f(x_{t+1}) \le f(x_t) - \gamma_t \| \nabla f(x_t) \|^2"
        r" + \tfrac{L}{2} \gamma_t^2\, \mathbb{E}_i \| \nabla f_i(x_t) \|^2"
    )
    return (
        Claim(
            id="A.1.P2",
            title="The expectation of P1, for the rate of Algorithm 1",
            section=SECTION,
            paper="Appendix A.1, proof of Theorem A.3, second display",
            latex=latex,
            evidence=(
                Refusal(
                    "pull the rate of Algorithm 1, which depends on the sample, out of the expectation",
                    same_sample,
                    "E_i[<g(i, x), g(x)>*gamma(t, w, i)]",
                ),
                Counterexample("two samples, one step", biased_step),
            ),
            rebuilt=("the display",),
            uses=("A.1.P1",),
            note="In Algorithm 1 the rate of a step is decided from the loss of the sample being stepped on.",
        ),
        Claim(
            id="A.1.P2.repaired",
            title="The expectation of P1, for a rate fixed before the sample is drawn",
            section=SECTION,
            paper="repairs Appendix A.1, proof of Theorem A.3, second display",
            latex=latex,
            evidence=(KernelProof(expected(GAMMA), predictable),),
            uses=("A.1.P1",),
            repairs="A.1.P2",
        ),
    )
