"""The commands for secrets: each member runs its own party, signs, and checks who has signed."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from comity.cli import main
from comity.errors import ComityError
from comity.secrets.computation import Computation
from comity.secrets.processes import free_addresses, read_addresses, read_secret, run_party

EXAMPLE = Path(__file__).parents[1] / "examples" / "compute-commons.toml"


def comity(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def written(addresses):
    return ",".join(f"{host}:{port}" for host, port in addresses)


def parties(tmp_path, secrets, *options, addresses=None):
    """One process for each party, as its member would start it."""
    addresses = addresses or free_addresses(len(secrets))
    started = []
    for k, secret in enumerate(secrets):
        path = tmp_path / f"secret-{k}.json"
        path.write_text(json.dumps(secret), encoding="utf-8")
        command = ["confidential", "--party", k, "--parties", written(addresses), "--input", path, *options]
        started.append(
            subprocess.Popen(
                [sys.executable, "-m", "comity", *map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
        )
    return [(*process.communicate(timeout=120), process.returncode) for process in started]


# --- comity confidential -----------------------------------------------------------------------------


def test_three_members_split_a_cost_none_of_which_is_shown(tmp_path):
    result = tmp_path / "result.json"
    said = parties(
        tmp_path,
        [{"A": 3}, {"B": 5.5}, {"C": 7}],
        *("--compute", "shapley", "--game", "airport", "--names", "A,B,C", "--json", result),
    )
    for out, err, status in said:
        assert (status, err) == (0, "")
        assert "no single party learns more than the result" in out
        assert "off by at most 0.000003, and exact where nothing was rounded" in out
    assert said[0] == said[1] == said[2]
    assert json.loads(result.read_text(encoding="utf-8"))["amounts"] == [1.0, 2.25, 3.75]


def test_a_split_outside_the_core_is_status_1(tmp_path):
    secrets = [{"A": 0, "B": 0, "A,B": 10}, {"A": 6}, {}]
    said = parties(tmp_path, secrets, "--compute", "core", "--names", "A,B", "--split", "5,5", "--show-excess")
    assert [code for _, _, code in said] == [1] * 3
    assert "FAILS" in said[0][0]
    assert "The largest excess of a coalition is 1." in said[0][0]


def test_a_missing_party_is_one_line_and_status_2(tmp_path):
    addresses = free_addresses(3)
    said = parties(tmp_path, [{"x": 1}, {"x": 2}], "--compute", "sum", "--names", "x", "--timeout", 1.5, addresses=addresses)
    for _, err, status in said:
        assert status == 2
        assert err.startswith(f"comity: party 2 (127.0.0.1:{addresses[2][1]}) did not come within 1.5 s")
        assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"--parties": "127.0.0.1:1,127.0.0.1:2"}, "there are 2 parties; at least 3 are needed"),
        ({"--parties": "a,b,c"}, "'a' is no address of a party; write HOST:PORT"),
        ({"--parties": "h:1,h:1,h:2"}, "two parties have the same address"),
        ({"--parties": "192.0.2.1:1,127.0.0.1:2,127.0.0.1:3"}, "links to 192.0.2.1 would not be encrypted"),
        ({"--party": "3"}, "party is 3; with 3 addresses it is one of 0 to 2"),
        ({"--compute": "core"}, "give split with core only"),
        ({"--game": "claims"}, "claims need an estate"),
        ({"--names": "A,A"}, "a name of its own"),
        ({"--limit": "x"}, "limit is 'x', which is not a number"),
        ({"--timeout": "0"}, "timeout is 0.0"),
        ({"--certificate": "c.pem"}, "--certificate came without --key and --authority"),
        ({"--input": "nowhere.json"}, "nowhere.json: No such file"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(change, message, tmp_path):
    secret = tmp_path / "s.json"
    secret.write_text('{"A": 1}', encoding="utf-8")
    options = {
        "--party": "0",
        "--parties": "127.0.0.1:1,127.0.0.1:2,127.0.0.1:3",
        "--input": secret,
        "--compute": "shapley",
        "--names": "A,B",
        **change,
    }
    said = comity("confidential", *(part for pair in options.items() for part in pair))
    assert said.exit_code == 2
    assert message in said.stderr
    assert said.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1]", "holds no table of numbers"),
        ('{"A": [1]}', "holds no table of numbers"),
        ('{"A": 1, "A": 2}', "stands twice"),
        ("A = 1", "is not JSON"),
    ],
)
def test_a_secret_that_cannot_be_read_is_refused(text, message, tmp_path):
    path = tmp_path / "s.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ComityError, match=message):
        read_secret(path)


def test_numbers_are_read_as_they_are_written(tmp_path):
    path = tmp_path / "s.json"
    path.write_text('{"A": 0.1, "B": 12345678901234567890.25}', encoding="utf-8")
    assert read_secret(path) == {"A": "0.1", "B": "12345678901234567890.25"}
    assert read_addresses(["[::1]:9000"]) == [("::1", 9000)]


def test_without_mpyc_the_command_says_how_to_install_it(tmp_path, monkeypatch):
    import importlib.util

    plain = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *more: None if name == "mpyc" else plain(name, *more))
    path = tmp_path / "s.json"
    path.write_text('{"x": 1}', encoding="utf-8")
    said = comity(
        *(
            "confidential",
            "--party",
            0,
            "--parties",
            written(free_addresses(3)),
            "--input",
            path,
            "--compute",
            "sum",
            "--names",
            "x",
        )
    )
    assert said.exit_code == 2
    assert 'python -m pip install "comity[mpc]"' in said.stderr


# --- encrypted links -------------------------------------------------------------------------------


def certificates(folder, names):
    """An authority and a certificate for each name, as the members would make them."""
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    def name(text):
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])

    def write(path, data):
        path.write_bytes(data)
        return path

    root = Ed25519PrivateKey.generate()
    now = datetime.now(UTC)

    def certificate(subject, key, extensions):
        builder = x509.CertificateBuilder(
            name("authority"), name(subject), key.public_key(), x509.random_serial_number(),
            now - timedelta(days=1), now + timedelta(days=1),
        )  # fmt: skip
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical=critical)
        return builder.sign(root, None).public_bytes(serialization.Encoding.PEM)

    ca = [
        (x509.BasicConstraints(ca=True, path_length=None), True),
        (x509.SubjectKeyIdentifier.from_public_key(root.public_key()), False),
        (x509.KeyUsage(True, False, False, False, False, True, True, False, False), True),
    ]
    authority = write(folder / "authority.pem", certificate("authority", root, ca))
    made = []
    for one in names:
        key = Ed25519PrivateKey.generate()
        pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        about = [
            (x509.SubjectAlternativeName([x509.DNSName(one)]), False),
            (x509.AuthorityKeyIdentifier.from_issuer_public_key(root.public_key()), False),
        ]
        made.append(
            {
                "certificate": write(folder / f"{len(made)}.pem", certificate(one, key, about)),
                "key": write(folder / f"{len(made)}.key", pem),
                "authority": authority,
            }
        )
    return made


def run_encrypted(files, timeout):
    from concurrent.futures import ThreadPoolExecutor

    addresses = free_addresses(3)
    task = Computation(compute="sum", names=("x",))

    def attempt(k):
        try:
            return run_party(task, k, addresses, {"x": k}, timeout=timeout, tls=files[k])["numbers"]["x"]
        except ComityError as error:
            return str(error)

    with ThreadPoolExecutor(3) as threads:
        return list(threads.map(attempt, range(3)))


def test_links_may_be_encrypted_and_both_sides_show_who_they_are(tmp_path):
    assert run_encrypted(certificates(tmp_path, ["party-0", "party-1", "party-2"]), 30) == ["3", "3", "3"]


def test_a_party_with_anothers_certificate_is_turned_away(tmp_path):
    errors = run_encrypted(certificates(tmp_path, ["party-0", "party-2", "party-2"]), 4)
    assert "shows no valid certificate for party-1" in errors[0]
    assert all("did not come within" in error for error in errors[1:])


# --- comity keys, sign, signatures -------------------------------------------------------------------


def test_members_sign_and_anyone_checks_who_has(tmp_path):
    document = tmp_path / "agreement.toml"
    document.write_bytes(EXAMPLE.read_bytes())
    for name in ("A", "B"):
        made = comity("keys", tmp_path / f"{name}.key")
        assert made.exit_code == 0
        assert "ed25519:" in made.stdout
        signed = comity("sign", document, "--key", tmp_path / f"{name}.key", "--signer", name)
        assert (signed.exit_code, f"agreement.toml.{name}.sig" in signed.stdout) == (0, True)
    files = [tmp_path / f"agreement.toml.{name}.sig" for name in ("A", "B")]
    signers = [part for name in ("A", "B") for part in ("--signer", f"{name}={tmp_path}/{name}.key.pub")]
    assert comity("signatures", document, *files, *signers).exit_code == 0
    unknown = comity("signatures", document, *files)
    assert unknown.exit_code == 0
    assert "is that A's? Say --signer" in unknown.stdout
    missing = comity("signatures", document, files[0], *signers)
    assert missing.exit_code == 1
    assert "NOT  signed by B" in missing.stdout
    document.write_bytes(EXAMPLE.read_bytes() + b"# and more\n")
    changed = comity("signatures", document, *files, *signers)
    assert changed.exit_code == 1
    assert changed.stdout.count("BAD ") == 2
    assert "changed after signing" in changed.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("sign", EXAMPLE, "--key", "nowhere.key", "--signer", "A"), "nowhere.key: No such file"),
        (("signatures", EXAMPLE, EXAMPLE), "is not JSON"),
        (("signatures", EXAMPLE, EXAMPLE, "--signer", "A"), "is not NAME=KEY.pub"),
        (("signatures", EXAMPLE, EXAMPLE, "--signer", f"A={EXAMPLE}"), "holds no public key"),
    ],
)
def test_mistakes_are_one_line_and_status_2(arguments, message):
    said = comity(*arguments)
    assert said.exit_code == 2
    assert message in said.stderr
    assert said.stderr.count("\n") == 1
