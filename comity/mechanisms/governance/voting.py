"""Voting: weights, a quota, and how often each member's vote decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Self

import numpy as np

from comity.checks.voting_power import check_voting_power
from comity.declaration import declare
from comity.games.coalitional.voting import VotingGame
from comity.games.coalitional.voting_power import MAX_WORK, VotingPower, voting_power, work
from comity.mechanisms.clause import Clause, Flaw
from comity.mechanisms.findings import Finding
from comity.mechanisms.members import Member
from comity.mechanisms.parameters import parameter
from comity.mechanisms.setting import Setting
from comity.rational import short


@declare(
    "clause",
    "Weighted votes and the power they give",
    area="governance",
    claims=["a member whose vote never decides is named"],
    reference="X4: Banzhaf (1965); Shapley & Shubik (1954)",
)
@dataclass(frozen=True, kw_only=True)
class Voting(Clause):
    """A decision passes when the weights of those in favour reach the quota; only members present vote.

    Examples
    --------
    >>> labs = tuple(Member(id=name) for name in "ABC")
    >>> clause = Voting(id="votes", weights={"A": Fraction(2), "B": Fraction(2), "C": Fraction(1)}, quota=Fraction(4))
    >>> found = clause.findings(Setting(members=labs, clauses=(clause,), everyone=labs))
    >>> found[2].sentence
    'C has 1 of 5 votes and no power: with a quota of 4 no decision ever turns on it.'
    """

    type: ClassVar[str] = "voting"
    area: ClassVar[str] = "governance"

    weights: Mapping[str, Fraction] = parameter("votes of each member", keys="member", low=0)
    quota: Fraction = parameter("votes a decision needs", above=0)

    def findings(self, setting: Setting) -> Sequence[Finding]:
        """The power of every member present."""
        present = setting.among(self)
        if not present:
            return []
        game = self.game(present)
        power = voting_power(game)
        return [self._finding(game, power, member) for member in present]

    def flaws(self, setting: Setting) -> Iterator[Flaw]:
        """The quota must be within reach of all, and the weights countable."""
        voters = setting.bound(self)
        total = sum((self.weights.get(member.id, Fraction(0)) for member in voters), Fraction(0))
        if voters and total < self.quota:
            yield Flaw(
                ("quota",),
                f"all votes together are {short(total)}, below the quota of {short(self.quota)}: nothing can pass",
                f"give a quota of at most {short(total)}",
            )
        elif voters and work(self.game(voters)) > MAX_WORK:
            yield Flaw(("weights",), "the weights have too many digits for power to be counted exactly", "round the weights")

    @classmethod
    def random(cls, members: Sequence[Member], rng: np.random.Generator) -> Self:
        """Weights up to 9 and a quota that all together reach."""
        weights = {member.id: Fraction(int(rng.integers(0, 10))) for member in members}
        if members:
            weights[members[0].id] += 1
        return cls(id="voting", weights=weights, quota=Fraction(int(rng.integers(1, max(int(sum(weights.values())), 1) + 1))))

    def game(self, voters: Sequence[Member]) -> VotingGame:
        """The vote among these members."""
        return VotingGame({member.id: self.weights.get(member.id, Fraction(0)) for member in voters}, self.quota)

    def _finding(self, game: VotingGame, power: VotingPower, member: Member) -> Finding:
        swings, share = power.swings[member.id], power.shapley_shubik[member.id]
        total = sum(game.weights, Fraction(0))
        return Finding(
            clause=self.id,
            question="power",
            holds=None,
            sentence=self._sentence(game, power, member, total),
            certificate=check_voting_power(game, member.id, swings, share),
            member=member.id,
            unit="share of power",
            values={
                "weight": self.weights.get(member.id, Fraction(0)),
                "banzhaf": power.banzhaf[member.id],
                "shapley_shubik": share,
                "swings": swings,
                "chance_of_deciding": Fraction(swings, 2 ** (game.n - 1)),
                "dummy": swings == 0,
                "veto": total >= self.quota > total - self.weights.get(member.id, Fraction(0)),
            },
            theorem="X4: Banzhaf 1965; Shapley & Shubik 1954",
        )

    def _sentence(self, game: VotingGame, power: VotingPower, member: Member, total: Fraction) -> str:
        weight = self.weights.get(member.id, Fraction(0))
        votes = f"{member.id} has {short(weight)} of {short(total)} votes"
        if total < self.quota:
            return f"{votes}, but those present do not reach the quota of {short(self.quota)}: nothing can pass."
        if power.swings[member.id] == 0:
            return f"{votes} and no power: with a quota of {short(self.quota)} no decision ever turns on it."
        index = f"Banzhaf {short(power.banzhaf[member.id])}, Shapley-Shubik {short(power.shapley_shubik[member.id])}"
        veto = "; without it nothing passes" if total - weight < self.quota else ""
        return f"{votes} and this share of the power: {index}{veto}."
