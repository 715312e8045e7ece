"""What two reviewers of the same thing may see, and what each then expects the other to have seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from typing import Any, Self

import numpy as np

from comity import rational
from comity.declaration import declare
from comity.errors import InvalidGame
from comity.games.bayesian.scoring_rules import read_probabilities

ZERO, ONE = Fraction(0), Fraction(1)
Matrix = tuple[tuple[Fraction, ...], ...]


@dataclass(frozen=True)
class Kind:
    """A kind of thing under review: how common it is, and how often a careful review of it finds each signal."""

    name: str
    prior: Fraction
    finds: tuple[Fraction, ...]


@declare(
    "game",
    "What two reviewers of one thing may see",
    area="information_sharing",
    reference="Miller, Resnick & Zeckhauser (2005)",
)
@dataclass(frozen=True)
class PeerSignals:
    """The common prior over pairs of signals of two reviewers who are alike.

    Parameters
    ----------
    signals : names, at least two
    joint : matrix
        ``joint[i][j]``: the chance that the one finds i and the other j; symmetric, adds up to 1 exactly, and every signal
        may be found.
    kinds : the kinds of things behind it, if they are known; see `from_kinds`

    Examples
    --------
    >>> seen = PeerSignals.from_kinds(["h", "l"], {"good": ("0.5", ["0.85", "0.15"]), "bad": ("0.5", ["0.45", "0.55"])})
    >>> seen.chances[0], [round(float(row[0]), 6) for row in map(seen.posterior, (0, 1))], seen.association[0][0]
    (Fraction(13, 20), [0.711538, 0.535714], Fraction(1, 25))
    """

    signals: tuple[str, ...]
    joint: Matrix
    kinds: tuple[Kind, ...] = ()

    def __post_init__(self) -> None:
        names = tuple(str(name) for name in self.signals)
        m = len(names)
        if m < 2 or len(set(names)) < m:
            raise InvalidGame(f"the signals are {', '.join(names) or 'none'}; name two or more different ones")
        rows = [list(row) for row in self.joint]
        if len(rows) != m or any(len(row) != m for row in rows):
            raise InvalidGame(f"{m} signals need {m} rows of {m} chances; use one row for each signal of the first reviewer")
        joint = tuple(
            tuple(rational.exact(p, f"the chance of {a} and {b}") for b, p in zip(names, row, strict=True))
            for a, row in zip(names, rows, strict=True)
        )
        read_probabilities([p for row in joint for p in row], "the joint chance of all pairs")
        for i, j in combinations(range(m), 2):
            if joint[i][j] != joint[j][i]:
                raise InvalidGame(
                    f"the chance of {names[i]} and {names[j]} is {rational.short(joint[i][j])}, the other way round "
                    f"{rational.short(joint[j][i])}; reviewers are alike, so give both the same number"
                )
        for name, row in zip(names, joint, strict=True):
            if sum(row) == 0:
                raise InvalidGame(f"nobody ever finds {name}; leave that signal out")
        object.__setattr__(self, "signals", names)
        object.__setattr__(self, "joint", joint)

    @classmethod
    def from_kinds(cls, signals: Iterable[str], kinds: Mapping[str, tuple[Any, Sequence[Any]]]) -> Self:
        """From kinds of things: ``{kind: (prior, chances of each signal)}``; given the kind, reviewers find things by themselves.

        Examples
        --------
        >>> seen = PeerSignals.from_kinds("hl", {"good": ("0.5", ["0.85", "0.15"]), "bad": ("0.5", ["0.45", "0.55"])})
        >>> [str(p) for p in seen.joint[0]]
        ['37/80', '3/16']
        """
        names = tuple(signals)
        listed = [(name, prior, list(finds)) for name, (prior, finds) in kinds.items()]
        priors = read_probabilities([prior for _, prior, _ in listed], "the prior of the kinds")
        found = []
        for (name, _, finds), prior in zip(listed, priors, strict=True):
            if len(finds) != len(names):
                raise InvalidGame(f"kind {name} has {len(finds)} chances for {len(names)} signals; give one each, in their order")
            found.append(Kind(name, prior, read_probabilities(finds, f"what is found in kind {name}")))
        joint = tuple(
            tuple(sum((kind.prior * kind.finds[i] * kind.finds[j] for kind in found), ZERO) for j in range(len(names)))
            for i in range(len(names))
        )
        return cls(names, joint, tuple(found))

    @property
    def m(self) -> int:
        """Number of signals."""
        return len(self.signals)

    def position(self, signal: int | str) -> int:
        """The position of a signal given by name or position."""
        if isinstance(signal, str) and signal in self.signals:
            return self.signals.index(signal)
        if isinstance(signal, int) and not isinstance(signal, bool) and 0 <= signal < self.m:
            return signal
        raise InvalidGame(f"there is no signal {rational.shown(signal)}; use one of {', '.join(self.signals)}")

    @cached_property
    def chances(self) -> tuple[Fraction, ...]:
        """How often each signal is found."""
        return tuple(sum(row, ZERO) for row in self.joint)

    def posterior(self, signal: int | str) -> tuple[Fraction, ...]:
        """What the peer has found, for a reviewer who found this signal."""
        return self.posteriors[self.position(signal)]

    @cached_property
    def posteriors(self) -> Matrix:
        """`posterior` for every signal."""
        return tuple(tuple(p / chance for p in row) for chance, row in zip(self.chances, self.joint, strict=True))

    @cached_property
    def association(self) -> Matrix:
        """``P(i, j) - P(i) P(j)``: how much more often a pair is found than if the reviewers saw different things."""
        return tuple(
            tuple(p - mine * theirs for p, theirs in zip(row, self.chances, strict=True))
            for row, mine in zip(self.joint, self.chances, strict=True)
        )

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.signals, self.joint, self.kinds))

    @classmethod
    def random(cls, n: int, rng: np.random.Generator) -> Self:
        """n signals, at least two, found in two or three kinds of things; every pair may occur."""
        names = tuple(f"s{k + 1}" for k in range(max(2, n)))
        count = int(rng.integers(2, 4))
        priors = _simple(rng, count)
        return cls.from_kinds(names, {f"kind_{t + 1}": (priors[t], _simple(rng, len(names))) for t in range(count)})


def _simple(rng: np.random.Generator, count: int) -> list[Fraction]:
    """Positive hundredths that add up to 1."""
    cuts = sorted(int(c) for c in rng.choice(np.arange(1, 100), size=count - 1, replace=False))
    return [Fraction(b - a, 100) for a, b in zip([0, *cuts], [*cuts, 100], strict=True)]
