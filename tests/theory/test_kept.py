"""Kept certificates are held against their methods; what was tampered with proves nothing, and the ledger says so."""

import json
import re
from copy import deepcopy
from dataclasses import replace
from fractions import Fraction

import pytest

import verification.ledger
from theory.claim import Certificates, Check, Claim, Enclosure
from theory.claims.worst_cases import checked, claims
from theory.worst_case.bounds import table
from theory.worst_case.certificate import UncertifiedError
from theory.worst_case.explore import explore
from theory.worst_case.kept import check_high, check_low, spell
from verification.ledger import Verdict, decide, examine
from verification.worst_case import publish
from verification.worst_case.files import FOLDER, kept

Q = Fraction
NAMES = sorted(table())
SHORT = ["three-quarters-3", "half-4-L2", "nine-tenths-4-below-2"]


def data_of(name):
    return deepcopy(kept(name))


@pytest.mark.parametrize("name", [n for n in NAMES if n != "nine-tenths-12"])
def test_every_kept_certificate_checks(name):
    bounds = table()[name]
    assert bounds.low < bounds.high
    assert bounds.check(kept(name)) == sum(1 for _ in explore(bounds.method, rests=True))


def test_the_folder_holds_what_the_table_names_and_nothing_else():
    assert sorted(path.stem for path in FOLDER.glob("*")) == NAMES


def test_no_certificate_is_kept_for_a_pattern_that_is_none():
    for name in NAMES:
        words = {spell(trial.pattern) for trial, _ in explore(table()[name].method, rests=True)}
        assert set(kept(name)["patterns"]) <= words
        assert kept(name)["attained"]["pattern"] in words


def test_bounds_are_exactly_l_times_those_of_l_one():
    known = table()
    for name, L in (("three-quarters-8", 4), ("nine-tenths-8", 4), ("three-quarters-3", 10), ("nine-tenths-3", 10)):
        one, many = known[name], known[f"{name}-L{L}"]
        assert (many.low, many.high) == (L * one.low, L * one.high)
        assert many.method == replace(one.method, rate=one.method.rate / L, smoothness=Q(L))


def test_a_pattern_is_spelled_by_its_answers():
    assert spell((True, False, False)) == "UDD"
    assert spell(()) == ""


# --- tampered data -----------------------------------------------------------------------------------------------


def move_a_multiplier(data, name):
    (part,) = next(iter(data["patterns"].values()))["pairs"]
    key = next(iter(part))
    part[key] = str(Q(part[key]) + Q(1, 10**6))


def make_a_multiplier_negative(data, name):
    (part,) = next(iter(data["patterns"].values()))["pairs"]
    key = next(iter(part))
    part[key] = str(-Q(part[key]))


def leave_a_multiplier_out(data, name):
    (part,) = next(iter(data["patterns"].values()))["pairs"]
    del part[max(part, key=lambda key: Q(part[key]))]


def lower_a_condition(data, name):
    conditions = next(iter(data["patterns"].values()))["conditions"]
    conditions[0] = str(Q(conditions[0]) * Q(9, 10))


def drop_a_condition(data, name):
    next(iter(data["patterns"].values()))["conditions"].pop()


def rename_a_pattern(data, name):
    word = next(iter(data["patterns"]))
    data["patterns"][word + "?"] = data["patterns"].pop(word)


def forget_all_patterns(data, name):
    data["patterns"] = {}


@pytest.mark.parametrize("name", SHORT)
@pytest.mark.parametrize(("tamper", "message"), [
    (move_a_multiplier, "the function values do not cancel"),
    (make_a_multiplier_negative, "is negative"),
    (leave_a_multiplier_out, "the function values do not cancel"),
    (lower_a_condition, "the slack matrix is not positive semidefinite|the function values do not cancel"),
    (drop_a_condition, "one multiplier for every inequality is needed"),
    (rename_a_pattern, "the constants leave -.*: the bound is too small"),
    (forget_all_patterns, "the constants leave -.*: the bound is too small"),
], ids=lambda x: getattr(x, "__name__", ""))  # fmt: skip
def test_a_tampered_certificate_does_not_check(name, tamper, message):
    bounds, data = table()[name], data_of(name)
    tamper(data, name)
    with pytest.raises(UncertifiedError, match=rf"^pattern \w[\w ]*: .*({message})"):
        check_high(bounds.method, bounds.high, data)


