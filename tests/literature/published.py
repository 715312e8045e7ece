"""Published examples in one list: source, how it was read, game, concept, printed answer, and a second method for it.

Several come from manuals and tutorials of other packages; the mark names the page where the answer was read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import wraps
from itertools import combinations
from typing import Any

from second_methods import (
    Amounts,
    at_prices_that_cover_each_product,
    by_balanced_families,
    compromise_of_claims,
    critical_shared,
    equal_disruption,
    equal_steps,
    half_claims,
    homogeneous_weights,
    least_differences_in_turn,
    least_excesses_a_head,
    least_excesses_in_turn,
    least_excesses_of_all,
    minimal_counted,
    minimal_shared,
    only_corner_of_the_core,
    over_coalitions,
    over_linked_orders,
    over_orders,
    over_orders_of_unions,
    over_orders_sharing,
    over_others,
    pivots_counted,
    scarce_glove,
    swings_counted,
)

from comity.games.coalitional.airport import AirportGame
from comity.games.coalitional.base import Game
from comity.games.coalitional.claims import ClaimsGame
from comity.games.coalitional.glove import GloveGame
from comity.games.coalitional.linear_production import LinearProductionGame
from comity.games.coalitional.table import TableGame
from comity.games.coalitional.voting import VotingGame
from comity.results import Allocation
from comity.solvers.core.core_point import core_point
from comity.solvers.core.kernel import prekernel_point
from comity.solvers.core.modiclus import modiclus
from comity.solvers.core.nucleolus import nucleolus, prenucleolus
from comity.solvers.core.owen_vector import owen_vector
from comity.solvers.core.per_capita_nucleolus import per_capita_nucleolus
from comity.solvers.rules.claims import random_arrival_rule, talmud_rule
from comity.solvers.values.banzhaf import banzhaf_value
from comity.solvers.values.banzhaf_index import banzhaf_index
from comity.solvers.values.deegan_packel import deegan_packel_index
from comity.solvers.values.gately_point import gately_point
from comity.solvers.values.johnston import johnston_index
from comity.solvers.values.myerson import myerson_value
from comity.solvers.values.owen import owen_value
from comity.solvers.values.public_good import public_good_index
from comity.solvers.values.shapley import shapley_value
from comity.solvers.values.shapley_shubik import shapley_shubik_index
from comity.solvers.values.solidarity import solidarity_value
from comity.solvers.values.tau import tau_value

FROM_MEMORY = "from memory"
MARK = re.compile(r'from memory|read at "[^"|]+", (\d{4}|no date)')


@dataclass(frozen=True)
class Example:
    """One published answer.

    Parameters
    ----------
    name : str
    source : str
        Author, year, and where in it.
    mark : str
        ``read at "<title>", <year>`` names the page where the answer was read, which need not be the source itself;
        ``from memory`` admits that none was.
    game : Game
    concept : callable
        Called as ``concept(game, *arguments)``.
    answer : str
        As printed: integers and fractions are exact, decimals are rounded to the digits shown.
    second : callable
        The exact amounts by another method, from the game (and the arguments) alone.
    arguments : tuple
    """

    name: str
    source: str
    mark: str
    game: Game
    concept: Callable[..., Allocation]
    answer: str
    second: Callable[..., Amounts]
    arguments: tuple[Any, ...] = ()

    def solve(self) -> Allocation:
        return self.concept(self.game, *self.arguments)

    def by_the_second_method(self) -> Amounts:
        return self.second(self.game, *self.arguments)

    @property
    def printed(self) -> list[tuple[Fraction, Fraction]]:
        """Each number with half a unit of its last decimal, which is 0 where nothing was rounded."""
        return [(Fraction(number), _rounding(number)) for number in self.answer.split()]


def _rounding(number: str) -> Fraction:
    _, point, decimals = number.partition(".")
    return Fraction(1, 2 * 10 ** len(decimals)) if point else Fraction(0)


def manual(page: str) -> str:
    return f'read at "{page}, CoopGame 0.2.2 (reference manual)", 2021'


CASES = 'read at "literature-cases.md, coopgame (documentation)", no date'
GETTING_STARTED = 'read at "getting_started.md, MatTuGames (documentation)", 2013'
VOTING_POWER = 'read at "Voting power (5): the Deegan-Packel and Holler power indices", 2021'


def lexicographic(worths: Sequence[Any], orientation: str = "gain", players: Sequence[str] | None = None) -> TableGame:
    """A game from its worths in the order {1}, {2}, ..., {1, 2}, {1, 3}, ..., as the R packages write them."""
    n = len(worths).bit_length()
    masks = [sum(1 << i for i in S) for size in range(1, n + 1) for S in combinations(range(n), size)]
    by_mask = dict(zip(masks, worths, strict=True))
    return TableGame(players, [0, *(by_mask[S] for S in range(1, 1 << n))], orientation)


def for_claims(rule: Callable[..., Allocation]) -> Callable[[ClaimsGame], Allocation]:
    """A rule for claims as a concept of the claims game."""

    @wraps(rule)
    def concept(game: ClaimsGame) -> Allocation:
        return rule(game.problem.estate, game.problem.claims)

    return concept


# --- games that appear more than once ----------------------------------------------------------------------------

TENNESSEE = lexicographic((163_520, 140_826, 250_096, 301_607, 378_821, 367_370, 412_584), "cost")
LEMAIRE = lexicographic((46_125, "17437.5", "5812.5", "69187.5", "53812.5", 30_750, 90_000))
CITIES = lexicographic((0, 0, 0, 90, 100, 120, 220))
FOUR = lexicographic((0, 0, 0, 0, 5, 5, 8, 9, 10, 8, 13, 15, 16, 17, 21))
CREDITORS = ClaimsGame(176, (40, 32, 11, "73.3", "54.95", "81.1"))
PRODUCERS = LinearProductionGame((68, 52), [[4, 5], [6, 2]], [[4, 33], [6, 39], [60, 0]])
PRODUCED = lexicographic((68, 102, 0, 170, 710, 762, 992))
COST_OF_TWO = lexicographic((1, 1, 2, 1, 2, 2, 2), "cost")
PELEG_SUDHOELTER = lexicographic((0, 0, 0, 10, 0, 0, 2))
SIX_OF_1958 = VotingGame((4, 4, 4, 2, 2, 1), 12)
OF_SIXTEEN = VotingGame((10, 9, 6, 5), 16)
HOLLER = VotingGame((35, 20, 15, 15, 15), 51)
APEX = VotingGame((3, 1, 1, 1, 1), 4)
MAJORITY = VotingGame((1, 1, 1), 2, ("A", "B", "C"))


def swedish_municipalities() -> TableGame:
    """Million crowns for the water of six groups of towns in Skåne, by coalition."""
    names = ("A", "H", "K", "L", "M", "T")
    costs = {
        1: (21.95, 17.08, 10.91, 15.88, 20.81, 21.98),
        2: (34.69, 32.86, 37.83, 42.76, 43.93, 22.96, 25.00, 37.89, 39.06, 26.79, 31.45, 32.89, 31.10, 37.86, 39.41),
        3: (
            *(40.74, 43.22, 55.50, 56.67, 48.74, 53.40, 54.84, 53.05, 59.81, 61.36),
            *(27.26, 42.55, 44.94, 45.81, 46.98, 56.49, 42.01, 48.77, 50.32, 51.46),
        ),
        4: (48.95, 60.25, 62.72, 64.03, 65.20, 74.10, 63.96, 70.72, 72.27, 73.41, 48.07, 49.24, 59.35, 64.41, 56.61),
        5: (69.76, 70.93, 77.42, 83.00, 73.97, 66.46),
        6: (83.82,),
    }
    return lexicographic([cost for size in costs.values() for cost in size], "cost", names)


def canadian_constitution() -> TableGame:
    """Both large provinces, two of the four in the Atlantic, and British Columbia with a prairie or all three of these."""
    large, atlantic, prairies = ("ON", "QC"), ("NS", "NB", "NL", "PE"), ("AB", "SK", "MB")
    players = (*large, "BC", *prairies, *atlantic)

    def passes(S: int) -> bool:
        agree = {name for i, name in enumerate(players) if S >> i & 1}
        west = agree & set(prairies)
        return agree >= set(large) and len(agree & set(atlantic)) >= 2 and (bool("BC" in agree and west) or len(west) == 3)

    return TableGame(players, [int(passes(S)) for S in range(1 << len(players))])


CANADA = canadian_constitution()

# --- the examples ------------------------------------------------------------------------------------------

EXAMPLES: tuple[Example, ...] = (
    # Values.
    Example(
        "An inheritance",
        "Aumann (2010), after Ibn Ezra (1146): estate 120, claims 120, 60, 40, 30",
        manual("shapleyValue"),
        lexicographic((120, 60, 40, 30, 120, 120, 120, 60, 60, 40, 120, 120, 120, 60, 120)),
        shapley_value,
        "80.83333 20.83333 10.83333 7.50000",
        over_orders,
    ),
    Example(
        "A runway for four aircraft",
        "Littlechild & Owen (1973), as an encyclopedia explains it: costs 8, 11, 13, 18",
        'read at "Airport problem (encyclopedia)", no date',
        AirportGame((8, 11, 13, 18)),
        shapley_value,
        "2 3 4 9",
        equal_steps,
    ),
    Example(
        "Two share the cheaper runway",
        "Example of the package GameTheoryAllocation, Shapley_value beside Owen_value",
        'read at "Owen_value, GameTheoryAllocation 1.0 (reference manual)", 2016',
        COST_OF_TWO,
        shapley_value,
        "0.3333333 0.3333333 1.333333",
        over_orders,
    ),
    Example(
        "Inventories of three",
        "Example of the package InventorymodelPackage, vShapley",
        'read at "vShapley, InventorymodelPackage (reference manual)", 2017',
        lexicographic((1, 1, 1, 1, 2, 1, 2)),
        shapley_value,
        "0.8333333 0.3333333 0.8333333",
        over_orders,
    ),
    Example(
        "One right glove for three left",
        "CoopGame, tests 15.2 to 15.6, the later ones after Wiese's textbook, p. 65",
        CASES,
        GloveGame(["1", "2", "4"], ["3"], players=["1", "2", "3", "4"]),
        shapley_value,
        "1/12 1/12 3/4 1/12",
        over_orders,
    ),
    Example(
        "One left glove for nine right",
        "CoopGame, tests 15.2 to 15.6, the later ones after Wiese's textbook, p. 65",
        CASES,
        GloveGame(1, 9),
        shapley_value,
        "9/10 1/90 1/90 1/90 1/90 1/90 1/90 1/90 1/90 1/90",
        scarce_glove,
    ),
    Example(
        "Producers of two goods: the value",
        "Example of the package coopProductGame, shapleyValue",
        'read at "shapleyValue, coopProductGame 2.0 (reference manual)", 2018',
        PRODUCED,
        shapley_value,
        "229 272 491",
        over_orders,
    ),
    Example(
        "Six creditors: the value",
        "Meinhardt, MatTuGames, bankruptcy game of 176 among claims of 292.35",
        GETTING_STARTED,
        CREDITORS,
        shapley_value,
        "23.5175 18.7483 6.4950 44.3008 33.3317 49.6067",
        over_orders,
    ),
    Example(
        "Six creditors: solidarity",
        "Meinhardt, MatTuGames, bankruptcy game of 176 among claims of 292.35",
        GETTING_STARTED,
        CREDITORS,
        solidarity_value,
        "28.0285 27.0297 24.5264 32.5247 30.1952 33.6954",
        over_orders_sharing,
    ),
    Example(
        "Navigation, flood control, power: the value",
        "Straffin & Heaney (1981), Tennessee Valley Authority, thousand dollars",
        FROM_MEMORY,
        TENNESSEE,
        shapley_value,
        "117829 100756.5 193998.5",
        over_orders,
    ),
    Example(
        "Three investors: the value",
        "Lemaire (1991), interest on pooled deposits",
        FROM_MEMORY,
        LEMAIRE,
        shapley_value,
        "51750 25875 12375",
        over_orders,
    ),
    Example(
        "Three cities and a power plant: the value",
        "Peters, Game Theory: A Multi-Leveled Approach, chapter 1",
        FROM_MEMORY,
        CITIES,
        shapley_value,
        "65 75 80",
        over_orders,
    ),
    Example(
        "A jazz band",
        "Young (1988), singer, pianist, drummer: 200, 300, 0, 800, 500, 650, 1000",
        FROM_MEMORY,
        lexicographic((200, 300, 0, 800, 500, 650, 1000)),
        shapley_value,
        "350 475 175",
        over_orders,
    ),
    Example(
        "One large player, four small: the value",
        "Apex game of five, e.g. Myerson (1991): 3/5 and 1/10 each",
        FROM_MEMORY,
        APEX,
        shapley_value,
        "3/5 1/10 1/10 1/10 1/10",
        over_orders,
    ),
    Example(
        "A Banzhaf value",
        "Gambarelli (2011), Encyclopedia of Power",
        manual("banzhafValue"),
        lexicographic((0, 0, 0, 1, 2, 1, 3)),
        banzhaf_value,
        "1.25 0.75 1.25",
        over_others,
    ),
    # Unions and links.
    Example(
        "Two unite and share the cheaper runway",
        "Owen (1977), example of the package GameTheoryAllocation",
        'read at "Owen_value, GameTheoryAllocation 1.0 (reference manual)", 2016',
        COST_OF_TWO,
        owen_value,
        "0.25 0.25 1.5",
        over_orders_of_unions,
        ((("1", "2"), ("3",)),),
    ),
    Example(
        "The middle of a line of three voters",
        "Myerson (1977), majority of three, the ends not linked",
        FROM_MEMORY,
        MAJORITY,
        myerson_value,
        "1/6 2/3 1/6",
        over_linked_orders,
        ((("A", "B"), ("B", "C")),),
    ),
    # Votes.
    Example(
        "Four parties, 50 of 70",
        "Stach (2011), Encyclopedia of Power",
        manual("shapleyShubikIndex"),
        VotingGame((10, 10, 20, 30), 50),
        shapley_shubik_index,
        "0.08333333 0.08333333 0.25000000 0.58333333",
        pivots_counted,
    ),
    Example(
        "Weights 8, 6, 4, 2 and 12 to win",
        "Chakravarty, Mitra & Sarkar (2015), formula (7.5), p. 119; the package's example",
        manual("nonNormalizedBanzhafIndex"),
        VotingGame((8, 6, 4, 2), 12),
        banzhaf_value,
        "0.625 0.375 0.375 0.125",
        over_others,
    ),
    Example(
        "An apex game of four, as shares",
        "CoopGame, apexGameVector(4, 3)",
        manual("normalizedBanzhafIndex"),
        VotingGame((1, 1, 2, 1), 3),
        banzhaf_index,
        "0.1666667 0.1666667 0.5000000 0.1666667",
        swings_counted,
    ),
    Example(
        "An apex game of four",
        "CoopGame, apexGameVector(4, 3)",
        manual("nonNormalizedBanzhafIndex"),
        VotingGame((1, 1, 2, 1), 3),
        banzhaf_value,
        "0.25 0.25 0.75 0.25",
        over_others,
    ),
    Example(
        "One vote as good as 49",
        "CoopGame, test 07.1: weights 50, 49, 1 and 51 to win",
        CASES,
        VotingGame((50, 49, 1), 51),
        banzhaf_index,
        "3/5 1/5 1/5",
        swings_counted,
    ),
    Example(
        "North Hempstead without power",
        "Banzhaf (1965), Nassau County Board of 1964",
        'read at "02-voting-power.md, coopgame (tutorial)", no date',
        VotingGame((31, 31, 21, 28, 2, 2), 58),
        banzhaf_value,
        "1/2 1/2 0 1/2 0 0",
        over_others,
    ),
    Example(
        "The six of 1958: swings",
        "European Economic Community, 12 of 17 votes",
        'read at "powerindex 0.2.0 (package page)", no date',
        SIX_OF_1958,
        banzhaf_index,
        # Printed as doubles with up to 17 digits, of which 15 count.
        "0.238095238095238 0.238095238095238 0.238095238095238 0.142857142857143 0.142857142857143 0.0",
        swings_counted,
    ),
    Example(
        "The six of 1958: pivots",
        "European Economic Community, 12 of 17 votes",
        FROM_MEMORY,
        SIX_OF_1958,
        shapley_shubik_index,
        "7/30 7/30 7/30 3/20 3/20 0",
        pivots_counted,
    ),
    Example(
        "Sixteen of thirty: swings",
        "Vote [16; 10, 9, 6, 5]",
        VOTING_POWER,
        OF_SIXTEEN,
        banzhaf_index,
        "0.4167 0.25 0.25 0.0833",
        swings_counted,
    ),
    Example(
        "Sixteen of thirty: pivots",
        "Vote [16; 10, 9, 6, 5]",
        VOTING_POWER,
        OF_SIXTEEN,
        shapley_shubik_index,
        "0.4167 0.25 0.25 0.0833",
        pivots_counted,
    ),
    Example(
        "Sixteen of thirty: minimal coalitions shared",
        "Deegan & Packel (1978), vote [16; 10, 9, 6, 5]",
        VOTING_POWER,
        OF_SIXTEEN,
        deegan_packel_index,
        "1/3 5/18 5/18 1/9",
        minimal_shared,
    ),
    Example(
        "Sixteen of thirty: minimal coalitions counted",
        "Holler (1982), vote [16; 10, 9, 6, 5]: members of 2, 2, 2, 1 of them",
        VOTING_POWER,
        OF_SIXTEEN,
        public_good_index,
        "2/7 2/7 2/7 1/7",
        minimal_counted,
    ),
    Example(
        "A heavier vote has less of the public good",
        "Holler (2011), Encyclopedia of Power",
        manual("publicGoodIndex"),
        HOLLER,
        public_good_index,
        "16/60 8/60 12/60 12/60 12/60",
        minimal_counted,
    ),
    Example(
        "A heavier vote has less of minimal coalitions",
        "Holler & Illing (2006), section 6.3.3",
        manual("deeganPackelIndex"),
        HOLLER,
        deegan_packel_index,
        "18/60 9/60 11/60 11/60 11/60",
        minimal_shared,
    ),
    Example(
        "A parliament of four parties",
        "CoopGame, test 12: seats 309, 193, 63, 64 and 315 to win",
        'read at "test 12 publicGoodIndex, CoopGame (source)", 2021',
        VotingGame((309, 193, 63, 64), 315),
        public_good_index,
        "3/9 2/9 2/9 2/9",
        minimal_counted,
    ),
    *(
        Example(
            f"A vote of three, [{quota}; {', '.join(map(str, weights))}]",
            "Johnston (1978); CoopGame, test 28",
            'read at "test 28 johnstonIndex, CoopGame (source)", 2021',
            VotingGame(weights, quota),
            johnston_index,
            answer,
            critical_shared,
        )
        for weights, quota, answer in (
            ((3, 2, 1), 4, "2/3 1/6 1/6"),
            ((5, 3, 1), 8, "1/2 1/2 0"),
            ((8, 8, 1), 9, "1/3 1/3 1/3"),
        )
    ),
    Example(
        "Changing Canada's constitution: pivots",
        "Straffin (1977): the Victoria proposal of 1971, by province",
        FROM_MEMORY,
        CANADA,
        shapley_shubik_index,
        "0.3155 0.3155 0.1250 0.0417 0.0417 0.0417 0.0298 0.0298 0.0298 0.0298",
        over_coalitions,
    ),
    Example(
        "Changing Canada's constitution: swings",
        "Straffin (1977): the Victoria proposal of 1971, by province",
        FROM_MEMORY,
        CANADA,
        banzhaf_index,
        "0.2178 0.2178 0.1634 0.0545 0.0545 0.0545 0.0594 0.0594 0.0594 0.0594",
        swings_counted,
    ),
    # The nucleolus and its relatives.
    Example(
        "A nucleolus of four",
        "CoopGame, example of nucleolus",
        manual("nucleolus"),
        FOUR,
        nucleolus,
        "3.5 4.5 5.5 7.5",
        least_excesses_in_turn,
    ),
    Example(
        "Where nobody may get less than alone",
        "Peleg & Sudhölter (2007), example 5.5.12, p. 96",
        CASES,
        PELEG_SUDHOELTER,
        nucleolus,
        "1 1 0",
        least_excesses_in_turn,
    ),
    Example(
        "Where somebody may",
        "Peleg & Sudhölter (2007), example 5.5.12, p. 96",
        manual("Prenucleolus"),
        PELEG_SUDHOELTER,
        prenucleolus,
        "3 3 -4",
        least_excesses_of_all,
    ),
    Example(
        "A game of three that starts below zero",
        "Ferguson, Game Theory, part IV, as cited in CoopGame's test 49.1",
        CASES,
        lexicographic((-1, 0, 1, 3, 4, 2, 5)),
        nucleolus,
        "8/3 2/3 5/3",
        least_excesses_in_turn,
    ),
    Example(
        "A game of three with an empty core",
        "CoopGame, test 67.1",
        'read at "test 67 Nucleolus, CoopGame (source)", no date',
        lexicographic((2, 6, 5, 15, 1, 18, 14)),
        nucleolus,
        "2 7 5",
        least_excesses_in_turn,
    ),
    Example(
        "The same where somebody may get less than alone",
        "CoopGame, test 67.1; by hand in the page read",
        CASES,
        lexicographic((2, 6, 5, 15, 1, 18, 14)),
        prenucleolus,
        "-1 13 2",
        least_excesses_of_all,
    ),
    Example(
        "Producers of two goods: the nucleolus",
        "Example of the package coopProductGame, nucleolus",
        'read at "nucleolus, coopProductGame 2.0 (reference manual)", 2018',
        PRODUCED,
        nucleolus,
        "149 192 651",
        least_excesses_in_turn,
    ),
    Example(
        "Six creditors: the nucleolus",
        "Meinhardt, MatTuGames, bankruptcy game of 176 among claims of 292.35",
        GETTING_STARTED,
        CREDITORS,
        nucleolus,
        "20.0000 16.0000 5.5000 48.3500 30.0000 56.1500",
        half_claims,
    ),
    Example(
        "Six creditors: a point of the prekernel",
        "Meinhardt, MatTuGames, bankruptcy game of 176 among claims of 292.35",
        GETTING_STARTED,
        CREDITORS,
        prekernel_point,
        "20.0000 16.0000 5.5000 48.3500 30.0000 56.1500",
        # A convex game has no other (Maschler, Peleg & Shapley 1972).
        half_claims,
    ),
    Example(
        "The owner of the only left glove",
        "Shapley & Shubik (1969), the glove market: one left, two right",
        'read at "04-stability-and-verification.md, coopgame (tutorial)", no date',
        GloveGame(1, 2),
        core_point,
        "1 0 0",
        only_corner_of_the_core,
    ),
    Example(
        "Navigation, flood control, power: the nucleolus",
        "Straffin & Heaney (1981), Tennessee Valley Authority, thousand dollars",
        FROM_MEMORY,
        TENNESSEE,
        nucleolus,
        "116234 93540 202810",
        least_excesses_in_turn,
    ),
    Example(
        "Water for six groups of Swedish towns",
        "Young, Okada & Hashimoto (1982), million crowns; the coalitions' costs from memory too",
        FROM_MEMORY,
        swedish_municipalities(),
        nucleolus,
        "20.35 12.06 5.00 8.61 18.32 19.49",
        by_balanced_families(("A", "HKL", "MT"), ("AHL", "AHKMT", "AKLMT"), ("M", "T")),
    ),
    Example(
        "Three cities and a power plant: the nucleolus",
        "Peters, Game Theory: A Multi-Leveled Approach, chapter 1",
        FROM_MEMORY,
        CITIES,
        nucleolus,
        "170/3 230/3 260/3",
        least_excesses_in_turn,
    ),
    Example(
        "One large player, four small: the nucleolus",
        "Peleg (1968), weights of a homogeneous constant-sum vote",
        FROM_MEMORY,
        APEX,
        nucleolus,
        "3/7 1/7 1/7 1/7 1/7",
        homogeneous_weights,
    ),
    Example(
        "Savings a head",
        "Young (1985), p. 68: savings on costs 15, 20, 55, 35, 61, 65, 78",
        manual("perCapitaNucleolus"),
        lexicographic((0, 0, 0, 0, 9, 10, 12)),
        per_capita_nucleolus,
        "0.6666667 1.1666667 10.1666667",
        least_excesses_a_head,
    ),
    Example(
        "Either side of the market for gloves gets half",
        "Sudhölter (1997), two left gloves and a right one",
        FROM_MEMORY,
        GloveGame(2, 1),
        modiclus,
        "1/4 1/4 1/2",
        least_differences_in_turn,
    ),
    # Compromises.
    Example(
        "Three regions share electric power",
        "Gately (1974)",
        manual("gatelyValue"),
        lexicographic((0, 0, 0, 1170, 770, 210, 1530)),
        gately_point,
        "827.7049 476.5574 225.7377",
        equal_disruption,
    ),
    Example(
        "A Gately point of fractions",
        "CoopGame, example of gatelyValue",
        manual("gatelyValue"),
        lexicographic((0, 0, 0, 4, 0, 3, 6)),
        gately_point,
        "18/11 36/11 12/11",
        equal_disruption,
    ),
    Example(
        "Navigation, flood control, power: alternate cost avoided",
        "Straffin & Heaney (1981), who find it to be Gately's point; thousand dollars",
        FROM_MEMORY,
        TENNESSEE,
        gately_point,
        "117476. 99157. 195951.",
        equal_disruption,
    ),
    Example(
        "A tau value of three",
        "Stach (2011)",
        manual("tauValue"),
        lexicographic((0, 0, 0, 1, 2, 1, 3)),
        tau_value,
        "1.2 0.6 1.2",
        compromise_of_claims,
    ),
    Example(
        "Six creditors: tau",
        "Meinhardt, MatTuGames, bankruptcy game of 176 among claims of 292.35",
        GETTING_STARTED,
        CREDITORS,
        tau_value,
        "24.0807 19.2646 6.6222 44.1279 33.0809 48.8237",
        compromise_of_claims,
    ),
    # Rules.
    Example(
        "Six creditors: the Talmud",
        "Meinhardt, MatTuGames, claims 40, 32, 11, 73.3, 54.95, 81.1 and estate 176",
        GETTING_STARTED,
        CREDITORS,
        for_claims(talmud_rule),
        "20.0000 16.0000 5.5000 48.3500 30.0000 56.1500",
        half_claims,
    ),
    Example(
        "The Talmud's creditors in random order",
        "O'Neill (1982): the value of the claims game of 200 among 100, 200, 300",
        'read at "03-fair-division.md, coopgame (tutorial)", no date',
        ClaimsGame(200, (100, 200, 300)),
        for_claims(random_arrival_rule),
        "100/3 250/3 250/3",
        over_orders,
    ),
    Example(
        "Producers of two goods: prices",
        "Owen (1975), example of the package coopProductGame, owenSet",
        'read at "owenSet, coopProductGame 2.0 (reference manual)", 2018',
        PRODUCERS,
        owen_vector,
        "230 282 480",
        at_prices_that_cover_each_product,
    ),
)
