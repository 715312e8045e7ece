"""Reading an agreement file: exact numbers, every mistake at once, never a traceback."""

from __future__ import annotations

import hashlib
import json
import time
import tomllib
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.agreements import schema
from comity.agreements.file import Agreement
from comity.agreements.schema import Question, clause_types, json_schema
from comity.agreements.starter import starter
from comity.declaration import declare
from comity.errors import AgreementError, ComityError
from comity.mechanisms.clause import Clause, Flaw
from comity.mechanisms.members import Member
from comity.mechanisms.parameters import parameter, parameters_of, probability

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.toml"))


# --- a toy clause, so that every kind of field is met ---------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Stage:
    name: str = parameter("name of the stage")
    share: Fraction = probability("its share")


@declare("clause", "A toy", area="governance")
@dataclass(frozen=True, kw_only=True)
class ToyClause(Clause):
    type: ClassVar[str] = "toy"
    area: ClassVar[str] = "governance"
    aligned: ClassVar = {"weights": "stage"}
    needs: ClassVar = ("sales",)

    stage: tuple[Stage, ...] = parameter("stages")
    weights: dict[str, tuple[Fraction, ...]] = parameter("weights by member and stage", keys="member", default={})
    bond: dict[str, Fraction] = parameter("bond", keys="member", optional_keys=True, low=0, default={})
    follows: str | None = parameter("another clause", refers="clause", default=None)
    rate: Fraction | tuple[Fraction, ...] = parameter("one rate or several", low=0, default=Fraction(0))
    count: int = parameter("how many", low=1, default=1)
    strict: bool = parameter("whether", default=False)
    mode: str = parameter("free word", default="")

    def flaws(self, setting):
        if sum(stage.share for stage in self.stage) != 1:
            yield Flaw(("stage",), "shares do not sum to 1")
        for member in setting.bound(self):
            if member.sales is not None and member.sales > 100:
                yield Flaw(("member", member.id, "sales"), "too rich", "at most 100", of_member=True)

    def uses_continuation(self):
        return self.strict


@pytest.fixture
def toy(monkeypatch):
    real = schema.things
    monkeypatch.setattr(schema, "things", lambda *rooms: {**real(*rooms), "ToyClause": ToyClause})
    clause_types.cache_clear()
    yield
    monkeypatch.undo()
    clause_types.cache_clear()


HEAD = 'schema = "agreement/0.1"\n[agreement]\nid = "t"\nunit = "EUR"\nperiod = "year"\nhorizon = "infinite"\n'
MEMBERS = '[[member]]\nid = "A"\nsales = 10\n[[member]]\nid = "B"\nsales = 20.5\n'
CLAUSE = (
    '[[clause]]\nid = "c"\narea = "governance"\ntype = "toy"\n'
    'stage = [\n  { name = "one", share = 0.25 },\n  { name = "two", share = 0.75 },\n]\n'
)
TOY = HEAD + MEMBERS + CLAUSE


def problems(text, name="agreement.toml"):
    """Every problem as (line, path, message with hint)."""
    with pytest.raises(AgreementError) as refused:
        Agreement.loads(text, name)
    return [(p.line, p.path, f"{p.message}; {p.hint}") for p in refused.value.problems]


def only(text, name="agreement.toml"):
    found = problems(text, name)
    assert len(found) == 1, found
    return found[0]


# --- what is read ---------------------------------------------------------------------------------


def test_numbers_are_exact_as_written(toy):
    agreement = Agreement.loads(
        TOY + "rate = 0.1\n[clause.weights]\nA = ['1/3', 1e-2]\nB = [1_000.5, {value = 2, source = 's'}]\n"
    )
    clause = agreement.clauses[0]
    assert clause.rate == Fraction(1, 10)
    assert clause.weights == {"A": (Fraction(1, 3), Fraction(1, 100)), "B": (Fraction(2001, 2), 2)}
    assert agreement.members[1].sales == Fraction(41, 2)
    assert agreement.clauses[0].stage[1].name == "two"


def test_a_field_of_two_shapes_takes_either(toy):
    assert Agreement.loads(TOY + "rate = [0.1, 2]").clauses[0].rate == (Fraction(1, 10), 2)
    assert Agreement.loads(TOY + "rate = {value = 3}").clauses[0].rate == 3
    assert problems(TOY + "rate = [-1, true]") == [
        (21, "clause.c.rate.0", "needs a number of at least 0, found -1; one rate or several"),
        (21, "clause.c.rate.1", "needs a number, found true; "),
    ]


