"""A replay runs once in a process, under its own name, and tells which certificates it asked for."""

from fractions import Fraction

from theory.claim import Certificates, Check, Claim, Computation, Counterexample, Enclosure, Witness
from verification.replays import certificates, once
from verification.worst_case.files import kept


def test_a_replay_runs_once_and_keeps_its_name():
    runs = []

    def witness():
        runs.append("witness")
        return Witness("says", (), ())

    def computed():
        runs.append("computed")
        return Enclosure("says", ())

    (claim,) = once([Claim("c", "t", "s", "p", "x", (Counterexample("a", witness), Computation("b", computed)))])
    for evidence in claim.evidence * 3:
        evidence.replay()
    assert runs == ["witness", "computed"]
    assert [e.replay.__name__ for e in claim.evidence] == ["witness", "computed"]


def test_the_certificates_are_those_that_the_replay_asked_for():
    runs = []

    def replay(load):
        runs.append(load("half-8"))
        load("half-8")
        return Enclosure("says", (Check("c", Fraction(0), "<=", Fraction(1)),))

    (claim,) = once([Claim("c", "t", "s", "p", "x", (Certificates("a", replay),))])
    (evidence,) = claim.evidence
    assert evidence.replay(kept) is evidence.replay(kept)
    assert certificates(evidence) == ("half-8",)
    assert len(runs) == 1
