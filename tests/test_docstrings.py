"""Docstrings name the errors and the shapes, and the reference that is made of them shows what they say."""

import ast
import importlib.util
import os
import re
import subprocess
import sys
from html.parser import HTMLParser

import checkout
import pytest
from docstrings import SHAPE, errors_named, items

PACKAGE = sorted(f"greedylr/{path.name}" for path in (checkout.ROOT / "greedylr").glob("*.py"))
REFERENCE = checkout.ROOT / "docs" / "reference.py"
(MODULES,) = [
    ast.literal_eval(node.value)
    for node in ast.parse(REFERENCE.read_text()).body
    if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "MODULES"
]
PATHS = sorted({f"{name.replace('.', '/')}.py" for name in MODULES if "." in name} | set(PACKAGE))
README = (checkout.ROOT / "README.md").read_text()


@pytest.mark.parametrize("path", PATHS)
def test_everything_public_has_a_docstring(path):
    assert [item.name for item in items(path) if not item.doc] == []


@pytest.mark.parametrize("path", PACKAGE)
def test_every_error_is_named_by_those_who_raise_it(path):
    missing = {i.name: set(i.raises - errors_named(i.doc)) for i in items(path) if i.raises - errors_named(i.doc)}
    assert missing == {}


@pytest.mark.parametrize("path", PACKAGE)
def test_no_docstring_names_an_error_that_does_not_come_from_there(path):
    """Where nothing is raised by name, nothing is promised; what comes from another class is seen in its own tests."""
    promised = {i.name: errors_named(i.doc) for i in items(path) if not i.raises and errors_named(i.doc)}
    assert set(promised) <= {"EveryLog", "GreedyTrainer"}, promised


@pytest.mark.parametrize("path", PACKAGE)
def test_every_array_has_a_shape(path):
    assert [
        (item.name, name)
        for item in items(path)
        for name, comment in item.arrays
        if not SHAPE.search(comment) and not SHAPE.search(item.doc)
    ] == []


def test_the_readers_of_errors_and_shapes_see_both(tmp_path, monkeypatch):
    (tmp_path / "greedylr").mkdir()
    (tmp_path / "greedylr" / "checks.py").write_text("def check_loss(x):\n    raise TypeError(x)\n")
    (tmp_path / "a.py").write_text(
        "from greedylr.checks import check_loss\n"
        "class A:\n"
        '    """Doc."""\n'
        "    x: Tensor  # rows\n"
        "    def __init__(self, y: Array): self._go()\n"
        "    def _go(self): raise ValueError('x')\n"
        "    def step(self, loss): check_loss(loss)\n"
    )
    monkeypatch.setattr(checkout, "ROOT", tmp_path)
    whole, step = items("a.py")
    assert (whole.raises, step.raises) == ({"ValueError"}, {"TypeError"})
    assert (whole.arrays, step.doc) == ((("x", " rows"), ("y", "")), "")
    assert errors_named("A.\n\nRaises:\n    ValueError, OSError: for b.\n\nNot KeyError.") == {"ValueError", "OSError"}
    assert not SHAPE.search("the f(x) of rows (all)")
    assert SHAPE.search("(n, d): rows")


def test_the_reference_has_every_module_of_the_package_and_every_one_that_readme_names():
    """Checks and helpers of the package aside, which nobody imports."""
    own = {path.removesuffix(".py").replace("/", ".") for path in PACKAGE} - {
        f"greedylr.{name}" for name in ("__init__", "checks", "processes", "smoothing")
    }
    named = set(re.findall(r"\b(?:from|`)\s*((?:greedylr|theory|numerics|verification)(?:\.[a-z_]+)+)", README))
    modules = {name for name in named if (checkout.ROOT / f"{name.replace('.', '/')}.py").exists()}
    assert len(modules) > 1
    assert own | modules <= set(MODULES)


class Tags(HTMLParser):
    """The tags and the addresses of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.loads, self.ids = set(), [], set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        given = dict(attrs)
        self.ids.add(given.get("id"))
        self.loads += [given["src"]] if "src" in given else []
        self.loads += [given["href"]] if tag == "link" else []


HTML = set(
    "html head meta title style body nav label svg path input div h1 h2 h3 h4 h5 h6 ul ol li a header img main script"
    " footer span section p pre wbr code strong em dl dt dd small table thead tbody tr th td".split()
)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    for name in ("pdoc", "torch", "transformers"):
        if importlib.util.find_spec(name) is None:
            pytest.skip(f"the reference needs {name}: pip install '.[docs]'")
    out = tmp_path_factory.mktemp("api")
    here = os.environ | {"PYTHONPATH": str(checkout.ROOT)}
    subprocess.run([sys.executable, REFERENCE, out], check=True, capture_output=True, env=here)
    return {path.relative_to(out).as_posix(): path.read_text() for path in out.rglob("*.html")}


@pytest.mark.slow
def test_the_reference_is_whole_and_loads_nothing_from_elsewhere(pages):
    assert set(pages) == {"index.html"} | {f"{name.replace('.', '/')}.html" for name in MODULES}
    for name, text in pages.items():
        read = Tags(text)
        assert read.tags <= HTML, f"{name} has tags that are none: {read.tags - HTML}"
        assert not [address for address in read.loads if re.match(r"\w+://|//", address)], name
        assert not re.search(r"url\((?!['\"]?(data:|#))|@import", text), name


@pytest.mark.slow
def test_the_reference_shows_shapes_errors_and_formulas_and_hides_what_is_private(pages):
    engine, rule = pages["numerics/engine.html"], pages["greedylr/rule.html"]
    assert "(m, K): f(x_t) - f(x*)" in engine
    assert re.search(r"<strong>ValueError:</strong>\s+for a value that no run could mean", rule)
    assert "sum_i [phi(&lt;a_i, x>; b_i) + c_i]" in pages["numerics/problems/finite_sum.html"]
    assert 'id="GreedyLR.step"' in pages["greedylr.html"]
    assert not [name for name, text in pages.items() for i in Tags(text).ids if re.search(r"(^|\.)_(?!_)\w", i or "")]
