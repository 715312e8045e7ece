"""Lies of several agents at once: what each member of a group gains, for every lie, and one such lie added up by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product
from math import comb, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity import rational
from comity.certificate import Certificate, holds_if
from comity.checks.rules import CHUNK, Utilities, expected
from comity.declaration import declare
from comity.errors import ComityError, InvalidEvidence
from comity.exact_array import SMALL
from comity.games.bayesian.rule import DirectRule
from comity.games.bayesian.setting import BayesianSetting, Profile

# Beyond this a scan would take many minutes; the message says what makes it smaller.
MAX_COMPARISONS = 5 * 10**9


@dataclass(frozen=True)
class JointLie:
    """What a group says instead of the truth, while the others say theirs."""

    members: tuple[int, ...]
    types: Profile
    reports: Profile


def groups(setting: BayesianSetting, size: int) -> list[tuple[int, ...]]:
    """Every group of at most so many agents; a scan of all their lies that would take too long is refused."""
    n = len(setting.agents)
    if isinstance(size, bool) or not isinstance(size, int) or size < 1:
        raise ComityError(f"a group of {rational.shown(size)} agents; give a whole number from 1 to {n}")
    found = [group for k in range(1, min(size, n) + 1) for group in combinations(range(n), k)]
    work = sum(joint_lies(setting, group) for group in found)
    if work > MAX_COMPARISONS:
        raise ComityError(
            f"groups of up to {size} of {n} agents have {work:.1e} lies on {' x '.join(map(str, setting.shape))} types; "
            f"at most {MAX_COMPARISONS:.0e} can be tried, so give fewer types or smaller groups"
        )
    return found


def joint_lies(setting: BayesianSetting, group: Sequence[int]) -> int:
    """How many pairs of true types and reports a group has, at all profiles of the others."""
    return setting.profiles * prod(setting.shape[i] for i in group)


def count_groups(n: int, size: int) -> int:
    """How many groups of at most ``size`` of ``n`` agents there are."""
    return sum(comb(n, k) for k in range(1, min(size, n) + 1))


@dataclass(frozen=True)
class Gains:
    """What each member of a group gains, over a denominator of its own, in some part of all joint lies.

    Axes: the group's true types from ``types`` on, all its reports, the others' profiles from ``others`` on.  Where a member
    cannot say what it would have to, everybody gains nothing, as by the truth.
    """

    types: int
    others: int
    members: list[NDArray[Any]]
    denominators: list[int]


def gains_of_members(rule: DirectRule, group: tuple[int, ...]) -> Iterator[Gains]:
    """The gains of a group's members by all its joint lies, a part at a time."""
    setting = rule.setting
    pairs = prod(setting.shape[i] for i in group)
    tables = [_Table.of(rule, i, group) for i in group]
    able = _able(setting, group)
    rows = max(1, min(pairs, CHUNK // pairs))
    columns = max(1, CHUNK // (pairs * rows))
    for others in range(0, setting.profiles // pairs, columns):
        for types in range(0, pairs, rows):
            part, true = slice(others, others + columns), np.arange(types, min(types + rows, pairs))
            members = []
            for table in tables:
                utilities = table.utilities(true, part)
                gain = utilities - utilities[np.arange(len(true)), true][:, None, :]
                gain[~able[true]] = 0
                members.append(gain)
            yield Gains(types, others, members, [table.denominator for table in tables])


def joint_lie(setting: BayesianSetting, group: tuple[int, ...], types: int, reports: int, others: int) -> JointLie:
    """A place in the arrays of `gains_of_members` as profiles of indices."""
    shape = [setting.shape[i] for i in group]
    outside = [j for j in range(len(setting.agents)) if j not in group]
    rest = np.unravel_index(others, [setting.shape[j] for j in outside]) if outside else ()
    true, said = [0] * len(setting.agents), [0] * len(setting.agents)
    for j, t in zip(outside, rest, strict=True):
        true[j] = said[j] = int(t)
    for i, t, r in zip(group, np.unravel_index(types, shape), np.unravel_index(reports, shape), strict=True):
        true[i], said[i] = int(t), int(r)
    return JointLie(group, tuple(true), tuple(said))


def utility_after(rule: DirectRule, agent: int, types: Profile, reports: Profile) -> Fraction:
    """What an agent gets when these are the types and these the reports, added up outcome by outcome."""
    worth = sum((chance * rule.setting.value(agent, types, x) for x, chance in rule.chances(reports)), Fraction(0))
    paid: Fraction = rule.payments[(*reports, agent)]
    return worth - paid - rule.expected_penalty(reports, agent, honest=types[agent] == reports[agent])


def lie_witness(rule: DirectRule, lie: JointLie) -> dict[str, Any]:
    """Who says what instead of what, what each gains by it, and what the others say."""
    setting = rule.setting
    members = {}
    for i in lie.members:
        names = setting.type_names(i)
        gain = utility_after(rule, i, lie.types, lie.reports) - utility_after(rule, i, lie.types, lie.types)
        members[setting.agents[i]] = {
            "type": names[lie.types[i]],
            "report": names[lie.reports[i]],
            "gain": rational.text(gain),
        }
    others = {agent: setting.type_names(j)[lie.types[j]] for j, agent in enumerate(setting.agents) if j not in lie.members}
    return {"members": members, "others": others}


@declare("check", "A lie brings what it is said to bring")
def check_deviation(rule: DirectRule, witness: Mapping[str, Any]) -> Certificate:
    """One lie, of one agent or of a group, from the witness of an audit, added up again outcome by outcome in fractions.

    HOLDS if everybody can say what they are said to say, and gains exactly what is stated.  The margin is the least gain of a
    member.

    Examples
    --------
    >>> from comity.games.bayesian.standard import single_item_auction
    >>> from comity.checks.rules import check_truthful
    >>> first_price = DirectRule(single_item_auction({"A": [1, 3]}), [1, 1], [[1], [3]])
    >>> witness = check_truthful(first_price).witness
    >>> witness["type"], witness["report"], check_deviation(first_price, witness).margin
    ('3', '1', Fraction(2, 1))
    >>> check_deviation(first_price, {**witness, "gain": "3"}).verdict.value
    'FAILS'
    """
    setting = rule.setting
    members = witness.get("members")
    if members is None:
        members = {witness.get("agent"): {key: witness.get(key) for key in ("type", "report", "gain")}}
    others = witness.get("others")
    if not isinstance(members, Mapping) or not members or not all(isinstance(m, Mapping) for m in members.values()):
        raise InvalidEvidence("the witness names nobody who lies; give members with type, report and gain")
    stated, found, able = {}, {}, True
    if others is None and len(members) == 1:
        ((agent, said),) = members.items()
        found = {agent: _average_gain(rule, agent, said)}
    else:
        true = setting.profile({**(others or {}), **{agent: said.get("type") for agent, said in members.items()}})
        reports = setting.profile({**(others or {}), **{agent: said.get("report") for agent, said in members.items()}})
        for agent in members:
            i = setting.index(agent)
            found[agent] = utility_after(rule, i, true, reports) - utility_after(rule, i, true, true)
    for agent, said in members.items():
        i = setting.index(agent)
        t, r = (setting.type_names(i).index(said[key]) for key in ("type", "report"))
        able = able and bool(setting.reports[i][t, r])
        stated[agent] = rational.exact(said.get("gain"), f"the gain of {agent}")
    return Certificate(
        "the lie brings what is stated",
        holds_if(able and stated == found),
        margin=min(found.values()),
        unit=setting.unit,
        witness={"gains": {agent: rational.text(gain) for agent, gain in found.items()}, "possible": able},
        check="check_deviation",
    )


def _average_gain(rule: DirectRule, agent: str, said: Mapping[str, Any]) -> Fraction:
    """What a lie brings on average over the others' types, given one's own."""
    setting, i = rule.setting, rule.setting.index(agent)
    names = setting.type_names(i)
    if said.get("type") not in names or said.get("report") not in names:
        raise InvalidEvidence(
            f"{agent} has no type {said.get('type')!r} or {said.get('report')!r}; its types are {', '.join(names)}"
        )
    t, r = names.index(said["type"]), names.index(said["report"])
    total = weight = Fraction(0)
    for profile in product(*(range(size) if j != i else (t,) for j, size in enumerate(setting.shape))):
        chance = setting.probability(profile)
        reports = (*profile[:i], r, *profile[i + 1 :])
        total += chance * (utility_after(rule, i, profile, reports) - utility_after(rule, i, profile, profile))
        weight += chance
    if not weight:
        raise InvalidEvidence(f"{agent} is never {said['type']}; averages are given for types that can occur")
    return total / weight


# --- arrays ----------------------------------------------------------------------------------------


def _able(setting: BayesianSetting, group: tuple[int, ...]) -> NDArray[np.bool_]:
    """Whether the group, its true types given, can make the reports: axes true types, reports."""
    able = np.ones((1, 1), dtype=bool)
    for i in group:
        able = np.asarray(np.kron(able, setting.reports[i]), dtype=bool)
    return able


@dataclass(frozen=True)
class _Table:
    """One member's worths and payments with the group's axes first, as `Utilities` holds them for a single agent."""

    own: Utilities
    worth: NDArray[Any]  # own type (or the group's true types and the others' profile), outcome
    chosen: NDArray[Any] | None  # the group's reports, others' profile
    chances: NDArray[Any] | None
    paid: NDArray[Any]
    lie: NDArray[Any] | None
    mistake: NDArray[Any] | None
    honest: NDArray[np.bool_]  # the group's true types, the group's reports: whether this member tells the truth
    types: NDArray[np.intp]  # this member's type in each combination of the group's
    denominator: int

    @classmethod
    def of(cls, rule: DirectRule, agent: int, group: tuple[int, ...]) -> _Table:
        setting, shape = rule.setting, [rule.setting.shape[i] for i in group]
        own = Utilities.of(rule, agent)
        pairs = prod(shape)
        types = np.unravel_index(np.arange(pairs), shape)[group.index(agent)]

        def ahead(numbers: NDArray[Any], *more: int) -> NDArray[Any]:
            return np.moveaxis(numbers, group, range(len(group))).reshape(pairs, -1, *more)

        def again(numbers: NDArray[Any]) -> NDArray[Any]:
            """From the agent's own axis first back to the agents' order, then to the group's."""
            sizes = [setting.shape[agent], *(size for j, size in enumerate(setting.shape) if j != agent)]
            return ahead(np.moveaxis(numbers.reshape(sizes), 0, agent))

        worth = own.values
        if worth.ndim > 2:
            factor = own.denominator // setting.values[agent].denominator
            if rule.chosen is None:
                factor //= rule.lotteries.denominator
            worth = ahead(setting.values[agent].numerators.astype(worth.dtype) * factor, len(setting.outcomes))
        return cls(
            own=own,
            worth=worth,
            chosen=None if rule.chosen is None else ahead(rule.chosen),
            chances=None if rule.chosen is not None else ahead(rule.lotteries.numerators, len(setting.outcomes)),
            paid=again(own.paid),
            lie=None if own.lie is None else again(own.lie),
            mistake=None if own.mistake is None else again(own.mistake),
            honest=types[:, None] == types[None, :],
            types=types,
            denominator=own.denominator,
        )

    def utilities(self, true: NDArray[Any], part: slice) -> NDArray[Any]:
        """Axes some true types of the group, all its reports, some profiles of the others."""
        found = self._worth(true, part) - self.paid[None, :, part]
        if self.lie is not None and self.mistake is not None:
            found = found - np.where(self.honest[true][:, :, None], self.mistake[None, :, part], self.lie[None, :, part])
        # Gains are differences of two, and gains of a group are added up.
        safe: NDArray[Any] = found if found.dtype == object or _safe(found) else found.astype(object)
        return safe

    def _worth(self, true: NDArray[Any], part: slice) -> NDArray[Any]:
        if self.worth.ndim == 2:
            types, place = np.unique(self.types[true], return_inverse=True)
            return self._of_reports(self.worth[types], part)[place]
        worth = self.worth[true][:, part]
        if self.chosen is not None:
            chosen = self.chosen[:, part].T
            return np.stack([np.take_along_axis(own, chosen, axis=1).T for own in worth])
        assert self.chances is not None  # chosen or left to chance
        return np.stack([expected(own[None], self.chances[:, part]) for own in worth])

    def _of_reports(self, worth: NDArray[Any], part: slice) -> NDArray[Any]:
        if self.chosen is not None:
            found: NDArray[Any] = worth[:, self.chosen[:, part]]
            return found
        assert self.chances is not None  # chosen or left to chance
        return np.stack([expected(own, self.chances[:, part]) for own in worth])


def _safe(numbers: NDArray[Any]) -> bool:
    # Differences of two such numbers, added up over fewer than 2**8 members.
    return not numbers.size or max(abs(int(numbers.max())), abs(int(numbers.min()))) < SMALL >> 10
