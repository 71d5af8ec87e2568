"""README's numbers are those that proofs, kept certificates and runs of seconds come to.

Those of the summary table are written by `make publish`, those on schedules have a test of their own.
"""

import inspect
import math
import re
from fractions import Fraction as Q
from itertools import product

import checkout
import pytest

from numerics import phases
from numerics.factor_sweep import FactorSweep
from numerics.factor_sweep import work as swept
from numerics.stability import StabilityMap
from numerics.stability import work as mapped
from theory.bias_closed_form import bias, same
from theory.claim import Counterexample, RocqTheorem
from theory.claims import paper
from theory.claims.a1_same_sample import HIGH
from theory.claims.stability_best import NEXT
from theory.claims.stability_previous import FACTORS, share
from theory.intervals import lower, precise
from theory.stagnation import critical_factor
from theory.worst_case.bounds import table
from verification import noise
from verification.ledger import Verdict
from verification.rocq import AXIOMS
from verification.worst_case import command, exported
from verification.worst_case.search import worst_case
from verification.worst_case.sweep import Case

WORDS = "no one two three four five six seven eight nine ten".split()
README = (checkout.ROOT / "README.md").read_text()
CLAIMS = {claim.id: claim for claim in paper()}


def section(heading):
    return " ".join(README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0].split())


OUT, STATUSES = section("What came out"), section("What the statuses rest on")
TORCH, SWEEP = section("The scheduler for PyTorch"), section("Sweep the factor on your desk")
WORST = section("How bad can it get?")


def match(pattern, text):
    """The groups of the pattern; a text without it fails."""
    first = re.search(pattern, text)
    assert first, f"nothing like {pattern!r} in\n{text}"
    return first.groups()


def plain(latex):
    """A formula of the ledger in README's letters."""
    for symbol, name in (
        (r"\| x_0 - x^* \|^2", r"|x_0 - x\*|²"), (r"\sum_{t<N} \gamma_t", "Σγ_t"), (r"\sigma_f^*", r"σ\*"),
        (r"\gamma_{\max}^2", "max_lr²"), (r"\gamma_{\max}", "max_lr"), (r"\gamma_{\min}", "min_lr"),
    ):  # fmt: skip
        latex = latex.replace(symbol, name)
    return re.sub(r"\\tfrac\{(.*?)\}\{(.*?)\}", r"\1 / (\2)", latex)


def value(formula, **names):
    """A formula of README, in which a product is not written, at these numbers."""
    return eval(re.sub(r"(?<=[\d)])(?=[(A-Za-z])", "*", formula), {"ln": math.log, "min": min, **names})


def limit(entry):
    """The upper limit of max_lr under which the claim is proved."""
    (name,) = (name for name in entry.conditions if name.startswith("max_lr<"))
    return name.removeprefix("max_lr<").removeprefix("=")


def test_theorem_a1_fails_in_as_many_ways_and_readings_as_readme_counts(ledger):
    witnesses = {e.title: e for e in ledger["A.1"].claim.evidence if isinstance(e, Counterexample)}
    claimed = witnesses["a component that is not convex"].replay().claimed
    exceeded = [c for c in claimed if "the bound with" in c.says and not c.holds]
    assert f"in {WORDS[len(witnesses)]} independent ways" in OUT
    assert f"each of the {WORDS[len(exceeded)]} readings of its bound" in OUT
    assert f"at rates as small as {HIGH}." in OUT


def test_the_proof_breaks_at_the_steps_that_are_refuted(ledger):
    refuted = [k for k in range(1, 12) if ledger[f"A.1.P{k}"].verdict is Verdict.REFUTED]
    (breaks,) = match(r"Its proof breaks where (.*?)\. ", OUT)
    assert [int(k) for k in re.findall(r"\((?:step )?P(\d+)\)", breaks)] == refuted
    assert f"those above {limit(ledger['A.1.P8.repaired'])} included (P8)" in breaks


