"""Excess profiles: how far each coalition is from leaving, the nearest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from comity import rational
from comity.checks.core import exact_amounts
from comity.coalitions import check_table_size, label
from comity.errors import ComityError
from comity.games.coalitional.base import Game
from comity.results import Allocation

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Divisions = Mapping[str, Allocation | Sequence[Any]] | Sequence[Allocation]
# More steps than this cannot be told apart in a picture, and a table of them takes long.
MAX_PLAYERS = 12
MAX_LABELLED = 16


def excess_profile(game: Game, x: Allocation | Sequence[Any]) -> list[tuple[int, Fraction]]:
    """Every proper coalition with its excess, the largest excess first; among equals by mask.

    The (pre)nucleolus has the lexicographically least profile of all (efficient) divisions (Schmeidler 1969); a division of
    everybody's worth is in the core when no excess is positive.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> game = TableGame(["A", "B"], [0, 1, 2, 5])
    >>> [(S, str(excess)) for S, excess in excess_profile(game, ["2.5", "2.5"])]
    [(2, '-1/2'), (1, '-3/2')]
    """
    check_table_size(game.n, MAX_PLAYERS)
    excesses = game.excesses(exact_amounts(game, x.exact if isinstance(x, Allocation) else x))
    return sorted(((S, excesses[S]) for S in range(1, game.grand_coalition)), key=lambda pair: (-pair[1], pair[0]))


def plot_excesses(game: Game, divisions: Divisions, ax: Axes | None = None) -> Axes:
    """Draw the sorted excesses of one or more divisions as steps.

    Above the line at 0 stand coalitions that would gain by leaving.  With one division of few players, each step carries the name
    of its coalition; with several, the steps of each are sorted on their own, as the nucleolus compares them.

    Parameters
    ----------
    game : Game
        Of 2 to 12 players.
    divisions : {name: allocation or amounts} or allocations
    ax : matplotlib axes, optional

    Examples
    --------
    >>> import comity
    >>> game = comity.TableGame(["A", "B", "C"], [0, 0, 0, 60, 0, 48, 36, 84])
    >>> ax = plot_excesses(game, [comity.shapley_value(game), comity.nucleolus(game)])
    """
    import matplotlib.pyplot as plt

    named = divisions if isinstance(divisions, Mapping) else {x.concept.replace("_", " "): x for x in divisions}
    if not named or game.n < 2:
        raise ComityError("an excess profile needs at least one division and two players; core_range(game) is for one, too")
    profiles = {name: excess_profile(game, x) for name, x in named.items()}
    if ax is None:
        _, ax = plt.subplots()
    ax.axhline(0, color="black", linewidth=0.8)
    count = len(next(iter(profiles.values())))
    for name, profile in profiles.items():
        heights = [rational.double(excess) for _, excess in profile]
        ax.step([k + 0.5 for k in range(count + 1)], [*heights, heights[-1]], where="post", label=name)
    if len(profiles) == 1 and count <= MAX_LABELLED:
        coalitions = [label(game.players, S) for S, _ in next(iter(profiles.values()))]
        ax.set_xticks(range(1, count + 1), coalitions, rotation=45, ha="right")
    else:
        ax.set_xlabel("coalitions, the most dissatisfied first")
    ax.set_xlim(0.5, count + 0.5)
    ax.set_ylabel("excess (above 0: would gain by leaving)")
    ax.legend()
    return ax
