"""Concepts side by side for one game."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import partial
from inspect import Parameter, signature
from typing import TYPE_CHECKING, Any

from comity import rational
from comity.catalogue import things
from comity.errors import ComityError, InvalidEvidence
from comity.games.coalitional.base import Game
from comity.games.coalitional.json_form import strict_json
from comity.results import Allocation, bars, latex

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

COMPARISON_SCHEMA = "comparison/0.1"

Concept = str | Callable[[Game], Allocation] | Allocation


@dataclass(frozen=True)
class Comparison:
    """What several concepts give each player, and why some give nothing; made by `compare`.

    ``results`` are the allocations by heading, each with its exact amounts and certificate; ``left_out`` says by heading
    why a concept does not apply to this game.
    """

    players: tuple[str, ...]
    results: Mapping[str, Allocation]
    left_out: Mapping[str, str]

    def __getitem__(self, heading: str) -> Allocation:
        if heading in self.results:
            return self.results[heading]
        raise KeyError(self.left_out.get(heading) or f"{heading!r} is not compared; there are {', '.join(self.results)}")

    def to_frame(self, exact: bool = False) -> pd.DataFrame:
        """A DataFrame of players by concepts, of nearest doubles or of Fractions."""
        import pandas as pd

        columns = {name: list(x.exact) if exact else x.amounts for name, x in self.results.items()}
        return pd.DataFrame(columns, index=pd.Index(self.players, name="player"))

    def to_latex(self, digits: int = 4) -> str:
        """A ``tabular`` environment that needs the package ``booktabs``; what was left out is a comment below."""
        head = " & ".join(["player", *(latex(name.replace("_", " ")) for name in self.results)])
        rows = [" & ".join([latex(player), *self._row(i, digits)]) for i, player in enumerate(self.players)]
        lines = [f"\\begin{{tabular}}{{l{'r' * len(self.results)}}}", "\\toprule", head + " \\\\", "\\midrule"]
        lines += [row + " \\\\" for row in rows] + ["\\bottomrule", "\\end{tabular}"]
        return "\n".join(lines + [f"% {', '.join(names)}: {' '.join(why.split())}" for why, names in self._reasons().items()])

    def to_json(self) -> dict[str, Any]:
        """The form ``comparison/0.1``: every result as a ``result/0.1``, and the reasons; `from_json` reads it back."""
        return {
            "schema": COMPARISON_SCHEMA,
            "players": list(self.players),
            "results": {name: result.to_json() for name, result in self.results.items()},
            "left_out": dict(self.left_out),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | str) -> Comparison:
        """Read a ``comparison/0.1`` back, from data or JSON text; `confirm` proves each of its results again.

        Examples
        --------
        >>> from comity.games.coalitional.table import TableGame
        >>> table = compare(TableGame(["A", "B"], [0, 1, 2, 5]), ["nucleolus"])
        >>> Comparison.from_json(table.to_json()) == table
        True
        """
        if isinstance(data, str):
            data = strict_json(data, parse_float=float)
        if not isinstance(data, Mapping) or data.get("schema") != COMPARISON_SCHEMA:
            found = data.get("schema") if isinstance(data, Mapping) else type(data).__name__
            raise InvalidEvidence(f'this is not a comparison: its "schema" is {found!r}; it should be "{COMPARISON_SCHEMA}"')
        try:
            players = tuple(data["players"])
            results = {str(name): Allocation.from_json(result) for name, result in data["results"].items()}
            left_out = {str(name): str(reason) for name, reason in data["left_out"].items()}
        except InvalidEvidence as error:
            raise InvalidEvidence(f"a result of the comparison cannot be read: {error}") from None
        except (KeyError, TypeError, AttributeError) as error:
            raise InvalidEvidence(f"the comparison cannot be read: {error!r}; give what to_json wrote") from None
        for name, result in results.items():
            if result.players != players:
                raise InvalidEvidence(f"{name!r} is for {', '.join(result.players)}, not for {', '.join(map(str, players))}")
        return cls(players, results, left_out)

    def plot(self, ax: Axes | None = None) -> Axes:
        """A group of bars for each player, a bar for each concept."""
        return bars([replace(result, concept=name) for name, result in self.results.items()], ax)

    def summary(self) -> str:
        """A plain-text table, a line for each concept, and the reasons under it."""
        cells = [["", *self.players]]
        cells += [[name.replace("_", " "), *map(rational.short, result.exact)] for name, result in self.results.items()]
        width = [max(len(row[k]) for row in cells) for k in range(len(cells[0]))]
        lines = ["  ".join([row[0].ljust(width[0]), *map(str.rjust, row[1:], width[1:])]).rstrip() for row in cells]
        if self.left_out:
            lines += ["", "Not compared:", *(f"  {', '.join(names)}: {reason}" for reason, names in self._reasons().items())]
        return "\n".join(lines)

    __str__ = summary

    def _repr_html_(self) -> str:
        heads = "".join(f"<th>{html.escape(name.replace('_', ' '))}</th>" for name in ("player", *self.results))
        rows = "".join(
            f"<tr><td>{html.escape(player)}</td>"
            + "".join(f"<td style='text-align:right'>{cell}</td>" for cell in self._row(i, 4))
            + "</tr>"
            for i, player in enumerate(self.players)
        )
        reasons = "".join(f"<p>{html.escape(', '.join(names) + ': ' + why)}</p>" for why, names in self._reasons().items())
        return f"<table><tr>{heads}</tr>{rows}</table>{reasons}"

    def _reasons(self) -> dict[str, list[str]]:
        """The headings by what kept them out; many concepts often share a reason."""
        reasons: dict[str, list[str]] = {}
        for name, reason in self.left_out.items():
            reasons.setdefault(reason, []).append(name)
        return reasons

    def _row(self, i: int, digits: int) -> list[str]:
        return [rational.short(result.exact[i], digits) for result in self.results.values()]


def compare(game: Game, concepts: Iterable[Concept] | Mapping[str, Concept] | None = None) -> Comparison:
    """What several concepts give each player of a game.

    A concept that does not apply to this game is not in the table; ``left_out`` and every printed form say why.

    Parameters
    ----------
    game : Game
    concepts : names, functions or allocations, or a mapping from headings to them, optional
        A concept that needs more than the game is given as a function, such as
        ``{"Owen": lambda game: owen_value(game, [["A", "B"]])}``, or as the allocation it found.  Without ``concepts``, all
        of the catalogue that need nothing but the game.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> game = TableGame(["A", "B", "C"], [0, 0, 0, 60, 0, 48, 36, 84])
    >>> print(compare(game, ["equal_division", "shapley_value", "nucleolus"]))
                     A   B   C
    equal division  28  28  28
    shapley value   34  28  22
    nucleolus       40  28  16
    """
    if not isinstance(game, Game):
        raise ComityError(f"{rational.shown(game)} is no game; make one of it with comity.game_from")
    chosen = concepts_of_a_game() if concepts is None else _chosen(concepts)
    results: dict[str, Allocation] = {}
    left_out: dict[str, str] = {}
    for heading, concept in chosen.items():
        try:
            found = concept if isinstance(concept, Allocation) else concept(game)
        except ComityError as error:
            left_out[heading] = str(error)
            continue
        if not isinstance(found, Allocation) or found.players != game.players:
            raise ComityError(f"{heading!r} gave {found!r}, not an allocation to {', '.join(game.players)}")
        results[heading] = found
    return Comparison(game.players, results, left_out)


def concepts_of_a_game() -> dict[str, Callable[[Game], Allocation]]:
    """Every concept and rule of the catalogue that needs nothing but a game, by name."""
    return {name: concept for name, concept in solutions().items() if not arguments_beside_the_game(concept)}


def calls_with_arguments() -> list[str]:
    """How the concepts that need more than a game are called.

    >>> [call for call in calls_with_arguments() if "owen_value" in call]
    ['comity.banzhaf_owen_value(game, unions=...)', 'comity.owen_value(game, unions=...)']
    """
    return [_call(name) for name, concept in solutions().items() if arguments_beside_the_game(concept)]


def arguments_beside_the_game(concept: Callable[..., Any]) -> list[str]:
    """The names of the arguments that a concept needs besides the game.

    >>> arguments_beside_the_game(things()["owen_value"])
    ['unions']
    """
    return [p.name for p in list(signature(concept).parameters.values())[1:] if p.default is Parameter.empty]


def concept_named(name: str) -> Callable[..., Allocation]:
    """The concept of a game with this name; an unknown one is refused with the nearest."""
    known = solutions()
    if name not in known:
        close = get_close_matches(name, known, 1)
        hint = f"did you mean {close[0]!r}?" if close else f"use one of {', '.join(sorted(known))}"
        raise ComityError(f"there is no concept {name!r}; {hint}")
    return known[name]


def refuse_arguments(name: str) -> None:
    """Say what a concept needs besides the game, and how to give it."""
    needed = arguments_beside_the_game(concept_named(name))
    if needed:
        raise ComityError(f"{name} needs {' and '.join(needed)} besides the game; in Python, call {_call(name)}")


def _call(name: str) -> str:
    arguments = "".join(f", {argument}=..." for argument in arguments_beside_the_game(solutions()[name]))
    return f"comity.{name}(game{arguments})"


def solutions() -> dict[str, Callable[..., Allocation]]:
    """Whatever in the catalogue turns a game into an allocation."""
    found = {name: thing for name, thing in things("comity.solvers").items() if thing.__declaration__.kind in ("concept", "rule")}
    return {name: found[name] for name in sorted(found) if _takes_a_game(found[name])}


def _takes_a_game(concept: Callable[..., Any]) -> bool:
    called = signature(concept)
    return next(iter(called.parameters), "") == "game" and called.return_annotation in (Allocation, "Allocation")


def _chosen(concepts: Iterable[Concept] | Mapping[str, Concept]) -> dict[str, Callable[[Game], Allocation] | Allocation]:
    if isinstance(concepts, str):
        raise ComityError(f"concepts is the text {concepts!r}; write a list such as [{concepts!r}]")
    if not isinstance(concepts, Iterable):
        raise ComityError(f"the concepts are {rational.shown(concepts)}; write a list such as ['nucleolus', 'shapley_value']")
    pairs = concepts.items() if isinstance(concepts, Mapping) else ((_heading(concept), concept) for concept in concepts)
    chosen: dict[str, Callable[[Game], Allocation] | Allocation] = {}
    for heading, concept in pairs:
        if heading in chosen:
            raise ComityError(f"two concepts are headed {heading!r}; give {{heading: concept}} with headings of their own")
        if isinstance(concept, str):
            refuse_arguments(concept)
            concept = concept_named(concept)
        if not isinstance(concept, Allocation) and not callable(concept):
            raise ComityError(f"{rational.shown(concept)} is no concept; give a name, a function of a game or an allocation")
        chosen[heading] = concept
    if not chosen:
        raise ComityError("there is no concept to compare; name one, or leave concepts out for all")
    return chosen


def _heading(concept: Concept) -> str:
    if isinstance(concept, str):
        return concept
    if isinstance(concept, Allocation):
        return concept.concept
    inner = concept.func if isinstance(concept, partial) else concept
    return str(getattr(inner, "__name__", type(inner).__name__))