def test_the_text_is_kept_verbatim_and_hashed(tmp_path, toy):
    for text in (TOY, TOY.replace("\n", "\r\n"), "\ufeff" + TOY):
        file = tmp_path / "a.toml"
        file.write_bytes(text.encode())
        agreement = Agreement.load(file)
        assert agreement.text == text
        assert agreement.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
        assert agreement.name == str(file)
        assert [member.id for member in agreement.members] == ["A", "B"]


def test_dates_need_no_quotes(toy):
    assert Agreement.loads(TOY + "sunset = 2030-01-31\n").clauses[0].sunset == "2030-01-31"


def test_a_horizon_is_infinite_or_a_number_of_periods(toy):
    assert Agreement.loads(TOY).horizon is None
    assert Agreement.loads(TOY.replace('"infinite"', "12")).setting().horizon == 12
    for wrong in ("0", "2.5", '"forever"', "true", "[]"):
        assert only(TOY.replace('"infinite"', wrong))[:2] == (6, "agreement.horizon")


def test_json_says_the_same(tmp_path, toy):
    data = tomllib.loads(TOY)
    text = json.dumps(data, indent=1)
    file = tmp_path / "a.json"
    file.write_text(text)
    assert Agreement.load(file).clauses == Agreement.loads(TOY).clauses == Agreement.loads(text).clauses
    line, path, message = only((wrong := text.replace("20.5", "-20.5")), "a.json")
    assert wrong.split("\n")[line - 1].strip() == '"sales": -20.5'
    assert (path, message[:14]) == ("member.B.sales", "needs a number")


def test_json_numbers_are_exact_and_keys_unique(toy):
    text = json.dumps(tomllib.loads(TOY), indent=1)
    assert Agreement.loads(text.replace("20.5", "0.1")).members[1].sales == Fraction(1, 10)
    assert "NaN" in only(text.replace("20.5", "NaN"))[2]
    line, _, message = only(text.replace('"sales": 20.5', '"sales": 20.5,\n"sales": 3'))
    assert text.split("\n")[line - 2].strip() == '"sales": 20.5'
    assert message.startswith("the key sales is written twice")
    assert only('{"a": 1,}')[0] == 1
    assert only("[1]", "a.json")[2].startswith("the file is not a table")


def test_every_number_has_its_evidence(toy):
    text = TOY.replace('id = "B"', 'id = "B"\nevidence = "estimated"').replace(
        "share = 0.25", 'share = {value = 0.25, evidence = "public"}'
    )
    text += 'rate = {value = 1, source = "a paper"}\ncount = 3\n[clause.weights]\nA = [1, "1/2"]\nB = [3, 4]\n'
    agreement = Agreement.loads(text)
    assert [tuple(mark) for mark in agreement.marks] == [
        ("member.A.sales", 10, None),
        ("member.B.sales", Fraction(41, 2), "estimated"),
        ("clause.c.stage.one.share", Fraction(1, 4), "public"),
        ("clause.c.stage.two.share", Fraction(3, 4), None),
        ("clause.c.rate", 1, None),
        ("clause.c.count", 3, None),
        ("clause.c.weights.A.one", 1, None),
        ("clause.c.weights.A.two", Fraction(1, 2), None),
        ("clause.c.weights.B.one", 3, None),
        ("clause.c.weights.B.two", 4, None),
    ]
    assert agreement.quoted == {"clause.c.rate": "a paper"}
    assert "clause.c.rate" not in [mark.path for mark in agreement.numbers_without_source]
    assert len(agreement.numbers_without_source) == 7
    own = agreement.text.replace("sales = 20.5", "sales = {value = 20.5, evidence = 'public'}")
    assert ("member.B.sales", Fraction(41, 2), "public") in Agreement.loads(own).marks
    # A number from outside does not inherit what the file says of the one it replaces.
    changed = agreement.with_overrides({"member.B.sales": 7})
    assert ("member.B.sales", 7, None) in changed.marks


