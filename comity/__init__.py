"""comity: design agreements that rivals keep.

Games, solution concepts and agreement clauses, each answer with evidence anyone can recheck in exact
arithmetic without the solver.  Names load on first use; importing comity loads nothing heavier than numpy.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

# Bound here, at once: the name is both a module and the function users call.
from comity.catalogue import catalogue

__all__ = ["catalogue"]
__version__ = "0.1.0"

# Names that are not declared in a room of the catalogue, by the module that holds them.
_HOMES = {
    "Agreement": "comity.agreements.file",
    "Allocation": "comity.results",
    "amend": "comity.agreements.amend",
    "Amendment": "comity.agreements.amend",
    "assess": "comity.agreements.assessment",
    "Assessment": "comity.agreements.assessment",
    "Basis": "comity.certificate",
    "Certificate": "comity.certificate",
    "compare": "comity.solvers.comparison",
    "DirectRule": "comity.games.bayesian.rule",
    "disclosed_as_reported": "comity.games.bayesian.standard",
    "Examination": "comity.games.bayesian.setting",
    "excess_profile": "comity.solvers.plot_excesses",
    "game_from": "comity.games.coalitional.from_data",
    "plot_core": "comity.solvers.core.plot_core",
    "plot_dividends": "comity.solvers.values.plot_dividends",
    "plot_excesses": "comity.solvers.plot_excesses",
    "Promises": "comity.games.bayesian.promises",
    "read_game": "comity.games.coalitional.json_form",
    "Verdict": "comity.certificate",
    "verify": "comity.agreements.verify",
}


def __getattr__(name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(name)

    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    if find_spec(f"comity.{name}") is not None:
        return import_module(f"comity.{name}")
    from comity.catalogue import things

    try:
        return things()[name]
    except KeyError:
        from difflib import get_close_matches

        close = get_close_matches(name, [*things(), *_HOMES], 1)
        hint = f"; did you mean {close[0]!r}?" if close else "; comity.catalogue() lists what there is"
        raise AttributeError(f"comity has no {name!r}{hint}") from None


def __dir__() -> list[str]:
    from comity.catalogue import things

    return sorted([*globals(), *_HOMES, *things()])
