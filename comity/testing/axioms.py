"""Axioms that a rule ``game -> Allocation`` may satisfy; each is compared exactly and names what contradicts it.

A concept that declares ``claims=("efficient", ...)`` is held to `assert_efficient` and so on by the generic tests.  A new
axiom is a function here named ``assert_<claim>(rule, game)``.  What mechanisms promise is asserted by `assert_no_profitable_lie`
and `assert_keeps`, from `comity.testing.honesty`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

import numpy as np

from comity.catalogue import things
from comity.checks.core import check_in_core
from comity.coalitions import exact_sums
from comity.errors import EmptyCore
from comity.games.coalitional.base import Game, Orientation
from comity.games.coalitional.properties import is_concave, is_convex, is_subadditive, is_superadditive
from comity.games.coalitional.table import TableGame
from comity.results import Allocation
from comity.testing.honesty import assert_keeps as assert_keeps
from comity.testing.honesty import assert_no_profitable_lie as assert_no_profitable_lie

Rule = Callable[[Game], Allocation]
Axiom = Callable[[Rule, Game], None]


def axioms() -> dict[str, Axiom]:
    """Every axiom by the name a concept claims it with.

    >>> sorted(axioms())[:3]
    ['additive', 'anonymous', 'covariant']
    """
    here = (thing for name, thing in globals().items() if name.startswith("assert_") and thing.__module__ == __name__)
    return {axiom.__name__.removeprefix("assert_"): axiom for axiom in here}


def assert_efficient(rule: Rule, game: Game) -> None:
    """The amounts add up to the worth of all players together."""
    total, worth = sum(rule(game).exact), game.exact(game.grand_coalition)
    assert total == worth, f"the amounts add up to {total}, but everybody together is worth {worth}"


def assert_symmetric(rule: Rule, game: Game) -> None:
    """Two players who add the same to every coalition of the others get the same."""
    x = rule(game).exact
    for i, j, added in _pairs(game):
        if not any(added):
            assert x[i] == x[j], f"{game.players[i]} and {game.players[j]} are alike but get {x[i]} and {x[j]}"


def assert_anonymous(rule: Rule, game: Game) -> None:
    """Calling the players in another order changes nothing but the order of the amounts."""
    order = np.random.default_rng(game.n).permutation(game.n).tolist()
    table = game.exact_table()
    renamed = [table[sum(1 << order[k] for k in range(game.n) if S >> k & 1)] for S in range(1 << game.n)]
    x, y = rule(game).exact, rule(TableGame([game.players[i] for i in order], renamed, game.orientation)).exact
    assert list(y) == [x[i] for i in order], f"in the order {order} the amounts are {_words(y)}, not those of {_words(x)}"


def assert_null_player(rule: Rule, game: Game) -> None:
    """A player who adds nothing to any coalition gets nothing."""
    x, table = rule(game).exact, game.exact_table()
    for i in range(game.n):
        if all(table[S | 1 << i] == table[S] for S in range(1 << game.n)):
            assert x[i] == 0, f"{game.players[i]} adds nothing to any coalition but gets {x[i]}"


def assert_dummy_player(rule: Rule, game: Game) -> None:
    """A player who adds the same stand-alone worth to every coalition gets just that."""
    x, table = rule(game).exact, game.exact_table()
    for i in range(game.n):
        alone = table[1 << i]
        if all(table[S | 1 << i] == table[S] + alone for S in range(1 << game.n) if not S >> i & 1):
            assert x[i] == alone, f"{game.players[i]} adds {alone} to every coalition but gets {x[i]}"


def assert_desirability(rule: Rule, game: Game) -> None:
    """Who adds at least as much as another to every coalition gets at least as much (pays, in a cost game)."""
    x = rule(game).exact
    for i, j, added in _pairs(game):
        if all(difference >= 0 for difference in added):
            assert x[i] >= x[j], f"{game.players[i]} never adds less than {game.players[j]} but gets {x[i]} < {x[j]}"


def assert_covariant(rule: Rule, game: Game) -> None:
    """In other units, and with something added to each player's worth wherever they go, the amounts follow."""
    unit, alone = Fraction(7, 3), [Fraction((-1) ** i * (i + 1), 4) for i in range(game.n)]
    table = [unit * worth + sum(alone[i] for i in range(game.n) if S >> i & 1) for S, worth in enumerate(game.exact_table())]
    x, y = rule(game).exact, rule(TableGame(game.players, table, game.orientation)).exact
    expected = [unit * amount + extra for amount, extra in zip(x, alone, strict=True)]
    assert list(y) == expected, f"after v -> 7/3 v + b the amounts are {_words(y)}, not {_words(expected)}"


