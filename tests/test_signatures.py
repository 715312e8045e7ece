"""Signatures on agreements and reports, and sealed values: what they bind, and what they do not."""

import json
import secrets
import stat
import sys
from fractions import Fraction
from itertools import product
from pathlib import Path

import pytest

import comity
from comity.errors import ComityError
from comity.secrets.commitment import Opening, bias_of_refusal, commit, commitment_of, joint_draw, opens
from comity.secrets.signatures import canonical_bytes, check_signature, new_key, read_private_key, read_public_key, sign

EXAMPLE = Path(__file__).parent.parent / "examples" / "compute-commons.toml"


@pytest.fixture
def key(tmp_path):
    """The path of a new private key."""
    new_key(tmp_path / "L1.key")
    return tmp_path / "L1.key"


# --- signatures ------------------------------------------------------------------------------------


def test_a_signature_holds_for_the_document_and_fails_when_anything_is_changed(key, tmp_path):
    public = read_public_key(f"{key}.pub")
    signature = sign(EXAMPLE, key, "L1", signed_at="2026-01-01")
    certificate = check_signature(EXAMPLE, signature, {"L1": public})
    assert certificate
    assert certificate.claim == "L1's key signed this document"
    changed = tmp_path / "changed.toml"
    changed.write_text(EXAMPLE.read_text(encoding="utf-8").replace("71", "72", 1) + " ", encoding="utf-8")
    assert "another document" in check_signature(changed, signature).witness["reason"]
    for field in ("signer", "signed_at"):
        forged = check_signature(EXAMPLE, {**signature, field: "L2"})
        assert "does not verify" in forged.witness["reason"]


def test_every_bit_of_the_signature_counts(key):
    import base64

    signature = sign("We agree.", key, "L1")
    raw = base64.b64decode(signature["signature"])
    for bit in range(0, 512, 37):
        moved = bytearray(raw)
        moved[bit // 8] ^= 1 << bit % 8
        assert not check_signature("We agree.", {**signature, "signature": base64.b64encode(moved).decode()})
    for length in (0, 63, 65):
        assert not check_signature("We agree.", {**signature, "signature": base64.b64encode(bytes(length)).decode()})


def test_another_key_under_the_same_name_is_noticed(key, tmp_path):
    other = new_key(tmp_path / "other.key")
    signature = sign("We agree.", tmp_path / "other.key", "L1")
    assert (
        "another key than L1's"
        in check_signature("We agree.", signature, {"L1": read_public_key(f"{key}.pub")}).witness["reason"]
    )
    assert "no key of 'L1' is known" in check_signature("We agree.", signature, {"L2": other}).witness["reason"]
    unknown = check_signature("We agree.", signature)
    assert unknown, "the signature verifies; whose key it is remains open, and the claim says so"
    assert "said to be L1's" in unknown.claim
    assert unknown.witness["key_known"] is False


def test_an_object_and_its_file_have_one_signature(key, tmp_path):
    assessment = comity.assess(EXAMPLE)
    path = tmp_path / "assessment.json"
    assessment.to_json(path)
    signature = sign(assessment, key, "L1")
    assert check_signature(path, signature)
    data = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(dict(reversed(data.items())), indent=7), encoding="utf-8")
    assert check_signature(path, signature), "blanks and the order of keys do not matter"
    data["holds"] = not data["holds"]
    path.write_text(json.dumps(data), encoding="utf-8")
    assert not check_signature(path, signature)


def test_an_agreement_and_its_file_have_one_signature(key, tmp_path):
    agreement = comity.Agreement.load(EXAMPLE)
    signature = sign(agreement, key, "L1")
    assert check_signature(EXAMPLE, signature)
    windows = tmp_path / "windows.toml"
    windows.write_bytes(EXAMPLE.read_bytes().replace(b"\n", b"\r\n"))
    assert check_signature(windows, signature), "how lines end does not matter"
    changed = agreement.with_overrides({f"member.{agreement.members[0].id}.outside": 3})
    with pytest.raises(ComityError, match="numbers changed that its text does not say"):
        sign(changed, key, "L1")


def test_a_report_is_signed_by_its_very_bytes(key, tmp_path):
    report = tmp_path / "report.html"
    comity.assess(EXAMPLE).to_html(report)
    signature = sign(report, key, "auditor")
    assert check_signature(report, signature)
    report.write_bytes(report.read_bytes() + b"\n")
    assert not check_signature(report, signature)


def test_a_key_that_stands_twice_is_not_signed(key, tmp_path):  # two readers may read two documents
    path = tmp_path / "twice.json"
    path.write_text('{"share": 1, "share": 2}', encoding="utf-8")
    with pytest.raises(ComityError, match="stands twice"):
        sign(path, key, "L1")


def test_a_private_key_is_for_its_owner_only(key):
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    key.chmod(0o640)
    with pytest.raises(ComityError, match=r"others can read the private key .* run: chmod 600"):
        read_private_key(key)


