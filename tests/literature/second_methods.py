"""Second methods for published examples: by definition, from nothing but the worths of the game.

Orders, sets and linear equations in fractions; no solver and no check of the package is called.  The first line of a
method's docstring is what the table of examples says of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import chain, combinations, pairwise, permutations, product
from math import comb, factorial
from typing import Any

from comity.games.coalitional.airport import AirportGame
from comity.games.coalitional.base import Game
from comity.games.coalitional.claims import ClaimsGame
from comity.games.coalitional.linear_production import LinearProductionGame
from comity.games.coalitional.table import TableGame
from comity.games.coalitional.voting import VotingGame

Amounts = list[Fraction]
Coalition = frozenset[int]

# --- orders --------------------------------------------------------------------------------


def coalitions(n: int) -> Iterator[Coalition]:
    return (frozenset(S) for size in range(n + 1) for S in combinations(range(n), size))


def worth(game: Game, S: Iterable[int]) -> Fraction:
    return game.exact(sum(1 << i for i in S))


def mean(game: Game, payments: Iterable[dict[int, Fraction]]) -> Amounts:
    total, count = [Fraction(0)] * game.n, 0
    for count, paid in enumerate(payments, 1):  # noqa: B007
        for i, amount in paid.items():
            total[i] += amount
    return [amount / count for amount in total]


def marginal(game: Game, order: Sequence[int]) -> dict[int, Fraction]:
    return {i: worth(game, order[: k + 1]) - worth(game, order[:k]) for k, i in enumerate(order)}


def over_orders(game: Game) -> Amounts:
    """the average over all orders of what each adds"""
    return mean(game, (marginal(game, order) for order in permutations(range(game.n))))


def over_orders_of_unions(game: Game, unions: Sequence[Sequence[str]]) -> Amounts:
    """the average over all orders that keep the unions together"""
    places = [[game.players.index(name) for name in union] for union in unions]
    orders = (list(chain(*inside)) for blocks in permutations(places) for inside in product(*map(permutations, blocks)))
    return mean(game, (marginal(game, order) for order in orders))


def over_orders_sharing(game: Game) -> Amounts:
    """the average over all orders of what those present add on average"""

    def story(order: Sequence[int]) -> Iterator[tuple[int, Fraction]]:
        for k, i in enumerate(order):
            S = order[: k + 1]
            yield i, sum((worth(game, S) - worth(game, [j for j in S if j != leaver]) for leaver in S), Fraction(0)) / len(S)

    return mean(game, (dict(story(order)) for order in permutations(range(game.n))))


def over_linked_orders(game: Game, links: Sequence[Sequence[str]]) -> Amounts:
    """the average over all orders, each coalition worth what its linked parts are"""

    def parts(S: Iterable[int]) -> list[set[int]]:
        found = [{i} for i in S]
        for link in links:
            a, b = (game.players.index(name) for name in link)
            touched = [part for part in found if part & {a, b}]
            if len(touched) == 2:
                found = [part for part in found if part not in touched] + [touched[0] | touched[1]]
        return found

    table = [
        sum((worth(game, part) for part in parts(i for i in range(game.n) if S >> i & 1)), Fraction(0))
        for S in range(1 << game.n)
    ]
    return over_orders(TableGame(game.players, table, game.orientation))


def over_coalitions(game: Game) -> Amounts:
    """Shapley's sum over all coalitions, each weighed by its size"""
    return [
        sum(
            (
                (worth(game, S | {i}) - worth(game, S)) / (game.n * comb(game.n - 1, len(S)))
                for S in coalitions(game.n)
                if i not in S
            ),
            Fraction(0),
        )
        for i in range(game.n)
    ]


def equal_steps(game: AirportGame) -> Amounts:
    """each step of the cost in equal parts for those who need it (Littlechild & Owen 1973)"""
    costs = [worth(game, [i]) for i in range(game.n)]
    steps = list(pairwise(sorted({Fraction(0), *costs})))
    return [sum(((b - a) / sum(other >= b for other in costs) for a, b in steps if b <= cost), Fraction(0)) for cost in costs]


