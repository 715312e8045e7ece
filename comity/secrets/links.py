"""The links of one party to the others: a runtime of MPyC that meets its peers, gives up in time and reads nothing but numbers.

MPyC 0.11 waits for ever for a party that is missing or has left, listens on every address of the machine, and unpickles what
peers send when it closes.  The runtime here meets with a deadline and says who is missing, listens on one address, notices a
peer that leaves, and exchanges plain bytes.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from typing import Any

from comity.errors import ComityError
from comity.secrets.extras import extra

# Statistical masking: what is opened along the way tells about a secret with probability at most 2**-40.
MASKING_BITS = 40
RETRY = 0.05  # seconds between attempts to reach a party that is not there yet
GRACE = 0.5  # seconds in which the reason for a departure may still arrive
# Labels of our own messages; those of MPyC are pseudorandom numbers of 64 bits.
WELCOME, HELLO, DONE = -1, -2, -3


@dataclass
class Links:
    """One party's runtime and what it knows of its peers."""

    runtime: Any
    party: int
    addresses: Sequence[tuple[str, int]]
    tls: Any = None  # a pair of contexts: as server and as client
    left: asyncio.Future[int] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    async def meet(self, timeout: float) -> None:
        """Connect to every peer; an error names those who did not come in time."""
        try:
            await asyncio.wait_for(self._meet(), timeout)
        except TimeoutError:
            peers = self.runtime.parties
            missing = [k for k in range(len(peers)) if k != self.party and peers[k].protocol is None]
            who = ", ".join(f"party {k} ({self.addresses[k][0]}:{self.addresses[k][1]})" for k in missing)
            raise ComityError(
                f"{who} did not come within {timeout:g} s; start all parties with the same addresses, or raise the timeout"
            ) from None

    async def _meet(self) -> None:
        loop, parties = asyncio.get_running_loop(), self.runtime.parties
        for peer in parties:
            peer.protocol = loop.create_future() if peer.pid == self.party else None
        server = None
        if self.party:
            host, port = self.addresses[self.party]
            context = self.tls[0] if self.tls else None
            try:
                server = await loop.create_server(lambda: self.runtime.link(self, None), host, port, ssl=context)
            except OSError as error:
                raise ComityError(f"party {self.party} cannot listen on {host}:{port}: {error.strerror or error}") from None
        try:
            await asyncio.gather(*(self._reach(k) for k in range(self.party + 1, len(parties))))
            await parties[self.party].protocol
        finally:
            if server:
                server.close()

    async def _reach(self, peer: int) -> None:
        host, port = self.addresses[peer]
        options = {"ssl": self.tls[1], "server_hostname": f"party-{peer}"} if self.tls else {}
        while True:
            try:
                _, link = await asyncio.get_running_loop().create_connection(
                    lambda: self.runtime.link(self, peer), host, port, **options
                )
                # A tunnel may take the connection though nobody is behind it yet.
                if await link.welcomed:
                    return
            except OSError as error:
                if self.tls and type(error).__name__ == "SSLCertVerificationError":
                    raise ComityError(
                        f"party {peer} at {host}:{port} shows no valid certificate for party-{peer}: {error}"
                    ) from None
            await asyncio.sleep(RETRY)

    async def exchange(self, label: int, message: bytes) -> dict[int, bytes]:
        """Send the same bytes to every peer, and receive theirs."""
        peers = [peer for peer in self.runtime.parties if peer.pid != self.party]
        for peer in peers:
            peer.protocol.send(label, message)
        return {peer.pid: await _awaited(peer.protocol.receive(label)) for peer in peers}

    async def unless_someone_leaves(self, work: Awaitable[Any]) -> Any:
        """The result of some work, or an error as soon as a peer has left."""
        task = asyncio.ensure_future(work)
        await asyncio.wait({task, self.left}, return_when=asyncio.FIRST_COMPLETED)
        # A peer that refuses to go on leaves; what it and the others said before tells why.
        await asyncio.wait({task}, timeout=GRACE)
        if task.done():
            return task.result()
        task.cancel()
        raise ComityError(f"party {self.left.result()} left before the result was there; nothing was computed")

    async def sent(self) -> None:
        """Wait until everything has left this process; closing earlier would lose it."""
        while any(transport.get_write_buffer_size() for transport in self._transports()):
            await asyncio.sleep(RETRY)

    def close(self) -> None:
        """Close every connection that is open."""
        for transport in self._transports():
            transport.close()

    def _transports(self) -> list[Any]:
        found = [getattr(peer.protocol, "transport", None) for peer in self.runtime.parties]
        return [transport for transport in found if transport is not None]

    @property
    def bytes_sent(self) -> int:
        """Bytes sent to all peers so far."""
        return sum(getattr(peer.protocol, "nbytes_sent", 0) for peer in self.runtime.parties)


