"""An audit: each promise of a mechanism with its certificate, and the grid on which it was tried."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from comity import rational
from comity.certificate import Certificate
from comity.errors import InvalidEvidence
from comity.games.bayesian.rule import DirectRule

if TYPE_CHECKING:
    import pandas as pd

AUDIT_SCHEMA = "audit/0.1"


@dataclass(frozen=True, eq=False)
class Audit(Mapping[str, Certificate]):
    """What a mechanism promises, each promise with the proof that it holds or the best deviation from it.

    ``audit["truthful"]`` is a `Certificate`; ``audit.holds`` is true if every promise holds; ``audit.grid`` says on which types
    it was tried and how much.  ``rule`` is the table that was audited, where there is one: `check_deviation` adds up a lie in it.
    """

    grid: str
    certificates: Mapping[str, Certificate]
    rule: DirectRule | None = field(default=None, repr=False)

    def __getitem__(self, promise: str) -> Certificate:
        try:
            return self.certificates[promise]
        except KeyError:
            raise KeyError(f"{promise!r} was not audited; ask for it among promises=; here are {', '.join(self)}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self.certificates)

    def __len__(self) -> int:
        return len(self.certificates)

    @property
    def holds(self) -> bool:
        """Whether every promise holds; one that is undecided does not."""
        return all(self.certificates.values())

    def found(self, promise: str) -> str:
        """What was found out about a promise, in a sentence."""
        return sentence(self[promise])

    # --- showing -------------------------------------------------------------------------------

    def to_frame(self) -> pd.DataFrame:
        """A DataFrame with a row for each promise."""
        import pandas as pd

        rows = [
            {
                "verdict": certificate.verdict.value,
                "margin": None if certificate.margin is None else rational.double(certificate.margin),
                "basis": certificate.basis.value,
                "found": sentence(certificate),
            }
            for certificate in self.certificates.values()
        ]
        return pd.DataFrame(rows, index=pd.Index(list(self), name="promise"))

    def to_json(self) -> dict[str, Any]:
        """The form ``audit/0.1``; `from_json` reads it back.  The rule is not in it: ``audit.rule.to_json()`` writes that."""
        return {
            "schema": AUDIT_SCHEMA,
            "grid": self.grid,
            "holds": self.holds,
            "promises": {promise: certificate.to_json() for promise, certificate in self.certificates.items()},
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | str) -> Audit:
        """Read an ``audit/0.1`` back, from data or JSON text."""
        if isinstance(data, str):
            try:
                data = json.loads(data)
            except (ValueError, RecursionError) as error:
                raise InvalidEvidence(f"the audit is not JSON that can be read: {error}; give what to_json wrote") from None
        if not isinstance(data, Mapping) or data.get("schema") != AUDIT_SCHEMA:
            raise InvalidEvidence(f'this is not an audit; its "schema" should be "{AUDIT_SCHEMA}"')
        try:
            found = {str(promise): Certificate.from_json(each) for promise, each in data["promises"].items()}
            audit = cls(str(data["grid"]), found)
        except (KeyError, TypeError, AttributeError) as error:
            raise InvalidEvidence(f"the audit cannot be read: {error!r}; write it with to_json") from None
        if audit.holds is not data.get("holds"):
            raise InvalidEvidence("the audit says of itself that it holds or not, but its promises say otherwise")
        return audit

    def summary(self) -> str:
        """Promise by promise, in plain text, with the grid under it."""
        width = max((len(promise) for promise in self), default=0)
        lines = [
            f"{promise.replace('_', ' '):<{width}}  {certificate.verdict.value:<9}  {sentence(certificate)}"
            for promise, certificate in self.certificates.items()
        ]
        return "\n".join([*lines, self.grid])

    __str__ = summary

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{html.escape(promise.replace('_', ' '))}</td><td>{certificate.verdict.value}</td>"
            f"<td>{html.escape(sentence(certificate))}</td></tr>"
            for promise, certificate in self.certificates.items()
        )
        return f"<table><tr><th>promise</th><th></th><th>found</th></tr>{rows}</table><p>{html.escape(self.grid)}</p>"


def sentence(certificate: Certificate) -> str:
    """Who would do what and gain how much; or what was tried, where nobody would."""
    witness, unit = certificate.witness, f" {certificate.unit}" if certificate.unit else ""
    if certificate:
        spare = "" if not certificate.margin else f", with {rational.short(certificate.margin)}{unit} to spare"
        return certificate.claim + spare
    if certificate.margin is None:
        return str(witness.get("reason", certificate.claim))
    passed = rational.exact(witness.get("tolerance", 0), "the tolerance")
    amount = f"{rational.short(abs(rational.exact(certificate.margin)) + passed)}{unit}"
    return _deviation(certificate.check, witness, amount)


def _deviation(check: str, witness: Mapping[str, Any], amount: str) -> str:
    if check == "check_truthful":
        others = f" while {_says(witness['others'])}" if witness.get("others") else ""
        average = "" if "others" in witness else " on average"
        return f"{witness['agent']} with {witness['type']} gains {amount}{average} by saying {witness['report']}{others}"
    if "members" in witness:
        lies = " and ".join(
            f"{agent} with {said['type']} says {said['report']} (gains {rational.short(rational.exact(said['gain']))})"
            for agent, said in witness["members"].items()
        )
        return f"{lies}" + (f" while {_says(witness['others'])}" if witness["others"] else "")
    if check == "check_participation":
        where = f"with {witness['type']}" if "type" in witness else f"where {_says(witness['types'], 'has')}"
        return f"{witness['agent']} would be {amount} better off outside, {where}"
    if check == "check_budget":
        where = f" where {_says(witness['reports'])}" if "reports" in witness else " on average"
        return f"{amount} are left over or missing{where}" if witness["mode"] == "balanced" else f"{amount} are missing{where}"
    if check == "check_efficiency":
        return f"{amount} are lost to all together where {_says(witness['reports'])}"
    if check == "check_envy_free":
        return (
            f"{witness['agent']} would be {amount} better off in the place of {witness['envies']} where {_says(witness['types'])}"
        )
    if check in ("check_weakly_monotone", "check_implementable"):
        names = ", ".join(witness["types"])
        others = f" while {_says(witness['others'])}" if witness["others"] else ""
        return f"types {names} of {witness['agent']} would gain {amount} in value by claiming one another in turn{others}"
    if check == "check_false_name_proof":
        said = ", ".join(witness["reports"])
        return f"a player with {witness['type']} gains {amount} by reporting {said}" + (
            f" while others report {', '.join(witness['others'])}" if witness["others"] else ""
        )
    if check == "check_obviously_strategyproof":
        return (
            f"{witness['agent']} with {witness['type']} at {witness['information']!r}: {witness['departure']} may end {amount} "
            f"better than {witness['plan']}"
        )
    return amount


def _says(said: Mapping[str, Any], verb: str = "says") -> str:
    return ", ".join(f"{agent} {verb} {report}" for agent, report in said.items())
