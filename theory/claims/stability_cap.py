"""Section 4.3 with a cap: how far above 2/L may max_lr lie, for the previous loss and full batches?"""

from fractions import Fraction

from greedylr.rule import Rule
from theory.arithmetic import approx
from theory.claim import Check, Claim, Counterexample, RocqTheorem, Witness
from theory.runs import Problem, Q, Step, descend, quadratic

SECTION = "4.3 Stability threshold"
PAPER = "repairs Section 4.3 for runs with a cap"


def two_slopes(flat: Fraction) -> Problem:
    """x^2/2 to the right of 0 and flat x^2/2 to the left: convex, and 1-smooth for flat in [0, 1]."""
    return Problem(lambda x: x * x / 2 if x >= 0 else flat * x * x / 2, lambda x: x if x >= 0 else flat * x, Q(1))


def one_sided_huber(slope: Fraction) -> Problem:
    """x^2/2 from -slope on and its tangent further left: convex and 1-smooth."""
    return Problem(
        lambda x: x * x / 2 if x >= -slope else -slope * x - slope * slope / 2, lambda x: max(x, -slope), Q(1)
    )


def _capped(problem: Problem, factor: Fraction, cap: Fraction, steps: int) -> tuple[Step, ...]:
    return descend(problem, Rule(factor=factor, order="same", max_lr=cap), cap, Q(1), steps)


def above() -> Witness:
    """F = 1/2 and max_lr = 31/10 > 3/L diverge on x^2/2."""
    path = _capped(quadratic(Q(1)), Q(1, 2), Q(31, 10), 200)
    return Witness(
        says="f = x^2/2, Algorithm 1 with F = 1/2, gamma_0 = max_lr = 31/10, x_0 = 1, 200 steps.",
        hypotheses=(Check("max_lr L is above 1 + 1/F", Q(31, 10), ">", Q(3)),),
        claimed=(Check("the loss stays bounded: f(x_199)", path[-1].loss, "<=", 100 * path[0].loss),),
        trace=(("f(x_199)", approx(path[-1].loss)),),
    )


def below() -> Witness:
    """F = 1/4 and max_lr = 4 < 1 + 1/F = 5 diverge on a convex 1-smooth function with two curvatures."""
    path = _capped(two_slopes(Q(2, 5)), Q(1, 4), Q(4), 300)
    return Witness(
        says="f = x^2/2 for x >= 0 and x^2/5 for x < 0, Algorithm 1 with F = 1/4, gamma_0 = max_lr = 4, x_0 = 1, 300"
        " steps:"
        " the rates 4, 1, 4 lead from x to (-3)(3/5)(-3/5) x = (27/25) x.",
        hypotheses=(
            Check("max_lr L is below 1 + 1/F", Q(4), "<", Q(5)),
            Check("F is above 3 - 2 sqrt 2: F^2 - 6F + 1", Q(1, 16) - Q(6, 4) + 1, "<", Q(0)),
        ),
        claimed=(Check("the loss stays bounded: f(x_299)", path[-1].loss, "<=", 100 * path[0].loss),),
        trace=(("f(x_299)", approx(path[-1].loss)), ("x_297 / x_294", str(path[297].x / path[294].x))),
    )


def tight() -> Witness:
    """F = 1/4 with max_lr just above 2 + 2F: two steps raise the loss on a one-sided Huber function."""
    cap = Q(51, 20)
    path = _capped(one_sided_huber(Q(2, 3)), Q(1, 4), cap, 3)
    return Witness(
        says="f = x^2/2 for x >= -2/3, its tangent further left, F = 1/4, gamma_0 = max_lr = 51/20, x_0 = 1.",
        hypotheses=(
            Check("max_lr L is above 2 + 2F", cap, ">", Q(5, 2)),
            Check("the second loss did not improve", path[1].loss, ">=", path[0].loss),
            Check("so the second rate is F max_lr", path[1].rate, "=", cap / 4),
        ),
        claimed=(Check("after two steps the loss is not above its start", path[2].loss, "<=", path[0].loss),),
        trace=(("f(x_0), f(x_1), f(x_2)", ", ".join(approx(step.loss) for step in path)),),
    )


def claims() -> tuple[Claim, ...]:
    """What is bounded, what diverges, and where the border was expected."""
    return (
        Claim(
            id="stability.cap-two-steps",
            title="A step at r and one at F r do not raise any convex L-smooth f together if L r <= min(2 + 2F, 1 +"
            " 1/F)",
            section=SECTION,
            paper=PAPER,
            latex=r"f(z) \le f(x), \quad y = x - r \nabla f(x),\; z = y - F r \nabla f(y)",
            evidence=(RocqTheorem("CapTolerance.two_steps_descend", "for every convex L-smooth f on every space"),),
            note="From three interpolation inequalities, with weights F, 1 - F, F, and 1/2 each for F <= 1/2.",
        ),
        Claim(
            id="stability.cap",
            title="With the previous loss and max_lr <= min(2 + 2F, 1 + 1/F)/L the loss stays bounded on every"
            " convex f",
            section=SECTION,
            paper=PAPER,
            latex=r"f(x_t) - f^* \le \max\left(1, (L \gamma_{\max} - 1)^2\right) (f(x_0) - f^*)",
            evidence=(
                RocqTheorem("CapTolerance.bounded_under_the_cap", "for every t, every initial rate in the interval"),
            ),
            uses=("stability.cap-two-steps",),
            repairs="4.3.sufficient",
            note="Full batches, the order of Algorithm 1, 0 < min_lr <= 2F/L. The largest such cap is 3/L, at F = 1/2.",
        ),
        Claim(
            id="stability.cap-diverges",
            title="With the previous loss and max_lr > (1 + 1/F)/L some quadratic diverges, for every F",
            section=SECTION,
            paper=PAPER,
            latex=r"L \gamma_{\max} > 1 + \tfrac1F \;\Rightarrow\; \sup_t f(x_t) = \infty",
            evidence=(RocqTheorem("TwoCycle.previous_diverges_above_the_cap", "for every F and cap, on x^2/2"),),
            uses=("stability.previous",),
            note="A smaller F tolerates a larger cap on quadratics, down to F = 3 - 2 sqrt 2, where 1 + 1/F = 6.83.",
        ),
        Claim(
            id="stability.cap-flat",
            title="F = 1/2 with max_lr = 3.1/L stays bounded on quadratics",
            section=SECTION,
            paper=PAPER,
            latex=r"L \gamma_{\max} = 3.1",
            evidence=(Counterexample("exact run", above),),
            uses=("stability.cap-diverges",),
        ),
        Claim(
            id="stability.cap-lead",
            title="With max_lr <= (1 + 1/F)/L every smooth convex f stays bounded, for every F > 3 - 2 sqrt 2",
            section=SECTION,
            paper="a lead of this project",
            latex=r"2 \le L \gamma_{\max} \le 1 + \tfrac1F \;\Rightarrow\; \sup_t f(x_t) < \infty",
            evidence=(Counterexample("two curvatures, F = 1/4", below),),
            uses=("stability.cap",),
            note="True for F >= 1/2 (stability.cap). Between 2 + 2F and 1 + 1/F the border for F < 1/2 is open.",
        ),
        Claim(
            id="stability.cap-tight",
            title="The two-step bound holds beyond 2 + 2F too",
            section=SECTION,
            paper="a lead of this project",
            latex=r"L r > 2 + 2F \;\Rightarrow\; f(z) \le f(x)",
            evidence=(Counterexample("a one-sided Huber function, F = 1/4", tight),),
            uses=("stability.cap-two-steps",),
        ),
    )
