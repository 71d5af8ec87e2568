"""What the 8,100 runs and those beside them say of Section 4.4, claim by claim."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, partial

import numpy as np
import pyarrow as pa

from numerics.robustness.summary import SMALLEST, Overall, Pairs, joined, losses, overall, paired, pairs, spreads
from numerics.statistics import Estimate, mean
from verification.measured import Measured
from verification.schedulers.kept import only, runs

STUDY = "robustness"
GREEDY, OTHER_GREEDY = "greedy-best-10", "greedy-best-1"
FIXED = ("cosine", "restarts", "exponential-0.95")
RULES = ("greedy-best-1", "greedy-best-10", "greedy-previous-1", "greedy-previous-10", "greedy-test")
FELT = ("kick", "labels", "scaled-gradients", "noisy-gradients")
SHARED = 1e-2
ABOUT = "Adam, 200 steps, 12 problems"


def percent(e: Estimate) -> str:
    """A mean log-ratio as per cent."""
    value, low, high = (100 * math.expm1(x) for x in (e.value, e.low, e.high))
    return f"{value:+.1f}% [{low:+.1f}, {high:+.1f}]"


def row(o: Overall) -> str:
    """A comparison over problems in one line."""
    group = " ".join(map(str, o.group))
    lost = f", {o.lost[0]} and {o.lost[1]} diverged" if any(o.lost) else ""
    return (
        f"{f'{group}: ' if group else ''}{o.first} against {o.second}: {percent(o.ratio)}, lower on"
        f" {round(o.better.value * o.problems)} of {o.problems}, p = {o.p:.2g}, {o.runs} pairs{lost}"
    )


def decided(o: Overall, about: str, table: Sequence[str] = ()) -> Measured:
    """Whether the first schedule ends lower, beside other rows; the claims' notes say by which test."""
    return Measured(
        f"{about}: {row(o)}",
        o.verdict == "better",
        "\n".join(line for line in table if line != row(o)),
        decides=o.verdict in ("better", "worse"),
    )


@cache
def _clean() -> list[Overall]:
    return overall(pairs(runs(STUDY, "clean"), (GREEDY, OTHER_GREEDY), FIXED))


@cache
def _noisy() -> list[Overall]:
    found = runs(STUDY, "noisy")
    return overall(pairs(found, (GREEDY, OTHER_GREEDY), FIXED), ()) + overall(
        pairs(found, (GREEDY, OTHER_GREEDY), FIXED), ("kind",)
    )


@cache
def _shared() -> list[Overall]:
    found = only(runs(STUDY, "sensitivity"), initial_rate=SHARED)
    return overall(pairs(found, (GREEDY, OTHER_GREEDY), FIXED))


@cache
def _felt() -> list[Overall]:
    return overall(pairs(runs(STUDY, "felt"), (GREEDY, OTHER_GREEDY), FIXED))


def felt(kind: str) -> Measured:
    """GreedyLR against cosine under a perturbation that both feel."""
    mine = next(o for o in _felt() if o.group == (kind,) and (o.first, o.second) == (GREEDY, "cosine"))
    return decided(mine, f"{ABOUT}, own best rates", [row(o) for o in _felt() if o.group == (kind,)])


def _against(found: Callable[[], list[Overall]], about: str, other: str) -> Measured:
    rows = found()
    mine = next(o for o in rows if (o.first, o.second) == (GREEDY, other))
    return decided(mine, f"{ABOUT}, {about}", [row(o) for o in rows if o.second == other])


@cache
def medians() -> Measured:
    """Figure 4: the median final loss of all 8,100 runs by schedule, pooled as the paper pools them."""
    found = runs(STUDY, "clean", "noisy")
    told = {s.schedule: s for s in spreads(found, "final")}
    mine, best = told[GREEDY].middle, min((told[name].middle for name in FIXED), key=lambda e: e.value)
    said = "; ".join(f"{name} {s.middle} (n = {s.runs}, {s.lost.value:.1%} diverged)" for name, s in told.items())
    return Measured(
        f"{ABOUT}, each schedule from its own best rate, medians of the final loss over {found.num_rows} runs with 95%"
        f" intervals by order statistics (as if runs of a problem were independent): {said}",
        mine.high < best.low,
        "\n".join(
            f"{s.group}, {s.schedule}: {s.middle}, n = {s.runs}, {s.lost.value:.1%} diverged"
            for s in spreads(found, "final", "kind")
            if s.group in ("none", "gaussian") or s.schedule not in FIXED  # which no noise reaches
        ),
        decides=mine.high < best.low or mine.low > best.high,
    )


@cache
def _costs() -> list[Overall]:
    """Each rule under noise against itself without it, on the same seeds, from the same rate."""
    told = losses(runs(STUDY, "clean", "noisy", "rules"), "final")
    found = []
    for (where, rule), noisy in told.items():
        if rule in RULES and where.kind != "none":
            clean = told[replace(where, kind="none", strength=0.0, relative=False), rule]
            found.append(Pairs(where, rule, "itself without noise", paired(noisy, clean)))
    return overall(found, ()) + overall(found, ("kind",))


