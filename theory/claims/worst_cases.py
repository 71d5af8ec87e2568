"""Worst cases over all convex L-smooth functions: what the factor F, the cap and the number of steps can do.

Units: rates in 1/L, gaps in L |x_0 - x*|^2.  Upper bounds are certified for every pattern of comparisons; lower bounds
are attained by an explicit function on which the rule itself is run (``theory/worst_case``).
"""

from __future__ import annotations

from collections.abc import Mapping

from theory.arithmetic import approx
from theory.claim import Certificates, Check, Claim, Enclosure, KernelProof, Loader, RocqTheorem
from theory.claims.worst_one_step import ONE_STEP, one_step
from theory.runs import Q
from theory.worst_case.bounds import Bounds, table
from theory.worst_case.certificate import check_upper
from theory.worst_case.closed_form import bound, huber_gap, multipliers
from theory.worst_case.explore import explore
from theory.worst_case.greedy import FixedDescent
from theory.worst_case.problem import problem

SECTION = "Worst cases"
PAPER = "repairs Section 4.3 and Appendix A.1, Theorem A.2: over all convex L-smooth functions, full batches"
LONGEST = 40


def checked(load: Loader, *names: str) -> tuple[Mapping[str, Bounds], int]:
    """The bounds of these names, each checked exactly, and the number of patterns that this took."""
    known = {name: table()[name] for name in names}
    return known, sum(bounds.check(load(name)) for name, bounds in known.items())


def gradient_descent(load: Loader) -> Enclosure:
    """N = 1, ..., 40 steps at the rate 1/L: the bound 1/(4 N + 2) by closed-form multipliers, attained by a run."""
    checks = []
    for n in range(1, LONGEST + 1):
        rates = (Q(1),) * n
        trial, measure = next(explore(FixedDescent(rates), rests=True))
        check_upper(problem(trial, measure), multipliers(rates))
        checks.append(Check(f"N = {n}: the certified bound", bound(rates), "=", Q(1, 4 * n + 2)))
        checks.append(Check(f"N = {n}: the gap on a Huber function", huber_gap(rates)[0], "=", Q(1, 4 * n + 2)))
    return Enclosure(f"exact multipliers and an exact run for every N up to {LONGEST}", tuple(checks))


def values(load: Loader) -> Enclosure:
    """The intervals that the other claims compare."""
    names = ("half-8", "three-quarters-3", "three-quarters-8", "nine-tenths-3", "nine-tenths-8")
    known, patterns = checked(load, *names)
    says = (
        f"F = {b.method.rule.factor}, T = {b.method.steps} in [{approx(b.low, 7)}, {approx(b.high, 7)}]"
        for b in known.values()
    )
    near = (
        Check(f"{name}: relative width below 1e-4", b.high - b.low, "<", b.low / 10**4) for name, b in known.items()
    )
    return Enclosure(f"{'; '.join(says)} ({patterns} patterns)", tuple(near))


def growth(load: Loader) -> Enclosure:
    """Without a cap the gap of some function grows by large factors, for F = 1/2, 3/4 and 9/10."""
    names = ("half-8", "three-quarters-12", "nine-tenths-12", "half-8-best")
    known, patterns = checked(load, *names)
    says = {name: f"in [{approx(b.low, 7)}, {approx(b.high, 7)}]" for name, b in known.items()}
    return Enclosure(
        f"f - f* at most 1/2 at first; F = 1/2 after 8 steps {says['half-8']}, with the best loss"
        f" {says['half-8-best']}; F = 3/4 after 12 steps {says['three-quarters-12']}; F = 9/10 from 1.9/L after 12"
        f" steps {says['nine-tenths-12']} ({patterns} patterns)",
        tuple(
            Check(f"{name}: the gap can be 1000 times the first one", b.low, ">=", Q(500)) for name, b in known.items()
        ),
    )


def below_two(load: Loader) -> Enclosure:
    """With max_lr = 1.99/L from 1/(2L), four steps: F = 1/10 is worse than F = 9/10."""
    known, _ = checked(load, "tenth-4-below-2", "nine-tenths-4-below-2")
    small, large = known["tenth-4-below-2"], known["nine-tenths-4-below-2"]
    return _ahead("F = 9/10 is ahead of F = 1/10", large, small, "max_lr = 1.99/L, gamma_0 = 1/(2L), T = 4")


def horizon(load: Loader) -> Enclosure:
    """Uncapped from 1/L: F = 3/4 is ahead of F = 9/10 after 3 steps, and behind after 8."""
    known, _ = checked(load, "three-quarters-3", "nine-tenths-3", "three-quarters-8", "nine-tenths-8")
    first = _ahead("T = 3: F = 3/4 is ahead", known["three-quarters-3"], known["nine-tenths-3"], "")
    second = _ahead("T = 8: F = 9/10 is ahead", known["nine-tenths-8"], known["three-quarters-8"], "")
    return Enclosure(f"gamma_0 = 1/L, no cap; {first.says}; {second.says}", first.checks + second.checks)


