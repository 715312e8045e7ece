"""Whether an allocation is in the bargaining set: a linear programme for every objection that is not met at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from comity import rational
from comity.certificate import Certificate, Verdict
from comity.checks.bargaining_set import check_bargaining_set
from comity.checks.core import exact_amounts
from comity.coalitions import check_table_size, members, names_of
from comity.declaration import declare
from comity.engines.exact import solve_exactly
from comity.errors import SolverFailure
from comity.games.coalitional.base import Game
from comity.linear_programme import LinearProgramme

MAX_PLAYERS = 10
ZERO, ONE = Fraction(0), Fraction(1)


@declare(
    "property",
    "Every objection has a counter-objection: what meets each, or the one that nothing meets",
    area="benefit_distribution",
    reference="Aumann & Maschler (1964); Davis & Maschler (1967)",
    certificate="check_bargaining_set",
)
def check_in_bargaining_set(game: Game, x: Sequence[Any]) -> Certificate:
    """Whether x is in the bargaining set M1(i) of everybody together, with the evidence as the witness.

    An objection of i against j is a coalition S with i and without j and what its members would get, more than in x each;
    it is met if a coalition with j and without i can pay as much to those asked by both, and x to the others.
    Finds the evidence by linear programmes; `check_bargaining_set` confirms it without one.

    Parameters
    ----------
    game : Game
        Of up to 10 players.
    x : numbers
        One for each player.

    References
    ----------
    Aumann & Maschler (1964); Davis & Maschler (1967), who prove that the kernel is a subset.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> majority = TableGame(None, [0, 0, 0, 1, 0, 1, 1, 1])
    >>> check_in_bargaining_set(majority, ["1/3", "1/3", "1/3"]).verdict.value
    'HOLDS'
    >>> check_in_bargaining_set(majority, ["1/4", "1/4", "1/2"]).witness["objection"]["coalition"]
    ['1', '2']
    """
    check_table_size(game.n, MAX_PLAYERS)
    amounts = exact_amounts(game, x)
    found = check_bargaining_set(game, amounts, {**_evidence(game, amounts), **game.evidence()})
    if found.verdict is Verdict.UNDECIDED:
        raise SolverFailure("whether the allocation is in the bargaining set was not confirmed; please report the game")
    return found


def _evidence(game: Game, x: Sequence[Fraction]) -> dict[str, Any]:
    excess = game.excesses(x)
    counters = []
    for S, i, j in _possible(game, excess):
        against = [T for T in range(1, game.grand_coalition) if T >> j & 1 and not T >> i & 1]
        entry: dict[str, Any] = {"by": game.players[i], "against": game.players[j], "coalition": names_of(game.players, S)}
        met_by, amounts = _answer(excess, S, i, against)
        if amounts is not None:
            objection = [rational.text(x[k] + game.sign * amounts[k]) for k in members(S)]
            return {"objection": {**entry, "amounts": objection}}
        counters.append({**entry, "met_by": [[names_of(game.players, T), rational.text(w)] for T, w in met_by.items()]})
    return {"counters": counters}


def _possible(game: Game, excess: Sequence[Fraction]) -> Iterator[tuple[int, int, int]]:
    """Every coalition that could gain, with a player in it and one outside."""
    for S in range(1, game.grand_coalition):
        if excess[S] > 0:
            for i in members(S):
                for j in members(game.grand_coalition ^ S):
                    yield S, i, j


def _answer(
    excess: Sequence[Fraction], S: int, i: int, against: Sequence[int]
) -> tuple[dict[int, Fraction], dict[int, Fraction] | None]:
    """Weights of coalitions that meet all objections of i through S; or what each member gains in one that nothing meets."""
    simple = next((T for T in against if excess[T] >= (excess[S] if T & S else 0)), None)
    if simple is not None:
        return {simple: ONE}, None
    # Of the coalitions that ask the same members, the one with the largest excess asks most.
    most: dict[int, int] = {}
    for T in against:
        if T & S and excess[T] > 0 and (T & S not in most or excess[T] > excess[most[T & S]]):
            most[T & S] = T
    inside = list(members(S & ~(1 << i)))
    least = solve_exactly(
        LinearProgramme(
            objective=(ONE,) * len(inside),
            rows=tuple({k: ONE for k, p in enumerate(inside) if Q >> p & 1} for Q in most),
            lower=tuple(excess[T] for T in most.values()),
            upper=(None,) * len(most),
            column_lower=(ZERO,) * len(inside),
            column_upper=(None,) * len(inside),
        )
    )
    if least.value >= excess[S]:
        return {T: w for T, w in zip(most.values(), least.dual, strict=True) if w}, None
    # What remains is shared, so that everybody gains a little and everything is more than asked.
    little = (excess[S] - least.value) / (len(inside) + 1)
    return {}, {i: little, **{p: least.primal[k] + little for k, p in enumerate(inside)}}
