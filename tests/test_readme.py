"""What README says is so: its commands run, its programs run, and every name that it quotes exists."""

import contextlib
import importlib.util
import io
import re
import shlex
import subprocess
import sys
import tomllib
from fractions import Fraction
from types import SimpleNamespace

import checkout
import pytest
from fenced import blocks, commands
from readme_commands import ELSEWHERE, GIVEN, HERE

from theory.claims import paper

TEXT = (checkout.ROOT / "README.md").read_text()
COMMANDS = commands(TEXT)
PROGRAMS = [block for block in blocks(TEXT) if block.language == "python"]
OUTSIDE = re.sub(r"^```.*?^```$", "", TEXT, flags=re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """Where a newcomer stands after ``git clone``, with what the commands ask him to bring."""
    where = checkout.copy(tmp_path_factory.mktemp("clone"))
    for name, text in GIVEN.items():
        (where / name).write_text(text)
    return where


def test_every_command_is_either_run_here_or_says_why_not():
    assert set(COMMANDS) == set(HERE) | set(ELSEWHERE), "classify it in tests/readme_commands.py"
    assert not set(HERE) & set(ELSEWHERE)
    assert len(set(COMMANDS)) == len(COMMANDS)
    assert all(known.prints for known in HERE.values())
    assert all(ELSEWHERE.values())
    assert {b.language for b in blocks(TEXT)} <= {"", "python"}


def entered(command, known, printed):
    """The line as a reader types it, who has seen what the line before printed."""
    for place, value in known.given:
        assert place in command
        command = command.replace(place, value)
    return re.sub(r"(\S+)\.\.\.", lambda m: re.search(rf"{re.escape(m.group(1))}\w+", printed).group(), command)


@pytest.mark.parametrize(
    "command", [pytest.param(c, marks=() if known.quick else pytest.mark.slow) for c, known in HERE.items()]
)
def test_a_command_does_what_readme_says(clone, command):
    known = HERE[command]
    if known.needs and importlib.util.find_spec(known.needs) is None:
        pytest.skip(f"needs {known.needs}")
    printed = checkout.run(known.after, clone)[1] if known.after else ""
    status, out, err = checkout.run(entered(command, known, printed), clone)
    assert status == 0, out + err
    for pattern in known.prints:
        assert re.search(pattern, out), f"nothing like {pattern!r} in\n{out}"
    for pattern in known.writes:
        assert list(clone.glob(pattern)), f"no {pattern}"


LONG = [c for c in ELSEWHERE if c.startswith(".venv/bin/greedylr")]


@pytest.mark.parametrize("command", LONG)
def test_a_command_that_takes_too_long_has_all_the_options_that_are_quoted(command):
    """Its help is that of ``--on llm`` where that is given; a choice that is quoted stands in it."""
    _, name, *rest = shlex.split(command)
    chosen = [word for word in rest if not word.startswith("--")]
    options = [word for word in rest if word.startswith("--")]
    if options[:1] == ["--on"]:
        name, options, chosen = "fsweep-llm", options[1:], chosen[1:]
    run = subprocess.run(
        [sys.executable, "-c", "from verification.cli import main; main()", name, "--help"],
        capture_output=True,
        text=True,
        check=True,
        cwd=checkout.ROOT,
    )
    assert all(f"{option} " in run.stdout for option in options), run.stdout
    assert all(word.isdigit() or word in run.stdout for word in chosen), run.stdout


@pytest.mark.parametrize("command", [c for c in ELSEWHERE if " install " in c])
def test_what_is_to_be_installed_exists(command):
    project = tomllib.loads((checkout.ROOT / "pyproject.toml").read_text())["project"]
    for extra in re.findall(r"'\.\[([\w,]+)\]'", command):
        assert set(extra.split(",")) <= set(project["optional-dependencies"])
    for name, version in re.findall(r"([\w-]+)==([\w.]+)", command):
        assert f"{name}=={version}" in (checkout.ROOT / "numerics" / "extra.py").read_text()
    for path in re.findall(r"-c (\S+)", command):
        assert (checkout.ROOT / path).exists()


def test_a_make_target_that_is_not_run_exists():
    for command in ELSEWHERE:
        if command.startswith("make "):
            assert checkout.recipe(command.removeprefix("make "))


def executed(program, given=()):
    """What a program of README prints, and its names."""
    names, printed = {"__name__": "readme", **dict(given)}, io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(program.text, "README.md", "exec"), names)
    return SimpleNamespace(**names), printed.getvalue()


