"""Every claim stands in the appendix once, every label is defined once, and every reference leads somewhere."""

import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace

import pytest

from theory.claim import KernelProof
from theory.kernel import Conclude
from theory.tactics import add, scale
from verification.appendix.build import appendix, skeleton, titled
from verification.appendix.escape import code
from verification.appendix.inline import formulas
from verification.appendix.naming import file_of, label, slug, unique
from verification.appendix.references import WORKS, bibliography, bibtex, cited
from verification.ledger import Verdict
from verification.page.view import argues
from verification.report import counts


def test_every_claim_of_the_ledger_appears_exactly_once(ledger, texts):
    """With a file and a label if there is more to it than arithmetic, else in one row of one table."""
    labels = Counter(found for text in texts.values() for found in re.findall(r"\\label\{([^{}]*)\}", text))
    rows = Counter(
        found
        for name, text in texts.items()
        if name.startswith("audit/")
        for found in re.findall(r"\\greedylrid\{(.*?)\}(?=[ ;]|$)", text)
    )
    for name, entry in ledger.items():
        if argues(entry.claim):
            assert labels[label(name)] == 1, name
            assert file_of(name) in texts, name
            assert rows[code(name)] == 0, name
        else:
            assert rows[code(name)] == 1, name
            assert file_of(name) not in texts, name
    assert sum(rows.values()) + sum(n.startswith("claims/") for n in texts) == len(ledger)


def test_every_file_of_a_claim_is_input_once(texts):
    given = re.findall(r"\\input\{\\greedylrpath ([^{}]*)\}", texts["appendix.tex"])
    assert len(given) == len(set(given))
    assert set(given) == {n for n in texts if n.partition("/")[0] in ("claims", "front", "audit")}


def test_labels_are_unique_and_every_reference_resolves(texts):
    everything = "".join(texts.values())
    labels = re.findall(r"\\(?:label|greedylrhypothesis)\{(greedylr:[^{}]*)\}", everything)
    assert [k for k, n in Counter(labels).items() if n > 1] == []
    references = set(re.findall(r"\\(?:ref|greedylrhyp)\{([^{}#]*)\}", everything))
    assert references <= set(labels)
    assert len(references) > 100


def test_exactly_the_works_that_are_cited_are_listed(texts):
    used = set(re.findall(r"\\cite\{([^{}]*)\}", "".join(texts.values())))
    listed = re.findall(r"\\bibitem\{([^{}]*)\}", bibliography())
    assert used == set(listed) == {w.key for w in WORKS}
    assert re.findall(r"^@\w+\{([^,]*),$", bibtex(), re.MULTILINE) == listed


def test_a_work_is_cited_where_it_is_named():
    assert cited("of Drori and Teboulle (2014).") == r"of Drori and Teboulle (2014)~\cite{greedylr:drori-teboulle}."
    assert cited("of nobody") == "of nobody"


def test_the_statuses_and_counts_are_the_ledgers(ledger, texts):
    for verdict, n in counts(ledger).items():
        assert f"{verdict} & {n} & " in texts["front/verdicts.tex"]
    assert f"all & {len(ledger)} & " in texts["front/verdicts.tex"]
    for name, entry in ledger.items():
        if argues(entry.claim) and entry.verdict is not Verdict.CONDITIONAL:
            assert f"\\greedylrmeta{{{formulas(entry.status)}}}" in texts[file_of(name)], name


def test_everything_is_ascii_with_no_byte_that_a_clock_or_a_version_decides(files, rocq):
    for name, data in files.items():
        if not name.endswith(".png"):
            data.decode("ascii")
            assert rocq.version == "" or rocq.version.encode() not in data, name
            assert b"/work/" not in data, name
            assert b"/home/" not in data, name


def test_the_same_ledger_gives_the_same_bytes(ledger, rocq, files):
    assert appendix(ledger, rocq) == files


PROOFS = """
import hashlib
from theory.claim import KernelProof
from theory.claims import paper
from theory.hypotheses import hypotheses
from verification.appendix.argument import argument
from verification.appendix.proof import written
proofs = [(c.id, e) for c in paper() for e in c.evidence if isinstance(e, KernelProof)]
facts = {n: h.fact for n, h in hypotheses().items()} | {n: e.goal for n, e in reversed(proofs)}
text = "".join(written(argument(e.build(), facts), str, {}) for _, e in proofs)
print(hashlib.sha256(text.encode()).hexdigest())
"""


def test_no_order_of_a_set_shows_in_a_proof():
    """Two processes with other hashes write the same proofs."""
    digests = {
        subprocess.run(
            [sys.executable, "-c", PROOFS], env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


def test_a_changed_proof_changes_the_file_of_its_claim_and_no_other(ledger, rocq, files):
    entry = ledger["sharp.spread"]
    (proof,) = (p for p in entry.claim.evidence if isinstance(p, KernelProof))
    other = replace(proof, build=lambda: Conclude(proof.goal, add(proof.build(), scale(0, "xbar"))))
    changed = dict(ledger) | {"sharp.spread": replace(entry, claim=replace(entry.claim, evidence=(other,)))}
    found = appendix(changed, rocq)
    different = {name for name in files if found[name] != files[name]}
    assert different == {file_of("sharp.spread")}


def test_two_names_spelled_alike_are_refused():
    assert slug("A.1.P3") == "A-1-P3"
    with pytest.raises(ValueError, match=r"'a-b' and 'a\.b' are both spelled 'a-b': rename one"):
        unique(["a.b", "a-b"], slug)
    assert slug("max_lr<=2/L") != slug("max_lr<2/L")


def test_names_of_files_are_safe_for_tex(texts):
    assert all(re.fullmatch(r"(?:[a-z]+/)?[A-Za-z0-9-]+\.tex", name) for name in texts)


def test_sections_are_titled_by_what_they_are_about():
    assert titled("A.1 Convergence, sharpened") == "Convergence, sharpened (the paper's A.1)"
    assert titled("4.2 and 4.3, re-run here") == "Re-run here (the paper's 4.2 and 4.3)"
    assert titled("Worst cases") == "Worst cases"


def test_a_number_whose_status_no_table_has_is_refused(ledger, rocq):
    name, entry = next((n, e) for n, e in ledger.items() if not argues(e.claim))
    with pytest.raises(ValueError, match="numbers with a status that no table of the audit has"):
        appendix(dict(ledger) | {name: replace(entry, verdict=Verdict.OPEN)}, rocq)


def test_the_skeleton_inputs_no_claim_twice(ledger):
    argued = [e for e in ledger.values() if argues(e.claim)]
    assert skeleton(argued).count("\\input{\\greedylrpath claims/") == len(argued)


def test_evidence_that_two_claims_share_is_printed_once(texts):
    """Section 3 announces Theorem A.1, and falls with it."""
    assert r"The same as for Claim~\ref{greedylr:A-1}." in texts[file_of("3.rate")]
    assert "no upper limit on" in texts[file_of("A.1")]
    assert "no upper limit on" not in texts[file_of("3.rate")]
