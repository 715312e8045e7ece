"""The games of the corpus: random of many kinds, degenerate, published, of every model, with up to nine players."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache
from importlib import import_module
from itertools import count
from pathlib import Path

import numpy as np

from comity.catalogue import things
from comity.games.coalitional.airport import AirportGame
from comity.games.coalitional.base import Game
from comity.games.coalitional.claims import ClaimsGame
from comity.games.coalitional.table import TableGame
from comity.games.coalitional.voting import VotingGame

LEAST_GAMES = 2_000
MOST_PLAYERS = 9
# How many seeds of 32 games there are with so many players; where less players are asked for, more of the small.
SEEDS = {1: 4, 2: 10, 3: 18, 4: 14, 5: 8, 6: 5, 7: 3, 8: 1, 9: 1}


@cache
def corpus(largest: int = MOST_PLAYERS) -> tuple[tuple[str, Game], ...]:
    """At least 2,000 games of one to ``largest`` players: published, of every model, and random tables."""
    found = [(name, game) for name, game in (*published(), *models()) if game.n <= largest]
    for n in range(1, largest + 1):
        for seed in range(SEEDS[n]):
            found += _tables(n, seed)
    for seed in count(SEEDS[2]):
        if len(found) >= LEAST_GAMES:
            return tuple(found)
        for n in range(2, min(largest, 4) + 1):
            found += _tables(n, seed if n < 3 else seed + SEEDS[n])
    raise AssertionError  # count() does not end


def tables(rng: np.random.Generator, n: int) -> dict[str, list[Fraction]]:
    """One random table of each kind; ties, flat parts and awkward units included."""
    size, count_ = 1 << n, np.array([bin(S).count("1") for S in range(1 << n)])
    weights = rng.integers(1, 30, n)
    sums = np.array([sum(int(w) for i, w in enumerate(weights) if S >> i & 1) for S in range(size)])
    quota = int(rng.integers(1, sums[-1] + 1))
    found = {
        "integers": rng.integers(-20, 100, size),
        "few values": rng.integers(0, 3, size),
        "zero": np.zeros(size, dtype=int),
        "additive": sums,
        "symmetric": rng.integers(0, 50, n + 1)[count_],
        "convex": sums**2,
        "voting": (sums >= quota).astype(int),
        "estate": np.maximum(0, int(sums[-1] * 0.6) - (sums[-1] - sums)),
        "unanimity": (np.arange(size) & 5 == 5).astype(int),
        "negative": -rng.integers(0, 50, size),
        "only everybody": (np.arange(size) == size - 1).astype(int),
        "null players": rng.integers(0, 40, size)[np.arange(size) & ((1 << max(1, n - 2)) - 1)],
    }
    listed = {name: [Fraction(int(v)) for v in values] for name, values in found.items()}
    listed["decimals"] = [Fraction(int(v), 10) for v in rng.integers(0, 9, size)]
    listed["thirds"] = [Fraction(int(v), 3) for v in rng.integers(0, 40, size)]
    listed["tiny"] = [Fraction(int(v), 10**15) for v in rng.integers(0, 100, size)]
    listed["huge"] = [Fraction(int(v)) * 10**25 for v in rng.integers(0, 100, size)]
    return {name: [Fraction(0), *values[1:]] for name, values in listed.items()}


def _tables(n: int, seed: int) -> list[tuple[str, Game]]:
    return [
        (f"{kind}, {n} players, seed {seed}, {orientation}", TableGame("ABCDEFGHI"[:n], values, orientation))
        for kind, values in tables(np.random.default_rng([n, seed]), n).items()
        for orientation in ("gain", "cost")
    ]


def models() -> Iterator[tuple[str, Game]]:
    """Every model of the catalogue."""
    for name, model in sorted(things("comity.games").items()):
        if (
            model.__declaration__.kind == "game"
            and isinstance(model, type)
            and issubclass(model, Game)
            and model is not TableGame
        ):
            for n in (1, 2, 3, 4, 5):
                yield f"{name}, {n} players", model.random(n, np.random.default_rng(n))


def published() -> Iterator[tuple[str, Game]]:
    """Games of the literature: those of the list of published examples, and a few larger ones."""
    # The list is a module of the tests of the literature, whose folder is on the path only where those run.
    folder = str(Path(__file__).parent / "literature")
    if folder not in sys.path:
        sys.path.append(folder)
    examples = import_module("published").EXAMPLES
    # Straffin & Heaney (1981): the dams of the Tennessee Valley Authority, in thousands of dollars.
    tva = [0, 163_520, 140_826, 301_607, 250_096, 378_821, 367_370, 412_584]
    # von Neumann & Morgenstern (1944): seven players, a line of the projective plane wins.
    lines = [0b0000111, 0b0011001, 0b1100001, 0b0101010, 0b1010010, 0b1001100, 0b0110100]
    water = {tuple(names): cost for names, cost in WATER.items()}
    found: dict[str, Game] = {
        **{example.name: example.game for example in examples},
        "Littlechild & Owen (1973)": AirportGame([12, 28, 30, 60]),
        **{f"Mishna, estate {estate}": ClaimsGame(estate, (100, 200, 300)) for estate in (100, 200, 300)},
        "Straffin & Heaney (1981)": TableGame(["navigation", "flood control", "power"], tva, "cost"),
        "Young, Okada & Hashimoto (1982)": TableGame.from_coalitions(water, "AHKLMT", "cost"),
        "European Economic Community 1958": VotingGame((4, 4, 4, 2, 2, 1), 12),
        "European Economic Community 1973": VotingGame((10, 10, 10, 10, 5, 5, 3, 3, 2), 41),
        "Nassau County 1964, Banzhaf (1965)": VotingGame((31, 31, 28, 21, 2, 2), 58),
        "Fano plane": TableGame("ABCDEFG", [int(any(S & line == line for line in lines)) for S in range(128)]),
    }
    seen = set()
    for name, game in found.items():
        if game.n <= MOST_PLAYERS:
            key = (game.orientation, tuple(game.exact_table()))
            if key not in seen:
                seen.add(key)
                yield name, game


# Millions of Swedish crowns for the water of six towns of Skåne, alone and together.
WATER: dict[str, float] = {
    "A": 21.95, "H": 17.08, "K": 10.91, "L": 15.88, "M": 20.81, "T": 21.98,
    "AH": 34.69, "AK": 32.86, "AL": 37.83, "AM": 42.76, "AT": 43.93, "HK": 22.96, "HL": 25.00, "HM": 37.89, "HT": 39.06,
    "KL": 26.79, "KM": 31.45, "KT": 32.89, "LM": 31.10, "LT": 37.86, "MT": 39.41,
    "AHK": 40.74, "AHL": 43.22, "AHM": 55.50, "AHT": 56.67, "AKL": 48.74, "AKM": 53.40, "AKT": 54.85, "ALM": 53.05,
    "ALT": 59.81, "AMT": 61.36, "HKL": 27.26, "HKM": 42.55, "HKT": 44.94, "HLM": 45.81, "HLT": 46.98, "HMT": 56.49,
    "KLM": 42.01, "KLT": 48.77, "KMT": 50.32, "LMT": 51.46,
    "AHKL": 48.95, "AHKM": 60.25, "AHKT": 62.72, "AHLM": 64.03, "AHLT": 65.20, "AHMT": 74.10, "AKLM": 63.96, "AKLT": 70.72,
    "AKMT": 72.27, "ALMT": 73.41, "HKLM": 48.07, "HKLT": 49.24, "HKMT": 59.35, "HLMT": 64.41, "KLMT": 56.61,
    "AHKLM": 69.76, "AHKMT": 77.42, "AHLMT": 83.00, "AHKLT": 70.93, "AKLMT": 73.97, "HKLMT": 66.46, "AHKLMT": 83.82,
}  # fmt: skip


# --- games of the kind that a concept needs ---------------------------------------------------------


def repaired(game: Game, proof: str) -> Game | None:
    """A game like this one, but of the kind that it is not of by the check of a refusal."""
    return REPAIRS[proof](game) if proof in REPAIRS else None


def simple(game: Game) -> Game:
    """A coalition wins if one within it is worth at least half of what the best is; all together win."""
    worth = [game.sign * w for w in game.exact_table()]
    half = max(worth) / 2
    wins = [0] * len(worth)
    for S in range(1, len(worth)):
        within = any(wins[S ^ 1 << i] for i in range(game.n) if S >> i & 1)
        wins[S] = int(within or worth[S] >= half > 0 or game.grand_coalition == S)
    return TableGame(game.players, wins)


def positive(game: Game) -> Game:
    """Every worth without its sign, and a little more; the grand one as much as all alone, or for costs no more."""
    worth = [abs(w) for w in game.exact_table()]
    unit = max(worth) / 7 or Fraction(1)
    worth = [Fraction(0), *(w + unit for w in worth[1:])]
    alone = sum(worth[1 << i] for i in range(game.n))
    worth[-1] = max(worth[-1], alone) if game.sign > 0 else min(worth[-1], alone)
    return TableGame(game.players, worth, game.orientation)


def convex(game: Game) -> Game:
    """Every dividend of two or more players without its sign: convex, or concave if these are costs."""
    dividends = {S: d if S.bit_count() == 1 else game.sign * abs(d) for S, d in game.dividends().items()}
    return TableGame(game.players, _sums_of_dividends(game.n, dividends), game.orientation)


def essential(game: Game) -> Game:
    """All together are worth as much as the best of their parts can be: more than alone, with a core if possible."""
    worth = list(game.exact_table())
    gains = [game.sign * w for w in worth]
    worth[-1] = game.sign * (max(gains) * game.n + sum(max(Fraction(0), gains[1 << i]) for i in range(game.n)) + 1)
    return TableGame(game.players, worth, game.orientation)


def with_core(game: Game) -> Game:
    """All together are worth just enough for a core, by amounts that nobody leaves."""
    worth = list(game.exact_table())
    least = max((game.sign * worth[S] / S.bit_count() for S in range(1, len(worth) - 1)), default=Fraction(0))
    worth[-1] = game.sign * least * game.n
    return TableGame(game.players, worth, game.orientation)


# What makes a game of the kind that a refusal says it is not of, by the check of that refusal.
REPAIRS: dict[str, Callable[[Game], Game]] = {
    "check_not_simple": simple,
    "check_no_common_sign": positive,
    "check_no_common_sign_alone": positive,
    "check_no_positive_worth": positive,
    "check_not_convex": convex,
    "check_not_quasi_balanced": with_core,
    "check_no_gately_point": convex,
    "check_not_essential": essential,
    "check_core_empty": with_core,
    "check_population_monotonicity": convex,
}


def _sums_of_dividends(n: int, dividends: dict[int, Fraction]) -> list[Fraction]:
    worth = [dividends.get(S, Fraction(0)) for S in range(1 << n)]
    for i in range(n):
        for S in range(1 << n):
            if S >> i & 1:
                worth[S] += worth[S ^ 1 << i]
    return worth
