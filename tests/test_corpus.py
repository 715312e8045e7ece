"""A corpus of games, every one certified exactly, and forged certificates of each refused.

Long: it runs with ``python -m pytest -m scheduled``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

import numpy as np
import pytest

import comity
from comity.catalogue import things
from comity.errors import EmptyCore, InvalidGame
from comity.games.coalitional.base import Game
from comity.games.coalitional.table import TableGame

MOST_PLAYERS = 9
TINY = Fraction(1, 10**12)


def tables(rng: np.random.Generator, n: int) -> dict[str, list[Fraction]]:
    """One random table of each kind; ties, flat parts and awkward units included."""
    size, count = 1 << n, np.array([bin(S).count("1") for S in range(1 << n)])
    weights = rng.integers(1, 30, n)
    sums = np.array([sum(int(w) for i, w in enumerate(weights) if S >> i & 1) for S in range(size)])
    quota = int(rng.integers(1, sums[-1] + 1))
    found = {
        "integers": rng.integers(-20, 100, size),
        "few values": rng.integers(0, 3, size),
        "zero": np.zeros(size, dtype=int),
        "additive": sums,
        "symmetric": rng.integers(0, 50, n + 1)[count],
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


def corpus() -> Iterator[tuple[str, Game]]:
    """2,124 games of one to nine players, most of them small; then every model of the catalogue."""
    for n, seeds in ((1, 4), (2, 10), (3, 18), (4, 14), (5, 8), (6, 5), (7, 3), (8, 1), (9, 1)):
        for seed in range(seeds):
            for kind, values in tables(np.random.default_rng([n, seed]), n).items():
                for orientation in ("gain", "cost"):
                    yield f"{kind}, {n} players, seed {seed}, {orientation}", TableGame(None, values, orientation)
    declared = [thing for thing in things("comity.games").values() if thing.__declaration__.kind == "game"]
    models = [model for model in declared if issubclass(model, Game) and model is not TableGame]
    for model in models:
        for n in (2, 3, 5):
            yield f"{model.__name__}, {n} players", model.random(n, np.random.default_rng(n))


CONCEPTS: tuple[Callable[[Game], comity.Allocation], ...] = (
    comity.shapley_value,
    comity.prenucleolus,
    comity.nucleolus,
    comity.least_core,
    comity.core_point,
)


@pytest.mark.scheduled
@pytest.mark.parametrize("concept", CONCEPTS, ids=lambda concept: concept.__name__)
def test_every_game_of_the_corpus_is_certified_and_no_forgery_passes(concept):
    certified = refused = asked = 0
    for asked, (name, game) in enumerate(corpus(), start=1):  # noqa: B007
        try:
            result = concept(game)
        except (EmptyCore, InvalidGame) as error:
            # An empty core is proved empty; a game without imputations has no nucleolus.
            refused += bool(getattr(error, "certificate", None)) or concept is comity.nucleolus
            continue
        assert result.certificate, name
        assert comity.verify(game, result.to_json()), name
        certified += 1
        forged = list(result.exact)
        forged[0] += TINY
        data = result.to_json() | {
            "amounts_exact": [f"{x.numerator}/{x.denominator}" for x in forged],
            "amounts": [float(x) for x in forged],
        }
        assert not comity.verify(game, data), f"{name}: an amount moved by 1e-12 passed"
        if game.n > 1:
            dearer = [game.exact(S) + (game.grand_coalition == S) for S in range(1 << game.n)]
            assert not comity.verify(TableGame(game.players, dearer, game.orientation), result), f"{name}: another worth passed"
    assert certified + refused == asked >= 2000
    print(f"{concept.__name__}: {certified} certified, {refused} refused with reason")
