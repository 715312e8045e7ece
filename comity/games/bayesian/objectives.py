"""What a rule is chosen for: a weighted sum of what agents and owner get, or the least that any agent gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from comity import rational
from comity.errors import ComityError
from comity.exact_array import ExactArray
from comity.games.bayesian.setting import BayesianSetting

NAMED = ("welfare", "revenue", "least_cost", "max_min")
OWNER = "owner"


@dataclass(frozen=True, eq=False)
class Objective:
    """The expected sum of weight x utility over agents, plus weight x money left over of the owner, plus worth of outcomes.

    ``agents`` is None for the least expected utility of any agent (max-min).  ``outcomes`` is what outcomes are worth besides, at
    each profile or everywhere alike.  ``least`` means that the amount is shown with its sign turned, as a cost.

    Examples
    --------
    >>> from comity.games.bayesian.standard import bilateral_trade
    >>> trade = bilateral_trade(buyer=[2, 5], seller=[1, 4])
    >>> Objective.of("welfare", trade).agents == (1, 1), Objective.of({"buyer": 2}, trade).agents == (2, 0)
    (True, True)
    """

    name: str
    agents: tuple[Fraction, ...] | None
    owner: Fraction
    outcomes: ExactArray | None = None
    least: bool = False

    @classmethod
    def of(cls, given: Any, setting: BayesianSetting) -> Objective:
        """From a name, from weights by agent (and ``"owner"``), or from a table of what outcomes are worth."""
        if isinstance(given, cls):
            return given
        none = (Fraction(0),) * len(setting.agents)
        every = (Fraction(1),) * len(setting.agents)
        if isinstance(given, str):
            known = {
                "welfare": cls("welfare", every, Fraction(1)),
                "revenue": cls("revenue", none, Fraction(1)),
                "least_cost": cls("least_cost", none, Fraction(1), least=True),
                "max_min": cls("max_min", None, Fraction(0)),
            }
            if given not in known:
                raise ComityError(
                    f"objective is {given!r}; it is {', '.join(map(repr, NAMED))}, "
                    "weights by agent, or a table of what outcomes are worth"
                )
            return known[given]
        if isinstance(given, Mapping):
            unknown = [name for name in given if name not in (*setting.agents, OWNER)]
            if unknown:
                raise ComityError(f"objective: there is no agent {unknown[0]!r}; weigh {', '.join(setting.agents)} or {OWNER!r}")
            weights = {name: rational.exact(weight, f"the weight of {name}") for name, weight in given.items()}
            return cls("weighted", tuple(weights.get(a, Fraction(0)) for a in setting.agents), weights.get(OWNER, Fraction(0)))
        table = ExactArray.of(given, "the worth of an outcome")
        count = len(setting.outcomes)
        if table.shape not in ((count,), (*setting.shape, count)):
            raise ComityError(
                f"objective: the table has shape {table.shape}; "
                f"give {(count,)}, one number an outcome, or {(*setting.shape, count)}"
            )
        return cls("outcomes", none, Fraction(0), table)

    def to_json(self) -> dict[str, Any]:
        """Plain data, exact numbers as text."""
        return {
            "name": self.name,
            "agents": None if self.agents is None else [rational.text(weight) for weight in self.agents],
            "owner": rational.text(self.owner),
            "outcomes": None if self.outcomes is None else self.outcomes.texts(),
            "least": self.least,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Objective:
        """Read an objective back."""
        agents = data["agents"]
        return cls(
            str(data["name"]),
            None if agents is None else tuple(rational.exact(weight, "a weight") for weight in agents),
            rational.exact(data["owner"], "the owner's weight"),
            None if data["outcomes"] is None else ExactArray.of(data["outcomes"], "the worth of an outcome"),
            bool(data["least"]),
        )