def test_scenarios_and_questions_are_read(toy):
    text = TOY + (
        '[[scenario]]\nid = "poor"\nset = {"member.A.sales" = 1, "clause.c.stage.one.share" = {value = 0.25}}\n'
        '[[question]]\nkind = "fix"\nclause = "c"\nmember = "A"\ninstruments = ["bond"]\nmax_cost = 2.5\n'
    )
    agreement = Agreement.loads(text)
    assert agreement.scenario("poor").members[0].sales == 1
    question = agreement.questions[0]
    assert (question.kind, question.clause, question.member, question.instruments) == ("fix", "c", "A", ("bond",))
    assert question.max_cost == Fraction(5, 2)
    with pytest.raises(ComityError, match="there is no scenario 'rich'; the scenarios are poor"):
        agreement.scenario("rich")


# --- what is refused ------------------------------------------------------------------------------

TEN = """schema = "agreement/0.1"
[agreement]
id = "ten"
unit = "USD_m"
period = "year"
horizon = "infinite"

[[member]]
id = "A"
discount = 1.5
[[member]]
id = "B"
discont = 0.9
sales = 3
[[member]]
id = "B"
sales = "12"
[[member]]
id = "D"
role = "labs"

[[clause]]
id = "first"
area = "trust_building"
type = "toy"
applies_to = ["B", "E"]
stage = [
  { name = "one", share = 0.5 },
  { name = "two", shares = 0.5 },
]
[clause.weights]
B = [1, 2, 3]
[[clause]]
id = "second"
area = "governance"
type = "toyy"

[[scenario]]
id = "s"
set = { "member.B.sales" = 4 }
[[question]]
kind = "lies"
"""


def test_every_mistake_is_reported_at_once_with_its_line(toy):
    assert problems(TEN) == [
        (
            10,
            "member.A.discount",
            "needs a number of at least 0 and below 1, found 1.5; what one unit next period is worth today",
        ),
        (13, "member.B.discont", 'there is no such key here; did you mean "discount"?'),
        (16, "member.B.id", 'there is another member "B"; ids are unique'),
        (17, "member.B.sales", 'needs a number, found "12"; write it without quotes'),
        (20, "member.D.role", '"labs" is not one of "lab", "state", "funder", "auditor", "beneficiary"; did you mean "lab"?'),
        (24, "clause.first.area", 'a clause of type toy does not belong to trust_building; write area = "governance"'),
        (26, "clause.first.applies_to.1", 'there is no member "E"; known here: A, B, D'),
        (29, "clause.first.stage.two.shares", 'there is no such key here; did you mean "share"?'),
        (32, "clause.first.weights.B", "has 3 numbers for 2 entries of stage; give one for each of one, two"),
        (36, "clause.second.type", 'there is no clause type "toyy"; did you mean "toy"?'),
        (
            42,
            "question.0.kind",
            '"lies" is not one of "split", "leave", "lie", "defect", "join", "fix", "sweep", "power"; did you mean "lie"?',
        ),
    ]


def test_a_message_shows_file_line_path_hint_and_the_line_itself(tmp_path, toy):
    file = tmp_path / "pact.toml"
    file.write_text(TOY.replace("sales = 10\n", "").replace("20.5", "-1 # less"))
    with pytest.raises(AgreementError) as refused:
        Agreement.load(file)
    assert str(refused.value).split("\n") == [
        f"{file}:7: member.A.sales: clause c needs this number; add sales = ... # sales per period",
        "    [[member]]",
        f"{file}:11: member.B.sales: needs a number of at least 0, found -1; sales per period",
        "    sales = -1 # less",
    ]


