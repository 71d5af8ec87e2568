"""Appendix A.6: noise added to the loss, and noise in the gradient."""

from fractions import Fraction

from greedylr.rule import Rule
from theory.claim import Check, Claim, Counterexample, KernelProof, Witness
from theory.gram import square, symbol
from theory.kernel import Conclude, Fact, Proof
from theory.notation import L, X, Y, f, g
from theory.runs import Q
from theory.tactics import at

SECTION = "A.6 Robustness"
ETA = symbol("eta")  # the noise: it does not depend on the parameters
NOISY_X, NOISY_Y = f(X) + ETA, f(Y) + ETA
CONVEX = Fact(NOISY_Y - NOISY_X - g(X) @ (Y - X))
SMOOTH = Fact(NOISY_X + g(X) @ (Y - X) + Fraction(1, 2) * L * square(Y - X) - NOISY_Y)


def convex() -> Proof:
    """grad f is a gradient of f + eta from below."""
    return Conclude(CONVEX, at("convex"))


def smooth() -> Proof:
    """grad f is a gradient of f + eta from above."""
    return Conclude(SMOOTH, at("lemma-mean-smooth"))


def _path(rates: tuple[Fraction, ...], kick: Fraction) -> tuple[Fraction, ...]:
    """Gradient descent on x^2/2 from 1; ``kick`` is added to every gradient."""
    path = [Q(1)]
    for rate in rates:
        path.append(path[-1] - rate * (path[-1] + kick))
    return tuple(path)


def fixed_schedule_feels_nothing() -> Witness:
    """Under a fixed schedule loss noise changes no iterate, the same noise in the gradient changes all of them."""
    noise, rates = Q(1, 10), tuple(Q(1, t + 2) for t in range(20))
    clean, loss_noise, gradient_noise = _path(rates, Q(0)), _path(rates, Q(0)), _path(rates, noise)
    rule = Rule(factor=Q(1, 2))
    quiet = rule.step(rule.step(rule.start(Q(1, 4)), clean[0] ** 2 / 2), clean[1] ** 2 / 2).rate
    disturbed = rule.step(rule.step(rule.start(Q(1, 4)), clean[0] ** 2 / 2), clean[1] ** 2 / 2 + 10 * noise).rate
    return Witness(
        says="f = x^2/2 from x_0 = 1, fixed rates 1/(t+2), 20 steps; noise 1/10 in every loss, or in every gradient.",
        hypotheses=(
            Check("the noise is not zero", noise, ">", Q(0)),
            Check("the gradient of f + noise is that of f: x_20", loss_noise[-1], "=", clean[-1]),
            Check("GreedyLR does react: its rate after a noisy loss", Q(disturbed), "!=", Q(quiet)),
        ),
        claimed=(Check("loss noise acts as gradient noise does: x_20", loss_noise[-1], "=", gradient_noise[-1]),),
        trace=(("x_20, loss noise", str(loss_noise[-1])), ("x_20, gradient noise", str(gradient_noise[-1]))),
    )


def claims() -> tuple[Claim, ...]:
    """The two halves of the paragraph on loss noise."""
    return (
        Claim(
            id="A.6.gradient-of-noise",
            title="Noise that does not depend on the parameters leaves the gradient as it is",
            section=SECTION,
            paper="Appendix A.6, paragraph on the equivalence",
            latex=r"\nabla (f + \eta) = \nabla f",
            evidence=(
                KernelProof(CONVEX, convex, "grad f bounds f + eta from below"),
                KernelProof(SMOOTH, smooth, "grad f bounds f + eta from above"),
            ),
            uses=("setting-A.1", "lemma-mean-smooth"),
        ),
        Claim(
            id="A.6.equivalence",
            title="Noise in the loss is equivalent to noise in the gradient",
            section=SECTION,
            paper="Appendix A.6, paragraph on the equivalence",
            latex=r"f + \eta \;\sim\; \nabla f + \eta'",
            evidence=(Counterexample("a fixed schedule", fixed_schedule_feels_nothing),),
            uses=("A.6.gradient-of-noise",),
            note="So additive loss noise perturbs a rule that reads the loss, and no fixed schedule at all.",
        ),
    )