def one_minus_inverse(load: Loader) -> Enclosure:
    """For L = 2, 4 and 10 another factor than 1 - 1/L has the smaller worst case, gamma_0 = 1/L."""
    pairs = (
        (2, "1/2", "4/5", 4, "four-fifths-4-L2", "half-4-L2"),
        (4, "3/4", "9/10", 8, "nine-tenths-8-L4", "three-quarters-8-L4"),
        (10, "9/10", "3/4", 3, "three-quarters-3-L10", "nine-tenths-3-L10"),
    )
    says, checks = [], []
    for L, printed, other, steps, ahead, behind in pairs:
        known, _ = checked(load, ahead, behind)
        found = _ahead(f"L = {L}, T = {steps}: F = {other} is ahead of F = {printed}", known[ahead], known[behind], "")
        says.append(found.says)
        checks += [Check(f"1 - 1/L for L = {L}", 1 - Q(1, L), "=", Q(printed)), *found.checks]
    return Enclosure("; ".join(says), tuple(checks))


def cap_three(load: Loader) -> Enclosure:
    """F = 1/2 under the largest cap that is tolerated, 3/L: 8 steps."""
    known, patterns = checked(load, "half-8-cap-3")
    b = known["half-8-cap-3"]
    return Enclosure(
        f"in [{approx(b.low, 7)}, {approx(b.high, 7)}] after 8 steps from gamma_0 = max_lr = 3/L ({patterns} patterns)",
        (
            Check("four times the largest first gap, 1/2, is nearly reached", b.low, ">=", Q(1999, 1000)),
            Check("and not exceeded by more than the slack", b.high, "<=", Q(2001, 1000)),
        ),
    )


def _ahead(says: str, ahead: Bounds, behind: Bounds, where: str) -> Enclosure:
    """The worst case of the one is certainly below that of the other."""
    unit = ahead.method.smoothness
    high, low = (approx(x / unit, 6) for x in (ahead.high, behind.low))
    check = Check(says, ahead.high, "<", behind.low)
    return Enclosure(f"{where}{': ' if where else ''}{says}, at most {high} against at least {low}", (check,))