def scarce_glove(game: Game) -> Amounts:
    """one left glove among k right ones counts unless it comes first, k / (k + 1); the others share the rest"""
    k = game.n - 1
    return [Fraction(k, k + 1), *[Fraction(1, k * (k + 1))] * k]


# --- votes ---------------------------------------------------------------------------------


def winning(game: Game) -> list[Coalition]:
    return [S for S in coalitions(game.n) if worth(game, S) == 1]


def critical(game: Game) -> list[tuple[Coalition, Coalition]]:
    """Every winning coalition with those it needs."""
    return [(S, frozenset(i for i in S if worth(game, S - {i}) == 0)) for S in winning(game)]


def shares(counts: Sequence[Fraction | int]) -> Amounts:
    return [Fraction(count) / sum(counts) for count in counts]


def over_others(game: Game) -> Amounts:
    """the average over all coalitions of the others of what each adds"""
    return [
        sum((worth(game, S | {i}) - worth(game, S) for S in coalitions(game.n) if i not in S), Fraction(0)) / 2 ** (game.n - 1)
        for i in range(game.n)
    ]


def swings_counted(game: Game) -> Amounts:
    """winning coalitions that need a player, as shares"""
    return shares([sum(i in needed for _, needed in critical(game)) for i in range(game.n)])


def pivots_counted(game: Game) -> Amounts:
    """orders in which a player turns losing into winning, as shares"""
    pivots = [0] * game.n
    for order in permutations(range(game.n)):
        pivots[next(i for k, i in enumerate(order) if worth(game, order[: k + 1]) == 1)] += 1
    return [Fraction(count, factorial(game.n)) for count in pivots]


def minimal_counted(game: Game) -> Amounts:
    """minimal winning coalitions with a player, as shares"""
    return shares([sum(i in S for S, needed in critical(game) if needed == S) for i in range(game.n)])


def minimal_shared(game: Game) -> Amounts:
    """minimal winning coalitions, each shared equally by its members"""
    return shares([sum(Fraction(i in S, len(S)) for S, needed in critical(game) if needed == S) for i in range(game.n)])


def critical_shared(game: Game) -> Amounts:
    """winning coalitions, each shared equally by those it needs"""
    return shares([sum(Fraction(i in needed, len(needed)) for _, needed in critical(game) if needed) for i in range(game.n)])


# --- dissatisfactions ------------------------------------------------------------------------

Row = tuple[tuple[int, ...], Fraction]
Equation = tuple[tuple[Any, ...], Fraction]


def one_of(S: Iterable[int], n: int) -> tuple[int, ...]:
    return tuple(int(i in S) for i in range(n))


def excess_rows(game: Game) -> list[Row]:
    """a, b with e(S) = b - a x for every proper coalition, in the amounts of a gain game."""
    sign = -1 if game.orientation == "cost" else 1
    return [(one_of(S, game.n), sign * worth(game, S)) for S in coalitions(game.n) if 0 < len(S) < game.n]


def least_in_turn(game: Game, rows: list[Row], per: Callable[[Row], Fraction], individually_rational: bool) -> Amounts:
    """The amounts whose largest (b - a x) / per is least, then the next: corner by corner, by linear equations."""
    n, sign = game.n, -1 if game.orientation == "cost" else 1
    # Unknowns x and t.  Equations: all is divided, and what earlier rounds fixed.  Bounds: a x + t c >= b.
    fixed: list[Equation] = [((*[1] * n, 0), sign * worth(game, range(n)))]
    rational: list[Equation] = [((*one_of([i], n), 0), sign * worth(game, [i])) for i in range(n) if individually_rational]
    open_rows: dict[Row, Equation] = {row: ((*row[0], per(row)), row[1]) for row in rows}
    while (x := solution([a[:n] for a, _ in fixed], [b for _, b in fixed])) is None:
        bounds = [*open_rows.values(), *rational]
        corners = []
        for chosen in combinations(bounds, n + 1 - rank([a for a, _ in fixed])):
            equations = [*fixed, *chosen]
            corner = solution([a for a, _ in equations], [b for _, b in equations])
            if corner is not None and all(dot(a, corner) >= b for a, b in bounds):
                corners.append(corner)
        least = min(corner[n] for corner in corners)
        best = [corner for corner in corners if corner[n] == least]
        done = [row for row, (a, b) in open_rows.items() if all(dot(a, corner) == b for corner in best)]
        for row in done:
            a, b = open_rows.pop(row)
            equation = ((*a[:n], 0), b - a[n] * least)
            if rank([*(a for a, _ in fixed), equation[0]]) > len(fixed):
                fixed.append(equation)
    return [sign * amount for amount in x]


