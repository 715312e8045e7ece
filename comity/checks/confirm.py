"""Confirming a result again from its evidence alone, without the solver that found it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from inspect import signature
from typing import Any

from comity.certificate import Basis, Certificate, Verdict
from comity.declaration import declaration_of, declare
from comity.errors import TooManyPlayers
from comity.games.coalitional.base import Game
from comity.games.coalitional.json_form import strict_json
from comity.results import Allocation

# What reading or replaying forged evidence may raise; anything else is a mistake of ours and should be seen.
UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)

Check = Callable[[Game, Any, Mapping[str, Any]], Certificate]


@declare("check", "A result is what it says it is")
def confirm(game: Game, result: Allocation | Mapping[str, Any] | str) -> Certificate:
    """Repeat the check of a result on its exact amounts and stored evidence.

    The check is the one that confirms the result's concept, or else the one its certificate names; a result
    that claims to be a nucleolus is never let through as merely efficient.  Players, and the claim, verdict, margin,
    basis and witness of the certificate must come out the same.

    Parameters
    ----------
    game : Game
    result : Allocation, its ``to_json()`` data, or that as JSON text

    Returns
    -------
    Certificate
        The recomputed one if all agrees, whatever its verdict; otherwise FAILS, with what differs as the witness.
        UNDECIDED where there is no check to repeat.

    Examples
    --------
    >>> from comity.games.coalitional.table import TableGame
    >>> from comity.checks.values import check_equal_division
    >>> game = TableGame(["A", "B"], [0, 1, 2, 5])
    >>> result = Allocation("equal_division", game.players, (2, 3), check_equal_division(game, (2, 3)))
    >>> confirm(game, result).verdict.value
    'FAILS'
    """
    try:
        read, stated = _read(result)
    except UNREADABLE as error:
        return _refused("the result cannot be read", str(error) or type(error).__name__)
    if read.players != game.players:
        return _refused(
            "the result is not for the players of this game", {"players": list(read.players), "of_the_game": list(game.players)}
        )
    check = check_for(read.concept, read.certificate.check)
    if check is None:
        return Certificate(
            f"the {_words(read.concept)} is as stated",
            Verdict.UNDECIDED,
            basis=Basis.ASSUMED,
            witness={"reason": f"no check confirms {read.concept!r}, and there is none named {read.certificate.check!r}"},
        )
    try:
        fresh = check(game, read.exact, read.certificate.witness)
        differing = _differences(stated, fresh.to_json())
    except TooManyPlayers as error:
        return Certificate(
            read.certificate.claim,
            Verdict.UNDECIDED,
            basis=Basis.ASSUMED,
            witness={"reason": str(error)},
            check=read.certificate.check,
        )
    except UNREADABLE as error:
        return _refused("the evidence does not prove the claim", str(error) or type(error).__name__)
    if differing:
        return _refused("the certificate of the result is not what its check finds", differing)
    return fresh


def check_for(concept: str, named: str) -> Check | None:
    """The check that confirms a concept; where none does, the check with this name."""
    checks = _checks()
    confirming = [name for name, check in checks.items() if concept in check.__declaration__.confirms]  # type: ignore[attr-defined]
    if confirming:
        return checks[named if named in confirming else confirming[0]]
    return checks.get(named)


@cache
def _checks() -> dict[str, Check]:
    """The checks of allocations by name; looking through all signatures again would take longer than most checks."""
    from comity.catalogue import things

    return {name: thing for name, thing in things("comity.checks").items() if _is_check(thing)}


def _is_check(thing: Any) -> bool:
    """A declared check of an allocation: its first parameters are a game, the amounts and the evidence."""
    declaration = declaration_of(thing)
    return (
        declaration is not None
        and declaration.kind == "check"
        and list(signature(thing).parameters)[:3] == ["game", "x", "witness"]
    )


def _read(result: Allocation | Mapping[str, Any] | str) -> tuple[Allocation, Mapping[str, Any]]:
    """The result, and its certificate as it is written, doubles beside exact numbers included."""
    if isinstance(result, Allocation):
        return result, result.certificate.to_json()
    data = strict_json(result, parse_float=float) if isinstance(result, str) else result
    read = Allocation.from_json(data)
    return read, data["certificate"]


def _differences(stated: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    """What the result states and what is found, for each part of the certificate where they differ."""
    return {
        key: {"stated": stated.get(key), "found": found.get(key)}
        for key in sorted({*map(str, stated), *found})
        if key not in stated or key not in found or not _same(stated[key], found[key])
    }


def _same(a: Any, b: Any) -> bool:
    """Equal as JSON: 1 and 1.0 are one number, but true is none."""
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(_same(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(map(_same, a, b))
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    return bool(a == b)


def _refused(claim: str, reason: Any) -> Certificate:
    return Certificate("the result is confirmed", Verdict.FAILS, witness={"because": claim, "details": reason}, check="confirm")


def _words(concept: str) -> str:
    return concept.replace("_", " ")
