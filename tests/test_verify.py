"""What verifying accepts and what it refuses, naming the place: an assessment convinces only as it was written."""

import copy
import json
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import comity
from comity.certificate import Certificate, Verdict
from comity.cli import main
from comity.errors import ComityError
from comity.mechanisms.benefit_distribution.split import Split

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*.toml"))
FRONTIER, COMMONS = (Path(__file__).parents[1] / "examples" / f"{name}.toml" for name in ("frontier-sharing", "compute-commons"))


# The questions of frontier-sharing with the repairs of groups alone: the same kinds of statements in a fifth of the time.
FEWER = 'instruments = ["sanction.fine", "audit.rate"]\ntarget = ["L1", "L3"]'


@cache
def text_of(path: Path) -> str:
    text = path.read_text(encoding="utf-8").replace('instruments = ["sanction.fine", "audit.rate", "reward"]', FEWER)
    return json.dumps(comity.assess(comity.Agreement.loads(text)).to_json(), ensure_ascii=False)


def assessed(path: Path) -> dict[str, Any]:
    """The assessment of an example as data of one's own to tamper with."""
    found: dict[str, Any] = json.loads(text_of(path))
    return found


def refused(data: Any) -> str:
    """What verifying says against it."""
    certificate = comity.verify(data)
    assert not certificate, "this was confirmed"
    assert certificate.verdict.value == "FAILS"
    return "\n".join(certificate.witness["differences"])


# --- what is accepted --------------------------------------------------------------------------