def dot(a: Sequence[Any], x: Sequence[Any]) -> Fraction:
    return sum((p * q for p, q in zip(a, x, strict=True)), Fraction(0))


def rank(matrix: Sequence[Sequence[Any]]) -> int:
    return len(echelon(matrix))


def echelon(matrix: Sequence[Sequence[Any]]) -> list[tuple[int, Amounts]]:
    """Rows with a leading 1, and the columns of these."""
    found: list[tuple[int, Amounts]] = []
    for line in matrix:
        row = [Fraction(entry) for entry in line]
        for column, other in found:
            row = [p - row[column] * q for p, q in zip(row, other, strict=True)]
        lead = next((column for column, entry in enumerate(row) if entry), None)
        if lead is not None:
            row = [entry / row[lead] for entry in row]
            found = [(c, [p - other[lead] * q for p, q in zip(other, row, strict=True)]) for c, other in found]
            found.append((lead, row))
    return found


def solution(matrix: Sequence[Sequence[Any]], right: Sequence[Any]) -> Amounts | None:
    """The only solution of linear equations; None where there is none or more than one."""
    unknowns = len(matrix[0])
    found = dict(echelon([[*row, b] for row, b in zip(matrix, right, strict=True)]))
    return [found[column][-1] for column in range(unknowns)] if set(found) == set(range(unknowns)) else None


def least_excesses_in_turn(game: Game) -> Amounts:
    """the largest excess least, then the next, by corners of linear programmes; individually rational"""
    return least_in_turn(game, excess_rows(game), lambda row: Fraction(1), True)


def least_excesses_of_all(game: Game) -> Amounts:
    """the largest excess least, then the next, by corners of linear programmes; over all efficient amounts"""
    return least_in_turn(game, excess_rows(game), lambda row: Fraction(1), False)


def least_excesses_a_head(game: Game) -> Amounts:
    """the largest excess per member least, then the next, by corners of linear programmes"""
    return least_in_turn(game, excess_rows(game), lambda row: Fraction(sum(row[0])), True)


def least_differences_in_turn(game: Game) -> Amounts:
    """the largest difference of two excesses least, then the next, by corners of linear programmes"""
    highest: dict[tuple[int, ...], Fraction] = {}
    for S, T in permutations(coalitions(game.n), 2):
        a = tuple(p - q for p, q in zip(one_of(S, game.n), one_of(T, game.n), strict=True))
        highest[a] = max(highest.get(a, worth(game, S) - worth(game, T)), worth(game, S) - worth(game, T))
    return least_in_turn(game, [row for row in highest.items() if len(set(row[0])) > 1], lambda row: Fraction(1), False)


def by_balanced_families(*families: Sequence[str]) -> Callable[[Game], Amounts]:
    """Families of coalitions given by hand, each with one excess; each sums up to what the earlier ones have fixed."""

    def second(game: Game) -> Amounts:
        """families of coalitions with equal excess, which together can only gain at each other's expense; found by hand"""
        n, sign = game.n, -1 if game.orientation == "cost" else 1
        rows = {S: (one_of(S, n), sign * worth(game, S)) for S in coalitions(n) if 0 < len(S) < n}
        rounds = [[frozenset(map(game.players.index, names)) for names in family] for family in families]
        equations = [((*[1] * n, *[0] * len(rounds)), sign * worth(game, range(n)))]
        equations += [((*rows[S][0], *one_of([k], len(rounds))), rows[S][1]) for k, family in enumerate(rounds) for S in family]
        found = solution([a for a, _ in equations], [b for _, b in equations])
        assert found is not None
        x, levels = found[:n], found[n:]
        known = [(1,) * n]
        for family, level in zip(rounds, levels, strict=True):
            together = [sum(column) for column in zip(*(rows[S][0] for S in family), strict=True)]
            assert rank([*known, together]) == rank(known)
            assert all(b - dot(a, x) <= level for a, b in rows.values() if rank([*known, a]) > rank(known))
            known += [rows[S][0] for S in family]
        assert rank(known) == n
        return [sign * amount for amount in x]

    return second


