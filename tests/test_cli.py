"""The command line: what each command says, its status 0, 1 or 2, and that no input whatever ends in a traceback."""

import json
import os
import re
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import contextmanager
from inspect import signature
from pathlib import Path
from urllib.error import HTTPError

import pytest
from click.testing import CliRunner

import comity
from comity.agreements.serve import server
from comity.cli import main

EXAMPLES = Path(__file__).parents[1] / "examples"
FRONTIER = EXAMPLES / "frontier-sharing.toml"
HOLDS = """
schema = "agreement/0.1"
[agreement]
id = "votes"
unit = "USD_m"
period = "year"
horizon = "infinite"
[[member]]
id = "A"
[[member]]
id = "B"
[[clause]]
id = "votes"
area = "governance"
type = "voting"
weights = { A = 1, B = 1 }
quota = 1
[[scenario]]
id = "unanimous"
set = { "clause.votes.quota" = 2 }
"""
GAME = {
    "schema": "game/0.1",
    "kind": "table",
    "players": ["A", "B", "C"],
    "orientation": "gain",
    "values": {"A": 0, "B": 0, "C": 0, "A,B": 60, "A,C": 50, "B,C": 40, "A,B,C": 100},
}


def comity_cli(*arguments):
    """Status and output of a command; a traceback fails the test."""
    done = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), repr(done.exception)
    assert "Traceback" not in done.output
    return done.exit_code, done.output


def process(*arguments, **options):
    """The command as a process of its own."""
    environment = {**os.environ, **options.pop("env", {})}
    return subprocess.run(
        [sys.executable, "-m", "comity", *map(str, arguments)],
        capture_output=True, timeout=300, check=False, env=environment, cwd=EXAMPLES.parent, **options,
    )  # fmt: skip


@pytest.fixture
def holding(tmp_path):
    path = tmp_path / "votes.toml"
    path.write_text(HOLDS, encoding="utf-8")
    return path


# --- assess ------------------------------------------------------------------------------------


def test_status_0_if_everything_holds_1_if_something_fails_2_if_the_file_is_wrong(holding, tmp_path):
    assert comity_cli("assess", holding)[0] == 0
    assert comity_cli("assess", FRONTIER)[0] == 1
    assert comity_cli("assess", FRONTIER, "--exit-zero")[0] == 0
    holding.write_text(HOLDS.replace("quota = 1", "quotta = 1"), encoding="utf-8")
    for options in ((), ("--exit-zero",)):
        status, said = comity_cli("assess", holding, *options)
        assert status == 2
        assert f"{holding}:17: clause.votes.quotta: there is no such key here" in said
        assert 'did you mean "quota"?' in said
        assert "1 mistake in" in said
        assert "nothing was assessed" in said


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.toml")), ids=lambda path: path.stem)
def test_the_verdict_comes_first_and_quiet_says_it_alone(path):
    status, said = comity_cli("assess", path)
    assert status == 1
    title, verdict = said.splitlines()[:2]
    assert title == comity.Agreement.load(path).title
    assert verdict.startswith("As written, the agreement does not hold: ")
    quiet = comity_cli("assess", path, "-q")
    assert quiet[0] == 1
    assert quiet[1].strip().startswith(verdict[:60])
    assert len(quiet[1].splitlines()) == 1


def test_what_is_written_can_be_verified_and_opened(tmp_path):
    data, page = tmp_path / "assessment.json", tmp_path / "report.html"
    status, said = comity_cli("assess", FRONTIER, "--json", data, "--html", page, "-q")
    assert status == 1
    assert f"Wrote the assessment with evidence to {data}" in said
    assert f"Wrote the report to {page}" in said
    assert page.read_text(encoding="utf-8").lower().startswith("<!doctype html>")
    assert json.loads(data.read_text(encoding="utf-8"))["schema"] == "assessment/0.1"
    status, said = comity_cli("verify", data)
    assert status == 0
    assert said.startswith("Confirmed (EXACT): 59 findings")
    assert "Assumed: the numbers in the agreement" in said


def test_a_number_is_set_for_once():
    assert "member.L6.outside" not in comity_cli("assess", FRONTIER, "-q", "--set", "member.L6.outside=0")[1]
    status, said = comity_cli("assess", FRONTIER, "-q", "--set", "member.L6.outside=0")
    assert status == 1
    assert "leave" not in said
    several = ("--set", "member.L6.outside=0", "--set", "clause.disclosure.sanction.fine=60")
    assert comity_cli("assess", FRONTIER, "-q", *several)[0] == 0
    assert comity_cli("assess", FRONTIER, "-q", *several, "--set", "clause.disclosure.sanction.fine = 1/3")[0] == 1


