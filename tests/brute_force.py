"""Every solution concept and property once more, straight from its definition: slow, plain, and sharing nothing with comity.

Only the standard library is imported.  Coalitions are frozensets, worths are Fractions, averages over orders run through
all orders, and where a definition asks for an optimum, `least` finds it.  A cost game is read as the gain game -c wherever
a definition speaks of gains, and the answer is turned back.

``CONCEPTS`` and ``PROPERTIES`` list the definitions by the names of the catalogue.  A definition returns the answer; or
`Among`, if there are many and any will do; or None, if the concept is not defined for the game.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import wraps
from itertools import chain, combinations, permutations, product
from math import factorial, lcm, prod
from typing import Any

Coalition = frozenset[int]
Vector = tuple[Fraction, ...]
# Coefficients a and a number b: a.x >= b where it is a constraint, a.x + b where it is a function.
Row = tuple[Sequence[Fraction | int], Fraction | int]

EMPTY: Coalition = frozenset()


@dataclass(frozen=True)
class Plain:
    """A game: a worth for each coalition, which is received or, with ``cost``, paid."""

    n: int
    worth: dict[Coalition, Fraction]
    cost: bool = False

    @classmethod
    def of(cls, table: Sequence[Fraction], cost: bool = False) -> Plain:
        """Bit i of the position in the table says that player i is in."""
        n = len(table).bit_length() - 1
        return cls(n, {frozenset(i for i in range(n) if S >> i & 1): Fraction(w) for S, w in enumerate(table)}, cost)

    def __call__(self, S: Iterable[int]) -> Fraction:
        return self.worth[frozenset(S)]

    @property
    def players(self) -> range:
        return range(self.n)

    @property
    def everybody(self) -> Coalition:
        return frozenset(self.players)

    @property
    def coalitions(self) -> list[Coalition]:
        return list(subsets(self.everybody))

    @property
    def proper(self) -> list[Coalition]:
        """All but the empty one and everybody."""
        return [S for S in self.coalitions if 0 < len(S) < self.n]

    @property
    def gains(self) -> Plain:
        return Plain(self.n, {S: -w for S, w in self.worth.items()}) if self.cost else self

    def among(self, S: Iterable[int]) -> Plain:
        """The subgame, its players numbered anew in their order."""
        inside = sorted(S)
        renamed = {frozenset(inside.index(i) for i in T): self(T) for T in subsets(inside)}
        return Plain(len(inside), renamed, self.cost)


@dataclass(frozen=True)
class Among:
    """Many answers are right: those that it contains."""

    contains: Callable[[Any], bool]


def subsets(S: Iterable[int]) -> Iterator[Coalition]:
    inside = sorted(S)
    return map(frozenset, chain.from_iterable(combinations(inside, size) for size in range(len(inside) + 1)))


def read_as_gains(definition: Callable[..., Any]) -> Callable[..., Any]:
    """Solve a cost game c as the gain game -c, and turn amounts back."""

    @wraps(definition)
    def solve(v: Plain, *given: Any) -> Any:
        found = definition(v.gains, *given)
        if not v.cost or found is None:
            return found
        if isinstance(found, Among):
            return Among(lambda x: found.contains(tuple(-a for a in x)))
        return negative(found)

    return solve


def negative(found: Any) -> Any:
    if isinstance(found, bool):
        return found
    if isinstance(found, Fraction):
        return -found
    return type(found)(negative(part) for part in found)


# --- tools: exact linear programmes and equations -------------------------------------------------------------------


def least(c: Sequence[Fraction | int], rows: Sequence[Row]) -> tuple[Fraction, Vector] | None:
    """The least c.z with a.z >= b for all rows (a, b), and a z where it is attained; None if no z satisfies the rows.

    The simplex method with Bland's rule on the dual, largest b.y with y A = c and y >= 0, in whole numbers: the tableau
    is ``T / D`` (Edmonds).  The multipliers of its rows are z.
    """
    unit = lcm(*(Fraction(a).denominator for a in c))
    columns = []
    for a, b in rows:
        scale = lcm(*(Fraction(q).denominator for q in (*a, b)))
        columns.append(([int(q * scale) for q in a], int(b * scale)))
    d, m = len(c), len(columns)
    flip = [-1 if q < 0 else 1 for q in c]
    T = [[flip[i] * a[i] for a, _ in columns] + [int(i == k) for k in range(d)] + [flip[i] * int(c[i] * unit)] for i in range(d)]
    T.append([-sum(T[i][j] for i in range(d)) for j in range(m)] + [0] * d + [-sum(T[i][-1] for i in range(d))])
    T.append([-b for _, b in columns] + [0] * d + [0])
    basis, D = list(range(m, m + d)), 1

    def pivot(r: int, q: int) -> None:
        nonlocal D
        p, row = T[r][q], T[r]
        for i, old in enumerate(T):
            if i != r:
                f = old[q]
                T[i] = [(a * p - f * b) // D for a, b in zip(old, row)] if f else [a * p // D for a in old]
        basis[r], D = q, p

    def improve(costs: int) -> bool:
        """Pivot until the row of reduced costs is nowhere negative; False if there is no bound."""
        while True:
            q = next((j for j in range(m) if T[costs][j] < 0), None)
            if q is None:
                return True
            rises = [i for i in range(d) if T[i][q] > 0]
            if not rises:
                return False
            pivot(min(rises, key=lambda i: (Fraction(T[i][-1], T[i][q]), basis[i])), q)

    improve(d)
    if T[d][-1] != 0:
        raise ArithmeticError("the linear programme has no least value")
    for r in range(d):
        q = next((j for j in range(m) if T[r][j]), None) if basis[r] >= m else None
        if q is not None:
            if T[r][q] < 0:
                T[r] = [-a for a in T[r]]
            pivot(r, q)
    if not improve(d + 1):
        return None
    return Fraction(T[d + 1][-1], D * unit), tuple(flip[i] * Fraction(T[d + 1][m + i], D) for i in range(d))


def equal(a: Sequence[Fraction | int], b: Fraction | int) -> list[Row]:
    return [(a, b), ([-q for q in a], -b)]


def dot(a: Sequence[Fraction | int], x: Sequence[Fraction | int]) -> Fraction:
    return sum((Fraction(p) * q for p, q in zip(a, x, strict=True)), Fraction(0))


def solve_equations(equations: Sequence[Row]) -> Vector | None:
    """The only solution of as many equations a.x = b as unknowns; None if there is none or more than one."""
    rows = [[Fraction(q) for q in (*a, b)] for a, b in equations]
    for k in range(len(rows)):
        at = next((r for r in range(k, len(rows)) if rows[r][k]), None)
        if at is None:
            return None
        rows[k], rows[at] = rows[at], rows[k]
        rows[k] = [q / rows[k][k] for q in rows[k]]
        for r, row in enumerate(rows):
            if r != k and row[k]:
                rows[r] = [p - row[k] * q for p, q in zip(row, rows[k])]
    return tuple(row[-1] for row in rows)


def lexicographically_least(functions: Sequence[Row], allowed: Sequence[Row], n: int) -> Vector | None:
    """The x among the allowed whose values a.x + b, sorted from the largest, are lexicographically least.

    Maschler, Peleg & Shapley (1979): the largest value as small as possible; then those functions that have this value
    wherever that is so are set aside, and the same for the others.
    """
    # Of functions that always differ by the same amount only the largest ever decides.
    largest: dict[tuple[Fraction | int, ...], Fraction | int] = {}
    for a, b in functions:
        largest[tuple(a)] = max(b, largest.get(tuple(a), b))
    others, allowed = list(largest.items()), list(allowed)
    start = least([0] * n, allowed)
    if start is None:
        return None
    x = start[1]
    while others:
        bounds = [([-q for q in a] + [1], b) for a, b in others]
        t, (*x, _) = least([0] * n + [1], [([*a, 0], b) for a, b in allowed] + bounds)
        face = allowed + [([-q for q in a], b - t) for a, b in others]
        undecided = [f for f in others if value_of(f, x) == t]
        always = []
        while undecided:
            a, b = undecided[0]
            low, y = least(a, face)
            if low + b == t:
                always.append((a, b))
                undecided.pop(0)
            else:
                undecided = [f for f in undecided if value_of(f, y) == t]
        for a, b in always:
            allowed += equal(a, t - b)
        others = [f for f in others if f not in always]
    return tuple(x)


def value_of(f: Row, x: Sequence[Fraction]) -> Fraction:
    return dot(f[0], x) + f[1]


# --- values by orders of arrival ------------------------------------------------------------------------------------


def averaged(vectors: Iterable[Sequence[Fraction]]) -> Vector:
    listed = list(vectors)
    return tuple(sum(column, Fraction(0)) / len(listed) for column in zip(*listed, strict=True))


def marginal_vector(v: Plain, order: Sequence[int]) -> Vector:
    x = [Fraction(0)] * v.n
    for k, i in enumerate(order):
        x[i] = v(order[: k + 1]) - v(order[:k])
    return tuple(x)


def shapley_value(v: Plain) -> Vector:
    return averaged(marginal_vector(v, order) for order in permutations(v.players))


def weighted_shapley_value(v: Plain, weights: Sequence[Fraction]) -> Vector:
    """Kalai & Samet: whoever comes last is drawn in proportion to the weights, then the last of the others, and so on."""
    x = [Fraction(0)] * v.n
    for order in permutations(v.players):
        chance = prod(
            (Fraction(weights[i]) / sum(weights[j] for j in order[: k + 1]) for k, i in enumerate(order)), start=Fraction(1)
        )
        for i, amount in enumerate(marginal_vector(v, order)):
            x[i] += chance * amount
    return tuple(x)


def solidarity_value(v: Plain) -> Vector:
    """Whoever comes gets the mean of what the members of the coalition just formed add to it (Nowak & Radzik 1994)."""

    def vector(order: Sequence[int]) -> Vector:
        x = [Fraction(0)] * v.n
        for k, i in enumerate(order):
            S = frozenset(order[: k + 1])
            x[i] = sum((v(S) - v(S - {j}) for j in S), Fraction(0)) / len(S)
        return tuple(x)

    return averaged(map(vector, permutations(v.players)))


def consensus_value(v: Plain) -> Vector:
    """From the last to come to the first: she and those before her divide what is left, each side getting its worth and half
    of the surplus (Ju, Borm & Ruys 2007)."""

    def vector(order: Sequence[int]) -> Vector:
        x, left = [Fraction(0)] * v.n, v(order)
        for k in range(v.n - 1, 0, -1):
            before, alone = v(order[:k]), v([order[k]])
            half = (left - before - alone) / 2
            x[order[k]], left = alone + half, before + half
        x[order[0]] = left
        return tuple(x)

    return averaged(map(vector, permutations(v.players)))


def owen_value(v: Plain, unions: Sequence[Sequence[int]]) -> Vector:
    """The orders in which the members of every union come one right after the other."""

    def together(order: Sequence[int]) -> bool:
        places = ([order.index(i) for i in union] for union in unions)
        return all(max(at) - min(at) == len(at) - 1 for at in places)

    return averaged(marginal_vector(v, order) for order in permutations(v.players) if together(order))


# --- values by coalitions -------------------------------------------------------------------------------------------


def semivalue(v: Plain, weights: Sequence[Fraction]) -> Vector:
    return tuple(
        sum((Fraction(weights[len(S)]) * (v(S | {i}) - v(S)) for S in subsets(v.everybody - {i})), Fraction(0)) for i in v.players
    )


def banzhaf_value(v: Plain, normalized: bool = False) -> Vector | None:
    x = semivalue(v, [Fraction(1, 2 ** (v.n - 1))] * v.n)
    if not normalized:
        return x
    if sum(x) == 0:
        return None if any(x) else x
    return tuple(a / sum(x) * v(v.everybody) for a in x)


def banzhaf_owen_value(v: Plain, unions: Sequence[Sequence[int]]) -> Vector:
    def amount(i: int) -> Fraction:
        (own,) = (frozenset(union) for union in unions if i in union)
        strangers = [frozenset(union) for union in unions if i not in union]
        coalitions = [T.union(*(strangers[k] for k in Q)) for Q in subsets(range(len(strangers))) for T in subsets(own - {i})]
        return sum((v(S | {i}) - v(S) for S in coalitions), Fraction(0)) / len(coalitions)

    return tuple(map(amount, v.players))


def equal_division(v: Plain) -> Vector:
    return (v(v.everybody) / v.n,) * v.n


def equal_surplus_division(v: Plain) -> Vector:
    surplus = v(v.everybody) - sum(v([i]) for i in v.players)
    return tuple(v([i]) + surplus / v.n for i in v.players)


def egalitarian_nonseparable_contribution(v: Plain) -> Vector:
    separable = utopia_payoffs(v)
    return tuple(m + (v(v.everybody) - sum(separable)) / v.n for m in separable)


def proportional_division(v: Plain) -> Vector | None:
    alone = [v([i]) for i in v.players]
    if not any(alone) or min(alone) < 0 < max(alone):
        return None
    return tuple(a * v(v.everybody) / sum(alone) for a in alone)


def proportional_value(v: Plain) -> Vector | None:
    """In each coalition i has as many times what j has as i has without j over what j has without i (Ortmann 2000)."""
    worths = [v(S) for S in v.coalitions if S]
    if min(worths) <= 0 <= max(worths):
        return None
    x: dict[tuple[int, Coalition], Fraction] = {}
    for S in v.coalitions[1:]:
        first, *rest = sorted(S)
        times = {first: Fraction(1), **{j: x[j, S - {first}] / x[first, S - {j}] for j in rest}}
        for i in S:
            x[i, S] = times[i] / sum(times.values()) * v(S)
        if any(x[i, S] * x[j, S - {i}] != x[j, S] * x[i, S - {j}] for i, j in combinations(S, 2)):
            raise ArithmeticError("no amounts keep all proportions")
    return tuple(x[i, v.everybody] for i in v.players)


def utopia_payoffs(v: Plain) -> Vector:
    return tuple(v(v.everybody) - v(v.everybody - {i}) for i in v.players)


@read_as_gains
def minimal_rights(v: Plain) -> Vector:
    M = utopia_payoffs(v)
    return tuple(max(v(S) - sum(M[j] for j in S if j != i) for S in v.coalitions if i in S) for i in v.players)


def on_the_line(low: Sequence[Fraction], high: Sequence[Fraction], total: Fraction) -> Vector:
    """low + t (high - low) with the t for which it adds up; they are equal only if both do."""
    width = sum(high) - sum(low)
    t = (total - sum(low)) / width if width else Fraction(0)
    return tuple(a + t * (b - a) for a, b in zip(low, high, strict=True))


@read_as_gains
def tau_value(v: Plain) -> Vector | None:
    m, M = minimal_rights(v), utopia_payoffs(v)
    quasi_balanced = all(a <= b for a, b in zip(m, M, strict=True)) and sum(m) <= v(v.everybody) <= sum(M)
    return on_the_line(m, M, v(v.everybody)) if quasi_balanced else None


@read_as_gains
def chi_value(v: Plain) -> Vector | None:
    alone = [v([i]) for i in v.players]
    most = [max(v(S) - v(S - {i}) for S in v.coalitions if i in S) for i in v.players]
    return on_the_line(alone, most, v(v.everybody)) if sum(alone) <= v(v.everybody) else None


@read_as_gains
def gately_point(v: Plain) -> Vector | None:
    """Everybody has the same propensity to disrupt d = (M_i - x_i) / (x_i - v(i)), and no less than alone."""
    alone, M, total = [v([i]) for i in v.players], utopia_payoffs(v), v(v.everybody)
    if total < sum(alone):
        return None
    if total == sum(alone):
        return tuple(alone)
    # (1 + d) (x_i - v(i)) = M_i - v(i), added up.
    room = [b - a for a, b in zip(alone, M, strict=True)]
    if sum(room) == 0:
        return None
    x = tuple(a + r * (total - sum(alone)) / sum(room) for a, r in zip(alone, room, strict=True))
    return x if all(a <= b for a, b in zip(alone, x, strict=True)) else None


# --- networks -------------------------------------------------------------------------------------------------------


def components(S: Iterable[int], links: Iterable[tuple[int, int]]) -> list[Coalition]:
    """The parts that the links within S leave connected."""
    parts = [frozenset([i]) for i in sorted(S)]
    for i, j in links:
        joined = [part for part in parts if i in part or j in part]
        if len(joined) == 2 and all(any(k in part for part in parts) for k in (i, j)):
            parts = [part for part in parts if part not in joined] + [joined[0] | joined[1]]
    return parts


def myerson_value(v: Plain, graph: Sequence[tuple[int, int]]) -> Vector:
    restricted = {S: sum((v(part) for part in components(S, graph)), Fraction(0)) for S in v.coalitions}
    return shapley_value(Plain(v.n, restricted, v.cost))


def position_value(v: Plain, graph: Sequence[tuple[int, int]]) -> Vector:
    """Links come in any order, and the two ends of each share what it adds to the sum of the worths of the parts."""

    def worth(links: Sequence[tuple[int, int]]) -> Fraction:
        return sum((v(part) for part in components(v.players, links)), Fraction(0))

    def vector(order: Sequence[tuple[int, int]]) -> Vector:
        x = [v([i]) for i in v.players]
        for k, link in enumerate(order):
            for i in link:
                x[i] += (worth(order[: k + 1]) - worth(order[:k])) / 2
        return tuple(x)

    return averaged(map(vector, permutations(graph)))


def average_tree_solution(v: Plain, graph: Sequence[tuple[int, int]]) -> Vector:
    """Herings, van der Laan, Talman & Yang (2010), over all trees whose every branch is a part linked to its top."""
    x = [Fraction(0)] * v.n
    linked = {frozenset(link) for link in graph}
    for part in components(v.players, graph):
        vectors = []
        inside = sorted(part)
        for above in product([*inside, None], repeat=len(inside)):
            up = dict(zip(inside, above, strict=True))
            below = branches(up)
            if below is None:
                continue
            children = {i: [below[j] for j in inside if up[j] == i] for i in inside}
            if all(up[j] is None or frozenset((j, up[j])) in linked for j in inside) and all(
                set(components(below[i] - {i}, graph)) == set(children[i]) for i in inside
            ):
                vectors.append([v(below[i]) - sum(map(v, children[i])) for i in inside])
        for i, amount in zip(inside, averaged(vectors), strict=True):
            x[i] = amount
    return tuple(x)


def branches(up: dict[int, int | None]) -> dict[int, Coalition] | None:
    """What hangs at each player if ``up`` is a tree with one top, else None."""
    if list(up.values()).count(None) != 1:
        return None
    below: dict[int, set[int]] = {i: set() for i in up}
    for i in up:
        walked: int | None = i
        steps = 0
        while walked is not None:
            below[walked].add(i)
            walked, steps = up[walked], steps + 1
            if steps > len(up):
                return None
    return {i: frozenset(part) for i, part in below.items()}


# --- power ----------------------------------------------------------------------------------------------------------


def is_simple(v: Plain) -> bool:
    return set(v.worth.values()) <= {0, 1} and is_monotone(v) and v(v.everybody) == 1


def of_simple_games(definition: Callable[..., Any]) -> Callable[..., Any]:
    """Not defined for other games; the definition is given the winning coalitions."""
    return lambda v: definition(v, [S for S in v.coalitions if v(S) == 1]) if is_simple(v) else None


def shares(counts: Sequence[int]) -> Vector:
    return tuple(Fraction(count, sum(counts)) for count in counts)


def swings(v: Plain, wins: Sequence[Coalition]) -> list[int]:
    return [sum(i in S and S - {i} not in wins for S in wins) for i in v.players]


def minimal(wins: Sequence[Coalition]) -> list[Coalition]:
    return [S for S in wins if not any(T < S for T in wins)]


@of_simple_games
def shapley_shubik_index(v: Plain, wins: Sequence[Coalition]) -> Vector:
    decides = [next(i for k, i in enumerate(order) if frozenset(order[: k + 1]) in wins) for order in permutations(v.players)]
    return shares([decides.count(i) for i in v.players])


@of_simple_games
def banzhaf_index(v: Plain, wins: Sequence[Coalition]) -> Vector:
    return shares(swings(v, wins))


@of_simple_games
def coleman_preventive_index(v: Plain, wins: Sequence[Coalition]) -> Vector:
    return tuple(Fraction(count, len(wins)) for count in swings(v, wins))


@of_simple_games
def coleman_initiative_index(v: Plain, wins: Sequence[Coalition]) -> Vector:
    return tuple(Fraction(count, 2**v.n - len(wins)) for count in swings(v, wins))


@of_simple_games
def coleman_power_to_act(v: Plain, wins: Sequence[Coalition]) -> Fraction:
    return Fraction(len(wins), 2**v.n)


@of_simple_games
def deegan_packel_index(v: Plain, wins: Sequence[Coalition]) -> Vector:
    return averaged([Fraction(int(i in S), len(S)) for i in v.players] for S in minimal(wins))


@of_simple_games
def public_good_index(v: Plain, wins: Sequence[Coalition]) -> Vector:
    return shares([sum(i in S for S in minimal(wins)) for i in v.players])


@of_simple_games
def public_help_index(v: Plain, wins: Sequence[Coalition]) -> Vector:
    return shares([sum(i in S for S in wins) for i in v.players])


@of_simple_games
def johnston_index(v: Plain, wins: Sequence[Coalition]) -> Vector:
    critical = [{i for i in S if S - {i} not in wins} for S in wins]
    return averaged([Fraction(int(i in C), len(C)) for i in v.players] for C in critical if C)


# --- the core and its relatives -------------------------------------------------------------------------------------


def indicator(v: Plain, S: Iterable[int]) -> list[int]:
    return [int(i in S) for i in v.players]


def efficient(v: Plain) -> list[Row]:
    return equal([1] * v.n, v(v.everybody))


def core_rows(v: Plain) -> list[Row]:
    return efficient(v) + [(indicator(v, S), v(S)) for S in v.proper]


def imputations(v: Plain) -> list[Row]:
    return efficient(v) + [(indicator(v, [i]), v([i])) for i in v.players]


def satisfies(x: Sequence[Fraction], rows: Sequence[Row]) -> bool:
    return all(dot(a, x) >= b for a, b in rows)


def excess(v: Plain, S: Coalition, x: Sequence[Fraction]) -> Fraction:
    return v(S) - sum((x[i] for i in S), Fraction(0))


@read_as_gains
def core_point(v: Plain) -> Among | None:
    """Any point of the core whose largest excess is as small as possible; none if the core is empty."""
    return least_core(v) if least([0] * v.n, core_rows(v)) is not None else None


@read_as_gains
def least_core(v: Plain) -> Among:
    if not v.proper:
        return Among(lambda x: satisfies(x, efficient(v)))
    rows = [([*a, 0], b) for a, b in efficient(v)] + [([*indicator(v, S), 1], v(S)) for S in v.proper]
    epsilon, _ = least([0] * v.n + [1], rows)
    return Among(lambda x: satisfies(x, efficient(v)) and max(excess(v, S, x) for S in v.proper) == epsilon)


def excesses(v: Plain, weight: Callable[[Coalition], Fraction | int]) -> list[Row]:
    return [([-weight(S) * a for a in indicator(v, S)], weight(S) * v(S)) for S in v.proper]


@read_as_gains
def prenucleolus(v: Plain) -> Vector | None:
    return lexicographically_least(excesses(v, lambda S: 1), efficient(v), v.n)


@read_as_gains
def nucleolus(v: Plain) -> Vector | None:
    return lexicographically_least(excesses(v, lambda S: 1), imputations(v), v.n)


@read_as_gains
def per_capita_prenucleolus(v: Plain) -> Vector | None:
    return lexicographically_least(excesses(v, lambda S: Fraction(1, len(S))), efficient(v), v.n)


@read_as_gains
def per_capita_nucleolus(v: Plain) -> Vector | None:
    return lexicographically_least(excesses(v, lambda S: Fraction(1, len(S))), imputations(v), v.n)


def proportional_prenucleolus(v: Plain) -> Vector | None:
    return _per_unit_of_worth(v.gains, efficient, v.cost)


def proportional_nucleolus(v: Plain) -> Vector | None:
    return _per_unit_of_worth(v.gains, imputations, v.cost)


def _per_unit_of_worth(v: Plain, allowed: Callable[[Plain], list[Row]], cost: bool) -> Vector | None:
    sign = -1 if cost else 1
    if any(sign * v(S) <= 0 for S in v.proper):
        return None
    x = lexicographically_least(excesses(v, lambda S: 1 / (sign * v(S))), allowed(v), v.n)
    return None if x is None else tuple(sign * a for a in x)


@read_as_gains
def weighted_prenucleolus(v: Plain, weights: Sequence[Fraction]) -> Vector | None:
    """One weight for each size from 1 to n - 1."""
    return lexicographically_least(excesses(v, lambda S: weights[len(S) - 1]), efficient(v), v.n)


@read_as_gains
def weighted_nucleolus(v: Plain, weights: Sequence[Fraction]) -> Vector | None:
    return lexicographically_least(excesses(v, lambda S: weights[len(S) - 1]), imputations(v), v.n)


@read_as_gains
def modiclus(v: Plain) -> Vector | None:
    """The differences e(S) - e(T) over all pairs of coalitions, the empty one and everybody among them (Sudhölter 1997)."""
    pairs = [
        ([b - a for a, b in zip(indicator(v, S), indicator(v, T), strict=True)], v(S) - v(T))
        for S, T in product(v.coalitions, repeat=2)
    ]
    return lexicographically_least(pairs, efficient(v), v.n)


@read_as_gains
def dutta_ray_solution(v: Plain) -> Vector | None:
    """The point of the core of a convex game where the poorest has the most, then the next poorest, and so on.

    It Lorenz-dominates all others (Dutta & Ray 1989).
    """
    if not is_convex(v):
        return None
    return lexicographically_least([(indicator_minus(v, i), 0) for i in v.players], core_rows(v), v.n)


def indicator_minus(v: Plain, i: int) -> list[int]:
    return [-a for a in indicator(v, [i])]


def surplus(v: Plain, i: int, j: int, x: Sequence[Fraction]) -> Fraction:
    """s_ij, the most that i can hope to gain without j."""
    return max(excess(v, S, x) for S in v.coalitions if i in S and j not in S)


@read_as_gains
def prekernel_point(v: Plain, start: Sequence[Fraction] | None = None) -> Among:
    return Among(
        lambda x: (
            satisfies(x, efficient(v)) and all(surplus(v, i, j, x) == surplus(v, j, i, x) for i, j in combinations(v.players, 2))
        )
    )


@read_as_gains
def kernel_point(v: Plain) -> Among | None:
    if sum(v([i]) for i in v.players) > v(v.everybody):
        return None
    return Among(
        lambda x: (
            satisfies(x, imputations(v))
            and all(surplus(v, i, j, x) <= surplus(v, j, i, x) or x[j] == v([j]) for i, j in permutations(v.players, 2))
        )
    )


# --- sets of allocations --------------------------------------------------------------------------------------------


@read_as_gains
def core_vertices(v: Plain) -> set[Vector]:
    """Where n - 1 coalitions get just their worth, if that has one solution and is in the core."""
    rows = core_rows(v)
    tight = [(indicator(v, S), v(S)) for S in v.proper]
    found = (solve_equations([rows[0], *chosen]) for chosen in combinations(tight, v.n - 1))
    return {x for x in found if x is not None and satisfies(x, rows)}


@read_as_gains
def core_centre(v: Plain) -> Vector | None:
    """The centroid of the core within its affine hull: the mean of simplices that make it up, each as heavy as it is large."""
    corners = sorted(core_vertices(v))
    if not corners:
        return None
    dimension = dimension_of(corners)
    # Some coordinates tell all points of the core apart; volumes in them are in proportion.
    seen = next(
        chosen
        for chosen in combinations(v.players, dimension)
        if dimension_of([[x[i] for i in chosen] for x in corners]) == dimension
    )
    cut = [(volume([[x[i] for i in seen] for x in simplex]), averaged(simplex)) for simplex in simplices(corners, core_rows(v))]
    total = sum(size for size, _ in cut)
    return tuple(sum(size * x[i] for size, x in cut) / total for i in v.players)


def simplices(corners: Sequence[Vector], rows: Sequence[Row]) -> list[list[Vector]]:
    """A polytope cut up: from its first corner a cone to every face of one dimension less that it is not in."""
    if len(corners) == 1:
        return [list(corners)]
    dimension = dimension_of(corners)
    faces = {tuple(x for x in corners if dot(a, x) == b) for a, b in rows}
    return [
        [corners[0], *simplex]
        for face in sorted(faces)
        if face and corners[0] not in face and dimension_of(face) == dimension - 1
        for simplex in simplices(face, rows)
    ]


def dimension_of(points: Sequence[Sequence[Fraction]]) -> int:
    return rank([[a - b for a, b in zip(x, points[0], strict=True)] for x in points[1:]])


def rank(rows: Sequence[Sequence[Fraction]]) -> int:
    left, found = [list(row) for row in rows if any(row)], 0
    while left:
        found += 1
        first, *others = left
        k = next(k for k, q in enumerate(first) if q)
        left = [[p - row[k] / first[k] * q for p, q in zip(row, first, strict=True)] for row in others]
        left = [row for row in left if any(row)]
    return found


def volume(simplex: Sequence[Sequence[Fraction]]) -> Fraction:
    """In proportion: the determinant of the edges at the first corner, without its sign, by Leibniz's formula."""
    edges = [[a - b for a, b in zip(x, simplex[0], strict=True)] for x in simplex[1:]]
    total = Fraction(0)
    for order in permutations(range(len(edges))):
        inversions = sum(i > j for i, j in combinations(order, 2))
        total += (-1) ** inversions * prod((edges[k][i] for k, i in enumerate(order)), start=Fraction(1))
    return abs(total)