def test_a_key_is_not_overwritten(key):
    before = key.read_bytes()
    with pytest.raises(ComityError, match="a key that is overwritten is lost"):
        new_key(key)
    assert key.read_bytes() == before


def test_what_is_no_key_or_signature_is_refused(key, tmp_path):
    junk = tmp_path / "junk.key"
    junk.write_text("hello", encoding="utf-8")
    junk.chmod(0o600)
    with pytest.raises(ComityError, match="no private key that can be read"):
        read_private_key(junk)
    with pytest.raises(ComityError, match=r"holds no public key; one looks like ed25519:"):
        read_public_key(junk)
    with pytest.raises(ComityError, match=r'its "schema" should be "signature/0\.1"'):
        check_signature("x", {"schema": "result/0.1"})
    with pytest.raises(ComityError, match="it has the keys"):
        check_signature("x", {**sign("x", key, "L1"), "more": 1})
    with pytest.raises(ComityError, match="nobody is named"):
        sign("x", key, " ")
    with pytest.raises(ComityError, match="cannot be signed"):
        sign(3.5, key, "L1")
    with pytest.raises(ComityError, match="cannot be written as JSON"):
        canonical_bytes({"x": float("nan")})


def test_a_missing_extra_says_how_to_install_it(monkeypatch, key):
    for name in [name for name in sys.modules if name.split(".")[0] == "cryptography"]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ComityError, match=r'python -m pip install "comity\[crypto\]"'):
        read_private_key(key)
    assert commit(1)[0], "commitments need no extra"


# --- commit and reveal -------------------------------------------------------------------------------


def test_a_commitment_opens_to_its_value_only():
    commitment, opening = commit({"bid": 17}, "L1")
    assert opens(commitment, opening, "L1")
    assert not opens(commitment, opening, "L2"), "another's commitment is not one's own"
    assert not opens(commitment, Opening({"bid": 18}, opening.nonce, "L1"))
    assert not opens(commitment, Opening({"bid": 17}, secrets.token_hex(32), "L1"))
    assert opens(commitment, Opening.from_json(json.dumps(opening.to_json())))


def test_equal_values_look_different_and_cannot_be_guessed():
    commitments = {commit(1)[0] for _ in range(50)}
    assert len(commitments) == 50


def test_what_belongs_to_the_context_cannot_move_into_the_value():
    nonce = "00" * 32
    made = {commitment_of(Opening(value, nonce, context)) for value, context in product(("", "a", "aa", 1, "1"), ("", "a", "aa"))}
    assert len(made) == 15


@pytest.mark.parametrize("nonce", ["", "zz", "00" * 31])
def test_a_short_nonce_hides_nothing_and_is_refused(nonce):
    with pytest.raises(ComityError, match="32 bytes"):
        commitment_of(Opening(1, nonce))


def sealed(names):
    made = {name: commit(secrets.token_hex(32), name) for name in names}
    return {name: c for name, (c, _) in made.items()}, {name: o for name, (_, o) in made.items()}


def test_a_joint_draw_is_uniform():
    drawn = [joint_draw(*sealed("AB"), 4) for _ in range(2000)]
    # Chi-squared with 3 degrees of freedom exceeds 40 once in 1e8.
    assert sum((drawn.count(side) - 500) ** 2 / 500 for side in range(4)) < 40


def test_a_draw_needs_every_opening_and_no_other():
    commitments, openings = sealed("ABC")
    with pytest.raises(ComityError, match=r"B did not open; nothing is drawn\. Do not draw again without a price"):
        joint_draw(commitments, {name: openings[name] for name in "AC"}, 6)
    with pytest.raises(ComityError, match="D opened without a commitment"):
        joint_draw(commitments, {**openings, "D": openings["A"]}, 6)
    with pytest.raises(ComityError, match="the opening of B is not that of its commitment"):
        joint_draw(commitments, {**openings, "B": commit(1, "B")[1]}, 6)
    with pytest.raises(ComityError, match="the opening of B"):  # B repeats A's commitment to cancel it
        joint_draw({**commitments, "B": commitments["A"]}, {**openings, "B": openings["A"]}, 6)
    assert joint_draw(commitments, dict(reversed(openings.items())), 6) == joint_draw(commitments, openings, 6)


def test_whoever_may_refuse_to_open_steers_the_draw():  # the pitfall: why refusing needs a price
    assert bias_of_refusal(Fraction(1, 2), 0) == Fraction(1, 2)
    assert bias_of_refusal(Fraction(1, 2), 1) == Fraction(3, 4)
    wins = 0
    for _ in range(2000):
        # B wants 0, sees A's opening first, and refuses once if it would get 1.
        won = joint_draw(*sealed("AB"), 2) == 0 or joint_draw(*sealed("AB"), 2) == 0
        wins += won
    assert abs(wins / 2000 - 0.75) < 6 * (0.75 * 0.25 / 2000) ** 0.5
