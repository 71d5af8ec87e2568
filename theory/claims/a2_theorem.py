"""Theorem A.2: the factor that maximises the rate of convergence is F = 1 - 1/L."""

from fractions import Fraction

from greedylr.rule import Rule
from theory.arithmetic import approx
from theory.claim import Check, Claim, Counterexample, RocqTheorem, Witness
from theory.runs import Q, Step, descend, quadratic

SECTION = "A.1 The factor F"


def _run(scale: Fraction, factor: Fraction, rate: Fraction) -> tuple[Step, ...]:
    """40 steps of Algorithm 1 on scale * x^2 (so L = 2 scale) from x_0 = 1, the rate divided by the scale."""
    return descend(quadratic(2 * scale), Rule(factor=factor, order="same"), rate / scale, Q(1), 40)


def scale_equivariance() -> Witness:
    """f and 2f make the same iterates, so no F is better for L = 4 than for L = 2."""
    rate, half, three_quarters = Q(27, 40), Q(1, 2), Q(3, 4)
    f, twice = ({F: _run(scale, F, rate) for F in (half, three_quarters)} for scale in (Q(1), Q(2)))
    return Witness(
        says="f = x^2 (L = 2, gamma_0 = 27/40) and 2f = 2x^2 (L = 4, gamma_0 = 27/80), Algorithm 1, x_0 = 1, 40 steps.",
        hypotheses=(
            Check("x_40 with F = 1/2, on f and on 2f", f[half][-1].x_next, "=", twice[half][-1].x_next),
            Check(
                "x_40 with F = 3/4, on f and on 2f", f[three_quarters][-1].x_next, "=", twice[three_quarters][-1].x_next
            ),
            Check("1 - 1/L for L = 2", 1 - 1 / Q(2), "=", half),
            Check("1 - 1/L for L = 4", 1 - 1 / Q(4), "=", three_quarters),
        ),
        claimed=(
            Check(
                "for L = 4, F = 3/4 is at least as fast as F = 1/2",
                twice[three_quarters][-1].loss,
                "<=",
                twice[half][-1].loss,
            ),
        ),
        trace=(
            ("2f(x_39), F = 1/2", approx(twice[half][-1].loss)),
            ("2f(x_39), F = 3/4", approx(twice[three_quarters][-1].loss)),
        ),
    )


def other_way_round() -> Witness:
    """From another initial rate F = 3/4 wins on both: then F = 1/2 = 1 - 1/L is not the best for L = 2."""
    rate = Q(33, 40)
    slow, fast = _run(Q(1), Q(1, 2), rate), _run(Q(1), Q(3, 4), rate)
    return Witness(
        says="f = x^2 (L = 2), Algorithm 1 from gamma_0 = 33/40, x_0 = 1, 40 steps.",
        hypotheses=(Check("1 - 1/L for L = 2", 1 - 1 / Q(2), "=", Q(1, 2)),),
        claimed=(Check("for L = 2, F = 1/2 is at least as fast as F = 3/4", slow[-1].loss, "<=", fast[-1].loss),),
        trace=(("f(x_39), F = 1/2", approx(slow[-1].loss)), ("f(x_39), F = 3/4", approx(fast[-1].loss))),
    )


def small_constants() -> Witness:
    """For L <= 1 the value 1 - 1/L is not a factor at all."""
    one, half = Q(1), Q(1, 2)
    return Witness(
        says="x^2/2 has L = 1 and x^2/4 has L = 1/2.",
        hypotheses=(Check("L = 1 is a smoothness constant", one, ">", Q(0)), Check("so is L = 1/2", half, ">", Q(0))),
        claimed=(
            Check("0 < 1 - 1/L for L = 1", Q(0), "<", 1 - 1 / one),
            Check("0 < 1 - 1/L for L = 1/2", Q(0), "<", 1 - 1 / half),
        ),
        trace=(("1 - 1/L at L = 1", str(1 - 1 / one)), ("1 - 1/L at L = 1/2", str(1 - 1 / half))),
    )


def claims() -> tuple[Claim, ...]:
    """Theorem A.2, and its value for L <= 1."""
    return (
        Claim(
            id="A.2",
            title="The factor that maximises the convergence rate is F = 1 - 1/L_max",
            section=SECTION,
            paper="Appendix A.1, Theorem A.2 (restated as A.4)",
            latex=r"F^* = 1 - \tfrac{1}{L_{\max}}",
            evidence=(
                Counterexample("scale equivariance: L = 2 and L = 4 have the same best factor", scale_equivariance),
                Counterexample("from another initial rate the other factor wins", other_way_round),
                RocqTheorem(
                    "Factor.not_one_minus_inverse_smooth",
                    "1 - 1/L is not, for every L > 1, the one best factor in the worst case after N steps, rates in"
                    " units of 1/L, over convex L-smooth losses with a common minimiser within distance 1",
                    refutes=True,
                ),
            ),
            uses=("A.2.condition", "A.2.decrease", "A.2.critical-point"),
            note="1/L has the unit of a learning rate, F has none; the best F can depend on gamma_0 L, not on L alone.",
        ),
        Claim(
            id="A.2.range",
            title="F = 1 - 1/L_max lies in (0, 1)",
            section=SECTION,
            paper="Appendix A.1, Theorem A.2: F is chosen in (0, 1)",
            latex=r"0 < 1 - \tfrac{1}{L_{\max}} < 1",
            evidence=(Counterexample("L = 1 and L = 1/2", small_constants),),
            uses=("A.2",),
        ),
        Claim(
            id="A.2.repaired",
            title="GreedyLR on c f, all rates divided by c, makes the same iterates; in units of 1/L no best F knows L",
            section=SECTION,
            paper="repairs Appendix A.1, Theorem A.2",
            latex=r"x_t[c f, \gamma_0 / c, F] = x_t[f, \gamma_0, F]\quad (c > 0)",
            evidence=(
                RocqTheorem(
                    "Equivariance.equivariance_same", "for every rule that compares losses, in Algorithm 1's order"
                ),
                RocqTheorem("Equivariance.equivariance_next", "and in the order of a PyTorch loop"),
                RocqTheorem(
                    "Options.equivariance_with_options",
                    "with every option of Algorithm 2, either loss, either order: window, patience, cooldown,"
                    " warmup, reset"
                    " and relative thresholds as they are, absolute thresholds times c, eps divided by c",
                ),
                RocqTheorem(
                    "Factor.minimax_scale_smooth",
                    "so F is best in the worst case for L iff it is for c L, rates in units of 1/L, in either order",
                ),
                RocqTheorem(
                    "Factor.optimal_factor_constant_smooth",
                    "and if there is exactly one best F for every L, it is the same for all",
                ),
            ),
            repairs="A.2",
            note="At rates fixed in absolute units the best F does change with L, through gamma L. Absolute thresholds"
            " and eps have units too: fixed, they break it (A.2.threshold-units, A.2.eps-units).",
        ),
    )
