"""Appendix A.7: the change of the loss as a stand-in for the directional derivative."""

from fractions import Fraction

from theory.arithmetic import exact
from theory.claim import Check, Claim, Counterexample, KernelProof, Witness
from theory.claims.numbers import Place
from theory.gram import square
from theory.kernel import Conclude, Fact, Norm, Proof, Rational
from theory.notation import L, X, Y, f, g
from theory.runs import Q, TwoSamples, quadratic
from theory.tactics import add, at, mul

SECTION = "A.7 Guidance"
REMAINDER = Fraction(1, 2) * L * square(Y - X)
ABOVE = Fact(REMAINDER - (f(Y) - f(X) - g(X) @ (Y - X)))
BELOW = Fact(REMAINDER + (f(Y) - f(X) - g(X) @ (Y - X)))


def above() -> Proof:
    """f(y) - f(x) exceeds <grad f(x), y - x> by at most (L/2)|y - x|^2."""
    return Conclude(ABOVE, at("lemma-mean-smooth"))


def below() -> Proof:
    """For convex f it does not fall below it at all, a fortiori not by (L/2)|y - x|^2."""
    return Conclude(BELOW, add("convex", mul(Rational(Fraction(1, 2)), "L>0", Norm(Y - X))))


def two_samples_apart() -> Witness:
    """One step on the cheap sample, then the dear one: the loss changes by far more than the step explains."""
    problem, x, rate = TwoSamples(c=Q(10)), Q(0), Q(1, 4)
    step = x - rate * problem.slope(2, x)
    change = problem.loss(1, step) - problem.loss(2, x)
    directional = problem.mean_slope(x) * (step - x)
    remainder = (step - x) ** 2 / 2
    return Witness(
        says="f_1 = (x-1)^2/2 + 10, f_2 = (x+1)^2/2 (L = 1); from x_{t-1} = 0 a step on sample 2, then sample 1.",
        hypotheses=(
            Check("it is a gradient step on sample 2: x_t", step, "=", Q(-1, 4)),
            Check(
                "f itself keeps within the remainder",
                abs(problem.mean(step) - problem.mean(x) - directional),
                "<=",
                remainder,
            ),
        ),
        claimed=(
            Check(
                "|l_t - l_{t-1} - directional derivative| <= (L/2)|x_t - x_{t-1}|^2",
                abs(change - directional),
                "<=",
                remainder,
            ),
        ),
        trace=(("l_t - l_{t-1}", str(change)), ("(L/2)|x_t - x_{t-1}|^2", str(remainder))),
    )


def far_from_the_minimiser() -> Witness:
    """(x - 10)^2/2 has L = 1; from x = 0 to y = 1 the loss changes by 19/2."""
    problem, x, y = quadratic(Q(1)), Q(0), Q(1)
    change = abs(problem.value(y - 10) - problem.value(x - 10))
    turn = abs(problem.slope(y - 10) - problem.slope(x - 10))
    return Witness(
        says="f = (x - 10)^2/2, convex and 1-smooth, x_{t-1} = 0, x_t = 1.",
        hypotheses=(Check("smoothness bounds the change of the gradient: |f'(1) - f'(0)|", turn, "<=", abs(y - x)),),
        claimed=(
            Check("|l_t - l_{t-1}| <= L max(|x_{t-1}|, |x_t|)", change, "<=", max(abs(x), abs(y))),
            Check("|l_t - l_{t-1}| <= L |x_t - x_{t-1}|", change, "<=", abs(y - x)),
        ),
        trace=(("|l_t - l_{t-1}|", str(change)),),
    )


def claims() -> tuple[Claim, ...]:
    """The proxy, its repair, the bound claimed for it, and the numbers of the examples."""
    place = Place(SECTION, "Appendix A.7", "A.7")
    example = "the example is invented to illustrate"
    latex = (
        r"\left| \ell_t - \ell_{t-1} - \langle \nabla f(x_{t-1}), x_t - x_{t-1} \rangle \right|"
        r" \le \tfrac{L}{2} \| x_t - x_{t-1} \|^2"
    )
    return (
        Claim(
            id="A.7.directional",
            title="The change of the loss is a first-order approximation of the directional derivative",
            section=SECTION,
            paper="Appendix A.7, first paragraph",
            latex=latex,
            evidence=(Counterexample("two samples, one step", two_samples_apart),),
            note="In Algorithm 1 the two losses belong to different samples.",
        ),
        Claim(
            id="A.7.directional.repaired",
            title="The change of the full loss is a first-order approximation of the directional derivative",
            section=SECTION,
            paper="repairs Appendix A.7, first paragraph",
            latex=latex,
            evidence=(
                KernelProof(ABOVE, above, "from above"),
                KernelProof(BELOW, below, "from below"),
            ),
            uses=("lemma-mean-smooth",),
            repairs="A.7.directional",
            note="Both losses are of the same function f: a full batch, or the same batch twice.",
        ),
        Claim(
            id="A.7.bounded",
            title="Smoothness bounds the change of the loss by L times the norm of the iterates",
            section=SECTION,
            paper="Appendix A.7, first paragraph",
            latex=r"|\ell_t - \ell_{t-1}| \le L \| x_t \|",
            evidence=(Counterexample("a quadratic away from its minimiser", far_from_the_minimiser),),
            rebuilt=("the constant: smoothness bounds changes of the gradient, not of the loss",),
        ),
        place.follows("parameters", "3", exact(3, "3 listed: patience, cooldown, warmup"), "Additional parameters"),
        place.given("window", "10", "Smoothing window of the example", example),
        place.given("patience", "5", "Patience of the example", example),
    )
