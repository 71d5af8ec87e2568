"""The discussion after Theorem A.1: curvature, and what a smaller or larger F does."""

from fractions import Fraction

from greedylr.rule import Rule
from theory.arithmetic import approx
from theory.claim import Check, Claim, Counterexample, Witness
from theory.claims.a1_assumption import SECTION
from theory.runs import Q, Step, descend, quadratic


def _run(factor: Fraction, rate: Fraction, steps: int, cap: Fraction | None = None) -> tuple[Step, ...]:
    rule = Rule(factor=factor, order="same") if cap is None else Rule(factor=factor, order="same", max_lr=cap)
    return descend(quadratic(Q(1)), rule, rate, Q(1), steps)


def high_curvature() -> Witness:
    """Uncapped, F = 3/4, gamma_0 = 15/8: cuts come, and each is undone one step later; the loss grows."""
    path = _run(Q(3, 4), Q(15, 8), 60)
    cuts = sum(not step.improved for step in path[1:])
    return Witness(
        says="f = x^2/2, Algorithm 1 with F = 3/4, gamma_0 = 15/8, x_0 = 1, 60 steps, no cap.",
        hypotheses=(Check("steps at which the loss rose and the rate was cut", Q(cuts), ">=", Q(20)),),
        claimed=(
            Check("the loss stays below its start: f(x_59)", path[-1].loss, "<=", path[0].loss),
            Check("the rate ends below 2/L, where steps are stable", max(s.rate for s in path[-2:]), "<=", Q(2)),
        ),
        trace=(("f(x_59)", approx(path[-1].loss)), ("last rates", f"{path[-2].rate}, {path[-1].rate}")),
    )


def larger_factor_diverges() -> Witness:
    """max_lr = 43/20: the two-cycle (max_lr, F max_lr) scales x by 69/800 for F = 1/2, by 4301/4000 for F = 9/10."""
    cap = Q(43, 20)
    small, large = _run(Q(1, 2), cap, 120, cap), _run(Q(9, 10), cap, 120, cap)
    return Witness(
        says="f = x^2/2, Algorithm 1 with gamma_0 = max_lr = 43/20, x_0 = 1, 120 steps: F = 1/2 against F = 9/10.",
        hypotheses=(Check("with F = 1/2 the loss falls: f(x_119)", small[-1].loss, "<", Q(1, 10**9)),),
        claimed=(
            Check("F = 9/10 is at least as stable: f(x_119)", large[-1].loss, "<=", small[-1].loss),
            Check("F = 9/10 stays below its start: f(x_119)", large[-1].loss, "<=", large[0].loss),
        ),
        trace=(("f(x_119), F = 1/2", approx(small[-1].loss)), ("f(x_119), F = 9/10", approx(large[-1].loss))),
    )


def smaller_factor_slower() -> Witness:
    """From gamma_0 = 27/20, uncapped, F = 1/4 cycles between 27/20 and 27/5 and diverges; F = 1/2 converges."""
    aggressive, moderate = _run(Q(1, 4), Q(27, 20), 60), _run(Q(1, 2), Q(27, 20), 60)
    return Witness(
        says="f = x^2/2, Algorithm 1 from gamma_0 = 27/20, x_0 = 1, 60 steps, no cap: F = 1/4 against F = 1/2.",
        hypotheses=(Check("the factor compared is smaller", Q(1, 4), "<", Q(1, 2)),),
        claimed=(
            Check("the smaller factor is at least as fast: f(x_59)", aggressive[-1].loss, "<=", moderate[-1].loss),
        ),
        trace=(("f(x_59), F = 1/4", approx(aggressive[-1].loss)), ("f(x_59), F = 1/2", approx(moderate[-1].loss))),
    )


def claims() -> tuple[Claim, ...]:
    """Three sentences of the discussion, read as statements about the rule."""
    return (
        Claim(
            id="A.1.curvature",
            title="In regions of high curvature the algorithm decreases the rate and so maintains stability",
            section=SECTION,
            paper="Appendix A.1, discussion after Theorem A.1",
            latex=r"\sup_t f(x_t) < \infty",
            evidence=(Counterexample("cuts that are undone one step later", high_curvature),),
            note="Each single cut does happen; what fails is that it keeps the run stable.",
        ),
        Claim(
            id="A.1.larger-F-stable",
            title="As a rule: a larger F is more conservative and so more stable",
            section=SECTION,
            paper="Appendix A.1, before Theorem A.2",
            latex=r"F \le F' \;\Rightarrow\; F' \text{ is at least as stable}",
            evidence=(Counterexample("a cap that F = 1/2 tolerates and F = 9/10 does not", larger_factor_diverges),),
            note="The paper says 'may'; as a rule it fails, and under a cap on the rate it points the wrong way.",
        ),
        Claim(
            id="A.1.smaller-F-faster",
            title="As a rule: a smaller F adjusts more aggressively and converges faster",
            section=SECTION,
            paper="Appendix A.1, before Theorem A.2",
            latex=r"F \le F' \;\Rightarrow\; F \text{ is at least as fast}",
            evidence=(Counterexample("F = 1/4 against F = 1/2", smaller_factor_slower),),
            note="The paper says 'potentially'; as a rule it fails.",
        ),
    )
