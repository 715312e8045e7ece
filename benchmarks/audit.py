"""comity's audit beside mechaudit's on the same rules in one run: the same verdicts and margins, and how long each takes.

Run it where both are installed (``pip install comity mechaudit``; the table was made with mechaudit 0.1.0)::

    python benchmarks/audit.py                 rules of 2 to 4 agents, then a million profiles of 3 agents
    python benchmarks/audit.py --types 12 --no-large

Each rule is given to both as tables that are ready; only the audit is timed: honesty in dominant strategies, participation and
no deficit at every profile, every lie of every type.  comity's time is the median of repeated runs.  A verdict or a margin that
differs, by more than floats explain, ends the run with exit status 1.  Without mechaudit only comity is timed.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import importlib.util
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from comity.games.bayesian.rule import DirectRule
from comity.games.bayesian.setting import BayesianSetting
from comity.mechanisms.audit import audit

PROMISES = ("truthful", "participation", "no_deficit")


def auction(n: int, k: int, price: str) -> DirectRule:
    """The highest of k values wins, the first of equals, and pays the first or the second price."""
    bids = np.indices((k,) * n)
    winner = bids.argmax(axis=0)
    ordered = np.sort(bids, axis=0)
    paid = ordered[-1] if price == "first" else ordered[-2]
    payments = np.stack([np.where(winner == i, paid, 0) for i in range(n)], axis=-1)
    agents = [f"bidder {i + 1}" for i in range(n)]
    setting = BayesianSetting(
        {agent: list(range(k)) for agent in agents},
        ["kept", *(f"to {agent}" for agent in agents)],
        {agent: np.arange(k)[:, None] * (np.arange(n + 1) == i + 1) for i, agent in enumerate(agents)},
    )
    return DirectRule(setting, winner + 1, payments)


def random_rule(n: int, k: int, seed: int) -> DirectRule:
    """Random values and payments, in quarters, which floats hold exactly."""
    rng = np.random.default_rng(seed)
    agents, outcomes = [f"agent {i + 1}" for i in range(n)], [f"outcome {x + 1}" for x in range(4)]
    setting = BayesianSetting(
        {agent: list(range(k)) for agent in agents}, outcomes, {agent: rng.integers(0, 40, (k, 4)) / 4 for agent in agents}
    )
    return DirectRule(setting, rng.integers(0, 4, setting.shape), rng.integers(-9, 9, (*setting.shape, n)) / 4)


def ours(rule: DirectRule) -> tuple[float, ...]:
    found = audit(rule, promises=PROMISES)
    return tuple(float(Fraction(found[promise].margin or 0)) for promise in PROMISES)


def prepared_for_mechaudit(rule: DirectRule) -> Callable[[], tuple[float, ...]]:
    """The rule as mechaudit's environment and tables, and its audit as a function of nothing."""
    peer: Any = importlib.import_module("mechaudit")
    setting = rule.setting
    tables = dict(zip(setting.agents, (values.doubles() for values in setting.values), strict=True))
    places = {x: k for k, x in enumerate(setting.outcomes)}
    environment = peer.FiniteEnvironment(
        agents={agent: list(range(size)) for agent, size in zip(setting.agents, setting.shape, strict=True)},
        outcomes=list(setting.outcomes),
        values=peer.PrivateValues(lambda agent, own, outcome: float(tables[agent][own, places[outcome]])),
    )
    mechanism = peer.DirectMechanism.from_arrays(
        rule.lotteries.doubles().reshape(setting.profiles, -1), rule.payments.doubles().reshape(setting.profiles, -1)
    )
    requirements = (peer.DSIC(), peer.ExPostIR(), peer.WeakBudgetBalance())

    def run() -> tuple[float, ...]:
        report = peer.audit_mechanism(environment=environment, mechanism=mechanism, requirements=requirements)
        slack = [section.minimum_slack for section in (report.ic, report.ir, report.budget)]
        return tuple(float(each) if each is not None else 0.0 for each in slack)

    return run


