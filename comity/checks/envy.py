"""Nobody would rather have what another gets and pays."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity import rational
from comity.certificate import Certificate, holds_if
from comity.checks.rules import add_up, expected, named_types
from comity.declaration import declare
from comity.errors import ComityError
from comity.exact_array import ExactArray
from comity.games.bayesian.rule import DirectRule


@declare("check", "Nobody envies another", reference="Foley (1967); Varian (1974)")
def check_envy_free(rule: DirectRule, shares: Sequence[Sequence[Any]]) -> Certificate:
    """When all tell the truth, no agent would be better off with another's share at another's payment.

    ``shares[i][j]`` has shape (types of agent i, outcomes): what the share that agent j has in an outcome would be worth to
    agent i; ``shares[i][i]`` is what its own share is worth.  At every profile agent i's ``shares[i][i] - payment i`` must be at
    least ``shares[i][j] - payment j``; where chance decides, in expectation.  The margin is minus the largest envy.

    Examples
    --------
    Half of a cake each is not envied; giving it all to A is, by 1:

    >>> from comity.games.bayesian.setting import BayesianSetting
    >>> cake = BayesianSetting({"A": ["a"], "B": ["b"]}, ["halves", "all to A"], {"A": [["1/2", 1]], "B": [["1/2", 0]]})
    >>> shares = [[[["1/2", 1]], [["1/2", 0]]], [[["1/2", 1]], [["1/2", 0]]]]
    >>> check_envy_free(DirectRule(cake, [[0]]), shares).margin, check_envy_free(DirectRule(cake, [[1]]), shares).margin
    (Fraction(0, 1), Fraction(-1, 1))
    """
    setting = rule.setting
    n = len(setting.agents)
    tables = [[_table(rule, shares, i, j) for j in range(n)] for i in range(n)]
    worst, witness = Fraction(0), dict[str, Any]()
    for i in range(n):
        own = _net(rule, i, i, tables[i][i])
        for j in range(n):
            if i == j:
                continue
            envy, denominator = add_up([_net(rule, i, j, tables[i][j]), (-own[0], own[1])])
            place = np.unravel_index(int(np.argmax(envy)), envy.shape)
            found = Fraction(int(envy[place]), denominator)
            if found > worst:
                worst = found
                reports = named_types(setting, tuple(int(t) for t in place))
                witness = {
                    "agent": setting.agents[i],
                    "envies": setting.agents[j],
                    "types": reports,
                    "gain": rational.text(worst),
                }
    return Certificate(
        "nobody would rather have another's share at another's payment",
        holds_if(worst <= 0),
        margin=-worst,
        unit=setting.unit,
        witness={**witness, "pairs_compared": n * (n - 1) * setting.profiles},
        check="check_envy_free",
    )


def _table(rule: DirectRule, shares: Sequence[Sequence[Any]], i: int, j: int) -> ExactArray:
    setting = rule.setting
    if len(shares) != len(setting.agents) or len(shares[i]) != len(setting.agents):
        raise ComityError(f"shares of {len(setting.agents)} agents are compared; give a table for each pair of them")
    what = f"the worth to {setting.agents[i]} of what {setting.agents[j]} gets"
    return ExactArray.of(shares[i][j], what, (setting.shape[i], len(setting.outcomes)))


def _net(rule: DirectRule, i: int, j: int, worth: ExactArray) -> tuple[NDArray[Any], int]:
    """What agent j's share at j's payment is to agent i, at each profile."""
    setting = rule.setting
    along = tuple(size if k == i else 1 for k, size in enumerate(setting.shape))
    if rule.chosen is not None:
        term = (worth.numerators[np.arange(setting.shape[i]).reshape(along), rule.chosen], worth.denominator)
    else:
        spread = worth.numerators.reshape(*along, len(setting.outcomes))
        term = (expected(spread, rule.lotteries.numerators), worth.denominator * rule.lotteries.denominator)
    return add_up([term, (-rule.payments.numerators[..., j], rule.payments.denominator)])