SET_WRONG = {
    "member.L6.discont=0.8": 'there is no "discont"; did you mean "discount"?',
    "member.L66.discount=0.8": 'there is no member "L66"; did you mean "L6"?',
    "clause.disclosur.audit.rate=0.1": 'there is no clause "disclosur"; did you mean "disclosure"?',
    "clause.disclosure.class.near_mis.reward=1": 'did you mean "near_miss"?',
    "clause.disclosure.audit.rate=2": "needs a number between 0 and 1, found 2",
    "clause.disclosure.audit.rate=abc": 'needs a number, found "abc"',
    "clause.disclosure.audit.rate=": 'needs a number, found ""',
    "clause.disclosure.audit.rate=nan": "clause.disclosure.audit.rate",
    "clause.disclosure.audit.rate=1e999": "beyond 1e300",
    "clause.disclosure.audit.rate=" + "9" * 10_000: "clause.disclosure.audit.rate",
    "clause.disclosure.audit.rate=" + "[" * 5000 + "]" * 5000: "clause.disclosure.audit.rate",
    "clause.disclosure.loss.L1=[1, 2]": "has 2 numbers for 3 entries of class",
    "clause.disclosure.audit.sensitivity=0.01": "sensitivity must exceed false_positive",
    "agreement.horizon=5": "a finite horizon, but disclosure counts on the future",
    "member.L6.id=Z": "names the thing itself",
    "member.L6=0.8": "stops before a key",
    "x=1": 'there is no path "x"',
    "member..=1": "there is no member",
    "member.L6.discount.x=1": "there is nothing below",
    "member.L6.discount": "is not PATH=VALUE; write --set member.L6.discount=0.8",
    "=0.8": "is not PATH=VALUE",
    "": "is not PATH=VALUE",
    "\0=\0": "there is no path",
    "member.L6.discount=0.8\nx=1": "member.L6.discount",
}  # fmt: skip


@pytest.mark.parametrize("setting", SET_WRONG)
@pytest.mark.parametrize("command", ["assess", "amend"])
def test_what_cannot_be_set_is_refused_with_the_way_out(command, setting):
    status, said = comity_cli(command, FRONTIER, "--set", setting)
    assert status == 2
    assert SET_WRONG[setting] in said
    assert len(said) < 2_000


def test_a_scenario_of_the_file_is_put_in_force(holding):
    assert comity_cli("assess", holding, "--scenario", "unanimous")[0] == 0
    assert comity_cli("assess", holding, "--scenario", "unanimous")[1] != comity_cli("assess", holding)[1]
    status, said = comity_cli("assess", holding, "--scenario", "unanimus")
    assert status == 2
    assert "there is no scenario 'unanimus'; the scenarios are unanimous" in said


# --- the other commands ------------------------------------------------------------------------


def test_new_writes_an_agreement_that_can_be_assessed_and_overwrites_nothing(tmp_path):
    path = tmp_path / "mine.toml"
    status, said = comity_cli("new", path)
    assert (status, said) == (0, f"Wrote {path}. Next: comity assess {path}\n")
    assert comity_cli("assess", path)[0] == 1
    path.write_text("# mine", encoding="utf-8")
    status, said = comity_cli("new", path)
    assert status == 2
    assert "choose another name or add --force" in said
    assert path.read_text(encoding="utf-8") == "# mine"
    assert comity_cli("new", path, "--force")[0] == 0
    assert "[[member]]" in path.read_text(encoding="utf-8")


def test_amend_writes_an_agreement_that_holds_for_those_who_remain(tmp_path):
    out, data = tmp_path / "amended.toml", tmp_path / "amendment.json"
    status, said = comity_cli("amend", FRONTIER, "--out", out, "--json", data)
    assert status == 0
    assert "sanction.fine 20.350666" in said
    assert "fine = 20.350666" in out.read_text(encoding="utf-8")
    assert "# EVERYTHING under [[member]]" in out.read_text(encoding="utf-8")
    written = json.loads(data.read_text(encoding="utf-8"))
    assert written["change"] == {"clause.disclosure.sanction.fine": "10175333/500000"}
    findings = comity.assess(out).findings
    assert all(finding.holds is not False for finding in findings if finding.at == "resulting")


