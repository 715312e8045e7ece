"""Assignment games: two sides of a market, matched in pairs as valuably as possible."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Any, ClassVar, Self

import numpy as np

from comity import rational
from comity.coalitions import check_table_size, members, player_names
from comity.declaration import declare
from comity.errors import InvalidGame
from comity.games.coalitional.base import Game, Orientation
from comity.games.coalitional.json_form import fields, game_form, json_numbers


@declare(
    "game",
    "Two sides of a market, matched in the most valuable pairs (assignment game)",
    area="collaborative_research",
    reference="Shapley & Shubik (1971)",
)
class AssignmentGame(Game):
    """v(S) = the greatest total of ``matrix`` over pairs of one row and one column in S, nobody in two pairs.

    Parameters
    ----------
    matrix : {row: {column: worth}} or a list of rows
        What a row player and a column player are worth together.  A pair worth less than nothing stays apart, and so does
        a pair that a mapping does not name.
    players : iterable of str, optional
        Names for a list of rows: all row players, then all column players; by default "1", "2", ...

    The worth of one coalition is found in about n**3 steps, by the Hungarian method in integers.

    Examples
    --------
    >>> game = AssignmentGame({"s1": {"b1": 5, "b2": 8}, "s2": {"b1": 7, "b2": 9}})
    >>> game.value(0b1111), game.matching(0b1111)
    (15.0, [('s1', 'b2'), ('s2', 'b1')])
    """

    kind: ClassVar[str] = "assignment"
    facts: ClassVar[Mapping[str, str]] = {
        "totally_balanced": "optimal duals of the matching pay a core amount, in every subgame (Shapley & Shubik 1971)",
        "balanced": "totally balanced",
        "superadditive": "pairs matched apart can be matched together",
        "monotone": "a newcomer may stay unmatched",
    }
    orientation = Orientation.GAIN

    def __init__(
        self, matrix: Mapping[str, Mapping[str, Any]] | Iterable[Iterable[Any]], players: Iterable[str] | None = None
    ) -> None:
        self.rows, self.columns, listed = _named(matrix, players)
        self.players = player_names((*self.rows, *self.columns), len(self.rows) + len(self.columns))
        self.matrix = tuple(
            tuple(rational.exact(worth, f"the worth of {row} and {column}") for column, worth in zip(self.columns, line))
            for row, line in zip(self.rows, listed, strict=True)
        )

    @cached_property
    def _integers(self) -> tuple[list[list[int]], int]:
        """The matrix in its smallest common unit, a pair worth less than nothing counted as nothing."""
        unit = lcm(*(worth.denominator for line in self.matrix for worth in line))
        return [[max(int(worth * unit), 0) for worth in line] for line in self.matrix], unit

    def _sides(self, coalition: int) -> tuple[list[int], list[int]]:
        m = len(self.rows)
        everybody = list(members(coalition))
        return [i for i in everybody if i < m], [i - m for i in everybody if i >= m]

    def matching(self, coalition: int) -> list[tuple[str, str]]:
        """Pairs of names of one most valuable matching; pairs worth nothing are left out."""
        rows, columns = self._sides(coalition)
        worth, _ = self._integers
        pairs, _, _ = _hungarian([[worth[i][j] for j in columns] for i in rows])
        chosen = [(rows[a], columns[b]) for a, b in pairs if worth[rows[a]][columns[b]]]
        return [(self.rows[i], self.columns[j]) for i, j in chosen]

    def value(self, coalition: int) -> float:
        return rational.double(self.exact(coalition))

    def exact(self, coalition: int) -> Fraction:
        rows, columns = self._sides(coalition)
        worth, unit = self._integers
        small = [[worth[i][j] for j in columns] for i in rows]
        return Fraction(sum(small[a][b] for a, b in _hungarian(small)[0]), unit)

    def exact_table(self) -> list[Fraction]:
        # The last row of a coalition stays alone or is matched with one of its columns.
        check_table_size(self.n)
        worth, unit = self._integers
        m = len(self.rows)
        best = [0] * (1 << self.n)
        for S in range(1, 1 << self.n):
            rows = S & ((1 << m) - 1)
            if not rows or not S >> m:
                continue
            last = rows.bit_length() - 1
            rest = S ^ 1 << last
            best[S] = max([best[rest], *(worth[last][j] + best[rest ^ 1 << m + j] for j in members(S >> m))])
        return [Fraction(total, unit) for total in best]

    def priced(self) -> tuple[list[Fraction], dict[str, Any]]:
        """The dual prices of a most valuable matching, which proves that they add up to no more than the worth."""
        worth, unit = self._integers
        pairs, rows, columns = _hungarian(worth)
        x = [Fraction(amount, unit) for amount in (*(rows or [0] * len(self.rows)), *(columns or [0] * len(self.columns)))]
        matching = [[self.rows[i], self.columns[j]] for i, j in pairs if worth[i][j]]
        return x, {"argument": "prices", "matching": matching}

    def to_json(self) -> dict[str, Any]:
        return game_form(
            self.kind,
            self,
            matrix={row: json_numbers(self.columns, line) for row, line in zip(self.rows, self.matrix, strict=True)},
        )

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read the form back; `read_game` is the way in."""
        given = fields(data, "matrix", orientation=Orientation.GAIN)
        matrix = given["matrix"]
        if not isinstance(matrix, Mapping) or not all(isinstance(line, Mapping) for line in matrix.values()):
            raise InvalidGame(f'"matrix" is {matrix!r}; write {{"seller": {{"buyer": 3}}}}')
        return cls(matrix, given["players"])

    @classmethod
    def random(cls, n: int, rng: np.random.Generator) -> Self:
        """Sides as equal as they can be, with integer worths from -2 to 9."""
        m = (n + 1) // 2
        return cls(rng.integers(-2, 10, (m, n - m)).tolist())