@pytest.mark.parametrize("name", SHORT)
def test_a_bound_lowered_by_the_tiniest_amount_below_the_attained_value_does_not_check(name):
    bounds = table()[name]
    reached = check_low(bounds.method, bounds.low, kept(name))
    with pytest.raises(UncertifiedError):
        check_high(bounds.method, reached - Q(1, 10**9), kept(name))
    with pytest.raises(UncertifiedError, match=rf"the kept function reaches {reached} only, and not"):
        check_low(bounds.method, reached + Q(1, 10**12), kept(name))


def test_certificates_of_another_method_do_not_check():
    bounds = table()["three-quarters-3"]
    other = replace(bounds.method, rule=replace(bounds.method.rule, factor=Q(76, 100)))
    with pytest.raises(UncertifiedError):
        check_high(other, bounds.high, kept("three-quarters-3"))
    with pytest.raises(UncertifiedError):
        check_low(other, bounds.low, kept("three-quarters-3"))


@pytest.mark.parametrize("name", SHORT)
@pytest.mark.parametrize(("a", "b", "by"), [(2, 2, Q(10)), (1, 1, Q(10)), (0, 0, Q(1))])
def test_a_gram_entry_moved_belongs_to_no_function(name, a, b, by):
    data = data_of(name)
    data["attained"]["gram"][a][b] = str(Q(data["attained"]["gram"][a][b]) + by)
    with pytest.raises(UncertifiedError):
        check_low(table()[name].method, table()[name].low, data)


def test_a_start_that_is_too_far_away_attains_nothing():
    data = data_of("three-quarters-3")
    data["attained"]["gram"] = [[str(2 * Q(c)) for c in row] for row in data["attained"]["gram"]]
    data["attained"]["values"] = [str(2 * Q(c)) for c in data["attained"]["values"]]
    bounds = table()["three-quarters-3"]
    with pytest.raises(UncertifiedError, match=r"further than 1|not positive"):
        check_low(bounds.method, bounds.low, data)


def test_a_pattern_in_which_the_method_cannot_run_is_named():
    data = data_of("half-4-L2")
    data["attained"]["pattern"] = "UUUUU"
    with pytest.raises(UncertifiedError, match="the method cannot run in the pattern UUUUU of the kept function"):
        check_low(table()["half-4-L2"].method, Q(0), data)


def test_the_pattern_of_other_answers_is_not_that_of_the_function():
    data = data_of("half-4-L2")
    words = [spell(t.pattern) for t, _ in explore(table()["half-4-L2"].method, rests=True)]
    for word in set(words) - {data["attained"]["pattern"]}:
        wrong = deepcopy(data)
        wrong["attained"]["pattern"] = word
        with pytest.raises(UncertifiedError):
            check_low(table()["half-4-L2"].method, table()["half-4-L2"].low, wrong)


def test_without_a_kept_function_there_is_no_lower_bound():
    data = data_of("half-4-L2")
    del data["attained"]
    with pytest.raises(UncertifiedError, match="the kept data has no 'attained'"):
        check_low(table()["half-4-L2"].method, Q(0), data)


def test_a_file_that_is_missing_has_a_remedy():
    with pytest.raises(ValueError, match=r"nobody\.json is missing: `python -m verification.worst_case.publish` finds"):
        kept("nobody")


# --- the ledger --------------------------------------------------------------------------------------------------

OWN = {c.id: c for c in claims()}
CERTIFIED = ["worst-case.smaller-factor", "worst-case.horizon", "worst-case.one-minus-inverse"]


def decided(name):
    return decide(OWN[name], {}, {})


@pytest.mark.parametrize("name", [*CERTIFIED, "worst-case.gradient-descent", "worst-case.cap-three"])
def test_the_certificates_of_the_claims_do_what_they_are_brought_for(name):
    (evidence,) = [e for e in OWN[name].evidence if isinstance(e, Certificates)]
    finding = examine(evidence, {})
    assert finding.sound, finding.says
    assert finding.verdict is (Verdict.REFUTED if evidence.refutes else Verdict.PROVED)
    assert finding.kind == "rational certificate"


