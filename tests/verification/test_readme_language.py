"""README's numbers on language models are those that the kept runs come to."""

import re

import checkout
import pytest

from verification.language import experiments, pretraining
from verification.language.kept import kept

README = (checkout.ROOT / "README.md").read_text()
TEXT = " ".join(README.partition("## On language models")[2].partition("\n## ")[0].split())
WORDS = "none one two three four five six seven eight nine ten".split()


def runs(name, factor=None):
    return [r for r in kept(name).runs if r.arm.schedule == "greedy" and factor in (None, r.arm.factor)]


def failed(found):
    return [run for run in found if run.failed]


def gain(measured):
    """Per cent below, with its interval."""
    return [float(x) for x in re.search(r": ([+-][\d.]+)% \[([+-][\d.]+), ([+-][\d.]+)\]", measured.says).groups()]


def effect(option):
    return float(re.search(rf"{option} \S+ -> \S+: ([+-][\d.]+) ", experiments.design().says)[1])


def at_the_floor(factor):
    return [r for r in runs("factors-smollm2", factor) if "1 of 1 at" in experiments._floored([r])]


def on_smollm2():
    free = {F: runs("factors-smollm2", F) for F in (0.25, 0.5, 0.75, 0.99)}
    lost = {F: WORDS[len(failed(of))] for F, of in free.items()}
    assert lost[0.75] == lost[0.99]
    yield (
        f"F = 0.25 failed in {lost[0.25]} of five runs and F = 0.5 in {lost[0.5]} of five, F = 0.75 and 0.99 in"
        f" {lost[0.75]}."
    )
    peaks = sorted((run.peak for of in free.values() for run in failed(of)), reverse=True)
    yield f"risen to {peaks[0]:g} and to {peaks[1]:g} times its first value"
    told = experiments.prediction("smollm2")
    seeds = {run.seed for run in kept("limits-smollm2").runs}
    yield f"({WORDS[len(seeds)]} other seeds, 10, 30 and 100 times the first)"
    yield f"are safe up to {told.safe:g} times and fatal at {told.fatal:g} times"
    yield f"something of {told.said} of {told.runs} GreedyLR runs and is right in {told.right}, {WORDS[told.doomed]} of"
    yield f"of the other failure, at {peaks[1]:g} times, it says nothing"
    yield f"no run fails would be right in {told.runs - told.failed} of {told.runs} as well, F < 0.5 in"
    yield f"F < 0.5 in {told.right_by_factor};"
    assert told.unsaid == 1
    assert told.area_peak == 1
    capped = runs("caps-smollm2")
    yield f"ten times the first rate {WORDS[len(failed(capped))]} of {WORDS[len(capped)]} runs"
    free_best = min(run.held[2] for of in free.values() for run in of)
    yield f"and {WORDS[sum(run.held[2] < free_best for run in capped)]} of them ended lowest of all"
    low, high = (WORDS[len(at_the_floor(F))] for F in (0.25, 0.5))
    yield f"in {low} of five seeds F = 0.25, and in {high} F = 0.5, was at its floor (a tenth"
    constant, (value, below, above) = gain(experiments.constant_rate("smollm2")), gain(experiments.against_constant())
    yield "a constant rate from the shared one ends {:.0f}% below cosine [{:.0f}, {:.0f}]".format(*constant)
    yield f"not established: {value:.0f}% [{below:.0f}, +{above:.0f}]"


def elsewhere():
    first, *others = runs("factors-phi-2")
    yield f"came down from {first.start:.2f} to {first.held[1]:.2f} at half of the steps"
    yield f"reached {first.peak:g} times its first rate and ended at {first.held[2]:.2f}"
    yield "F = 0.5 ended at {:.2f}, 0.75 at {:.2f}, 0.99 at {:.2f}".format(*(run.held[2] for run in others))
    assert effect("cap") == effect("patience")
    yield f"(share of failures {effect('cap'):+.2f} each, F from 0.25 to 0.5 only {effect('factor'):+.2f})"
    yield f"a constant rate beats cosine by {gain(experiments.constant_rate('tiny'))[0]:.0f}%"
    own = [experiments.own_rate(k) for k in range(3)]
    assert [(m.agrees, m.decides) for m in own] == [(False, True), (False, True), (False, False)]
    yield f"GreedyLR is {-gain(own[0])[0]:.0f}% worse at 10% of the steps, {-gain(own[1])[0]:.0f}% at half;"
    yield "no difference is found at the end: {:+.1f}% [{:.1f}, {:+.1f}];".format(*gain(own[2]))
    assert "greedy (best) against linear" in experiments.ranking().says
    value, low, high = gain(experiments.ranking())
    yield f"linear decay ends {-value:.1f}% lower [{-high:.1f}, {-low:.1f}]"
    counts = re.search(r"loss: greedy ([\d.]+), cosine ([\d.]+);", experiments.width().says)
    assert experiments.width().agrees
    yield "within 10% of its own lowest loss from {} of the ten, cosine from {} (".format(*counts.groups())
    llama = [pretraining.llama(k) for k in range(3)]
    assert [m.decides for m in llama] == [True, False, False]
    yield f"F = 0.95 is {gain(llama[0])[0]:.0f}% below cosine with warm-up at 10% of the steps"
    yield f"of the {-gain(llama[1])[0]:.0f}% and {-gain(llama[2])[0]:.0f}% that it is above it at 50% and 100%"
    small = [pretraining.tiny(0, k) for k in range(3)]
    yield f"is {gain(small[0])[0]:.0f}% below at 10%, again where"
    yield "no difference is found at the end: {:.1f}% [{:.1f}, {:+.1f}]".format(*gain(small[2]))


@pytest.mark.parametrize("sentences", [on_smollm2, elsewhere])
def test_a_number_of_readme_is_that_of_the_kept_runs(sentences):
    missing = [sentence for sentence in sentences() if sentence not in TEXT]
    assert not missing
