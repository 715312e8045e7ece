"""Random agreements around one clause type, and the promises that every clause type keeps.

A clause type of your own is held to all of them by

    @given(clauses.settings(MyClause))
    def test_my_clause_keeps_its_promises(setting):
        clauses.assert_promises(setting)

Each ``assert_`` function is one promise; it names the clause type and what contradicts it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from comity import rational
from comity.agreements.assessment import answers, assess, finding_form
from comity.agreements.file import Agreement
from comity.agreements.levers import current, one_step_back
from comity.agreements.numbers import toml_text
from comity.agreements.schema import INSTRUMENTS, VERSION, clause_types
from comity.agreements.verify import verify
from comity.certificate import Basis, Verdict
from comity.mechanisms import paths
from comity.mechanisms.clause import Clause
from comity.mechanisms.findings import QUESTIONS, Deviation, Finding
from comity.mechanisms.members import Member, random_members
from comity.mechanisms.parameters import key_of, parameters_of
from comity.mechanisms.setting import Evidence, Setting

UNIT, PERIOD = "USD_m", "year"
DEVIATING = ("lie", "defect")


# --- random agreements -------------------------------------------------------------------------


def settings(cls: type[Clause], least: int = 1, most: int = 6) -> SearchStrategy[Setting]:
    """Agreements of some members, one random clause of a type and the companions it needs.

    Examples
    --------
    >>> from comity.mechanisms.trust_building.escrow import Escrow
    >>> random_setting(Escrow, 3, seed=1).ids
    ('M1', 'M2', 'M3')
    """
    return st.builds(random_setting, st.just(cls), st.integers(least, most), st.integers(0, 2**32 - 1))


def random_setting(cls: type[Clause], n: int, seed: int) -> Setting:
    """One agreement of `settings`; the clause stands first."""
    rng = np.random.default_rng(seed)
    members = random_members(n, rng)
    clause = cls.random(members, rng)
    return setting_of(members, (clause, *clause.companions(members, rng)))


def mixed_settings(least: int = 1, most: int = 5, several: int = 4) -> SearchStrategy[Setting]:
    """Agreements of random clauses of several types with their companions."""
    return st.builds(random_mixture, st.integers(least, most), st.integers(0, 2**32 - 1), st.just(several))


def random_mixture(n: int, seed: int, several: int = 4) -> Setting:
    """One agreement of `mixed_settings`; of clauses with the same id the first is kept."""
    rng = np.random.default_rng(seed)
    members = random_members(n, rng)
    types = list(clause_types().values())
    clauses: dict[str, Clause] = {}
    for chosen in rng.permutation(len(types))[:several]:
        clause = types[chosen].random(members, rng)
        for one in (clause, *clause.companions(members, rng)):
            clauses.setdefault(one.id, one)
    return setting_of(members, tuple(clauses.values()))


def setting_of(members: Sequence[Member], clauses: Sequence[Clause]) -> Setting:
    """Members and clauses in the unit and period of these tests."""
    return Setting(tuple(members), tuple(clauses), tuple(members), UNIT, PERIOD)


def narrowed(setting: Setting, ids: Sequence[str]) -> Setting:
    """The same agreement with every clause applying to these members only, and saying nothing of others."""
    clauses = tuple(replace(_saying_only(clause, set(ids)), applies_to=tuple(ids)) for clause in setting.clauses)
    return replace(setting, clauses=clauses, evidence=Evidence())


def _saying_only(clause: Clause, ids: set[str]) -> Clause:
    by_member: dict[str, Any] = {
        described.name: {name: entry for name, entry in getattr(clause, described.name).items() if name in ids}
        for described in parameters_of(type(clause)).values()
        if described.metadata["keys"] == "member" and isinstance(getattr(clause, described.name), Mapping)
    }
    return replace(clause, **by_member)


def scaled(setting: Setting, factor: Fraction) -> Setting:
    """The same agreement with money counted in another unit: every parameter with unit "money" multiplied.

    A unit that begins with "money" (``money per unit``) is multiplied too, one that ends in "per money" is divided.
    """
    members = tuple(_scaled(member, factor) for member in setting.everyone)
    clauses = tuple(_scaled(clause, factor) for clause in setting.clauses)
    present = tuple(member for member in members if member.id in setting.ids)
    return replace(setting, members=present, everyone=members, clauses=clauses, evidence=Evidence())


def _scaled(thing: Any, factor: Fraction) -> Any:
    changed = {}
    for described in fields(thing):
        if described.metadata:
            unit = described.metadata["unit"]
            by = factor if unit.split(" ")[0] == "money" else 1 / factor if unit.endswith("per money") else Fraction(1)
            changed[described.name] = _scaled_value(getattr(thing, described.name), by, factor)
    return replace(thing, **changed)


def _scaled_value(value: Any, by: Fraction, factor: Fraction) -> Any:
    if isinstance(value, Fraction):
        return value * by
    if isinstance(value, Mapping):
        return {key: _scaled_value(entry, by, factor) for key, entry in value.items()}
    if isinstance(value, tuple):
        return tuple(_scaled_value(entry, by, factor) for entry in value)
    return _scaled(value, factor) if is_dataclass(value) and not isinstance(value, type) else value


# --- agreements as files -----------------------------------------------------------------------


def written(setting: Setting, questions: Sequence[Mapping[str, Any]] = ()) -> str:
    """The agreement as a TOML file says it.

    Examples
    --------
    >>> from comity.mechanisms.members import Member
    >>> print(written(setting_of([Member(id="A", dues=Fraction(1, 3))], [])).splitlines()[-1])
    dues = "1/3"
    """
    horizon = "infinite" if setting.horizon is None else setting.horizon
    head = {"id": "random", "unit": setting.unit, "period": setting.period, "horizon": horizon}
    tables = [f"schema = {toml_text(VERSION)}", "[agreement]", *_lines(head)]
    for member in setting.everyone:
        tables += ["", "[[member]]", *_lines(_said(member))]
    for clause in setting.clauses:
        tables += ["", "[[clause]]", *_lines({"area": clause.area, "type": clause.type, **_said(clause)})]
    for question in questions:
        tables += ["", "[[question]]", *_lines(question)]
    return "\n".join(tables) + "\n"


def _lines(table: Mapping[str, Any]) -> list[str]:
    return [f"{key} = {toml_text(value)}" for key, value in table.items()]


def _said(thing: Any) -> dict[str, Any]:
    """What a dataclass with described fields says beyond its defaults, as plain data."""
    said = {}
    for described in parameters_of(type(thing)).values():
        value = getattr(thing, described.name)
        default = described.default_factory() if described.default_factory is not MISSING else described.default
        if default is MISSING or value != default:
            said[key_of(described)] = _plain(value)
    return said


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(entry) for entry in value]
    return _said(value) if is_dataclass(value) and not isinstance(value, type) else value


# --- the promises ------------------------------------------------------------------------------


def promises() -> dict[str, Callable[[Setting], None]]:
    """Every promise by name.

    >>> sorted(promises())[:2]
    ['bound_by_applies_to', 'deviations_are_found']
    """
    return {
        name.removeprefix("assert_"): thing
        for name, thing in globals().items()
        if name.startswith("assert_") and name != "assert_promises"
    }


def assert_promises(setting: Setting) -> None:
    """Every promise at once; the clause in question stands first among the clauses."""
    for promise in promises().values():
        promise(setting)


def assert_no_flaws(setting: Setting) -> None:
    """A random clause with its companions is sound."""
    flaws = [flaw for clause in setting.clauses for flaw in clause.flaws(setting)]
    assert not flaws, f"{_name(setting)}: a random clause has flaws: {flaws}"
    for clause in setting.clauses:
        needed = {name: [m.id for m in setting.bound(clause) if getattr(m, name) is None] for name in clause.needs}
        assert not any(needed.values()), f"{_name(setting)}: members miss {needed}"


def assert_file_says_the_same(setting: Setting) -> None:
    """Written to a file and read again, members and clauses are equal."""
    read = Agreement.loads(written(setting))
    assert read.members == setting.everyone, f"{_name(setting)}: the members read are others"
    for clause, again in zip(setting.clauses, read.clauses, strict=True):
        assert type(again) is type(clause)
        for described in fields(clause):
            mine, theirs = getattr(clause, described.name), getattr(again, described.name)
            assert mine == theirs, f"{_name(setting)}: {described.name} was {mine}, is read as {theirs}"


def assert_findings_in_form(setting: Setting) -> None:
    """Findings are deterministic plain data: ids unique, sentences complete, units given, evidence agreeing with what is held."""
    for present in _memberships(setting):
        findings = _findings(present)
        forms = [_as_text(finding) for finding in findings]
        assert forms == [_as_text(finding) for finding in _findings(present)], f"{_name(setting)}: asked twice, two answers"
        ids = [finding.id for finding in findings]
        assert len(ids) == len(set(ids)), f"{_name(setting)}: ids are not unique: {ids}"
        for finding in findings:
            _assert_form(present, finding)


def _assert_form(setting: Setting, finding: Finding) -> None:
    where = f"{_name(setting)}: {finding.id}"
    assert finding.clause in [clause.id for clause in setting.clauses], f"{where}: belongs to no clause"
    assert finding.question in QUESTIONS, f"{where}: asks {finding.question!r}"
    assert finding.at == "all", f"{where}: whoever assesses says at which membership"
    assert finding.theorem, f"{where}: names no theorem"
    _assert_sentence(finding.sentence, where)
    assert finding.certificate.claim, f"{where}: the certificate claims nothing"
    for name in [finding.member, *(finding.coalition or ())]:
        assert name is None or name in setting.ids, f"{where}: is about {name!r}, who is not present"
    should = Verdict.FAILS if finding.holds is False else Verdict.HOLDS
    verdict = finding.certificate.verdict
    assert verdict is should, f"{where}: holds is {finding.holds}, its evidence says {verdict}: {finding.certificate.claim}"
    if finding.holds is not None and finding.certificate.margin is not None:
        assert (finding.certificate.margin >= 0) is finding.holds, f"{where}: margin {finding.certificate.margin}"
    if finding.holds is not None and finding.gain is not None:
        assert finding.holds is (finding.gain <= 0), f"{where}: holds is {finding.holds} with a gain of {finding.gain}"
    if finding.gain is not None:
        assert finding.unit, f"{where}: a gain without a unit"
    for path in finding.numbers:
        paths.read(setting, path)


def _assert_sentence(sentence: str, where: str) -> None:
    """People can read it: complete, and without what only programs say."""
    assert sentence.strip() == sentence, f"{where}: blanks around {sentence!r}"
    assert sentence.endswith("."), f"{where}: no full stop: {sentence!r}"
    assert not sentence.endswith(".."), f"{where}: two full stops: {sentence!r}"
    odd = [
        word for word in ("None", "Fraction(", "nan", "{}", "()", "  ", "--", " .", " ,") if word in sentence.replace("finan", "")
    ]
    assert not odd, f"{where}: {odd} in {sentence!r}"


def assert_deviations_are_found(setting: Setting) -> None:
    """A finding about one member's lie or defection is that deviation, and no deviation that pays is left out."""
    for present in _memberships(setting):
        findings = _findings(present)
        for clause in present.clauses:
            deviations = {
                (d.question, d.member, d.name): d
                for member in present.among(clause)
                for d in _deviations(present, clause, member)
            }
            told = [f for f in findings if f.clause == clause.id and f.holds is not None and f.member and f.question in DEVIATING]
            for finding in told:
                key = (finding.question, finding.member, finding.item or "defect")
                assert key in deviations, f"{_name(setting)}: {finding.id} is no deviation; there are {list(deviations)}"
                gain = deviations[key].gain
                assert gain == finding.gain, f"{_name(setting)}: {finding.id} gains {finding.gain}, its deviation {gain}"
            known = {(f.question, f.member, f.item or "defect") for f in told}
            missing = [key for key, d in deviations.items() if d.gain > 0 and d.question in DEVIATING and key not in known]
            assert not missing, f"{_name(setting)}: {missing} pay, but no finding says so"