@read_as_gains
def _core_extremes(v: Plain) -> tuple[tuple[Fraction, Fraction], ...] | None:
    if least([0] * v.n, core_rows(v)) is None:
        return None
    rows = core_rows(v)
    return tuple((least(indicator(v, [i]), rows)[0], -least(indicator_minus(v, i), rows)[0]) for i in v.players)


def core_range(v: Plain) -> tuple[tuple[Fraction, Fraction], ...] | None:
    found = _core_extremes(v)
    return None if found is None else tuple((min(pair), max(pair)) for pair in found)


def box(v: Plain, low: Sequence[Fraction], high: Sequence[Fraction] | None = None) -> set[Vector]:
    """The corners of low <= x <= high, x(N) = v(N): all but one player at a bound."""
    found = set()
    for i in v.players:
        others = [j for j in v.players if j != i]
        for bounds in product([low, high] if high else [low], repeat=v.n - 1):
            x = {j: bound[j] for j, bound in zip(others, bounds, strict=True)}
            x[i] = v(v.everybody) - sum(x.values())
            if all(low[j] <= x[j] and (high is None or x[j] <= high[j]) for j in v.players):
                found.add(tuple(x[j] for j in v.players))
    return found


@read_as_gains
def imputation_set(v: Plain) -> set[Vector]:
    return box(v, [v([i]) for i in v.players])