def cost(rule: str) -> Measured:
    """What noise in the reported loss costs a rule: no more than 5%, or more."""
    mine = next(o for o in _costs() if not o.group and o.first == rule)
    return Measured(
        f"{ABOUT}, 12 kinds and strengths of noise: {row(mine)}",
        mine.ratio.high < SMALLEST,
        "\n".join(row(o) for o in _costs() if o.first == rule and o.group),
        decides=mine.ratio.high < SMALLEST or mine.ratio.low > SMALLEST,
    )


@cache
def recovery_ratio() -> Measured:
    """Tables 8 and 12: the largest loss over the final one, in clean runs, and the same under noise."""
    clean, noisy = runs(STUDY, "clean"), runs(STUDY, "noisy")
    told = "; ".join(
        f"{s.schedule} {s.middle.value:.3g} [{s.middle.low:.3g}, {s.middle.high:.3g}], largest {s.best:.3g}"
        for s in spreads(clean, "ratio")
    )
    rows = overall(pairs(clean, (GREEDY, OTHER_GREEDY), FIXED, "ratio"))
    mine = next(o for o in rows if (o.first, o.second) == (GREEDY, "cosine"))
    table = [
        f"{s.group}, {s.schedule}: {s.middle.value:.3g} [{s.middle.low:.3g}, {s.middle.high:.3g}], n = {s.runs}"
        for s in spreads(joined([clean, noisy]), "ratio", "kind")
        if s.group != "none" and (s.group == "gaussian" or s.schedule not in FIXED)  # which no noise reaches
    ]
    return Measured(
        f"{ABOUT}, own best rates, no noise, medians over {clean.num_rows // 5} runs each: {told}. Paired, the ratio of"
        f" the ratios: {row(mine)}",
        mine.ratio.low > 0 and mine.p < 0.05,
        "\n".join([*map(row, rows), *table]),
        decides=mine.verdict in ("better", "worse"),
    )


@cache
def steps_to_recover() -> Measured:
    """Steps after a kick until a loss is no larger than the mean of the ten before it, GreedyLR less cosine."""
    kicked = only(runs(STUDY, "felt"), kind="kick")
    seeds = len(set(kicked["seed"].to_pylist()))
    found = {name: _by_problem(kicked, name) for name in (GREEDY, OTHER_GREEDY, *FIXED)}
    apart = {name: mean([found[GREEDY][p] - found[name][p] for p in found[name]], 0.95) for name in FIXED}
    told = ", ".join(f"{name} {np.mean(list(steps.values())):.1f}" for name, steps in found.items())
    return Measured(
        f"{ABOUT}, own best rates, parameters kicked once at half time by a Gaussian of their own size, {seeds}"
        f" seeds: mean steps (of at most 100) until back: {told}; GreedyLR (patience 10) less cosine"
        f" {apart['cosine'].value:+.1f} [{apart['cosine'].low:+.1f}, {apart['cosine'].high:+.1f}], Student's 95%"
        " interval over problems",
        apart["cosine"].high < 0,
        "\n".join(f"{GREEDY} less {name}: {e.value:+.1f} [{e.low:+.1f}, {e.high:+.1f}]" for name, e in apart.items()),
        decides=not apart["cosine"].holds(0),
    )


def _by_problem(runs_: pa.Table, schedule: str) -> dict[str, float]:
    mine = only(runs_, schedule=schedule)
    return {
        name: float(np.mean(only(mine, problem=name)["recovered"].to_numpy()))
        for name in dict.fromkeys(mine["problem"].to_pylist())
    }


@cache
def spread() -> Measured:
    """Table 13: quantiles of the final loss; whether GreedyLR's 90% lies below the others' medians."""
    told = {s.schedule: s.quantiles for s in spreads(runs(STUDY, "clean"), "final")}
    said = "; ".join(f"{name} {a:.2g}, {b:.2g}, {c:.2g}, {c / a:.2g} times" for name, (a, b, c) in told.items())
    return Measured(
        f"{ABOUT}, own best rates, no noise, 10%, 50%, 90% quantiles of the final loss over problems and seeds, and the"
        f" last over the first: {said}",
        all(told[GREEDY][2] < told[name][1] for name in FIXED),
    )


def measurements() -> dict[str, Callable[[], Measured]]:
    """The runs, by the claim they stand beside."""
    clean, noisy, shared = "own best rates, no noise", "own best rates, noise in the reported loss", "rate 0.01"
    return {
        "schedulers.medians": medians,
        **{f"schedulers.clean.{name}": partial(_against, _clean, clean, name) for name in FIXED},
        **{f"schedulers.noisy.{name}": partial(_against, _noisy, noisy, name) for name in FIXED},
        **{f"schedulers.shared.{name}": partial(_against, _shared, f"{shared}, no noise", name) for name in FIXED},
        **{f"schedulers.{kind}": partial(felt, kind) for kind in FELT},
        **{f"schedulers.cost.{rule.removeprefix('greedy-')}": partial(cost, rule) for rule in RULES},
        "schedulers.recovery-ratio": recovery_ratio,
        "schedulers.recovery-steps": steps_to_recover,
        "schedulers.spread": spread,
    }
