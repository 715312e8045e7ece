"""Repairs in words: what changes from what to what, what it costs whom, and on what it depends."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from comity import rational
from comity.agreements.labels import label_path, words
from comity.agreements.repairs import Repair
from comity.agreements.wording import lever_value
from comity.mechanisms import paths
from comity.mechanisms.setting import Setting

SPELLED_OUT = 4


@dataclass(frozen=True)
class Change:
    """One number before and after."""

    name: str
    path: str
    before: str
    after: str


@dataclass(frozen=True)
class RepairView:
    """A repair in words; ``state`` is ``ok`` (it repairs), ``if`` (not by itself) or ``fails`` (no value does)."""

    state: str
    lever: str
    changes: tuple[Change, ...]
    cost: Fraction | None
    unit: str
    paid_by: str
    budget_after: Fraction | None
    condition: str
    falls: tuple[tuple[str, Fraction], ...]

    @property
    def sentence(self) -> str:
        """What to change, what it costs and on what it depends."""
        told = [f"{change.name} from {change.before} to {change.after}" for change in self.changes[:SPELLED_OUT]]
        more = len(self.changes) - SPELLED_OUT
        text = ", ".join([*told, *([f"and {more} more numbers"] if more > 0 else [])])
        if self.cost:
            text += f"; costs {rational.short(self.cost)} {self.unit}, paid by {self.paid_by}"
        return f"{text}. {self.condition}".rstrip()


def repair_view(repair: Repair, setting: Setting) -> RepairView:
    """A repair with its numbers as the file names them."""
    on = f" on {words(repair.lever.item)}" if repair.lever.item else ""
    of = f" of {repair.lever.member}" if repair.lever.member else ""
    condition = repair.condition or ""
    return RepairView(
        state="ok" if repair.holds else "if" if repair.value is not None else "fails",
        lever=words(repair.lever.name).replace(".", " ") + on + of,
        changes=tuple(_change(setting, path, after) for path, after in repair.change.items()),
        cost=repair.cost,
        unit=f"{setting.unit} per {setting.period}",
        paid_by="the budget" if repair.paid_by == "budget" else repair.paid_by,
        budget_after=repair.budget_after,
        condition=f"{condition[:1].upper()}{condition[1:].rstrip('.')}." if condition else "",
        falls=tuple(repair.falls.items()),
    )


def _change(setting: Setting, path: str, after: Fraction) -> Change:
    label = label_path(setting, path)
    before = paths.read(setting, path)  # None: left out of the file, such as a bond or a side payment of nobody
    return Change(label.name, path, "nothing" if before is None else rational.short(before, 7), lever_value(after))