async def _awaited(payload: Any) -> bytes:
    received = await payload if isinstance(payload, asyncio.Future) else payload
    return bytes(received)


def runtime_for(party: int, addresses: Sequence[tuple[str, int]], threshold: int) -> Any:
    """A runtime of MPyC for this process; once in the life of a process, for MPyC keeps it in its modules."""
    # MPyC reads the command line and the environment when it is imported; neither may change what one party computes.
    for name in [name for name in os.environ if name.startswith("MPYC_")]:
        del os.environ[name]
    os.environ["MPYC_NONUMPY"] = "1"
    given, sys.argv = sys.argv, [sys.argv[0], "--no-log"]
    try:
        with extra("mpc"):
            import mpyc.runtime
    finally:
        sys.argv = given
    options = mpyc._get_arg_parser().parse_args(["--no-log", "--sec-param", str(MASKING_BITS), "--threshold", str(threshold)])
    parties = [mpyc.runtime.Party(k, host, port) for k, (host, port) in enumerate(addresses)]
    runtime = mpyc.runtime.Runtime(party, parties, options)
    from mpyc import asyncoro, mpctools, random, secgroups, seclists, secpols, sectypes, statistics

    for module in (asyncoro, mpctools, random, secgroups, seclists, secpols, sectypes, statistics):
        module.runtime = runtime
    # Shares travel as plain bytes of integers.  Nothing a peer sends is unpickled, which would run its code.
    mpyc.runtime.pickle = None
    runtime.link = _link_class(asyncoro.MessageExchanger)
    return runtime


def _link_class(exchanger: Any) -> Any:
    import struct

    class Link(exchanger):  # type: ignore[misc]
        """A connection to one peer, which may leave and may be somebody else."""

        peer_pid: int | None

        def __init__(self, links: Links, peer: int | None) -> None:
            super().__init__(links.runtime, peer)
            self.links = links
            self.welcomed = asyncio.get_running_loop().create_future()
            self.done = False

        def connection_made(self, transport: Any) -> None:
            self.transport = transport
            if self.peer_pid is not None:
                keys = self.runtime._prss_keys_to_peer(self.peer_pid)
                transport.writelines([self.runtime.pid.to_bytes(2, "little"), *keys])

        def data_received(self, data: bytes) -> None:
            self.bytes.extend(data)
            if self.peer_pid is None and not self._introduced():
                return
            while len(self.bytes) >= 12:
                label, size = struct.unpack_from("<qI", self.bytes)
                if len(self.bytes) < 12 + size:
                    break
                payload = bytes(self.bytes[12 : 12 + size])
                del self.bytes[: 12 + size]
                if label == WELCOME:
                    self._meets()
                    continue
                self.done |= label == DONE
                waiting = self.buffers.pop(label, None)
                if waiting is None:
                    self.buffers[label] = payload
                elif not waiting.done():
                    waiting.set_result(payload)

        def _introduced(self) -> bool:
            """Whether the peer has said who it is, and may be so."""
            if len(self.bytes) < 2:
                return False
            peer = int.from_bytes(self.bytes[:2], "little")
            runtime = self.runtime
            if not (peer < runtime.pid and runtime.parties[peer].protocol is None and self._certified(peer)):
                self.transport.close()
                return False
            size = runtime._prss_keys_from_peer(peer)
            if len(self.bytes) < 2 + size:
                return False
            self.peer_pid = peer
            runtime._prss_keys_from_peer(peer, bytes(self.bytes[2 : 2 + size]))
            del self.bytes[: 2 + size]
            self.send(WELCOME, b"")
            self._meets()
            return True

        def _meets(self) -> None:
            if not self.welcomed.done():
                self.welcomed.set_result(True)
                self.runtime.set_protocol(self.peer_pid, self)

        def _certified(self, peer: int) -> bool:
            if not self.links.tls:
                return True
            certificate = self.transport.get_extra_info("peercert") or {}
            return ("DNS", f"party-{peer}") in certificate.get("subjectAltName", ())

        def connection_lost(self, exc: Exception | None) -> None:
            if not self.welcomed.done():
                self.welcomed.set_result(False)
            elif self.peer_pid is not None and not self.done and not self.links.left.done():
                self.links.left.set_result(self.peer_pid)

    return Link
