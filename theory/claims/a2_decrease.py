"""The first case in the proof of Theorem A.2: the loss decreased."""

from greedylr.rule import Rule
from theory.claim import Check, Claim, Counterexample, Witness
from theory.claims.a2_readings import READINGS, REBUILT, value
from theory.claims.a2_theorem import SECTION
from theory.runs import Q, descend, quadratic


def rate_after_a_decrease() -> Witness:
    """In the converging two-cycle 5/4, 5/2 the loss decreases at gamma_{t-1} = 5/4, which exceeds 2F/L = 1."""
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


def claims() -> tuple[Claim, ...]:
    """The range of the rate, and the maximum over it."""
    return (
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
            rebuilt=(REBUILT,),
            note="(1 - gL)^2 has the value 1 at both ends of (0, 2/L]; 1 - 2/L is even negative for L < 2.",
        ),
    )
