"""Appendix A.6: noise added to the loss, and noise in the gradient."""

from fractions import Fraction

from greedylr.rule import Rule
from theory.claim import Check, Claim, Counterexample, KernelProof, Witness
from theory.gram import square, symbol
from theory.kernel import Conclude, Fact, Proof
from theory.notation import L, X, Y, f, g
from theory.runs import Q
from theory.tactics import at

SECTION = "A.6 Noise in the loss"
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


def _path(loss_noise: Fraction, gradient_noise: Fraction) -> tuple[Fraction, ...]:
    """21 steps on x^2/2 from 1 at the fixed rates 1/(t+2); the gradient is read off the noisy loss.

    For a quadratic the symmetric difference (l(x+1) - l(x-1))/2 is the derivative exactly.
    """
    path = [Q(1)]
    for t in range(21):
        high, low = ((path[-1] + h) ** 2 / 2 + loss_noise * (-1) ** t for h in (1, -1))
        path.append(path[-1] - Q(1, t + 2) * ((high - low) / 2 + gradient_noise * (-1) ** t))
    return tuple(path)


def _greedy_rate(loss_noise: Fraction) -> Fraction:
    """The rate after the losses 1/2 and 9/32 (a step at rate 1/4 from 1), the second one with noise."""
    rule = Rule(factor=Q(1, 2))
    return Q(rule.step(rule.step(rule.start(Q(1, 4)), Q(1, 2)), Q(9, 32) + loss_noise).rate)


def fixed_schedule_feels_nothing() -> Witness:
    """Under a fixed schedule loss noise changes no iterate; the same noise in the gradient does."""
    clean, in_loss, in_gradient = _path(Q(0), Q(0)), _path(Q(1), Q(0)), _path(Q(0), Q(1))
    return Witness(
        says="f = x^2/2 from x_0 = 1, fixed rates 1/(t+2), 21 steps; noise +1, -1, +1, ... in losses or gradients.",
        hypotheses=(
            Check(
                "steps at which loss noise moves the iterate", Q(sum(map(Fraction.__ne__, clean, in_loss))), "=", Q(0)
            ),
            Check("GreedyLR does react: its rate with and without noise", _greedy_rate(Q(1)), "!=", _greedy_rate(Q(0))),
        ),
        claimed=(Check("loss noise acts as gradient noise does: x_21", in_loss[-1], "=", in_gradient[-1]),),
        trace=(("x_21, loss noise", str(in_loss[-1])), ("x_21, gradient noise", str(in_gradient[-1]))),
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
