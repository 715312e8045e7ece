"""Linear production games: a coalition pools its endowments and makes the best of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from comity import rational
from comity.coalitions import check_table_size, label, mask_of, members, named_numbers, names_of, player_names
from comity.declaration import declare
from comity.errors import InvalidEvidence, InvalidGame
from comity.exact_array import ExactArray
from comity.games.coalitional.base import Game, Orientation
from comity.games.coalitional.json_form import fields, game_form, json_numbers
from comity.games.coalitional.table import TableGame
from comity.linear_programme import LinearProgramme

if TYPE_CHECKING:
    from comity.engines.exact import ExactOptimum
    from comity.engines.linear import Basis

# Evidence lists a plan and prices for each of 2**n - 1 coalitions.
MAX_EVIDENCE_PLAYERS = 12


@declare(
    "game",
    "Pooled resources turned into the most valuable products (linear production game)",
    area="resource_pooling",
    reference="Owen (1975)",
)
class LinearProductionGame(Game):
    """v(S) = max {c x : A x <= b(S), x >= 0}, with b(S) the sum of the endowments of the members of S.

    Parameters
    ----------
    prices : mapping of product to price, or one price a product
        c: worth of one unit of each product; the game is in this unit.
    uses : matrix of shape (resources, products), or {resource: {product: amount}}
        A, as in Owen (1975): ``uses[r][p]`` of resource r goes into one unit of product p; never negative.
    endowments : {player: {resource: amount}}, {player: amounts} or one list of amounts a player
        b: what each player brings of each resource; never negative.
    players, resources, products : names, optional
        Read from the mappings where they are given, otherwise ``"1"``, ``"2"``, ...

    Each worth is the optimum of a linear programme, solved exactly when first asked for.  `evidence` holds a
    production plan and resource prices for every coalition, as far as 12 players; `confirmed` checks them without solving
    anything.  `core_point` and `owen_vector` look at one programme only, that of everybody: thousands of owners of hundreds of
    resources take seconds.

    Examples
    --------
    >>> game = LinearProductionGame(
    ...     prices={"run": 6, "suite": 5, "team": 4},
    ...     uses=[[4, 2, 1], [1, 3, 2], [1, 1, 3]],
    ...     endowments={"A": [40, 5, 5], "B": [10, 30, 5], "C": [10, 5, 30]},
    ... )
    >>> game.exact(0b111)
    Fraction(715, 6)
    """

    kind: ClassVar[str] = "linear_production"
    orientation = Orientation.GAIN
    facts: ClassVar[Mapping[str, str]] = {
        "totally_balanced": "fewer owners play a linear production game too, and prices pay each a core amount (Owen 1975)",
        "balanced": "prices that are optimal for everybody pay each endowment a core amount (Owen 1975)",
        "superadditive": "the plans of two coalitions can be carried out side by side",
        "monotone": "more resources leave every plan possible",
    }

    def __init__(
        self,
        prices: Mapping[str, Any] | Iterable[Any],
        uses: Mapping[str, Any] | Iterable[Any],
        endowments: Mapping[str, Any] | Iterable[Any],
        players: Iterable[str] | None = None,
        resources: Iterable[str] | None = None,
        products: Iterable[str] | None = None,
    ) -> None:
        for what, rows in (("uses", uses), ("endowments", endowments)):
            if isinstance(rows, str) or not isinstance(rows, Iterable):
                raise InvalidGame(f"the {what} are {rational.shown(rows)}; write {{name: {{name: amount}}}} or a list of rows")
        self.products, self.prices = named_numbers(prices, products, "the price")
        holdings = endowments if isinstance(endowments, Mapping) else list(endowments)
        self.players = player_names(_keys(holdings) if players is None else players, len(holdings))
        self.resources = _resource_names(resources, uses, holdings)
        self.uses = tuple(
            _amounts(row, self.products, f"use of {resource}") for resource, row in _rows(uses, self.resources, "resource")
        )
        self.endowments = tuple(
            _amounts(row, self.resources, f"endowment of {player}") for player, row in _rows(holdings, self.players, "player")
        )
        for p, name in enumerate(self.products):
            if self.prices[p] > 0 and not any(row[p] for row in self.uses):
                raise InvalidGame(
                    f"product {name!r} is worth {rational.short(self.prices[p])} and uses no resource, so there is no "
                    "limit to what it brings; say what it uses"
                )

    def pooled(self, coalition: int) -> tuple[Fraction, ...]:
        """b(S): what a coalition has of each resource."""
        if coalition == self.grand_coalition:
            return self._everything
        return self._sum_of(self.holdings.numerators[list(members(coalition))])

    @cached_property
    def holdings(self) -> ExactArray:
        """The endowments as integers over one denominator; shape (players, resources)."""
        unit = lcm(*{amount.denominator for own in self.endowments for amount in own})
        whole = [amount.numerator * (unit // amount.denominator) for own in self.endowments for amount in own]
        return ExactArray(np.array([*whole, None], dtype=object)[:-1].reshape(self.n, -1), unit)

    @cached_property
    def _everything(self) -> tuple[Fraction, ...]:
        return self._sum_of(self.holdings.numerators)

    def _sum_of(self, rows: NDArray[Any]) -> tuple[Fraction, ...]:
        if self.holdings.largest * self.n >= 1 << 62:
            rows = rows.astype(object)
        return tuple(Fraction(int(total), self.holdings.denominator) for total in rows.sum(axis=0))

    def programme(self, coalition: int) -> LinearProgramme:
        """The linear programme whose optimum is the coalition's worth."""
        products = range(len(self.products))
        return LinearProgramme(
            objective=self.prices,
            rows=tuple({p: row[p] for p in products if row[p]} for row in self.uses),
            lower=(None,) * len(self.uses),
            upper=self.pooled(coalition),
            column_lower=(Fraction(0),) * len(products),
            column_upper=(None,) * len(products),
            maximise=True,
        )

    def optimum(self, coalition: int) -> ExactOptimum:
        """An exactly optimal plan of a coalition (``primal``) and the resource prices that prove it (``dual``)."""
        if coalition not in self._optima:
            from comity.engines.exact import solve_exactly

            # The prices allowed are the same for every coalition, so the cheapest known ones may well be optimal here too.
            pooled = self.pooled(coalition)
            known = min(self._bases, key=lambda y: sum(price * b for price, b in zip(y, pooled, strict=True)), default=())
            best = solve_exactly(self.programme(coalition), self._bases.get(known))
            self._optima[coalition] = best
            self._bases[best.dual] = best.basis
        return self._optima[coalition]

    @cached_property
    def _bases(self) -> dict[tuple[Fraction, ...], Basis]:
        """A basis for each vector of optimal prices met so far."""
        return {}

    @cached_property
    def _optima(self) -> dict[int, ExactOptimum]:
        return {}

    def exact(self, coalition: int) -> Fraction:
        return self.optimum(coalition).value if coalition else Fraction(0)

    def value(self, coalition: int) -> float:
        return rational.double(self.exact(coalition))

    def priced(self) -> tuple[list[Fraction], dict[str, Any]]:
        """Every endowment at the prices that are optimal for everybody, and the plan that proves them so."""
        best = self.optimum(self.grand_coalition)
        unit = lcm(*(price.denominator for price in best.dual))
        prices = [int(price * unit) for price in best.dual]
        x = [Fraction(paid, unit * self.holdings.denominator) for paid in self.holdings.numerators.astype(object) @ prices]
        plan, dual = ([rational.text(number) for number in numbers] for numbers in (best.primal, best.dual))
        return x, {"argument": "prices", "plan": plan, "prices": dual}

    def evidence(self) -> dict[str, Any]:
        """``{"worths": {"A,B": {"plan": [...], "prices": [...]}, ...}}`` for every coalition, in exact text."""
        check_table_size(self.n, MAX_EVIDENCE_PLAYERS)
        optima = {S: self.optimum(S) for S in range(1, 1 << self.n)}
        return {
            "worths": {
                ",".join(names_of(self.players, S)): {
                    "plan": [rational.text(amount) for amount in best.primal],
                    "prices": [rational.text(price) for price in best.dual],
                }
                for S, best in optima.items()
            }
        }

    def confirmed(self, witness: Mapping[str, Any]) -> TableGame:
        """The table of worths, each proved by a plan and prices of equal value; only adds and multiplies."""
        check_table_size(self.n, MAX_EVIDENCE_PLAYERS)
        pairs = witness.get("worths")
        if not isinstance(pairs, Mapping):
            raise InvalidEvidence(
                "the worths of a linear production game are optima, and a check does not optimise; "
                "give it game.evidence(), or its part 'worths', as the witness"
            )
        worths = [Fraction(0)] * (1 << self.n)
        found = {mask_of(self.players, str(names).split(",")): pair for names, pair in pairs.items()}
        for S in range(1, 1 << self.n):
            if S not in found:
                raise InvalidEvidence(f"the evidence has no plan and prices for coalition {label(self.players, S)}")
            worths[S] = self._proved(S, found[S])
        return TableGame(self.players, worths)

    def _proved(self, S: int, pair: Any) -> Fraction:
        plan = self.read(S, pair, "plan", self.products)
        prices = self.read(S, pair, "prices", self.resources)
        worth = sum((c * amount for c, amount in zip(self.prices, plan, strict=True)), Fraction(0))
        if not self.is_plan(S, plan):
            raise InvalidEvidence(f"coalition {label(self.players, S)} cannot carry out the plan in the evidence")
        if not self.are_prices(prices):
            raise InvalidEvidence(
                f"the prices in the evidence for coalition {label(self.players, S)} let some product make a profit"
            )
        cost = sum((y * b for y, b in zip(prices, self.pooled(S), strict=True)), Fraction(0))
        if worth != cost:
            raise InvalidEvidence(
                f"the plan of coalition {label(self.players, S)} is worth {rational.short(worth)} but its resources "
                f"{rational.short(cost)} at the prices in the evidence; they prove nothing"
            )
        return worth

    def read(self, S: int, pair: Any, key: str, names: Sequence[str]) -> list[Fraction]:
        """The plan or the prices in a piece of evidence."""
        try:
            numbers = [rational.exact(number, f"a number of the {key}") for number in pair[key]]
        except (KeyError, TypeError) as error:
            raise InvalidEvidence(
                f"the evidence for {label(self.players, S)} cannot be read: {error}; give plan and prices"
            ) from None
        if len(numbers) != len(names):
            raise InvalidEvidence(
                f"the {key} for {label(self.players, S)} has {len(numbers)} numbers where {len(names)} are needed"
            )
        return numbers

    def is_plan(self, S: int, plan: Sequence[Fraction]) -> bool:
        """Whether a coalition can make these amounts: x >= 0 and A x <= b(S)."""
        used = (sum((a * amount for a, amount in zip(row, plan, strict=True)), Fraction(0)) for row in self.uses)
        return min(plan, default=0) >= 0 and all(map(Fraction.__le__, used, self.pooled(S)))

    def are_prices(self, y: Sequence[Fraction]) -> bool:
        """Whether no product is worth more than what it uses: y >= 0 and y A >= c."""
        costs = (
            sum((price * row[p] for price, row in zip(y, self.uses, strict=True)), Fraction(0)) for p in range(len(self.products))
        )
        return min(y, default=0) >= 0 and all(map(Fraction.__ge__, costs, self.prices))

    @classmethod
    def random(cls, n: int, rng: np.random.Generator) -> Self:
        """Three resources and four products in small integers; some endowments are zero."""
        uses = rng.integers(0, 5, (3, 4))
        uses[rng.integers(0, 3, 4), range(4)] += 1
        return cls(rng.integers(1, 10, 4).tolist(), uses.tolist(), rng.integers(0, 20, (n, 3)).tolist())

    def to_json(self) -> dict[str, Any]:
        return game_form(
            self.kind,
            self,
            prices=json_numbers(self.products, self.prices),
            uses={name: json_numbers(self.products, row) for name, row in zip(self.resources, self.uses, strict=True)},
            endowments={name: json_numbers(self.resources, row) for name, row in zip(self.players, self.endowments, strict=True)},
        )

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read the form ``game/0.1`` back."""
        given = fields(data, "prices", "uses", "endowments", orientation="gain")
        for key in ("prices", "uses", "endowments"):
            if not isinstance(given[key], Mapping):
                raise InvalidGame(f'"{key}" is {given[key]!r}; write an object by name, such as {{"A": {{"compute": 40}}}}')
        return cls(given["prices"], given["uses"], given["endowments"], players=given["players"])


def _keys(rows: Any) -> list[str] | None:
    return [str(key) for key in rows] if isinstance(rows, Mapping) else None


def _resource_names(resources: Iterable[str] | None, uses: Any, endowments: Any) -> tuple[str, ...]:
    """The names given, or those of the mappings, or numbers."""
    rows = uses if isinstance(uses, Mapping) else list(uses)
    if resources is not None:
        return player_names(resources, len(rows))
    listed = list(endowments.values() if isinstance(endowments, Mapping) else endowments)
    named = next((keys for keys in (_keys(rows), *map(_keys, listed)) if keys is not None), None)
    return player_names(named, len(rows))


def _rows(rows: Any, names: Sequence[str], what: str) -> list[tuple[str, Any]]:
    """Pairs of name and row, in the order of the names."""
    if not isinstance(rows, Mapping):
        return list(zip(names, rows, strict=True))
    missing = [name for name in names if name not in rows]
    if missing or len(rows) != len(names):
        raise InvalidGame(
            f"{what}s {', '.join(map(str, rows))} are given where {', '.join(names)} are expected; use the same names"
        )
    return [(name, rows[name]) for name in names]


def _amounts(row: Any, names: Sequence[str], what: str) -> tuple[Fraction, ...]:
    if isinstance(row, Mapping):
        unknown = [key for key in row if key not in names]
        if unknown:
            raise InvalidGame(f"the {what} names {unknown[0]!r}, which is not one of {', '.join(names)}; use these names")
        # A resource that is not named is not used and not owned.
        row = [row.get(name, 0) for name in names]
    if isinstance(row, str) or not isinstance(row, Iterable):
        raise InvalidGame(f"the {what} is {rational.shown(row)}; write {{name: amount}} or a list of amounts")
    listed = list(row)
    if len(listed) != len(names):
        raise InvalidGame(f"the {what} has {len(listed)} amounts for {', '.join(names)}; give one each")
    amounts = tuple(rational.exact(amount, f"the {what}: {name}") for name, amount in zip(names, listed, strict=True))
    for name, amount in zip(names, amounts, strict=True):
        if amount < 0:
            raise InvalidGame(f"the {what} has {rational.text(amount)} of {name}; amounts are never negative, use 0 or more")
    return amounts
