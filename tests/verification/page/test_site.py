"""What stands on the pages is what the ledger says; every link leads somewhere, and nothing is far away."""

import json
import os
import posixpath
import re
import subprocess
import sys
from collections import Counter
from html import escape
from html.parser import HTMLParser
from urllib.parse import urldefrag

import pytest

from theory.claim import Assumed, Claim, KernelProof, Unpublished
from theory.hypotheses import hypotheses
from verification.language.figures import FOLDER as DRAWN
from verification.language.kept import FOLDER
from verification.ledger import ledger as compute
from verification.page.site import pages
from verification.prose import steps
from verification.report import counts
from verification.rocq import Outcome

START = "index.html"


class Read(HTMLParser):
    """The links, anchors, headings and text of a page."""

    def __init__(self, text):
        super().__init__()
        self.links, self.anchors, self.headings, self.tags, self.text = [], [], [], Counter(), ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags[tag] += 1
        self.links += [given[k] for k in ("href", "src") if given.get(k) and not given[k].startswith(("data:", "url("))]
        self.anchors += [given["id"]] if "id" in given else []
        self.headings += [int(tag[1])] if re.fullmatch(r"h[1-6]", tag) else []

    def handle_data(self, data):
        self.text += data


@pytest.fixture(scope="module")
def read(files):
    return {name: Read(text) for name, text in files.items() if name.endswith(".html") or name == "graph.svg"}


def targets(name, page):
    """Where the links of a page lead: a file and an anchor."""
    for link in page.links:
        path, fragment = urldefrag(link)
        yield posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) if path else name, fragment


def test_every_internal_link_resolves(files, read):
    for name, page in read.items():
        for path, fragment in targets(name, page):
            assert path in files, f"{name} links to {path}"
            assert not fragment or fragment in read[path].anchors, f"{name} links to {path}#{fragment}"


def test_every_claim_is_reachable_in_two_clicks(read, ledger):
    seen, places = {(START, "")}, {(START, "")}
    for _ in range(2):
        places = {t for name, _ in places if name in read for t in targets(name, read[name])}
        seen |= places
    reached = {path.removeprefix("claims/").removesuffix(".html") for path, _ in seen if path.startswith("claims/")}
    reached |= {fragment for path, fragment in seen if path == START}
    assert set(ledger) <= reached


def test_there_is_no_script_and_no_address_outside(files, read):
    for name, page in read.items():
        assert not page.tags.keys() & {"script", "iframe", "object", "embed", "form"}, name
        assert not [link for link in page.links if re.match(r"\w+:|//", link)], name
    assert "url(" not in files["style.css"]
    assert "@import" not in files["style.css"]


def test_anchors_are_unique_and_headings_skip_no_level(read):
    for name, page in read.items():
        assert len(set(page.anchors)) == len(page.anchors), name
        if name.endswith(".html"):
            assert page.headings.count(1) == 1, name
            assert all(after <= before + 1 for before, after in zip([0, *page.headings], page.headings, strict=False))


def test_every_claim_is_on_the_first_page_in_the_papers_order_with_its_status(files, read, ledger):
    order = [anchor for anchor in read[START].anchors if anchor in ledger]
    assert set(order) == set(ledger)
    for section in {e.claim.section for e in ledger.values()}:
        deep = [n for n in order if ledger[n].claim.section == section and f"claims/{n}.html" in files]
        assert deep == [n for n, e in ledger.items() if n in deep]
    for name, entry in ledger.items():
        begins = files[START].index(f'id="{name}"')
        ends = re.search(r"</article>|</tr>", files[START][begins:]).start()
        shown = files[START][begins : begins + ends]
        for text in (entry.status, entry.claim.title, entry.claim.paper, *entry.hypotheses):
            assert str(escape(text, quote=True)).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in shown, name


def test_the_numbers_of_the_summary_are_those_of_the_file_beside_it(files, read, ledger):
    written = json.loads(files["ledger.json"])
    assert written["summary"] == counts(ledger)
    assert [c["id"] for c in written["claims"]] == list(ledger)
    for verdict, number in written["summary"].items():
        assert f"{number} {verdict}" in read[START].text


def test_a_claims_page_has_both_formal_statements_and_the_hypotheses_really_used(files, read):
    page = read["claims/A.1.P4.html"].text
    assert "The paper says" in page
    assert "hyp_predictable_rate ->\nforall (x : V) (t : nat) (w : Path),\n0 <= (-1) * mean SAMPLE" in page
    assert "predictable rate (not stated by the paper)" in page
    assert files["claims/A.1.P4.html"].count("<math") > 20
    assert "source/Exported.v.html#L" in files["claims/A.1.P4.html"]


