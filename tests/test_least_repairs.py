"""Smallest repairs, checked against closed forms in units other than the examples'."""

from __future__ import annotations

from fractions import Fraction as F

import pytest

import comity
from comity.agreements import repairs
from comity.mechanisms.findings import Solved

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


HOLLOW = """schema = "agreement/0.1"
[agreement]
id = "hollow"
unit = "USD_m"
period = "year"
horizon = "infinite"
[[member]]
id = "A"
discount = 0.97
[[member]]
id = "B"
discount = 0
[[clause]]
id = "d"
area = "information_sharing"
type = "audited_disclosure"
class = [ { name = "k", p = 0.28, value = 54.781 } ]
loss = { A = [19.147224], B = [0] }
audit = { rate = 0, sensitivity = 0.73, false_positive = 0.64 }
sanction = { fine = 132.067, expel = true }
[[question]]
kind = "fix"
instruments = ["audit.rate"]
"""


def test_a_rate_that_deters_only_for_a_stretch_is_found():
    """Wrongful fines eat up what expulsion would cost, so what A gains by hiding falls, rises and falls again as audits rise."""
    loss, fine, sensitivity, wrongful, p = F("19.147224"), F("132.067"), F("0.73"), F("0.64"), F("0.28")
    future = F(97, 3)  # discount / (1 - discount)

    def gain(rate):
        membership = p * (F("54.781") - loss) - rate * wrongful * fine * (1 - p)
        return loss - rate * sensitivity * (fine + future * max(F(0), membership))

    (repair,) = comity.assess(comity.Agreement.loads(HOLLOW)).repairs
    assert gain(repair.value) <= 0 < gain(repair.value - F(1, 10**6))
    assert repair.value < F(1, 8) < F("0.198605")
    assert gain(F(1, 8)) > 0 >= gain(F("0.198605"))
    assert repair.holds


@pytest.mark.parametrize("claimed", ["0.198605", "0.1112591"])
def test_a_repair_larger_than_the_least_is_refused(claimed):
    """The first is where a later stretch begins, so that one millionth less does not do; the second lies between two decimals."""
    agreement = comity.Agreement.loads(HOLLOW)
    assessment = comity.assess(agreement)
    (target, (lever,)) = next(iter(repairs.tasks(agreement, agreement.setting(), assessment.membership, assessment.findings)))
    solved = Solved(F(claimed), {lever.paths[0]: F(claimed)}, {})
    forged = repairs.describe(agreement.setting(), assessment.membership, target, lever, solved)
    data = assessment.to_json()
    assert comity.verify(data)
    assert not comity.verify({**data, "repairs": [forged.to_json()]})