@read_as_gains
def core_cover(v: Plain) -> set[Vector]:
    return box(v, minimal_rights(v), utopia_payoffs(v))


@read_as_gains
def reasonable_set(v: Plain) -> set[Vector]:
    adds = [[v(S) - v(S - {i}) for S in v.coalitions if i in S] for i in v.players]
    return box(v, [min(a) for a in adds], [max(a) for a in adds])


def weber_set(v: Plain) -> set[Vector]:
    return {marginal_vector(v, order) for order in permutations(v.players)}


def check_in_weber_set(v: Plain, x: Sequence[Fraction]) -> bool:
    """No prices between -1 and 1 value x more than every marginal vector."""
    dearest = [([*(-a for a in m), 1], 0) for m in weber_set(v)]
    bounds = [([*indicator(v, [i]), 0], -1) for i in v.players] + [([*indicator_minus(v, i), 0], -1) for i in v.players]
    return least([*(-a for a in x), 1], dearest + bounds)[0] == 0


@read_as_gains
def _in_bargaining_set(v: Plain) -> Among:
    """No objection without a counter-objection (Davis & Maschler 1967), of those who get no less than alone."""

    def justified(x: Sequence[Fraction], i: int, j: int, S: Coalition) -> bool:
        # Unknown: what S pays its members, and by how much every inequality holds.
        rows: list[Row] = [*equal([*indicator(v, S), 0], v(S)), ([0] * v.n + [-1], -1)]
        rows += [([*indicator(v, [k]), -1], x[k]) for k in S]
        for T in v.coalitions:
            if j in T and i not in T:
                # Counter-objections pay y to those in both, x to the others: T must be worth less than that.
                rows.append(([*indicator(v, S & T), -1], v(T) - sum(x[k] for k in T - S)))
        rows += [row for k in v.everybody - S for row in equal([*indicator(v, [k]), 0], 0)]
        best = least([0] * v.n + [-1], rows)
        return best is not None and best[0] < 0

    return Among(
        lambda x: (
            satisfies(x, imputations(v))
            and not any(
                justified(x, i, j, S) for i, j in permutations(v.players, 2) for S in v.coalitions if i in S and j not in S
            )
        )
    )


