"""The modiclus of many players: the prenucleolus of twice as many, markets, exact programmes, and refuted near misses."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import comity
from comity import TableGame, modiclus, prenucleolus
from comity.checks.excess_chain import Pairs, Span
from comity.checks.excess_scan import ExcessScan
from comity.errors import TooManyPlayers
from comity.solvers.core import widest_pairs
from comity.solvers.core.least_excesses import least_excesses
from comity.solvers.core.modiclus import PairGame
from comity.solvers.core.widest_pairs import classes, pairs_above

F = Fraction


def random_game(n: int, seed: int, orientation: str = "gain") -> TableGame:
    rng = np.random.default_rng(seed)
    worths = rng.integers(-20, 1000, 1 << n)
    worths[0], worths[-1] = 0, 400 * n
    return TableGame(None, worths, orientation)


def dual_cover(game: TableGame) -> TableGame:
    """max(v(S) + v*(T), v*(S) + v(T)) of twice the players; in a cost game the least."""
    v = game.integer_table.numerators
    dual = v[-1] - v[::-1]
    better = np.maximum if game.sign > 0 else np.minimum
    cover = better(v[None, :] + dual[:, None], dual[None, :] + v[:, None])
    return TableGame(None, cover.ravel(), game.orientation)


# --- what it is ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "orientation"), [(6, "gain"), (7, "cost"), (8, "gain")])
def test_it_is_the_prenucleolus_of_the_dual_cover_of_twice_as_many_players(n, orientation):  # Sudhölter 1997
    game = random_game(n, n, orientation)
    assert prenucleolus(dual_cover(game)).exact == modiclus(game).exact * 2


@pytest.mark.scheduled
@pytest.mark.parametrize("n", [9, 10, 11])
def test_it_is_the_prenucleolus_of_the_dual_cover_of_twenty_players(n):  # Sudhölter 1997
    for seed in range(5):
        game = random_game(n, seed, "cost" if seed % 2 else "gain")
        assert prenucleolus(dual_cover(game)).exact == modiclus(game).exact * 2


def test_of_a_constant_sum_game_of_fourteen_it_is_the_prenucleolus():  # Sudhölter 1997
    worths = np.random.default_rng(5).integers(0, 1000, 1 << 14)
    worths[0], worths[-1] = 0, 4000
    half = 1 << 13
    worths[half:] = worths[-1] - worths[:half][::-1]
    game = TableGame(None, worths)
    assert modiclus(game).exact == prenucleolus(game).exact


@pytest.mark.parametrize(("left", "right"), [(5, 11), (8, 8), (1, 15)])
def test_either_side_of_a_large_market_for_gloves_gets_half(left, right):  # from memory: Sudhölter (2001)
    smaller = min(left, right)
    hands = np.arange(1 << (left + right))
    counts = [sum(hands >> i & 1 for i in side) for side in (range(left), range(left, left + right))]
    x = modiclus(TableGame(None, np.minimum(*counts))).exact
    assert x == (F(smaller, 2 * left),) * left + (F(smaller, 2 * right),) * right


def test_equal_players_of_a_large_vote_get_the_same():
    votes = comity.VotingGame([3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1], 12)
    x = modiclus(votes).exact
    assert len(set(x[:3])) == len(set(x[3:7])) == len(set(x[7:])) == 1
    assert sum(x) == 1


def test_it_follows_the_players_when_they_change_places():
    game, n = random_game(11, 3), 11
    order = np.random.default_rng(0).permutation(n)
    masks = np.arange(1 << n)
    moved = sum((masks >> int(new) & 1) << int(old) for new, old in enumerate(order))
    other = TableGame(None, game.integer_table.numerators[moved])
    x = modiclus(game).exact
    assert modiclus(other).exact == tuple(x[old] for old in order)


@pytest.mark.parametrize("seed", range(3))
def test_exact_programmes_over_the_extremes_find_the_same(seed):
    n = 9
    worths = np.random.default_rng(seed).integers(0, (2, 9, 10**6)[seed], 1 << n)
    worths[0] = 0
    game = TableGame(None, worths, ("gain", "cost")[seed % 2])
    pairs = PairGame.of(game)
    assert modiclus(game).exact == tuple(pairs.amounts(least_excesses(pairs, False)[0]))


@pytest.mark.parametrize("worths", [np.zeros(1 << 12, dtype=int), np.bitwise_count(np.arange(1 << 12)).astype(int) ** 2])
def test_where_all_are_alike_all_get_the_same(worths):
    assert len(set(modiclus(TableGame(None, worths)).exact)) == 1


def test_doubles_of_many_digits_are_read_as_decimals():
    worths = np.random.default_rng(0).random(1 << 9)
    worths[0] = 0
    exact = TableGame(None, [F(repr(float(worth))) for worth in worths])
    assert modiclus(TableGame(None, worths)).exact == modiclus(exact).exact


def test_more_players_than_a_table_has_are_refused():
    with pytest.raises(TooManyPlayers):
        modiclus(comity.VotingGame([1] * 26, 14))


# --- how it is found ---------------------------------------------------------------------------------------


@settings(max_examples=200, deadline=None)
@given(
    excess=st.lists(st.integers(-9, 9), min_size=16, max_size=16),
    seen=st.lists(st.integers(0, 4), min_size=16, max_size=16),
    least=st.integers(-3, 18),
    blocks=st.sampled_from([1, 2, 4, 16]),
)
def test_the_widest_pair_of_two_classes_is_the_widest_of_all_such_pairs(excess, seen, least, blocks):
    wide = [excess[S] - excess[T] for S in range(16) for T in range(16) if seen[S] != seen[T]]
    for kind in (np.int64, float, object):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(widest_pairs, "BLOCKS", blocks)
            found = pairs_above(np.array(excess, dtype=kind), np.array(seen), least, 5)
        pairs = [divmod(pair, 16) for pair in found]
        assert all(seen[S] != seen[T] and excess[S] - excess[T] > least for S, T in pairs)
        widest = max((width for width in wide if width > least), default=None)
        assert ([excess[S] - excess[T] for S, T in pairs[:1]] or [None])[0] == widest


@given(totals=st.lists(st.lists(st.integers(-3, 3), min_size=8, max_size=8), max_size=3))
def test_coalitions_are_of_one_class_if_every_total_is_the_same(totals):
    found = classes([np.array(total, dtype=object) for total in totals], 8)
    for S in range(8):
        for T in range(8):
            assert bool(found[S] == found[T]) is all(total[S] == total[T] for total in totals)


@settings(max_examples=50, deadline=None)
@given(
    worths=st.lists(st.integers(-5, 5) | st.integers(-(10**30), 10**30), min_size=15, max_size=15), sign=st.sampled_from([1, -1])
)
def test_the_largest_excess_of_all_is_found(worths, sign):
    game = TableGame(None, [0, *worths])
    x = [F(worths[-1], 4)] * 4
    S, most = ExcessScan(game, x, sign=sign).largest()
    assert most == max(sign * excess for excess in game.excesses(x)) == sign * game.excess(S, x)


def test_the_empty_coalition_makes_pairs_as_well():
    # e(A) = 5 and e(B) = -5 are alike to the span; what is outside are the pairs with nobody and with everybody.
    game, span = TableGame(["A", "B"], [0, 5, -5, 0]), Span(2)
    span.add([1, -1])
    assert Pairs(game, [F(0), F(0)]).above(F(5), span) is None
    S, T = Pairs(game, [F(0), F(0)]).above(F(4), span)
    assert {S, T} & {0, 3}


@pytest.mark.parametrize("sign", [1, -1])
def test_who_is_apart_from_both_extremes_is_seen_on_its_own_side(sign):
    # e(AB) = 5 and e(C) = -5 are alike to the span; BC with -2 is not, and only AB is so high that it matters.
    excess = [0, 0, 0, 5, -5, 0, -2, 0]
    span = Span(3)
    for vector in ([1, 1, 0], [0, 0, 1]):
        span.add(vector)
    pairs = Pairs(TableGame(["A", "B", "C"], [sign * e for e in excess]), [F(0)] * 3)
    assert pairs.above(F(6), span) == ((0b011, 0b110) if sign > 0 else (0b110, 0b011))
    assert pairs.above(F(7), span) is None


# --- what is refuted ---------------------------------------------------------------------------------------


def test_near_misses_of_fourteen_players_are_refuted():
    game = random_game(14, 8)
    found = modiclus(game)
    witness, x = found.certificate.witness, list(found.exact)
    assert comity.check_modiclus(game, x, witness)
    moved = [x[0] + F(1, 10**12), x[1] - F(1, 10**12), *x[2:]]
    assert not comity.check_modiclus(game, moved, witness)
    levels = witness["levels"]
    for k in range(len(levels)):
        assert not comity.check_modiclus(game, x, {"levels": levels[:k] + levels[k + 1 :]})


@pytest.mark.parametrize("at", ["most", "least"])
def test_a_pair_that_is_wider_than_its_level_is_seen_on_either_side(at):
    game = random_game(14, 8)
    found = modiclus(game)
    x, witness = found.exact, found.certificate.witness
    excesses = game.excesses(x)
    used = {
        tuple(names)
        for level in witness["levels"]
        for which in ("pairs", "earlier")
        for pair, _ in level[which]
        for names in pair
    }
    spare = (S for S in range(1, game.grand_coalition) if tuple(comity.coalitions.names_of(game.players, S)) not in used)
    S = next(spare)
    # Not in the span of the first level, which has few pairs; moved beyond the extreme of its side.
    extreme = max(excesses) if at == "most" else min(excesses)
    worths = game.integer_table.numerators.astype(object)
    worths[S] += (extreme - excesses[S]) + (1 if at == "most" else -1) * F(1, 10**9)
    refuted = comity.check_modiclus(TableGame(None, worths.tolist()), x, witness)
    assert not refuted
    assert "has a larger excess" in refuted.witness["reason"]
