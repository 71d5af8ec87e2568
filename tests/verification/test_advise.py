"""``greedylr advise`` never says more than the ledger, and what it says of a run is what the run does."""

import json
import math
from fractions import Fraction

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from greedylr.rule import Rule
from theory.claims import paper
from theory.runs import descend, quadratic
from verification.advice import Configuration, advise, suggested
from verification.cli import app

Q = Fraction
IDS = {claim.id for claim in paper()}
rules = st.builds(
    Rule,
    factor=st.floats(0.05, 0.95),
    comparison=st.sampled_from(["previous", "best"]),
    order=st.sampled_from(["same", "next"]),
    patience=st.integers(0, 3),
    min_lr=st.sampled_from([0.0, 0.01]),
    max_lr=st.floats(0.02, 8.0) | st.just(math.inf),
)
configurations = st.builds(
    Configuration,
    rules,
    smoothness=st.just((1.0, 1.0)) | st.just((0.5, 2.0)),
    full_batch=st.booleans(),
    convex=st.booleans(),
    optimizer=st.sampled_from(["sgd", "adam", "adamw", "other"]),
    steps=st.none() | st.integers(1, 100),
)


def levels(found):
    return [finding.level for finding in found]


def says(found, words):
    return any(words in finding.says for finding in found)


@given(configurations)
def test_every_finding_rests_on_claims_of_the_ledger(c):
    assert all(set(finding.rests_on) <= IDS for finding in advise(c))


@given(configurations)
def test_nothing_is_guaranteed_beyond_the_largest_tolerated_rate(c):
    if "guaranteed" in levels(advise(c)):
        factor = float(c.rule.factor)
        assert c.optimizer == "sgd"
        assert c.g <= max(2, min(2 + 2 * factor, 1 + 1 / factor))
        if not c.full_batch:
            assert c.g < 2
            assert c.convex
            assert c.rule.order == "next"
            assert c.rule.min_lr > 0
        elif c.g > 2:
            assert (c.rule.comparison, c.rule.order, c.rule.patience) == ("previous", "same", 0)
            assert c.convex


@given(configurations)
def test_for_adam_and_others_no_theorem_applies(c):
    if c.optimizer != "sgd":
        assert levels(advise(c)) == ["no theorem"]
        assert says(advise(c), "no theorem here applies to")
        assert suggested(c) is None


@settings(max_examples=40, deadline=None)
@given(
    st.integers(2, 14), st.integers(0, 15), st.sampled_from([("previous", "same"), ("best", "same"), ("best", "next")])
)
def test_what_it_says_of_a_known_start_is_what_the_rule_does(sixteenths, place, kind):
    factor = Q(sixteenths, 16)
    phase = 2 * factor + (2 - 2 * factor) * Q(2 * place + 1, 34)
    rule = Rule(factor=factor, comparison=kind[0], order=kind[1])
    gamma0 = phase * factor
    found = advise(Configuration(rule, gamma0=float(gamma0), smoothness=(1.0, 1.0), full_batch=True))
    path = descend(quadratic(Q(1)), rule, gamma0, Q(1), 90)
    early, late = min(s.loss for s in path[:30]), min(s.loss for s in path[60:])
    assume(not early or late / early < Q(1, 4) or late / early > Q(9, 10))  # not at the border
    bad = [f.says for f in found if f.says.startswith("from gamma0") and f.level == "unsafe"]
    assert bool(bad) == bool(early and late / early > Q(9, 10))


HAIR = Q(1, 10**30)  # far below what a float near 2 can tell


@pytest.mark.parametrize(("cap", "words"), [(2 - HAIR, "f(x_T) - f* <="), (Q(2), "at most 2"), (2 + HAIR, "above 2")])
def test_full_batches_at_a_hair_from_two_are_on_the_right_side(cap, words):
    c = Configuration(
        Rule(factor=Q(1, 2), max_lr=cap, min_lr=0.01), smoothness=(1.0, 1.0), full_batch=True, convex=True
    )
    assert says(advise(c), words)
    assert ("guaranteed" in levels(advise(c))) == (cap <= 2)
    assert says(advise(c), "f(x_T) - f* <=") == (cap < 2)


@pytest.mark.parametrize(
    ("cap", "claim"), [(1 - HAIR, "sharp.theorem"), (Q(1), "wide.theorem"), (2 - HAIR, "wide.theorem")]
)
def test_samples_at_a_hair_from_one_and_two_have_the_right_theorem(cap, claim):
    c = Configuration(Rule(factor=Q(1, 2), order="next", max_lr=cap, min_lr=0.01), smoothness=(1.0, 1.0), convex=True)
    found = [f for f in advise(c) if f.level == "guaranteed"]
    assert [f.rests_on[0] for f in found] == [claim]


def test_samples_at_two_have_no_theorem():
    c = Configuration(Rule(factor=Q(1, 2), order="next", max_lr=Q(2), min_lr=0.01), smoothness=(1.0, 1.0), convex=True)
    assert "guaranteed" not in levels(advise(c))
    assert says(advise(c), "at least 2")


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 14), st.integers(1, 20))
@example(12, 20)  # on the border, which floats put on the other side
def test_a_guaranteed_factor_of_growth_holds_on_exact_runs(sixteenths, place):
    factor = Q(sixteenths, 16)
    cap = 2 + (min(2 * factor, 1 / factor - 1)) * Q(place, 20)
    c = Configuration(
        Rule(factor=factor, order="same", min_lr=Q(1, 100), max_lr=cap),
        smoothness=(1.0, 1.0),
        full_batch=True,
        convex=True,
    )
    assert advise(c)[0].level == "guaranteed"
    path = descend(quadratic(Q(1)), c.rule, cap, Q(1), 60)
    assert max(step.loss for step in path) <= max(Q(1), (cap - 1) ** 2) * path[0].loss


