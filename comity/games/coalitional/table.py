"""A game given by a table: one worth for every coalition, indexed by bitmask."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from math import isfinite
from typing import Any, ClassVar, Self, cast

import numpy as np
from numpy.typing import NDArray

from comity import rational
from comity.coalitions import (
    MAX_GIVEN_TABLE_PLAYERS,
    MAX_TABLE_PLAYERS,
    check_table_size,
    label,
    mask_of,
    memory_of_table,
    names_of,
    player_names,
)
from comity.declaration import declare
from comity.errors import ComityError, InvalidGame
from comity.exact_array import ExactArray, decimals
from comity.extent import largest
from comity.games.coalitional.base import Doubles, Game, Orientation
from comity.games.coalitional.json_form import read_table
from comity.shortest_decimals import shortest_decimals

_ABSENT = object()
# A copy of more memory than this is announced.
ANNOUNCED_BYTES = 1 << 30
# Doubles of more players than this are read one by one only where a concept needs them exactly.
MOST_EXACT_DOUBLES = 14


@declare(
    "game",
    "A worth for every coalition, listed",
    area="benefit_distribution",
    reference="von Neumann & Morgenstern (1944)",
)
class TableGame(Game):
    """A game given by the worth of every coalition.

    Parameters
    ----------
    players : sequence of str, or None for "1", "2", ...
    values : array-like, shape (2**n,)
        Index bit i stands for player i; ``values[0]``, the empty coalition, must be 0.  Integers and
        Fractions stay exact, floats are read as the decimals they print.  An array is copied, unless it owns its memory
        and is read-only; at most 30 players (8.6 GB), 25 from a list.
    orientation : "gain" or "cost"

    Examples
    --------
    >>> game = TableGame(["A", "B"], [0, 1, 2, 5])
    >>> game.value(0b11)
    5.0
    """

    kind: ClassVar[str] = "table"

    def __init__(
        self,
        players: Sequence[str] | None,
        values: NDArray[Any] | Sequence[Any],
        orientation: str | Orientation = Orientation.GAIN,
    ) -> None:
        single = getattr(values, "shape", None) == ()  # an array of one number has a length that cannot be asked for
        if single or isinstance(values, str | bytes | Mapping | set | frozenset) or not hasattr(values, "__len__"):
            raise InvalidGame(
                f"the worths are {rational.shown(values)}; list 2**n worths, or give names to TableGame.from_coalitions"
            )
        size = len(values)
        if players is None and (size < 2 or size & (size - 1)):
            raise InvalidGame(f"a table has 2**n worths, but there are {size}; give one for each coalition, the empty one first")
        n = max(size.bit_length() - 1, 1)
        if players is not None:
            players = tuple(players) if isinstance(players, Iterable) else players
            n = len(players) if isinstance(players, tuple) else n
        self.players = player_names(players, n)
        self.orientation = _orientation(orientation)
        n = self.n
        check_table_size(n, MAX_GIVEN_TABLE_PLAYERS if isinstance(values, np.ndarray) else MAX_TABLE_PLAYERS)
        shape = values.shape if isinstance(values, np.ndarray) else (size,)
        if shape != (1 << n,):
            raise InvalidGame(
                f"{n} players need 2**{n} = {1 << n} worths, but the table has shape {shape}; give one for each coalition"
            )
        if isinstance(values, np.ma.MaskedArray):
            values = _unmasked(values, self.players)
        self._given = _copy(values, self.players)
        self._integers = ExactArray(self._given, 1) if self._given.dtype.kind == "i" else None
        if self._given.dtype.kind == "f" and not isfinite(self._largest_double):
            S = int(np.flatnonzero(~np.isfinite(self._given))[0])
            raise InvalidGame(
                f"the worth of {label(self.players, S)} is {self._given[S]}; "
                "only finite worths have a meaning here, write one such as 0.25"
            )
        if self._given[0] != 0:
            raise InvalidGame(f"the empty coalition is worth {self._given[0]}, but v(empty) = 0 by definition; subtract it first")

    @cached_property
    def _exact(self) -> list[Fraction]:
        return [rational.exact(worth, "a worth") for worth in self._given.tolist()]

    @cached_property
    def integer_table(self) -> ExactArray:
        """The exact table as an array of integers over their least common denominator."""
        if self._integers is not None:
            return self._integers
        if self._decimals is not None:
            return self._decimals
        read = shortest_decimals if self._given.dtype == np.float64 else ExactArray.of
        return read(self._given, "a worth").reduced()

    @cached_property
    def _decimals(self) -> ExactArray | None:
        """The doubles as decimals of few digits, or None."""
        if self._given.dtype != np.float64:
            return None
        read = decimals(self._given)
        return None if read is None else read.reduced()

    @cached_property
    def doubles(self) -> Doubles | None:
        """The worths where they are many doubles of many digits, so that values are enclosed instead of exact; else None.

        Up to 14 players, and with up to 12 decimal places, everything is exact.  So are worths whose squares leave the doubles.
        """
        if self.n <= MOST_EXACT_DOUBLES or self._given.dtype != np.float64 or self._decimals is not None:
            return None
        largest = self._largest_double
        return Doubles(self._given, largest) if 1e-150 < largest < 1e150 else None

    @cached_property
    def _largest_double(self) -> float:
        return float(largest(self._given.astype(float, copy=False)))

    @cached_property
    def _table(self) -> NDArray[np.float64]:
        if self._given.dtype == np.float64:
            return self._given
        table = (
            np.array([rational.double(worth) for worth in self._given])
            if self._given.dtype == object
            else self._given.astype(float)
        )
        table.flags.writeable = False
        return table

    def value(self, coalition: int) -> float:
        return float(self._table[coalition])

    def exact(self, coalition: int) -> Fraction:
        return rational.exact(self._given[coalition], "a worth")

    def exact_worths(self, coalitions: NDArray[Any]) -> ExactArray:
        if "integer_table" in self.__dict__ or 2 * len(coalitions) > len(self._given):
            return cast(ExactArray, self.integer_table[coalitions])
        # Reading decimals takes time, and a check asks for those that the solver asked for.
        known = self.__dict__.get("_read_before")
        if known is None or not np.array_equal(known[0], coalitions):
            part = self._given[coalitions]
            read = shortest_decimals if part.dtype == np.float64 else ExactArray.of
            known = self.__dict__["_read_before"] = (coalitions.copy(), read(part, "a worth"))
        return cast(ExactArray, known[1])

    def table(self) -> NDArray[np.float64]:
        return self._table

    def exact_table(self) -> Sequence[Fraction]:
        return self._exact

    @classmethod
    def from_coalitions(
        cls,
        worths: Mapping[Any, Any],
        players: Sequence[str] | None = None,
        orientation: str | Orientation = Orientation.GAIN,
    ) -> TableGame:
        """A game from ``{("A", "B"): 60, ...}``; a key is a player's name or a collection of names.

        Every non-empty coalition must be given once; a gap, an unknown name or a duplicate is refused.

        Examples
        --------
        >>> TableGame.from_coalitions({"A": 0, "B": 0, ("A", "B"): 1}).players
        ('A', 'B')
        """
        if not isinstance(worths, Mapping):
            raise InvalidGame(
                f"the worths are {rational.shown(worths)}; write {{'A': 1, ('A', 'B'): 3}} or list them in TableGame"
            )
        nameless = [key for key in worths if not isinstance(key, Iterable)]
        if nameless:
            raise InvalidGame(f"the coalition {nameless[0]!r} is not names; write 'A' or ('A', 'B')")
        keys = [(key,) if isinstance(key, str) else tuple(key) for key in worths]
        names = player_names(
            players if players is not None else dict.fromkeys(name for key in keys for name in key), n=_count(players, keys)
        )
        check_table_size(len(names))
        table: list[Any] = [_ABSENT] * (1 << len(names))
        table[0] = 0
        for key, worth in zip(keys, worths.values(), strict=True):
            S = mask_of(names, key)
            if S and table[S] is not _ABSENT:
                raise InvalidGame(f"coalition {names_of(names, S)} is given twice; keep one")
            table[S] = worth
        missing = [S for S, worth in enumerate(table) if worth is _ABSENT]
        if missing:
            first = "; ".join(", ".join(names_of(names, S)) for S in missing[:3])
            raise InvalidGame(f"{len(missing)} coalitions have no value, first {first}; give every coalition or use FunctionGame")
        return cls(
            names, [rational.exact(worth, f"the worth of {label(names, S)}") for S, worth in enumerate(table)], orientation
        )

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read the kind ``table`` of ``game/0.1`` back; `read_game` is the way in."""
        return cls(*read_table(data))

    @classmethod
    def random(cls, n: int, rng: np.random.Generator) -> Self:
        """Integer worths between -5 and 20."""
        values = rng.integers(-5, 21, size=1 << n)
        values[0] = 0
        return cls(None, values)


