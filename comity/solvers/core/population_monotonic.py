"""Population monotonic allocation schemes: amounts for every coalition that never fall when others join."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from comity import rational
from comity.certificate import Certificate
from comity.checks.total_balance import check_population_monotonicity, plain_points
from comity.coalitions import check_table_size, mask_of, members, names_of
from comity.declaration import declare
from comity.engines.exact import solve_exactly
from comity.errors import Infeasible, OutsideDomain
from comity.games.coalitional.base import Game
from comity.linear_programme import LinearProgramme
from comity.solvers.core.coalition_rows import ONE
from comity.solvers.core.total_balance import decided

if TYPE_CHECKING:
    import pandas as pd

# A scheme has n 2**(n-1) amounts and about n**2 2**(n-2) inequalities.
MAX_SCHEME_PLAYERS = 6


@dataclass(frozen=True)
class AllocationScheme:
    """Amounts for every coalition; ``scheme["A", "B"]`` are those of A and B together, by name.

    ``exact`` maps bitmasks to the Fractions of the members, in player order.
    """

    players: tuple[str, ...]
    exact: dict[int, tuple[Fraction, ...]]
    certificate: Certificate

    def __getitem__(self, names: str | tuple[str, ...]) -> dict[str, float]:
        chosen = (names,) if isinstance(names, str) else names
        S = mask_of(self.players, chosen)
        return {self.players[i]: rational.double(x) for i, x in zip(members(S), self.exact[S], strict=True)}

    def to_frame(self) -> pd.DataFrame:
        """A DataFrame with a row for each coalition and a column for each player; NaN where a player is away."""
        import pandas as pd

        rows = {", ".join(names_of(self.players, S)): self[tuple(names_of(self.players, S))] for S in self.exact}
        return pd.DataFrame.from_dict(rows, orient="index", columns=list(self.players), dtype=float)

    def to_json(self) -> dict[str, Any]:
        """Plain data; the amounts are the points of the certificate."""
        return {
            "concept": "population_monotonic_allocation_scheme",
            "players": list(self.players),
            "certificate": self.certificate.to_json(),
        }


@declare(
    "property",
    "Amounts for every coalition that never fall when others join",
    reference="Sprumont (1990)",
    certificate="check_population_monotonicity",
)
def population_monotonic_allocation_scheme(game: Game) -> AllocationScheme:
    """Divide the worth of every coalition so that nobody loses when more players join; as far as 6 players.

    The amounts of a larger coalition are no less in a gain game, no more in a cost game.  With such a scheme every
    subgame has a core, and the scheme gives a point of each.

    Raises
    ------
    OutsideDomain
        If there is no such scheme, with the weights that prove it as its ``certificate``.

    References
    ----------
    Sprumont (1990), "Population monotonic allocation schemes for cooperative games with transferable utility".

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> scheme = population_monotonic_allocation_scheme(TableGame(["A", "B"], [0, 1, 2, 5]))
    >>> sum(scheme["A", "B"].values()), scheme["A"]
    (5.0, {'A': 1.0})
    """
    certificate = check_population_monotonic(game)
    if not certificate:
        raise OutsideDomain(
            "no scheme divides the worth of every coalition so that nobody loses when others join; the certificate says why",
            certificate,
        )
    exact = {
        mask_of(game.players, names): tuple(rational.exact(amount) for amount in amounts)
        for names, amounts in certificate.witness["points"]
    }
    return AllocationScheme(game.players, exact, certificate)


@declare(
    "property",
    "Some scheme pays no member less when others join: the scheme, or the proof that there is none",
    reference="Sprumont (1990)",
    certificate="check_population_monotonicity",
)
def check_population_monotonic(game: Game) -> Certificate:
    """Whether there is a population monotonic allocation scheme, with the scheme or weights against it as the witness.

    Examples
    --------
    >>> from comity.games.coalitional.glove import GloveGame
    >>> check_population_monotonic(GloveGame(2, 2)).verdict.value
    'FAILS'
    """
    check_table_size(game.n, MAX_SCHEME_PLAYERS)
    cells = [(S, i) for S in range(1, 1 << game.n) for i in members(S)]
    column = {cell: k for k, cell in enumerate(cells)}
    steps = [(S, i, j) for S in range(1, 1 << game.n) for i in members(S) for j in members(game.grand_coalition ^ S)]
    worths = [game.sign * game.exact(S) for S in range(1, 1 << game.n)]
    efficient = tuple({column[S, i]: ONE for i in members(S)} for S in range(1, 1 << game.n))
    growing = tuple({column[S | 1 << j, i]: ONE, column[S, i]: -ONE} for S, i, j in steps)
    programme = LinearProgramme(
        objective=(Fraction(0),) * len(cells),
        rows=efficient + growing,
        lower=(*worths, *(Fraction(0) for _ in steps)),
        upper=(*worths, *(None for _ in steps)),
        column_lower=(None,) * len(cells),
        column_upper=(None,) * len(cells),
    )
    try:
        found = solve_exactly(programme).primal
    except Infeasible as infeasible:
        weights = infeasible.farkas[: len(worths)]
        evidence: dict[str, Any] = {
            "weights": [[names_of(game.players, S + 1), rational.text(w)] for S, w in enumerate(weights) if w],
            "steps": [
                [names_of(game.players, S), game.players[i], game.players[j], rational.text(z)]
                for (S, i, j), z in zip(steps, infeasible.farkas[len(worths) :], strict=True)
                if z
            ],
        }
    else:
        points = {S: tuple(game.sign * found[column[S, i]] for i in members(S)) for S in range(1, 1 << game.n)}
        evidence = {"points": plain_points(game, points)}
    return decided(check_population_monotonicity(game, {**evidence, **game.evidence()}))
