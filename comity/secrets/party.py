"""One party of a confidential computation, in a process of its own: a job on standard input, an answer on standard output.

A job holds the computation, the addresses, which party this is, its secret numbers and the time it may take.
"""

from __future__ import annotations

import asyncio
import json
import math
import sys
import time
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from comity import rational
from comity.errors import ComityError
from comity.secrets.computation import Computation, refuse_too_few, shapley_weight, threshold
from comity.secrets.links import DONE, HELLO, Links, runtime_for

VERSION = "comity-party/1"


def main() -> None:
    """Read the job, take part, write the answer or what went wrong."""
    try:
        answer = asyncio.run(take_part(json.load(sys.stdin)))
    except ComityError as error:
        answer = {"error": str(error)}
    except RuntimeError as error:  # how MPyC stops the loop when one of its tasks fails
        answer = {"error": f"the computation stopped: {error}; the parties may run different versions of comity or mpyc"}
    json.dump(answer, sys.stdout)


async def take_part(job: Mapping[str, Any]) -> dict[str, Any]:
    """Meet the others, compare what is computed, compute, and wait until all have the result."""
    task = Computation.from_json(job["computation"])
    addresses = [(str(host), int(port)) for host, port in job["addresses"]]
    refuse_too_few(len(addresses))
    grains = task.grains(job["secret"])
    runtime = runtime_for(job["party"], addresses, threshold(len(addresses)))
    links = Links(runtime, job["party"], addresses, _tls(job.get("tls")))
    started = time.perf_counter()
    try:
        await links.meet(job["timeout"])
        left = job["timeout"] - (time.perf_counter() - started)
        work = links.unless_someone_leaves(_agree_and_compute(links, task, grains))
        try:
            numbers = await asyncio.wait_for(work, left)
        except TimeoutError:
            raise ComityError(f"the computation took longer than {job['timeout']:g} s; raise the timeout") from None
        return {
            "numbers": {name: rational.text(number) for name, number in numbers.items()},
            "seconds": time.perf_counter() - started,
            "bytes_sent": links.bytes_sent,
        }
    finally:
        links.close()


async def _agree_and_compute(links: Links, task: Computation, grains: Mapping[str, int]) -> dict[str, Fraction]:
    numbers = Numbers(links.runtime, task)
    hello = {"version": VERSION, "computation": task.to_json(), "digest": task.digest, "field": str(numbers.modulus)}
    await _agree(links, {**hello, "gives": sorted(grains)}, task)
    opened = await numbers.compute([grains.get(label, 0) for label in task.labels])
    # Nobody closes a connection before everybody has the result.
    await links.exchange(DONE, b"done")
    await links.sent()
    return opened


async def _agree(links: Links, mine: dict[str, Any], task: Computation) -> None:
    """Compare everything public before anything secret is sent, and see that somebody gives each number."""
    said = {links.party: mine}
    for peer, message in (await links.exchange(HELLO, json.dumps(mine).encode())).items():
        try:
            said[peer] = dict(json.loads(message))
        except (ValueError, TypeError):
            raise ComityError(
                f"party {peer} does not speak this protocol; run the same version of comity at all parties"
            ) from None
    for peer, theirs in said.items():
        for key in ("version", "digest", "field"):
            if theirs.get(key) != mine[key]:
                raise ComityError(f"party {peer} computes something else than party {links.party}: {_difference(mine, theirs)}")
    given = {label for theirs in said.values() for label in theirs.get("gives", ())}
    missing = [label for label in task.labels if label not in given]
    if missing:
        shown = ", ".join(repr(label) for label in missing[:5]) + (" and others" if len(missing) > 5 else "")
        raise ComityError(f"no party gives a number for {shown}; where it is 0, one party writes 0")