def test_a_start_on_the_border_is_not_called_safe():
    """The phase 1 + F: the run neither converges nor diverges."""
    c = Configuration(Rule(factor=0.875, order="same"), gamma0=1.875, smoothness=(1.0, 1.0), full_batch=True)
    assert any(finding.says.startswith("from gamma0") and finding.level == "unsafe" for finding in advise(c))


def test_no_bound_is_promised_where_a_convex_function_diverges():
    """F = 1/4 with max_lr = 4/L, below 1 + 1/F: stability.cap-lead has the function."""
    rule = Rule(factor=0.25, order="same", min_lr=0.1, max_lr=4.0)
    found = advise(Configuration(rule, smoothness=(1.0, 1.0), full_batch=True, convex=True))
    assert "guaranteed" not in levels(found)
    assert any("or 2.5, up to which the loss stays bounded" in finding.change for finding in found)


def test_the_growth_that_is_promised_is_that_of_the_theorem():
    rule = Rule(factor=0.5, order="same", min_lr=0.1, max_lr=2.9)
    found = advise(Configuration(rule, smoothness=(1.0, 1.0), full_batch=True, convex=True))
    assert found[0].says.endswith("f(x_t) - f* never exceeds 3.61 times its start")


def test_without_l_it_asks_for_it():
    found = advise(Configuration(Rule(factor=0.5)))
    assert levels(found) == ["no theorem"]
    assert "--smoothness" in found[0].change


def test_the_worse_end_of_a_range_decides():
    rule = Rule(factor=0.5, min_lr=0.1, max_lr=1.5)
    assert "guaranteed" in levels(advise(Configuration(rule, smoothness=(1.0, 1.0), full_batch=True)))
    assert "guaranteed" not in levels(advise(Configuration(rule, smoothness=(0.5, 1.5), full_batch=True)))


def test_the_numbers_of_the_stochastic_bound_are_those_of_the_theorem():
    c = Configuration(Rule(factor=0.5, min_lr=0.1, max_lr=0.5), smoothness=(1.0, 1.0), convex=True, steps=100)
    assert advise(c)[0].says == (
        "E f(xbar_T) - f* <= 5 |x_0 - x*|^2 / T, 0.05 |x_0 - x*|^2 after 100 steps + 2.5 s2, the noise floor"
    )


def test_a_rate_chosen_from_its_own_sample_is_unsafe():
    c = Configuration(Rule(factor=0.5, order="same", min_lr=0.1, max_lr=0.2), smoothness=(1.0, 1.0), convex=True)
    assert "unsafe" in levels(advise(c))
    assert any("after optimizer.step()" in finding.change for finding in advise(c))


def command(*arguments):
    return CliRunner().invoke(app, ["advise", *arguments])


def test_json_holds_the_findings():
    found = command("--smoothness", "1", "2", "--max-lr", "0.2", "--min-lr", "0.01", "--convex", "--json")
    data = json.loads(found.stdout)
    assert found.exit_code == 0
    assert data["smoothness"] == [1.0, 2.0]
    assert data["suggested_max_lr"] == 0.25
    assert data["findings"][0]["level"] == "guaranteed"


def test_an_unsafe_configuration_exits_with_one():
    found = command("--smoothness", "1", "--full-batch", "--rule", "previous", "--order", "same", "--patience", "0")
    assert found.exit_code == 1
    assert "diverge" in found.stdout


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (["--factor", "1.5"], "factor must lie in (0, 1), got 1.5"),
        (["--min-lr", "1", "--max-lr", "0.5"], "min_lr must not exceed max_lr"),
        (["--max-lr", "high"], "--max-lr takes a number or 'none', got 'high'"),
        (["--gamma0", "3", "--max-lr", "2"], "the initial rate must lie in"),
        (["--smoothness", "1", "2", "3"], "got 3 numbers"),
        (["--smoothness", "-1"], "smoothness must be L"),
        (["--smoothness", "2", "1"], "in that order"),
        (["--rule", "last"], "last"),
        (["--order", "first"], "first"),
        (["--optimizer", "sophia"], "sophia"),
        (["--steps", "0"], "steps must be at least 1, got 0"),
        (["--loss", "nothing"], "nothing"),
        (["--loss", "a:b", "--smoothness", "1"], "give one of them"),
    ],
)
def test_a_wrong_option_gets_one_line(wrong, message):
    found = command(*wrong)
    assert found.exit_code == 2
    assert found.stderr.startswith("greedylr advise: ")
    assert message in found.stderr
    assert found.stderr.count("\n") == 1


def test_a_pytorch_loss_gives_an_estimate_and_says_how_far_to_trust_it(tmp_path, monkeypatch):
    pytest.importorskip("torch")
    (tmp_path / "my_losses.py").write_text(
        "import torch\n\n\ndef parabola():\n"
        "    x = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)\n"
        "    return [x], lambda: (x * x * torch.tensor([1.0, 4.0], dtype=torch.float64)).sum() / 2\n"
    )
    monkeypatch.chdir(tmp_path)
    found = command("--loss", "my_losses:parabola", "--json", "--max-lr", "0.1", "--min-lr", "0.01")
    data = json.loads(found.stdout)
    assert data["estimate"]["largest"] == pytest.approx(4)
    assert any("estimate from below" in finding["says"] for finding in data["findings"])
    assert data["suggested_max_lr"] == pytest.approx(0.125)
