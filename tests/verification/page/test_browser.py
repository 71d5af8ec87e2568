"""In a real browser: no error, no request to a network, no dead link, no wide page, every claim within two clicks."""

import shutil

import pytest
from chromium import PROGRAM, browser
from page_faults import dead, errors, far, outside

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        PROGRAM is None, reason="there is no Chromium here (Debian and Ubuntu: apt-get install chromium)"
    ),
]
WIDTHS = (360, 800, 1280)
SAMPLE = (
    "index.html",
    "all.html",
    "hypotheses.html",
    "runs.html",
    "graph.svg",
    "claims/A.1.html",
    "claims/A.1.P2.html",
    "claims/sharp.theorem.html",
    "claims/bias.remedies.html",
    "claims/language.peak.html",
    "claims/worst-case.growth.html",
    "source/theory.rocq.Convergence.v.html",
    "source/Exported.v.html",
)
VISIBLE = "[...document.querySelectorAll('.claim')].filter(c => c.checkVisibility()).map(c => c.className)"


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture
def own(ledger, site):
    """Of every claim whether it has a page of its own."""
    return {name: (site / "claims" / f"{name}.html").exists() for name in ledger}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", SAMPLE)
def test_a_page_loads_without_error_or_network_and_fits_the_screen(page, site, name, width):
    page.events.clear()
    page.open((site / name).as_uri(), width)
    assert errors(page) == []
    assert outside(page, site) == []
    assert (site / name).as_uri() in [e["request"]["url"] for e in page.told("Network.requestWillBeSent")]
    assert not page.told("Network.loadingFailed")
    assert dead(page, site) == []
    if name.endswith(".html"):
        assert page.value("document.scrollingElement.scrollWidth") <= width
        assert page.value("document.styleSheets.length") == 1


@pytest.mark.parametrize("width", WIDTHS)
def test_every_claim_is_within_two_clicks_of_the_first_page(page, site, own, width):
    page.open((site / "index.html").as_uri(), width)
    assert sum(own.values()) > 100
    assert far(page, own) == []


@pytest.mark.parametrize("status", ["proved", "proved with", "refuted", "measured"])
def test_a_click_on_a_claim_shows_it_in_full(page, site, ledger, own, status):
    name = next(n for n, e in ledger.items() if e.verdict.value == status and own[n])
    page.open((site / "index.html").as_uri())
    page.click(f"[id='{name}'] h4 a")
    assert page.value("location.href") == (site / "claims" / f"{name}.html").as_uri()
    assert ledger[name].claim.title in page.value("document.querySelector('main, body').innerText")


FAULTS = {
    "a broken link": ('href="claims/A.1.P3.html"', 'href="claims/A.1.P33.html"', "dead"),
    "a link that leaves the site": ('href="ledger.json"', 'href="http://127.0.0.1:9/ledger.json"', "dead"),
    "an error on the console": ("<h1", "<script>console.error('x')</script><h1", "errors"),
    "an exception": ("<h1", "<script>nothing()</script><h1", "errors"),
    "a request to a network": ("<h1", '<img src="http://127.0.0.1:9/x.png" alt=""><h1', "outside"),
    "a claim without a link": ('<h4><a href="claims/A.1.P3.html">', '<h4><a href="#A.1.P3">', "far"),
    "a claim that is not drawn": ('id="A.1.P3"', 'id="A.1.P3" style="display: none"', "far"),
    "a claim that is not there": ('id="A.1.P3"', 'id="A.1.P3x"', "far"),
    "a claim in a fold of a fold": ('<article class="claim', '<details><details><article class="claim', "far"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_seen(page, site, own, tmp_path, fault):
    right, wrong, kind = FAULTS[fault]
    planted = tmp_path / "site"
    shutil.copytree(site, planted)
    text = (planted / "index.html").read_text()
    if "without a link" in fault:  # the second link to the same page goes, too
        text = text.replace('<a href="claims/A.1.P3.html">the evidence', '<a href="#A.1.P3">the evidence')
    assert right in text
    (planted / "index.html").write_text(text.replace(right, wrong))
    page.events.clear()
    page.open((planted / "index.html").as_uri())
    seen = {
        "dead": dead(page, planted),
        "errors": errors(page),
        "outside": outside(page, planted),
        "far": far(page, own),
    }
    assert seen[kind]
    assert kind != "far" or "A.1.P3" in seen["far"]


def test_a_page_that_is_too_wide_is_seen(page, tmp_path):
    (tmp_path / "wide.html").write_text('<div style="width: 3000px">x</div>')
    page.open((tmp_path / "wide.html").as_uri(), 360)
    assert page.value("document.scrollingElement.scrollWidth") > 360


@pytest.mark.parametrize("name", ["refuted", "inconsistent", "not-checkable"])
def test_the_filter_shows_exactly_the_claims_of_a_status(page, site, ledger, name):
    page.open((site / "index.html").as_uri() + f"#show-{name}")
    shown = page.value(VISIBLE)
    wanted = [e for e in ledger.values() if e.verdict.value == name.replace("-", " ")]
    assert len(shown) == len(wanted) > 0
    assert all(f"v-{name}" in classes for classes in shown)


def test_a_link_to_a_folded_number_unfolds_it(page, site, ledger):
    name = next(n for n, e in ledger.items() if e.verdict.value == "not checkable")
    page.open((site / "index.html").as_uri())
    assert not page.value(f"document.getElementById('{name}').checkVisibility()")
    page.open((site / "index.html").as_uri() + f"#{name}")
    assert page.value(f"document.getElementById('{name}').checkVisibility()")


def test_formulas_are_drawn(page, site):
    page.open((site / "claims" / "sharp.theorem.html").as_uri())
    heights = page.value("[...document.querySelectorAll('math')].map(m => m.getBoundingClientRect().height)")
    assert len(heights) > 100
    assert min(heights) > 5


def test_dark_paper_is_dark(page, site):
    colour = "getComputedStyle(document.body).backgroundColor"
    for scheme, wanted in {"dark": "rgb(23, 25, 29)", "light": "rgb(255, 255, 255)"}.items():
        page.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        page.open((site / "index.html").as_uri())
        assert page.value(colour) == wanted
    page.send("Emulation.setEmulatedMedia", features=[])