@pytest.mark.parametrize(
    ("change", "line", "path", "words"),
    [
        (("schema =", "#"), 1, "schema", "required and missing; begin the file"),
        (("agreement/0.1", "agreement/9"), 1, "schema", 'this version reads "agreement/0.1"'),
        (('id = "t"', 'id = "a b"'), 3, "agreement.id", "is no id; use letters"),
        (('unit = "EUR"', "unit = 3"), 4, "agreement.unit", "needs text, found 3; write it in quotes"),
        (('period = "year"\n', ""), 2, "agreement.period", "required and missing"),
        (("[agreement]", "[agreemnt]"), 2, "agreemnt", 'did you mean "agreement"?'),
        (("[[member]]", "[[members]]"), 7, "members", 'did you mean "member"?'),
        (("0.75", "0.7"), 17, "clause.c.stage", "shares do not sum to 1"),
        (("0.75", "1.75"), 19, "clause.c.stage.two.share", "between 0 and 1, found 1.75"),
        (("0.75", "inf"), 19, "clause.c.stage.two.share", "finite number"),
        (("0.75", "nan"), 19, "clause.c.stage.two.share", "finite number"),
        (("0.75", "true"), 19, "clause.c.stage.two.share", "found true"),
        (("0.75", "1e999999999"), 19, "clause.c.stage.two.share", "choose another unit"),
        (("0.75", "1e99999999999999999999999"), 19, "clause.c.stage.two.share", "needs a"),
        (("0.75", "9" * 5000), 19, "", "write numbers like"),
        (("0.75", "0x" + "f" * 5000), 19, "clause.c.stage.two.share", "choose another unit"),
        (("0.75", "{low = 0, high = 1}"), 19, "clause.c.stage.two.share", "ranges {low, high} are not read"),
        (("0.75", "{value = 0.75, evidence = 'guess'}"), 19, "clause.c.stage.two.share", "no evidence mark"),
        (("0.75", "{value = 0.75, sorce = 'guess'}"), 19, "clause.c.stage.two.share", "a table with sorce"),
        (('"two"', '"one"'), 19, "clause.c.stage.one.name", '"one" is named twice'),
        (('"two"', '"t.o"'), 19, "clause.c.stage.t.o.name", "holds a dot"),
        (("sales = 20.5", "sales = 200"), 12, "member.B.sales", "too rich; at most 100"),
        (("sales = 10\n", ""), 7, "member.A.sales", "clause c needs this number"),
        (("[[clause]]", "[clause]"), 13, "clause", "double brackets"),
        (("stage = [", "applies_to = ['A', 'A']\nstage = ["), 17, "clause.c.applies_to.1", "named twice"),
        (("stage = [", "applies_to = []\nstage = ["), 17, "clause.c.applies_to", "binds nobody; leave it out"),
        (("stage = [", "follows = 'd'\nstage = ["), 17, "clause.c.follows", 'there is no clause "d"'),
        (("stage = [", "strict = 1\nstage = ["), 17, "clause.c.strict", "needs true or false, found 1"),
        (("stage = [", "count = 1.5\nstage = ["), 17, "clause.c.count", "needs a whole number"),
        (("stage = [", "bond = { A = -1 }\nstage = ["), 17, "clause.c.bond.A", "of at least 0"),
        (("stage = [", "bond = { X = 1 }\nstage = ["), 17, "clause.c.bond.X", 'there is no member "X"'),
        (("stage = [", "weights = { A = [1, 2] }\nstage = ["), 17, "clause.c.weights", "nothing is said for B"),
        (("stage = [", "weights = { A = [1, 2], B = [3] }\nstage = ["), 17, "clause.c.weights.B", "has 1 numbers for 2"),
        (("stage = [", "applies_to = ['A']\nbond = { A = 1, B = 2 }\nstage = ["), 18, "clause.c.bond.B", "does not apply to B"),
        (("sales = 10", "sales = 10\ndiscount = 1"), 10, "member.A.discount", "of at least 0 and below 1, found 1;"),
        (("stage = [", "bond = 3\nstage = ["), 17, "clause.c.bond", "needs a table, found 3"),
        (('area = "governance"\n', ""), 13, "clause.c.area", 'add area = "governance"'),
        (('type = "toy"\n', ""), 13, "clause.c.type", "required and missing"),
        (('type = "toy"', "type = 3"), 16, "clause.c.type", "needs text"),
        (('"toy"', '"network_of_trust"'), 16, "clause.c.type", "the types of governance are"),
    ],
)
def test_a_mistake_is_named_where_it_is(toy, change, line, path, words):
    assert change[0] in TOY
    found = problems(TOY.replace(*change, 1))
    matching = [problem for problem in found if problem[:2] == (line, path) and words in problem[2]]
    assert matching, found


