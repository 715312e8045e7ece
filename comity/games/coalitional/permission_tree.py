"""Permission trees: players who may act only with the consent of their superiors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np

from comity import rational
from comity.coalitions import members, names_of
from comity.declaration import declare
from comity.errors import InvalidGame
from comity.games.coalitional.base import Game
from comity.games.coalitional.json_form import fields, game_form, read_game
from comity.games.coalitional.links import mask_reader
from comity.games.coalitional.rules import RuleGame


@declare(
    "game",
    "A game whose players need the permission of their superiors (conjunctive permission structure)",
    area="governance",
    reference="Gilles, Owen & van den Brink (1992)",
)
class PermissionTreeGame(Game):
    """r(S) = v(the members of S all of whose superiors, and theirs, are in S).

    Parameters
    ----------
    game : Game
        v: what the players could do if nobody needed permission; its worths are arithmetic, not optima.
    superiors : {player: superior} or {player: [superiors]}
        Whoever is not named needs nobody's permission.  With several superiors all must consent; in a tree, with one
        each, it makes no difference whether all or one of them must.

    The dividend of a coalition becomes that of the coalition with all its superiors, so that a game with few dividends
    keeps few.

    Examples
    --------
    >>> from comity.games.coalitional.rules import RuleGame
    >>> work = RuleGame([(["worker"], 10)], players=["boss", "worker"])
    >>> firm = PermissionTreeGame(work, {"worker": "boss"})
    >>> firm.value(0b10), firm.value(0b11)
    (0.0, 10.0)
    """

    kind: ClassVar[str] = "permission_tree"

    def __init__(self, game: Game, superiors: Mapping[str, str | Iterable[str]]) -> None:
        if not isinstance(game, Game):
            raise InvalidGame(
                f"the game without permissions is {rational.shown(game)}; give a game, such as TableGame(players, worths)"
            )
        if type(game).evidence is not Game.evidence:
            raise InvalidGame(
                f"the worths of a {type(game).__name__} are optima; give its table, TableGame(game.players, game.exact_table())"
            )
        self.game, self.players, self.orientation = game, game.players, game.orientation
        self.superiors = _direct(game.players, superiors)
        # Everybody with all superiors, direct and indirect.
        self._with_superiors = _closed(game.players, self.superiors)

    def permitted(self, coalition: int) -> int:
        """The members of a coalition who have all the permissions they need."""
        whole = self._with_superiors
        return sum(1 << i for i in members(coalition) if whole[i] & coalition == whole[i])

    def value(self, coalition: int) -> float:
        return rational.double(self.exact(coalition))

    def exact(self, coalition: int) -> Fraction:
        return self.game.exact(self.permitted(coalition))

    @cached_property
    def _dividends(self) -> dict[int, Fraction]:
        total: dict[int, Fraction] = {}
        for S, dividend in self.game.dividends().items():
            whole = 0
            for i in members(S):
                whole |= self._with_superiors[i]
            total[whole] = total.get(whole, Fraction(0)) + dividend
        return {S: dividend for S, dividend in total.items() if dividend}

    def dividends(self) -> dict[int, Fraction]:
        return dict(self._dividends)

    def to_json(self) -> dict[str, Any]:
        superiors = {name: names_of(self.players, mask) for name, mask in zip(self.players, self.superiors) if mask}
        return {**game_form(self.kind, self, superiors=superiors), "game": self.game.to_json()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read the form back; `read_game` is the way in."""
        given = fields(data, "game", "superiors")
        inner = given["game"]
        if not isinstance(inner, Mapping) or inner.get("kind") == cls.kind:
            raise InvalidGame(
                '"game" holds a game without permissions, {"schema": "game/0.1", "kind": ...}; add the superiors once'
            )
        game = read_game(inner)
        if given["players"] not in (None, game.players) or given["orientation"] != game.orientation.value:
            raise InvalidGame('"players" and "orientation" are not those of the "game" inside; leave them out or repeat them')
        return cls(game, given["superiors"])

    @classmethod
    def random(cls, n: int, rng: np.random.Generator) -> Self:
        """Random rules, and for most players a superior among those before them."""
        game = RuleGame.random(n, rng)
        chosen = {game.players[i]: game.players[int(rng.integers(i))] for i in range(1, n) if rng.random() < 0.7}
        return cls(game, chosen)


def _direct(players: tuple[str, ...], superiors: Any) -> list[int]:
    """The direct superiors of each player."""
    if not isinstance(superiors, Mapping):
        raise InvalidGame(f"superiors are {superiors!r}; write {{'worker': 'boss'}}")
    mask = mask_reader(players)
    mask(superiors, "superiors")
    direct = []
    for name in players:
        named = superiors.get(name, ())
        direct.append(mask([named] if isinstance(named, str) else named, f"the superiors of {name}"))
    return direct


def _closed(players: tuple[str, ...], direct: list[int]) -> list[int]:
    """Everybody with all superiors; a circle of superiors is refused."""
    whole = [mask | 1 << i for i, mask in enumerate(direct)]
    # Resolved from the top, one layer at a time.
    done, waiting = 0, set(range(len(players)))
    while waiting:
        ready = [i for i in waiting if direct[i] & ~done == 0]
        if not ready:
            circle = ", ".join(players[i] for i in sorted(waiting))
            raise InvalidGame(f"nobody among {circle} could act first, for their superiors form a circle; break it")
        for i in ready:
            for superior in members(direct[i]):
                whole[i] |= whole[superior]
            done |= 1 << i
            waiting.discard(i)
    return whole