def test_amend_uses_the_levers_that_are_named(holding):
    status, said = comity_cli("amend", FRONTIER, "--levers", "audit.rate")
    assert status == 0
    assert "audit.rate 0.342893" in said
    assert comity_cli("amend", FRONTIER, "--levers", "bond")[0] == 1
    status, said = comity_cli("amend", FRONTIER, "--levers", " audit.rate , audit.rat ,")
    assert status == 2
    assert "there is no lever 'audit.rat'; did you mean 'audit.rate'?" in said
    status, said = comity_cli("amend", holding)
    assert status == 0
    assert "There is nothing to amend." in said


def test_verify_names_what_is_not_confirmed(tmp_path):
    path = tmp_path / "assessment.json"
    comity_cli("assess", FRONTIER, "-q", "--json", path)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"holds": false', '"holds": true', 1), encoding="utf-8")
    status, said = comity_cli("verify", path)
    assert status == 1
    assert said == f"NOT confirmed: 1 statement of {path} does not hold.\n  holds: says true, recomputed false\n"
    path.write_text(re.sub(r'"sentence": ".', '"sentence": "', text), encoding="utf-8")
    status, said = comity_cli("verify", path)
    assert status == 1
    assert said.startswith("NOT confirmed: 59 statements of")
    assert "... and 39 more" in said


def test_compare_shows_what_differs(tmp_path):
    other = tmp_path / "other.toml"
    other.write_text(FRONTIER.read_text(encoding="utf-8").replace("fine = 5.0", "fine = 25.0"), encoding="utf-8")
    status, said = comity_cli("compare", FRONTIER, other)
    assert status == 0
    assert "disclosure.lie.L1.capability_of_concern" in said
    assert "FAILS (+0.1878)" in said
    assert comity_cli("compare", FRONTIER, FRONTIER)[1].splitlines()[-1] == "59 of 59 findings are the same."


def test_schema_is_the_json_schema_of_agreement_files():
    status, said = comity_cli("schema")
    assert status == 0
    schema = json.loads(said)
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert "audited_disclosure" in said


def test_solve_prints_and_writes_a_result_that_can_be_confirmed(tmp_path):
    game, result = tmp_path / "game.json", tmp_path / "result.json"
    game.write_text(json.dumps(GAME), encoding="utf-8")
    status, said = comity_cli("solve", game, "--concept", "nucleolus", "--json", result)
    assert status == 0
    assert "nucleolus" in said
    assert comity.verify(comity.read_game(game), json.loads(result.read_text(encoding="utf-8")))
    status, said = comity_cli("solve", game, "--concept", "nucleollus")
    assert status == 2
    assert "there is no concept 'nucleollus'; did you mean 'nucleolus'?" in said
    status, said = comity_cli("solve", game, "--concept", "weighted_shapley_value")
    assert status == 2
    assert "needs weights besides the game" in said
    game.write_text(json.dumps({**GAME, "values": {"A": 1}}), encoding="utf-8")
    assert comity_cli("solve", game, "--concept", "nucleolus")[0] == 2
    assert comity_cli("solve", game)[0] == 2


def test_solve_sets_concepts_side_by_side_with_the_reasons(tmp_path):
    game, result = tmp_path / "game.csv", tmp_path / "result.json"
    game.write_text('coalition,worth\nA,0\nB,0\nC,0\n"A,B",1\n"A,C",1\n"B,C",1\n"A,B,C",1\n', encoding="utf-8")
    status, said = comity_cli("solve", game, "--concept", "shapley_value", "--concept", "core_point", "--json", result)
    assert status == 0
    assert "shapley value  0.3333  0.3333  0.3333" in said
    assert "core_point: the core is empty" in said
    written = json.loads(result.read_text(encoding="utf-8"))
    assert comity.verify(comity.read_game(game), written["results"]["shapley_value"])
    assert list(written["left_out"]) == ["core_point"]
    assert comity_cli("solve", game, "--concept", "core_point")[0] == 2
    assert comity_cli("solve", game, "--concept", "core_point", "--concept", "dutta_ray_solution")[0] == 2