def check_in_bargaining_set(v: Plain, x: Sequence[Fraction]) -> bool:
    return _in_bargaining_set(v).contains(x)


def least_transfer_to_core(v: Plain, x: Sequence[Fraction]) -> Among | None:
    if v.cost:
        found = least_transfer_to_core(v.gains, [-a for a in x])
        return None if found is None else Among(lambda y: found.contains([-a for a in y]))
    rows = [([*a, *[0] * v.n], b) for a, b in core_rows(v)]
    for i in v.players:
        moves = indicator(v, [i])
        rows += [([*moves, *moves], x[i]), ([*(-a for a in moves), *moves], -x[i])]
    found = least([0] * v.n + [Fraction(1, 2)] * v.n, rows)
    if found is None:
        return None
    return Among(
        lambda y: satisfies(y, core_rows(v)) and sum((abs(a - b) for a, b in zip(x, y, strict=True)), Fraction(0)) / 2 == found[0]
    )


# --- what a game is -------------------------------------------------------------------------------------------------


def is_convex(v: Plain) -> bool:
    return all(v(S | T) + v(S & T) >= v(S) + v(T) for S, T in combinations(v.coalitions, 2))


def is_concave(v: Plain) -> bool:
    return all(v(S | T) + v(S & T) <= v(S) + v(T) for S, T in combinations(v.coalitions, 2))


