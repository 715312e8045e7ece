"""Finite games in normal form: what everyone earns from every combination of actions, exactly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from comity import rational
from comity.declaration import declare
from comity.errors import InvalidGame

MAX_PROFILES = 1 << 20
Profile = tuple[int, ...]
Mixed = Sequence[Sequence[Fraction]]
ZERO, ONE = Fraction(0), Fraction(1)


@declare("game", "A finite game in normal form", reference="von Neumann & Morgenstern (1944); Nash (1951)")
class NormalFormGame:
    """Each player chooses one of finitely many actions; a profile of actions gives everyone a payoff.

    Parameters
    ----------
    payoffs : array-like of shape (n, m_1, ..., m_n)
        ``payoffs[i][a_1]...[a_n]`` is what player i earns; numbers are read as written and kept exactly.
    actions : one sequence of names a player, optional
    players : iterable of str, optional

    Examples
    --------
    >>> dilemma = NormalFormGame([[[3, 0], [4, 1]], [[3, 4], [0, 1]]], actions=[("cooperate", "defect")] * 2)
    >>> dilemma.payoff("1", ("defect", "cooperate")), dilemma.best_replies(0, [[1, 0], [1, 0]])
    (Fraction(4, 1), (1,))
    >>> dilemma.dominant_action(0), dilemma.dominated_actions(0)
    (1, (0,))
    """

    def __init__(
        self, payoffs: Any, actions: Iterable[Iterable[str]] | None = None, players: Iterable[str] | None = None
    ) -> None:
        table = np.array(payoffs, dtype=object)
        n, counts = (table.shape[0], table.shape[1:]) if table.ndim else (0, ())
        if n < 1 or len(counts) != n or 0 in counts:
            raise InvalidGame(
                f"payoffs have shape {table.shape}; n players need (n, m_1, ..., m_n) with at least one action each, "
                "the first index being the player"
            )
        if prod(counts) > MAX_PROFILES:
            raise InvalidGame(f"{prod(counts)} profiles of actions are more than {MAX_PROFILES}; use fewer actions or players")
        flat = [rational.exact(x, "a payoff") for x in table.ravel()]
        self.table: NDArray[Any] = np.empty(len(flat), dtype=object)
        self.table[:] = flat
        self.table = self.table.reshape(table.shape)
        self.table.setflags(write=False)
        self.counts: tuple[int, ...] = tuple(counts)
        self.players = _names(players, n, "player")
        given = [None] * n if actions is None else [tuple(names) for names in actions]
        if len(given) != n:
            raise InvalidGame(f"there are actions of {len(given)} players, but {n} players; give a list of names for each")
        self.actions = tuple(_names(names, m, "action") for names, m in zip(given, self.counts, strict=True))

    @classmethod
    def from_profiles(
        cls,
        payoffs: Mapping[tuple[Any, ...], Sequence[Any]],
        actions: Iterable[Iterable[str]],
        players: Iterable[str] | None = None,
    ) -> Self:
        """From a mapping of profiles, of names or positions, to one payoff a player; every profile exactly once.

        Examples
        --------
        >>> pick = {("l",): [1], ("r",): [2]}
        >>> NormalFormGame.from_profiles(pick, actions=[("l", "r")]).pure_best_replies(0, (0,))
        (1,)
        """
        named = [tuple(names) for names in actions]
        counts = [len(names) for names in named]
        table = np.empty((len(named), *counts), dtype=object)
        seen: set[Profile] = set()
        for profile, row in payoffs.items():
            if len(profile) != len(named) or len(row) != len(named):
                raise InvalidGame(
                    f"profile {profile} has payoffs {list(row)}; {len(named)} players need an action and a payoff each"
                )
            at = tuple(_position(action, names) for action, names in zip(profile, named, strict=True))
            if at in seen:
                raise InvalidGame(f"profile {profile} is given twice")
            seen.add(at)
            for i, x in enumerate(row):
                table[(i, *at)] = rational.exact(x, f"the payoff of {profile}")
        missing = [profile for profile in product(*map(range, counts)) if profile not in seen]
        if missing:
            raise InvalidGame(f"{len(missing)} profiles have no payoffs, first {missing[0]}; give every profile")
        return cls(table, named, players)

    @property
    def n(self) -> int:
        """Number of players."""
        return len(self.players)

    def profiles(self) -> Iterator[Profile]:
        """Every combination of actions, as positions."""
        return product(*map(range, self.counts))

    def payoff(self, player: int | str, profile: Sequence[int | str]) -> Fraction:
        """What a player, by name or position, earns from a profile of actions, by names or positions."""
        i = self.players.index(player) if isinstance(player, str) else player
        at = tuple(_position(action, names) for action, names in zip(profile, self.actions, strict=True))
        found: Fraction = self.table[(i, *at)]
        return found

    def mixed(self, strategies: Sequence[Any]) -> tuple[tuple[Fraction, ...], ...]:
        """Probabilities for each player's actions, read exactly; a position or name stands for that action alone."""
        if len(strategies) != self.n:
            raise InvalidGame(f"there are {len(strategies)} strategies for {self.n} players; give one each")
        return tuple(self._strategy(i, strategy) for i, strategy in enumerate(strategies))

    def _strategy(self, player: int, strategy: Any) -> tuple[Fraction, ...]:
        if isinstance(strategy, str | int):
            chosen = _position(strategy, self.actions[player])
            return tuple(Fraction(k == chosen) for k in range(self.counts[player]))
        found = tuple(rational.exact(p, "a probability") for p in strategy)
        if len(found) != self.counts[player] or any(p < 0 for p in found) or sum(found) != 1:
            raise InvalidGame(
                f"the strategy of {self.players[player]} is {[rational.text(p) for p in found]}; give {self.counts[player]} "
                "probabilities that add up to 1 exactly"
            )
        return found

    def payoffs_of_actions(self, player: int, strategies: Sequence[Any]) -> tuple[Fraction, ...]:
        """What each action of a player earns on average against the others' mixed strategies."""
        mixed = self.mixed(strategies)
        values = self.table[player]
        # From the last axis on, so that the positions of the earlier ones stay.
        for i in reversed(range(self.n)):
            if i != player:
                values = np.tensordot(values, np.array(mixed[i], dtype=object), axes=([i], [0]))
        return tuple(Fraction(x) for x in np.atleast_1d(values))

    def expected_payoffs(self, strategies: Sequence[Any]) -> tuple[Fraction, ...]:
        """What everyone earns on average."""
        mixed = self.mixed(strategies)
        return tuple(
            sum((p * x for p, x in zip(mixed[i], self.payoffs_of_actions(i, mixed), strict=True)), ZERO) for i in range(self.n)
        )

    def best_replies(self, player: int, strategies: Sequence[Any]) -> tuple[int, ...]:
        """All actions that earn a player the most against the others' mixed strategies."""
        values = self.payoffs_of_actions(player, strategies)
        return tuple(k for k, value in enumerate(values) if value == max(values))

    def pure_best_replies(self, player: int, profile: Sequence[int]) -> tuple[int, ...]:
        """All actions that earn a player the most if the others do as the profile says."""
        at: tuple[Any, ...] = (player, *profile[:player], slice(None), *profile[player + 1 :])
        row = self.table[at]
        best = max(row)
        return tuple(k for k, value in enumerate(row) if value == best)

    def dominates(self, player: int, better: int, worse: int, *, strictly: bool = True) -> bool:
        """Whether one action earns more than another whatever the others do; weakly: never less, and more once."""
        gap = (np.take(self.table[player], [better], axis=player) - np.take(self.table[player], [worse], axis=player)).ravel()
        return bool(all(gap > 0) if strictly else all(gap >= 0) and any(gap > 0))

    def dominated_actions(self, player: int, *, strictly: bool = True) -> tuple[int, ...]:
        """Actions that another pure action dominates."""
        m = self.counts[player]
        return tuple(
            worse for worse in range(m) if any(self.dominates(player, better, worse, strictly=strictly) for better in range(m))
        )

    def dominant_action(self, player: int, *, strictly: bool = True) -> int | None:
        """The action that dominates every other one, if there is one; the only action is dominant."""
        for k in range(self.counts[player]):
            if all(self.dominates(player, k, other, strictly=strictly) for other in range(self.counts[player]) if other != k):
                return k
        return None

    @classmethod
    def random(cls, n: int, rng: np.random.Generator) -> Self:
        """Two or three actions each, whole payoffs small enough for ties."""
        counts = [int(m) for m in rng.integers(2, 4, size=n)]
        return cls(rng.integers(-3, 4, size=(n, *counts)))


def _names(names: Iterable[str] | None, count: int, what: str) -> tuple[str, ...]:
    found = tuple(str(k + 1) for k in range(count)) if names is None else tuple(names)
    if len(found) != count or len(set(found)) != count:
        raise InvalidGame(f"{what} names are {found}; give {count} different ones")
    return found


def _position(action: int | str, names: Sequence[str]) -> int:
    if isinstance(action, str):
        if action not in names:
            raise InvalidGame(f"there is no action {action!r}; the actions are {', '.join(names)}")
        return names.index(action)
    if not 0 <= action < len(names):
        raise InvalidGame(f"there is no action at position {action}; give 0 to {len(names) - 1}")
    return int(action)