def _deviations(setting: Setting, clause: Clause, member: Member) -> list[Deviation]:
    found = list(clause.deviations(setting, member))
    for one in found:
        where = f"{_name(setting)}: deviation {one.name} of {member.id}"
        assert (one.clause, one.member) == (clause.id, member.id), f"{where} is said to be {one.member}'s in {one.clause}"
        assert isinstance(one.gain, Fraction), f"{where} gains {one.gain!r}, not an exact number"
        assert one.question in (*DEVIATING, "leave", "sweep"), f"{where} asks {one.question!r}"
    return found


def assert_numbers_are_exact(setting: Setting) -> None:
    """Values, fallbacks, budgets, stakes and contributions are exact numbers, or not stated."""
    for present in _memberships(setting):
        for clause in present.clauses:
            numbers = [clause.budget(present), *(clause.contributions(present) or {}).values()]
            for member in present.among(clause):
                numbers += [clause.value(present, member), clause.fallback(present, member), clause.stake(member.id)]
            odd = [number for number in numbers if number is not None and not isinstance(number, Fraction)]
            assert not odd, f"{_name(setting)}: {clause.id} states {odd}, not exact numbers"


def assert_bound_by_applies_to(setting: Setting) -> None:
    """A clause that applies to some members says nothing of the others."""
    if any(clause.applies_to for clause in setting.clauses) or len(setting.ids) < 2:
        return
    part = narrowed(setting, setting.ids[::2])
    if any(flaw for clause in part.clauses for flaw in clause.flaws(part)):
        return  # some clauses make sense for enough members only, and say so
    for finding in _findings(part):
        others = {finding.member, *(finding.coalition or ())} - {None, *setting.ids[::2]}
        assert not others, f"{_name(setting)}: {finding.id} is about {others}, whom no clause binds"
    assert_file_says_the_same(part)


