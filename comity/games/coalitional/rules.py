"""Games written as rules: who must be there, who must be away, and what that is worth (marginal contribution nets)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Any, ClassVar, Protocol, Self, runtime_checkable

import numpy as np

from comity import rational
from comity.coalitions import names_of, player_names, subsets
from comity.declaration import declare
from comity.errors import InvalidGame, TooManyPlayers
from comity.games.coalitional.base import Game, Orientation
from comity.games.coalitional.json_form import fields, game_form, json_number
from comity.games.coalitional.links import mask_reader

# A rule with k players away stands for 2**k dividends.
MAX_DIVIDENDS = 4_000_000


@dataclass(frozen=True)
class Rule:
    """What a coalition is worth, more or less, if all of ``present`` and none of ``absent`` (bitmasks) are in it."""

    present: int
    absent: int
    worth: Fraction


@runtime_checkable
class RuleSum(Protocol):
    """A game that knows itself as a sum of rules."""

    def marginal_rules(self) -> tuple[Rule, ...]:
        """Rules whose worths add up to the worth of every coalition."""


@declare(
    "game",
    "A sum of rules: these present, those absent, worth so much (MC-net, sums of unanimity games)",
    area="benefit_distribution",
    reference="Ieong & Shoham (2005)",
)
class RuleGame(Game):
    """v(S) = sum of the worths of the rules that apply to S.

    A rule (present, absent, worth) applies if everybody in ``present`` and nobody in ``absent`` is in S.  Rules
    without absent players are unanimity games; every game is a sum of them.

    Parameters
    ----------
    rules : iterable of (present, worth), (present, absent, worth) or {"present": ..., "absent": ..., "worth": ...}
        Lists of names; at least one player is present, for nobody at all is worth nothing.
    players : iterable of str, optional
        By default everybody the rules name, in order of appearance.
    orientation : "gain" or "cost"

    The Harsanyi dividends follow from the rules, so that values are found for thousands of players; the Shapley value follows
    from the rules directly, however many players they want away.

    Examples
    --------
    >>> game = RuleGame([(["A", "B"], 5), (["A"], ["C"], 2)])
    >>> game.players, game.value(0b011), game.value(0b111)
    (('A', 'B', 'C'), 7.0, 5.0)
    """

    kind: ClassVar[str] = "rules"

    def __init__(
        self, rules: Iterable[Any], players: Iterable[str] | None = None, orientation: str | Orientation = Orientation.GAIN
    ) -> None:
        parts = [_parts(rule, number) for number, rule in enumerate(_listed(rules), start=1)]
        named = dict.fromkeys(name for present, absent, _ in parts for name in (*present, *absent))
        listed = tuple(named) if players is None else tuple(players)
        self.players = player_names(listed, len(listed))
        self.orientation = Orientation(orientation)
        mask = mask_reader(self.players)
        self.rules = tuple(
            _rule(mask, number, present, absent, worth) for number, (present, absent, worth) in enumerate(parts, start=1)
        )

    @cached_property
    def _integers(self) -> tuple[list[tuple[int, int, int]], int]:
        """Present, absent and worth of each rule in the worths' smallest common unit."""
        unit = lcm(*(rule.worth.denominator for rule in self.rules))
        return [(rule.present, rule.absent, int(rule.worth * unit)) for rule in self.rules], unit

    def value(self, coalition: int) -> float:
        return rational.double(self.exact(coalition))

    def exact(self, coalition: int) -> Fraction:
        rules, unit = self._integers
        return Fraction(
            sum([worth for present, absent, worth in rules if coalition & present == present and not coalition & absent]), unit
        )

    def dividends(self) -> dict[int, Fraction]:
        # A rule is worth * product of x_i (present) * product of 1 - x_j (absent), multiplied out.
        terms = sum(1 << rule.absent.bit_count() for rule in self.rules)
        if terms > MAX_DIVIDENDS:
            raise TooManyPlayers(f"the rules stand for {terms:.1e} dividends, here at most {MAX_DIVIDENDS}; name fewer as absent")
        total: dict[int, Fraction] = {}
        for rule in self.rules:
            for away in subsets(rule.absent):
                sign = -1 if away.bit_count() % 2 else 1
                total[rule.present | away] = total.get(rule.present | away, Fraction(0)) + sign * rule.worth
        return {S: dividend for S, dividend in total.items() if dividend}

    def marginal_rules(self) -> tuple[Rule, ...]:
        """The rules themselves: the Shapley value needs no dividend."""
        return self.rules

    def to_json(self) -> dict[str, Any]:
        return game_form(
            self.kind,
            self,
            rules=[
                {
                    "present": names_of(self.players, rule.present),
                    "absent": names_of(self.players, rule.absent),
                    "worth": json_number(rule.worth),
                }
                for rule in self.rules
            ],
        )

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read the form back; `read_game` is the way in."""
        given = fields(data, "rules")
        return cls(given["rules"], given["players"], given["orientation"])

    @classmethod
    def random(cls, n: int, rng: np.random.Generator) -> Self:
        """As many rules as players, in small integers, received or paid."""
        names = player_names(None, n)
        rules = []
        for _ in range(n):
            present, *others = rng.permutation(n).tolist()
            sides = rng.integers(0, 3, len(others)).tolist()
            joining = [names[i] for i, side in zip(others, sides) if side == 1]
            away = [names[i] for i, side in zip(others, sides) if side == 2]
            rules.append(([names[present], *joining], away, int(rng.integers(-5, 10))))
        return cls(rules, names, ["gain", "cost"][int(rng.integers(2))])


def _listed(rules: Any) -> list[Any]:
    if isinstance(rules, str | Mapping) or not isinstance(rules, Iterable):
        raise InvalidGame(f"the rules are {rules!r}; write a list such as [(['A', 'B'], 5)]")
    return list(rules)


def _parts(rule: Any, number: int) -> tuple[list[str], list[str], Any]:
    where = f"rule {number}"
    if isinstance(rule, Mapping):
        unknown = [key for key in rule if key not in ("present", "absent", "worth")]
        if unknown or "present" not in rule or "worth" not in rule:
            raise InvalidGame(f'{where} has the parts {", ".join(map(str, rule))}; use "present", "worth" and perhaps "absent"')
        present, absent, worth = rule["present"], rule.get("absent", ()), rule["worth"]
    elif isinstance(rule, tuple | list) and len(rule) in (2, 3):
        present, absent, worth = (rule[0], (), rule[1]) if len(rule) == 2 else rule
    else:
        raise InvalidGame(f"{where} is {rule!r}; write (present, worth) or (present, absent, worth)")
    return _names(present, where), _names(absent, where), worth


def _names(names: Any, where: str) -> list[str]:
    if isinstance(names, str) or not isinstance(names, Iterable):
        raise InvalidGame(f"{where} has {names!r} where a list of names is expected; write ['A', 'B']")
    listed = list(names)
    if not all(isinstance(name, str) for name in listed):
        raise InvalidGame(f"{where} names {listed!r}; names are text, such as ['A', 'B']")
    return listed


def _rule(mask: Any, number: int, present: list[str], absent: list[str], worth: Any) -> Rule:
    where = f"rule {number}"
    rule = Rule(mask(present, where), mask(absent, where), rational.exact(worth, f"the worth of {where}"))
    if not rule.present:
        raise InvalidGame(f"{where} asks for nobody to be present, so that nobody at all would be worth something; name a player")
    if rule.present & rule.absent:
        both = [name for name in present if name in absent]
        raise InvalidGame(f"{where} wants {both[0]} both present and absent; keep one")
    return rule