def is_superadditive(v: Plain) -> bool:
    return all(v(S | T) >= v(S) + v(T) for S, T in combinations(v.coalitions, 2) if not S & T)


def is_subadditive(v: Plain) -> bool:
    return all(v(S | T) <= v(S) + v(T) for S, T in combinations(v.coalitions, 2) if not S & T)


def is_weakly_superadditive(v: Plain) -> bool:
    return all(v(S | {i}) >= v(S) + v([i]) for S in v.coalitions for i in v.everybody - S)


def is_weakly_subadditive(v: Plain) -> bool:
    return all(v(S | {i}) <= v(S) + v([i]) for S in v.coalitions for i in v.everybody - S)


def is_monotone(v: Plain) -> bool:
    return all(v(S) <= v(T) for S, T in product(v.coalitions, repeat=2) if S <= T)


def is_essential(v: Plain) -> bool:
    return v.gains(v.everybody) > sum(v.gains([i]) for i in v.players)


def is_constant_sum(v: Plain) -> bool:
    return all(v(S) + v(v.everybody - S) == v(v.everybody) for S in v.coalitions)


def is_k_convex(v: Plain, k: int) -> bool:
    """Driessen (1988): the game that gives k or more players what is left when the others get their utopia payoffs."""
    v = v.gains
    M = utopia_payoffs(v)
    cover = {S: v(S) if len(S) < k else v(v.everybody) - sum(M[i] for i in v.everybody - S) for S in v.coalitions}
    return is_convex(Plain(v.n, cover)) and all(cover[S] >= v(S) for S in v.coalitions)