def assert_unit_of_money_is_arbitrary(setting: Setting) -> None:
    """Counting money in thousands or thousandths changes no answer, and gains by that factor."""
    findings = _findings(setting)
    for factor in (Fraction(1000), Fraction(1, 1000)):
        other = scaled(setting, factor)
        again = _findings(other)
        assert len(again) == len(findings), f"{_name(setting)}: another unit of money, other findings"
        for here, there in zip(findings, again, strict=True):
            where = f"{_name(setting)}: {here.id} with money times {factor}"
            assert (here.clause, here.question, here.member) == (there.clause, there.question, there.member), where
            assert here.holds is there.holds, f"{where}: holds is {there.holds}, was {here.holds}"
            if here.gain is not None and there.gain is not None and here.unit.startswith(setting.unit):
                exactly = here.certificate.basis is not Basis.ENCLOSED
                wanted = here.gain * factor
                assert _equal(there.gain, wanted, exactly), f"{where}: gains {there.gain}, not {wanted}"


def assert_levers_are_real(setting: Setting) -> None:
    """Levers have agreed names, turn numbers of the file within their range, and each is offered once."""
    for present in _memberships(setting):
        for clause in present.clauses:
            levers = list(clause.levers(present))
            keys = [lever.key for lever in levers]
            assert len(keys) == len(set(keys)), f"{_name(setting)}: a lever is offered twice: {keys}"
            for lever in levers:
                where = f"{_name(setting)}: lever {lever.key}"
                assert lever.clause == clause.id, f"{where} is of clause {lever.clause}"
                assert lever.name in INSTRUMENTS, f"{where} is not an agreed name"
                assert set(lever.questions) <= set(QUESTIONS), f"{where} is for {lever.questions}"
                assert lever.member is None or lever.member in [m.id for m in present.bound(clause)], where
                if lever.solve is None:
                    now = current(lever, present)
                    for path in lever.paths:
                        paths.write(present, path, now)
                    assert lever.added or (lever.low <= now), f"{where} stands at {now}, below its range from {lever.low}"
                    assert lever.added or lever.high is None or now <= lever.high, f"{where} stands at {now} above {lever.high}"