@pytest.mark.parametrize(
    ("addition", "path", "words"),
    [
        ('[[scenario]]\nid = "s"\nset = {"member.A.sale" = 3}\n', "scenario.s.set.member.A.sale", 'did you mean "sales"?'),
        ('[[scenario]]\nid = "s"\nset = {"member.Z.sales" = 3}\n', "scenario.s.set.member.Z.sales", 'there is no member "Z"'),
        ('[[scenario]]\nid = "s"\nset = {"member.A.sales" = -3}\n', "scenario.s.set.member.A.sales", "of at least 0, found -3"),
        ('[[scenario]]\nid = "s"\nset = {"clause.c.stage.two.share" = 0.5}\n', "scenario.s.set", "shares do not sum to 1"),
        (
            '[[scenario]]\nid = "s"\nset = {"clause.c.stage.thre.share" = 0.5}\n',
            "scenario.s.set.clause.c.stage.thre.share",
            '"thre"',
        ),
        ('[[scenario]]\nid = "s"\n[scenario.set]\nmember.A.sales = 2\n', "scenario.s.set.member", "whole path in quotes"),
        ('[[scenario]]\nid = "s"\nset = {}\n[[scenario]]\nid = "s"\nset = {}\n', "scenario.s.id", "another scenario"),
        ('[[question]]\nkind = "lie"\nmember = "Z"\n', "question.0.member", 'there is no member "Z"'),
        ('[[question]]\nkind = "lie"\nclause = "d"\n', "question.0.clause", 'there is no clause "d"'),
        ('[[question]]\nkind = "fix"\ninstruments = ["bonds"]\n', "question.0.instruments.0", 'did you mean "bond"?'),
        (
            '[[clause]]\nid = "c"\ntype = "toy"\narea = "governance"\nstage = [{name="x", share=1}]\n',
            "clause.c.id",
            "another clause",
        ),
    ],
)
def test_what_refers_to_something_else_is_followed(toy, addition, path, words):
    line, where, message = only(TOY + addition)
    assert where == path
    assert words in message
    assert line > TOY.count("\n")


def test_a_finite_horizon_is_refused_where_a_clause_counts_on_the_future(toy):
    text = TOY.replace('"infinite"', "5")
    assert Agreement.loads(text).horizon == 5
    assert only(text + "strict = true\n")[:2] == (6, "agreement.horizon")


def test_a_key_written_wrong_is_one_mistake(toy):
    text = TOY.replace("sales = 10", "sale = 10").replace("share = 0.25", "shares = 0.25")
    assert [(line, path) for line, path, _ in problems(text)] == [(9, "member.A.sale"), (18, "clause.c.stage.one.shares")]


def test_a_flaw_is_found_though_the_clause_has_other_mistakes(toy):
    text = TOY.replace("0.75", "0.7") + "count = 0\nmode = 3\nwhat = 1\n"
    assert [path for _, path, _ in problems(text)] == ["clause.c.stage", "clause.c.count", "clause.c.mode", "clause.c.what"]


def test_a_flaw_is_found_though_another_table_is_wrong(toy):
    text = TOY.replace("0.75", "0.7").replace("sales = 10", "sales = -10")
    assert [path for _, path, _ in problems(text)] == ["member.A.sales", "clause.c.stage"]
    text = TOY.replace("sales = 20.5", "sales = 200\ndiscount = 2\nrole = 3")
    assert [path for _, path, _ in problems(text)] == ["member.B.sales", "member.B.discount", "member.B.role"]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "required and missing"),
        (HEAD, 1, "there is no member"),
        (HEAD + MEMBERS, 1, "there is no clause"),
        ("member = 3\n", 1, "needs tables, found 3"),
        ("member = [3]\n", 1, "needs a table, found 3"),
        ("agreement = 3\n", 1, "single brackets"),
        ("a = [" + "[" * 30 + "]" * 31, 1, "nested more than 20 deep"),
        ("a." * 400_000 + "b = 1", 1, "nested more than 20 deep"),
        (
            "".join(f"[{'.'.join('abcdefghijk'[:n])}]\n" for n in range(1, 12)) + "l.m.n.o.p.q.r.s.t.u.v.w = 1",
            1,
            "nested more than 20",
        ),
        ("a = " + "[" * 100_000, 1, "nested more than 20 deep"),
        ("a = [" + "1," * 10_001 + "]", 1, "more than 10,000"),
        ("#" * 1_000_001, 1, "longer than 1,000,000 bytes"),
        ("a = '\ud800'", 1, "UTF-8"),
        ('{"a": "\\ud800"}', 1, "half a letter"),
        (HEAD + "".join(f'[[member]]\nid = "m{i}"\n' for i in range(1_001)), 7, "more than 1,000"),
        (HEAD + "".join(f'[[clause]]\nid = "c{i}"\n' for i in range(501)), 7, "more than 500"),
    ],
)
def test_files_out_of_all_bounds_are_refused(text, line, words):
    assert any(problem[0] == line and words in problem[2] for problem in problems(text))


