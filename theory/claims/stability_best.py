"""Section 4.3 for the best loss so far: on x^2/2 there is a threshold, and where it lies depends on the order."""

from fractions import Fraction

from greedylr.rule import Rule
from theory.arithmetic import approx
from theory.claim import Check, Claim, Counterexample, Enclosure, IntervalProof, RocqTheorem, Witness
from theory.runs import Q, Step, descend, quadratic
from theory.stagnation import Criterion, beyond, bounded, critical_factor, stuck

SECTION = "4.3 Stability threshold"
PAPER = "repairs Section 4.3: F >= 0.5 as a threshold"

F_C = (Q(344659616369978, 10**15), Q(344659616369979, 10**15))

# order "next", by patience: 10^13 F_c from below; a phase stuck there; a factor from which no phase needs a box.  A
# search in floating point found them; nothing rests on how.
NEXT = {
    0: (5088277075636, Q(43180892, 26095157), Q(4, 5)),
    1: (3928587927676, Q(1262395075, 646923386), Q(3, 5)),
    2: (3788565197373, Q(1593887519, 800746094), Q(3, 5)),
    5: (3630642879284, 2 - Q(1, 10**15), Q(3, 5)),
    10: (3550649079250, 2 - Q(1, 10**15), Q(3, 5)),
}


def threshold() -> Enclosure:
    """F_c between two numbers with 15 decimals; some phase is stuck at the lower one, none from the upper one on."""
    low, high = critical_factor(18)
    shown = bounded(Criterion(), F_C[1], Q(1, 2))
    return Enclosure(
        f"F_c = {approx(F_C[0], 15)}... ; no phase is stuck for F from there to 1/2, in {shown.boxes} boxes",
        (
            Check("the root of (2/F - 1) prod_{k >= 1} (1 - 2 F^k) = 1 is above", low, ">", F_C[0]),
            Check("and below", high, "<", F_C[1]),
            Check("there the phase 2 - 10^-17 is stuck", stuck(Criterion(), F_C[0], 2 - Q(1, 10**17)), ">=", Q(1)),
            Check("from the upper end to 1/2 the criterion is at most", shown.bound, "<", Q(1)),
            Check("from 1/2 on it is below", beyond(Criterion(), Q(1, 2)), "<=", Q(1)),
        ),
    )  # fmt: skip


def next_order() -> Enclosure:
    """For each patience: a stuck phase at the lower end, none from the upper end to the last factor, none beyond."""
    checks, boxes = list[Check](), 0
    for patience, (digits, phase, last) in NEXT.items():
        criterion, low, high = Criterion("next", patience), Q(digits, 10**13), Q(digits + 1, 10**13)
        shown = bounded(criterion, high, last)
        boxes += shown.boxes
        checks += [
            Check(f"patience {patience}: stuck at F = {low}", stuck(criterion, low, phase), ">=", Q(1)),
            Check(f"patience {patience}: a F is below 1 there", low * phase, "<", Q(1)),
            Check(f"patience {patience}: from F = {high} to {last} at most", shown.bound, "<", Q(1)),
            Check(f"patience {patience}: from {last} on below", beyond(criterion, last), "<", Q(1)),
        ]
    found = ", ".join(f"{approx(Q(digits, 10**13), 13)}... (patience {p})" for p, (digits, _, _) in NEXT.items())
    return Enclosure(f"F_c = {found}; in {boxes} boxes", tuple(checks))


def half_in_a_loop() -> Witness:
    """F = 1/2 from the phase 8/5 without patience: 60 exact steps, and the criterion for all that follow."""
    rule = Rule(factor=Q(1, 2), comparison="best", order="next")
    path = descend(quadratic(Q(1)), rule, Q(2, 5), Q(1), 60)
    best = min(step.loss for step in path)
    last = next(k for k, step in enumerate(path) if step.loss == best)
    least = stuck(Criterion("next"), Q(1, 2), Q(8, 5))
    return Witness(
        says="f = x^2/2, the best loss, rates used on the next step, F = 1/2, no cap, from gamma_0 = 2/5, x_0 = 1.",
        hypotheses=(
            Check("F is at least 1/2", Q(1, 2), ">=", Q(1, 2)),
            Check("gamma_0 is below 2/L", Q(2, 5), "<", Q(2)),
        ),
        claimed=(
            Check("the loss improves after the overshoot: best of the last 50", _least(path[10:]), "<", best),
            Check("the criterion, for the infinite product, is below 1", least, "<", Q(1)),
        ),
        trace=(("best loss at step", str(last)), ("f(x_59)", approx(path[-1].loss)), ("rate", approx(path[-1].rate))),
    )  # fmt: skip