def test_the_theorems_hold_up_to_the_caps_and_with_the_bounds_that_readme_gives(ledger):
    sharp, first = CLAIMS["sharp.theorem"], CLAIMS["sharp.first-term"]
    bound = plain(sharp.latex.partition(r"\le ")[2])
    assert f"`max_lr` below {limit(ledger['A.1.repaired'])}. It can be sharpened" in OUT
    assert f"for `max_lr` below {limit(ledger['sharp.theorem'])} the average gap is at most {bound}, and" in OUT
    assert f"at the rate {match(r'at the rate (.*?), for every T', first.title)[0]} a Huber function attains it" in OUT
    assert f"below {limit(ledger['wide.theorem'])} a weaker bound holds" in OUT
    assert f"the {match('rate of (.*?) to', CLAIMS['interpolation.theorem'].title)[0]} that the paper announces" in OUT
    assert f"at most {limit(ledger['full-batch.descent']).removesuffix('/L')} is safe for every F and every rule" in OUT


def test_the_average_iterate_tends_to_the_limit_that_readme_gives():
    (formula,) = match(r"tends to (\S+) on two samples", OUT)
    limits = same()
    for F, h in product((Q(1, 10), Q(1, 2), Q(9, 10)), (Q(1, 512), Q(1, 3))):
        assert value(formula, F=F, h=h) == bias(F, h) == limits(1 - F, h)


def test_as_many_bounds_as_readme_says_are_held_against_runs_and_none_is_violated(ledger):
    said = [f.says for entry in ledger.values() for f in entry.findings if f.kind == "measurement"]
    held = [pair for says in said for pair in re.findall(r"^the bound holds in (\d+) of (\d+) checks", says)]
    assert all(kept == checks for kept, checks in held)
    assert f"none of the {WORDS[len(held)]} is violated" in OUT


def test_the_share_of_unstable_rates_is_that_of_the_criterion():
    formula, least = match(r"a share (ln\S+ / ln\S+) of them, for F >= (\d\.\d+):", OUT)
    with precise():
        shares = {F: float(lower(share(F))) for F in FACTORS}
    for F, proved in shares.items():
        assert value(formula, F=F) == pytest.approx(proved, abs=1e-12)
    assert least == f"{phases.SMALLEST:.4f}"
    words = {Q(1, 3): "a third", Q(1, 2): "near one half"}
    first, last = (f"{words[Q(shares[F]).limit_denominator(3)]} at" for F in (FACTORS[0], FACTORS[-1]))
    assert f"for F >= {least}: {first} F = {float(FACTORS[0])}, {last} {float(FACTORS[-1])} |" in OUT


def test_the_thresholds_of_the_best_loss_are_the_enclosed_ones():
    (printed,) = match(r"F >= (\S+) suffices", CLAIMS["4.3.sufficient"].title)
    assert f"**F >= {printed} as a threshold of stability** depends" in OUT
    low, high = (math.floor(end * 10**15) for end in critical_factor(18))
    assert low == high
    assert f"none for F > 0.{low}..., some below" in OUT
    without, patient = (f"{NEXT[p][0] / 10**13:.4f}" for p in (0, 10))
    assert f"some for F <= {without}, so F = 0.5 can get stuck; with patience 10 the number is {patient} |" in OUT


def test_in_several_dimensions_most_rates_get_stuck_up_to_the_factor_that_readme_gives():
    factors = tuple(F for F in StabilityMap().factors if F >= 0.5)
    patience, condition = StabilityMap().patience[-1], StabilityMap().condition[-1]
    options = StabilityMap(factors=factors, patience=(patience,))
    kind = {"condition": condition, "noise": 0.0, "comparison": "best", "order": "next"}
    unstable = mapped(kind | {"configuration": options.plain()})["map"]["unstable"]
    most = [F for F, count in zip(factors, unstable, strict=True) if count > options.phases / 2]
    assert most == list(factors[: len(most)])
    assert f"at condition number {condition:g} and patience {patience} from most initial rates up to" in OUT
    assert f"from most initial rates up to F = {most[-1]} (measured" in OUT


def test_the_tolerated_caps_are_those_of_the_proofs():
    (bounded,) = match(r"max_lr <= (min\(.*?\))/L", CLAIMS["stability.cap"].title)
    (diverging,) = match(r"max_lr > \((.*?)\)/L", CLAIMS["stability.cap-diverges"].title)
    (flat,) = match(r"max_lr <= (\S+) a smaller F", CLAIMS["factor.capped"].title)
    best = max((Q(k, 100) for k in range(1, 100)), key=lambda F: value(bounded, F=F))
    assert f"up to {bounded}, and above {diverging} some quadratic diverges" in OUT
    assert f"The two meet at F = {best}, which tolerates the largest such cap, {value(bounded, F=best)}/L." in OUT
    assert f"Under a cap of {flat} a smaller F is never worse on quadratics" in OUT