def is_balanced(v: Plain) -> bool:
    """Bondareva & Shapley: no balanced weights of coalitions are worth more than everybody."""
    v = v.gains
    if not v.proper:
        return True
    weights = range(len(v.proper))
    rows: list[Row] = [([int(k == S) for k in weights], 0) for S in weights]
    for i in v.players:
        rows += equal([int(i in S) for S in v.proper], 1)
    most, _ = least([-v(S) for S in v.proper], rows)
    return -most <= v(v.everybody)


def is_totally_balanced(v: Plain) -> bool:
    return all(is_balanced(v.among(S)) for S in v.coalitions if S)


def is_exact(v: Plain) -> bool:
    """The core gives each coalition just its worth somewhere."""
    v = v.gains
    rows = core_rows(v)
    return least([0] * v.n, rows) is not None and all(least(indicator(v, S), rows)[0] == v(S) for S in v.proper)


def population_monotonic_allocation_scheme(v: Plain) -> Among | None:
    """Amounts for each coalition with which nobody loses when somebody joins (Sprumont 1990)."""
    sign, v = -1 if v.cost else 1, v.gains
    if least([0] * len(_places(v)), _scheme_rows(v)) is None:
        return None
    return Among(lambda x: satisfies([sign * x[S][i] for S, i in _places(v)], _scheme_rows(v)))