def only_corner_of_the_core(game: Game) -> Amounts:
    """every corner of the core, by linear equations: there is just one"""
    whole = ([1] * game.n, worth(game, range(game.n)))
    rows = excess_rows(game)
    points = (solution(*zip(*(whole, *chosen), strict=True)) for chosen in combinations(rows, game.n - 1))
    corners = {tuple(x) for x in points if x is not None and all(dot(a, x) >= b for a, b in rows)}
    [corner] = corners
    return list(corner)


def half_claims(game: ClaimsGame) -> Amounts:
    """equal awards up to half of each claim, then equal losses down to it (Aumann & Maschler 1985)"""
    estate, claims = game.problem.estate, game.problem.claims

    def equal_awards(amount: Fraction) -> Amounts:
        awards = dict.fromkeys(range(len(claims)), Fraction(0))
        for served, i in enumerate(sorted(awards, key=lambda i: claims[i])):
            awards[i] = min(claims[i] / 2, amount / (len(claims) - served))
            amount -= awards[i]
        return list(awards.values())

    if 2 * estate <= sum(claims):
        return equal_awards(estate)
    return [claim - loss for claim, loss in zip(claims, equal_awards(sum(claims) - estate), strict=True)]


def homogeneous_weights(game: VotingGame) -> Amounts:
    """the votes as shares: every minimal winning coalition just meets the quota, and either side of a split wins (Peleg 1968)"""
    everybody = frozenset(range(game.n))
    minimal = [S for S, needed in critical(game) if needed == S]
    assert all(sum(game.weights[i] for i in S) == game.quota for S in minimal)
    assert all(worth(game, S) + worth(game, everybody - S) == 1 for S in coalitions(game.n))
    return shares(game.weights)


# --- compromises, production --------------------------------------------------------------------


def compromise_of_claims(game: Game) -> Amounts:
    """between what each insists on and what all lose without each, where everything is divided"""
    everybody = frozenset(range(game.n))
    most = [worth(game, everybody) - worth(game, everybody - {i}) for i in range(game.n)]
    least = [max(worth(game, S) - sum(most[j] for j in S if j != i) for S in coalitions(game.n) if i in S) for i in range(game.n)]
    part = (worth(game, everybody) - sum(least)) / (sum(most) - sum(least))
    return [low + part * (high - low) for low, high in zip(least, most, strict=True)]


def equal_disruption(game: Game) -> Amounts:
    """each alone, and the surplus in proportion to what all lose without each beyond that"""
    everybody = frozenset(range(game.n))
    alone = [worth(game, [i]) for i in range(game.n)]
    lost = [worth(game, everybody) - worth(game, everybody - {i}) - alone[i] for i in range(game.n)]
    surplus = worth(game, everybody) - sum(alone)
    return [a + surplus * part for a, part in zip(alone, shares(lost), strict=True)]


def at_prices_that_cover_each_product(game: LinearProductionGame) -> Amounts:
    """endowments at prices that make both products break even, as both are made (by hand: 10 and 6 units)"""
    uses = [[Fraction(entry) for entry in row] for row in ((4, 5), (6, 2))]
    plan, supply = (10, 6), (70, 72)
    assert [dot(row, plan) for row in uses] == list(supply)
    prices = solution(list(zip(*uses, strict=True)), (68, 52))
    assert prices is not None
    return [dot(endowment, prices) for endowment in ((4, 33), (6, 39), (60, 0))]