def _least(path: tuple[Step, ...]) -> Fraction:
    return min((step.loss for step in path), default=Q(0))


def claims() -> tuple[Claim, ...]:
    """The criterion, what it says for every F, and what order and patience change."""
    return (
        Claim(
            id="stability.best",
            title="With the best loss, uncapped on x^2/2, a phase a is stuck iff (a/F - 1) prod |1 - a F^k| >= 1",
            section=SECTION,
            paper=PAPER,
            latex=r"\left(\tfrac{a}{F} - 1\right) \prod_{k \ge 0} |1 - a F^k| \ge 1",
            evidence=(
                RocqTheorem("BestRule.stagnates", "where no finite product is below 1 the loss never beats its best"),
                RocqTheorem(
                    "BestRule.converges_linearly", "where one is, the iterate contracts by one factor each round"
                ),
            ),
            note="Units of 1/L; a is the largest rate gamma_0 F^k below 2, the loss improving there; the order of"
            " Algorithm 1. With patience p every rate is used p + 1 times and nothing moves: held against exact"
            " runs, not proved.",
        ),
        Claim(
            id="stability.best-half",
            title="With the best loss and F >= 1/2 every phase converges on x^2/2: here F >= 0.5 is stable",
            section=SECTION,
            paper=PAPER,
            latex=r"F \ge \tfrac12 \;\Rightarrow\; x_t \to 0",
            evidence=(RocqTheorem("BestRule.half_is_stable", "for every F in [1/2, 1) and every phase in [2F, 2)"),),
            uses=("stability.best",),
            repairs="4.3.sufficient",
            note="One dimension, full batch, the order of Algorithm 1, a start below 2/L.",
        ),
        Claim(
            id="stability.best-threshold",
            title="The exact threshold of the best loss on x^2/2 is F_c = 0.344659616369978..., the same for every L",
            section=SECTION,
            paper=PAPER,
            latex=r"\left(\tfrac{2}{F_c} - 1\right) \prod_{k \ge 1} (1 - 2 F_c^k) = 1",
            evidence=(IntervalProof("all factors and all phases", threshold),),
            uses=("stability.best", "stability.best-half"),
            note="A phase with some a F^k = 1 meets the minimiser. Below F_c the phases just below 2 are stuck."
            " Scale equivariance (A.2.repaired) removes L.",
        ),
        Claim(
            id="stability.order",
            title="In the order of a PyTorch loop the criterion for being stuck has the threshold 0.508827707563...;"
            " patience"
            " lowers it",
            section=SECTION,
            paper=PAPER,
            latex=r"\left(\tfrac{a}{F} - 1\right)^{p+2} \prod_{k \ge 0} |1 - a F^k|^{p+1} \ge 1",
            evidence=(IntervalProof("patience 0, 1, 2, 5 and 10", next_order),),
            note="For patience p > 0; for p = 0 the left side is (a/F - 1)^2 (a/F^2 - 1) prod |1 - a F^k|. Enclosed"
            " is where"
            " the criterion holds; that it decides the run is held against exact runs by a test, not proved for this"
            " order.",
        ),
        Claim(
            id="stability.order-half",
            title="F >= 0.5 suffices for the best loss in a PyTorch loop without patience",
            section=SECTION,
            paper="Section 4.3; guidance in A.7, read for Algorithm 2 in a PyTorch loop",
            latex=r"F \ge \tfrac12 \;\Rightarrow\; x_t \to 0",
            evidence=(
                Counterexample("F = 1/2 gets stuck", half_in_a_loop),
                RocqTheorem("LoopStuck.half_gets_stuck", "from x_0 = 1 at the rate 8/5, for ever", refutes=True),
            ),
            uses=("stability.order",),
        ),
        Claim(
            id="stability.several-dimensions",
            title="In several dimensions the best loss gets stuck for F >= 1/2 as well, from many initial rates",
            section=SECTION,
            paper=PAPER,
            latex=r"f(x) = \tfrac12 \sum_j \lambda_j x_j^2, \quad \lambda_j \in [\tfrac{1}{100}, 1]",
            uses=("stability.order",),
            note="No cap and min_lr = 0, full batches, a PyTorch loop. greedylr stability draws it over F, patience and"
            " conditioning. A cap of 2/L rules it out (full-batch.descent).",
        ),
    )
