"""A rule played move by move: a tree of moves, what whoever moves knows, and what each type does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from typing import Any

from comity import rational
from comity.declaration import declare
from comity.errors import InvalidGame


@dataclass(frozen=True)
class Leaf:
    """An end: what is decided and what each player pays (positive: paid by the player; nobody pays who is not named)."""

    decision: Any
    payments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Move:
    """A player's turn: ``actions`` leads from each action to a move, a leaf or a chance.

    Moves with the same ``information`` of the same player look alike to it; the text says what it knows.
    """

    player: str
    information: str
    actions: Mapping[Any, Any]


@dataclass(frozen=True)
class Chance:
    """Nature's turn; only what can happen matters here, not how likely it is."""

    branches: Sequence[Any]


@declare("game", "A rule played move by move", reference="Kuhn (1953); Li (2017)")
@dataclass(frozen=True, eq=False)
class GameTree:
    """Players with types, a tree of moves, what decisions are worth, and the strategy of each type.

    Parameters
    ----------
    types : mapping
        ``{player: its types}``.
    root : Move, Chance or Leaf
    benefit : callable
        ``benefit(player, type, decision)``: what a decision is worth, apart from payments.
    plan : callable
        ``plan(player, type, information)``: the action a type takes where it knows this.
    unit : str

    Examples
    --------
    A price goes to A alone, who takes it or leaves it:

    >>> shop = GameTree(
    ...     types={"A": [1, 3]},
    ...     root=Move("A", "price 2", {"take": Leaf("A", {"A": 2}), "leave": Leaf("nobody")}),
    ...     benefit=lambda player, type, decision: type if decision == player else 0,
    ...     plan=lambda player, type, information: "take" if type >= 2 else "leave",
    ... )
    >>> shop.play({"A": 3}).decision, shop.utility("A", 3, shop.play({"A": 3}))
    ('A', Fraction(1, 1))
    """

    types: Mapping[str, Sequence[Any]]
    root: Any
    benefit: Callable[[str, Any, Any], Any]
    plan: Callable[[str, Any, str], Any]
    unit: str = ""
    players: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "types", {player: tuple(types) for player, types in self.types.items()})
        object.__setattr__(self, "players", tuple(self.types))
        for player, types in self.types.items():
            if not types:
                raise InvalidGame(f"{player} has no type; give at least one")
        actions: dict[tuple[str, str], set[Any]] = {}
        for node in self.nodes():
            if isinstance(node, Leaf):
                continue
            if isinstance(node, Chance):
                if not node.branches:
                    raise InvalidGame("a chance leads nowhere; give its branches")
                continue
            if not isinstance(node, Move):
                raise InvalidGame(f"{rational.shown(node)} stands in the tree; put a Move, a Chance or a Leaf there")
            if node.player not in self.types:
                raise InvalidGame(f"{node.player} moves but has no types; the players are {', '.join(self.types)}")
            if not node.actions:
                raise InvalidGame(f"{node.player} has no action at {node.information!r}; give at least one")
            known = actions.setdefault((node.player, node.information), set(node.actions))
            if known != set(node.actions):
                raise InvalidGame(
                    f"{node.player} cannot tell two moves apart at {node.information!r} that offer different actions; "
                    "name the information differently or offer the same"
                )
        for (player, information), offered in actions.items():
            for own in self.types[player]:
                if self.plan(player, own, information) not in offered:
                    raise InvalidGame(
                        f"{player} of type {own} plans {self.plan(player, own, information)!r} at {information!r}; "
                        f"the actions are {', '.join(map(str, offered))}"
                    )

    def nodes(self) -> Iterator[Any]:
        """Every move, chance and leaf, from the root."""
        waiting = [self.root]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(following(node)))

    def leaves(self) -> list[Leaf]:
        """Every end of the game."""
        return [node for node in self.nodes() if isinstance(node, Leaf)]

    def play(self, types: Mapping[str, Any]) -> Leaf:
        """Where the game ends if everybody plays as its type plans; a tree with chances has no such end."""
        node = self.root
        while isinstance(node, Move):
            node = node.actions[self.plan(node.player, types[node.player], node.information)]
        if not isinstance(node, Leaf):
            raise InvalidGame("chance decides where this game ends; ask for its leaves")
        return node

    def utility(self, player: str, own: Any, leaf: Leaf) -> Fraction:
        """What an end is worth to a player of a type, payments included."""
        paid = rational.exact(leaf.payments.get(player, 0), f"the payment of {player}")
        return rational.exact(self.benefit(player, own, leaf.decision), f"the benefit of {player}") - paid

    def profiles(self) -> Iterator[dict[str, Any]]:
        """All profiles of types."""
        for types in product(*self.types.values()):
            yield dict(zip(self.players, types, strict=True))


def following(node: Any) -> list[Any]:
    """What can come right after a node."""
    if isinstance(node, Move):
        return list(node.actions.values())
    return list(node.branches) if isinstance(node, Chance) else []
