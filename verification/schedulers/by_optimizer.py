"""What the runs of every schedule with every optimizer say of Section 4.1, claim by claim."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache, partial

import numpy as np
import pyarrow as pa

from numerics.robustness.stages import CATEGORIES, instances
from numerics.robustness.summary import Overall, losses, overall, pairs
from numerics.statistics import mean
from verification.measured import Measured
from verification.schedulers.kept import only, runs
from verification.schedulers.under_noise import decided, percent, row

STUDY = "study"
PAPERS = "greedy-best-10-smooth"  # as in Section 4.1
GREEDY = "greedy-best-10"
BASELINES = ("linear", "cosine", "polynomial", "constant-warmup")  # those of Section 4.1
OTHERS = (
    "cosine", "cosine-warmup", "restarts", "exponential-0.95", "exponential", "constant", "constant-warmup",
    "warmup-stable-decay", "plateau", "linear", "polynomial",
)  # fmt: skip
JUDGED = ("cosine", "cosine-warmup", "linear", "constant", "warmup-stable-decay")
HORIZONS = (200, 1000)
MARGIN = 2.0  # a rate is good if the median final loss is within this of the schedule's best


def about(table: pa.Table, steps: int) -> str:
    """On what these runs are."""
    problems, optimizers, seeds = (len(set(table[name].to_pylist())) for name in ("problem", "optimizer", "seed"))
    return f"{problems} problems, {optimizers} optimizers, {seeds} seeds, {steps} steps"


@cache
def _shared() -> list[Overall]:
    return overall(pairs(runs(STUDY, "shared-200"), (PAPERS, GREEDY), BASELINES), ())


def shared(other: str) -> Measured:
    """From one rate for all."""
    mine = next(o for o in _shared() if (o.first, o.second) == (PAPERS, other))
    return decided(
        mine, f"{about(runs(STUDY, 'shared-200'), 200)}, rate 0.01", [row(o) for o in _shared() if o.second == other]
    )


@cache
def _own(steps: int, measure: str = "final", by: tuple[str, ...] = ()) -> list[Overall]:
    table = runs(STUDY, f"own-{steps}")
    all_rules = sorted({name for name in table["schedule"].to_pylist() if name.startswith("greedy")})
    greedy = all_rules if (measure, by) == ("final", ()) else [GREEDY]
    return overall(pairs(table, greedy, OTHERS, measure), by)


def own(steps: int, other: str) -> Measured:
    """Each from its own best rate."""
    mine = next(o for o in _own(steps) if (o.first, o.second) == (GREEDY, other))
    held = next(o for o in _own(steps, "held_out") if (o.first, o.second) == (GREEDY, other))
    split = [o for o in _own(steps, "final", ("optimizer",)) if (o.first, o.second) == (GREEDY, other)]
    table = [*map(row, split), f"held-out loss: {row(held)}"]
    said = f"{about(runs(STUDY, f'own-{steps}'), steps)}, own best rates (held-out loss: {percent(held.ratio)})"
    return decided(mine, said, table)


@cache
def ranking(steps: int) -> Measured:
    """The mean rank of every schedule, each from its own best rate; the lowest GreedyLR against the lowest other."""
    table = runs(STUDY, f"own-{steps}")
    ranks = mean_ranks(table)
    order = sorted(ranks, key=lambda name: float(np.mean(list(ranks[name].values()))))
    told = ", ".join(f"{name} {np.mean(list(ranks[name].values())):.2f}" for name in order)
    greedy = next(name for name in order if name.startswith("greedy"))
    other = next(name for name in order if not name.startswith("greedy"))
    apart = mean([ranks[greedy][p] - ranks[other][p] for p in ranks[greedy]], 0.95)
    return Measured(
        f"{about(table, steps)}, own best rates, mean rank of the final loss among {len(order)} schedules: {told};"
        f" {greedy} less {other}, both picked by these ranks: {apart.value:+.2f} [{apart.low:+.2f}, {apart.high:+.2f}],"
        " Student's 95% interval over problems",
        apart.high < 0,
        decides=not apart.holds(0),
    )


def mean_ranks(table: pa.Table) -> dict[str, dict[str, float]]:
    """By schedule and problem, over optimizers and seeds; ranks begin at 1, ties share theirs."""
    found: dict[tuple[object, ...], dict[str, float]] = {}
    for (where, schedule), series in losses(table, "final").items():
        for seed, loss in zip(series.seeds.tolist(), series.losses.tolist(), strict=True):
            found.setdefault((where.problem, where, seed), {})[schedule] = loss
    ranks: dict[str, dict[str, list[float]]] = {}
    for (problem, *_), values in found.items():
        x = np.array(list(values.values()))
        place = [float((x < v).sum() + ((x == v).sum() + 1) / 2) for v in x]
        for name, r in zip(values, place, strict=True):
            ranks.setdefault(name, {}).setdefault(str(problem), []).append(r)
    return {name: {p: float(np.mean(r)) for p, r in of.items()} for name, of in ranks.items()}


@cache
def categories() -> Measured:
    """Tables 1 to 3 in our numbers: GreedyLR with the paper's settings against its four baselines."""
    table = runs(STUDY, "shared-200")
    found = instances(table, PAPERS, BASELINES)
    good = mean(list(found.as_good().values()), 0.95)
    counted = found.counts()
    kept = found.deltas[np.isfinite(found.deltas)]
    stages = [
        f"at {name}: {', '.join(f'{c} {n}' for c, n in zip(CATEGORIES, found.counts(k), strict=True))}, as good or"
        f" better {1 - found.counts(k)[3] / found.deltas.shape[1]:.1%}"
        for k, name in enumerate(("10%", "50%", "100%"))
    ]
    return Measured(
        f"{about(table, 200)}, rate 0.01, {found.deltas.size} instances:"
        f" {', '.join(f'{c} {n}' for c, n in zip(CATEGORIES, counted, strict=True))}; better"
        f" {sum(counted[:2]) / sum(counted):.1%}, as good or better {100 * good.value:.1f}% [{100 * good.low:.1f},"
        f" {100 * good.high:.1f}], the mean over problems with Student's 95% interval",
        good.low > 0.86,
        "\n".join([*stages, f"median difference {np.median(kept):+.3g}, from {kept.min():+.3g} to {kept.max():+.3g}"]),
        decides=not good.holds(0.86),
    )