def timed(run: Callable[[], Any], repeats: int) -> tuple[Any, float]:
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        found = run()
        seconds.append(time.perf_counter() - start)
    return found, statistics.median(seconds)


def compare(name: str, rule: DirectRule, peer: bool) -> tuple[float | None, bool]:
    """One line of the table; the ratio, and whether both agree."""
    setting = rule.setting
    lies = sum(setting.profiles * (k - 1) for k in setting.shape)
    margins, seconds = timed(lambda: ours(rule), 5)
    line = f"{name:<28} {setting.profiles:>9,} {lies:>11,} {seconds * 1e3:>10.2f} ms"
    if not peer:
        print(line, flush=True)
        return None, True
    theirs, slow = timed(prepared_for_mechaudit(rule), 1)
    # Lies only: where honesty has something to spare, comity's margin counts the truth as a lie that gains nothing.
    expected = (min(theirs[0], 0.0), *theirs[1:])
    agree = np.allclose(margins, expected, rtol=0, atol=1e-7)
    agree = agree and all((a >= 0) == (b >= -1e-7) for a, b in zip(margins, expected, strict=True))
    print(f"{line} {slow:>9.2f} s {slow / seconds:>8.0f} x  {'same' if agree else f'{margins} != {expected}'}", flush=True)
    return slow / seconds, bool(agree)


LARGE = """
import resource, sys, time
sys.path.insert(0, {folder!r})
from audit import PROMISES, audit, auction
start = time.perf_counter()
rule = auction(3, 100, "second")
built = time.perf_counter()
found = audit(rule, promises=PROMISES)
done = time.perf_counter()
everything = audit(rule, promises=(*PROMISES, "bayesian_truthful", "interim_participation", "efficient", "weakly_monotone"))
last = time.perf_counter()
assert found.holds and everything.holds, everything
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(f"{{rule.setting.profiles:,}} profiles of 3 agents: table {{built - start:.2f}} s, audit {{done - built:.2f}} s; "
      f"seven promises {{last - done:.2f}} s; peak memory {{peak:.0f}} MiB")
"""


def large() -> None:
    """A million profiles, in a process of its own so that its peak of memory is its own."""
    from pathlib import Path

    code = LARGE.format(folder=str(Path(__file__).resolve().parent))
    print(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip())


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--types", type=int, default=10, help="types of each of 3 agents (default 10)")
    parser.add_argument("--no-large", action="store_true", help="leave the million profiles out")
    options = parser.parse_args()
    peer = importlib.util.find_spec("mechaudit") is not None
    print(f"mechaudit {importlib.metadata.version('mechaudit')}" if peer else "mechaudit is not installed: comity alone")
    print(f"{'rule':<28} {'profiles':>9} {'lies':>11} {'comity':>13} {'mechaudit':>11} {'ratio':>10}")
    k = options.types
    rows = [
        (f"second price, 3 x {k}", auction(3, k, "second")),
        (f"first price, 3 x {k}", auction(3, k, "first")),
        (f"random, 3 x {k}", random_rule(3, k, 1)),
        ("second price, 2 x 30", auction(2, 30, "second")),
        ("random, 2 x 30", random_rule(2, 30, 2)),
        ("random, 4 x 5", random_rule(4, 5, 3)),
        ("random, 3 x 4", random_rule(3, 4, 4)),
        *((f"random, 3 x 6, seed {seed}", random_rule(3, 6, seed)) for seed in range(5, 9)),
    ]
    found = [compare(name, rule, peer) for name, rule in rows]
    ratios = [ratio for ratio, _ in found if ratio is not None]
    if ratios:
        print(f"ratios {min(ratios):.0f} to {max(ratios):.0f}, median {statistics.median(ratios):.0f}")
    if not options.no_large:
        large()
    print(f"peak memory of this process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")
    return 0 if all(agree for _, agree in found) else 1


if __name__ == "__main__":
    raise SystemExit(main())