def assert_homogeneous(rule: Rule, game: Game) -> None:
    """In other units the amounts are the same money."""
    unit = Fraction(7, 3)
    x = rule(game).exact
    y = rule(TableGame(game.players, [unit * worth for worth in game.exact_table()], game.orientation)).exact
    expected = [unit * amount for amount in x]
    assert list(y) == expected, f"after v -> 7/3 v the amounts are {_words(y)}, not {_words(expected)}"


def assert_projection(rule: Rule, game: Game) -> None:
    """Where nobody adds more or less to a coalition than they are worth alone, everybody gets just that."""
    alone = [game.exact(1 << i) for i in range(game.n)]
    if list(game.exact_table()) == exact_sums(alone):
        x = rule(game).exact
        assert list(x) == alone, f"nobody gains by cooperating, but the amounts are {_words(x)}, not {_words(alone)}"


def assert_additive(rule: Rule, game: Game, other: Game | None = None) -> None:
    """What is got in the sum of two games is the sum of what is got in each."""
    first = game.exact_table()
    # Without a second game, the worths of this one in another order serve.
    second = (
        other.exact_table()
        if other
        else [Fraction(0), *np.random.default_rng(game.n).permutation(np.array(first[1:], dtype=object))]
    )
    both = TableGame(game.players, [a + b for a, b in zip(first, second, strict=True)], game.orientation)
    parts = rule(game).exact, rule(TableGame(game.players, second, game.orientation)).exact
    expected = [a + b for a, b in zip(*parts, strict=True)]
    x = rule(both).exact
    assert list(x) == expected, f"the sum of two games gives {_words(x)}, but the two give {_words(expected)}"


def assert_self_dual(rule: Rule, game: Game) -> None:
    """The game and its dual v*(S) = v(N) - v(N without S) have the same amounts."""
    table = game.exact_table()
    dual = TableGame(game.players, [table[-1] - worth for worth in reversed(table)], game.orientation)
    x, y = rule(game).exact, rule(dual).exact
    assert x == y, f"the dual game gives {_words(y)}, not {_words(x)}"


def assert_in_core(rule: Rule, game: Game) -> None:
    """No coalition gains by leaving, whenever the rule gives an answer at all; it may say that the core is empty."""
    try:
        x = rule(game).exact
    except EmptyCore:
        return
    _require_in_core(game, x)


def assert_in_core_if_nonempty(rule: Rule, game: Game) -> None:
    """No coalition gains by leaving, if that is possible."""
    try:
        things("comity.solvers")["core_point"](game)
    except EmptyCore:
        return
    _require_in_core(game, rule(game).exact)


def assert_in_core_if_convex(rule: Rule, game: Game) -> None:
    """No coalition gains by leaving a convex gain game or a concave cost game."""
    if is_convex(game) if game.orientation is Orientation.GAIN else is_concave(game):
        _require_in_core(game, rule(game).exact)


def assert_individually_rational(rule: Rule, game: Game) -> None:
    """Nobody would rather be alone."""
    x = rule(game).exact
    for i in range(game.n):
        excess = game.excess(1 << i, x)
        assert excess <= 0, f"{game.players[i]} would gain {excess} by being alone"


def assert_individually_rational_if_superadditive(rule: Rule, game: Game) -> None:
    """Nobody would rather be alone in a superadditive gain game or a subadditive cost game."""
    if is_superadditive(game) if game.orientation is Orientation.GAIN else is_subadditive(game):
        assert_individually_rational(rule, game)


def _require_in_core(game: Game, x: Sequence[Fraction]) -> None:
    certificate = check_in_core(game, x)
    assert certificate, (
        f"{_words(x)} is not in the core: {certificate.witness['coalition']} would gain {-(certificate.margin or 0)}"
    )


def _pairs(game: Game) -> Iterator[tuple[int, int, list[Fraction]]]:
    """Each ordered pair of players, and what the first adds beyond the second to each coalition of the others."""
    table = game.exact_table()
    for i in range(game.n):
        for j in range(game.n):
            others = (S for S in range(1 << game.n) if not S & (1 << i | 1 << j))
            if i != j:
                yield i, j, [table[S | 1 << i] - table[S | 1 << j] for S in others]


def _words(x: Sequence[Fraction]) -> str:
    return "(" + ", ".join(map(str, x)) + ")"
