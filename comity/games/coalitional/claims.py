"""Claims problems: an estate too small for all claims on it, and the game it gives rise to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import lcm
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np

from comity import rational
from comity.coalitions import check_table_size, exact_sums, members, named_numbers
from comity.declaration import declare
from comity.errors import InvalidGame
from comity.games.coalitional.base import Game, Orientation
from comity.games.coalitional.json_form import fields, game_form, json_number, json_numbers, numbers


class WholeClaims(NamedTuple):
    """The estate and the claims as integers, in units of 1 / unit."""

    estate: int
    claims: list[int]
    unit: int


@declare("game", "An estate and the claims on it", area="benefit_distribution", reference="O'Neill (1982)")
class ClaimsProblem:
    """An estate between 0 and the sum of the claims, and one claim a player.

    Parameters
    ----------
    estate : number
    claims : mapping of name to claim, or one claim a player
        Never negative, in the unit of the estate.
    players : iterable of str, optional

    Examples
    --------
    >>> ClaimsProblem(200, {"A": 100, "B": 200, "C": 300}).to_game().value(0b110)
    100.0
    """

    def __init__(self, estate: Any, claims: Mapping[str, Any] | Iterable[Any], players: Iterable[str] | None = None) -> None:
        self.players, self.claims = named_numbers(claims, players, "the claim")
        self.estate = rational.exact(estate, "the estate")
        unit = lcm(self.estate.denominator, *{claim.denominator for claim in self.claims})
        claims = [claim.numerator * (unit // claim.denominator) for claim in self.claims]
        self.whole = WholeClaims(int(self.estate * unit), claims, unit)
        if min(claims) < 0:
            name, claim = next((name, claim) for name, claim in zip(self.players, self.claims, strict=True) if claim < 0)
            raise InvalidGame(f"the claim of {name} is {rational.text(claim)}; claims are never negative, use 0 or more")
        if not 0 <= self.whole.estate <= sum(claims):
            total = Fraction(sum(claims), unit)
            raise InvalidGame(
                f"the estate is {rational.text(self.estate)} and the claims add up to {rational.text(total)}; "
                "an estate lies between 0 and the sum of the claims"
            )

    def to_game(self) -> ClaimsGame:
        """What each coalition is sure of: the estate less the claims of everybody else."""
        return ClaimsGame.of(self)

    @classmethod
    def random(cls, n: int, rng: np.random.Generator) -> Self:
        """Integer claims up to 20 and any integer estate they allow."""
        claims = rng.integers(0, 21, n)
        return cls(int(rng.integers(0, claims.sum() + 1)), claims.tolist())


@declare(
    "game",
    "What each group of claimants is sure of (bankruptcy game)",
    area="benefit_distribution",
    reference="O'Neill (1982); Aumann & Maschler (1985)",
)
class ClaimsGame(Game):
    """v(S) = max(0, estate - claims of the players outside S).

    Parameters are those of `ClaimsProblem`, kept as ``problem``.

    Examples
    --------
    >>> ClaimsGame(200, (100, 200, 300)).value(0b100)
    0.0
    """

    kind: ClassVar[str] = "claims"
    facts: ClassVar[Mapping[str, str]] = {
        "convex": "a convex function of an additive game (Aumann & Maschler 1985)",
        "monotone": "fewer claims remain outside a larger coalition",
        "superadditive": "convex, and the empty coalition is sure of nothing",
        "balanced": "convex games have a core (Shapley 1971)",
    }
    orientation = Orientation.GAIN

    def __init__(self, estate: Any, claims: Mapping[str, Any] | Iterable[Any], players: Iterable[str] | None = None) -> None:
        self.problem = ClaimsProblem(estate, claims, players)
        self.players = self.problem.players

    @classmethod
    def of(cls, problem: ClaimsProblem) -> Self:
        """The game of a problem that has been read."""
        game = cls.__new__(cls)
        game.problem, game.players = problem, problem.players
        return game

    def value(self, coalition: int) -> float:
        return rational.double(self.exact(coalition))

    def exact(self, coalition: int) -> Fraction:
        outside = members(self.grand_coalition & ~coalition)
        return max(Fraction(0), self.problem.estate - sum(self.problem.claims[i] for i in outside))

    def exact_table(self) -> list[Fraction]:
        check_table_size(self.n)
        zero, estate = Fraction(0), self.problem.estate
        return [max(zero, estate - outside) for outside in reversed(exact_sums(self.problem.claims))]

    def to_json(self) -> dict[str, Any]:
        problem = self.problem
        return game_form(self.kind, self, estate=json_number(problem.estate), claims=json_numbers(self.players, problem.claims))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read the form back; `read_game` is the way in."""
        given = fields(data, "estate", "claims", orientation=Orientation.GAIN)
        return cls(given["estate"], numbers("claims", given["claims"]), given["players"])

    @classmethod
    def random(cls, n: int, rng: np.random.Generator) -> Self:
        """The game of a random problem."""
        return cls.of(ClaimsProblem.random(n, rng))