@pytest.mark.parametrize("name", CERTIFIED)
def test_they_decide_the_claim(name):
    (evidence,) = OWN[name].evidence
    entry = decided(name)
    assert entry.verdict is (Verdict.REFUTED if evidence.refutes else Verdict.PROVED)
    assert not entry.problems


@pytest.mark.parametrize("name", CERTIFIED)
@pytest.mark.parametrize("tamper", [move_a_multiplier, lower_a_condition, rename_a_pattern])
def test_a_claim_whose_certificate_was_tampered_with_is_not_decided(name, tamper, monkeypatch):
    def fake(wanted):
        data = data_of(wanted)
        tamper(data, wanted)
        return data

    monkeypatch.setattr(verification.ledger, "kept", fake)
    entry = decided(name)
    assert entry.verdict is Verdict.OPEN
    (problem,) = entry.problems
    assert "rational certificate does not do what it is brought for" in problem
    assert re.search(r": pattern \w[\w ]*: ", problem)


def test_a_claim_whose_function_was_tampered_with_is_not_decided(monkeypatch):
    def fake(wanted):
        data = data_of(wanted)
        data["attained"]["gram"][2][2] = "10"
        return data

    monkeypatch.setattr(verification.ledger, "kept", fake)
    entry = decided("worst-case.horizon")
    assert (entry.verdict, len(entry.problems)) == (Verdict.OPEN, 1)


def test_a_claim_whose_certificate_is_missing_is_not_decided(monkeypatch):
    def fake(wanted):
        raise ValueError(f"{wanted}.json is missing: find it again.")

    monkeypatch.setattr(verification.ledger, "kept", fake)
    entry = decided("worst-case.horizon")
    assert entry.verdict is Verdict.OPEN
    assert "three-quarters-3.json is missing" in entry.problems[0]


def test_certificates_of_one_method_under_the_name_of_another_decide_nothing(monkeypatch):
    swapped = {"three-quarters-3": "nine-tenths-3", "nine-tenths-3": "three-quarters-3"}
    monkeypatch.setattr(verification.ledger, "kept", lambda name: kept(swapped.get(name, name)))
    assert decided("worst-case.horizon").verdict is Verdict.OPEN


TRUE, FALSE = Check("one is one", Q(1), "=", Q(1)), Check("one is two", Q(1), "=", Q(2))


@pytest.mark.parametrize(("checks", "refutes", "verdict", "says"), [
    ((TRUE,), False, Verdict.PROVED, ""), ((TRUE,), True, Verdict.REFUTED, ""),
    ((TRUE, FALSE), False, Verdict.OPEN, "one is two"), ((FALSE,), True, Verdict.OPEN, "one is two"),
    ((), False, Verdict.OPEN, "it checks nothing"),
])  # fmt: skip
def test_the_status_follows_from_what_is_checked(checks, refutes, verdict, says):
    evidence = Certificates("a test", lambda load: Enclosure("so it is", checks), refutes)
    entry = decide(Claim("c", "t", "s", "p", "x", (evidence,)), {}, {})
    assert entry.verdict is verdict
    assert bool(entry.problems) == bool(says)
    assert all(says in problem for problem in entry.problems)


def test_the_loader_is_asked_for_every_name_and_patterns_are_counted():
    asked = []

    def load(name):
        asked.append(name)
        return kept(name)

    known, patterns = checked(load, *SHORT)
    assert asked == SHORT
    assert list(known) == SHORT
    assert patterns == 1 + 3 + 1


# --- finding them again ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["three-quarters-3", "half-4-L2"])
def test_a_certificate_is_found_again(name):
    bounds = table()[name]
    data = json.loads(publish.find(bounds))
    assert bounds.check(data) == len(list(explore(bounds.method, rests=True)))


def test_bounds_that_are_too_tight_are_not_found():
    bounds = table()["three-quarters-3"]
    with pytest.raises(UncertifiedError, match="no upper bound"):
        publish.find(replace(bounds, high=bounds.low - Q(1, 10**4)))
    with pytest.raises(UncertifiedError, match="the kept function reaches"):
        publish.find(replace(bounds, low=bounds.high))


