"""Audited disclosure beyond the example: several such clauses live on the same dues."""

from fractions import Fraction

import comity
from comity.agreements.file import Agreement

TEXT = """
schema = "agreement/0.1"
[agreement]
id = "two"
unit = "USD_m"
period = "year"
horizon = "infinite"
[[member]]
id = "A"
dues = 1.0
[[member]]
id = "B"
dues = 1.0
""" + "".join(
    f"""
[[clause]]
id = "{name}"
area = "information_sharing"
type = "audited_disclosure"
class = [{{ name = "flaw", p = 1.0, value = 4.0, reward = 0.75 }}]
loss = {{ A = [0.5], B = [0.5] }}
audit = {{ rate = 0.5, sensitivity = 0.5 }}
sanction = {{ fine = 5.0 }}
"""
    for name in ("first", "second")
)


def test_dues_are_spent_once_whatever_the_number_of_clauses():
    # Each clause pays 2 * 0.75 = 1.5 in rewards; the dues of 2 do not carry 3, though they carry either.
    assessment = comity.assess(Agreement.loads(TEXT))
    (budget,) = [finding for finding in assessment.findings if finding.question == "budget"]
    assert budget.values["budget"] == -1
    assert budget.holds is False
    assert not assessment.holds


def test_dues_lower_the_value_of_membership_once():
    # 4 received in each clause, 0.25 gained by disclosing in each, 1 of dues.
    leaving = comity.assess(Agreement.loads(TEXT))["agreement.leave.A"]
    assert leaving.values["value"] == 2 * (4 + Fraction(1, 4)) - 1
    assert comity.verify(comity.assess(Agreement.loads(TEXT)))
