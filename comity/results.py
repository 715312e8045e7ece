"""Results: frozen, labelled by player, shown the way economists expect."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from comity import rational
from comity.certificate import Certificate
from comity.errors import ComityError, InvalidEvidence

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

RESULT_SCHEMA = "result/0.1"


@dataclass(frozen=True)
class Allocation:
    """An amount for each player, with the certificate of what it claims to be.

    Positive amounts are received in a gain game and paid in a cost game.

    Parameters
    ----------
    concept : str
        Full name of the concept or rule that chose it.
    players : tuple of str
    exact : tuple of Fraction
        The amounts; ``amounts`` are their nearest doubles, shape (n,).
    certificate : Certificate
    unit : str
    notes : mapping
        What else a reader should know, for example the least core's ``epsilon``; numbers may be exact.

    Examples
    --------
    >>> from comity.certificate import Verdict
    >>> split = Allocation("equal_split", ("A", "B"), (Fraction(1, 3), Fraction(2, 3)), Certificate("efficient", Verdict.HOLDS))
    >>> split["B"], split.amounts.round(3).tolist()
    (0.6666666666666666, [0.333, 0.667])
    """

    concept: str
    players: tuple[str, ...]
    exact: tuple[Fraction, ...]
    certificate: Certificate
    unit: str = ""
    notes: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "players", tuple(self.players))
        object.__setattr__(self, "exact", tuple(rational.exact(x, "an amount") for x in self.exact))
        if len(self.players) != len(self.exact):
            raise InvalidEvidence(f"{len(self.exact)} amounts for {len(self.players)} players; give one each")

    @property
    def amounts(self) -> NDArray[np.float64]:
        """Nearest doubles of the exact amounts, in player order."""
        return np.array([rational.double(x) for x in self.exact])

    def __getitem__(self, player: str) -> float:
        try:
            return rational.double(self.exact[self.players.index(player)])
        except ValueError:
            raise KeyError(f"there is no player {player!r}; the players are {', '.join(self.players)}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self.players)

    def __len__(self) -> int:
        return len(self.players)

    def items(self) -> list[tuple[str, float]]:
        """Pairs of player and amount, so that ``dict(allocation.items())`` works."""
        return [(player, rational.double(x)) for player, x in zip(self.players, self.exact, strict=True)]

    def exact_amount(self, player: str) -> Fraction:
        """The exact amount of one player."""
        return dict(zip(self.players, self.exact, strict=True))[player]

    # --- showing -------------------------------------------------------------------------------

    def to_series(self) -> pd.Series[float]:
        """A pandas Series indexed by player."""
        import pandas as pd

        return pd.Series(self.amounts, index=pd.Index(self.players, name="player"), name=self.concept)

    def to_frame(self) -> pd.DataFrame:
        """A DataFrame with one column, the concept."""
        return self.to_series().to_frame()

    def to_latex(self, digits: int = 4) -> str:
        """A ``tabular`` environment that needs the package ``booktabs``."""
        rows = (f"{latex(player)} & {rational.short(x, digits)} \\\\" for player, x in zip(self.players, self.exact, strict=True))
        head = f"player & {latex(self.concept.replace('_', ' '))}" + (f" ({latex(self.unit)})" if self.unit else "") + " \\\\"
        return "\n".join(["\\begin{tabular}{lr}", "\\toprule", head, "\\midrule", *rows, "\\bottomrule", "\\end{tabular}"])

    def to_json(self) -> dict[str, Any]:
        """The form ``result/0.1``; `from_json` reads it back.

        Amounts of more than 4000 digits are refused; `rounded` is the way out.
        """
        self._refuse_what_would_not_be_read()
        return {
            "schema": RESULT_SCHEMA,
            "concept": self.concept,
            "players": list(self.players),
            "amounts": [rational.double(x) for x in self.exact],
            "amounts_exact": [rational.text(x) for x in self.exact],
            "unit": self.unit,
            "certificate": self.certificate.to_json(),
        }

    def _refuse_what_would_not_be_read(self) -> None:
        for player, x in zip(self.players, self.exact, strict=True):
            if rational.is_long(x):
                raise ComityError(
                    f"the exact {self.concept.replace('_', ' ')} of {player} has more than {rational.MAX_DIGITS} digits, "
                    "which no file holds; write comity.rounded(game, result, decimals=15), which proves that none is further off"
                )

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | str) -> Allocation:
        """Read a ``result/0.1`` back, from data or JSON text."""
        if isinstance(data, str):
            try:
                data = json.loads(data)
            except (ValueError, RecursionError) as error:
                raise InvalidEvidence(f"the result is not JSON that can be read: {error}; give what to_json wrote") from None
        if not isinstance(data, Mapping) or data.get("schema") != RESULT_SCHEMA:
            raise InvalidEvidence(f'this is not a result; its "schema" should be "{RESULT_SCHEMA}"')
        try:
            exact = tuple(rational.exact(x, "an amount") for x in data["amounts_exact"])
            doubles = [float(x) for x in data["amounts"]]
            result = cls(
                concept=str(data["concept"]),
                players=tuple(data["players"]),
                exact=exact,
                certificate=Certificate.from_json(data["certificate"]),
                unit=str(data.get("unit", "")),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidEvidence(f"the result cannot be read: {error}") from None
        if doubles != [rational.double(x) for x in exact]:
            raise InvalidEvidence("the result's amounts are not the nearest doubles of its amounts_exact")
        return result

    def summary(self) -> str:
        """A plain-text table with the certificate under it."""
        width = max(len(player) for player in self.players)
        lines = [self.concept.replace("_", " ") + (f" ({self.unit})" if self.unit else "")]
        lines += [f"  {player:<{width}}  {rational.short(x):>12}" for player, x in zip(self.players, self.exact, strict=True)]
        return "\n".join([*lines, str(self.certificate)])

    __str__ = summary

    def __repr__(self) -> str:
        shown = [f"{player}: {rational.short(x)}" for player, x in zip(self.players[:6], self.exact, strict=False)]
        more = ["..."] if len(self) > len(shown) else []
        verdict = f"{self.certificate.verdict.value} ({self.certificate.basis.value})"
        return f"<{self.concept} of {len(self)} players: {', '.join(shown + more)}; {verdict}>"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{html.escape(player)}</td><td style='text-align:right'>{rational.short(x)}</td></tr>"
            for player, x in zip(self.players, self.exact, strict=True)
        )
        head = f"<tr><th>player</th><th>{html.escape(self.concept.replace('_', ' '))}</th></tr>"
        return f"<table>{head}{rows}</table><p>{html.escape(str(self.certificate))}</p>"

    def plot(self, ax: Axes | None = None) -> Axes:
        """A bar for each player; returns the axes."""
        return bars([self], ax)


def bars(allocations: Sequence[Allocation], ax: Axes | None = None) -> Axes:
    """Allocations side by side, a group of bars for each player."""
    import matplotlib.pyplot as plt

    if ax is None:
        _, ax = plt.subplots()
    width = 0.8 / len(allocations)
    for k, allocation in enumerate(allocations):
        positions = np.arange(len(allocation)) + (k - (len(allocations) - 1) / 2) * width
        ax.bar(positions, allocation.amounts, width, label=allocation.concept.replace("_", " "))
    first = allocations[0]
    ax.set_xticks(range(len(first)), first.players)
    ax.set_ylabel(first.unit or "amount")
    ax.axhline(0, color="black", linewidth=0.8)
    if len(allocations) > 1:
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, frameon=False)  # above, where no bar is
    else:
        ax.set_title(first.concept.replace("_", " "))
    return ax


def latex(text: str) -> str:
    """The text with the characters that LaTeX keeps for itself escaped."""
    special: dict[str, str] = {c: "\\" + c for c in "&%$#_{}"} | {
        "\\": "\\textbackslash{}",
        "~": "\\textasciitilde{}",
        "^": "\\textasciicircum{}",
    }
    return "".join(special.get(character, character) for character in text)
