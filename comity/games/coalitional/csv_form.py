"""Games in CSV, as spreadsheets write them."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from comity.errors import ComityError, InvalidGame

if TYPE_CHECKING:
    from comity.games.coalitional.table import TableGame


def game_from_csv(text: str) -> TableGame:
    """A game from a header and one row for each coalition.

    A column ``worth`` (or ``cost``, for a cost game) holds the worths as decimals or fractions such as ``1/3``; either a column
    ``coalition`` holds names with commas between them, or one column for each player holds 1 and 0.

    Examples
    --------
    >>> game_from_csv('coalition,worth\\nA,0\\nB,0\\n"A,B",1/3\\n').exact(0b11)
    Fraction(1, 3)
    >>> game_from_csv("A,B,cost\\n1,0,12\\n0,1,28\\n1,1,30\\n")
    <TableGame: 2 players (A, B), cost>
    """
    from comity.games.coalitional.from_data import game_from_rows

    try:
        rows = [(number, row) for number, row in enumerate(csv.reader(text.splitlines(), strict=True), 1) if any(row)]
    except csv.Error as error:
        raise InvalidGame(f"this is not CSV that can be read: {error}") from None
    if not rows:
        raise InvalidGame('the CSV file is empty; its first line is the header, such as "coalition,worth"')
    header = [cell.strip().lstrip("\ufeff") for cell in rows[0][1]]
    for number, row in rows[1:]:
        if len(row) != len(header):
            raise InvalidGame(f'line {number} has {len(row)} cells and the header {len(header)}; put names in quotes: "A,B",60')
    try:
        return game_from_rows(header, [[cell.strip() for cell in row] for _, row in rows[1:]])
    except InvalidGame:
        raise
    except ComityError as error:
        raise type(error)(str(error)) if type(error) is not ComityError else InvalidGame(str(error)) from None