def _difference(mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> str:
    one, other = mine["computation"], theirs.get("computation")
    if isinstance(other, Mapping):
        for key, value in one.items():
            if other.get(key) != value:
                return f"{key} is {json.dumps(other.get(key))} there and {json.dumps(value)} here; give all parties the same"
    return "run the same version of comity and mpyc at all parties"


class Numbers:
    """Secret-shared integers and what is computed from them.

    Numbers are whole grains, so that sums, comparisons and the Shapley value times n! are exact.  MPyC's own fixed-point
    numbers are avoided: they note in the clear whether a party's value happens to be whole, and parties whose notes differ
    compute garbage without a word.
    """

    def __init__(self, runtime: Any, task: Computation) -> None:
        self.runtime, self.task = runtime, task
        self.n = len(task.names)
        largest = task.largest(len(runtime.parties))
        self.compared_bits = (2 * largest).bit_length() + 2
        revealed = largest * (2 * sum(shapley_weight(self.n, size) * math.comb(self.n - 1, size) for size in range(self.n)))
        self.secret = runtime.SecInt(max(self.compared_bits, revealed.bit_length() + 2))

    @property
    def modulus(self) -> int:
        """The size of the field: every share is a number below it."""
        return int(self.secret.field.modulus)

    async def compute(self, mine: Sequence[int]) -> dict[str, Fraction]:
        """Share my numbers, add up everybody's, compute, and open the result only."""
        shared = self.runtime.input([self.secret(x) for x in mine])
        total = [self.runtime.sum([theirs[k] for theirs in shared]) for k in range(len(mine))]
        if self.task.compute == "sum":
            return dict(zip(self.task.names, await self._open(total, self.task.unit), strict=True))
        worths = self._worths(total)
        if self.task.compute == "shapley":
            return await self._shapley(worths)
        return await self._core(worths)

    async def _open(self, secrets: Sequence[Any], unit: int) -> list[Fraction]:
        opened = await self.runtime.output(list(secrets))
        return [Fraction(int(number), unit) for number in opened]

    def _worths(self, numbers: Sequence[Any]) -> list[Any]:
        """The secret worth of every coalition, by mask; 0 for nobody."""
        zero = self.secret(0)
        if self.task.game == "worths":
            return [zero, *numbers]
        worths = [zero] * (1 << self.n)
        for S in range(1, 1 << self.n):
            i = S.bit_length() - 1
            rest = S ^ (1 << i)
            # The cost of the largest, or what is claimed in all.
            alone = not rest
            worths[S] = numbers[i] if alone else self._pair(worths[rest], numbers[i])
        if self.task.game == "airport":
            return worths
        return self._what_others_leave(worths)

    def _pair(self, one: Any, other: Any) -> Any:
        return self._larger(one, other) if self.task.game == "airport" else one + other

    def _what_others_leave(self, claimed: Sequence[Any]) -> list[Any]:
        estate = int((self.task.estate or 0) * self.task.unit)
        zero, everyone = self.secret(0), (1 << self.n) - 1
        left = [self._larger(zero, estate - claimed[everyone ^ S]) for S in range(1, everyone)]
        # Nobody gets nothing, and everyone together has the estate.
        return [zero, *left, self.secret(estate)]

    def _larger(self, one: Any, other: Any) -> Any:
        return one + self._is_negative(one - other) * (other - one)

    def _is_negative(self, number: Any) -> Any:
        return self.runtime.sgn(number, l=self.compared_bits, LT=True)

    async def _shapley(self, worths: Sequence[Any]) -> dict[str, Fraction]:
        """n! times the value is a sum with whole weights, which each party takes of its shares without a word to the others."""
        n = self.n
        weights = [shapley_weight(n, size) for size in range(n)]
        values = []
        for i in range(n):
            without = [S for S in range(1 << n) if not S >> i & 1]
            terms = [weights[S.bit_count()] * (worths[S | 1 << i] - worths[S]) for S in without]
            values.append(self.runtime.sum(terms))
        scale = sum(weights[size] * math.comb(n - 1, size) for size in range(n)) * self.task.unit
        *opened, whole = await self._open([*values, worths[-1] * (scale // self.task.unit)], scale)
        if sum(opened, Fraction(0)) != whole:
            raise ComityError(
                "the shares do not add up to the worth of everyone together: some party did not follow the protocol, or runs "
                "another version; nothing of this result can be used"
            )
        return dict(zip(self.task.names, opened, strict=True))

    async def _core(self, worths: Sequence[Any]) -> dict[str, Fraction]:
        """One bit: whether no coalition has an excess and the split shares out everything."""
        amounts = [int(x * self.task.unit) for x in self.task.split or ()]
        sign = 1 if self.task.orientation == "gain" else -1
        excesses = [sign * (worths[S] - sum(x for i, x in enumerate(amounts) if S >> i & 1)) for S in range(1, (1 << self.n) - 1)]
        beyond = worths[-1] - sum(amounts)
        bits = [self._is_negative(-excess) for excess in excesses]
        wrong = self.runtime.sum([*bits, 1 - self.runtime.sgn(beyond, l=self.compared_bits, EQ=True)])
        stable = self.runtime.sgn(wrong, l=(1 << self.n).bit_length() + 2, EQ=True)
        answer = {"stable": (await self._open([stable], 1))[0]}
        if self.task.show_excess and excesses:
            largest = excesses[0]
            for excess in excesses[1:]:
                largest = self._larger(largest, excess)
            answer["largest_excess"] = (await self._open([largest], self.task.unit))[0]
        return answer


def _tls(files: Mapping[str, str] | None) -> Any:
    """Contexts as server and as client: both sides show a certificate signed by the same authority."""
    if not files:
        return None
    import ssl

    contexts = []
    for purpose in (ssl.Purpose.CLIENT_AUTH, ssl.Purpose.SERVER_AUTH):
        context = ssl.create_default_context(purpose, cafile=files["authority"])
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(files["certificate"], files["key"])
        context.verify_mode = ssl.CERT_REQUIRED
        contexts.append(context)
    return tuple(contexts)
