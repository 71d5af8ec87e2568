"""The house is built as it says: imports point one way, theory has no floats, and the trusted base is three files."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import greedylr
import numerics
import theory
import verification

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("greedylr", "theory", "numerics", "verification")
LIBRARIES = set(
    "numpy scipy sklearn joblib threadpoolctl numba llvmlite flint pyarrow matplotlib distributed ray torch".split()
)
LANGUAGE = set("transformers peft accelerate safetensors huggingface_hub datasets".split())
ALLOWED = {
    "greedylr": {"greedylr", "torch"},
    "greedylr/trainer.py": {"greedylr", "torch", "transformers"},
    "theory": {"theory", "greedylr.rule", "greedylr.checks", "greedylr.rank_test", "sympy", "flint"},
    "numerics": {"numerics", "greedylr", *LIBRARIES},
    "numerics/llm": {"numerics", "greedylr", *LIBRARIES, *LANGUAGE},
    "verification": {*PACKAGES, "typer", "rich", "numpy", "scipy", "clarabel"},
    "verification/schedulers": {*PACKAGES, "typer", "rich", "numpy", "pyarrow"},
    "verification/page": {*PACKAGES, "jinja2", "markupsafe", "latex2mathml"},
    "examples": {"greedylr", "torch", "transformers", "accelerate", "lightning"},
    "notebooks": {"numerics.compiled", "nbclient", "nbformat"},
}
TRUSTED = ("theory/kernel.py", "theory/gram.py", "theory/polynomial.py")


def modules(package):
    return sorted((ROOT / package).rglob("*.py"))


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide the direction"
            yield node.module


def within(name, roots):
    return any(name == root or name.startswith(root + ".") for root in roots)


@pytest.mark.parametrize("package", [*PACKAGES, "examples", "notebooks"])
def test_imports_point_one_way(package):
    for path in modules(package):
        here = path.relative_to(ROOT)
        allowed = next(ALLOWED[name] for name in (str(here), str(here.parent), package) if name in ALLOWED)
        foreign = {
            n for n in imports(path) if not within(n, allowed) and n.split(".")[0] not in sys.stdlib_module_names
        }
        if path.name == "testing.py":
            foreign -= {"hypothesis"}  # strategies live beside what they generate
        assert not foreign, f"{path.relative_to(ROOT)} imports {sorted(foreign)}"


def test_the_import_rule_would_see_a_violation():
    assert not within("numpy.linalg", ALLOWED["theory"])
    assert not within("greedylr.scheduler", ALLOWED["theory"])
    assert within("sympy.polys.rings", ALLOWED["theory"])


def test_the_trusted_base_imports_nothing_but_itself_and_sympys_rings():
    names = {name for path in TRUSTED for name in imports(ROOT / path)}
    assert names <= {"theory.gram", "theory.polynomial", "sympy", "sympy.polys.rings", *HARMLESS}
    from_sympy = {
        alias.name
        for path in TRUSTED
        for node in ast.walk(ast.parse((ROOT / path).read_text()))
        if isinstance(node, ast.ImportFrom) and node.module.startswith("sympy")
        for alias in node.names
    }
    assert from_sympy == {"QQ", "Symbol", "PolyElement", "PolyRing"}


HARMLESS = {"__future__", "collections.abc", "dataclasses", "enum", "fractions", "functools", "typing"}
FLOATING = {"float", "simplify", "nsimplify", "evalf", "round", "math", "random", "isclose"}


@pytest.mark.parametrize("path", modules("theory"), ids=lambda p: str(p.relative_to(ROOT)))
def test_theory_has_no_floats_no_simplifier_and_no_chance(path):
    allowed = {"random", "math"} if path.name == "testing.py" else set()
    allowed |= {"float"} if path.name == "polynomial.py" else set()  # named there in order to be refused
    unexact = {"math", "cmath", "random", "statistics", "time", "datetime", "os", "pathlib", "io"} - allowed
    names = {name.split(".")[0] for name in imports(path)}
    assert not unexact & (names - {"math"} if _only_integers_of_math(path) else names)
    for node in ast.walk(ast.parse(path.read_text())):
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), f"{path}:{node.lineno}"
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        assert name not in FLOATING - allowed, f"{path}:{node.lineno} uses {name}"


def _only_integers_of_math(path):
    """Whether all that is imported from math are functions of whole numbers."""
    nodes = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Import | ast.ImportFrom)]
    whole = [
        a.name in ("comb", "lcm")
        for n in nodes
        if isinstance(n, ast.ImportFrom) and n.module == "math"
        for a in n.names
    ]
    return all(whole) and not any(a.name == "math" for n in nodes if isinstance(n, ast.Import) for a in n.names)


@pytest.mark.parametrize("package", [greedylr, theory, numerics, verification], ids=lambda p: p.__name__)
def test_the_packages_are_those_of_the_checkout(package):
    assert Path(package.__file__).parent == ROOT / package.__name__


def test_importing_the_rule_is_light():
    heavy = {"torch", "transformers", "sympy", "numpy", "rich", "typer", "cvxpy"}
    code = f"import sys, greedylr; print(sorted({heavy} & set(sys.modules)))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[]"


def test_the_command_line_is_light_until_a_command_runs():
    heavy = {"sympy", "torch", "numpy", "numba", "theory.kernel"}
    code = f"import sys, verification.cli; print(sorted({heavy} & set(sys.modules)))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[]"


def test_no_init_files_among_the_tests():
    assert not list((ROOT / "tests").rglob("__init__.py"))