def assert_repairs_repair(setting: Setting) -> None:
    """Assessed from its file: every repair repairs, one step less does not, and everything is confirmed without a solver."""
    assessment = assess(Agreement.loads(written(setting)))
    certificate = verify(json.loads(json.dumps(assessment.to_json(), allow_nan=False)))
    assert certificate, f"{_name(setting)}: {certificate.witness['differences'][:3]}"
    whole = replace(assessment.agreement.setting(), evidence=Evidence())
    for repair in assessment.repairs:
        where = f"{_name(setting)}: {repair.lever.key} for {repair.finding}"
        assert repair.certificate, f"{where}: {repair.certificate}"
        assert repair.value is not None or repair.condition, f"{where}: no value and no reason"
        assert repair.value is None or repair.holds is (repair.condition is None), f"{where}: {repair.condition}"
        if repair.value is None or repair.lever.solve is not None:
            continue
        lever = repair.lever
        assert lever.added or lever.low <= repair.value, f"{where}: {repair.value} is below {lever.low}"
        assert lever.high is None or repair.value <= lever.high, f"{where}: {repair.value} is above {lever.high}"
        here = whole if repair.at == "all" else whole.keeping(assessment.membership.resulting)
        wanted = [finding for finding in assessment.findings if finding.id in repair.covers]
        back = one_step_back(lever, repair.value)
        less = {path: paths.read(here, path) + back if lever.added else back for path in lever.paths}
        staying = repair.finding.endswith(".stayers")
        whom = assessment.membership.resulting if staying else here.ids
        assert not _still_failing(paths.write_all(here, repair.change), wanted, whom), f"{where}: {repair.value} does not repair"
        assert _still_failing(paths.write_all(here, less), wanted, whom), f"{where}: less than {repair.value} repairs"
        assessment.agreement.with_overrides(repair.change)  # the file may say so


