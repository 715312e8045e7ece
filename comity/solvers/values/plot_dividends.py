"""A picture of the Harsanyi dividends: which coalitions create something that their parts do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity import rational
from comity.coalitions import label
from comity.games.coalitional.base import Game

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_dividends(game: Game, most: int = 24, ax: Axes | None = None) -> Axes:
    """Draw a bar for each coalition's dividend, small coalitions first; colours tell the sizes apart.

    The dividend ``d(S) = v(S) - sum of d(T) over T < S`` is what S creates beyond its parts; the Shapley value shares each
    equally among its members (Harsanyi 1959).

    Parameters
    ----------
    game : Game
        Of as many players as the game finds the dividends of.
    most : int
        Of more dividends than this, only those with the largest absolute values are drawn, and the title says so.
    ax : matplotlib axes, optional

    Examples
    --------
    >>> import comity
    >>> ax = plot_dividends(comity.TableGame(["A", "B", "C"], [0, 0, 0, 60, 0, 48, 36, 84]))
    """
    import matplotlib.pyplot as plt

    if ax is None:
        _, ax = plt.subplots()
    dividends = game.dividends()
    largest = sorted(dividends, key=lambda S: (-abs(dividends[S]), S))[: max(most, 1)]
    shown = sorted(largest, key=lambda S: (S.bit_count(), S))
    sizes = sorted({S.bit_count() for S in shown})
    for size in sizes:
        bars = {k: rational.double(dividends[S]) for k, S in enumerate(shown) if S.bit_count() == size}
        ax.bar(list(bars), list(bars.values()), color=f"C{(size - 1) % 10}", label=f"{size} player{'s' if size > 1 else ''}")
    ax.set_xticks(range(len(shown)), [label(game.players, S) for S in shown], rotation=45, ha="right")
    ax.set_ylabel("dividend")
    ax.axhline(0, color="black", linewidth=0.8)
    if len(shown) < len(dividends):
        ax.set_title(f"the {len(shown)} largest of {len(dividends)} dividends")
    elif not dividends:
        ax.set_title("no coalition creates anything")
    if len(sizes) > 1:
        ax.legend()
    return ax
