"""A certificate: what was claimed, whether it holds, by how much, and the evidence.

The witness is plain data (lists, mappings, text; exact numbers as ``"715/6"``), so that a certificate
goes to JSON and comes back the same, and whoever reads it can repeat the check by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Any

from comity import rational
from comity.errors import InvalidEvidence


class Verdict(StrEnum):
    """Whether the claim holds; UNDECIDED is never success."""

    HOLDS = "HOLDS"
    FAILS = "FAILS"
    UNDECIDED = "UNDECIDED"


class Basis(StrEnum):
    """How far to trust a verdict."""

    EXACT = "EXACT"  # checked in rational arithmetic
    ENCLOSED = "ENCLOSED"  # checked in interval arithmetic, or in floats with a proved error bound
    DEFINITION = "DEFINITION"  # true by how the numbers were defined
    ESTIMATE = "ESTIMATE"  # a statistical statement with its confidence
    ASSUMED = "ASSUMED"  # not checked here


@dataclass(frozen=True)
class Certificate:
    """Evidence for one claim.

    Parameters
    ----------
    claim : str
        One sentence.
    verdict : Verdict
    margin : Fraction or float, optional
        Positive: what the claim has to spare; negative: by how much it is violated.
    unit : str
        Unit of the margin.
    basis : Basis
    witness : mapping
        Plain data anyone can recheck: a blocking coalition, balanced weights, a dual, the best lie.
    check : str
        Name of the check that confirms the claim again from the witness, if there is one.

    Examples
    --------
    >>> bool(Certificate("1 + 1 = 2", Verdict.HOLDS))
    True
    >>> bool(Certificate("nobody knows", Verdict.UNDECIDED))
    False
    """

    claim: str
    verdict: Verdict
    margin: Fraction | float | None = None
    unit: str = ""
    basis: Basis = Basis.EXACT
    witness: Mapping[str, Any] = field(default_factory=dict)
    check: str = ""

    def __bool__(self) -> bool:
        return self.verdict is Verdict.HOLDS

    def to_json(self) -> dict[str, Any]:
        """Plain data; an exact margin is kept beside its nearest double."""
        return {
            "claim": self.claim,
            "verdict": self.verdict.value,
            **number_fields("margin", self.margin),
            "unit": self.unit,
            "basis": self.basis.value,
            "check": self.check,
            "witness": plain(self.witness),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Certificate:
        """Read a certificate back; anything malformed is `InvalidEvidence`."""
        try:
            return cls(
                claim=str(data["claim"]),
                verdict=Verdict(data["verdict"]),
                margin=read_number("margin", data),
                unit=str(data.get("unit", "")),
                basis=Basis(data["basis"]),
                witness=dict(data.get("witness", {})),
                check=str(data.get("check", "")),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InvalidEvidence(f"this is not a certificate: {error!r}; give the JSON form of one") from None

    def __str__(self) -> str:
        margin = "" if self.margin is None else f", margin {rational.short(self.margin)} {self.unit}".rstrip()
        return f"{self.verdict.value} ({self.basis.value}{margin}): {self.claim}"


def holds_if(condition: bool) -> Verdict:
    """HOLDS or FAILS."""
    return Verdict.HOLDS if condition else Verdict.FAILS


def number_fields(name: str, number: Fraction | int | float | None) -> dict[str, Any]:
    """``{name: nearest double}``, with ``{name_exact: "p/q"}`` where the number is exact."""
    if number is None:
        return {name: None}
    if isinstance(number, Fraction | int):
        value = rational.double(Fraction(number))
        # JSON has no infinities; beyond the doubles only the exact text remains.
        finite = abs(value) != float("inf")
        return {name: value if finite else None, f"{name}_exact": rational.text(number)}
    return {name: number if abs(number) != float("inf") else None}


def read_number(name: str, data: Mapping[str, Any]) -> Fraction | float | None:
    """The exact number where there is one, else the double."""
    if f"{name}_exact" in data:
        return rational.exact(data[f"{name}_exact"], name)
    value = data.get(name)
    return None if value is None else float(value)


def plain(value: Any) -> Any:
    """The value as JSON can hold it: fractions become text, tuples lists."""
    if isinstance(value, Fraction):
        return rational.text(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value
