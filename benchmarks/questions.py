"""What comity and other packages are asked in the same run, on which games, and how near an answer has to be.

A question is known by what comity calls it; the modules ``peers_...`` say how others are asked the same.  Its data are plain:
an array of 2**n worths for a table; weights and a quota for a vote; and so on, as `QUESTIONS` draws them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np
from excesses import imbalance, largest_excess
from nucleolus_games import table_of
from structured_games import COLLEGE_VOTES, gains, market, votes
from value_games import additive, doubles

import comity
from comity.games.coalitional.airport import AirportGame
from comity.games.coalitional.assignment import AssignmentGame
from comity.games.coalitional.induced_subgraph import InducedSubgraphGame
from comity.games.coalitional.linear_production import LinearProductionGame
from comity.games.coalitional.spanning_tree import SpanningTreeGame
from comity.games.coalitional.voting import VotingGame

Data = Any
# As a share of the largest amount: what sums of doubles, and what linear programmes in doubles are allowed to be off.
SUMS, PROGRAMMES = 1e-9, 1e-6


@dataclass(frozen=True)
class Question:
    """``read(ask(game(data)), data)`` are comity's amounts; only ``ask`` is timed, its certificate included."""

    area: str
    name: str
    about: str
    draw: Callable[[int], Data]
    game: Callable[[Data], Any]
    ask: Callable[[Any], Any]
    sizes: tuple[int, ...]
    quick: int
    tolerance: float = SUMS
    read: Callable[[Any, Data], Any] = lambda answer, data: answer.exact
    # Other packages get so many seconds.
    limit: float = 5.0


def names(n: int) -> list[str]:
    return [str(i + 1) for i in range(n)]


def table_game(data: Data) -> Any:
    return comity.TableGame(None, data)


def convex_doubles(n: int) -> Data:
    return (additive(n, np.random.default_rng(n)) / 8.0) ** 2


def with_unions(n: int) -> Data:
    """A table, and the players two by two, the last three or two together."""
    unions = [[i, i + 1] for i in range(0, n - 1, 2)]
    return doubles("uniform", n), unions if n % 2 == 0 else [*unions[:-1], [*unions[-1], n - 1]]


def with_ring(n: int) -> Data:
    """A table, and a link of each player to the next."""
    return doubles("uniform", n), [(i, (i + 1) % n) for i in range(n)]


def of_unions(data: Data) -> Any:
    return table_game(data[0]), [[str(i + 1) for i in union] for union in data[1]]


def of_ring(data: Data) -> Any:
    return table_game(data[0]), [(str(i + 1), str(j + 1)) for i, j in data[1]]


def vote(n: int) -> Data:
    return COLLEGE_VOTES if n == len(COLLEGE_VOTES[0]) else votes(n)


def of_votes(data: Data) -> Any:
    return VotingGame(*data)


def market_and_table(k: int) -> Data:
    """The gains of k sellers and k buyers; and the same as a table, for who wants one."""
    return gains(k), np.array(market(k).exact_table(), dtype=float)


def graph(n: int) -> Data:
    """n players, every other pair of whom gains something together."""
    rng = np.random.default_rng(n)
    return n, [(i, j, float(rng.integers(1, 50))) for i, j in combinations(range(n), 2) if j == i + 1 or rng.random() < 0.5]


def of_graph(data: Data) -> Any:
    return InducedSubgraphGame([(str(i + 1), str(j + 1), int(weight)) for i, j, weight in data[1]], names(data[0]))


def whole_numbers(n: int) -> Data:
    return np.random.default_rng(n).integers(1, 10**6, n).tolist()


def claims(n: int) -> Data:
    """A third of what is claimed, and the claims."""
    listed = whole_numbers(n)
    return sum(listed) // 3, listed


