"""Coleman's indices: the power of all to act, and of each to prevent or initiate action."""

from __future__ import annotations

from fractions import Fraction

from comity.checks.power import check_coleman_initiative_index, check_coleman_preventive_index
from comity.declaration import declare
from comity.games.coalitional.base import Game
from comity.results import Allocation
from comity.solvers.values.simple import swings, winning


@declare(
    "property",
    "Share of coalitions that win",
    area="governance",
    reference="Coleman (1971)",
    uncertified="it is a count of winning coalitions",
)
def coleman_power_to_act(game: Game) -> Fraction:
    """The power of a collectivity to act: the number of winning coalitions over 2**n.

    References
    ----------
    Coleman, J. S. (1971). Control of collectivities and the power of a collectivity to act.

    Examples
    --------
    >>> from comity.games.coalitional.voting import VotingGame
    >>> coleman_power_to_act(VotingGame((1, 1, 1), 2))
    Fraction(1, 2)
    """
    wins = winning(game)
    return Fraction(int(wins.sum()), len(wins))


@declare(
    "concept",
    "Share of winning coalitions that the player can make lose",
    area="governance",
    claims=("symmetric", "anonymous", "null_player", "dummy_player", "desirability", "individually_rational_if_superadditive"),
    reference="Coleman (1971)",
    certificate="check_coleman_preventive_index",
)
def coleman_preventive_index(game: Game) -> Allocation:
    """The power to prevent action: swings over the number of winning coalitions; 1 for whoever has a veto.

    Examples
    --------
    >>> from comity.games.coalitional.voting import VotingGame
    >>> coleman_preventive_index(VotingGame((2, 1, 1), 3)).amounts.round(4).tolist()
    [1.0, 0.3333, 0.3333]
    """
    wins = winning(game)
    x = tuple(Fraction(sum(by_size), int(wins.sum())) for by_size in swings(wins, game.n))
    return Allocation("coleman_preventive_index", game.players, x, check_coleman_preventive_index(game, x, game.evidence()))


@declare(
    "concept",
    "Share of losing coalitions that the player can make win",
    area="governance",
    claims=("symmetric", "anonymous", "null_player", "dummy_player", "desirability", "individually_rational_if_superadditive"),
    reference="Coleman (1971)",
    certificate="check_coleman_initiative_index",
)
def coleman_initiative_index(game: Game) -> Allocation:
    """The power to initiate action: swings over the number of losing coalitions; 1 for whoever can act alone.

    Examples
    --------
    >>> from comity.games.coalitional.voting import VotingGame
    >>> coleman_initiative_index(VotingGame((2, 1, 1), 3)).amounts.tolist()
    [0.6, 0.2, 0.2]
    """
    wins = winning(game)
    losing = len(wins) - int(wins.sum())
    x = tuple(Fraction(sum(by_size), losing) for by_size in swings(wins, game.n))
    return Allocation("coleman_initiative_index", game.players, x, check_coleman_initiative_index(game, x, game.evidence()))
