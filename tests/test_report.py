"""The report: what a reader is told, that nothing of the file acts as HTML, and drawings of awkward numbers."""

import json
import re
from dataclasses import replace
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.agreements import charts
from comity.agreements.assessment import assess
from comity.agreements.file import Agreement
from comity.agreements.labels import label_path
from comity.agreements.report import page_of, render, split_views
from comity.agreements.standings import member_map, standings, told_apart
from comity.agreements.starter import starter
from comity.agreements.wording import verdict

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.toml"))
VOID = {"meta", "br", "link", "img", "hr", "input"}
EVIL = "<script>alert('\"&')</script>"
LETTERS = "".join(map(chr, range(97, 123)))


class Page(HTMLParser):
    """Reads a page strictly: what is opened is closed, in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))

    def values(self, name: str) -> list[str]:
        return [attributes[name] or "" for _, attributes in self.tags if name in attributes]


@pytest.fixture(scope="module")
def assessments():
    return {path.stem: assess(path) for path in EXAMPLES}


@pytest.fixture(scope="module")
def frontier(assessments):
    return assessments["frontier-sharing"]


def test_every_example_is_one_sound_page_that_needs_nothing_else(assessments):
    assert len(assessments) >= 4
    for assessment in assessments.values():
        page = Page(render(assessment))
        assert not {tag for tag, _ in page.tags} & {"script", "link", "img", "iframe", "object", "form", "base"}
        assert all(target.startswith("#") for target in page.values("href"))
        assert not page.values("src")
        assert "url(" not in render(assessment)
        assert verdict(assessment) in page.text


def test_every_link_leads_somewhere_and_every_name_is_used_once(assessments):
    for assessment in assessments.values():
        page = Page(render(assessment))
        names = page.values("id")
        assert len(names) == len(set(names))
        assert {target[1:] for target in page.values("href")} <= set(names)


def test_the_same_assessment_gives_the_same_bytes_and_no_path_of_the_machine(frontier):
    again = assess(replace(frontier.agreement, name="/home/somebody/elsewhere.toml"))
    assert render(frontier) == render(frontier) == render(again)
    assert str(Path.cwd()) not in render(again)


def test_every_finding_and_its_certificate_stand_on_the_page(assessments):
    for assessment in assessments.values():
        text = Page(render(assessment)).text
        for finding in assessment.findings:
            assert finding.sentence in text
            assert re.sub(r"\s+", " ", finding.certificate.claim) in text


def test_every_lever_is_told_with_its_result(frontier):
    text = Page(render(frontier)).text
    # from the file's fine of 5 to the least that deters the five who stay: 20.350666 (AGREEMENTS.md, example 1)
    assert "sanction fine (disclosure): 5 → 20.350666" in text.replace(" : ", ": ")
    for repair in frontier.repairs:
        if repair.condition:
            assert repair.condition[1:].rstrip(".") in text


def test_the_map_agrees_with_the_findings(frontier):
    rows = {row.name: [cell.state for cell in row.cells] for row in member_map(frontier)}
    # leave, lie, defect, budget; each with all members and with those who remain
    assert rows["L1"] == ["ok", "ok", "fails", "fails", "none", "none", "none", "none"]
    assert rows["L2"] == ["ok", "ok", "ok", "ok", "none", "none", "none", "none"]
    assert rows["L6"] == ["fails", "gone", "fails", "gone", "none", "gone", "none", "gone"]
    assert rows["the agreement as a whole"] == ["none"] * 6 + ["ok", "ok"]


def test_the_map_says_what_was_not_asked_and_what_does_not_arise(frontier):
    cells = {cell.text for row in member_map(frontier) for cell in row.cells}
    assert {"not asked", "does not arise", "has left", "ok", "fails"} == cells


def test_each_member_is_told_its_status_and_what_fails_first(frontier):
    told = {one.name: one for one in standings(frontier)}
    assert told["L1"].status == "stays, but would hide or lie"
    assert told["L2"].status == "stays and keeps to the agreement"
    assert told["L6"].status == "would leave at once; would hide or lie"
    first = told["L1"].failing[0]
    assert (first.all.state, first.resulting.state) == ("fails", "fails")
    assert first.all.turns[0].label.name == "L1's discount"
    assert first.all.turns[0].now == "0.9"


def test_the_numbers_that_need_the_smallest_move_come_first(frontier):
    shares = [turn.share for turn in page_of(frontier)["margins"]]
    known = [share for share in shares if share is not None]
    assert known == sorted(known)
    assert shares[: len(known)] == known


def test_divisions_stand_beside_the_range_that_keeps_every_group(assessments):
    view = next(view for view in split_views(assessments["compute-commons"]) if view.core)
    assert view.members == ("A", "B", "C")
    chosen = [one for one in view.series if one.chosen]
    assert [one.name for one in chosen] == ["in proportion to contributions"]
    assert chosen[0].amounts == (Fraction(143, 2), Fraction(429, 10), Fraction(143, 30))
    # the bounds of the core: A 30 to 325/6, B 25 to 355/6, C 130/7 to 355/6
    assert view.core[0] == (30, Fraction(325, 6))
    assert 'class="band core"' in view.triangle


def test_clauses_of_one_type_are_told_apart(assessments):
    assessment = assessments["research-consortium"]
    text = Page(render(assessment)).text
    assert "Research that rivals do together (joint lab)" in text
    assert "Defecting: breach (clause joint research)" in text
    met = {one.name: one.met for one in standings(assessment)}
    assert met["C1"].startswith("defecting (breach in joint research, breach in joint lab); leaving")


def test_overrides_are_named_and_quoted_for_the_command_line():
    agreement = Agreement.loads(starter()).with_overrides({"member.A.discount": "0.5"})
    text = Page(render(assess(agreement))).text
    assert "--set member.A.discount=0.5" in text
    assert agreement.sha256 in text


def test_numbers_are_counted_by_where_they_come_from(frontier):
    marks = page_of(frontier)["marks"]
    assert sum(count for _, count in marks["counts"]) == marks["total"] == len(frontier.agreement.marks)
    assert marks["doubtful"] == len(frontier.agreement.numbers_without_source)


# --- files that mean no good -------------------------------------------------------------------


def hostile(members: int, title: str = EVIL) -> str:
    """A file of which every free text is an attempt; members differ in patience."""
    head = [
        'schema = "agreement/0.1"\n[agreement]\nid = "x"\nunit = "<b>gold</b>"\nperiod = "<i>moon</i>"\nhorizon = "infinite"',
        f"title = {json.dumps(title)}\nprovenance = {json.dumps(title)}\nsources = [{json.dumps(title)}]",
    ]
    people = [
        f'[[member]]\nid = "{NAMES[at]}"\ndiscount = 0.{at % 9 + 1}\ndues = 1.0\nprovenance = "</style>"\noutside = {at % 3}.0\n'
        "temptation = 5.0\ncooperate = 3.0\npunish = 1.0"
        for at in range(members)
    ]
    losses = "\n".join(f'"{NAMES[at]}" = [{at % 7}.5]' for at in range(members))
    disclosure = (
        '[[clause]]\nid = "reports"\ntype = "audited_disclosure"\narea = "information_sharing"\nsunset = "<s>never</s>"\n'
        'effective_from = "</table><h1>now"\nclass = [{ name = "k", p = 0.5, value = { value = 2.0, source = "</td><u>" } }]\n'
        f"audit = {{ rate = 0.2, sensitivity = 0.7 }}\nsanction = {{ fine = 2.0 }}\n[clause.loss]\n{losses}"
    )
    watch = '[[clause]]\nid = "watch"\ntype = "monitoring"\narea = "trust_building"\nfalse_alarm = 0.1\ndetection = 0.6'
    return "\n\n".join([*head, *people, disclosure, watch])


# Ids the reader takes, some as long or as misleading as it allows.
NAMES = ["all", "resulting", "-", "_", "0", "x" * 200, "total", "m1", *(f"member_{at}{'-' * at}" for at in range(42))]


def renamed(agreement: Agreement, name) -> Agreement:
    """The agreement with other ids, ones that the reader would refuse."""
    members = tuple(replace(member, id=name(member.id)) for member in agreement.members)
    clauses = tuple(
        replace(
            clause,
            id=name(clause.id),
            **({"loss": {name(k): v for k, v in clause.loss.items()}} if hasattr(clause, "loss") else {}),
        )
        for clause in agreement.clauses
    )
    return replace(agreement, members=members, clauses=clauses)


def test_nothing_of_the_file_acts_as_html():
    agreement = Agreement.loads(hostile(5))
    for assessment in (assess(agreement), assess(renamed(agreement, lambda name: f"{EVIL} {name}"))):
        html = render(assessment)
        page = Page(html)
        assert not {tag for tag, _ in page.tags} & {"script", "i", "u", "s", "gold"}
        assert EVIL not in html
        assert EVIL in page.text
        assert "<b>gold</b>" in page.text
        assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
        assert [tag for tag, _ in page.tags].count("h1") == 1


def test_fifty_members_with_odd_names_fit():
    assessment = assess(Agreement.loads(hostile(50, "{{ 7 * 7 }}{% for %} a title " * 100)))
    page = Page(render(assessment))
    assert [row.name for row in member_map(assessment)][:50] == NAMES
    assert "{{ 7 * 7 }}{% for %}" in page.text
    assert len([name for name in page.values("id") if re.fullmatch(r"m\d+", name)]) == 50


def test_an_agreement_that_asks_nothing_of_anyone_has_a_report():
    text = 'schema = "agreement/0.1"\n[agreement]\nid = "x"\nunit = "u"\nperiod = "year"\nhorizon = 3\n[[member]]\nid = "A"\n'
    clause = (
        '[[clause]]\nid = "s"\narea = "information_sharing"\ntype = "privacy_budget"\nepsilon_total = 1\n'
        'queries = [{ name = "q", weight = 1 }]\n'
    )
    page = Page(render(assess(Agreement.loads(text + clause))))
    assert "no requirement is stated" in page.text
    assert "nothing is asked of it" in page.text


def test_a_path_that_leads_nowhere_is_shown_as_it_is(frontier):
    setting = frontier.agreement.setting()
    assert label_path(setting, "nowhere").name == "nowhere"
    assert label_path(setting, "clause.disclosure").name == "clause.disclosure"
    assert label_path(setting, "clause.disclosure.audit.rate").meaning == 'chance that a "nothing to report" is examined'
    assert label_path(setting, "clause.disclosure.loss.L1.near_miss").unit == "USD_m"


def test_two_numbers_are_told_apart_with_more_digits():
    assert told_apart(Fraction(9, 10), Fraction(90001, 100000)) == ("0.9", "0.90001")
    assert told_apart(1, 1) == ("1", "1")


# --- drawings ----------------------------------------------------------------------------------

numbers = st.one_of(
    st.none(),
    st.fractions(),
    st.integers(-(10**300), 10**300),
    st.floats(allow_nan=False),
    st.sampled_from([0, Fraction(0), Fraction(1, 10**300), -(10**299), float("inf")]),
)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.text(max_size=30), numbers, numbers, st.none() | st.tuples(st.fractions(), st.fractions())), max_size=6
    )
)
def test_whatever_is_drawn_lies_within_the_drawing(rows):
    drawn = charts.dot_chart(
        EVIL,
        ("<1>", "2"),
        [charts.Row(label, (one, two), band and (min(band), max(band))) for label, one, two, band in rows],
        "<u>",
    )
    Page(drawn)
    width = charts.WIDTH
    for x in re.findall(r"translate\(([^ ]+) ", drawn) + re.findall(r'<rect[^>]* x="([^"]+)"', drawn):
        assert 0 <= float(x) <= width
    assert drawn.count('class="s ') == sum(
        number is not None and abs(number) != float("inf") for _, one, two, _ in rows for number in (one, two)
    )


def test_equal_numbers_and_zero_are_drawn_in_the_middle():
    middle = (charts.LABELS + charts.WIDTH - charts.RIGHT) / 2
    for number in (0, Fraction(7, 3), -5):
        drawn = charts.dot_chart("t", ("one",), [charts.Row("a", (number,))], "u")
        assert float(re.search(r"translate\(([^ ]+) ", drawn)[1]) == pytest.approx(middle, abs=60)


def test_larger_numbers_are_further_right_and_zero_is_marked():
    drawn = charts.dot_chart("t", ("one",), [charts.Row(str(n), (n,)) for n in (-3, 0, 2, 10**6)], "u")
    places = [float(x) for x in re.findall(r"translate\(([^ ]+) ", drawn)]
    assert places == sorted(places)
    assert 'class="zero"' in drawn


def test_the_core_of_three_is_the_hexagon_its_bounds_cut_out():
    # By hand: total 10, each between 2 and 5: (5, 3, 2) and its five permutations.
    points = charts._core_corners([(Fraction(2), Fraction(5))] * 3, Fraction(10))
    assert sorted(points) == sorted({(5, 3, 2), (5, 2, 3), (3, 5, 2), (2, 5, 3), (3, 2, 5), (2, 3, 5)})
    for one, two in zip(points, [*points[1:], points[0]], strict=True):
        assert sum(a == b for a, b in zip(one, two, strict=True)) == 1  # neighbours share one bound


def test_a_triangle_needs_something_to_divide_and_nothing_negative():
    assert charts.simplex("t", LETTERS[:3], [(0, 0, 0)], None) == ""
    assert charts.simplex("t", LETTERS[:3], [(5, 6, -1)], None) == ""
    assert charts.simplex("t", LETTERS[:3], [(5, 5, float("inf"))], None) == ""
    Page(charts.simplex(EVIL, (EVIL, "b", "c"), [(1, 2, 3)], [(0, 1), (2, 3), (2, 3)]))


def test_bars_are_shares_of_the_whole():
    drawn = charts.stacked_bar("t", [("a", 1), ("b", 3), ("c", 0)])
    assert re.findall(r'width="([\d.]+)" height="26"', drawn) == [f"{charts.WIDTH / 4:.1f}", f"{3 * charts.WIDTH / 4:.1f}"]
    assert "<rect" not in charts.stacked_bar("t", [("a", 0)])
    assert 'width="80.0"' in charts.room_bar(Fraction(7))
    assert 'width="20.0"' in charts.room_bar(Fraction(1, 4))