def check_population_monotonic(v: Plain) -> bool:
    return population_monotonic_allocation_scheme(v) is not None


def _places(v: Plain) -> list[tuple[Coalition, int]]:
    return [(S, i) for S in v.coalitions for i in sorted(S)]


def _scheme_rows(v: Plain) -> list[Row]:
    places = _places(v)
    rows: list[Row] = []
    for S in v.coalitions[1:]:
        rows += equal([int(T == S) for T, _ in places], v(S))
    for S, i in places:
        for j in v.everybody - S:
            rows.append(([int((T, k) == (S | {j}, i)) - int((T, k) == (S, i)) for T, k in places], 0))
    return rows


def null_players(v: Plain) -> tuple[int, ...]:
    return tuple(i for i in v.players if all(v(S | {i}) == v(S) for S in v.coalitions))


def dummy_players(v: Plain) -> tuple[int, ...]:
    return tuple(i for i in v.players if all(v(S | {i}) == v(S) + v([i]) for S in v.coalitions if i not in S))


def veto_players(v: Plain) -> tuple[int, ...]:
    return tuple(i for i in v.players if all(v(S) == 0 for S in v.coalitions if i not in S))


def symmetric_players(v: Plain) -> tuple[tuple[int, ...], ...]:
    def swapped(S: Coalition, i: int, j: int) -> Coalition:
        return frozenset({i: j, j: i}.get(k, k) for k in S)

    classes = {tuple(j for j in v.players if all(v(S) == v(swapped(S, i, j)) for S in v.coalitions)) for i in v.players}
    return tuple(sorted(classes))


