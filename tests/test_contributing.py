"""The recipes of CONTRIBUTING.md work as they stand there: in process, and in a copy of the checkout."""

import ast
import importlib.util
import json
import re
import shutil
import sys
import types
from fractions import Fraction

import checkout
import pytest
from fenced import blocks, commands
from recipes import changed, follow, recipe
from rejected import test_wrong_proofs as rejected

from numerics.engine import simulate
from numerics.problems.two_samples import two_samples
from numerics.schedules import Constant
from theory.kernel import Add, Assume, Conclude, EqMul, Fact, Rejected, Rel, infer
from theory.polynomial import lift
from verification.ledger import ledger as compute

TEXT = (checkout.ROOT / "CONTRIBUTING.md").read_text()
TITLES = ("a claim", "a proof and its rejected twin", "a problem", "a schedule")
CLAIM, MODULE = "example.mean-gradient", "theory/claims/mean_gradient.py"
WRONG, PROBLEM = "tests/rejected/test_wrong_proofs.py", "numerics/problems/four_points.py"


@pytest.fixture
def module(monkeypatch):
    """Makes a module of a source, for this test only."""

    def make(path, source):
        made = types.ModuleType(path.removesuffix(".py").replace("/", "."))
        made.__file__ = str(checkout.ROOT / path)
        monkeypatch.setitem(sys.modules, made.__name__, made)
        exec(compile(source, path, "exec"), made.__dict__)
        return made

    return make


def patched(path, title):
    """The file as the recipe changes it."""
    text = (checkout.ROOT / path).read_text()
    for name, hunk in recipe(TEXT, title)[1]:
        text = changed(text, hunk) if name == path else text
    return text


def test_the_document_is_short_and_has_the_four_recipes():
    assert len(TEXT.splitlines()) <= 260
    assert {b.heading for b in blocks(TEXT) if b.heading.startswith("Recipe")} == {f"Recipe: {t}" for t in TITLES}


def test_every_file_that_is_named_is_there():
    named = set(re.findall(r"`([\w./-]+\.(?:py|json|v)|\.ci/run)`", blocks_out(TEXT)))
    folders = ("", "greedylr", "theory", "numerics", "numerics/problems", "verification", "tests")
    roots = [checkout.ROOT / folder for folder in folders]
    assert len(named) > 15
    assert [name for name in named if not any((root / name).exists() for root in roots)] == []


def blocks_out(text):
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def test_every_command_that_is_no_recipe_runs_something_that_exists():
    lines = [line for line in commands(TEXT) if line not in SAYS]
    assert len(lines) > 8
    for line in lines:
        program, *words = line.split()
        if program == "make":
            assert checkout.recipe(words[0])
        for module in re.findall(r"-m ((?:verification)[\w.]*)", line):
            assert importlib.util.find_spec(module), module
        for path in (word for word in words if "/" in word):
            assert (checkout.ROOT / path).exists(), path


@pytest.mark.parametrize("title", TITLES)
def test_every_change_finds_its_place_and_every_new_file_is_new(title, tmp_path):
    new, changes, _ = recipe(TEXT, title)
    for path in {*new, *(path for path, _ in changes)}:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        if (checkout.ROOT / path).exists():
            shutil.copy(checkout.ROOT / path, tmp_path / path)
    follow(tmp_path, new, changes)
    assert all(ast.parse((tmp_path / path).read_text()) for path in {*new, *(path for path, _ in changes)})


def test_the_ledger_computes_that_the_claim_of_the_recipe_is_proved(module):
    made = module(MODULE, recipe(TEXT, "a claim")[0][MODULE])
    assert compute(made.claims())[CLAIM].status == "proved"


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("scale(-2,", "scale(2,"),
        ("Norm(g_i(X) - g(X))", "Norm(g_i(X))"),
        ("return Conclude", "return lambda *_: Conclude"),
    ],
)
def test_the_claim_is_open_when_its_proof_is_wrong(module, right, wrong):
    source = recipe(TEXT, "a claim")[0][MODULE]
    assert source.count(right) == 1
    assert compute(module(MODULE, source.replace(right, wrong)).claims())[CLAIM].status == "open"


def test_the_twin_is_refused_for_the_reason_that_it_gives_and_only_for_the_missing_step(module):
    made = module(WRONG, patched(WRONG, "a proof and its rejected twin"))
    (name,) = made.WRONG["Mean"].keys() - rejected.WRONG["Mean"].keys()
    build, reason = made.WRONG["Mean"][name]
    with pytest.raises(Rejected, match=reason):
        infer(build(), made.THEORY)
    goal, spread = build().goal, build().body
    cross = made.C @ made.C - made.mean(made.SAMPLE, made.vector("g", made.I) @ made.C)
    whole = Conclude(goal, Add(spread, EqMul(lift(-2), Assume("the mean is c"))))
    assert infer(whole, {"the mean is c": Fact(cross, Rel.EQ)}).concl == goal