def costs(n: int) -> Data:
    """What a link costs between any two of the source, 0, and n places; no two cost the same."""
    distinct = np.random.default_rng(n).permutation((n + 1) * n // 2) + 1
    matrix = np.zeros((n + 1, n + 1))
    matrix[np.triu_indices(n + 1, 1)] = distinct
    return (matrix + matrix.T).tolist()


def of_costs(data: Data) -> Any:
    places = ["source", *names(len(data) - 1)]
    links = [(places[i], places[j], int(data[i][j])) for i, j in combinations(range(len(data)), 2)]
    return SpanningTreeGame(links, "source", places[1:])


def production(n: int) -> Data:
    """Prices of four products, what each takes of three resources, and what n owners bring of each resource."""
    rng = np.random.default_rng(n)
    return tuple(rng.integers(1, 100, shape).astype(float).tolist() for shape in (4, (3, 4), (n, 3)))


def both(game: Any) -> Any:
    return comity.shapley_value(game), comity.nucleolus(game)


def yes_or_no(answer: Any, data: Data) -> list[bool]:
    return [bool(answer)]


def pairs(answer: Any, data: Data) -> list[Any]:
    return list(answer.exact.values())


VALUES, NUCLEOLI, PROPERTIES = "Values of a table", "Nucleoli of a table", "Properties of a table"
VOTES, STRUCTURES = "Weighted votes", "Structured games"
uniform, few_values = partial(doubles, "uniform"), partial(table_of, "uniform")
DOUBLES, INTEGERS = "uniform doubles", "uniform integers"


def _values() -> list[Question]:
    def question(name: str, sizes: tuple[int, ...], about: str = DOUBLES, **more: Any) -> Question:
        given = {"draw": uniform, "game": table_game, "ask": getattr(comity, name), "quick": 4} | more
        return Question(VALUES, name, about, sizes=sizes, **given)

    def dividends(answer: Any, data: Data) -> Any:
        return answer.numerators / answer.denominator

    def integers(n: int) -> Data:
        return np.rint(uniform(n) * 1e5).astype(np.int64)

    return [
        question("shapley_value", (10, 12, 16, 20, 24), limit=8),
        question("banzhaf_value", (10, 12, 16, 20, 24), limit=8),
        question("shapley_interactions", (8, 10, 12, 16), read=pairs),
        question("banzhaf_interactions", (8, 10, 12, 16), read=pairs),
        question("dividend_table", (10, 12, 16, 20), "integers", draw=integers, read=dividends),
        question("solidarity_value", (10, 14, 18)),
        question("tau_value", (10, 14, 16), "a convex game in doubles", draw=convex_doubles),
        question("owen_value", (8, 12, 16), draw=with_unions, game=of_unions, ask=lambda given: comity.owen_value(*given)),
        question("myerson_value", (8, 12, 16), draw=with_ring, game=of_ring, ask=lambda given: comity.myerson_value(*given)),
    ]


def _properties() -> list[Question]:
    convex = partial(table_of, "unanimity_sums")
    return [
        Question(
            PROPERTIES, name, "a convex game in integers", convex, table_game, getattr(comity, name), sizes, 4, read=yes_or_no
        )
        for name, sizes in (("is_convex", (10, 16, 20)), ("is_superadditive", (10, 14, 18)), ("is_balanced", (10, 16, 20)))
    ]


def _nucleoli() -> list[Question]:
    def question(name: str, sizes: tuple[int, ...], quick: int = 4, family: str = "uniform", **more: Any) -> Question:
        about = INTEGERS if family == "uniform" else "a convex game in integers"
        return Question(
            NUCLEOLI, name, about, partial(table_of, family), table_game, getattr(comity, name), sizes, quick, PROGRAMMES, **more
        )

    return [
        question("prenucleolus", (6, 8, 10, 12, 16, 20)),
        question("prenucleolus", (10, 16, 18), 4, "unanimity_sums", limit=10),
        question("nucleolus", (6, 8, 10, 12, 16, 20)),
        question("least_core", (8, 10, 12, 16, 20), read=lambda answer, data: [largest_excess(data, answer.exact)]),
        question("per_capita_prenucleolus", (6, 8, 12, 16)),
        question("modiclus", (4, 5, 6, 7, 8), 3),
        question("prekernel_point", (6, 10, 14, 18), read=lambda answer, data: [imbalance(data, answer.exact)]),
    ]


def _votes() -> list[Question]:
    def question(name: str, sizes: tuple[int, ...], **more: Any) -> Question:
        return Question(VOTES, name, "weights to 100", vote, of_votes, getattr(comity, name), sizes, 5, **more)

    of_all = Question(
        VOTES, "nucleolus of votes", "weights to 100", vote, of_votes, comity.nucleolus, (8, 12, 16, 20, 51), 5, PROGRAMMES
    )
    return [
        question("shapley_shubik_index", (10, 20, 51, 100, 200, 500)),
        question("banzhaf_index", (10, 20, 51, 100, 200, 500, 1000)),
        question("johnston_index", (8, 12, 16)),
        question("deegan_packel_index", (8, 12, 16)),
        question("public_good_index", (8, 12, 16)),
        of_all,
    ]


def _structures() -> list[Question]:
    def question(name: str, about: str, draw: Any, game: Any, ask: Any, sizes: Any, quick: int, **more: Any) -> Question:
        return Question(STRUCTURES, name, about, draw, game, ask, sizes, quick, PROGRAMMES, **more)

    def rule(name: str) -> Question:
        def ask(given: Data) -> Any:
            return getattr(comity, name)(*given)

        return Question(
            STRUCTURES, name, "whole claims, in Fractions", claims, lambda data: data, ask, (10, 100, 1000, 10_000), 4, 0
        )

    def shapley_and_nucleolus(answer: Any, data: Data) -> list[Any]:
        return [*answer[0].exact, *answer[1].exact]

    def of_market(data: Data) -> Any:
        return AssignmentGame(data[0])

    def of_production(data: Data) -> Any:
        return LinearProductionGame([int(price) for price in data[0]], _whole(data[1]), _whole(data[2]))

    return [
        question(
            "nucleolus of a market", "sellers, and as many buyers", market_and_table, of_market, comity.nucleolus, (3, 4, 5, 8), 2
        ),
        question(
            "Shapley value and nucleolus of an airport",
            "whole costs",
            whole_numbers,
            AirportGame,
            both,
            (10, 100, 1000),
            4,
            read=shapley_and_nucleolus,
        ),
        question(
            "nucleolus of an induced subgraph", "every other pair linked", graph, of_graph, comity.nucleolus, (10, 16, 18, 40), 4
        ),
        question("Bird's rule", "every pair linked", costs, of_costs, comity.bird_rule, (10, 50, 200), 4),
        question(
            "Owen vector", "owners of 3 resources, 4 products", production, of_production, comity.owen_vector, (10, 100, 1000), 4
        ),
        *(rule(name) for name in ("talmud_rule", "constrained_equal_awards", "constrained_equal_losses")),
    ]


def _whole(rows: Sequence[Sequence[float]]) -> list[list[int]]:
    return [[int(x) for x in row] for row in rows]


QUESTIONS = (*_values(), *_properties(), *_nucleoli(), *_votes(), *_structures())
