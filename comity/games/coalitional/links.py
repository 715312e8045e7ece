"""Links between named places, from any of the ways people write them down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from comity import rational
from comity.errors import InvalidGame
from comity.games.coalitional.json_form import MAX_PLAYERS, json_number

Links = dict[tuple[str, str], Fraction]
MAX_LINKS = 100 * MAX_PLAYERS


def read_links(given: Any, what: str) -> Links:
    """``{(a, b): number}``, each pair once, from triples, ``{(a, b): number}``, ``{a: {b: number}}`` or a networkx graph.

    The edges of a graph carry their number as ``weight``.

    Examples
    --------
    >>> read_links({"A": {"B": 2}, "B": {"A": 2}}, "the cost")
    {('A', 'B'): Fraction(2, 1)}
    """
    links: Links = {}
    for a, b, number in _triples(given, what):
        pair, reverse = (_name(a), _name(b)), (_name(b), _name(a))
        amount = rational.exact(number, f"{what} of the link {pair[0]} - {pair[1]}")
        known = links.get(reverse, links.get(pair))
        if known is not None and known != amount:
            raise InvalidGame(
                f"the link {pair[0]} - {pair[1]} is given as {rational.text(known)} and as {rational.text(amount)}; keep one"
            )
        if known is None:
            links[pair] = amount
    if len(links) > MAX_LINKS:
        raise InvalidGame(f"{len(links)} links are given; a game has at most {MAX_LINKS}")
    return links


def json_links(links: Links) -> list[list[Any]]:
    """Triples as JSON keeps them exactly."""
    return [[a, b, json_number(number)] for (a, b), number in links.items()]


def places(links: Iterable[tuple[str, str]]) -> list[str]:
    """The ends of links, in the order they are first named."""
    return list(dict.fromkeys(end for link in links for end in link))


def mask_reader(players: Sequence[str]) -> Any:
    """A function from names to their coalition, quick for thousands of players; a stranger is refused."""
    position = {name: i for i, name in enumerate(players)}

    def read(names: Any, where: str) -> int:
        if isinstance(names, str) or not isinstance(names, Iterable):
            raise InvalidGame(f'{where}: {names!r} is not a list of names; write ["A", "B"]')
        mask = 0
        for name in names:
            if not isinstance(name, str) or name not in position:
                shown = ", ".join(players[:10]) + (", ..." if len(players) > 10 else "")
                raise InvalidGame(f"{where}: there is no player {name!r}; the players are {shown}")
            mask |= 1 << position[name]
        return mask

    return read


def _name(name: Any) -> str:
    if not isinstance(name, str) or not name:
        raise InvalidGame(f'a link ends at {name!r}; name its ends, such as ("A", "B")')
    return name


def _triples(given: Any, what: str) -> Iterator[tuple[Any, Any, Any]]:
    if callable(getattr(given, "edges", None)):
        for a, b, data in given.edges(data=True):
            if "weight" not in data:
                raise InvalidGame(f'{what} of the link {a} - {b} is missing; give the edge a "weight"')
            yield a, b, data["weight"]
        return
    if isinstance(given, Mapping):
        for key, value in given.items():
            if isinstance(value, Mapping):
                yield from ((key, other, number) for other, number in value.items())
            elif isinstance(key, tuple) and len(key) == 2:
                yield (*key, value)
            else:
                raise InvalidGame(f"{key!r} is no link; write {{('A', 'B'): 3}} or {{'A': {{'B': 3}}}}")
        return
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise InvalidGame(f"links are {given!r}; write a list such as [('A', 'B', 3)]")
    for link in given:
        if isinstance(link, str) or not isinstance(link, Sequence) or len(link) != 3:
            raise InvalidGame(f"{link!r} is no link; write two names and a number, such as ('A', 'B', 3)")
        yield link[0], link[1], link[2]
