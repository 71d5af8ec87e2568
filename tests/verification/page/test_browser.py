"""In a real browser: no error, no request to a network, no page wider than a phone, and a filter without script."""

import pytest
from chromium import PROGRAM, browser

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


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", SAMPLE)
def test_a_page_loads_without_error_or_network_and_fits_the_screen(page, site, name, width):
    page.events.clear()
    page.open((site / name).as_uri(), width)
    errors = [e["entry"] for e in page.told("Log.entryAdded")] + page.told("Runtime.exceptionThrown")
    assert not errors + page.told("Runtime.consoleAPICalled")
    asked = [e["request"]["url"] for e in page.told("Network.requestWillBeSent")]
    assert (site / name).as_uri() in asked
    assert [url for url in asked if not url.startswith((site.as_uri(), "data:", "about:"))] == []
    assert not page.told("Network.loadingFailed")
    if name.endswith(".html"):
        assert page.value("document.scrollingElement.scrollWidth") <= width
        assert page.value("document.styleSheets.length") == 1


def test_the_browser_test_would_see_a_request_an_error_and_a_wide_page(page, tmp_path):
    wrong = tmp_path / "wrong.html"
    wrong.write_text('<div style="width: 3000px">x</div><img src="http://127.0.0.1:9/x.png"><script>nothing()</script>')
    page.events.clear()
    page.open(wrong.as_uri(), 360)
    assert page.value("document.scrollingElement.scrollWidth") > 360
    assert any("127.0.0.1" in e["request"]["url"] for e in page.told("Network.requestWillBeSent"))
    assert page.told("Runtime.exceptionThrown")


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
