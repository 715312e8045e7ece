"""A direct rule: what is decided and paid for every profile of reports, as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from comity import rational
from comity.errors import InvalidGame
from comity.exact_array import SMALL, ExactArray
from comity.games.bayesian.setting import BayesianSetting

if TYPE_CHECKING:
    import pandas as pd

RULE_SCHEMA = "rule/0.1"


@dataclass(frozen=True, eq=False)
class DirectRule:
    """For every profile of reports the chances of the outcomes, what each agent pays, and how likely each is examined.

    Parameters
    ----------
    setting : BayesianSetting
    lotteries : array-like
        Chances of the outcomes, shape (types of each agent..., outcomes); or, where nothing is left to chance, the place of the
        outcome, whole numbers of shape (types of each agent...).
    payments : array-like, optional
        Shape (types of each agent..., agents), positive where the agent pays; 0 if left out.
    examinations : array-like, optional
        The chance that each agent's report is looked into, the same shape; 0 if left out.

    Examples
    --------
    Trade whenever the buyer names the higher price of two, at the seller's price:

    >>> setting = BayesianSetting(
    ...     types={"buyer": [2, 5], "seller": [1, 4]},
    ...     outcomes=["keep", "trade"],
    ...     values={"buyer": [[0, 2], [0, 5]], "seller": [[0, -1], [0, -4]]},
    ... )
    >>> rule = DirectRule(setting, [[1, 0], [1, 1]], [[[1, -1], [0, 0]], [[1, -1], [4, -4]]])
    >>> rule.outcome({"buyer": 5, "seller": 4}), rule.utility(0, (1, 1))
    ({'trade': Fraction(1, 1)}, Fraction(1, 1))

    A buyer of type 5 gains nothing by saying 2 when the seller says 1:

    >>> rule.utility(0, (1, 0)) - rule.utility(0, (1, 0), report=0)
    Fraction(0, 1)
    """

    setting: BayesianSetting
    lotteries: Any
    payments: Any = None
    examinations: Any = None
    chosen: NDArray[np.int64] | None = field(init=False, repr=False)  # the place of the outcome; None where chance decides

    def __post_init__(self) -> None:
        shape, count = self.setting.shape, len(self.setting.outcomes)
        each = (*shape, len(self.setting.agents))
        array = ExactArray.of(self.lotteries, "the chance of an outcome")
        if array.shape == shape and array.denominator == 1:
            object.__setattr__(self, "chosen", _places(array, count))
            # Written out when asked for: a rule with many outcomes has far more chances than decisions.
            object.__delattr__(self, "lotteries")
        else:
            chances = _lotteries(array, shape, count)
            object.__setattr__(self, "lotteries", chances)
            object.__setattr__(self, "chosen", chances.numerators.argmax(axis=-1) if chances.denominator == 1 else None)
        for name, what in (("payments", "a payment"), ("examinations", "the chance of an examination")):
            given = getattr(self, name)
            object.__setattr__(self, name, ExactArray.zeros(each) if given is None else ExactArray.of(given, what, each))
        looked = self.examinations.numerators
        if (looked < 0).any() or (looked > self.examinations.denominator).any():
            raise InvalidGame("the chance of an examination is below 0 or above 1; give a probability")
        if looked.any() and self.setting.examination is None:
            raise InvalidGame(
                "the rule examines reports, but the setting has no examination; give it one with its cost and penalty"
            )

    def __getattr__(self, name: str) -> Any:
        if name != "lotteries" or self.__dict__.get("chosen") is None:
            raise AttributeError(f"a rule has no {name!r}")
        certain = ExactArray(self.__dict__["chosen"][..., None] == np.arange(len(self.setting.outcomes)), 1)
        object.__setattr__(self, "lotteries", certain)
        return certain

    @property
    def agents(self) -> tuple[str, ...]:
        """The agents of the setting."""
        return self.setting.agents

    def outcome(self, reports: Mapping[str, Any] | Sequence[Any]) -> dict[str, Fraction]:
        """The outcomes that can happen after these reports, given by names of types, with their chances."""
        return {self.setting.outcomes[k]: chance for k, chance in self.chances(self.setting.profile(reports))}

    def chances(self, reports: tuple[int, ...]) -> list[tuple[int, Fraction]]:
        """The places of the outcomes that can happen after these reports, given as indices, with their chances."""
        if self.chosen is not None:
            return [(int(self.chosen[reports]), Fraction(1))]
        row = self.lotteries[reports]
        return [(int(k), row[int(k)]) for k in np.flatnonzero(row.numerators)]

    def payment(self, reports: Mapping[str, Any] | Sequence[Any]) -> dict[str, Fraction]:
        """What each agent pays after these reports; negative amounts are received."""
        paid = self.payments[self.setting.profile(reports)]
        return {agent: paid[i] for i, agent in enumerate(self.agents)}

    def utility(self, agent: int, profile: Sequence[int], report: int | None = None) -> Fraction:
        """What an agent gets when these are the types, the others report theirs and it reports ``report``, or its own type."""
        said = profile[agent] if report is None else report
        at = (*profile[:agent], said, *profile[agent + 1 :])
        worth = sum((chance * self.setting.value(agent, profile, x) for x, chance in self.chances(at)), Fraction(0))
        paid: Fraction = self.payments[(*at, agent)]
        return worth - paid - self.expected_penalty(at, agent, honest=said == profile[agent])

    def expected_penalty(self, reports: tuple[int, ...], agent: int, honest: bool) -> Fraction:
        """What an agent has to expect from being examined after these reports."""
        looks = self.setting.examination
        if looks is None:
            return Fraction(0)
        chance: Fraction = self.examinations[(*reports, agent)]
        return chance * looks.penalty * (looks.false_positive if honest else looks.sensitivity)

    def cost(self, reports: tuple[int, ...]) -> Fraction:
        """What the owner has to expect to pay for the outcome and for examinations after these reports, given as indices."""
        total = sum((chance * self.setting.costs[x] for x, chance in self.chances(reports)), Fraction(0))
        if self.setting.examination is not None:
            total += self.setting.examination.cost * sum(self.examinations[reports].fractions(), Fraction(0))
        return total

    # --- showing -------------------------------------------------------------------------------

    def to_frame(self) -> pd.DataFrame:
        """A DataFrame with a row for each profile of reports: chances of the outcomes, payments, examinations."""
        import pandas as pd

        names = [self.setting.type_names(i) for i in range(len(self.agents))]
        index = pd.MultiIndex.from_product(names, names=list(self.agents))
        count = self.setting.profiles
        parts = {x: self.lotteries.doubles().reshape(count, -1)[:, k] for k, x in enumerate(self.setting.outcomes)}
        parts |= {f"{agent} pays": self.payments.doubles().reshape(count, -1)[:, i] for i, agent in enumerate(self.agents)}
        if self.examinations.numerators.any():
            parts |= {
                f"{agent} examined": self.examinations.doubles().reshape(count, -1)[:, i] for i, agent in enumerate(self.agents)
            }
        return pd.DataFrame(parts, index=index)

    def to_json(self) -> dict[str, Any]:
        """Plain data, exact numbers as text; `from_json` reads it back."""
        return {
            "schema": RULE_SCHEMA,
            "setting": self.setting.to_json(),
            "lotteries": self.lotteries.texts(),
            "payments": self.payments.texts(),
            "examinations": self.examinations.texts(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> DirectRule:
        """Read a rule back; what is not one is an `InvalidGame`."""
        if not isinstance(data, Mapping) or data.get("schema") != RULE_SCHEMA:
            raise InvalidGame(f'this is not a rule; its "schema" should be "{RULE_SCHEMA}"')
        try:
            setting = BayesianSetting.from_json(data["setting"])
            # Written as text, so that places of outcomes cannot be mistaken for chances.
            chances = ExactArray.of(data["lotteries"], "the chance of an outcome", (*setting.shape, len(setting.outcomes)))
            return cls(setting, chances, data["payments"], data["examinations"])
        except (KeyError, TypeError) as error:
            raise InvalidGame(f"the rule cannot be read: {error!r}; write it with to_json") from None

    def __str__(self) -> str:
        lines = []
        for profile in list(self.setting.each_profile())[:50]:
            said = ", ".join(f"{agent} {self.setting.type_names(i)[profile[i]]}" for i, agent in enumerate(self.agents))
            chosen = " or ".join(
                self.setting.outcomes[k] + ("" if chance == 1 else f" ({rational.short(chance)})")
                for k, chance in self.chances(profile)
            )
            paid = ", ".join(rational.short(amount) for amount in self.payments[profile].fractions())
            lines.append(f"  {said}: {chosen}; payments {paid}")
        more = self.setting.profiles - len(lines)
        return "\n".join(["after the reports", *lines, *([f"  and {more:,} profiles more"] if more else [])])


def _lotteries(array: ExactArray, shape: tuple[int, ...], count: int) -> ExactArray:
    if array.shape != (*shape, count):
        raise InvalidGame(
            f"the lotteries have shape {array.shape}; give {(*shape, count)}, chances of the outcomes for each profile of "
            f"reports, or {shape}, the place of the outcome"
        )
    wide = array.numerators if array.denominator < SMALL // count else array.numerators.astype(object)
    wrong = ((wide < 0) | (wide > array.denominator)).any(axis=-1) | (wide.sum(axis=-1) != array.denominator)
    if wrong.any():
        bad = tuple(int(t) for t in np.argwhere(wrong)[0])
        raise InvalidGame(
            f"the chances of the outcomes at profile {bad} are {', '.join(map(rational.short, array[bad].fractions()))}; "
            "they must be at least 0 and add up to 1"
        )
    return array


def _places(array: ExactArray, count: int) -> NDArray[np.int64]:
    if ((array.numerators < 0) | (array.numerators >= count)).any():
        worst = int(array.numerators.max()) if (array.numerators >= count).any() else int(array.numerators.min())
        raise InvalidGame(f"outcome {worst} is chosen, but the outcomes are 0 to {count - 1}")
    places: NDArray[np.int64] = array.numerators.astype(np.int64)
    places.setflags(write=False)
    return places