CONFIRMED = Certificate("forged", Verdict.HOLDS)
BLOCKED = ("scipy", "cvxpy", "pulp", "highspy", "comity.engines", "comity.solvers")
ALONE = f"""
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name in {BLOCKED!r} or name.startswith({tuple(name + "." for name in BLOCKED)!r}):
            raise ImportError("blocked: " + name)
sys.meta_path.insert(0, Blocked())
try:
    import comity.engines.linear
except ImportError:
    pass
else:
    raise SystemExit("nothing was blocked")
from comity.cli import main
main(["verify", sys.argv[1]])
"""


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_is_confirmed_where_there_is_no_solver(path, tmp_path):
    file = tmp_path / "assessment.json"
    comity.assess(path).to_json(file)
    done = subprocess.run([sys.executable, "-c", ALONE, str(file)], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert done.stdout.startswith("Confirmed (")
    assert "No solver was used." in done.stdout


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_assessment_its_data_its_text_and_its_file_are_all_confirmed(path, tmp_path):
    assessment, file = comity.assess(path), tmp_path / "assessment.json"
    data = assessment.to_json(file)
    forms = (assessment, data, json.dumps(data), "  " + json.dumps(data), file, str(file))
    confirmed = comity.verify(assessment)
    assert confirmed.witness["confirmed"] == {"findings": len(assessment.findings), "repairs": len(assessment.repairs)}
    assert all(comity.verify(form) == confirmed for form in forms)


def test_overrides_are_part_of_what_is_confirmed():
    agreement = comity.Agreement.load(FRONTIER).with_overrides({"member.L6.discount": "0.8"})
    data = comity.assess(agreement).to_json()
    assert comity.verify(data)
    data["set"] = {}
    assert "findings[disclosure.lie.L6.capability_of_concern]" in refused(data)


# --- what is tampered with ---------------------------------------------------------------------


def finding(data: dict[str, Any], name: str) -> dict[str, Any]:
    return next(entry for entry in data["findings"] if entry["id"] == name)


def repair(data: dict[str, Any], name: str, lever: str, item: str | None = None) -> dict[str, Any]:
    return next(entry for entry in data["repairs"] if (entry["finding"], entry["lever"], entry["item"]) == (name, lever, item))


def put(entry: Any, *keys: Any, to: Any) -> None:
    for key in keys[:-1]:
        entry = entry[key]
    assert entry[keys[-1]] != to or type(entry[keys[-1]]) is not type(to), "nothing would change"
    entry[keys[-1]] = to


LIE, LEAVE = "disclosure.lie.L1.capability_of_concern", "disclosure.leave.L6"
GROUP = "disclosure.lie@resulting"
FINE = "fine = 5.0"


def reworded(data, old, new, name_it=True):
    """The embedded agreement says something else, with its own sha256 or with the old one."""
    assert old in data["agreement"]
    data["agreement"] = data["agreement"].replace(old, new)
    if name_it:
        data["sha256"] = sha256(data["agreement"].encode()).hexdigest()


TAMPERED_FRONTIER = {
    "a gain": (lambda d: put(finding(d, LIE), "gain", to=-0.5), f"findings[{LIE}].gain: says -0.5"),
    "an exact gain alone": (lambda d: put(finding(d, LIE), "gain_exact", to="1/7"), f"findings[{LIE}].gain_exact"),
    "the last digit of a double": (
        lambda d: put(finding(d, LIE), "gain", to=finding(d, LIE)["gain"] * (1 + 3e-16)),
        f"findings[{LIE}].gain:",
    ),
    "an exact number written differently": (
        lambda d: put(finding(d, LIE), "values", "detection_exact", to="14/100"),
        f"findings[{LIE}].values.detection_exact",
    ),
    "holds of a finding": (lambda d: put(finding(d, LIE), "holds", to=True), f"findings[{LIE}].holds: says true"),
    "holds of everything": (lambda d: put(d, "holds", to=True), "holds: says true, recomputed false"),
    "a verdict": (lambda d: put(finding(d, LIE), "certificate", "verdict", to="HOLDS"), f"findings[{LIE}].certificate.verdict"),
    "a number of a witness": (
        lambda d: put(finding(d, LIE), "certificate", "witness", "deviating", 2, 1, to="1/2"),
        f"findings[{LIE}].certificate.witness.deviating.2.1",
    ),
    "a basis": (lambda d: put(finding(d, LIE), "certificate", "basis", to="ENCLOSED"), f"findings[{LIE}].certificate.basis"),
    "a sentence": (lambda d: put(finding(d, LIE), "sentence", to="All is well."), f"findings[{LIE}].sentence"),
    "a theorem": (lambda d: put(finding(d, LIE), "theorem", to="folklore"), f"findings[{LIE}].theorem"),
    "who remains": (lambda d: put(d, "membership", "resulting", 0, to="L6"), "membership.resulting.0"),
    "who leaves": (lambda d: put(d, "membership", "rounds", 0, 0, to="L1"), "membership.rounds.0.0"),
    "why someone leaves": (lambda d: put(d, "membership", "leavers", 0, 0, "value", to=1.0), "membership.leavers.0.0.value"),
    "a clause's number": (lambda d: reworded(d, FINE, "fine = 50.0", False), "sha256"),
    "a clause's number with its digest": (lambda d: reworded(d, FINE, "fine = 50.0"), f"findings[{LIE}]"),
    "a comment without its digest": (lambda d: reworded(d, "# Example 1", "# example 1", False), "sha256"),
    "a dropped finding": (lambda d: d["findings"].remove(finding(d, LIE)), f"findings[{LIE}]: is missing"),
    "an added finding": (
        lambda d: d["findings"].append({**finding(d, LIE), "id": "disclosure.lie.L9"}),
        "findings[disclosure.lie.L9]: follows from nothing",
    ),
    "a finding twice": (lambda d: d["findings"].append(finding(d, LIE)), "findings: their order or number"),
    "a tampered finding before the right one": (
        lambda d: d["findings"].insert(0, {**finding(d, LIE), "gain": -1.0}),
        "findings: their order or number",
    ),
    "two findings swapped": (lambda d: d["findings"].insert(0, d["findings"].pop(1)), "findings: their order or number"),
    "a dropped repair": (
        lambda d: d["repairs"].remove(repair(d, GROUP, "sanction.fine")),
        f"repairs[{GROUP}]: sanction.fine is missing",
    ),
    "an added repair": (
        lambda d: d["repairs"].append({**repair(d, GROUP, "sanction.fine"), "lever": "bond"}),
        f"repairs[{GROUP}, disclosure: bond]: follows from nothing",
    ),
    "two repairs swapped": (lambda d: d["repairs"].insert(0, d["repairs"].pop(1)), "repairs: their order or number"),
    "a smaller repair": (lambda d: put(repair(d, GROUP, "sanction.fine"), "value_exact", to="20"), f"repairs[{GROUP}"),
    "a larger repair": (lambda d: put(repair(d, GROUP, "sanction.fine"), "value_exact", to="21"), f"repairs[{GROUP}"),
    "the double of a repair": (
        lambda d: put(repair(d, GROUP, "sanction.fine"), "value", to=20.350667),
        f"repairs[{GROUP}, disclosure: sanction.fine].value",
    ),
    "the cost of a repair": (
        lambda d: put(repair(d, GROUP, "sanction.fine"), "cost_exact", to="0"),
        f"repairs[{GROUP}, disclosure: sanction.fine].cost_exact",
    ),
    "who pays a repair": (
        lambda d: put(repair(d, GROUP, "sanction.fine"), "paid_by", to="nobody"),
        f"repairs[{GROUP}, disclosure: sanction.fine].paid_by",
    ),
    "a condition taken away": (
        lambda d: put(repair(d, "disclosure.lie", "sanction.fine"), "condition", to=None),
        "repairs[disclosure.lie, disclosure: sanction.fine].condition",
    ),
    "a conditional repair that is said to hold": (
        lambda d: put(repair(d, "disclosure.lie", "sanction.fine"), "holds", to=True),
        "repairs[disclosure.lie, disclosure: sanction.fine].holds",
    ),
    "a repair that is said not to exist": (
        lambda d: repair(d, GROUP, "sanction.fine").update({"value": None, "value_exact": None, "values": {}}),
        f"repairs[{GROUP}, sanction.fine]: says there is none, but 10175333/500000 repairs",
    ),
    "a repair where there is none": (
        lambda d: put(repair(d, "disclosure.lie", "audit.rate"), "value", to=0.9)
        or repair(d, "disclosure.lie", "audit.rate").update(value_exact="9/10"),
        "repairs[disclosure.lie, ",
    ),
    "what a repair sets": (
        lambda d: put(repair(d, GROUP, "sanction.fine"), "change", to={}),
        f"repairs[{GROUP}, disclosure: sanction.fine].change",
    ),
    "the weaker value of a proof": (
        lambda d: put(repair(d, GROUP, "sanction.fine"), "certificate", "witness", "one_step_less", to="20"),
        f"repairs[{GROUP}, disclosure: sanction.fine].certificate.witness.one_step_less",
    ),
    "set": (lambda d: put(d, "set", to={"member.L6.discount": "0.8"}), "findings[disclosure.lie.L6"),
    "set, to what the file says": (lambda d: put(d, "set", to={"clause.disclosure.sanction.fine": "5"}), ""),
    "set by a number": (lambda d: put(d, "set", to={"clause.disclosure.sanction.fine": 5}), "set.clause.disclosure"),
    "set of something unknown": (lambda d: put(d, "set", to={"member.L9.discount": "0.8"}), "there is no member"),
    "a margin": (lambda d: put(finding(d, LIE), "margins", 0, "turns_at", to=1.0), f"findings[{LIE}].margins.0.turns_at"),
    "a dropped margin": (lambda d: finding(d, LIE)["margins"].pop(), f"findings[{LIE}].margins"),
    "what is not added": (lambda d: put(d, "not_added", 0, to="disclosure"), "not_added.0"),
    "a unit": (lambda d: put(finding(d, LIE), "unit", to="EUR_m"), f"findings[{LIE}].unit"),
    "at which membership": (lambda d: put(finding(d, LIE), "at", to="resulting"), f"findings[{LIE}].at"),
    "1 for true": (lambda d: put(finding(d, "disclosure.lie.L1.near_miss"), "holds", to=1), "near_miss].holds: says 1,"),
    "an integer for a double": (
        lambda d: put(finding(d, "disclosure.lie.L1.near_miss"), "values", "spared", to=0),
        "near_miss].values.spared: says 0,",
    ),
    "minus zero": (
        lambda d: put(finding(d, "disclosure.lie.L1.near_miss"), "values", "spared", to="-0.0"),
        "near_miss].values.spared",
    ),
    "something added to a finding": (lambda d: finding(d, LIE).update(remark="sound"), f"findings[{LIE}].remark: is not part"),
    "something added to the whole": (lambda d: d.update(approved=True), "approved: is not part"),
    "evidence for nothing": (
        lambda d: d["evidence"].append({"clause": "disclosure", "inputs": "0", "found": {"all": "well"}}),
        "evidence[disclosure, 0]: belongs to nothing",
    ),
    "another form": (lambda d: put(d, "schema", to="assessment/9"), 'its "schema" should be "assessment/0.1"'),
}  # fmt: skip


@pytest.mark.parametrize("what", TAMPERED_FRONTIER)
def test_tampering_is_noticed_and_its_place_is_named(what):
    tamper, place = TAMPERED_FRONTIER[what]
    data = assessed(FRONTIER)
    tamper(data)
    if not place:  # the same agreement said twice is the same
        assert comity.verify(data)
    else:
        assert place in refused(data)


def test_minus_zero_is_not_zero():
    text = text_of(FRONTIER)
    assert '"spared": 0.0' in text
    assert "values.spared: says -0.0, recomputed 0.0" in refused(text.replace('"spared": 0.0', '"spared": -0.0', 1))


POOL, BLOC = "pool.split.worth", "division.leave.B+C"
TAMPERED_COMMONS = {
    "a coalition": (lambda d: put(finding(d, BLOC), "coalition", 0, to="A"), f"findings[{BLOC}].coalition.0"),
    "a coalition in a witness": (
        lambda d: put(finding(d, BLOC), "certificate", "witness", "at_least", 0, 0, to="A"),
        f"findings[{BLOC}].certificate.witness.at_least.0.0",
    ),
    "dropped evidence": (lambda d: d["evidence"].pop(), "evidence of clause 'pool'"),
    "evidence of another clause": (lambda d: put(d["evidence"], 0, "clause", to="dues"), "evidence"),
    "evidence for other inputs": (lambda d: put(d["evidence"], -1, "inputs", to="0" * 16), "the evidence of clause 'pool'"),
    "evidence twice": (lambda d: d["evidence"].append(d["evidence"][-1]), "evidence: its entries are not in order, each once"),
    "evidence in another order": (lambda d: d["evidence"].reverse(), "evidence: its entries are not in order"),
    "a remark beside evidence": (lambda d: d["evidence"][0].update(remark="sound"), "evidence.0: should say clause, inputs"),
    "no evidence at all": (lambda d: d.pop("evidence"), "evidence: is missing"),
    "a side payment": (
        lambda d: put(d["repairs"][0], "change", "clause.division.transfers.A", to="0"),
        "repairs[division.leave, side_payment]",
    ),
    "the weights that prove a transfer least": (
        lambda d: put(d["repairs"][0], "certificate", "witness", "weights", 0, 1, to="1/2"),
        "repairs[division.leave, ",
    ),
    "a smaller transfer": (lambda d: put(d["repairs"][0], "value_exact", to="17"), "repairs[division.leave, side_payment]"),
}


@pytest.mark.parametrize("what", TAMPERED_COMMONS)
def test_tampering_with_coalitions_and_evidence_is_noticed(what):
    tamper, place = TAMPERED_COMMONS[what]
    data = assessed(COMMONS)
    tamper(data)
    assert place in refused(data)


def test_evidence_is_proved_where_only_membership_depends_on_it(monkeypatch):
    # C leaves, then the forged Shapley value of A and B alone makes B leave as well; no finding is about A and B.
    text = COMMONS.read_text(encoding="utf-8").replace('rule = "proportional_to_contribution"', 'rule = "shapley"')
    text = text.replace('id = "C"', 'id = "C"\noutside = 30.0')
    assert comity.assess(comity.Agreement.loads(text)).membership.resulting == ("A", "B")
    find = Split.find

    def forged(self, setting):
        found = find(self, setting)
        if setting.ids == ("A", "B"):
            found["rules"]["shapley"]["amounts"] = ["90", "-15"]
        return found

    monkeypatch.setattr(Split, "find", forged)
    monkeypatch.setattr(Split, "_proof", lambda self, game, rule, entry: ([Fraction(x) for x in entry["amounts"]], CONFIRMED))
    data = comity.assess(comity.Agreement.loads(text)).to_json()
    assert data["membership"]["resulting"] == ["A"]
    monkeypatch.undo()
    assert "the evidence does not prove the amounts by the Shapley value" in refused(data)


# --- every leaf --------------------------------------------------------------------------------


def leaves(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where numbers, texts, truth values and empty containers stand."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    below = [leaf for key, entry in entries for leaf in leaves(entry, (*at, key))]
    yield from below or [at]


def containers(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where lists and tables stand."""
    if isinstance(value, dict | list):
        yield at
        for key, entry in value.items() if isinstance(value, dict) else enumerate(value):
            yield from containers(entry, (*at, key))


def kinds(places: Iterator[tuple[Any, ...]], each: int) -> list[tuple[Any, ...]]:
    """Some places of each kind: those that differ in positions and in the names of members only."""
    found: dict[Any, list[tuple[Any, ...]]] = {}
    for place in places:
        found.setdefault(tuple("#" if isinstance(key, int) else key for key in place), []).append(place)
    return [places[len(places) * k // each] for places in found.values() for k in range(min(each, len(places)))]


def value_at(data: Any, place: tuple[Any, ...]) -> Any:
    for key in place:
        data = data[key]
    return data


def other(value: Any) -> Any:
    """Something else, as near to it as can be."""
    if isinstance(value, bool) or value is None:
        return not value
    if isinstance(value, int | float):
        return value + (abs(value) or 1) / 2**50
    if isinstance(value, str):
        return value + "0" if value[-1:].isdigit() else value + "."
    return [0] if value == [] else {"x": 0}


@pytest.mark.parametrize("path", [FRONTIER, COMMONS], ids=lambda path: path.stem)
def test_no_leaf_changes_unnoticed(path):
    whole = assessed(path)
    places = kinds(leaves({key: entry for key, entry in whole.items() if key != "agreement"}), 1)
    assert len(places) > 60
    for place in places[:: 2 if path == COMMONS else 12]:
        data = copy.deepcopy(whole)
        put(data, *place, to=other(value_at(data, place)))
        assert not comity.verify(data), f"{place} changed from {value_at(whole, place)!r} unnoticed"


def test_no_container_of_another_kind_goes_unnoticed():
    whole = assessed(COMMONS)
    places = [place for place in kinds(containers(whole), 1) if place]
    for place in places:
        for instead in ([], {"": {}}):
            data = copy.deepcopy(whole)
            if value_at(data, place) != instead:
                put(data, *place, to=instead)
                assert refused(data), f"{place} replaced by {instead!r}"


def test_nothing_is_added_unnoticed():
    whole = assessed(COMMONS)
    for place in kinds(containers(whole), 1):
        data = copy.deepcopy(whole)
        there = value_at(data, place)
        if isinstance(there, dict):
            there["remark"] = "sound"
        else:
            there.append("sound")
        assert not comity.verify(data), f"something added at {place} went unnoticed"


@given(st.data())
@settings(max_examples=20)
def test_no_leaf_of_any_example_changes_unnoticed(draw):
    path = draw.draw(st.sampled_from(EXAMPLES))
    data = assessed(path)
    place = draw.draw(st.sampled_from([place for place in leaves(data) if place[0] != "agreement"]))
    put(data, *place, to=other(value_at(data, place)))
    assert not comity.verify(data), f"{place} changed unnoticed"


# --- what is no assessment ---------------------------------------------------------------------


def nested(depth):
    return '{"schema": "assessment/0.1", "findings": ' + "[" * depth + "]" * depth + "}"


WHOLE = text_of(COMMONS)
NO_ASSESSMENT = {
    "an empty file": (b"", "not JSON"),
    "blanks": (b" \n\t ", "not JSON"),
    "null": (b"null", "not an assessment"),
    "a list": (b"[]", "not an assessment"),
    "an empty table": (b"{}", "not an assessment"),
    "a table of the form alone": (b'{"schema": "assessment/0.1"}', "the agreement's text is missing"),
    "half of a file": (WHOLE.encode()[: len(WHOLE) // 2], "not JSON"),
    "two files in one": ((WHOLE + WHOLE).encode(), "not JSON"),
    "a key twice": (WHOLE.replace('"holds"', '"sha256": "0", "holds"', 1).encode(), "'sha256' stands 2 times"),
    "a key twice deep below": (WHOLE.replace('"gain":', '"gain": 0, "gain":', 1).encode(), "'gain' stands 2 times"),
    "NaN": (WHOLE.replace('"gain": ', '"gain": NaN, "x": ', 1).encode(), "NaN is not a number"),
    "Infinity": (WHOLE.replace('"gain": ', '"gain": -Infinity, "x": ', 1).encode(), "-Infinity is not a number"),
    "deep nesting": (nested(100_000).encode(), "nested too deeply"),
    "nesting within what is read": (nested(500).encode(), "the agreement's text is missing"),
    "a number beyond doubles": (WHOLE.replace('"value": 4.76', '"value": 1e999, "x": 4.76', 1).encode(), "membership.leavers"),
    "an integer of a million digits": (WHOLE.replace("4.76", "1" + "0" * 10**6, 1).encode(), "digits"),
    "text of a million digits": (
        WHOLE.replace('"value_exact": "52/3"', '"value_exact": "' + "7" * 10**6 + '"', 1).encode(),
        "repairs[division.leave, side_payment]",
    ),
    "a ratio of a million digits": (
        WHOLE.replace('"value_exact": "52/3"', '"value_exact": "1/' + "7" * 10**6 + '"', 1).encode(),
        "repairs[division.leave, side_payment]",
    ),
    "an exponent without end": (
        WHOLE.replace('"value_exact": "52/3"', '"value_exact": "1e99999999999999999999"', 1).encode(),
        "repairs[division.leave, side_payment]",
    ),
    "half a letter": (WHOLE.replace('"theorem": "', '"theorem": "\\ud800', 1).encode(), "theorem: says"),
    "half a letter in a key": (WHOLE.replace('"theorem": "', '"\\ud800": 0, "theorem": "', 1).encode(), "is not part of"),
    "a letter that obeys": (WHOLE.replace('"theorem": "', '"\\u001b[2J": 0, "theorem": "', 1).encode(), "\\x1b[2J: is not part"),
    "half a letter in the agreement": (WHOLE.replace('"agreement": "', '"agreement": "# \\ud800', 1).encode(), "UTF-8"),
    "bytes that are no text": (b"\xff\xfe\x00\x01" * 100, "cannot be read"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 10, "cannot be read"),
    "another encoding": (WHOLE.encode("utf-16"), "cannot be read"),
    "a byte order mark": (b"\xef\xbb\xbf" + WHOLE.encode(), "BOM"),
    "the agreement itself": (COMMONS.read_bytes(), "not JSON"),
}  # fmt: skip


@pytest.mark.parametrize("what", NO_ASSESSMENT)
def test_what_is_no_assessment_is_refused_with_one_message(what, tmp_path):
    content, message = NO_ASSESSMENT[what]
    file = tmp_path / "assessment.json"
    file.write_bytes(content)
    done = CliRunner().invoke(main, ["verify", str(file)])
    assert done.exit_code == 1, done.output
    assert isinstance(done.exception, SystemExit)
    assert "NOT confirmed" in done.output
    assert message in done.output
    assert len(done.output) < 10_000
    done.output.encode()  # a terminal can show it


@pytest.mark.parametrize(
    "field", ["agreement", "sha256", "set", "holds", "membership", "findings", "repairs", "not_added", "evidence"]
)
@pytest.mark.parametrize(
    "instead", [None, 0, "text", [], {}, [None], [[]], [{}], [{"id": []}], {"a": 1}, "dropped"], ids=json.dumps
)
def test_a_field_of_another_kind_is_refused(field, instead):
    data = assessed(COMMONS)
    if data[field] == instead:
        return
    data[field] = instead
    if instead == "dropped":
        del data[field]
    assert refused(data)


def test_a_folder_a_missing_file_and_a_device_cannot_be_read(tmp_path):
    for path in (tmp_path, tmp_path / "none.json", "a" * 5_000, "no\0where", "", Path("/dev/zero")):
        if path != Path("/dev/zero") or path.exists():
            assert "cannot be read" in refused(path) or "bytes" in refused(path)


def test_a_game_needs_its_result_and_a_result_its_game():
    game = comity.TableGame(["A", "B"], [0, 1, 2, 5])
    with pytest.raises(ComityError, match="needs the result"):
        comity.verify(game)
    with pytest.raises(ComityError, match="together with its game"):
        comity.verify(comity.equal_division(game))
    assert comity.verify(game, comity.shapley_value(game))


def test_at_most_a_hundred_differences_are_listed():
    data = assessed(FRONTIER)
    for entry in data["findings"]:
        entry["sentence"], entry["theorem"], entry["unit"] = "x", "y", "z"
    assert len(comity.verify(data).witness["differences"]) == 100
