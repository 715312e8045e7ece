"""Settings in which agents differ by their types alone, and rules that treat them so.

An agent's *role* in an outcome is all that the outcome means to it: getting the item or not, a project that is built.  Where
every way to hand out the same roles is an outcome too, at the same cost, only numbers count: how many report which type, and how
many of these get which role.  Ten agents of five types have 9,765,625 profiles but 1,001 such counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations, pairwise
from math import factorial, lcm, prod
from typing import Any

import numpy as np

from comity.errors import InvalidGame
from comity.exact_array import ExactArray
from comity.games.bayesian.setting import BayesianSetting

Counts = tuple[int, ...]
# A table that hands roles out: how many of each type get each role.
Table = tuple[Counts, ...]


@dataclass(frozen=True, eq=False)
class Symmetry:
    """What is left of a symmetric setting when agents have no names.

    ``values`` has axes type and role; ``classes`` lists how many get each role in each kind of outcome, ``costs`` their costs.
    """

    setting: BayesianSetting
    values: ExactArray
    classes: tuple[Counts, ...]
    costs: tuple[Fraction, ...]
    roles_of: tuple[Counts, ...]  # for each outcome, the role of each agent
    class_of: tuple[int, ...]  # for each outcome, its class

    @classmethod
    def of(cls, setting: BayesianSetting) -> Symmetry:
        """The symmetry of a setting; where agents differ, an error says in what.

        Examples
        --------
        >>> from comity.games.bayesian.standard import single_item_auction
        >>> alike = Symmetry.of(single_item_auction({"A": [1, 3], "B": [1, 3], "C": [1, 3]}))
        >>> alike.classes, len(list(alike.counts()))
        (((3, 0), (2, 1)), 4)
        """
        _refuse_different(setting)
        columns: dict[tuple[int, ...], int] = {}
        roles_of = []
        for x in range(len(setting.outcomes)):
            roles = []
            for table in _over_one(setting):
                roles.append(columns.setdefault(tuple(int(v) for v in table[:, x]), len(columns)))
            roles_of.append(tuple(roles))
        kinds = {tuple(roles.count(r) for r in range(len(columns))): None for roles in roles_of}
        classes = tuple(kinds)
        class_of = tuple(classes.index(tuple(roles.count(r) for r in range(len(columns)))) for roles in roles_of)
        costs = _costs(setting, classes, class_of, roles_of)
        denominator = _denominator(setting)
        values = ExactArray(np.array(list(columns), dtype=object).T, denominator)
        return cls(setting, values, classes, costs, tuple(roles_of), class_of)

    @property
    def agents(self) -> int:
        """How many agents there are."""
        return len(self.setting.agents)

    @property
    def types(self) -> int:
        """How many types each of them can be of."""
        return self.setting.shape[0]

    @property
    def roles(self) -> int:
        """How many roles there are."""
        return self.values.shape[1]

    @cached_property
    def worths(self) -> list[list[Fraction]]:
        """What each role is worth to each type."""
        found: list[list[Fraction]] = self.values.fractions()
        return found

    def counts(self, agents: int | None = None) -> Iterator[Counts]:
        """How many can be of each type, in a fixed order."""
        n = self.agents if agents is None else agents
        for bars in combinations(range(n + self.types - 1), self.types - 1):
            places = (-1, *bars, n + self.types - 1)
            yield tuple(b - a - 1 for a, b in pairwise(places))

    def probability(self, counts: Counts) -> Fraction:
        """How likely these counts are."""
        marginal = self.setting.prior[0]
        chance = prod((marginal[t] ** k for t, k in enumerate(counts)), start=Fraction(1))
        return chance * ways(counts)


def ways(counts: Sequence[int]) -> int:
    """In how many ways so many places can be named.

    >>> ways((2, 1))
    3
    """
    return factorial(sum(counts)) // prod(map(factorial, counts))


def _refuse_different(setting: BayesianSetting) -> None:
    names = [setting.type_names(i) for i in range(len(setting.agents))]
    first = setting.agents[0]
    if setting.examination is not None:
        raise InvalidGame("a symmetric rule does not examine reports; leave the examination out, or design without symmetry")
    if not setting.independent or not setting.private_values:
        raise InvalidGame("agents are alike only where types are independent and values private")
    for i, agent in enumerate(setting.agents):
        alike = {
            "types": names[i] == names[0],
            "probabilities of types": setting.prior[i] == setting.prior[0],
            "outside options": setting.outside[i] == setting.outside[0],
            "possible reports": bool(np.array_equal(setting.reports[i], setting.reports[0])),
        }
        for what, same in alike.items():
            if not same:
                raise InvalidGame(f"{agent} and {first} are not alike: their {what} differ")


def _denominator(setting: BayesianSetting) -> int:
    return lcm(*(table.denominator for table in setting.values))


def _over_one(setting: BayesianSetting) -> list[Any]:
    return [table.over(_denominator(setting)) for table in setting.values]


def _costs(
    setting: BayesianSetting, classes: Sequence[Counts], class_of: Sequence[int], roles_of: Sequence[Counts]
) -> tuple[Fraction, ...]:
    found = []
    for c, counts in enumerate(classes):
        members = [x for x, kind in enumerate(class_of) if kind == c]
        name = setting.outcomes[members[0]]
        if len({roles_of[x] for x in members}) < len(members):
            raise InvalidGame(f"two outcomes mean the same to everybody as {name!r}; leave one out")
        if len(members) != ways(counts):
            raise InvalidGame(
                f"agents are not alike: only {len(members)} of the {ways(counts)} outcomes that hand out the roles of {name!r} "
                "are there"
            )
        costs = {setting.costs[x] for x in members}
        if len(costs) > 1:
            raise InvalidGame(f"agents are not alike: outcomes that hand out the same roles as {name!r} cost differently")
        found.append(costs.pop())
    return tuple(found)


@dataclass(frozen=True, eq=False)
class SymmetricRule:
    """A rule that treats agents of the same type alike, by counts.

    ``lotteries[k]`` maps (class, table of how many of each type get each role) to its chance, when counts are ``k``;
    ``payments[k][t]`` is what everybody of type t pays.  Who of several alike gets which role is drawn evenly.
    """

    symmetry: Symmetry
    lotteries: Mapping[Counts, Mapping[tuple[int, Table], Fraction]]
    payments: Mapping[Counts, Sequence[Fraction]]

    @property
    def setting(self) -> BayesianSetting:
        """The setting it is for."""
        return self.symmetry.setting

    @property
    def agents(self) -> tuple[str, ...]:
        """The agents of the setting."""
        return self.setting.agents

    def counts(self, reports: Mapping[str, Any] | Sequence[Any]) -> tuple[Counts, Counts]:
        """How many report each type, and each one's report."""
        profile = self.setting.profile(reports)
        seen = Counter(profile)
        return tuple(seen[t] for t in range(self.symmetry.types)), profile

    def outcome(self, reports: Mapping[str, Any] | Sequence[Any]) -> dict[str, Fraction]:
        """The outcomes that can happen after these reports, given by names of types, with their chances."""
        counts, profile = self.counts(reports)
        chances = self.lotteries[counts]
        found = {}
        for x, roles in enumerate(self.symmetry.roles_of):
            table = [[0] * self.symmetry.roles for _ in counts]
            for t, role in zip(profile, roles, strict=True):
                table[t][role] += 1
            key = (self.symmetry.class_of[x], tuple(map(tuple, table)))
            if key in chances:
                found[self.setting.outcomes[x]] = chances[key] / prod(map(ways, table))
        return found

    def payment(self, reports: Mapping[str, Any] | Sequence[Any]) -> dict[str, Fraction]:
        """What each agent pays after these reports."""
        counts, profile = self.counts(reports)
        return {agent: self.payments[counts][t] for agent, t in zip(self.agents, profile, strict=True)}

    def role_chances(self, counts: Counts, kind: int) -> list[Fraction]:
        """The chances of each role for an agent of a type that is reported, when these are the counts."""
        total = [Fraction(0)] * self.symmetry.roles
        for (_, table), chance in self.lotteries[counts].items():
            for role, number in enumerate(table[kind]):
                total[role] += chance * Fraction(number, counts[kind])
        return total

    def utility(self, counts: Counts, kind: int, report: int | None = None) -> Fraction:
        """What a type gets when these counts are reported, itself among them as ``report`` (its own type if left out)."""
        return self.utilities[counts, kind, kind if report is None else report]

    @cached_property
    def utilities(self) -> dict[tuple[Counts, int, int], Fraction]:
        """What a type gets from a report that is among these counts: (counts, type, report)."""
        found = {}
        for counts in self.symmetry.counts():
            for report, k in enumerate(counts):
                if not k:
                    continue
                chances = [(role, p) for role, p in enumerate(self.role_chances(counts, report)) if p]
                for kind, worth in enumerate(self.symmetry.worths):
                    value = sum((p * worth[role] for role, p in chances if worth[role]), Fraction(0))
                    found[counts, kind, report] = value - self.payments[counts][report]
        return found