def test_the_worst_last_iterate_is_the_proved_one():
    gap, capped = CLAIMS["worst-case.sum-of-rates"], CLAIMS["worst-case.capped"]
    (rates,) = match(r"at rates up to (\S+):", gap.title)
    (cap,) = match(r"max_lr <= (\S+) a smaller", capped.title)
    (equal,) = match(r"All F up to (\S+) have the same rates", capped.note)
    assert f"at any rates up to {rates} is worst at exactly {plain(gap.latex.partition('= ')[2])}, for every" in OUT
    assert f"`max_lr` up to {cap} a smaller F never has the larger worst case" in OUT
    assert f"all F up to {equal.replace('max_lr', '`max_lr`')} are equally good" in OUT


def best_factor(factors, gamma0, cap, steps):
    """By the solver's values, which are not certified."""
    cases = [Case(F, "previous", "same", 0, gamma0, cap, steps, "last") for F in factors]
    return min(cases, key=lambda case: worst_case(case.method(), rests=True, certified=False).value).factor


def test_which_factor_is_better_depends_on_the_number_of_steps_where_readme_says():
    (low,) = match(r"max_lr <= (\S+) a smaller", CLAIMS["worst-case.capped"].title)
    (high,) = match(r"max_lr below (\S+) the worst", CLAIMS["worst-case.smaller-factor"].title)
    near_two = [best_factor((Q(1, 2), Q(3, 4)), Q(1, 2), Q(199, 100), steps) for steps in (3, 4)]
    free = [best_factor((Q(3, 4), Q(9, 10)), Q(1), None, steps) for steps in (3, 8)]
    assert [near_two, free] == [[Q(1, 2), Q(3, 4)], [Q(3, 4), Q(9, 10)]]
    assert f"Between {low} and {high}, and without a cap, which of two factors is better depends on the number" in OUT


def test_the_best_factors_of_a_grid_are_those_that_readme_gives():
    """The grid is that of the command further down."""
    (grid,) = match(r"worst-case --factor (\S+) --max-lr none", WORST)
    factors = command._numbers("factor", [grid])
    best = {steps: best_factor(factors, Q(1), None, steps) for steps in (2, 4, 8)}
    told = ", ".join(str(float(F)) for F in best.values()), ", ".join(map(str, best))
    assert f"a grid of step {float(factors[1] - factors[0])}, from gamma_0 = 1/L without a cap, the best are" in OUT
    assert "the best are {} after {} steps".format(*told) in OUT


def test_the_printed_factor_loses_for_the_constants_that_are_certified():
    (printed,) = match(r"F = (.*?) has the smallest worst case", CLAIMS["worst-case.one-minus-inverse"].title)
    *more, last = sorted({int(b.method.smoothness) for b in table().values()} - {1})
    assert f"(the optimal factor is {printed}) is false" in OUT
    assert f"{printed} loses to other factors at L = {', '.join(map(str, more))} and {last}." in OUT


def test_the_growth_is_what_the_kept_certificates_attain():
    half, three_quarters, nine_tenths = (table()[k] for k in ("half-8", "three-quarters-12", "nine-tenths-12"))
    runs = (half, three_quarters, nine_tenths)
    (a, b, c), steps = (f"{math.floor(run.low):,}" for run in runs), [run.method.steps for run in runs]
    assert half.method.rate == three_quarters.method.rate == 1
    assert all(run.low >= 1000 * Q(1, 2) for run in runs)  # half is the largest first gap
    assert "Without a cap the gap can grow a thousandfold and more" in OUT
    F, G, H = (run.method.rule.factor for run in runs)
    assert rf"from 1/L, F = {F} can reach {a} L |x_0 - x\*|² after {steps[0]} steps and F = {G} {b} after" in OUT
    assert f"after {steps[1]}; F = {H}, from {float(nine_tenths.method.rate)}/L, {c} after {steps[2]}." in OUT