def claims() -> tuple[Claim, ...]:
    """Gradient descent first, then the factor."""
    return (
        Claim(
            id="worst-case.one-step",
            title="One step at a rate gamma: an upper bound in closed form, the worst case for gamma <= 3/(2L)",
            section=SECTION,
            paper="the tool, on one step",
            latex=r"2 (2 \gamma L + 1) (f(x_1) - f^*) + \tfrac{(2 \gamma L + 1)(3 - 2 \gamma L)}{4 L}"
            r" \| \nabla f(x_0) - \nabla f(x_1) \|^2 \le L \| x_0 - x^* \|^2",
            evidence=(
                KernelProof(ONE_STEP, one_step),
                RocqTheorem(
                    "SumOfRates.last_iterate_attained", "a Huber function attains L |x_0 - x*|^2/(4 gamma L + 2)"
                ),
            ),
            uses=("lemma-interpolation-mean",),
            note="For gamma <= 3/(2L) the second term is not negative.",
        ),
        Claim(
            id="worst-case.sum-of-rates",
            title="Gradient descent at rates up to 1/L: the worst last iterate depends on the sum of the rates only",
            section=SECTION,
            paper=PAPER,
            latex=r"\max_f f(x_N) - f^* = \tfrac{L \| x_0 - x^* \|^2}{2 (2 L \sum_{t<N} \gamma_t + 1)}",
            evidence=(
                RocqTheorem("SumOfRates.last_iterate", "the bound, for every N, all rates in (0, 1/L] and every f"),
                RocqTheorem("SumOfRates.last_iterate_attained", "a Huber function attains it, whatever the rates"),
            ),
            uses=("worst-case.one-step",),
        ),
        Claim(
            id="worst-case.gradient-descent",
            title="N steps of gradient descent at 1/L: the worst case is exactly L |x_0 - x*|^2/(4N + 2)",
            section=SECTION,
            paper="the tool, on a published value",
            latex=r"\max_f f(x_N) - f^* = \tfrac{L \| x_0 - x^* \|^2}{4N + 2}",
            evidence=(
                RocqTheorem("SumOfRates.last_iterate", "the upper bound, with all rates 1/L, for every N"),
                RocqTheorem("SumOfRates.last_iterate_attained", "and a Huber function that attains it, for every N"),
                Certificates("closed-form multipliers, and a Huber function", gradient_descent),
            ),
            uses=("worst-case.sum-of-rates",),
            note="The value is that of Drori and Teboulle (2014).",
        ),
        Claim(
            id="worst-case.sum-of-rates-wide",
            title="The same holds for rates up to 1.5/L",
            section=SECTION,
            paper="a lead of this project",
            latex=r"L \gamma_t \le \tfrac32 \;\Rightarrow\;"
            r" \max_f f(x_N) - f^* = \tfrac{L \| x_0 - x^* \|^2}{2 (2 L \sum_{t<N} \gamma_t + 1)}",
            uses=("worst-case.sum-of-rates", "worst-case.one-step"),
            note="For N = 1 it holds (worst-case.one-step), and beyond 1.5/L x^2/2 is worse. For larger N it is checked"
            " exactly at the rates that were tried, and not proved.",
        ),
        Claim(
            id="worst-case.capped",
            title="With max_lr <= 1/L a smaller F never has the larger worst case, over all convex f and at every T",
            section=SECTION,
            paper=PAPER,
            latex=r"F' \le F,\; L \gamma_{\max} \le 1 \;\Rightarrow\; W_T(F') \le W_T(F)",
            evidence=(
                RocqTheorem(
                    "WorstUnderCap.smaller_factor_smaller_worst_case",
                    "what F' loses on any function, F loses on a Huber function from the same distance",
                ),
                RocqTheorem("WorstUnderCap.greedy_under_cap", "the bound for the rule itself"),
                RocqTheorem("WorstUnderCap.greedy_under_cap_attained", "and the function on which the rule attains it"),
            ),
            uses=("worst-case.sum-of-rates", "factor.capped"),
            repairs="A.2",
            note="The previous loss, full batches, the order of Algorithm 1, the last iterate, units of 1/L. All F up"
            " to gamma_0/max_lr have the same rates, and so are best for every T; 1 - 1/L plays no part.",
        ),
        Claim(
            id="worst-case.values",
            title="Without a cap from 1/L: worst cases of F = 1/2 after 8 steps, of F = 3/4 and 9/10 after 3 and 8",
            section=SECTION,
            paper=PAPER,
            latex=r"W_8(\tfrac12),\; W_3(\tfrac34),\; W_8(\tfrac34),\; W_3(\tfrac9{10}),\; W_8(\tfrac9{10})",
            evidence=(
                Certificates("certified on both sides", values),
                *(
                    RocqTheorem(f"{file}.worst_case", f"the upper bound for {what}, for the rule itself")
                    for file, what in (
                        ("WorstHalf8", "F = 1/2, T = 8"),
                        ("WorstThreeQuarters3", "F = 3/4, T = 3"),
                        ("WorstThreeQuarters8", "F = 3/4, T = 8"),
                        ("WorstNineTenths3", "F = 9/10, T = 3"),
                        ("WorstNineTenths8", "F = 9/10, T = 8"),
                    )
                ),
            ),
            note="The previous loss, full batches, the order of Algorithm 1.",
        ),
        Claim(
            id="worst-case.growth",
            title="Without a cap F = 1/2, 3/4 and 9/10 can raise the gap a thousandfold within 8 to 12 steps",
            section=SECTION,
            paper=PAPER,
            latex=r"\sup_f f(x_T) - f^* \ge 1000 \cdot \tfrac12 L \| x_0 - x^* \|^2",
            evidence=(Certificates("certified on both sides", growth),),
            uses=("stability.previous", "stability.best"),
        ),
        Claim(
            id="worst-case.cap-three",
            title="F = 1/2 under max_lr = 3/L: the bound of stability.cap, four times the first gap, is nearly reached",
            section=SECTION,
            paper=PAPER,
            latex=r"\sup_f f(x_8) - f^* \approx 4 \cdot \tfrac12 L \| x_0 - x^* \|^2",
            evidence=(
                Certificates("certified on both sides", cap_three),
                RocqTheorem("WorstHalf8Cap3.worst_case", "the upper bound, for the rule itself"),
            ),
            uses=("stability.cap",),
        ),
        Claim(
            id="worst-case.smaller-factor",
            title="With max_lr below 2/L the worst case of a smaller F is at most that of a larger one",
            section=SECTION,
            paper="a lead of this project",
            latex=r"F' \le F,\; L \gamma_{\max} < 2 \;\Rightarrow\; W_T(F') \le W_T(F)",
            evidence=(Certificates("F = 1/10 and F = 9/10 under 1.99/L", below_two, refutes=True),),
            uses=("worst-case.capped",),
            note="Near 2/L large rates overshoot. Under 1/L it is true (worst-case.capped).",
        ),
        Claim(
            id="worst-case.horizon",
            title="Which of two factors has the smaller worst case does not depend on the number of steps",
            section=SECTION,
            paper="a reading of Appendix A.1, Theorem A.2: one best F, in the worst case",
            latex=r"W_T(F) \le W_T(F') \text{ for one } T \Rightarrow \text{for all } T",
            evidence=(Certificates("F = 3/4 and F = 9/10, uncapped from 1/L", horizon, refutes=True),),
            uses=("factor.horizon",),
            note="On a grid the best F lies near (gamma_0 L/2)^(1/(T-1)), where the last rate comes to about 2/L"
            " (`greedylr worst-case`), and so tends to 1 with T.",
        ),
        Claim(
            id="worst-case.one-minus-inverse",
            title="F = 1 - 1/L has the smallest worst case",
            section=SECTION,
            paper="a reading of Appendix A.1, Theorem A.2: in the worst case",
            latex=r"W_T(1 - \tfrac1L) = \min_F W_T(F)",
            evidence=(Certificates("L = 2, 4 and 10, rates in units of 1/L", one_minus_inverse, refutes=True),),
            uses=("A.2",),
        ),
    )
