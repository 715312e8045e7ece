"""What a mechanism is: reports go in, a decision comes out, and perhaps money moves."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from comity.declaration import declare
from comity.errors import ComityError
from comity.results import Allocation

Reports = Mapping[str, Any]


class Mechanism(ABC):
    """Players report types; the mechanism decides and, where money moves, says what each pays.

    A subclass gives ``players``, `outcome` and `benefit`; the other methods have defaults that mean "nothing of the kind".
    Reports and types are any objects; amounts are exact numbers, or floats read as the decimals they print.
    ``types`` are the types to try, ``{player: types}``, where the mechanism knows them; ``promises`` are names of
    `comity.mechanisms.audit.PROMISES` that `comity.audit` holds it to.
    """

    players: tuple[str, ...]
    types: Mapping[str, Sequence[Any]] | None = None
    promises: tuple[str, ...] = ()
    unit: str = ""
    decisions: Sequence[Any] | None = None  # everything that could be decided; None: whatever it does decide

    @abstractmethod
    def outcome(self, reports: Reports) -> Any:
        """What is decided after these reports, ``{player: report}``."""

    @abstractmethod
    def benefit(self, player: str, type: Any, decision: Any) -> Any:
        """What a decision is worth to a player of this type, apart from payments."""

    def payments(self, reports: Reports) -> Mapping[str, Any] | None:
        """What each pays after these reports, positive where the player pays; None where no money moves."""
        return None

    def run(self, reports: Reports) -> tuple[Any, Mapping[str, Any] | None]:
        """Decision and payments; override it where both come from one computation."""
        return self.outcome(reports), self.payments(reports)

    def outside(self, player: str, type: Any) -> Any:
        """What a player gets who does not take part."""
        return 0

    def cost(self, decision: Any) -> Any:
        """What a decision costs whoever runs the mechanism, to be covered by payments."""
        return 0

    def benefit_of_share(self, player: str, other: str, type: Any, decision: Any) -> Any:
        """What the share that ``other`` has in a decision would be worth to a player; None where shares are not compared."""
        return None


@declare("mechanism", "A rule given as a function of the reports")
@dataclass(frozen=True, eq=False)
class FunctionMechanism(Mechanism):
    """Any Python function of the reports as a mechanism.

    Parameters
    ----------
    function : callable
        ``function({player: report})`` returns the decision: any object, for example an `Allocation`.
    types : {player: types}
        The types to try; for an audit by samples a function ``rng -> type`` for each player, or for all.
    benefit : callable, optional
        ``benefit(player, type, decision)``; the amount that the decision holds for the player if left out.
    payments : callable or "with the decision", optional
        ``payments({player: report})`` returns ``{player: amount}``; or the function returns ``(decision, payments)``.
    outside : callable or number
        ``outside(player, type)``, what a player gets who stays away.
    cost : callable, optional
        ``cost(decision)``, to be covered by payments.
    benefit_of_share : callable, optional
        ``benefit_of_share(player, other, type, decision)``: what the other's share would be worth to the player.
    decisions : sequence, optional
        Everything that could be decided, for the audit of efficiency.
    promises : sequence of str
    unit : str

    Examples
    --------
    The highest bid wins and pays itself:

    >>> def highest_bid(bids):
    ...     winner = max(bids, key=bids.get)
    ...     return winner, {winner: bids[winner]}
    >>> first_price = FunctionMechanism(
    ...     highest_bid,
    ...     types={"A": [1, 2, 3], "B": [1, 2, 3]},
    ...     benefit=lambda player, value, winner: value if player == winner else 0,
    ...     payments="with the decision",
    ... )
    >>> first_price.run({"A": 3, "B": 1})
    ('A', {'A': 3})
    """

    function: Callable[[Reports], Any]
    types: Any
    benefit: Any = None
    payments: Any = None
    outside: Any = 0
    cost: Any = 0
    benefit_of_share: Any = None
    decisions: Sequence[Any] | None = None
    promises: tuple[str, ...] = ()
    unit: str = ""
    players: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        if not isinstance(self.types, Mapping) or not self.types:
            raise ComityError('the types are not given by player; write types={"A": [1, 2, 3], "B": [1, 2, 3]}')
        put = object.__setattr__
        put(self, "players", tuple(self.types))
        put(self, "promises", tuple(self.promises))
        put(self, "benefit", self.benefit or amount_of)
        for name in ("outside", "cost"):
            value = getattr(self, name)
            if not callable(value):
                put(self, name, _always(value))
        put(self, "benefit_of_share", self.benefit_of_share or _always(None))
        if self.payments != "with the decision" and self.payments is not None and not callable(self.payments):
            raise ComityError(f'payments is {self.payments!r}; give a function of the reports, or "with the decision"')

    def outcome(self, reports: Reports) -> Any:
        return self.run(reports)[0]

    def run(self, reports: Reports) -> tuple[Any, Mapping[str, Any] | None]:
        """Decision and payments, by one call of the function."""
        found = self.function(reports)
        if self.payments != "with the decision":
            return found, None if self.payments is None else self.payments(reports)
        try:
            decision, paid = found
        except (TypeError, ValueError):
            raise ComityError(
                f"the function returned {found!r}; it should return a pair, the decision and the payments"
            ) from None
        return decision, paid


class OpenMechanism(Mechanism):
    """A mechanism for any number of reports that does not ask who reports: a player might take part under several names.

    A subclass gives ``players``, `serve` and `worth`; what a player gets is its own share and no other's.
    """

    @abstractmethod
    def serve(self, reports: Sequence[Any]) -> tuple[Sequence[Any], Sequence[Any]]:
        """What each of these reports gets and pays, whatever their number."""

    @abstractmethod
    def worth(self, type: Any, shares: Sequence[Any]) -> Any:
        """What several shares together are worth to a type."""

    def outcome(self, reports: Reports) -> Any:
        return self.run(reports)[0]

    def run(self, reports: Reports) -> tuple[Any, Mapping[str, Any]]:
        """Shares and payments of the players, in their order."""
        shares, paid = self.serve([reports[player] for player in self.players])
        return tuple(shares), dict(zip(self.players, paid, strict=True))

    def benefit(self, player: str, type: Any, decision: Any) -> Any:
        return self.worth(type, (decision[self.players.index(player)],))

    def benefit_of_share(self, player: str, other: str, type: Any, decision: Any) -> Any:
        return self.worth(type, (decision[self.players.index(other)],))


def amount_of(player: str, type: Any, decision: Any) -> Any:
    """The amount that a decision holds for a player: in an `Allocation`, or by name."""
    if isinstance(decision, Allocation):
        return decision.exact_amount(player)
    try:
        return decision[player]
    except (TypeError, LookupError):
        raise ComityError(
            f"the decision {decision!r} holds no amount for {player}; give benefit(player, type, decision)"
        ) from None


def _always(value: Any) -> Callable[..., Any]:
    def constant(*_: Any) -> Any:
        return value

    return constant
