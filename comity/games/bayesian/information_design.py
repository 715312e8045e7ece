"""Information design: someone chooses what those who decide will learn about an unknown state, and cares what they decide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any, Self

import numpy as np

from comity import rational
from comity.declaration import declare
from comity.errors import InvalidGame
from comity.exact_array import ExactArray

PROBLEM_SCHEMA = "information_design/0.1"
# Chances of recommendations are tabulated: one for each state and profile of actions.
MAX_CHANCES = 50_000
Profile = tuple[int, ...]
ZERO, ONE = Fraction(0), Fraction(1)


@declare(
    "game",
    "Information designed for those who decide on it",
    area="information_sharing",
    reference="Kamenica & Gentzkow (2011); Bergemann & Morris (2016)",
)
@dataclass(frozen=True, eq=False)
class InformationDesign:
    """A state drawn from a prior; receivers who choose an action each and know no more than they are told; a designer.

    The designer commits to a signal, which may depend on the state, before anybody knows it.  With one receiver this is
    Bayesian persuasion.  All numbers are exact.

    Parameters
    ----------
    prior : mapping or sequence
        ``{state: probability}``, or the probabilities in the order of the states.
    payoffs : array-like of shape (n, states, m_1, ..., m_n)
        ``payoffs[i][s][a_1]...[a_n]`` is what receiver i earns in state s.
    designer : array-like of shape (states, m_1, ..., m_n)
        What the designer earns.
    actions : one sequence of names a receiver, optional
    receivers, states : iterable of str, optional
    unit : str

    Examples
    --------
    A prosecutor and a judge, who convicts if the guilty are at least half of those convicted:

    >>> trial = InformationDesign.persuasion(
    ...     {"innocent": "0.7", "guilty": "0.3"},
    ...     receiver=[[1, 0], [0, 1]],
    ...     sender=[[0, 1], [0, 1]],
    ...     actions=["acquit", "convict"],
    ... )
    >>> trial.value_without_information, trial.value_with_full_information
    (Fraction(0, 1), Fraction(3, 10))
    """

    prior: Any
    payoffs: Any
    designer: Any
    actions: Any = None
    receivers: Any = None
    states: Any = None
    unit: str = ""

    def __post_init__(self) -> None:
        def put(name: str, value: Any) -> None:
            object.__setattr__(self, name, value)

        if isinstance(self.prior, Mapping):
            if self.states is not None:
                raise InvalidGame("the prior names its states; leave states out, or give the probabilities alone")
            put("states", tuple(self.prior))
            put("prior", tuple(self.prior.values()))
        put("prior", tuple(rational.exact(p, "the probability of a state") for p in self.prior))
        put("states", _names(self.states, len(self.prior), "state"))
        if any(p < 0 for p in self.prior) or sum(self.prior) != 1:
            raise InvalidGame(
                f"the prior is {', '.join(map(rational.short, self.prior))}; give probabilities that add up to 1 exactly "
                '(fractions such as "1/3" are exact)'
            )
        put("designer", ExactArray.of(self.designer, "what the designer earns"))
        counts = self.designer.shape[1:]
        n = len(counts)
        if self.designer.shape[:1] != (len(self.prior),) or n < 1 or 0 in counts:
            raise InvalidGame(
                f"what the designer earns has shape {self.designer.shape}; with {len(self.prior)} states give "
                f"({len(self.prior)}, m_1, ..., m_n), one axis of actions a receiver"
            )
        put("payoffs", ExactArray.of(self.payoffs, "what a receiver earns"))
        if self.payoffs.shape != (n, *self.designer.shape):
            raise InvalidGame(
                f"what receivers earn has shape {self.payoffs.shape}; "
                f"give {(n, *self.designer.shape)}, one table like the designer's each"
            )
        if prod(self.designer.shape) > MAX_CHANCES:
            raise InvalidGame(
                f"{len(self.prior)} states and {prod(counts):,} profiles of actions make {prod(self.designer.shape):,} chances, "
                f"more than {MAX_CHANCES:,}; give fewer states, actions or receivers"
            )
        put("receivers", _names(self.receivers, n, "receiver"))
        given = [None] * n if self.actions is None else list(self.actions)
        if len(given) != n:
            raise InvalidGame(f"there are actions of {len(given)} receivers, but {n} receivers; give a list of names for each")
        put("actions", tuple(_names(names, m, "action") for names, m in zip(given, counts, strict=True)))

    @classmethod
    def persuasion(
        cls,
        prior: Any,
        receiver: Any,
        sender: Any,
        actions: Iterable[str] | None = None,
        states: Iterable[str] | None = None,
        unit: str = "",
    ) -> Self:
        """One receiver: ``receiver[s][a]`` and ``sender[s][a]`` are what they earn from action a in state s."""
        payoffs = ExactArray.of(receiver, "what the receiver earns")
        alone = ExactArray(payoffs.numerators[np.newaxis], payoffs.denominator)
        named = None if actions is None else [tuple(actions)]
        return cls(prior, alone, sender, named, ("receiver",), states, unit)

    @property
    def n(self) -> int:
        """Number of receivers."""
        return len(self.receivers)

    @property
    def counts(self) -> tuple[int, ...]:
        """Number of actions of each receiver."""
        return tuple(map(len, self.actions))

    def profiles(self) -> Iterator[Profile]:
        """Every combination of actions, as positions."""
        return product(*map(range, self.counts))

    def payoff(self, receiver: int, state: int, profile: Sequence[int]) -> Fraction:
        """What a receiver earns in a state from a profile of actions."""
        found: Fraction = self.payoffs[(receiver, state, *profile)]
        return found

    def designer_payoff(self, state: int, profile: Sequence[int]) -> Fraction:
        """What the designer earns in a state from a profile of actions."""
        found: Fraction = self.designer[(state, *profile)]
        return found

    def regret(self, receiver: int, state: int, profile: Sequence[int], instead: int) -> Fraction:
        """What the receiver loses by another action than that of the profile; negative where it gains."""
        other = (*profile[:receiver], instead, *profile[receiver + 1 :])
        return self.payoff(receiver, state, profile) - self.payoff(receiver, state, other)

    def profile_names(self, profile: Sequence[int]) -> tuple[str, ...]:
        """The names of a profile's actions."""
        return tuple(names[a] for names, a in zip(self.actions, profile, strict=True))

    # --- one receiver --------------------------------------------------------------------------

    def best_actions(self, belief: Sequence[Fraction]) -> tuple[int, ...]:
        """What the only receiver may do with these probabilities of the states."""
        self._refuse_several()
        earned = [sum((p * self.payoff(0, s, (a,)) for s, p in enumerate(belief)), ZERO) for a in range(self.counts[0])]
        return tuple(a for a, amount in enumerate(earned) if amount == max(earned))

    def value_at(self, belief: Sequence[Fraction]) -> Fraction:
        """What the designer earns if the only receiver believes this; equally good actions are taken as the designer likes."""
        return max(
            sum((p * self.designer_payoff(s, (a,)) for s, p in enumerate(belief)), ZERO) for a in self.best_actions(belief)
        )

    @property
    def value_without_information(self) -> Fraction:
        """What the designer earns if the receiver learns nothing."""
        return self.value_at(self.prior)

    @property
    def value_with_full_information(self) -> Fraction:
        """What the designer earns if the receiver learns the state."""
        certain = [[Fraction(s == t) for t in range(len(self.prior))] for s in range(len(self.prior))]
        return sum((p * self.value_at(belief) for p, belief in zip(self.prior, certain, strict=True)), ZERO)

    def _refuse_several(self) -> None:
        if self.n != 1:
            raise InvalidGame(f"there are {self.n} receivers, and what one does depends on the others; this is for one receiver")

    # --- on file -------------------------------------------------------------------------------

    def to_json(self) -> dict[str, Any]:
        """Plain data, exact numbers as text; `from_json` reads it back."""
        return {
            "schema": PROBLEM_SCHEMA,
            "states": list(self.states),
            "prior": [rational.text(p) for p in self.prior],
            "receivers": list(self.receivers),
            "actions": [list(names) for names in self.actions],
            "payoffs": self.payoffs.texts(),
            "designer": self.designer.texts(),
            "unit": self.unit,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read a problem back; what is not one is an `InvalidGame`."""
        if not isinstance(data, Mapping) or data.get("schema") != PROBLEM_SCHEMA:
            raise InvalidGame(f'this is no problem of information design; its "schema" should be "{PROBLEM_SCHEMA}"')
        try:
            return cls(
                **{name: data[name] for name in ("prior", "payoffs", "designer", "actions", "receivers", "states", "unit")}
            )
        except (KeyError, TypeError) as error:
            raise InvalidGame(f"the problem cannot be read: {error!r}; write it with to_json") from None

    @classmethod
    def random(cls, n: int, rng: np.random.Generator) -> Self:
        """Two or three states, two or three actions, whole payoffs small enough for ties."""
        counts = [int(m) for m in rng.integers(2, 4, size=n)]
        weights = [int(w) for w in rng.integers(1, 6, size=int(rng.integers(2, 4)))]
        shape = (len(weights), *counts)
        return cls(
            [Fraction(w, sum(weights)) for w in weights],
            rng.integers(-3, 4, size=(n, *shape)),
            rng.integers(-3, 4, size=shape),
        )


def _names(names: Iterable[str] | None, count: int, what: str) -> tuple[str, ...]:
    if isinstance(names, str):
        raise InvalidGame(f"{what} names are the text {names!r}; give a list of names")
    found = tuple(f"{what} {k + 1}" for k in range(count)) if names is None else tuple(map(str, names))
    if len(found) != count or len(set(found)) != count or not all(name.strip() for name in found):
        raise InvalidGame(f"{what} names are {found}; give {count} different ones")
    return found