def test_files_that_cannot_be_read_are_refused(tmp_path):
    def refusal(path):
        with pytest.raises(AgreementError) as refused:
            Agreement.load(path)
        return str(refused.value)

    assert "there is no such file" in refusal(tmp_path / "none.toml")
    assert "this is a folder" in refusal(tmp_path)
    assert "cannot be read" in refusal("bad\0name")
    file = tmp_path / "latin.toml"
    file.write_bytes(b'a = 1\nb = "\xe9"\n')
    assert f"{file}:2: byte 0xe9 is not UTF-8" in refusal(file)
    file.write_bytes(b"#" * 1_000_001)
    assert "longer than" in refusal(file)


# --- syntax ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "line", "words"),
    [
        (('"EUR"', "EUR"), 4, 'EUR is not read; text needs quotes: "EUR"'),
        (('"EUR"', "million EUR"), 4, 'text needs quotes: "million"'),
        (('"EUR"', "True"), 4, "write true or false"),
        (('"EUR"', ""), 4, "a value is missing"),
        (('"EUR"', '"EUR'), 4, "look for a missing quote"),
        (("sales = 20.5", "sales = 20,5"), 12, "write decimals with a point"),
        (("sales = 20.5", "sales = 20.5 million"), 12, "left over after the value: million"),
        (("sales = 20.5", "sales 20.5"), 12, "write key = value"),
        (("sales = 20.5", "sales = 20.5\nsales = 21"), 13, "the key sales is written twice"),
        (("sales = 20.5", "sales = 020"), 12, "20"),
        (('"EUR"', "'''EUR"), 20, "a text is not closed"),
        (("[agreement]", "[agreement"), 2, "look for a missing"),
        (("0.75 },\n]", "0.75 },\n"), 17, "begins here is not closed; look for a missing ] or }"),
        (("0.75 },\n]", "0.75 },\n[clause.weights]"), 17, "begins here is not closed"),
    ],
)
def test_a_syntax_mistake_says_what_to_do(toy, change, line, words):
    assert change[0] in TOY
    found = only(TOY.replace(*change, 1))
    assert found[0] == line
    assert words in found[2]


def test_a_syntax_mistake_hides_no_other(toy):
    text = (
        TOY.replace('"EUR"', "EUR")
        .replace('"two"', "two")
        .replace("sales = 10", "sales = -10")
        .replace('id = "c"', 'id = "c"\nid = "d"')
    )
    assert [(line, path) for line, path, _ in problems(text)] == [(4, ""), (9, "member.A.sales"), (15, ""), (20, "")]


def test_a_table_declared_twice_is_one_mistake():
    assert only(HEAD + "[agreement]\n" + MEMBERS)[0] == 7


# --- values from outside --------------------------------------------------------------------------


