"""Pure equilibria of finite games, by trying every profile."""

from __future__ import annotations

from comity.declaration import declare
from comity.games.strategic.normal_form import NormalFormGame, Profile


@declare("concept", "All pure equilibria of a finite game", reference="Nash (1951)", certificate="check_equilibrium")
def pure_equilibria(game: NormalFormGame) -> list[Profile]:
    """Every profile in which each action is a best reply to the others, as positions; `comity.check_equilibrium` confirms each.

    Examples
    --------
    >>> pure_equilibria(NormalFormGame([[[2, 0], [0, 1]], [[2, 0], [0, 1]]]))
    [(0, 0), (1, 1)]
    """
    found = None
    for player in range(game.n):
        row = game.table[player]
        best = row == row.max(axis=player, keepdims=True)
        found = best if found is None else found & best
    return [profile for profile in game.profiles() if found is not None and found[profile]]
