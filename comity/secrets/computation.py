"""What parties compute from their secrets: public to all of them, and the same for all of them."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from comity import rational
from comity.coalitions import members
from comity.errors import ComityError, InvalidGame, TooManyPlayers

SCHEMA = "computation/0.1"
KINDS = ("sum", "shapley", "core")
GAMES = ("worths", "airport", "claims")
# One secret comparison for each coalition where worths are made from the secrets; one number each where they are the secrets.
MOST_PLAYERS = {"worths": 10, "airport": 8, "claims": 8}
MOST_DECIMALS = 12


@dataclass(frozen=True, kw_only=True)
class Computation:
    """A function of the sum of the parties' numbers; every party has a secret number for each label.

    Parameters
    ----------
    compute : "sum", "shapley" or "core"
        The sum itself, the Shapley value of the game, or whether ``split`` is in its core.
    names : tuple of str
        The players; for a sum, what is added up.
    game : "worths", "airport" or "claims"
        What the numbers mean: worths of coalitions (labels ``A`` and ``A,B``); costs of the players alone, of which a coalition
        bears the largest; or claims of the players on ``estate``, of which a coalition gets what the others' claims leave.
    orientation : "gain" or "cost"
        Whether worths are received or paid.
    split : tuple of number, optional
        For "core": the amounts that are tested, public.
    estate : number, optional
        For claims: what there is, public.
    decimals : int
        Numbers are rounded to so many decimals before they are shared.
    limit : number
        No party's number is larger in size.
    show_excess : bool
        For "core": also reveal the largest excess of a coalition.

    Examples
    --------
    >>> Computation(compute="shapley", names=("A", "B")).labels
    ('A', 'B', 'A,B')
    >>> Computation(compute="sum", names=("incidents",)).labels
    ('incidents',)
    """

    compute: Literal["sum", "shapley", "core"]
    names: tuple[str, ...]
    game: Literal["worths", "airport", "claims"] = "worths"
    orientation: Literal["gain", "cost"] = "gain"
    split: tuple[Fraction, ...] | None = None
    estate: Fraction | None = None
    decimals: int = 6
    limit: Fraction = Fraction(10**9)
    show_excess: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(self.names))
        object.__setattr__(self, "limit", rational.exact(self.limit, "limit"))
        if self.split is not None:
            object.__setattr__(self, "split", tuple(rational.exact(x, "an amount of the split") for x in self.split))
        if self.estate is not None:
            object.__setattr__(self, "estate", rational.exact(self.estate, "estate"))
        self._check()

    def _check(self) -> None:
        for word, known, what in ((self.compute, KINDS, "computation"), (self.game, GAMES, "game")):
            if word not in known:
                raise ComityError(f"there is no {what} {word!r}; use one of {', '.join(known)}")
        if self.orientation not in ("gain", "cost"):
            raise ComityError(f"orientation is {self.orientation!r}; use gain or cost")
        if not self.names or len(set(self.names)) < len(self.names) or not all(self.names):
            raise InvalidGame(
                f"the names are {', '.join(map(repr, self.names)) or 'missing'}; give each player a name of its own"
            )
        if any("," in name for name in self.names):
            raise InvalidGame("a name contains a comma, which separates the members of a coalition; choose another name")
        if not 0 <= self.decimals <= MOST_DECIMALS:
            raise ComityError(f"decimals is {self.decimals}; at most {MOST_DECIMALS} are shared")
        if self.limit <= 0:
            raise ComityError(f"limit is {rational.short(self.limit)}; give the largest size a number may have")
        if self.compute == "sum":
            return
        most = MOST_PLAYERS[self.game]
        if len(self.names) > most:
            raise TooManyPlayers(
                f"{len(self.names)} players have {(1 << len(self.names)) - 1:,} coalitions; "
                f"of the game {self.game!r} at most {most} players are computed on shared secrets"
            )
        if (self.game == "claims") is not (self.estate is not None):
            raise ComityError("claims need an estate, and no other game has one; give estate with game claims only")
        if self.game != "worths" and self.orientation != ("cost" if self.game == "airport" else "gain"):
            raise ComityError(f"orientation is {self.orientation!r}; an airport game shares a cost, claims share a gain")
        if (self.compute == "core") is not (self.split is not None):
            raise ComityError("a core test needs the split that is tested, and nothing else does; give split with core only")
        if self.split is not None and len(self.split) != len(self.names):
            raise ComityError(f"the split has {len(self.split)} amounts for {len(self.names)} players; give one each")
        public = [*(self.split or ()), *([] if self.estate is None else [self.estate])]
        if any((x * self.unit).denominator > 1 for x in public):
            raise ComityError(f"an amount of the split, or the estate, has more than {self.decimals} decimals; round it")

    # --- numbers -------------------------------------------------------------------------------

    @property
    def unit(self) -> int:
        """How many grains make one: numbers are shared as whole grains."""
        return int(10**self.decimals)

    @property
    def labels(self) -> tuple[str, ...]:
        """What each party may give a number for."""
        if self.compute == "sum" or self.game != "worths":
            return self.names
        return tuple(self.label(S) for S in range(1, 1 << len(self.names)))

    def label(self, coalition: int) -> str:
        """A coalition by the names of its members."""
        return ",".join(self.names[i] for i in members(coalition))

    def grains(self, secret: Mapping[str, Any]) -> dict[str, int]:
        """A party's numbers as whole grains, checked: known labels, within the limit."""
        given = {_sorted_label(label, self.names): label for label in secret}
        if len(given) < len(secret):
            raise ComityError("two labels name the same coalition; give each coalition one number")
        found: dict[str, int] = {}
        for label, written in given.items():
            if label not in self.labels:
                raise ComityError(f"there is no {written!r} in this computation; it has {_listed(self.labels)}")
            number = rational.exact(secret[written], f"the number of {written!r}")
            if abs(number) > self.limit:
                raise ComityError(
                    f"the number of {written!r} is larger than the limit {rational.short(self.limit)}; raise the limit"
                )
            if self.game == "airport" and self.compute != "sum" and number < 0:
                raise ComityError(f"the cost of {written!r} is negative; an airport game has costs of at least 0")
            found[label] = round(number * self.unit)
        return found

    def largest(self, parties: int) -> int:
        """A bound, in grains, on every number that is compared."""
        per_label = parties * (math.ceil(self.limit * self.unit) + 1)
        worth = per_label
        if self.game == "claims" and self.estate is not None:
            worth = len(self.names) * per_label + math.ceil(abs(self.estate) * self.unit)
        shares = sum(math.ceil(abs(x) * self.unit) for x in self.split or ())
        return worth + shares

    def error_bound(self, parties: int) -> Fraction:
        """How far a revealed number can be from that of the unrounded numbers."""
        rounding = Fraction(parties, 2 * self.unit)
        if self.compute == "sum":
            return rounding
        # A worth moves by as much as the numbers it is made from; a marginal contribution by twice that.
        worth = rounding * (len(self.names) if self.game == "claims" else 1)
        return 2 * worth if self.compute == "shapley" else worth

    # --- on file and on the wire -----------------------------------------------------------------

    def to_json(self) -> dict[str, Any]:
        """Plain data; equal computations have equal data."""
        return {
            "schema": SCHEMA,
            "compute": self.compute,
            "names": list(self.names),
            "game": self.game,
            "orientation": self.orientation,
            "split": None if self.split is None else [rational.text(x) for x in self.split],
            "estate": None if self.estate is None else rational.text(self.estate),
            "decimals": self.decimals,
            "limit": rational.text(self.limit),
            "show_excess": self.show_excess,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Computation:
        """Read a computation back."""
        if data.get("schema") != SCHEMA:
            raise ComityError(f'this is no computation; its "schema" should be "{SCHEMA}"')
        known = {key: value for key, value in data.items() if key != "schema"}
        try:
            return cls(**known)
        except TypeError as error:
            raise ComityError(f"the computation cannot be read: {error}") from None

    @property
    def digest(self) -> str:
        """A name for everything that must be the same at all parties."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True).encode()).hexdigest()


def shapley_weight(n: int, size: int) -> int:
    """n! times the weight with which a contribution to a coalition of this size counts."""
    return math.factorial(size) * math.factorial(n - size - 1)


def threshold(parties: int) -> int:
    """How many parties may put together all they see and still learn nothing: fewer than half."""
    return (parties - 1) // 2


def protection(parties: int) -> str:
    """What is protected against whom, in words."""
    t = threshold(parties)
    who = "no single party" if t == 1 else f"no {t} parties together"
    return (
        f"{who} learn{'s' if t == 1 else ''} more than the result and what follows from it with their own numbers, if all "
        f"{parties} parties follow the protocol and an honest majority keeps what it sees to itself; {t + 1} that pool what they "
        "see learn everything. Nothing protects against a party that departs from the protocol or lies about its numbers, and "
        "the links are private only where they are encrypted."
    )


def refuse_too_few(parties: int) -> None:
    """With one or two parties there is no honest majority to rely on; inputs would be sent as they are."""
    if parties < 3:
        raise ComityError(
            f"there {'is 1 party' if parties == 1 else f'are {parties} parties'}; at least 3 are needed, "
            "because a secret is kept only from fewer than half of them"
        )


def _sorted_label(label: str, names: Sequence[str]) -> str:
    """A coalition's label with its members in order; what is no coalition stays."""
    parts = [part.strip() for part in str(label).split(",")]
    if len(set(parts)) < len(parts) or not set(parts) <= set(names):
        return str(label)
    return ",".join(sorted(parts, key=list(names).index))


def _listed(labels: Sequence[str]) -> str:
    shown = ", ".join(labels[:8])
    return shown if len(labels) <= 8 else f"{shown} and {len(labels) - 8} more"