def test_the_engine_simulates_the_problem_and_its_constants_are_those_of_its_docstring(module):
    built = module(PROBLEM, recipe(TEXT, "a problem")[0][PROBLEM]).four_points()
    runs = simulate(built, [Constant(0.5)], steps=3, seed=0, batch=None, marks=range(4))
    assert runs.gap.tolist() == [[8.0, 2.0, 0.5, 0.125]]
    points = [Fraction(b) for b in (-3, -1, 1, 3)]
    assert sum(b * b for b in points) / 8 == Fraction(built.optimum.value.low) == Fraction(built.optimum.value.high)
    assert sum(b * b for b in points) / 4 == Fraction(built.optimum.sigma2.low) == Fraction(built.optimum.sigma2.high)


def test_the_rates_of_the_schedule_are_its_formula_also_in_the_engine(module):
    made = module("numerics/schedules.py", patched("numerics/schedules.py", "a schedule"))
    stairs = made.Staircase(0.75, 0.5, every=3)
    assert stairs.rates(8).tolist() == [0.75] * 3 + [0.375] * 3 + [0.1875] * 2
    assert made.Staircase in made.Table.__args__
    runs = simulate(two_samples(), [stairs], steps=8, seed=1, marks=range(8))
    assert runs.rate.tolist() == [stairs.rates(8).tolist()]
    with pytest.raises(ValueError, match="every of Staircase must be positive"):
        made.Staircase(0.75, 0.5, every=0)


def test_a_hunk_whose_place_is_not_there_or_twice_is_refused():
    with pytest.raises(AssertionError, match="0 places, not one"):
        changed("a\nb\n", " c\n+d\n")
    with pytest.raises(AssertionError, match="2 places, not one"):
        changed("a\nb\na\n", " a\n+d\n")
    assert changed("a\nb\n", "-a\n+c\n b\n") == "c\nb\n"


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    """A copy of the checkout in which somebody has followed all four recipes."""
    where = checkout.copy(tmp_path_factory.mktemp("recipes"))
    for title in TITLES:
        follow(where, *recipe(TEXT, title)[:2])
    return where


TESTS = ".venv/bin/python -m pytest"
PUBLISHED = f"{TESTS} tests/claims tests/theory/test_claims.py -k mean-gradient"
SAYS = {
    # for every command of the recipes, in their order: what it must print
    ".venv/bin/greedylr show example.mean-gradient": r"(?s)\bproved\b.*grad f is the mean",
    "make publish": r"^$",
    PUBLISHED: r"tests/claims/test_paper\.py \.",
    f'{TESTS} tests/rejected -m "not slow" -k granted': r"\b1 passed",
    f'{TESTS} tests/numerics/problems -k "four or catalogue"': r"problems/test_four_points\.py \.\.",
    ".venv/bin/greedylr fsweep --problem four-points --steps 200 --seeds 4": r"greedy +0\.25 +from 0\.1/L",
    f"{TESTS} tests/numerics/test_schedules.py tests/numerics/robustness/test_sweep.py": r"\b\d\d passed",
}


def test_every_command_of_a_recipe_is_run():
    assert [line for title in TITLES for line in recipe(TEXT, title)[2]] == list(SAYS)


def does(line, where):
    status, out, err = checkout.run(line, where)
    assert status == 0, out + err
    assert re.search(SAYS[line], out), out


@pytest.mark.slow
@pytest.mark.parametrize("line", [line for line in SAYS if line not in ("make publish", PUBLISHED)])
def test_a_command_of_a_recipe_does_what_it_is_for(followed, line):
    does(line, followed)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("coqc") is None, reason="published with Rocq's theorems, and there is no coqc here")
def test_publishing_adds_the_claim_and_nothing_else(followed):
    published, readme = followed / "tests" / "claims" / "published.json", followed / "README.md"
    before, text = json.loads(published.read_text()), readme.read_text()
    does("make publish", followed)
    assert json.loads(published.read_text()) == before | {CLAIM: "proved"}
    proved = sum(status == "proved" for status in before.values())
    text = text.replace(f"{len(before)} claims:", f"{len(before) + 1} claims:")
    assert readme.read_text() == text.replace(f"| proved | {proved} |", f"| proved | {proved + 1} |")
    does(PUBLISHED, followed)


@pytest.mark.slow
def test_what_the_recipes_write_is_in_the_style_of_the_house(followed):
    status, out, err = checkout.run("make lint", followed)
    assert status == 0, out + err