def test_solve_all_shows_every_concept_its_reason_or_its_call(tmp_path):
    game = tmp_path / "game.json"
    game.write_text(json.dumps(GAME), encoding="utf-8")
    status, said = comity_cli("solve", game, "--all")
    assert status == 0
    for entry in comity.catalogue():
        if entry.kind == "concept" and "game: 'Game'" in str(signature(getattr(comity, entry.name))):
            assert entry.name.replace("_", " ") in said or entry.name in said, entry.name
    assert "comity.owen_value(game, unions=...)" in said
    status, said = comity_cli("solve", game, "--all", "--concept", "nucleolus")
    assert status == 2
    assert "choose --concept NAME" in said


@pytest.mark.parametrize("concept", [entry.name for entry in comity.catalogue() if entry.kind == "concept"])
def test_every_concept_answers_or_says_what_it_needs(concept, tmp_path):
    game = tmp_path / "game.json"
    game.write_text(json.dumps(GAME), encoding="utf-8")
    status, said = comity_cli("solve", game, "--concept", concept)
    assert status in (0, 2)
    assert said.startswith("comity: ") is (status == 2)


def test_the_catalogue_lists_everything_or_what_contains_a_word():
    status, said = comity_cli("catalogue")
    assert status == 0
    assert len(said.splitlines()) == len(comity.catalogue())
    status, said = comity_cli("catalogue", "escrow")
    assert status == 0
    assert "clause" in said
    status, said = comity_cli("catalogue", "zzz")
    assert status == 1
    assert "comity catalogue lists everything" in said


def test_reproduce_prints_a_papers_table_beside_ours():
    status, listed = comity_cli("reproduce")
    assert status == 0
    name = listed.split()[0]
    status, said = comity_cli("reproduce", name)
    assert status == 0
    assert said.strip()
    status, said = comity_cli("reproduce", "nobody_1900")
    assert status == 2
    assert name in said


@pytest.mark.parametrize("command", ["", *sorted(main.commands)])
def test_every_command_explains_itself(command):
    status, said = comity_cli(*command.split(), "--help")
    assert status == 0
    assert said.startswith("Usage: ")
    assert comity_cli(*command.split(), "-h")[1] == said
    assert comity_cli(*command.split(), "--no-such-option")[0] == 2


def test_every_promised_command_is_there():
    promised = {"new", "schema", "assess", "amend", "verify", "compare", "solve", "catalogue", "reproduce", "serve"}
    assert set(main.commands) >= promised
    status, said = comity_cli("--version")
    assert (status, said) == (0, f"comity, version {comity.__version__}\n")
    assert comity_cli("assses")[0] == 2


# --- what is no agreement ----------------------------------------------------------------------