def test_a_proof_is_shown_step_by_step(files, ledger):
    facts = {n: h.fact for n, h in hypotheses().items()}
    facts |= {n: p.goal for n, e in ledger.items() for p in reversed(e.claim.evidence) if isinstance(p, KernelProof)}
    (proof,) = [e for e in ledger["A.1.P4"].claim.evidence if isinstance(e, KernelProof)]
    assert files["claims/A.1.P4.html"].count('<td class="n">') == len(steps(proof.build(), facts)) > 3


def test_a_counterexample_is_shown_with_its_numbers_and_a_certificate_as_a_file(read, files):
    assert "181/200 <= 1/10 is false" in read["claims/A.1.P3.html"].text
    assert json.loads(files["certificates/half-8-cap-3.json"])
    assert "certificates/half-8-cap-3.json" in files["claims/worst-case.cap-three.html"]


def test_the_legend_shows_every_status_and_border_there_is(read, ledger):
    text = read[START].text
    for verdict in {e.verdict for e in ledger.values()}:
        assert verdict.value in text
    assert "rebuilt: its display was lost" in text


def test_a_figure_has_words_for_those_who_do_not_see_it_its_command_and_its_numbers(files):
    page = files["claims/language.peak.html"]
    (alt,) = re.findall(r'<img src="\.\./figures/smollm2-peaks\.svg" alt="([^"]{40,})">', page)
    assert "against the highest rate" in alt
    assert "python -m verification.language.figures" in page
    assert files["results/language/limits-smollm2/runs.parquet"][:4] == b"PAR1"
    assert "../runs.html" in page


def test_every_kept_figure_and_table_is_on_the_page_of_runs(files):
    tables = [path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file()]
    assert "factors-phi-2/shards/000-42.arrow" in tables  # of a sweep that was cut short
    for name in [*tables, *(path.name for path in DRAWN.glob("*.svg"))]:
        assert name in files["runs.html"]


def made(*claims):
    return pages(compute(claims), Outcome(), {"commit": "<unknown>"})


def test_what_is_not_meant_as_markup_is_escaped():
    wild = "<script>alert('&')</script>"
    claim = Claim(
        "c", wild, "A.1 Convergence", wild, rf"\text{{{wild}}}", (Unpublished(wild),), rebuilt=(wild,), note=wild
    )
    other = Claim("d", wild, "Worst cases", wild, "x", (Assumed(),), uses=("c",), note=wild, rebuilt=(wild,))
    for name, text in made(claim, other).items():
        if name.endswith((".html", ".svg")):
            assert "<script" not in text, name
    assert "&lt;unknown&gt;" in made(claim)[START]


def test_a_formula_that_cannot_be_converted_fails_with_the_claims_name():
    with pytest.raises(ValueError, match=r"my\.claim cannot be shown: .*\\nonsense"):
        made(Claim("my.claim", "t", "Worst cases", "p", r"x \le \nonsense y", (Assumed(),)))


def test_evidence_that_contradicts_itself_comes_first():
    claim = Claim("c", "t", "Worst cases", "p", "x", (Assumed(), KernelProof(*broken())))
    text = Read(made(claim)[START]).text
    assert "Evidence contradicts itself" in text.partition("What holds")[0]


def broken():
    fact = hypotheses()["L>0"].fact
    return fact, lambda: None


SCRIPT = """
import hashlib
from theory.claims import paper
from verification.ledger import ledger, needed
from verification.page.site import pages
from verification.rocq import Outcome
chosen = {c.id for name in ("A.1.P2", "A.1.P3", "A.1.P9") for c in needed(paper(), name)}
made = pages(ledger(c for c in paper() if c.id in chosen), Outcome(), {"commit": "x"})
print(len(made), hashlib.sha256(repr(made).encode()).hexdigest())
"""


def test_two_processes_make_the_same_bytes():
    found = set()
    for seed in "12":
        environment = os.environ | {"PYTHONHASHSEED": seed}
        run = subprocess.run(
            [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True
        )
        found.add(run.stdout)
    (printed,) = found
    assert int(printed.split()[0]) > 50


def test_the_same_results_make_the_same_bytes(files, ledger, rocq):
    again = pages(ledger, rocq, {"commit": "0123456789abcdef", "Python": "3.14"})
    assert again == files
