"""Repeating every check of an assessment or a result from its evidence alone, with no solver."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from comity import rational
from comity.agreements.assessment import ASSESSMENT_SCHEMA, answers, finding_form, omitted
from comity.agreements.file import Agreement
from comity.agreements.levers import change_of, least_value
from comity.agreements.membership import Membership, not_added
from comity.agreements.repairs import Repair, Target, describe, excess, tasks, unreachable
from comity.certificate import Basis, Certificate, Verdict, holds_if, plain
from comity.checks.confirm import UNREADABLE, confirm
from comity.checks.design import DESIGN_SCHEMA, confirm_design
from comity.checks.information_design import SIGNAL_SCHEMA, confirm_signal
from comity.errors import AgreementError, ComityError, InvalidEvidence
from comity.games.coalitional.base import Game
from comity.mechanisms.findings import Finding, Lever, Solved
from comity.mechanisms.setting import Evidence, Setting
from comity.results import Allocation

MAX_BYTES = 64 * 2**20
MAX_SHOWN = 1_000
CLAIM = "every statement of the assessment follows from its agreement and evidence"


def verify(subject: Any, result: Any = None) -> Certificate:
    """Repeat every check, from the evidence alone.

    ``verify(game, result)`` confirms an `Allocation` (or its JSON form) of a game.  ``verify(assessment)`` takes an
    `Assessment`, its JSON form as data or text, or the path of a JSON file: it reads the embedded agreement, recomputes every
    field (sentences and doubles included), checks every witness, and imports no solver.  ``verify(design)`` takes what
    `comity.design_mechanism` returns, in the same forms, and ``verify(signal)`` what `comity.optimal_signal` returns.

    Returns
    -------
    Certificate
        HOLDS, or FAILS with ``witness["differences"]`` naming each field that is wrong.  It confirms arithmetic: that the
        numbers in the agreement fit the world is assumed.
    """
    if isinstance(subject, Game):
        if result is None:
            raise ComityError("verify(game, result) needs the result to confirm")
        return confirm(subject, result)
    if isinstance(subject, Allocation):
        raise ComityError("a result is confirmed together with its game: verify(game, result)")
    try:
        data = _read(subject)
        if data["schema"] == DESIGN_SCHEMA:
            return confirm_design(data)
        if data["schema"] == SIGNAL_SCHEMA:
            return confirm_signal(data)
        differences, checked, bases = _differences(data)
    except UNREADABLE as error:
        return Certificate(CLAIM, Verdict.FAILS, basis=Basis.EXACT, witness={"differences": [_printable(_reason(error))]})
    weakest = Basis.ENCLOSED if Basis.ENCLOSED in bases else Basis.EXACT
    return Certificate(
        CLAIM,
        holds_if(not differences),
        basis=weakest,
        witness={
            "differences": [_printable(difference) for difference in differences[:100]],
            "confirmed": checked,
            "assumed": "the numbers in the agreement, and that its model fits the world",
        },
    )


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return str(error) if isinstance(error, ComityError) else f"something in it is not what belongs there: {error!r}"


def _printable(text: str) -> str:
    """Names from the file in a form that any terminal can show and none obeys."""
    shown = "".join(letter if letter.isprintable() or letter == "\n" else ascii(letter)[1:-1] for letter in text[:MAX_SHOWN])
    return shown if len(text) <= MAX_SHOWN else shown + "..."


def _read(subject: Any) -> Mapping[str, Any]:
    if hasattr(subject, "to_json"):
        subject = subject.to_json()
    if isinstance(subject, Path) or (isinstance(subject, str) and not subject.lstrip().startswith("{")):
        subject = _text(Path(subject))
    try:
        text = subject if isinstance(subject, str) else json.dumps(plain(subject), allow_nan=False)
        if len(text) > MAX_BYTES:
            raise InvalidEvidence(f"the assessment has {len(text)} bytes, more than {MAX_BYTES}")
        data = json.loads(text, object_pairs_hook=_no_duplicates, parse_constant=_no_constant)
    except (TypeError, ValueError) as error:
        if isinstance(error, ComityError):
            raise
        raise InvalidEvidence(f"this is not JSON: {error}") from None
    if not isinstance(data, dict) or data.get("schema") not in (ASSESSMENT_SCHEMA, DESIGN_SCHEMA, SIGNAL_SCHEMA):
        raise InvalidEvidence(
            f'this is not an assessment; its "schema" should be "{ASSESSMENT_SCHEMA}" '
            f'(or "{DESIGN_SCHEMA}" for a designed rule, "{SIGNAL_SCHEMA}" for a designed signal)'
        )
    return data


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)  # a device has no size of its own
        if len(content) > MAX_BYTES:
            raise InvalidEvidence(f"{path} has more than {MAX_BYTES} bytes")
        return content.decode()
    except (OSError, ValueError) as error:
        if isinstance(error, ComityError):
            raise
        raise InvalidEvidence(f"{str(path)[:200]} cannot be read: {error}") from None


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):
        twice, times = Counter(name for name, _ in pairs).most_common(1)[0]
        raise InvalidEvidence(f"the key {twice!r} stands {times} times in one JSON object; all but one would be lost")
    return data


def _no_constant(name: str) -> Any:
    raise InvalidEvidence(f"{name} is not a number an assessment may hold")


# --- recomputing -------------------------------------------------------------------------------


def _differences(data: Mapping[str, Any]) -> tuple[list[str], dict[str, int], set[Basis]]:
    agreement = _agreement(data)
    setting = replace(agreement.setting(), evidence=_evidence(data))
    who, findings = answers(agreement, setting)
    found: list[str] = []
    text = data["agreement"]
    if data.get("sha256") != agreement.sha256:
        found.append(f"sha256: says {_show(data.get('sha256'))}, but that of the embedded agreement is {agreement.sha256}")
    expected: dict[str, Any] = {
        "schema": ASSESSMENT_SCHEMA,
        "agreement": text,
        "sha256": data.get("sha256"),
        "set": plain(agreement.overrides),
        "holds": all(finding.holds is not False for finding in findings),
        "membership": who.to_json(),
        "not_added": list(not_added(setting)),
        "omitted": omitted(findings),
    }
    found += _compare(expected, {key: value for key, value in data.items() if key not in ("findings", "repairs", "evidence")}, "")
    found += _compare_lists("findings", [finding_form(f) for f in findings], data.get("findings"), _finding_key)
    found += _unconfirmed(findings)
    try:
        repaired = list(_repairs(agreement, setting, who, findings, data))
    except UNREADABLE as error:
        return [*found, _reason(error)], {}, set()
    found += _compare_lists("repairs", [repair.to_json() for repair in repaired], data.get("repairs"), _repair_key)
    found += [f"repairs[{r.finding}, {r.lever.key}]: its proof fails" for r in repaired if not r.certificate]
    found += _unused(setting.evidence, data)
    bases = {finding.certificate.basis for finding in findings}
    return found, {"findings": len(findings), "repairs": len(repaired)}, bases


def _agreement(data: Mapping[str, Any]) -> Agreement:
    text, overrides = data.get("agreement"), data.get("set")
    if not isinstance(text, str):
        raise InvalidEvidence("the agreement's text is missing")
    if not isinstance(overrides, dict):
        raise InvalidEvidence('"set" should be the numbers that were overridden, or {}')
    try:
        return Agreement.loads(text, overrides=overrides)
    except AgreementError as error:
        raise InvalidEvidence(f"the embedded agreement has mistakes: {error}") from None


def _evidence(data: Mapping[str, Any]) -> Evidence:
    entries = data.get("evidence")
    if not isinstance(entries, list):
        raise InvalidEvidence("evidence: is missing or not a list")
    known = {}
    for at, entry in enumerate(entries):
        if not isinstance(entry, dict) or set(entry) != {"clause", "inputs", "found"} or not isinstance(entry["found"], dict):
            raise InvalidEvidence(f"evidence.{at}: should say clause, inputs and found, and nothing else")
        known[(str(entry["clause"]), str(entry["inputs"]))] = entry["found"]
    if len(known) < len(entries) or list(known) != sorted(known):
        raise InvalidEvidence("evidence: its entries are not in order, each once")
    return _Reading(known)


class _Reading(Evidence):
    """Evidence that is only read; what nobody asked for is noticed."""

    def __init__(self, known: Mapping[tuple[str, str], Mapping[str, Any]]) -> None:
        super().__init__(known, solving=False)
        self.used: set[tuple[str, str]] = set()

    def of(self, clause: Any, setting: Setting) -> Mapping[str, Any]:
        from comity.mechanisms.setting import digest

        self.used.add((clause.id, digest(clause.evidence_inputs(setting))))
        return super().of(clause, setting)


def _unused(evidence: Evidence, data: Mapping[str, Any]) -> list[str]:
    assert isinstance(evidence, _Reading)
    extra = sorted(set(evidence.known) - evidence.used)
    return [f"evidence[{clause}, {inputs}]: belongs to nothing that is claimed" for clause, inputs in extra]


def _unconfirmed(findings: tuple[Finding, ...]) -> list[str]:
    """Certificates whose own check does not confirm what the finding says."""
    wrong = []
    for finding in findings:
        verdict = finding.certificate.verdict
        should = Verdict.FAILS if finding.holds is False else Verdict.HOLDS
        if verdict is not should:
            wrong.append(f"findings[{finding.id}].certificate: {finding.certificate.claim}: its evidence gives {verdict.value}")
    return wrong


def _repairs(
    agreement: Agreement, setting: Setting, who: Membership, findings: tuple[Finding, ...], data: Mapping[str, Any]
) -> Iterator[Repair]:
    given = data.get("repairs")
    listed = {_repair_key(entry): entry for entry in given} if isinstance(given, list) else {}
    for target, levers in tasks(agreement, setting, who, findings):
        described = []
        for lever in levers:
            entry = listed.get(_lever_key(target.id, lever))
            if entry is not None:
                try:
                    described.append(_described(setting, who, target, lever, entry))
                except UNREADABLE as error:
                    raise InvalidEvidence(f"repairs[{target.id}, {lever.key}]: {_reason(error)}") from None
        yield from sorted(described, key=lambda repair: repair.rank)
        missing = [lever.key for lever in levers if _lever_key(target.id, lever) not in listed]
        if missing:
            raise InvalidEvidence(f"repairs[{target.id}]: {', '.join(missing)} is missing")


def _described(setting: Setting, who: Membership, target: Target, lever: Lever, entry: Mapping[str, Any]) -> Repair:
    here = setting if target.at == "all" else setting.keeping(who.resulting)
    values, given, proof = (_table(entry, name) for name in ("values", "change", "certificate"))
    stated = entry.get("value_exact") or values.get("least_if_membership_stays_exact")
    if stated is None:
        return describe(setting, who, target, lever, _no_value(here, target, lever, entry))
    value = rational.exact(stated, "value")
    if lever.solve is None:
        least = least_value(lever, here, lambda changed: excess(changed, target))
        if value != least:
            raise InvalidEvidence(f"value: the least is {'none' if least is None else rational.text(least)}")
        return describe(setting, who, target, lever, Solved(value, change_of(lever, here, value), {}))
    change = {path: rational.exact(number, path) for path, number in given.items()}
    if set(change) != set(lever.paths):
        raise InvalidEvidence(f"change: should set {', '.join(lever.paths)}")
    return describe(setting, who, target, lever, Solved(value, change, _table(proof, "witness")))


def _table(entry: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = entry.get(name)
    if not isinstance(found, dict):
        raise InvalidEvidence(f"{name}: is missing or no table")
    return found


def _no_value(here: Setting, target: Target, lever: Lever, entry: Mapping[str, Any]) -> str:
    """The reason why there is no value, after trying them again."""
    if lever.solve is not None:
        reason = lever.hopeless(here) if lever.hopeless is not None else None
        if reason is None:
            raise InvalidEvidence("says there is none, but nothing proves it")
        return reason
    value = least_value(lever, here, lambda changed: excess(changed, target))
    if value is not None:
        raise InvalidEvidence(f"says there is none, but {rational.text(value)} repairs")
    return unreachable(here, target, lever)


# --- comparing ---------------------------------------------------------------------------------


def _finding_key(entry: Any) -> str:
    return str(entry.get("id")) if isinstance(entry, dict) else "?"


def _repair_key(entry: Any) -> str:
    if not isinstance(entry, dict):
        return "?"
    lever, item, member = entry.get("lever"), entry.get("item"), entry.get("member")
    key = f"{lever} on {item}" if item else f"{lever} of {member}" if member else str(lever)
    return f"{entry.get('finding')}, {entry.get('clause')}: {key}"


def _lever_key(finding: str, lever: Lever) -> str:
    return f"{finding}, {lever.clause}: {lever.key}"


def _compare_lists(name: str, expected: list[dict[str, Any]], given: Any, key: Any) -> list[str]:
    if not isinstance(given, list):
        return [f"{name}: is missing or not a list"]
    wanted, have = {key(entry): entry for entry in expected}, {key(entry): entry for entry in given}
    found = [f"{name}[{missing}]: is missing" for missing in wanted if missing not in have]
    found += [f"{name}[{extra}]: follows from nothing in the agreement" for extra in have if extra not in wanted]
    for shared in wanted:
        if shared in have:
            found += _compare(wanted[shared], have[shared], f"{name}[{shared}]")
    if not found and [key(entry) for entry in expected] != [key(entry) for entry in given]:
        found.append(f"{name}: their order or number differs")
    return found


def _compare(expected: Any, given: Any, path: str) -> list[str]:
    expected = json.loads(json.dumps(expected, allow_nan=False)) if not path or path.endswith("]") else expected
    if isinstance(expected, dict) and isinstance(given, dict):
        found = []
        for key in [*expected, *(key for key in given if key not in expected)]:
            where = f"{path}.{key}" if path else key
            if key not in given:
                found.append(f"{where}: is missing")
            elif key not in expected:
                found.append(f"{where}: is not part of an assessment")
            else:
                found += _compare(expected[key], given[key], where)
        return found
    if isinstance(expected, list) and isinstance(given, list) and len(expected) == len(given):
        return [text for i, pair in enumerate(zip(expected, given, strict=True)) for text in _compare(*pair, f"{path}.{i}")]
    # 1, 1.0 and true are equal in Python but not the same statement.
    if type(expected) is not type(given) or expected != given or repr(expected) != repr(given):  # nor are 0.0 and -0.0
        return [f"{path}: says {_show(given)}, recomputed {_show(expected)}"]
    return []


def _show(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 120 else text[:117] + "..."