def training():
    """Stand-ins for what every reader has: a model of one weight, 20 batches, a loss."""
    torch = pytest.importorskip("torch")
    weight = torch.nn.Parameter(torch.tensor([4.0]))
    return {
        "optimizer": torch.optim.SGD([weight], lr=0.1),
        "data": [torch.tensor([1.0])] * 20,
        "loss_of": lambda batch: ((weight - batch) ** 2).sum(),
    }


def test_every_program_is_known():
    assert [program.heading for program in PROGRAMS] == list(RUNS)


def the_rule(program):
    """The losses 3, 2, 1 double the rate twice, up to the limit 1; 5 halves it, 4 doubles it."""
    printed = executed(program)[1]
    assert printed == "[Fraction(1, 4), Fraction(1, 4), Fraction(1, 2), Fraction(1, 1), Fraction(1, 2)]\n"


def the_scheduler(program):
    given = training()
    scheduler = executed(program, given)[0].scheduler
    assert scheduler.last_epoch == 20
    assert scheduler.factor == 0.9
    assert given["loss_of"](given["data"][0]).item() < 9e-3
    assert given["optimizer"].param_groups[0]["lr"] > 0.1


def the_worst_case(program):
    """One number, the certified bound, which the function that was found attains to four digits."""
    names, printed = executed(program)
    found = names.worst_case(names.two_steps, rests=True)
    assert Fraction(printed.strip()) == found.upper
    assert 0 < found.lower <= found.upper <= found.lower * Fraction(10001, 10000)


RUNS = {
    "The rule in your own code": the_rule,
    "The scheduler for PyTorch": the_scheduler,
    "How bad can it get?": the_worst_case,
}


@pytest.mark.parametrize("heading", RUNS)
def test_a_program_does_what_readme_says(heading):
    (program,) = [p for p in PROGRAMS if p.heading == heading]
    RUNS[heading](program)


QUOTED = sorted(set(re.findall(r"`([^`\n]+)`", OUTSIDE)))


def test_every_claim_that_is_shown_exists():
    shown = set(re.findall(r"greedylr show\s+([\w.+-]+\w)", TEXT))
    assert {"A.1", "language.peak"} <= shown
    assert shown <= {claim.id for claim in paper()}


def test_every_path_that_is_quoted_exists():
    """What a command writes is not there yet."""
    paths = [q for q in QUOTED if re.fullmatch(r"[\w.-]+/[\w./-]*", q) and not q.startswith((".venv/", "build/"))]
    paths += re.findall(r"\]\(([\w./-]+)\)", OUTSIDE)
    assert len(paths) > 10
    assert [path for path in paths if not (checkout.ROOT / path).exists()] == []


def test_every_name_of_the_packages_that_is_quoted_can_be_imported():
    names = [q for q in QUOTED if re.fullmatch(r"(greedylr|theory|numerics|verification)(\.\w+)+", q)]
    assert len(names) > 2
    for name in names:
        module, _, last = name.rpartition(".")
        if not name.startswith("greedylr.trainer") or importlib.util.find_spec("transformers"):
            assert hasattr(pytest.importorskip(module), last), name


def test_every_make_target_that_is_quoted_exists():
    assert all(checkout.recipe(q.removeprefix("make ")) for q in QUOTED if q.startswith("make "))