def test_overrides_are_read_like_the_file(toy):
    agreement = Agreement.loads(TOY + "[clause.weights]\nA = [1, 2]\nB = [3, 4]\n")
    changed = agreement.with_overrides(
        {"member.A.sales": "0.1", "clause.c.weights.B.two": Fraction(1, 3), "clause.c.bond.A": 2, "clause.c.mode": "slow"}
    )
    assert changed.members[0].sales == Fraction(1, 10)
    assert changed.clauses[0].weights["B"] == (3, Fraction(1, 3))
    assert changed.clauses[0].bond == {"A": 2}
    assert changed.clauses[0].mode == "slow"
    assert changed.text == agreement.text
    assert changed.overrides == {
        "member.A.sales": "0.1",
        "clause.c.weights.B.two": '"1/3"',
        "clause.c.bond.A": "2",
        "clause.c.mode": "slow",
    }
    # They survive JSON and mean the same again.
    assert Agreement.loads(changed.text, overrides=json.loads(json.dumps(changed.overrides))) == changed
    assert changed.with_overrides({"member.A.sales": 3}).members[0].sales == 3
    assert Agreement.loads(TOY).with_overrides({"agreement.horizon": "7"}).horizon == 7


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("member.A.sale", "1", 'there is no "sale"; did you mean "sales"?'),
        ("member.Z.sales", "1", 'there is no member "Z"'),
        ("members.A.sales", "1", "there is no path"),
        ("member.A", "1", "stops before a key"),
        ("member.A.sales.x", "1", "nothing below"),
        ("member.A.id", "B", "names the thing itself"),
        ("member.A.sales", "-1", "of at least 0, found -1"),
        ("member.A.sales", "much", 'needs a number, found "much"'),
        ("clause.c.stage.one.share", "0.5", "shares do not sum to 1"),
        ("clause.c.stage.three.share", "0.5", 'there is no "three"'),
        ("member.A.endow.comput", "1", 'there is no "comput"'),
        ("clause.c.bond.Z", "1", 'there is no member "Z"'),
        ("clause.c.stage", "[]", "shares do not sum"),
        ("clause.c.applies_to", '["A", "Q"]', 'there is no member "Q"'),
        ("agreement.horizon", "soon", '"soon" is not "infinite"'),
        ("member.A.sales", "[" * 10_000, "needs a number"),
        ("member.A.sales", None, "not a number"),
    ],
)
def test_a_wrong_override_says_what_is_wrong(toy, path, value, words):
    with pytest.raises(ComityError) as refused:
        Agreement.loads(TOY).with_overrides({path: value})
    assert words in str(refused.value)


@pytest.mark.parametrize("is_json", [False, True])
def test_a_rewritten_file_says_the_change_and_keeps_the_rest(toy, is_json):
    text = TOY + "[clause.weights] # by stage\nA = [1, 2]\nB = [3, 4]\n"
    agreement = Agreement.loads(json.dumps(tomllib.loads(text)) if is_json else text).with_overrides({"member.B.dues": 2})
    change = {
        "member.A.sales": Fraction(5, 2),
        "clause.c.weights.B.one": Fraction(1, 3),
        "clause.c.bond.A": Fraction(4),
        "clause.c.bond.B": Fraction(5),
        "clause.c.count": "9",
    }
    found = agreement.rewritten(change)
    assert not found.overrides
    assert found.members == agreement.with_overrides(change).members
    assert found.clauses == agreement.with_overrides(change).clauses
    assert ("# by stage" in found.text) is not is_json


# --- the whole set of types -----------------------------------------------------------------------


def test_the_starter_loads_and_its_scenario_too():
    agreement = Agreement.loads(starter())
    assert agreement.scenario("fewer_audits").id == "starter"
    assert agreement.questions
    for clause in agreement.clauses:
        assert clause.findings(agreement.setting())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_load_fast(path):
    Agreement.load(path)
    begun = time.process_time()
    agreement = Agreement.load(path)
    assert time.process_time() - begun < 0.06
    raw = tomllib.loads(path.read_text())
    assert [member.id for member in agreement.members] == [member["id"] for member in raw["member"]]
    assert [clause.id for clause in agreement.clauses] == [clause["id"] for clause in raw["clause"]]
    assert Agreement.loads(json.dumps(raw)).clauses == agreement.clauses


