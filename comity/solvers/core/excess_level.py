"""One level of the chain that proves a nucleolus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from comity import rational
from comity.solvers.core.coalition_rows import IntegerGame


@dataclass(frozen=True)
class ExcessLevel:
    """Excess t, the coalitions that have it in every solution, and the weights that prove it."""

    t: Fraction
    coalitions: Mapping[int, Fraction]
    bounds: Mapping[int, Fraction]
    earlier: Mapping[int, Fraction]

    def plain(self, game: IntegerGame, players: Sequence[str], key: str, unit: int) -> dict[str, Any]:
        """The level as a witness holds it."""
        return {
            "epsilon": rational.text(unit * self.t / game.scale),
            key: [[game.named(players, S), rational.text(w)] for S, w in self.coalitions.items()],
            "bounds": [[players[i], rational.text(w)] for i, w in self.bounds.items()],
            "earlier": [[game.named(players, S), rational.text(w)] for S, w in self.earlier.items()],
        }
