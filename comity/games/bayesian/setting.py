"""A Bayesian setting: agents with private types, a decision to be taken, and money.

The same object is what a rule is designed for (`comity.design_mechanism`) and what a rule is audited in
(`comity.audit`).  All numbers are exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity import rational
from comity.declaration import declare
from comity.errors import InvalidGame
from comity.exact_array import SMALL, ExactArray

# A table over all profiles of types is kept in memory; beyond this it would not be.
MAX_PROFILES = 1 << 24
SETTING_SCHEMA = "setting/0.1"
Profile = tuple[int, ...]


@dataclass(frozen=True)
class Examination:
    """What looking into a report costs, and what it costs whoever is found to have lied.

    ``cost`` is borne by the rule's owner each time one agent is examined; a lie that is examined is found with probability
    ``sensitivity`` and then costs its author ``penalty``; a truthful report that is examined is mistaken for a lie with
    probability ``false_positive``, at the same price.

    Examples
    --------
    >>> Examination(cost="0.2", penalty=6).cost
    Fraction(1, 5)
    """

    cost: Fraction
    penalty: Fraction
    sensitivity: Fraction = Fraction(1)
    false_positive: Fraction = Fraction(0)

    def __post_init__(self) -> None:
        for name in ("cost", "penalty", "sensitivity", "false_positive"):
            object.__setattr__(self, name, rational.exact(getattr(self, name), f"the examination's {name}"))
        for name in ("cost", "penalty"):
            if getattr(self, name) < 0:
                raise InvalidGame(f"the examination's {name} is {rational.short(getattr(self, name))}; it is at least 0")
        if not 0 <= self.false_positive <= self.sensitivity <= 1:
            raise InvalidGame(
                f"an examination finds a lie with probability {rational.short(self.sensitivity)} and mistakes the truth for one "
                f"with probability {rational.short(self.false_positive)}; both are probabilities, the first the larger"
            )


@declare(
    "game",
    "Agents with private types, a decision and money",
    reference="Harsanyi (1967); Myerson (1979)",
)
@dataclass(frozen=True, eq=False)
class BayesianSetting:
    """Agents, their possible types with a prior, the possible outcomes, and what each outcome is worth to whom.

    An agent of type t gets ``value - payment`` from an outcome; payments are positive when paid by the agent.

    Parameters
    ----------
    types : mapping
        ``{agent: names of its types}``, in the order meant by all tables; text or numbers, shown as text.
    outcomes : sequence of str
    values : mapping
        ``{agent: table}``; shape (types of the agent, outcomes), or (types of the first, ..., types of the last agent,
        outcomes) where the others' types matter to it (interdependent values).
    prior : optional
        ``{agent: probabilities of its types}`` for independent types, or a table over all profiles, one axis for each agent;
        independent and uniform if left out.
    outside : mapping, optional
        ``{agent: what it gets if it does not take part}``: a number, or one for each of its types; 0 if left out.
    costs : sequence, optional
        What each outcome costs the rule's owner, to be covered by payments where the budget has to balance; 0 if left out.
    reports : mapping, optional
        ``{agent: {type: types it can claim to be}}`` where not every lie is possible (partial verifiability); a type can
        always tell the truth.  A type that is not named can claim anything.
    examination : Examination, optional
        How reports can be looked into.
    unit : str

    Examples
    --------
    A buyer and a seller, each with two types:

    >>> trade = BayesianSetting(
    ...     types={"buyer": [2, 5], "seller": [1, 4]},
    ...     outcomes=["keep", "trade"],
    ...     values={"buyer": [[0, 2], [0, 5]], "seller": [[0, -1], [0, -4]]},
    ... )
    >>> trade.shape, trade.probability((1, 0)), trade.welfare((1, 0), 1)
    ((2, 2), Fraction(1, 4), Fraction(4, 1))
    """

    types: Any
    outcomes: Any
    values: Any
    prior: Any = None
    outside: Any = None
    costs: Any = None
    reports: Any = None
    examination: Examination | None = None
    unit: str = ""
    agents: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        def put(name: str, value: Any) -> None:
            object.__setattr__(self, name, value)

        types = _types(self.types)
        put("agents", tuple(types))
        put("types", types)
        put("outcomes", _names(self.outcomes, "outcome"))
        if self.profiles > MAX_PROFILES:
            raise InvalidGame(
                f"{' x '.join(map(str, self.shape))} types make {self.profiles:,} profiles; "
                f"at most {MAX_PROFILES:,} can be tabulated, so give fewer types"
            )
        put("values", tuple(self._table(agent, table) for agent, table in self._each(self.values, "values")))
        put("prior", self._prior())
        put(
            "outside",
            tuple(self._outside(i, amount) for i, (_, amount) in enumerate(self._each(self.outside or {}, "outside", 0))),
        )
        count = (len(self.outcomes),)
        put(
            "costs", ExactArray.zeros(count) if self.costs is None else ExactArray.of(self.costs, "the cost of an outcome", count)
        )
        put(
            "reports",
            tuple(self._possible(i, listed) for i, (_, listed) in enumerate(self._each(self.reports or {}, "reports", None))),
        )

    # --- asking --------------------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int, ...]:
        """The number of types of each agent."""
        return tuple(map(len, self.types.values()))

    def type_names(self, agent: int) -> tuple[str, ...]:
        """The names of one agent's types."""
        names: tuple[str, ...] = self.types[self.agents[agent]]
        return names

    @property
    def profiles(self) -> int:
        """The number of profiles of types."""
        return prod(self.shape)

    def each_profile(self) -> Iterator[Profile]:
        """All profiles, as indices of types; the last agent's type changes fastest."""
        return product(*map(range, self.shape))

    @property
    def independent(self) -> bool:
        """Whether types are independent."""
        return isinstance(self.prior, tuple)

    @property
    def private_values(self) -> bool:
        """Whether nobody's value depends on the others' types."""
        return all(len(table.shape) == 2 for table in self.values)

    def probability(self, profile: Sequence[int]) -> Fraction:
        """The prior probability of a profile of types."""
        if self.independent:
            return prod((p[t] for p, t in zip(self.prior, profile, strict=True)), start=Fraction(1))
        found: Fraction = self.prior[tuple(profile)]
        return found

    def joint_prior(self) -> ExactArray:
        """The prior over all profiles, one axis for each agent."""
        if not self.independent:
            joint: ExactArray = self.prior
            return joint
        denominator = prod(marginal.denominator for marginal in self.prior)
        kind: Any = np.int64 if denominator < SMALL else object
        numerators: NDArray[Any] = np.ones((), dtype=kind)
        for marginal in self.prior:
            numerators = np.multiply.outer(numerators, marginal.numerators.astype(kind))
        return ExactArray(numerators, denominator)

    def marginal(self, agent: int) -> ExactArray:
        """The probabilities of one agent's types."""
        if self.independent:
            own: ExactArray = self.prior[agent]
            return own
        others = tuple(j for j in range(len(self.agents)) if j != agent)
        return ExactArray(self.prior.numerators.astype(object).sum(axis=others), self.prior.denominator)

    def value(self, agent: int, profile: Sequence[int], outcome: int) -> Fraction:
        """What an outcome is worth to an agent when these are the types."""
        table = self.values[agent]
        found: Fraction = table[profile[agent], outcome] if len(table.shape) == 2 else table[(*profile, outcome)]
        return found

    def welfare(self, profile: Sequence[int], outcome: int) -> Fraction:
        """All values of an outcome less what it costs."""
        total: Fraction = sum((self.value(i, profile, outcome) for i in range(len(self.agents))), -self.costs[outcome])
        return total

    def index(self, agent: str) -> int:
        """The place of an agent by its name."""
        try:
            return self.agents.index(agent)
        except ValueError:
            raise InvalidGame(f"there is no agent {agent!r}; the agents are {', '.join(self.agents)}") from None

    def profile(self, reports: Mapping[str, Any] | Sequence[Any]) -> Profile:
        """A profile given by names of types, as indices."""
        if isinstance(reports, Mapping):
            missing = [agent for agent in self.agents if agent not in reports]
            if missing:
                raise InvalidGame(f"{missing[0]} reports nothing; give a report for each of {', '.join(self.agents)}")
        listed = [reports[agent] for agent in self.agents] if isinstance(reports, Mapping) else list(reports)
        if len(listed) != len(self.agents):
            raise InvalidGame(f"{len(listed)} reports for {len(self.agents)} agents; give one each")
        return tuple(self._type(i, name) for i, name in enumerate(listed))

    def to_json(self) -> dict[str, Any]:
        """Plain data, exact numbers as text; `from_json` reads it back."""
        return {
            "schema": SETTING_SCHEMA,
            "types": [[agent, list(names)] for agent, names in self.types.items()],
            "outcomes": list(self.outcomes),
            "values": {agent: table.texts() for agent, table in zip(self.agents, self.values, strict=True)},
            "prior": dict(zip(self.agents, (p.texts() for p in self.prior), strict=True))
            if self.independent
            else self.prior.texts(),
            "outside": [amounts.texts() for amounts in self.outside],
            "costs": self.costs.texts(),
            "reports": [able.astype(int).tolist() for able in self.reports],
            "examination": None
            if self.examination is None
            else {
                name: rational.text(getattr(self.examination, name))
                for name in ("cost", "penalty", "sensitivity", "false_positive")
            },
            "unit": self.unit,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> BayesianSetting:
        """Read a setting back; what is not one is an `InvalidGame`."""
        if not isinstance(data, Mapping) or data.get("schema") != SETTING_SCHEMA:
            raise InvalidGame(f'this is not a setting; its "schema" should be "{SETTING_SCHEMA}"')
        try:
            given = {name: data[name] for name in ("types", "outcomes", "values", "prior", "outside", "costs", "reports", "unit")}
            examination = data["examination"]
            return cls(**given, examination=None if examination is None else Examination(**examination))
        except (KeyError, TypeError) as error:
            raise InvalidGame(f"the setting cannot be read: {error!r}; write it with to_json") from None

    @classmethod
    def random(cls, n: int, rng: np.random.Generator) -> BayesianSetting:
        """A small random setting with independent types and private values."""
        sizes = [int(k) for k in rng.integers(1, 4, n)]
        outcomes = [f"x{k}" for k in range(int(rng.integers(2, 4)))]
        weights = [rng.integers(1, 6, size) for size in sizes]
        return cls(
            types={f"P{i + 1}": [f"t{k}" for k in range(size)] for i, size in enumerate(sizes)},
            outcomes=outcomes,
            values={f"P{i + 1}": rng.integers(-9, 10, (size, len(outcomes))) for i, size in enumerate(sizes)},
            prior={f"P{i + 1}": [Fraction(int(a), int(w.sum())) for a in w] for i, w in enumerate(weights)},
        )

    # --- reading -------------------------------------------------------------------------------

    def _each(self, given: Any, what: str, missing: Any = ...) -> list[tuple[str, Any]]:
        """One entry for each agent, from a mapping by name or a sequence in order."""
        if not isinstance(given, Mapping):
            if len(given) != len(self.agents):
                raise InvalidGame(f"{what}: {len(given)} entries for {len(self.agents)} agents; give one each")
            return list(zip(self.agents, given, strict=True))
        for name in given:
            if name not in self.agents:
                raise InvalidGame(f"{what}: there is no agent {name!r}; the agents are {', '.join(self.agents)}")
        if missing is ... and len(given) < len(self.agents):
            absent = next(agent for agent in self.agents if agent not in given)
            raise InvalidGame(f"{what}: nothing is given for {absent!r}; give a table for each agent")
        return [(agent, given.get(agent, missing)) for agent in self.agents]

    def _table(self, agent: str, given: Any) -> ExactArray:
        table = ExactArray.of(given, f"the value of an outcome to {agent}")
        private = (self.shape[self.agents.index(agent)], len(self.outcomes))
        if table.shape not in (private, (*self.shape, len(self.outcomes))):
            raise InvalidGame(
                f"values of {agent}: the table has shape {table.shape}; give {private} (own types, outcomes), "
                f"or {(*self.shape, len(self.outcomes))} where the others' types matter"
            )
        return table

    def _prior(self) -> Any:
        if self.prior is None:
            return tuple(ExactArray(np.ones(size, dtype=np.int64), size) for size in self.shape)
        given = self.prior
        if isinstance(given, Mapping) or (isinstance(given, tuple) and all(isinstance(p, ExactArray) for p in given)):
            marginals = tuple(
                ExactArray.of(p, f"the probability of a type of {agent}", (self.shape[i],))
                for i, (agent, p) in enumerate(self._each(given, "prior"))
            )
            for agent, marginal in zip(self.agents, marginals, strict=True):
                _refuse_no_distribution(marginal, f"the probabilities of {agent}'s types")
            return marginals
        joint = ExactArray.of(given, "the probability of a profile", self.shape)
        _refuse_no_distribution(joint, "the probabilities of the profiles")
        return joint

    def _outside(self, i: int, given: Any) -> ExactArray:
        what, size = f"the outside option of {self.agents[i]}", self.shape[i]
        if isinstance(given, Iterable) and not isinstance(given, str):
            return ExactArray.of(given, what, (size,))
        return ExactArray.of([given] * size, what)

    def _possible(self, i: int, given: Any) -> NDArray[np.bool_]:
        size = self.shape[i]
        able = np.ones((size, size), dtype=bool)
        if isinstance(given, Mapping):
            for name, claims in given.items():
                t = self._type(i, name)
                able[t] = False
                able[t, [self._type(i, claim) for claim in claims]] = True
        elif given is not None:
            able = np.asarray(given, dtype=bool)
            if able.shape != (size, size):
                raise InvalidGame(
                    f"reports of {self.agents[i]}: the table has shape {able.shape}; "
                    f"give {(size, size)}, a row for each true type"
                )
        able = able | np.eye(size, dtype=bool)
        able.setflags(write=False)
        return able

    def _type(self, i: int, name: Any) -> int:
        names = self.type_names(i)
        try:
            return names.index(_name(name))
        except ValueError:
            raise InvalidGame(f"{self.agents[i]} has no type {_name(name)!r}; its types are {', '.join(names)}") from None


def _types(given: Any) -> dict[str, tuple[str, ...]]:
    """A mapping, or pairs of agent and names, as a dictionary."""
    pairs = list(given.items()) if isinstance(given, Mapping) else [(agent, names) for agent, names in given]
    if not pairs:
        raise InvalidGame("there is no agent; name at least one with its types")
    agents = _names([agent for agent, _ in pairs], "agent")
    return {agent: _names(names, f"type of {agent}") for agent, (_, names) in zip(agents, pairs, strict=True)}


def _names(given: Iterable[Any], what: str) -> tuple[str, ...]:
    if isinstance(given, str):
        raise InvalidGame(f"{what}: {given!r} is one text; give a list of names")
    names = tuple(map(_name, given))
    if not names:
        raise InvalidGame(f"there is no {what}; name at least one")
    seen: set[str] = set()
    for at, name in enumerate(names):
        if not name.strip():
            raise InvalidGame(f"{what} {at + 1} has an empty name; give it one")
        if name in seen:
            raise InvalidGame(f"two are called {what} {name!r}; give each a name of its own")
        seen.add(name)
    return names


def _name(name: Any) -> str:
    """Numbers name types, too, as short text."""
    if isinstance(name, str):
        return name
    return rational.text(rational.exact(name, "the name of a type"))


def _refuse_no_distribution(numbers: ExactArray, what: str) -> None:
    if (numbers.numerators < 0).any():
        raise InvalidGame(
            f"{what} include {rational.short(Fraction(int(numbers.numerators.min()), numbers.denominator))}; none is negative"
        )
    total = Fraction(int(numbers.numerators.astype(object).sum()), numbers.denominator)
    if total != 1:
        raise InvalidGame(f'{what} add up to {rational.short(total)}; they must add up to 1 (fractions such as "1/3" are exact)')
