"""Maps of stability: what is counted, what is refused, and that grouping changes nothing."""

import math

import numpy as np
import pytest

from numerics import phases, stability
from numerics.stability import StabilityMap, from_plain, problem, work
from numerics.stability_figures import figures
from numerics.statistics import share

SMALL = {"factors": (0.3, 0.6), "patience": (0,), "phases": 20, "steps": 400}


def table(options, **arguments):
    told = {"condition": 1.0, "noise": 0.0, "comparison": "previous", "order": "same"} | arguments
    return work(told | {"configuration": options.plain()})["map"]


@pytest.mark.parametrize(("comparison", "order"), [("previous", "same"), ("best", "same"), ("best", "next")])
def test_shares_on_a_parabola_agree_with_theory(comparison, order):
    options = StabilityMap(factors=(0.15, 0.3, 0.45, 0.7), patience=(0, 2), phases=300, steps=1200)
    found = table(options, comparison=comparison, order=order)
    for factor, patience, unstable in zip(found["factor"], found["patience"], found["unstable"], strict=True):
        told = phases.share(factor, comparison=comparison, order=order, patience=patience)
        assert share(int(unstable), 300, 0.9999).holds(told), (factor, patience, unstable / 300, told)


def test_a_cap_at_two_over_l_stabilises_everything():
    options = StabilityMap(**SMALL | {"max_lr": (1.9,), "condition": (10.0,)})
    for comparison in ("previous", "best"):
        for order in ("same", "next"):
            assert not table(options, condition=10.0, comparison=comparison, order=order)["unstable"].any()


def test_runs_that_overflow_stay_unstable():
    short, long = (table(StabilityMap(**SMALL | {"factors": (0.5,), "steps": steps})) for steps in (400, 8000))
    assert short["unstable"].item() == long["unstable"].item() > 0


def test_with_noise_every_initial_rate_has_its_own_samples():
    options = StabilityMap(**SMALL | {"noise": (1.0,)})
    both = table(options, noise=1.0, condition=10.0)["unstable"]
    alone = [
        table(StabilityMap(**SMALL | {"noise": (1.0,), "factors": (F,)}), noise=1.0, condition=10.0) for F in (0.3, 0.6)
    ]
    assert [row["unstable"].item() for row in alone] == both.tolist()


def test_a_configuration_survives_json():
    options = StabilityMap(**SMALL).capped()
    assert from_plain(options.plain()) == options


def test_the_problem_has_the_condition_that_it_is_named_for():
    constants = problem(100.0, 0.0, 1).constants
    assert constants.L.high / constants.mu.low == pytest.approx(100)
    assert problem(1.0, 0.0, 1).rows.shape[1] == 1


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"factors": ()}, "factors must name at least one value"),
        ({"patience": (1, 1)}, "patience must name at least one value, and each once"),
        ({"factors": (1.5,)}, "factor must lie in"),
        ({"condition": (0.5,)}, "condition must be at least 1, got 0.5"),
        ({"noise": (-1.0,)}, "noise must be at least 0, got -1.0"),
        ({"noise": (math.inf,)}, "noise must be at least 0, got inf"),
        ({"comparison": ("last",)}, "comparison"),
        ({"order": ("first",)}, "order"),
        ({"phases": 0}, "phases must be"),
        ({"steps": 1}, "steps must be"),
    ],
)
def test_what_cannot_be_mapped_is_refused(wrong, message):
    with pytest.raises((ValueError, TypeError), match=message):
        StabilityMap(**wrong)


def test_every_figure_is_drawn_with_its_curves():
    import pyarrow as pa  # noqa: PLC0415

    options = StabilityMap(**SMALL | {"condition": (1.0,), "noise": (0.0,)})

    def rows(options):
        tables = [table(options, comparison=c, order=o) for c in options.comparison for o in options.order]
        return pa.table(
            {name: np.concatenate([np.asarray(t[name], dtype=object) for t in tables]).tolist() for name in tables[0]}
        )

    drawn = figures(rows(options), rows(stability.replace(options.capped(), phases=2, steps=100)))
    assert set(drawn) == {"one-dimension", "caps", "conditioning-patience-0-noise-0"}
    assert [len(axes.lines) > 1 for axes in drawn["one-dimension"].axes] == [True] * 4
    labels = drawn["caps"].axes[0].get_legend_handles_labels()[1]
    assert len(labels) == 2


def test_with_noise_no_two_initial_rates_share_their_samples(monkeypatch):
    seeds, real = [], stability.simulate

    def watched(*arguments, **options):
        seeds.append(options["seed"])
        return real(*arguments, **options)

    monkeypatch.setattr(stability, "simulate", watched)
    table(StabilityMap(**SMALL), noise=1.0)
    assert len(set(seeds)) == len(seeds) == 20
