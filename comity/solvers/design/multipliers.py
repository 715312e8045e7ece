"""From the duals of a rule's programme to weights of promises, as the check of a design reads them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import accumulate
from typing import Any

from comity import rational
from comity.games.bayesian.setting import BayesianSetting
from comity.solvers.design.programme import Rows, RuleProgramme

Duals = Mapping[int, Fraction]


def weights_of_promises(programme: RuleProgramme, families: Sequence[Rows], duals: Duals) -> dict[str, Any]:
    """The witness of `comity.checks.design.check_design`: a weight for each promise whose row has a dual.

    ``duals`` are the non-zero ones by row, in a programme in whole numbers that minimises minus the objective.
    """
    setting = programme.setting
    _, goal_scale = programme.goal
    found: dict[str, Any] = {"truthful": [], "participation": [], "budget": []}
    shares = [Fraction(0)] * len(setting.agents)
    if programme.objective.agents is None:
        # Rounded weights of the agents add up to one again; all others are scaled along.
        total = sum((dual * family.scale for family, _, dual in by_row(families, duals) if family.kind == "least"), Fraction(0))
        duals = {row: dual * goal_scale / total for row, dual in duals.items()} if total > 0 else duals
    for family, k, dual in by_row(families, duals):
        _put(found, shares, programme, family.kind, family.labels[k], dual * family.scale / goal_scale)
    if programme.objective.agents is None:
        found["weights"] = [rational.text(share) for share in shares]
    return found


def by_row(families: Sequence[Rows], duals: Duals) -> Iterator[tuple[Rows, int, Fraction]]:
    """Each non-zero dual with the rows it belongs to and its place among them."""
    starts = [0, *accumulate(map(len, families))]
    for row in sorted(duals):
        at = bisect_right(starts, row) - 1
        yield families[at], row - starts[at], duals[row]


def _put(
    found: dict[str, Any], shares: list[Fraction], programme: RuleProgramme, kind: str, label: Any, weight: Fraction
) -> None:
    setting = programme.setting
    if kind == "truthful":
        i, at, report = map(int, label)
        types = _names(setting, programme.profiles[at])
        others = [name for j, name in enumerate(types) if j != i]
        row = [setting.agents[i], types[i], setting.type_names(i)[report], others, rational.text(weight)]
        found["truthful"].append(row)
    elif kind == "bayesian":
        i, t, report = map(int, label)
        names = setting.type_names(i)
        weight = _per_average(programme, i, t, weight)
        found["truthful"].append([setting.agents[i], names[t], names[report], None, rational.text(weight)])
    elif kind == "participation":
        i, at = map(int, label)
        found["participation"].append([setting.agents[i], _names(setting, programme.profiles[at]), rational.text(weight)])
    elif kind == "interim":
        i, t = map(int, label)
        weight = _per_average(programme, i, t, weight)
        found["participation"].append([setting.agents[i], setting.type_names(i)[t], rational.text(weight)])
    elif kind == "budget":
        at = int(label[0])
        found["budget"].append([None if at < 0 else _names(setting, programme.profiles[at]), rational.text(weight)])
    elif kind == "least":
        shares[int(label[0])] = weight


def _per_average(programme: RuleProgramme, agent: int, kind: int, weight: Fraction) -> Fraction:
    """The check weighs averages with the probability of one's own type, rows over averages given one's type do not."""
    if not programme.columns.averages:
        return weight
    own: Fraction = programme.setting.marginal(agent)[kind]
    return weight / own


def _names(setting: BayesianSetting, profile: Any) -> list[str]:
    return [setting.type_names(i)[int(t)] for i, t in enumerate(profile)]