def _count(players: Sequence[str] | None, keys: Iterable[tuple[str, ...]]) -> int:
    return len(players) if players is not None else len({name for key in keys for name in key})


def _copy(values: Any, players: Sequence[str]) -> NDArray[Any]:
    if isinstance(values, np.ndarray) and values.dtype.kind in "iuf":
        if values.base is None and not values.flags.writeable and values.dtype in (np.int64, np.float64):
            return values  # nobody can change it any more
        if values.nbytes > ANNOUNCED_BYTES:
            message = f"a copy of the table of {len(players)} players needs {memory_of_table(len(players))}; "
            warnings.warn(message + "to share it, call values.setflags(write=False) first", stacklevel=4)
        copy = values.copy()
        copy.flags.writeable = False
        return copy
    listed = list(values)
    if all(type(worth) is int and abs(worth) < 2**62 for worth in listed):
        return np.array(listed, dtype=np.int64)
    kept = np.empty(len(listed), dtype=object)
    try:
        kept[:] = [rational.exact(worth, f"the worth of {label(players, S)}") for S, worth in enumerate(listed)]
    except ComityError as error:
        raise InvalidGame(str(error)) from None
    return kept


def _unmasked(values: Any, players: Sequence[str]) -> NDArray[Any]:
    """The plain array; what lies under a mask is nobody's worth."""
    hidden = np.flatnonzero(np.ma.getmaskarray(values))
    if hidden.size:
        raise InvalidGame(f"the worth of {label(players, int(hidden[0]))} is masked; give every coalition a worth")
    return np.asarray(values)


def _orientation(orientation: str | Orientation) -> Orientation:
    try:
        return Orientation(orientation)
    except ValueError:
        raise InvalidGame(f'orientation {orientation!r} is unknown; use "gain" or "cost"') from None
