"""Smallest repairs, checked against closed forms in units other than the examples'."""

from __future__ import annotations

from fractions import Fraction as F

import pytest

import comity

TWO = """schema = "agreement/0.1"
[agreement]
id = "two"
unit = "USD"
period = "year"
horizon = "infinite"
[[member]]
id = "A"
discount = 0.5
[[member]]
id = "B"
discount = 0.5
[[clause]]
id = "d"
area = "information_sharing"
type = "audited_disclosure"
class = [ {{ name = "k", p = 0.5, value = {value} }} ]
loss = {{ A = [{loss}], B = [0.0] }}
audit = {{ rate = 0.1, sensitivity = 0.9 }}
sanction = {{ fine = 0.0, expel = false }}
[[question]]
kind = "fix"
instruments = ["sanction.fine"]
"""


@pytest.mark.parametrize("unit", [1, 10**9, 10**13, 10**25])
def test_the_least_fine_does_not_depend_on_the_unit_of_money(unit):
    """Without expulsion A hides unless rate * sensitivity * fine >= loss, so the least fine is loss / 0.09."""
    assessment = comity.assess(comity.Agreement.loads(TWO.format(value=f"{10 * unit}.0", loss=f"{9 * unit}.0")))
    (repair,) = assessment.repairs
    assert repair.value == F(9 * unit) / F(9, 100)
    assert repair.holds
    assert comity.verify(assessment.to_json())


TINY = """schema = "agreement/0.1"
[agreement]
id = "tiny"
unit = "USD_m"
period = "year"
horizon = "infinite"
[[member]]
id = "A"
discount = 0.74
temptation = 1.5e-9
cooperate = 1e-9
punish = 0
[[clause]]
id = "alarms"
area = "trust_building"
type = "monitoring"
false_alarm = 0.6
detection = 1
[[clause]]
id = "escrow"
area = "trust_building"
type = "escrow"
"""


def test_a_range_that_holds_no_sixth_decimal_is_said_to_and_verifies():
    """The largest bond A accepts is (R - P) / p0 = 1e-9 / 0.6, far below a millionth."""
    assessment = comity.assess(comity.Agreement.loads(TINY))
    (bond,) = [repair for repair in assessment.repairs if repair.lever.name == "bond"]
    assert bond.value is None
    assert bond.condition == "bond of A has no value on six decimals between 0 and 1.667e-09: choose a smaller unit"
    assert comity.verify(assessment.to_json())
