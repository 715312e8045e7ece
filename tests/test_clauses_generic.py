"""Every clause type in the catalogue keeps the promises of the interface; a new type is found, not listed."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import Phase, given, settings

import comity.agreements.assessment
import comity.agreements.repairs
from comity.agreements.levers import STEP
from comity.catalogue import things
from comity.declaration import AREAS
from comity.mechanisms.clause import Flaw
from comity.mechanisms.findings import Lever
from comity.mechanisms.parameters import parameters_of
from comity.mechanisms.trust_building.monitoring import Monitoring
from comity.testing import clauses

TYPES = clauses.all_clause_types()
SLOW = ("repairs_repair", "margins_turn")


@pytest.mark.parametrize("name", TYPES)
@pytest.mark.parametrize("promise", clauses.promises())
def test_a_clause_type_keeps_its_promises(name, promise):
    # A seed cannot be made simpler, so nothing is gained by shrinking.
    @settings(max_examples=3 if promise in SLOW else 6, phases=[Phase.generate])
    @given(clauses.settings(TYPES[name]))
    def kept(setting):
        clauses.promises()[promise](setting)

    kept()


@pytest.mark.parametrize("name", TYPES)
def test_a_clause_type_says_what_it_is(name):
    cls = TYPES[name]
    declaration = cls.__declaration__
    assert declaration.area == cls.area
    assert cls.area in AREAS
    assert cls.type == name
    assert declaration.claims
    assert declaration.reference
    assert cls.__doc__
    assert all(described.metadata["meaning"] for described in parameters_of(cls).values())


def test_every_clause_of_the_catalogue_has_a_name_in_files():
    declared = [thing for thing in things("comity.mechanisms").values() if thing.__declaration__.kind == "clause"]
    assert len(declared) == len(TYPES) >= 15


@pytest.mark.parametrize("name", TYPES)
@pytest.mark.parametrize("n", [0, 50])
def test_any_number_of_members_is_answered_or_refused(name, n):
    setting = clauses.random_setting(TYPES[name], n, seed=7)
    flaws = [flaw for clause in setting.clauses for flaw in clause.flaws(setting)]
    if flaws:
        assert all(flaw.message and flaw.hint for flaw in flaws)
        return
    for clause in setting.clauses:
        found = clause.findings(setting)
        assert n or not any(finding.member for finding in found)
        for member in setting.among(clause)[:3]:
            clause.deviations(setting, member)


# --- each promise is seen to fail ------------------------------------------------------------------


def repeated(findings):
    return lambda self, setting: [*findings(self, setting), *findings(self, setting)]


def boundless(findings):
    return lambda self, setting: [f for member in setting.members for f in findings(replace(self, applies_to=()), setting)]


def in_dollars(findings):
    return lambda self, setting: [replace(finding, gain=Fraction(1)) for finding in findings(self, setting)]


def too_much(deviations):
    return lambda self, setting, member: [replace(one, gain=one.gain + 1) for one in deviations(self, setting, member)]


BROKEN = {
    "no_flaws": ("flaws", lambda flaws: lambda self, setting: iter([Flaw(("detection",), "is wrong")])),
    "findings_in_form": ("findings", repeated),
    "deviations_are_found": ("deviations", too_much),
    "numbers_are_exact": ("value", lambda value: lambda self, setting, member: 0.5),
    "bound_by_applies_to": ("findings", boundless),
    "unit_of_money_is_arbitrary": ("findings", in_dollars),
    "levers_are_real": ("levers", lambda levers: lambda self, setting: [Lever("charm", self.id, (), ("defect",))]),
}


@pytest.mark.parametrize("promise", BROKEN)
def test_a_clause_type_that_breaks_a_promise_is_noticed(promise, monkeypatch):
    setting = clauses.random_setting(Monitoring, 4, seed=1)
    clauses.promises()[promise](setting)
    method, broken = BROKEN[promise]
    monkeypatch.setattr(Monitoring, method, broken(getattr(Monitoring, method)))
    with pytest.raises(AssertionError, match="monitoring: "):
        clauses.promises()[promise](setting)


def test_a_clause_that_a_file_cannot_say_is_noticed():
    setting = clauses.random_setting(Monitoring, 2, seed=1)
    listed = replace(setting.clauses[0], applies_to=["M1", "M2"])
    with pytest.raises(AssertionError, match="applies_to was"):
        clauses.assert_file_says_the_same(replace(setting, clauses=(listed,)))


def test_a_repair_larger_than_needed_is_noticed(monkeypatch):
    setting = next(s for seed in range(50) if failing(s := clauses.random_setting(Monitoring, 3, seed)))
    clauses.assert_repairs_repair(setting)
    least = comity.agreements.repairs.least_value
    monkeypatch.setattr(comity.agreements.repairs, "least_value", lambda *given: (found := least(*given)) and found + STEP)
    with pytest.raises(AssertionError, match="monitoring: "):
        clauses.assert_repairs_repair(setting)


def failing(setting):
    """Whether something fails that a better alarm repairs."""
    found = [f for clause in setting.clauses for f in clause.findings(setting) if f.holds is False]
    return any(f.values["required_detection"] is not None and f.values["required_detection"] < 1 for f in found)


def test_a_margin_where_nothing_turns_is_noticed(monkeypatch):
    setting = clauses.random_setting(Monitoring, 3, seed=1)
    clauses.assert_margins_turn(setting)
    margin = comity.agreements.assessment.margin

    def nearer(setting, path, gain):
        found = margin(setting, path, gain)
        turns = found and found.turns_at
        return found if turns is None else replace(found, turns_at=(found.value * 3 + Fraction(turns)) / 4)

    monkeypatch.setattr(comity.agreements.assessment, "margin", nearer)
    with pytest.raises(AssertionError, match="it does not"):
        clauses.assert_margins_turn(setting)
