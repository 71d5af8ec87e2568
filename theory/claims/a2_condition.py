"""The proof of Theorem A.2 starts from alpha_t < 1 for all t, as if convergence required it."""

from greedylr.rule import Rule
from theory.claim import Check, Claim, Counterexample, Witness
from theory.claims.a2_readings import READINGS, REBUILT, value
from theory.claims.a2_theorem import SECTION
from theory.runs import Q, descend, quadratic


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


def claims() -> tuple[Claim, ...]:
    """The condition, refuted for the readings that can fail it."""
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
            rebuilt=(REBUILT,),
            note="Sufficient where the recursion holds, not necessary. The third reading is below 1 for every rate.",
        ),
    )