def test_models_are_built_for_the_types_in_use_only():
    from subprocess import run
    from sys import executable

    code = (
        "import comity.agreements.schema as s\nfrom pathlib import Path\nbuilt = []\nreal = s.create_model\n"
        "s.create_model = lambda name, **rest: (built.append(name), real(name, **rest))[1]\n"
        "from comity.agreements.file import Agreement\nfrom comity.agreements.starter import starter\n"
        "Agreement.loads(starter())\nprint(*built)"
    )
    built = run([executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert set(built) == {
        *("Heading", "Member", "Scenario", "Question"),
        *("AuditedDisclosure", "FindingClass", "AuditRule", "Sanction", "PrivacyBudget", "Query"),
    }


def test_every_clause_type_has_a_schema():
    schema_ = json_schema()
    kinds = schema_["properties"]["clause"]["items"]["properties"]["type"]["enum"]
    assert set(kinds) == set(clause_types())
    assert {"audited_disclosure", "privacy_budget"} <= set(kinds)
    described = schema_["$defs"]["AuditRule"]["properties"]["rate"]
    assert described["anyOf"][0] == {"type": "number", "minimum": 0, "maximum": 1}
    assert "p_" not in json.dumps(sorted(schema_["$defs"]["AuditRule"]["properties"]))
    json.dumps(schema_)


# --- never a traceback ----------------------------------------------------------------------------

SOURCES = [starter(), *(path.read_text() for path in EXAMPLES)]
TOKENS = [
    *(
        "",
        '"',
        "[",
        "]",
        "{",
        "}",
        "=",
        ",",
        ".",
        "#",
        "\n",
        "'",
        '"""',
        "-1",
        "0",
        "2",
        "nan",
        "inf",
        "true",
        "1e999999999",
        "9" * 400,
    ),
    *(
        "[[member]]\n",
        "[[clause]]\n",
        "[[scenario]]\n",
        "[[question]]\n",
        '"L1"',
        '"A"',
        "null",
        "\\",
        "\x00",
        "\r",
        "é",
        "1979-05-27",
    ),
    *(
        "id",
        "type",
        "area",
        "applies_to",
        "{value = 1}",
        "{value = {value = 1}}",
        "[" * 25 + "]" * 25,
        '"1/0"',
        '"1/3"',
        "[]",
        "{}",
        "[[]]",
    ),
]


def survives(text, name="agreement.toml"):
    with suppress(ComityError):
        Agreement.loads(text, name)


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_no_mutation_of_an_agreement_is_a_traceback(data):
    import re

    text = data.draw(st.sampled_from(SOURCES))
    pieces = re.findall(r'"[^"\n]*"|[\w.+-]+|\n|[^\w\s]|[ \t]+', text)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(pieces) - 1))
        how = data.draw(st.sampled_from(["delete", "repeat", "replace", "swap", "cut"]))
        if how == "delete":
            del pieces[at]
        elif how == "repeat":
            pieces.insert(at, pieces[at])
        elif how == "replace":
            pieces[at] = data.draw(st.sampled_from(TOKENS))
        elif how == "swap":
            other = data.draw(st.integers(0, len(pieces) - 1))
            pieces[at], pieces[other] = pieces[other], pieces[at]
        else:
            del pieces[at : at + data.draw(st.integers(1, 40))]
        pieces = pieces or ["x"]
    survives("".join(pieces))


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=200) | st.lists(st.sampled_from(TOKENS), max_size=30).map("".join))
def test_no_text_is_a_traceback(text):
    survives(text)
    survives(text, "agreement.json")


junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=3)
    | st.sampled_from(["A", "toy", "c", "1/3", "governance"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "value", "name", "set", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_no_value_in_any_place_is_a_traceback(data):
    raw = tomllib.loads(data.draw(st.sampled_from(SOURCES)))
    node = raw
    while True:
        key = data.draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
        if not isinstance(node[key], dict | list) or not node[key] or data.draw(st.integers(0, 3)) == 0:
            node[key] = data.draw(junk)
            break
        node = node[key]
    survives(json.dumps(raw), "agreement.json")


def test_many_mistakes_are_reported_in_good_time(toy):
    begun = time.process_time()
    found = problems(HEAD + MEMBERS + CLAUSE + "".join(f"discontt{i} = 1\n" for i in range(9_000)))
    assert len(found) == 1_001
    assert any("8,000 more mistakes" in message for _, _, message in found)
    members = "".join(f'[[member]]\nid = "m{i}"\nsales = 1\n' for i in range(1_000))
    found = problems(HEAD + members + CLAUSE + "applies_to = [" + ",".join(f'"n{i}"' for i in range(9_000)) + "]\n")
    assert len(found) == 1_001
    assert time.process_time() - begun < 20


def test_the_reference_page_names_every_key():
    page = (Path(__file__).parent.parent / "docs" / "reference" / "agreement-file.md").read_text(encoding="utf-8")
    rows = [line for line in page.split("\n") if line.startswith("| `[")]
    for row, cls in zip(rows, (schema.Heading, Member, Clause, schema.Scenario, Question), strict=True):
        _, _, required, optional, _ = row.split("|")
        for key, described in parameters_of(cls).items():
            assert f"`{key}`" in (required if schema.is_required(described) else optional), (key, row)
