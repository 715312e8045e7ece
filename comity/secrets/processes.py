"""Starting parties in processes of their own, and seeing that none outlives its time."""

from __future__ import annotations

import ipaddress
import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import comity
from comity.errors import ComityError, SolverFailure
from comity.secrets.computation import Computation, refuse_too_few
from comity.secrets.extras import extra

PROGRAM = "from comity.secrets.party import main; main()"
# Beyond its own time a party needs some to start and to say what went wrong.
START = 15.0
Address = tuple[str, int]


def run_party(
    computation: Computation,
    party: int,
    addresses: Sequence[Address],
    secret: Mapping[str, Any],
    *,
    timeout: float = 60,
    tls: Mapping[str, str | Path] | None = None,
    encrypted: bool = False,
) -> dict[str, Any]:
    """Take part as one party, in a process of its own; returns the numbers that all parties learn.

    Parameters
    ----------
    computation : Computation
        The same at all parties; they compare it before anything secret is sent.
    party : int
        Which of the addresses is ours, counted from 0.
    addresses : sequence of (host, port)
        One for each party, in the same order everywhere.
    secret : mapping
        Our numbers by label.
    timeout : float
        Seconds to meet the others and to compute.
    tls : mapping, optional
        Paths of ``certificate``, ``key`` and ``authority``; the certificate names ``party-0``, ``party-1``, ...
    encrypted : bool
        The links are encrypted by other means.
    """
    refuse_too_few(len(addresses))
    if not 0 <= party < len(addresses):
        raise ComityError(f"party is {party}; with {len(addresses)} addresses it is one of 0 to {len(addresses) - 1}")
    if not timeout > 0:
        raise ComityError(f"timeout is {timeout}; give a number of seconds above 0")
    refuse_open_links(addresses, bool(tls) or encrypted)
    computation.grains(secret)
    files = None if tls is None else {name: str(path) for name, path in tls.items()}
    for path in (files or {}).values():
        Path(path).open("rb").close()
    job = {
        "computation": computation.to_json(),
        "party": party,
        "addresses": [list(address) for address in addresses],
        # As exact text: what was written is what is shared.
        "secret": {label: str(number) for label, number in secret.items()},
        "timeout": timeout,
        "tls": files,
    }
    with extra("mpc"):
        _find("mpyc")
    with ExitStack() as stack:
        return answer(start(job, stack), job)


def start(job: Mapping[str, Any], stack: ExitStack) -> subprocess.Popen[str]:
    """Start a party; leaving the stack ends it, whatever it does."""
    root = str(Path(comity.__file__).parent.parent)
    path = os.pathsep.join(part for part in (root, os.environ.get("PYTHONPATH", "")) if part)
    process = subprocess.Popen(
        # -P: a file named like a module of the standard library in the current folder is not run.
        [sys.executable, "-P", "-c", PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    stack.callback(_end, process)
    return process


def answer(process: subprocess.Popen[str], job: Mapping[str, Any]) -> dict[str, Any]:
    """What a party found, or its error as ours."""
    who = f"party {job['party']}"
    try:
        # The secret goes through a pipe: command lines are seen by everybody on the machine.
        said, complaint = process.communicate(json.dumps(job), timeout=2 * job["timeout"] + START)
    except subprocess.TimeoutExpired:
        raise SolverFailure(f"{who} did not end within its time and was stopped; raise the timeout") from None
    try:
        found: dict[str, Any] = json.loads(said)
    except ValueError:
        last = complaint.strip().splitlines()[-1] if complaint.strip() else f"status {process.returncode}"
        raise SolverFailure(f"{who} broke off: {last}") from None
    if "error" in found:
        raise ComityError(found["error"])
    return found


def run_all(computation: Computation, secrets: Sequence[Mapping[str, Any]], timeout: float) -> list[dict[str, Any]]:
    """All parties on this machine, each in its process; for demonstrations and tests, for here one user sees every secret."""
    refuse_too_few(len(secrets))
    addresses = free_addresses(len(secrets))
    with ThreadPoolExecutor(len(secrets)) as threads, ExitStack() as stack:
        jobs = [
            threads.submit(run_party, computation, party, addresses, secret, timeout=timeout)
            for party, secret in enumerate(secrets)
        ]
        stack.callback(lambda: [job.cancel() for job in jobs])
        for job in as_completed(jobs):
            job.result()
    return [job.result() for job in jobs]


def free_addresses(count: int) -> list[Address]:
    """Ports of this machine that nobody listens on."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [("127.0.0.1", one.getsockname()[1]) for one in sockets]


def read_addresses(parts: Sequence[str]) -> list[Address]:
    """Addresses written as ``host:port``."""
    found: list[Address] = []
    for part in parts:
        host, _, port = part.rpartition(":")
        if not host or not port.isdigit() or not 0 < int(port) < 65536:
            raise ComityError(f"{part!r} is no address of a party; write HOST:PORT, for example 127.0.0.1:9000")
        found.append((host.strip("[]"), int(port)))
    if len(set(found)) < len(found):
        raise ComityError("two parties have the same address; give each a port of its own")
    return found


def read_secret(path: Path) -> dict[str, str]:
    """A party's numbers from its JSON file, as they are written there."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) < len(pairs):
            raise ComityError(f"{path}: a label stands twice; give each one number")
        return dict(pairs)

    try:
        data = json.loads(path.read_bytes(), parse_float=str, parse_int=str, object_pairs_hook=once)
    except ComityError:
        raise
    except ValueError as error:
        raise ComityError(f"{path} is not JSON: {error}") from None
    if not isinstance(data, dict) or not all(isinstance(number, str) for number in data.values()):
        raise ComityError(f'{path} holds no table of numbers; write for example {{"A": 3.5, "A,B": 8}}')
    return data


def refuse_open_links(addresses: Sequence[Address], encrypted: bool) -> None:
    """Whoever reads the links between all parties learns every secret; off this machine they must be encrypted."""
    outside = [host for host, _ in addresses if not _is_here(host)]
    if outside and not encrypted:
        raise ComityError(
            f"links to {', '.join(dict.fromkeys(outside))} would not be encrypted, and whoever reads them learns every secret; "
            "give --certificate, --key and --authority, or say --encrypted-elsewhere where a private network does it"
        )


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _find(package: str) -> None:
    from importlib.util import find_spec

    if find_spec(package) is None:
        raise ModuleNotFoundError(name=package)


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream and not stream.closed:
            stream.close()
