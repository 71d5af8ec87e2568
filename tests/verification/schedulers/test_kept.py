"""The kept runs of both studies are those that were asked for, and none is there twice."""

import json
from importlib.util import find_spec

import pytest

from verification.schedulers.kept import FOLDER, only, runs, tables

PARTS = sorted(path.relative_to(FOLDER) for path in FOLDER.glob("*/*"))
needs_torch = pytest.mark.skipif(not find_spec("torch"), reason="the protocols name what is made with torch")


@pytest.mark.parametrize("part", PARTS, ids=str)
def test_every_table_is_what_its_manifest_says(part):
    found = tables(*part.parts)
    told = json.loads((FOLDER / part / "manifest.json").read_text())["tables"]
    assert {name: table.num_rows for name, table in found.items()} == {name: t["rows"] for name, t in told.items()}


@pytest.mark.parametrize("part", [p for p in PARTS if p.parts[0] != "blind"], ids=str)
def test_no_run_is_there_twice_or_missing(part):
    told = json.loads((FOLDER / part / "manifest.json").read_text())["configuration"]
    found = runs(*part.parts)
    keys = ("problem", "optimizer", "schedule", "initial_rate", "kind", "strength", "relative", "seed")
    assert found.num_rows == len(told["arms"]) * len(told["perturbations"]) * told["seeds"]
    assert found.group_by(keys).aggregate([]).num_rows == found.num_rows


@needs_torch
def test_they_are_those_of_the_protocols():
    from numerics.robustness import parts  # noqa: PLC0415

    asked = {}
    for name, study in {"robustness": parts.robustness, "study": parts.study, "blind": parts.blind}.items():

        def run(part, of, name=name):
            asked[name, part] = of
            return runs(name, part)

        study(run)
    assert {path.parts for path in PARTS} == set(asked)
    for key, of in asked.items():
        told = json.loads((FOLDER.joinpath(*key) / "manifest.json").read_text())
        sweep = of.sweep().asked()
        assert told["configuration"] == sweep["configuration"]
        assert told["tasks"] == sweep["tasks"]


def test_the_robustness_study_has_8100_runs_as_in_the_paper():
    found = runs("robustness", "clean", "noisy")
    assert found.num_rows == 8100
    assert only(found, schedule=("greedy-best-1", "greedy-best-10")).num_rows == 3240
    assert len(set(found["problem"].to_pylist())) == 12


def test_rows_are_chosen_by_value_or_by_several():
    found = runs("robustness", "sensitivity")
    one = only(found, schedule="cosine", initial_rate=1e-2)
    assert set(one["schedule"].to_pylist()) == {"cosine"}
    assert set(one["initial_rate"].to_pylist()) == {1e-2}
    two = only(found, schedule=("cosine", "restarts"))
    assert two.num_rows == 2 * only(found, schedule="cosine").num_rows
