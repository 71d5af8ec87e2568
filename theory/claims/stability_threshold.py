"""Section 4.3: F >= 0.5 as a threshold of stability, read as a property of the rule."""

from fractions import Fraction

from greedylr.rule import Rule
from theory.arithmetic import approx
from theory.claim import Check, Claim, Counterexample, Unpublished, Witness
from theory.runs import Q, Step, descend, quadratic

SECTION = "4.3 Stability threshold"


def _run(factor: Fraction, rate: Fraction) -> tuple[Step, ...]:
    return descend(quadratic(Q(1)), Rule(factor=factor, order="same"), rate, Q(1), 100)


def above_the_threshold() -> Witness:
    """F = 1/2, 3/4 and 9/10 all diverge from gamma_0 = 39/20 on x^2/2."""
    runs = {factor: _run(factor, Q(39, 20)) for factor in (Q(1, 2), Q(3, 4), Q(9, 10))}
    return Witness(
        says="f = x^2/2, Algorithm 1 without a cap, gamma_0 = 39/20 < 2/L, x_0 = 1, 100 steps.",
        hypotheses=tuple(Check("F is at least 1/2", factor, ">=", Q(1, 2)) for factor in runs),
        claimed=tuple(
            Check(f"F = {factor} is stable: f(x_99)", path[-1].loss, "<=", path[0].loss)
            for factor, path in runs.items()
        ),
        trace=tuple((f"f(x_99), F = {factor}", approx(path[-1].loss)) for factor, path in runs.items()),
    )


def below_the_threshold() -> Witness:
    """From gamma_0 = 3/5, uncapped, F = 1/4 settles in the two-cycle 3/5, 12/5 with multiplier 14/25."""
    path = _run(Q(1, 4), Q(3, 5))
    return Witness(
        says="f = x^2/2, Algorithm 1 with F = 1/4 without a cap, gamma_0 = 3/5, x_0 = 1, 100 steps.",
        hypotheses=(Check("F is below 1/2", Q(1, 4), "<", Q(1, 2)),),
        claimed=(Check("F = 1/4 diverges: f(x_99) exceeds f(x_0)", path[-1].loss, ">", path[0].loss),),
        trace=(("f(x_99)", approx(path[-1].loss)), ("last rates", f"{path[-2].rate}, {path[-1].rate}")),
    )


def insensitive() -> Witness:
    """From gamma_0 = 27/20 F = 1/2 converges and F = 3/4 does not: the choice above 1/2 decides everything."""
    half, three_quarters = _run(Q(1, 2), Q(27, 20)), _run(Q(3, 4), Q(27, 20))
    return Witness(
        says="f = x^2/2, Algorithm 1 without a cap, gamma_0 = 27/20, x_0 = 1, 100 steps: F = 1/2 against F = 3/4.",
        hypotheses=(
            Check("the smaller factor is at least 1/2", min(Q(1, 2), Q(3, 4)), ">=", Q(1, 2)),
            Check("with F = 1/2 the loss falls: f(x_99)", half[-1].loss, "<", Q(1, 10**9)),
        ),
        claimed=(
            Check("F = 3/4 ends within 1.5% of f(x_0) too", three_quarters[-1].loss, "<=", Q(15, 1000) * half[0].loss),
        ),
        trace=(("f(x_99), F = 1/2", approx(half[-1].loss)), ("f(x_99), F = 3/4", approx(three_quarters[-1].loss))),
    )


def claims() -> tuple[Claim, ...]:
    """The threshold as observed, and as a rule."""
    scope = "Read as a property of the rule; the paper observed it for one model, and its limitations say so."
    return (
        Claim(
            id="4.3.observed",
            title="In the sweep on Phi-2, F = 0.25 diverged and 0.50, 0.75, 0.99 did not",
            section=SECTION,
            paper="Section 4.3, Figure 3",
            latex=r"F \in \{0.25, 0.50, 0.75, 0.99\}",
            evidence=(Unpublished("the runs: one seed each; patience, smoothing and cap of the sweep are not given"),),
        ),
        Claim(
            id="4.3.sufficient",
            title="F >= 0.5 suffices for stability",
            section=SECTION,
            paper="Section 4.3; guidance in A.7",
            latex=r"F \ge \tfrac{1}{2} \;\Rightarrow\; \text{stable}",
            evidence=(Counterexample("three factors above the threshold diverge", above_the_threshold),),
            note=scope
            + " Algorithm 1 compares with the previous loss: after an overshoot the next step improves, and the"
            " rate rises again, so no F is stable (stability.previous-share). The released code compares with the best"
            " loss, which keeps lowering the rate until the overshoot is made good: there a threshold exists, at"
            " 0.3447 in"
            " one dimension (stability.best-threshold), at 0.5088 in a PyTorch loop without patience"
            " (stability.order).",
        ),
        Claim(
            id="4.3.necessary",
            title="F = 0.25 diverges",
            section=SECTION,
            paper="Section 4.3",
            latex=r"F = \tfrac{1}{4} \;\Rightarrow\; \text{divergence}",
            evidence=(Counterexample("from another initial rate it converges", below_the_threshold),),
            note=scope,
        ),
        Claim(
            id="4.3.insensitive",
            title="Above the threshold the choice of F hardly matters",
            section=SECTION,
            paper="Section 4.3; Section 5",
            latex=r"F, F' \ge \tfrac{1}{2} \;\Rightarrow\; \text{nearly the same loss}",
            evidence=(Counterexample("F = 1/2 against F = 3/4", insensitive),),
            note=scope,
        ),
    )
