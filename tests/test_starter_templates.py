"""Agreements to start from: each loads, is assessed, amended and verified, and says what its clauses are."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import comity
from comity.agreements.starter import starter, templates
from comity.cli import main
from comity.mechanisms.clause import Clause
from comity.mechanisms.information_sharing.data_sharing_terms import DataSet, DataSharingTerms, Purpose, Tier
from comity.mechanisms.information_sharing.graded_disclosure import FindingToGrade, GradedDisclosure, RecipientClass
from comity.mechanisms.parameters import parameters_of


def run(*arguments):
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    return result.exit_code, result.output


def test_the_small_one_comes_first():
    assert templates() == ["starter", "information-sharing"]
    assert starter() == starter("starter")


def test_a_template_that_is_not_there_is_named(tmp_path):
    status, said = run("new", tmp_path / "x.toml", "--template", "sharing")
    assert status == 2
    assert "there is no template 'sharing'; the templates are starter, information-sharing" in said
    assert not (tmp_path / "x.toml").exists()


def test_the_information_sharing_template_shows_the_area():
    agreement = comity.Agreement.loads(starter("information-sharing"))
    kinds = [clause.type for clause in agreement.clauses]
    assert len(kinds) == len(set(kinds)) == 11
    assert {"graded_disclosure", "data_sharing_terms", "audited_disclosure", "peer_review"} <= set(kinds)
    assert {clause.area for clause in agreement.clauses} == {"information_sharing"}
    lines = starter("information-sharing").splitlines()
    assert sum("#" in line for line in lines) > 60


@pytest.mark.parametrize("scenario", ["leaky", "fewer_audits"])
def test_its_scenarios_can_be_assessed(scenario):
    agreement = comity.Agreement.loads(starter("information-sharing"))
    assert not comity.assess(agreement.scenario(scenario)).holds


def test_the_information_sharing_template_is_assessed_amended_and_verified(tmp_path):
    path, out, data = tmp_path / "mine.toml", tmp_path / "amended.toml", tmp_path / "assessment.json"
    assert run("new", path, "--template", "information-sharing")[0] == 0
    assert run("assess", path, "--json", data)[0] == 1
    failing = [f["id"] for f in json.loads(data.read_text(encoding="utf-8"))["findings"] if f["holds"] is False]
    assert failing == [
        "traffic_lights.lie.B.weights_exploit withheld",
        "data_terms.defect.B.beyond purpose",
        "data_terms.defect.C.beyond purpose",
    ]
    assert run("verify", data)[0] == 0
    assert run("amend", path, "--out", out)[0] == 0
    assert run("assess", out)[0] == 0


def test_the_page_of_keys_says_what_the_clauses_take():
    page = (Path(__file__).parent.parent / "docs" / "reference" / "agreement-file-sharing.md").read_text(encoding="utf-8")
    common = set(parameters_of(Clause))
    for cls in (GradedDisclosure, RecipientClass, FindingToGrade, DataSharingTerms, Purpose, Tier, DataSet):
        for key, described in parameters_of(cls).items():
            if key not in common or not issubclass(cls, Clause):
                assert f"| `{key}` | {described.metadata['meaning']} | {described.metadata['unit']} |" in page, (cls, key)