@cache
def width(steps: int) -> Measured:
    """How many rates of the grid are good, for GreedyLR less for cosine."""
    table = runs(STUDY, f"tuning-{steps}")
    grid = sorted(set(table["initial_rate"].to_pylist()))
    found = {name: good_rates(only(table, schedule=name)) for name in (GREEDY, *JUDGED)}
    apart = {name: mean([found[GREEDY][p] - found[name][p] for p in found[name]], 0.95) for name in JUDGED}
    told = ", ".join(f"{name} {np.mean(list(of.values())):.2f}" for name, of in found.items())
    mine = apart["cosine"]
    return Measured(
        f"{about(table, steps)}, rates {', '.join(f'{r:g}' for r in grid)}: how many of the {len(grid)} end within"
        f" {MARGIN:g} times the schedule's own lowest loss: {told}; {GREEDY} less cosine {mine.value:+.2f}"
        f" [{mine.low:+.2f}, {mine.high:+.2f}], Student's 95% interval over problems",
        mine.low > 0,
        "\n".join(f"{GREEDY} less {name}: {e.value:+.2f} [{e.low:+.2f}, {e.high:+.2f}]" for name, e in apart.items()),
        decides=not mine.holds(0),
    )


def good_rates(table: pa.Table) -> dict[str, float]:
    """By problem, the mean over optimizers of the number of good rates of one schedule."""
    by_rate: dict[tuple[str, str], dict[float, float]] = {}
    for rate in sorted(set(table["initial_rate"].to_pylist())):
        for (where, _), series in losses(only(table, initial_rate=rate), "final").items():
            by_rate.setdefault((where.problem, where.optimizer), {})[rate] = float(np.median(series.losses))
    counts: dict[str, list[int]] = {}
    for (problem, _), medians in by_rate.items():
        best = min(medians.values())
        counts.setdefault(problem, []).append(sum(m <= MARGIN * best for m in medians.values() if math.isfinite(m)))
    return {problem: float(np.mean(of)) for problem, of in counts.items()}


def measurements() -> dict[str, Callable[[], Measured]]:
    """The runs, by the claim they stand beside."""
    return {
        "schedulers.categories": categories,
        **{f"schedulers.same-rate.{name}": partial(shared, name) for name in BASELINES},
        **{f"schedulers.own-rate-{steps}.{name}": partial(own, steps, name) for steps in HORIZONS for name in JUDGED},
        **{f"schedulers.ranking-{steps}": partial(ranking, steps) for steps in HORIZONS},
        **{f"schedulers.width-{steps}": partial(width, steps) for steps in HORIZONS},
    }
