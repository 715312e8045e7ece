"""Settings that textbooks and agreements use: an auction, a sale, a joint project, reports that can be examined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from comity import rational
from comity.declaration import declare
from comity.errors import InvalidGame
from comity.games.bayesian.setting import BayesianSetting, Examination


@declare("game", "One thing for sale to bidders with private values", reference="Vickrey (1961); Myerson (1981)")
def single_item_auction(values: Mapping[str, Sequence[Any]], prior: Any = None, reserve: Any = 0) -> BayesianSetting:
    """An auction of one item; its outcomes are ``"kept"`` and one for each bidder who may get it.

    Parameters
    ----------
    values : mapping
        ``{bidder: what the item may be worth to it}``.
    prior : optional
        As in `BayesianSetting`.
    reserve : number
        What the item is worth to its owner, who loses it if it is sold.

    Examples
    --------
    >>> auction = single_item_auction({"A": [1, 3], "B": [2, 4]})
    >>> auction.outcomes, auction.welfare((1, 0), 1)
    (('kept', 'to A', 'to B'), Fraction(3, 1))
    """
    count = len(values)
    return BayesianSetting(
        types={bidder: list(worths) for bidder, worths in values.items()},
        outcomes=["kept", *(f"to {bidder}" for bidder in values)],
        values={
            bidder: [[worth if k == i + 1 else 0 for k in range(count + 1)] for worth in worths]
            for i, (bidder, worths) in enumerate(values.items())
        },
        prior=prior,
        costs=[0, *[reserve] * count],
    )


@declare("game", "A buyer and a seller who know their own prices", reference="Myerson & Satterthwaite (1983)")
def bilateral_trade(buyer: Sequence[Any], seller: Sequence[Any], prior: Any = None) -> BayesianSetting:
    """One buyer, one seller, one thing; its outcomes are ``"keep"`` and ``"trade"``.

    Parameters
    ----------
    buyer, seller : sequence of number
        What the thing may be worth to each.
    prior : optional
        ``{"buyer": probabilities, "seller": probabilities}`` or a table; uniform if left out.

    Examples
    --------
    >>> trade = bilateral_trade(buyer=[2, 5], seller=[1, 4])
    >>> [trade.welfare(profile, 1) for profile in trade.each_profile()] == [1, -2, 4, 1]
    True
    """
    return BayesianSetting(
        types={"buyer": list(buyer), "seller": list(seller)},
        outcomes=["keep", "trade"],
        values={"buyer": [[0, worth] for worth in buyer], "seller": [[0, -rational.exact(worth)] for worth in seller]},
        prior=prior,
    )


@declare(
    "game",
    "A joint project that each values in private",
    area="collaborative_research",
    reference="Clarke (1971); d'Aspremont & Gerard-Varet (1979)",
)
def public_project(values: Mapping[str, Sequence[Any]], cost: Any, prior: Any = None) -> BayesianSetting:
    """A project that is built for all or not at all; its outcomes are ``"not built"`` and ``"built"``.

    The cost is the owner's, to be raised by payments.

    Examples
    --------
    >>> project = public_project({"A": [0, 3], "B": [0, 3]}, cost=4)
    >>> [project.welfare(profile, 1) for profile in project.each_profile()] == [-4, -1, -1, 2]
    True
    """
    return BayesianSetting(
        types={member: list(worths) for member, worths in values.items()},
        outcomes=["not built", "built"],
        values={member: [[0, worth] for worth in worths] for member, worths in values.items()},
        prior=prior,
        costs=[0, cost],
    )


@declare(
    "game",
    "Findings that can be hidden, and reports that can be examined",
    area="information_sharing",
    reference="Townsend (1979); Mookherjee & Png (1989); model I5",
)
def examined_disclosure(
    losses: Mapping[str, Any],
    prior: Sequence[Any],
    examination: Examination,
    membership: Any = 0,
    member: str = "member",
) -> BayesianSetting:
    """One member with a finding of some class, ordered from nothing to the gravest, who can report it or a lesser one.

    A report discloses what it says, and costs the loss of its class.  Not taking part costs the ``membership`` value.

    Parameters
    ----------
    losses : mapping
        ``{class: loss from disclosing it}``, from nothing (loss 0) to the gravest.
    prior : sequence
        How likely each class is.
    examination : Examination
        What looking into a report costs, and what a lie costs that is found.
    membership : number
        What being a member is worth, apart from this rule.

    Examples
    --------
    >>> setting = examined_disclosure({"nothing": 0, "incident": 10}, ["0.8", "0.2"], Examination(cost=2, penalty=20), 50)
    >>> setting.values[0].fractions()[1] == [0, -10], setting.outside[0][1], setting.reports[0].tolist()
    (True, Fraction(-50, 1), [[True, False], [True, True]])
    """
    classes = list(losses)
    amounts = [rational.exact(loss, f"the loss from disclosing {name}") for name, loss in losses.items()]
    if amounts and amounts[0] != 0:
        raise InvalidGame(
            f"the first class, {classes[0]}, means that there is nothing to report; its loss is 0, not {amounts[0]}"
        )
    return BayesianSetting(
        types={member: classes},
        outcomes=[f"discloses {name}" for name in classes],
        values={member: [[-loss for loss in amounts] for _ in classes]},
        prior={member: list(prior)},
        outside={member: -rational.exact(membership, "the value of membership")},
        reports={member: {name: classes[: k + 1] for k, name in enumerate(classes)}},
        examination=examination,
    )


def disclosed_as_reported(setting: BayesianSetting) -> list[int]:
    """For a setting whose outcomes are what is reported: the outcome each report brings about."""
    if len(setting.agents) != 1 or len(setting.outcomes) != setting.shape[0]:
        raise InvalidGame(
            "reports bring about outcomes by themselves only where one agent has as many types as there are outcomes"
        )
    return list(range(setting.shape[0]))
