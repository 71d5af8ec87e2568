"""README's numbers on schedules are those that the kept runs come to."""

import math
import re
from pathlib import Path

import pytest

from verification.schedulers import by_optimizer, under_noise
from verification.schedulers.blind import blind

README = (Path(__file__).resolve().parents[3] / "README.md").read_text()
TEXT = " ".join(README.partition("## Schedulers against each other")[2].partition("\n## ")[0].split())
GREEDY, OTHER = "greedy-best-10", "greedy-best-1"


def row(rows, first, second, group=None):
    return next(o for o in rows if (o.first, o.second) == (first, second) and group in (None, o.group))


def below(e, what):
    """So many per cent below, with the interval."""
    value, low, high = (-100 * math.expm1(x) for x in (e.value, e.high, e.low))
    return f"{value:.0f}% {what}[{low:.0f}, {high:.0f}]"


def above(e, what):
    value, low, high = (100 * math.expm1(x) for x in (e.value, e.low, e.high))
    return f"{value:.0f}% {what}[{low:.0f}, {high:.0f}]"


def sentences():
    costs = {o.first: o.ratio for o in under_noise._costs() if not o.group}
    clean, shared = under_noise._clean(), under_noise._shared()
    own = row(by_optimizer._own(200), GREEDY, "cosine")
    times = [math.exp(x) for x in (own.ratio.low, own.ratio.high)]
    same, of = map(int, re.search(r"(\d+) of (\d+) runs have", blind().says).groups())
    good = re.search(r"as good or better (\d+\.\d)% \[(\d+\.\d), (\d+\.\d)\]", by_optimizer.categories().says).groups()
    places = re.findall(
        r"([a-z][a-z0-9.-]*) (\d+\.\d+)[,;]", by_optimizer.ranking(200).says.partition("schedules: ")[2]
    )
    kick = dict(
        re.findall(r"([a-z][a-z0-9.-]*) (\d+\.\d)[,;]", under_noise.steps_to_recover().says.partition("back: ")[2])
    )
    yield f"{same:,} of {of:,} runs"
    yield under_noise.percent(costs[GREEDY]) + ")"
    yield above(costs["greedy-previous-1"], "")
    yield below(row(shared, GREEDY, "cosine").ratio, "")
    yield f"on {round(12 * row(shared, GREEDY, 'cosine').better.value)} of 12 problems"
    yield "{:.0f}% [{:.0f}, {:.0f}] of 7,680".format(*map(float, good))
    yield below(row(clean, GREEDY, "cosine").ratio, "below cosine ") + f", p = {row(clean, GREEDY, 'cosine').p:.2g}"
    yield f"patience 1 is {100 * math.expm1(row(clean, OTHER, 'cosine').ratio.value):.0f}% above"
    yield f"[{times[0]:.1f}, {times[1]:.1f}] but lower on {round(16 * own.better.value)} of 16 problems (p = {own.p:g})"
    yield f"linear decay ranks lowest ({float(dict(places)['linear']):.1f})"
    yield f"fourth ({float(dict(places)[GREEDY]):.1f})"
    yield f"back after {float(kick[GREEDY]):.0f} steps, cosine after {float(kick['cosine']):.0f}"
    assert [name for name, _ in places].index("linear") == 0
    assert [name for name, _ in places].index(GREEDY) == 3


@pytest.mark.parametrize("number", range(12))
def test_a_number_of_readme_is_that_of_the_kept_runs(number):
    sentence = list(sentences())[number]
    assert sentence in TEXT
