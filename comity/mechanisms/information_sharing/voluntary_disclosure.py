"""Voluntary disclosure: members may be silent about what they find, but not misstate it; which findings stay hidden?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any, ClassVar, Literal, Self

import numpy as np

from comity.checks.voluntary_disclosure import check_voluntary_disclosure, check_withheld_at_most
from comity.declaration import declare
from comity.enclosure import Between
from comity.games.bayesian.voluntary_disclosure import DisclosureGame
from comity.games.bayesian.worths import ListedWorth, NormalWorth, UniformWorth, Worth
from comity.mechanisms.clause import Clause, Flaw
from comity.mechanisms.findings import Deviation, Finding, Lever, Margin
from comity.mechanisms.members import Member
from comity.mechanisms.parameters import parameter, probability
from comity.mechanisms.setting import Setting
from comity.rational import short

ZERO, ONE = Fraction(0), Fraction(1)
THEOREM = "I4: Grossman 1981, Verrecchia 1983, Dye 1985, Jung & Kwon 1988; penalty derived"
BAD_NEWS = "bad_news"
KEYS = {"uniform": ("low", "high"), "normal": ("mean", "deviation"), "listed": ("values", "chances")}


@dataclass(frozen=True, kw_only=True)
class FindingWorth:
    """What a member is worth once a finding is known, before anybody knows the finding."""

    kind: Literal["uniform", "normal", "listed"] = parameter(
        "uniform (with low and high), normal (with mean and deviation) or listed (with values and chances)"
    )
    low: Fraction | None = parameter("least worth", unit="money", default=None)
    high: Fraction | None = parameter("greatest worth", unit="money", default=None)
    mean: Fraction | None = parameter("worth on average", unit="money", default=None)
    deviation: Fraction | None = parameter("standard deviation of the worth", unit="money", above=0, default=None)
    values: tuple[Fraction, ...] = parameter("possible worths", unit="money", default=())
    chances: tuple[Fraction, ...] = parameter("their chances", unit="probability", low=0, high=1, default=())

    def distribution(self) -> Worth:
        """As the game has it."""
        kinds: dict[str, type[Any]] = {"uniform": UniformWorth, "normal": NormalWorth, "listed": ListedWorth}
        worth: Worth = kinds[self.kind](*(getattr(self, key) for key in KEYS[self.kind]))
        return worth


@declare(
    "clause",
    "Voluntary disclosure of findings",
    area="information_sharing",
    claims=["silence is priced at what the silent are worth on average, and at that price nobody does better otherwise"],
    reference="I4: Grossman (1981), Milgrom (1981), Verrecchia (1983), Dye (1985), Jung & Kwon (1988); penalty derived",
)
@dataclass(frozen=True, kw_only=True)
class VoluntaryDisclosure(Clause):
    """Members disclose what they find if they want to; others draw their conclusions from silence.

    The game is `comity.DisclosureGame`, each member by itself.  Where the clause states
    ``most_withheld``, the gain of a member is what withholding more than that earns it: what silence is paid for, if just so much
    is withheld, beyond what disclosing the best of these findings would earn and silence is expected to cost.

    Examples
    --------
    >>> members = (Member(id="A"),)
    >>> clause = VoluntaryDisclosure(
    ...     id="findings", worth=FindingWorth(kind="uniform", low=ZERO, high=ONE), informed={"A": Fraction(1, 2)},
    ...     detection=Fraction(1, 4), fine=ONE, most_withheld=ZERO,
    ... )
    >>> finding = clause.findings(Setting(members, (clause,), members))[0]
    >>> finding.holds, finding.gain, round(finding.values["withheld"], 6)
    (False, Fraction(1, 4), 0.09307)
    """

    type: ClassVar[str] = "voluntary_disclosure"
    area: ClassVar[str] = "information_sharing"

    worth: FindingWorth = parameter("what a member is worth once its finding is known; bad news is a low worth")
    informed: Mapping[str, Fraction] = parameter(
        "chance that the member has a finding", unit="probability", keys="member", low=0, high=1
    )
    disclosure_cost: Fraction = parameter("what disclosing costs besides", unit="money", low=0, default=ZERO)
    detection: Fraction = probability("chance that a finding kept silent is later proved", default=ZERO)
    fine: Fraction = parameter("fine for a finding that was kept silent", unit="money", low=0, default=ZERO)
    most_withheld: Fraction | None = probability(
        "greatest acceptable chance that a member has a finding and keeps it silent", default=None
    )

    def game(self, member: Member) -> DisclosureGame:
        """The game of one member."""
        return _game(self.worth, self.informed[member.id], self.disclosure_cost, self.detection, self.fine)

    def deviations(self, setting: Setting, member: Member) -> Sequence[Deviation]:
        """Withholding more than is acceptable."""
        if self.most_withheld is None or not self.binds(member.id):
            return ()
        gain = self.game(member).gain_beyond(self.most_withheld).safe
        return (Deviation(self.id, member.id, "lie", BAD_NEWS, gain, "proof that it knew", self.detection),)

    def levers(self, setting: Setting) -> Sequence[Lever]:
        """A larger or likelier penalty for silence."""
        return [
            Lever("sanction.fine", self.id, (self.path("fine"),), ("lie",), low=self.fine),
            Lever("detection", self.id, (self.path("detection"),), ("lie",), low=self.detection, high=ONE),
        ]

    def flaws(self, setting: Setting) -> Iterator[Flaw]:
        """The numbers of the worth fit its kind."""
        kind = self.worth.kind
        for key in (key for keys in KEYS.values() for key in keys):
            given = getattr(self.worth, key) not in (None, ())
            if given and key not in KEYS[kind]:
                yield Flaw(("worth", key), f"a {kind} worth has no {key}", f"give {' and '.join(KEYS[kind])} alone")
            if not given and key in KEYS[kind]:
                yield Flaw(("worth",), f"a {kind} worth needs {key}", f"give {' and '.join(KEYS[kind])}")
        low, high, values, chances = self.worth.low, self.worth.high, self.worth.values, self.worth.chances
        if kind == "uniform" and low is not None and high is not None and low >= high:
            yield Flaw(("worth", "high"), f"{short(high)} is not above low, {short(low)}", "give low below high")
        if kind == "listed" and values and chances and (len(values) != len(chances) or sum(chances) != 1):
            yield Flaw(
                ("worth", "chances"),
                f"{len(chances)} chances for {len(values)} worths add up to {short(sum(chances, ZERO))}",
                "give one for each, adding up to 1",
            )
        if kind == "normal" and self.most_withheld == 0:
            yield Flaw(
                ("most_withheld",),
                "a normal worth has no least one, so that no fine brings everything to light",
                "allow a chance above 0, or give another kind of worth",
            )

    @classmethod
    def random(cls, members: Sequence[Member], rng: np.random.Generator) -> Self:
        """Worths of any kind, with a bar in most cases."""
        worth = _random_worth(rng)
        return cls(
            id="findings",
            worth=worth,
            informed={member.id: Fraction(int(rng.integers(0, 20)), 20) for member in members},
            disclosure_cost=Fraction(int(rng.integers(0, 10)), 20) if rng.random() < 0.5 else ZERO,
            detection=Fraction(int(rng.integers(0, 11)), 10),
            fine=Fraction(int(rng.integers(0, 20)), 10),
            most_withheld=Fraction(int(rng.integers(1 if worth.kind == "normal" else 0, 6)), 20) if rng.random() < 0.8 else None,
        )

    def findings(self, setting: Setting) -> Sequence[Finding]:
        """For each member which findings stay hidden, and what silence is taken to mean."""
        return [self._withholds(setting, member) for member in setting.among(self)]

    def _withholds(self, setting: Setting, member: Member) -> Finding:
        game, unit, most = self.game(member), f"{setting.unit} per finding", self.most_withheld
        silence = game.silence
        gain = None if most is None else game.gain_beyond(most)
        if most is None or gain is None:
            certificate = check_voluntary_disclosure(game, silence, member.id, unit)
        else:
            certificate = check_withheld_at_most(game, silence, most, gain, game.marginal_worth(most), member.id, unit)
        return Finding(
            clause=self.id,
            question="lie",
            member=member.id,
            item=BAD_NEWS,
            holds=None if gain is None else gain.safe <= 0,
            gain=None if gain is None else gain.safe,
            unit=unit,
            sentence=self._sentence(setting, member, game),
            certificate=certificate,
            values={
                "threshold": _number(silence.threshold),
                "price_of_silence": _number(silence.price),
                "withheld": _number(silence.withheld),
                "disclosed": _number(silence.disclosed),
                "expected_penalty": game.penalty,
                "penalty_needed": _number(self._needed(game)),
            },
            theorem=THEOREM,
            margins=() if most is None or gain is None else tuple(self._margins(game, most, gain)),
        )

    def _margins(self, game: DisclosureGame, most: Fraction, gain: Between) -> Iterator[Margin]:
        """Too much is withheld exactly if the expected penalty is below what is needed, ``gain`` more than it is."""
        needed = (gain + game.penalty).number
        detection, fine, cost = game.proof, game.fine, (game.cost - gain).number
        withheld = game.silence.withheld
        turns: dict[str, Fraction | float | None] = dict.fromkeys(("fine", "detection", "disclosure_cost"))
        if most < game.informed:
            turns["fine"] = needed / detection if detection and needed > 0 else None
            turns["detection"] = needed / fine if 0 < needed <= fine else None
            turns["disclosure_cost"] = cost if cost >= 0 else None
        turns["most_withheld"] = withheld.number if withheld.high > 0 else None
        for name, turn in turns.items():
            yield Margin(self.path(name), getattr(self, name), turn)

    def _needed(self, game: DisclosureGame) -> Between | None:
        """The least expected penalty for what is acceptable, or for no withholding at all."""
        most = self.most_withheld or ZERO
        hopeless = game.worth.least is None and most == 0 and 0 < game.informed < 1
        return None if hopeless else game.penalty_needed(most)

    def _sentence(self, setting: Setting, member: Member, game: DisclosureGame) -> str:
        who, silence, needed = member.id, game.silence, self._needed(game)
        if game.informed == 0:
            text = f"{who} never has a finding to disclose"
        elif game.discloses_all:
            text = f"{who} discloses whatever it finds: silence would be taken for the worst or cost too much"
        else:
            assert silence.threshold is not None
            assert silence.price is not None
            also = " (and about some worth just that)" if silence.silent_at_threshold else ""
            which = (
                "all that it finds"
                if silence.disclosed.high == 0
                else f"findings that leave it worth less than {short(silence.threshold.middle)} {setting.unit}{also}"
            )
            text = (
                f"{who} keeps silent about {which}: with a chance of {short(silence.withheld.middle)} it knows something and "
                f"says nothing, which others take to be worth {short(silence.price.middle)}"
            )
        bar = "" if self.most_withheld is None else f" Acceptable is a chance of {short(self.most_withheld)}."
        if needed is None:
            return f"{text}.{bar} No penalty would bring all of it to light."
        aim = "no more than that is withheld" if self.most_withheld else "all comes to light"
        enough = f"{aim} from {short(needed.middle)} on" if needed.high > 0 else f"{aim} without any penalty"
        return f"{text}.{bar} Silence is expected to cost {short(game.penalty)}; {enough}."


def _number(between: Between | None) -> Fraction | float | None:
    return None if between is None else between.number


def _random_worth(rng: np.random.Generator) -> FindingWorth:
    low = Fraction(int(rng.integers(-20, 20)), 10)
    kind = int(rng.integers(3))
    if kind == 0:
        return FindingWorth(kind="uniform", low=low, high=low + Fraction(int(rng.integers(1, 40)), 10))
    if kind == 1:
        return FindingWorth(kind="normal", mean=low, deviation=Fraction(int(rng.integers(1, 20)), 10))
    listed = ListedWorth.random(rng)
    return FindingWorth(kind="listed", values=listed.values, chances=listed.chances)


# A finding asks for the same game as the deviation it is about, and so do searches.
@lru_cache(maxsize=1024)
def _game(worth: FindingWorth, informed: Fraction, cost: Fraction, detection: Fraction, fine: Fraction) -> DisclosureGame:
    return DisclosureGame(worth.distribution(), informed, cost, detection, fine)
