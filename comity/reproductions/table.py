"""A paper's table beside ours: each number as it was printed, and the one we compute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from comity import rational

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Row:
    """One number or statement of the paper and ours.

    Parameters
    ----------
    label : str
    published : str
        As printed: ``"2.52"``, ``"45/11"``, ``"33 1/3"``, or words.
    ours : Fraction or str
        A number is compared at the printed digits; words must be the same.
    """

    label: str
    published: str
    ours: Fraction | str

    @property
    def agrees(self) -> bool:
        """Whether ours, rounded to the digits that were printed, is what was printed."""
        if isinstance(self.ours, str):
            return self.ours == self.published
        number, half_a_digit = printed(self.published)
        return abs(self.ours - number) <= half_a_digit

    @property
    def shown(self) -> str:
        """Ours as people read it, with the exact number where it is short."""
        if isinstance(self.ours, str):
            return self.ours
        text = rational.text(self.ours)
        return text if len(text) <= 12 else rational.short(self.ours, 6)


@dataclass(frozen=True)
class Reproduction:
    """A paper's numbers beside ours; ``agrees`` if every row does."""

    name: str
    title: str
    reference: str
    source: str
    rows: tuple[Row, ...]

    @property
    def agrees(self) -> bool:
        """Whether every number agrees at the digits that were printed."""
        return all(row.agrees for row in self.rows)

    def to_text(self) -> str:
        """The table as plain text, with where the published numbers were read."""
        head = ("", "published", "ours", "")
        lines = [(row.label, row.published, row.shown, "" if row.agrees else "DIFFERS") for row in self.rows]
        width = [max(len(line[k]) for line in (head, *lines)) for k in range(3)]
        table = [
            f"  {label:<{width[0]}}  {published:>{width[1]}}  {ours:>{width[2]}}  {mark}".rstrip()
            for label, published, ours, mark in (head, *lines)
        ]
        differing = sum(not row.agrees for row in self.rows)
        count = f"All {len(self.rows)} agree." if not differing else f"{differing} of {len(self.rows)} differ."
        return "\n".join([self.title, *table, count, f"{self.reference}  Published numbers: {self.source}"])

    __str__ = to_text

    def to_frame(self) -> pd.DataFrame:
        """A DataFrame with the columns ``published``, ``ours`` and ``agrees``."""
        import pandas as pd

        rows: Sequence[dict[str, Any]] = [
            {"published": row.published, "ours": row.shown, "agrees": row.agrees} for row in self.rows
        ]
        return pd.DataFrame(rows, index=pd.Index([row.label for row in self.rows], name=self.name))


def printed(text: str) -> tuple[Fraction, Fraction]:
    """A printed number, and half a unit of its last digit (0 for fractions and whole numbers).

    >>> printed("33 1/3"), printed("2.52")
    ((Fraction(100, 3), Fraction(0, 1)), (Fraction(63, 25), Fraction(1, 200)))
    """
    number = sum((rational.exact(part, "a printed number") for part in text.split()), Fraction(0))
    decimals = len(text.partition(".")[2])
    return number, Fraction(1, 2 * 10**decimals) if decimals else Fraction(0)