def test_rocq_checks_as_many_upper_bounds_as_readme_says(rocq):
    theorems = [e.theorem for c in CLAIMS.values() for e in c.evidence if isinstance(e, RocqTheorem)]
    assert {t for t in theorems if t.endswith(".worst_case")} == {f"{file}.worst_case" for file in exported.FILES}
    assert f"Rocq checks {WORDS[len(exported.FILES)]} of the upper bounds again" in STATUSES
    assumed = {a for theorem in rocq.theorems.values() for a in theorem.axioms} if rocq.version else AXIOMS
    assert f"{WORDS[len(assumed)]} axioms of the standard library's reals" in STATUSES


def test_the_scheduler_has_the_bounds_that_readme_gives():
    pytest.importorskip("torch")
    from greedylr.released import ReleasedGreedyLR  # noqa: PLC0415
    from greedylr.scheduler import CAP, FLOOR  # noqa: PLC0415

    theirs = inspect.signature(ReleasedGreedyLR.__init__).parameters
    low, high = f"{theirs['min_lr'].default:.0e}".replace("e-0", "e-"), theirs["max_lr"].default
    assert f"a {WORDS[round(1 / FLOOR)]}th and {WORDS[round(CAP)]} times the initial rate unless given" in TORCH
    assert f"(there {low} and {high}, above" in TORCH


def test_there_are_as_many_examples_as_readme_says():
    examples = {path.stem for path in (checkout.ROOT / "examples").glob("*.py")}
    assert f"in a plain loop and in {WORDS[len(examples - {'plain_loop'})]} frameworks, each" in TORCH


def test_on_noise_the_comparisons_do_what_readme_says():
    best, previous, test = (noise.drift(rule, 0.0, noise.STEPS) for rule in noise.RULES.values())
    patient = noise.RULES["best, patience 10"]
    assert best.rises == 0
    assert noise.drift(patient, -noise.SLOPE, 200).cuts > 0
    assert (
        f'on average over {noise.RUNS} runs {noise.STEPS} losses of pure noise make `"best"` (patience'
        f' {patient.patience}, F = {noise.FACTOR}) cut {best.cuts:.0f} times and never raise, `"previous"` wander'
        f" {previous.rises:.0f} up and {previous.cuts:.0f} down"
    ) in TORCH
    assert f"move {test.rises:.0f} up and {test.cuts:.0f} down; on a trend" in TORCH


def test_the_rank_test_follows_a_trend_as_soon_as_readme_says():
    """A rise within two blocks, in so many runs of ten."""
    rule = noise.RULES["test, blocks of 25"]
    soon = [noise._run(rule, -noise.SLOPE, 2 * rule.window, noise.SEED + k)[0] > 0 for k in range(noise.RUNS)]
    assert f"a trend of a standard deviation in {1 / noise.SLOPE:.0f} steps the test follows within two blocks" in TORCH
    assert f"within two blocks in {WORDS[10 * sum(soon) // noise.RUNS]} runs of ten, while the best loss" in TORCH


def test_the_sweep_without_options_shows_what_readme_says():
    options = FactorSweep()
    runs = {}
    for task in options.sweep().tasks:
        found = swept(task.arguments)["runs"]
        for *arm, lost in zip(*(found[k] for k in ("problem", "factor", "max_lr", "diverged")), strict=True):
            runs.setdefault(tuple(arm), []).append(lost)
    free, (cap,) = None, (c for c in options.max_lr if c)
    least = {F: min(sum(runs[p, F, free]) / options.seeds for p, _ in options.problems) for F in options.factors}
    almost = " and ".join(f"F = {F}" for F, share in least.items() if share >= 0.9)
    half = " and ".join(f"F = {F}" for F, share in least.items() if 0.5 <= share < 0.9)
    assert not any(sum(runs[p, F, cap]) for (p, _), F in product(options.problems, options.factors))
    many, problems = WORDS[len(options.factors)], WORDS[len(options.problems)]
    assert f"the paper's {many} factors on {problems} problems" in SWEEP
    assert f"{options.seeds} seeds, {options.steps} steps, from {options.rate[0]}/L_max) the sweep shows" in SWEEP
    assert f"{almost} diverging in almost every run and {half} in about half or more" in SWEEP
    assert f"no divergence for any of the {many} factors with `max_lr` = {cap:g}/L_max." in SWEEP


def test_the_command_for_worst_cases_has_the_defaults_that_readme_gives():
    low, high, _ = command.FACTORS[0].split(":")
    caps, steps = WORDS[len(command.CAPS)], " and ".join(command.STEPS)
    assert f"# F from {low} to {high}, {caps} caps, {steps} steps" in WORST