BAD = {
    "missing": None,
    "a folder": "folder",
    "empty": b"",
    "zeros": b"\0" * 1000,
    "bytes": bytes(range(256)) * 20,
    "another encoding": FRONTIER.read_bytes().decode().encode("utf-16"),
    "huge": b"#" * 3_000_000,
    "one long line": b'title = "' + b"x" * 900_000 + b'"',
    "deep": b"x = " + b"[" * 50_000 + b"]" * 50_000,
    "deep json": b'{"a":' * 50_000,
    "json": b'{"schema": "agreement/0.1"}',
    "a json list": b"[1, 2]",
    "null": b"null",
    "half": FRONTIER.read_bytes()[:2000],
    "many tables": b"[[member]]\n" * 50_000,
    "many keys": b"\n".join(b"k%d = 1" % k for k in range(40_000)),
    "a control letter": b'schema = "agreement/0.1"\n[agreement]\nid = "\x1b[2J"\n',
    "an assessment": b'{"schema": "assessment/0.1", "agreement": ""}',
    "a picture": b"\x89PNG\r\n\x1a\n" + b"\0\xff" * 500,
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
@pytest.mark.parametrize("command", ["assess", "amend", "verify", "compare", "solve"])
def test_no_file_ends_in_a_traceback(command, what, tmp_path):
    content, path = BAD[what], tmp_path / ("bad.json" if "json" in what else "bad.toml")
    if content == "folder":
        path.mkdir()
    elif content is not None:
        path.write_bytes(content)
    arguments = {"compare": [FRONTIER, path], "solve": [path, "--concept", "nucleolus"]}.get(command, [path])
    status, said = comity_cli(command, *arguments)
    assert status == (1 if command == "verify" and content not in (None, "folder") else 2)
    assert path.name in said or command == "solve"
    assert said.endswith("\n")
    assert "\x1b" not in said


@pytest.mark.parametrize("option", ["--json", "--html"])
def test_what_cannot_be_written_is_said(option, tmp_path):
    for target in (tmp_path, tmp_path / "none" / "out"):
        status, said = comity_cli("assess", FRONTIER, "-q", option, target)
        assert status == 2
        assert said.strip().splitlines()[-1].startswith(f"comity: {target}: ")


# --- in a pipe ---------------------------------------------------------------------------------


def test_output_in_a_pipe_is_plain_and_narrow():
    done = process("assess", FRONTIER)
    assert done.returncode == 1
    assert done.stderr == b""
    said = done.stdout.decode()
    assert "\x1b" not in said
    assert max(map(len, said.splitlines())) <= 110
    assert said == comity_cli("assess", FRONTIER)[1]


def test_mistakes_go_to_the_error_stream():
    done = process("assess", "none.toml")
    assert done.returncode == 2
    assert done.stdout == b""
    assert done.stderr.decode().splitlines()[0].startswith("none.toml:1: there is no such file")


def test_a_terminal_that_lacks_a_letter_shows_the_rest(tmp_path):
    path = tmp_path / "umlaut.toml"
    path.write_text(HOLDS.replace('id = "votes"', 'title = "Übereinkunft – 合意"\nid = "votes"', 1), encoding="utf-8")
    for command in (["assess", path], ["compare", path, path], ["amend", path]):
        done = process(*command, env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
        assert done.returncode == 0, done.stderr
        assert done.stderr == b""


def test_a_reader_that_leaves_early_sees_no_complaint():
    with subprocess.Popen(
        [sys.executable, "-m", "comity", "schema"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=EXAMPLES.parent
    ) as running:
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait(60) != 0


def test_the_agreement_may_come_from_a_pipe():
    if os.path.exists("/dev/stdin"):
        done = process("assess", "/dev/stdin", input=HOLDS.encode())
        assert done.returncode == 0, done.stderr


# --- serve -------------------------------------------------------------------------------------


@contextmanager
def served(path):
    running = server(path, 0)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{running.server_port}/"
    finally:
        running.shutdown()
        running.server_close()
        thread.join()


def page(address):
    with urllib.request.urlopen(address, timeout=60) as answer:
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        return answer.read().decode()


def rewrite(path, text):
    """Written a moment later by the clock of the file system."""
    path.write_text(text, encoding="utf-8")
    later = time.time_ns() + 10**9
    os.utime(path, ns=(later, later))


def test_the_served_report_follows_the_file(tmp_path):
    path = tmp_path / "votes.toml"
    path.write_text(HOLDS, encoding="utf-8")
    with served(path) as address:
        first = page(address)
        assert 'http-equiv="refresh"' in first
        assert page(address) == first
        rewrite(path, HOLDS.replace("quota = 1", "quota = 2"))
        second = page(address)
        assert second != first
        rewrite(path, HOLDS.replace("quota = 1", "quotta = <b>1"))
        broken = page(address)
        assert 'http-equiv="refresh"' in broken
        assert "votes.toml:17:" in broken
        assert "<b>" not in broken
        path.unlink()
        assert "there is no such file" in page(address)
        path.mkdir()
        assert "this is a folder" in page(address)
        path.rmdir()
        path.write_text(HOLDS, encoding="utf-8")
        assert page(address) == first
        with pytest.raises(HTTPError, match="404"):
            page(address + "etc/passwd")


def test_serve_tells_its_address_and_ends_when_interrupted(holding):
    with subprocess.Popen(
        [sys.executable, "-m", "comity", "serve", str(holding), "--port", "0"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=EXAMPLES.parent, env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as running:  # fmt: skip
        killer = threading.Timer(60, running.kill)  # a server that does not end must not hold up the tests
        killer.start()
        line = running.stdout.readline().decode()
        address = re.search(r"http://127\.0\.0\.1:\d+/", line)
        assert address, line
        assert "stop with Ctrl-C" in line
        assert "votes" in page(address.group())
        running.send_signal(2)
        assert running.wait(30) == 0
        assert running.stdout.read() == b"Stopped.\n"
        assert running.stderr.read() == b""
        killer.cancel()


def test_a_port_that_is_taken_is_said(holding):
    with served(holding) as address:
        port = address.rsplit(":", 1)[1].strip("/")
        status, said = comity_cli("serve", holding, "--port", port)
        assert status == 2
        assert f"port {port} of 127.0.0.1 cannot be had" in said
        assert "choose another, or 0 for a free one" in said
    assert comity_cli("serve", holding, "--port", "99999")[0] == 2
