"""Splits, sums and core tests from numbers that nobody shows: secure multi-party computation with MPyC."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from comity import rational
from comity.certificate import Basis, Certificate, Verdict, holds_if
from comity.declaration import declare
from comity.errors import ComityError
from comity.results import Allocation
from comity.secrets.computation import Computation, protection, threshold
from comity.secrets.processes import run_all

REFERENCE = "Ben-Or, Goldwasser & Wigderson (1988); Schoenmakers (2018), MPyC"
IF_HONEST = "if every party followed the protocol"
Result = Allocation | Certificate


@declare("protocol", "A sum, a split or a core test from numbers that no party shows", reference=REFERENCE)
def confidential_result(computation: Computation, secrets: Sequence[Mapping[str, Any]], *, timeout: float = 60) -> Result:
    """All parties on this machine, each in its own process, talking over loopback sockets: a demonstration.

    In earnest each member runs its own party on its own machine, with ``comity confidential`` or
    `comity.secrets.processes.run_party`; here one user sees every secret.  What is protected against whom is in the result's
    certificate: up to fewer than half of the parties learn only the result, if all follow the protocol.

    Parameters
    ----------
    computation : Computation
        What is computed; public.
    secrets : sequence of mapping
        The numbers of each party by label; what is computed depends on their sum over parties.
    timeout : float
        Seconds after which a party gives up.

    Returns
    -------
    Allocation or Certificate
        The sum or the split with what it assumes; for a core test its certificate.

    Examples
    --------
    >>> total = Computation(compute="sum", names=("incidents",))
    >>> confidential_result(total, [{"incidents": 3}, {"incidents": 4}, {"incidents": "0.5"}])["incidents"]
    7.5
    """
    answers = run_all(computation, secrets, timeout)
    numbers = answers[0]["numbers"]
    if any(answer["numbers"] != numbers for answer in answers):
        raise ComityError("the parties do not have the same result; some party did not follow the protocol")
    return result_of(computation, numbers, len(secrets))


@declare("protocol", "The Shapley value of a game whose worths no party shows", reference=REFERENCE)
def confidential_split(
    names: Sequence[str],
    secrets: Sequence[Mapping[str, Any]],
    *,
    game: str = "worths",
    estate: Any = None,
    orientation: str | None = None,
    decimals: int = 6,
    limit: Any = 10**9,
    timeout: float = 60,
) -> Allocation:
    """The Shapley value of a game that is the sum of the parties' numbers, as `confidential_result` computes it.

    Examples
    --------
    Three players, each its own party, share a facility as large as the largest of them needs.

    >>> split = confidential_split("ABC", [{"A": 3}, {"B": 5}, {"C": 7}], game="airport")
    >>> dict(split.items())
    {'A': 1.0, 'B': 2.0, 'C': 4.0}
    """
    computation = Computation(
        compute="shapley",
        names=tuple(names),
        game=game,  # type: ignore[arg-type]  # refused with the names that there are
        estate=estate,
        orientation=(orientation or ("cost" if game == "airport" else "gain")),  # type: ignore[arg-type]
        decimals=decimals,
        limit=limit,
    )
    result = confidential_result(computation, secrets, timeout=timeout)
    assert isinstance(result, Allocation)
    return result


def result_of(computation: Computation, numbers: Mapping[str, Any], parties: int) -> Result:
    """The revealed numbers as a result that says what it rests on."""
    found = {name: rational.exact(number, "a revealed number") for name, number in numbers.items()}
    bound = computation.error_bound(parties)
    witness: dict[str, Any] = {
        "computation": computation.to_json(),
        "parties": parties,
        "parties_that_learn_everything_together": threshold(parties) + 1,
        "protection": protection(parties),
        "precision": f"numbers are rounded to {computation.decimals} decimals before they are shared; "
        f"what is revealed is off by at most {rational.short(bound)}, and exact where nothing was rounded",
        "error_bound": bound,
    }
    if computation.compute == "core":
        return _core_certificate(computation, found, witness)
    return Allocation(
        "confidential_sum" if computation.compute == "sum" else "confidential_shapley_value",
        computation.names,
        tuple(found[name] for name in computation.names),
        _certificate(computation, found, witness),
        notes={"protection": witness["protection"], "precision": witness["precision"], "error_bound": bound},
    )


def _certificate(computation: Computation, found: Mapping[str, Fraction], witness: dict[str, Any]) -> Certificate:
    if computation.compute == "sum":
        claim = f"the numbers are the sums of what the parties gave in, {IF_HONEST}"
    else:
        claim = f"the amounts are the Shapley value of the game that the parties' numbers add up to, {IF_HONEST}"
        witness["checked"] = "the amounts add up to the worth of everyone together, which was revealed beside them, exactly"
        witness["worth_of_everyone"] = sum(found.values(), Fraction(0))
    return Certificate(claim, Verdict.HOLDS, basis=Basis.ASSUMED, witness=witness)


def _core_certificate(computation: Computation, found: Mapping[str, Fraction], witness: dict[str, Any]) -> Certificate:
    excess = found.get("largest_excess")
    if excess is not None:
        witness["largest_excess"] = excess
    return Certificate(
        f"the split is in the core of the game that the parties' numbers add up to, {IF_HONEST}",
        holds_if(found["stable"] == 1),
        basis=Basis.ASSUMED,
        witness=witness,
    )