def _named(matrix: Any, players: Iterable[str] | None) -> tuple[tuple[str, ...], tuple[str, ...], list[list[Any]]]:
    """Names of rows and columns, and the matrix as lists."""
    if isinstance(matrix, Mapping):
        for row, line in matrix.items():
            if not isinstance(line, Mapping):
                raise InvalidGame(f"the row of {row} is {rational.shown(line)}; write {{column: worth}}")
        rows = tuple(matrix)
        columns = tuple(dict.fromkeys(column for line in matrix.values() for column in line))
        if players is not None:
            # On file the players are listed: columns that nobody is worth anything with stay in the game.
            listed = tuple(players)
            strangers = [name for name in (*rows, *columns) if name not in listed]
            if strangers or listed[: len(rows)] != rows:
                wrong = strangers[0] if strangers else rows[0]
                raise InvalidGame(
                    f"the players {', '.join(map(str, listed))} do not start with the rows {', '.join(map(str, rows))} "
                    f"and go on with the columns; see {wrong!r}"
                )
            columns = listed[len(rows) :]
        return rows, columns, [[line.get(column, 0) for column in columns] for line in matrix.values()]
    if isinstance(matrix, str) or not isinstance(matrix, Iterable):
        raise InvalidGame(f"the matrix is {matrix!r}; write a list of rows or {{'seller': {{'buyer': 3}}}}")
    lines = []
    for number, line in enumerate(matrix, start=1):
        if isinstance(line, str) or not isinstance(line, Iterable):
            raise InvalidGame(
                f"row {number} of the matrix is {rational.shown(line)}; write a list of worths, one for each column"
            )
        lines.append(list(line))
    width = len(lines[0]) if lines else 0
    for number, line in enumerate(lines, start=1):
        if len(line) != width:
            raise InvalidGame(
                f"row {number} of the matrix has {len(line)} worths and row 1 has {width}; give one for each column"
            )
    names = player_names(players, len(lines) + width)
    return names[: len(lines)], names[len(lines) :], lines


def _hungarian(worth: Sequence[Sequence[int]]) -> tuple[list[tuple[int, int]], list[int], list[int]]:
    """Pairs (row, column) of a matching of the smaller side with the greatest total; shortest augmenting paths.

    And what rows and columns are paid at its dual prices: each pair its worth or more, in all no more than the total.
    """
    if not worth or not worth[0]:
        return [], [0] * len(worth), [0] * (len(worth[0]) if worth else 0)
    if len(worth) > len(worth[0]):
        pairs, columns, rows = _hungarian([list(line) for line in zip(*worth, strict=True)])
        return [(i, j) for j, i in pairs], rows, columns
    m, n = len(worth), len(worth[0])
    # Costs are -worth; u and v are dual prices, matched[j] the row of column j, column n a stand-in for the row to be added.
    u, v, matched = [0] * m, [0] * (n + 1), [-1] * (n + 1)
    for row in range(m):
        matched[n] = row
        column, seen = n, [False] * (n + 1)
        distance: list[int | None] = [None] * n
        before = [n] * n
        while matched[column] >= 0:
            seen[column] = True
            here = matched[column]
            nearest, step = -1, 0
            for j in range(n):
                if seen[j]:
                    continue
                reduced = -worth[here][j] - u[here] - v[j]
                known = distance[j]
                if known is None or reduced < known:
                    known = distance[j] = reduced
                    before[j] = column
                if nearest < 0 or known < step:
                    nearest, step = j, known
            for j in range(n + 1):
                if seen[j]:
                    u[matched[j]] += step
                    v[j] -= step
                elif j < n:
                    distance[j] = _less(distance[j], step)
            column = nearest
        while column != n:
            matched[column] = matched[before[column]]
            column = before[column]
    # Where nobody stays alone, the dual may pay one side less than nothing and the other as much more.
    shift = max(0, *u)
    return sorted((matched[j], j) for j in range(n) if matched[j] >= 0), [shift - a for a in u], [-b - shift for b in v[:n]]


def _less(distance: int | None, step: int) -> int | None:
    return None if distance is None else distance - step