def harsanyi_dividends(v: Plain) -> dict[Coalition, Fraction]:
    """Inclusion and exclusion."""
    found = {S: sum(((-1) ** (len(S) - len(T)) * v(T) for T in subsets(S)), Fraction(0)) for S in v.coalitions}
    return {S: dividend for S, dividend in found.items() if dividend}


def dividend_table(v: Plain) -> list[Fraction]:
    """Every dividend, bit i of the position saying that player i is in."""
    found = harsanyi_dividends(v)
    return [found.get(frozenset(i for i in v.players if S >> i & 1), Fraction(0)) for S in range(1 << v.n)]


def shapley_interactions(v: Plain, order: int) -> dict[Coalition, Fraction]:
    """Grabisch & Roubens (1999)."""
    n, t = v.n, order
    return _interactions(v, order, lambda s: Fraction(factorial(n - t - s) * factorial(s), factorial(n - t + 1)))


def banzhaf_interactions(v: Plain, order: int) -> dict[Coalition, Fraction]:
    return _interactions(v, order, lambda s: Fraction(1, 2 ** (v.n - order)))


def _interactions(v: Plain, order: int, weight: Callable[[int], Fraction]) -> dict[Coalition, Fraction]:
    def together(T: Coalition, S: Coalition) -> Fraction:
        return sum(((-1) ** (len(T) - len(L)) * v(S | L) for L in subsets(T)), Fraction(0))

    return {
        T: sum((weight(len(S)) * together(T, S) for S in subsets(v.everybody - T)), Fraction(0))
        for T in v.coalitions
        if len(T) == order
    }


CONCEPTS: dict[str, Callable[..., Any]] = {
    definition.__name__: definition
    for definition in (
        average_tree_solution,
        banzhaf_owen_value,
        banzhaf_value,
        chi_value,
        consensus_value,
        core_centre,
        core_point,
        dutta_ray_solution,
        egalitarian_nonseparable_contribution,
        equal_division,
        equal_surplus_division,
        gately_point,
        kernel_point,
        least_core,
        modiclus,
        myerson_value,
        nucleolus,
        owen_value,
        per_capita_nucleolus,
        per_capita_prenucleolus,
        position_value,
        prekernel_point,
        prenucleolus,
        proportional_division,
        proportional_nucleolus,
        proportional_prenucleolus,
        proportional_value,
        semivalue,
        shapley_value,
        solidarity_value,
        tau_value,
        weighted_nucleolus,
        weighted_prenucleolus,
        weighted_shapley_value,
    )
} | {
    "banzhaf_index": banzhaf_index,
    "coleman_initiative_index": coleman_initiative_index,
    "coleman_preventive_index": coleman_preventive_index,
    "deegan_packel_index": deegan_packel_index,
    "johnston_index": johnston_index,
    "public_good_index": public_good_index,
    "public_help_index": public_help_index,
    "shapley_shubik_index": shapley_shubik_index,
}

PROPERTIES: dict[str, Callable[..., Any]] = {
    "check_balanced": is_balanced,
    "check_exact": is_exact,
    "check_totally_balanced": is_totally_balanced,
    "coleman_power_to_act": coleman_power_to_act,
} | {
    definition.__name__: definition
    for definition in (
        banzhaf_interactions,
        check_in_bargaining_set,
        check_in_weber_set,
        check_population_monotonic,
        core_cover,
        core_range,
        core_vertices,
        dividend_table,
        dummy_players,
        harsanyi_dividends,
        imputation_set,
        is_balanced,
        is_concave,
        is_constant_sum,
        is_convex,
        is_essential,
        is_exact,
        is_k_convex,
        is_monotone,
        is_simple,
        is_subadditive,
        is_superadditive,
        is_totally_balanced,
        is_weakly_subadditive,
        is_weakly_superadditive,
        least_transfer_to_core,
        minimal_rights,
        null_players,
        population_monotonic_allocation_scheme,
        reasonable_set,
        shapley_interactions,
        symmetric_players,
        utopia_payoffs,
        veto_players,
        weber_set,
    )
}