def _still_failing(setting: Setting, wanted: Sequence[Finding], whom: Sequence[str]) -> list[Finding]:
    """Findings like those wanted that fail, read from the answers to the whole agreement rather than from deviations.

    A repair of several findings at once is for all that these members are asked.
    """
    about = {(finding.clause, finding.question, finding.member, finding.item) for finding in wanted}
    several = len(wanted) > 1
    return [
        finding
        for finding in _answers(setting)
        if finding.holds is False
        and (finding.member is None or finding.member in whom)
        and (
            (finding.clause, finding.question, finding.member, finding.item) in about
            or (several and (finding.clause, finding.question) == (wanted[0].clause, wanted[0].question))
        )
    ]


def assert_margins_turn(setting: Setting) -> None:
    """At the stated margin a finding turns, half way there it does not."""
    agreement = Agreement.loads(written(setting))
    whole = replace(agreement.setting(), evidence=Evidence())
    findings = [finding for finding in answers(agreement, whole)[1] if finding.at == "all" and finding.holds is not None]
    for finding in findings:
        for margin in finding.margins:
            if margin.turns_at is None:
                continue
            where = f"{_name(setting)}: {finding.id} turns with {margin.path} at {margin.turns_at}"
            turns, value = rational.exact(margin.turns_at), rational.exact(margin.value)
            assert paths.read(whole, margin.path) == value, (
                f"{where}: the file says {paths.read(whole, margin.path)}, not {value}"
            )
            assert _turned(whole, finding, margin.path, value, turns), f"{where}: it does not"


def _turned(setting: Setting, finding: Finding, path: str, value: Fraction, turns: Fraction) -> bool:
    whole_number = isinstance(paths.read(setting, path), int)
    nudge = max(abs(turns), abs(turns - value), Fraction(1, 10**6)) / 10**9
    tried = [turns] if whole_number else [turns, turns + nudge, turns - nudge]
    low, high = paths.range_of(setting, path)
    sayable = {max(min(number, number if high is None else high), number if low is None else low) for number in tried}
    return any(_holds_with(setting, finding, path, number) is not finding.holds for number in sorted(sayable))


def _holds_with(setting: Setting, finding: Finding, path: str, number: Fraction) -> bool | None:
    changed = paths.write(setting, path, int(number) if isinstance(paths.read(setting, path), int) else number)
    about = (finding.clause, finding.question, finding.member, finding.item)
    like = [f for f in _answers(changed) if (f.clause, f.question, f.member, f.item) == about]
    return like[0].holds if like else None


# --- helpers -----------------------------------------------------------------------------------


def _answers(setting: Setting) -> Iterator[Finding]:
    from comity.agreements.membership import leave_findings

    yield from _findings(setting)
    yield from leave_findings(setting)


def _memberships(setting: Setting) -> Iterator[Setting]:
    """All members, all but the first, one alone, and nobody."""
    ids = setting.ids
    for kept in dict.fromkeys((ids, ids[1:], ids[:1], ())):
        yield setting.keeping(kept)


def _findings(setting: Setting) -> list[Finding]:
    return [finding for clause in setting.clauses for finding in clause.findings(setting)]


def _as_text(finding: Finding) -> str:
    return json.dumps(finding_form(finding), allow_nan=False)


def _equal(a: Any, b: Any, exactly: bool) -> bool:
    if exactly and isinstance(a, Fraction | int) and isinstance(b, Fraction | int):
        return a == b
    return bool(abs(a - b) <= 1e-9 * max(abs(a), abs(b)))


def _name(setting: Setting) -> str:
    return setting.clauses[0].type if setting.clauses else "no clause"


def all_clause_types() -> dict[str, type[Clause]]:
    """Every clause type of the catalogue by its name in files."""
    return dict(clause_types())