def test_what_is_missing_or_wrong_is_written_anew_and_nothing_else(tmp_path, monkeypatch, capsys):
    known = {name: table()[name] for name in ("three-quarters-3", "nine-tenths-3")}
    good = (FOLDER / "nine-tenths-3.json").read_text()
    monkeypatch.setattr(publish, "table", lambda: known)
    monkeypatch.setattr(publish, "FOLDER", tmp_path)
    monkeypatch.setattr(publish, "kept", lambda name: json.loads((tmp_path / f"{name}.json").read_text())
                        if (tmp_path / f"{name}.json").exists() else {})  # fmt: skip
    (tmp_path / "nine-tenths-3.json").write_text(good)
    assert publish.main([]) == 0
    assert capsys.readouterr().err == "three-quarters-3: certificates written\n"
    known["three-quarters-3"].check(json.loads((tmp_path / "three-quarters-3.json").read_text()))
    assert (tmp_path / "nine-tenths-3.json").read_text() == good
    assert publish.main([]) == 0
    assert capsys.readouterr().err == ""
    assert publish.main(["--all"]) == 0
    assert capsys.readouterr().err.count("certificates written") == 2


FORGED = ["three-quarters-3", "half-4-L2", "nine-tenths-4-below-2"]


@pytest.mark.parametrize("name", FORGED)
def test_values_above_those_at_the_minimiser_are_refused(name):
    data = deepcopy(kept(name))
    data["attained"]["values"] = [str(Q(v) + 1000) for v in data["attained"]["values"]]
    with pytest.raises(UncertifiedError):
        check_low(table()[name].method, Q(1000), data)


@pytest.mark.parametrize("name", FORGED)
def test_an_indefinite_matrix_is_refused(name):
    data = deepcopy(kept(name))
    for row in data["attained"]["gram"][1:]:
        row[0] = str(Q(row[0]) + 10)
    data["attained"]["values"] = [str(Q(v) + 10) for v in data["attained"]["values"]]
    with pytest.raises(UncertifiedError):
        check_low(table()[name].method, Q(10), data)


@pytest.mark.parametrize("name", FORGED)
@pytest.mark.parametrize(("a", "b", "by"), [(1, 0, Q(-1, 4)), (2, 1, Q(1))])
def test_an_off_diagonal_gram_entry_moved_is_refused(name, a, b, by):
    data = deepcopy(kept(name))
    data["attained"]["gram"][a][b] = str(Q(data["attained"]["gram"][a][b]) + by)
    with pytest.raises(UncertifiedError):
        check_low(table()[name].method, table()[name].low, data)


def spoilt(change):
    data = deepcopy(dict(kept("three-quarters-3")))
    change(data)
    return data


def put(data, *path, value):
    for key in path[:-1]:
        data = data[key]
    data[path[-1]] = value


MALFORMED = {
    "nothing": lambda data: data.clear(),
    "a pair that is none": lambda data: put(data, "patterns", "", "pairs", 0, value={"0 99": "1"}),
    "a negative pair": lambda data: put(data, "patterns", "", "pairs", 0, value={"-1 0": "1"}),
    "a pair of three": lambda data: put(data, "patterns", "", "pairs", 0, value={"0 1 2": "1"}),
    "no number": lambda data: put(data, "patterns", "", "conditions", value=["1/0"]),
    "a list": lambda data: put(data, "patterns", "", value=[]),
}


@pytest.mark.parametrize("change", MALFORMED.values(), ids=MALFORMED)
def test_multipliers_of_another_shape_are_refused(change):
    bounds = table()["three-quarters-3"]
    with pytest.raises(UncertifiedError):
        check_high(bounds.method, bounds.high, spoilt(change))


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.clear(),
        lambda data: data["attained"]["gram"].pop(),
        lambda data: data["attained"]["values"].pop(),
        lambda data: put(data, "attained", "gram", 2, value=["1"]),
        lambda data: put(data, "attained", "values", 0, value="1/0"),
    ],
    ids=["nothing", "a row less", "a value less", "a short row", "no number"],
)
def test_a_function_of_another_shape_is_refused(change):
    bounds = table()["three-quarters-3"]
    with pytest.raises(UncertifiedError):
        check_low(bounds.method, bounds.low, spoilt(change))
