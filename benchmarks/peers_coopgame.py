"""How coopgame-py is asked: a Rust library for games given by tables, on doubles, with a certifier in Fractions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from excesses import imbalance
from workers import Way

PACKAGE, MODULE = "coopgame-py", "coopgame"
# What it refuses in Japanese is refused here in its stead.
MOST_PLAYERS, MOST_OF_MODICLUS = 30, 7


def ways() -> list[Way]:
    import coopgame as c

    def of_table(data: Any) -> Any:
        return c.Game(data[1:].astype(float).tolist())

    def of_first(data: Any) -> tuple[Any, Any]:
        return of_table(data[0]), data[1]

    def of_few(data: Any) -> Any:
        _at_most(MOST_OF_MODICLUS, len(data).bit_length() - 1)
        return of_table(data)

    def of_votes(data: Any) -> Any:
        _at_most(MOST_PLAYERS, len(data[0]))
        return c.Game.weighted_voting([float(weight) for weight in data[0]], float(data[1]))

    def allocation(answer: Any, data: Any) -> Any:
        return answer["allocation"]

    def part(key: str) -> Callable[[Any, Any], Any]:
        return lambda answer, data: answer[key]

    def certified(game: Any) -> Any:
        found = c.certify(game, c.prenucleolus(game)["allocation"], "preimputation")
        if not found["satisfied"]:
            raise ValueError(f"not certified: {found['reason']}")
        return found

    def claims(rule: Callable[..., Any]) -> Callable[[Any], Any]:
        return lambda data: rule(data[0], data[1], exact=True)

    return [
        Way("shapley_value", of_table, c.shapley),
        Way("banzhaf_value", of_table, c.banzhaf),
        Way("solidarity_value", of_table, c.solidarity),
        Way("tau_value", of_table, c.tau_value),
        Way("owen_value", of_first, lambda ready: c.owen(*ready)),
        Way("myerson_value", of_first, lambda ready: c.myerson(*ready)),
        Way("is_convex", of_table, lambda game: game.is_convex(), lambda answer, data: [answer]),
        Way("is_superadditive", of_table, lambda game: game.is_superadditive(), lambda answer, data: [answer]),
        Way("is_balanced", of_table, lambda game: game.has_nonempty_core(), lambda answer, data: [answer]),
        Way("prenucleolus", of_table, c.prenucleolus, allocation),
        Way("prenucleolus", of_table, certified, allocation, "with its certificate"),
        Way("nucleolus", of_table, c.nucleolus, allocation),
        Way("nucleolus", of_table, c.auto_nucleolus, allocation, "auto"),
        Way("least_core", of_table, lambda game: c.least_core(game, "preimputation"), lambda answer, data: [answer["epsilon"]]),
        Way("per_capita_prenucleolus", of_table, lambda game: c.per_capita_nucleolus(game, "preimputation"), allocation),
        Way("modiclus", of_few, c.modiclus, allocation),
        Way(
            "prekernel_point",
            of_table,
            lambda game: c.kernel_point(game, "preimputation"),
            lambda answer, data: [imbalance(data, answer["allocation"])],
        ),
        Way("shapley_shubik_index", of_votes, c.shapley),
        Way("banzhaf_index", of_votes, lambda game: c.normalize(c.banzhaf(game))),
        Way("johnston_index", of_votes, c.power_indices, part("johnston")),
        Way("deegan_packel_index", of_votes, c.power_indices, part("deegan_packel")),
        Way("public_good_index", of_votes, c.power_indices, part("public_good")),
        Way("nucleolus of votes", of_votes, c.nucleolus, allocation),
        Way("nucleolus of a market", lambda data: of_table(data[1]), c.nucleolus, allocation),
        Way(
            "nucleolus of an induced subgraph",
            lambda data: c.InducedSubgraphGame(data[0], data[1]),
            c.auto_nucleolus,
            allocation,
        ),
        Way("Shapley value and nucleolus of an airport", lambda data: data, c.airport, _both),
        Way(
            "Bird's rule",
            lambda data: data,
            lambda costs: c.spanning_tree(costs, nucleolus=False),
            part("bird"),
        ),
        Way("Owen vector", lambda data: (data[1], data[0], data[2]), lambda ready: c.linear_production(*ready), part("owen")),
        Way("talmud_rule", lambda data: data, claims(c.talmud)),
        Way("constrained_equal_awards", lambda data: data, claims(c.constrained_equal_awards)),
        Way("constrained_equal_losses", lambda data: data, claims(c.constrained_equal_losses)),
    ]


def _both(answer: Any, data: Any) -> Any:
    return [*answer["shapley"], *answer["nucleolus"]]


def _at_most(most: int, n: int) -> None:
    if n > most:
        raise ValueError(f"{n} players are more than {most}")
