"""Signatures on agreements, assessments and reports: who agreed to which bytes, in a small file beside them (Ed25519)."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comity.certificate import Basis, Certificate, Verdict
from comity.declaration import declare
from comity.errors import ComityError
from comity.secrets.extras import extra

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SCHEMA = "signature/0.1"
PREFIX = "ed25519:"
REFERENCE = "RFC 8032 (Ed25519)"


# --- what is signed --------------------------------------------------------------------------------


def canonical_bytes(document: Any) -> bytes:
    """The bytes that stand for a document, the same for an object and its file.

    JSON, and objects with ``to_json``: the data with sorted keys and no blanks, so that neither indentation nor the order of
    keys matters.  An agreement in TOML: its text with lines ended by a line feed.  Everything else, such as an HTML report: the
    very bytes.

    Examples
    --------
    >>> canonical_bytes({"b": 1, "a": [0.5, "é"]})
    b'{"a":[0.5,"\\\\u00e9"],"b":1}'
    """
    if isinstance(document, Path):
        return _canonical_file(document.read_bytes(), document)
    if isinstance(document, bytes):
        return document
    if isinstance(document, str):
        return document.encode()
    if isinstance(document, Mapping | list):
        return _canonical_json(document)
    if hasattr(document, "overrides") and hasattr(document, "text"):
        return _canonical_agreement(document)
    if hasattr(document, "to_json"):
        return _canonical_json(document.to_json())
    raise ComityError(f"a {type(document).__name__} cannot be signed; give text, bytes, a path, or what has a to_json")


def _canonical_file(data: bytes, path: Path) -> bytes:
    if path.suffix == ".json":
        return _canonical_json(_read_json(data, path))
    return data.replace(b"\r\n", b"\n") if path.suffix == ".toml" else data


def _canonical_agreement(agreement: Any) -> bytes:
    if agreement.overrides:
        raise ComityError(
            f"the agreement has numbers changed that its text does not say ({', '.join(agreement.overrides)}); "
            "write them into the file first"
        )
    return _canonical_file(agreement.text.encode(), Path(agreement.name))


def _canonical_json(data: Any) -> bytes:
    try:
        return json.dumps(data, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise ComityError(f"this cannot be written as JSON: {error}") from None


def _read_json(data: bytes, path: Path) -> Any:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            # Readers differ in which of the two they take, and a signature must not mean both.
            raise ComityError(f"{path}: a key stands twice in the same table; remove one")
        return found

    try:
        return json.loads(data, object_pairs_hook=once)
    except ValueError as error:
        if isinstance(error, ComityError):
            raise
        raise ComityError(f"{path} is not JSON: {error}") from None


# --- keys ------------------------------------------------------------------------------------------


def new_key(path: str | Path) -> str:
    """Write a new private key that only its owner can read, and the public key beside it with ``.pub``; returns the public key.

    A file that exists is left as it is: to overwrite a key is to lose it.
    """
    private_path, public_path = Path(path), Path(f"{path}.pub")
    for one in (private_path, public_path):
        if one.exists():
            raise ComityError(f"{one} exists; choose another name, since a key that is overwritten is lost")
    with extra("crypto"):
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    # Created for the owner only: to narrow the rights afterwards would leave a moment in between.
    descriptor = os.open(private_path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
    public = _public_of(key)
    public_path.write_text(public + "\n", encoding="utf-8")
    return public


def read_private_key(path: str | Path) -> Ed25519PrivateKey:
    """A private key from its file; one that others can read is refused."""
    file = Path(path)
    data = file.read_bytes()
    if os.name == "posix" and stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise ComityError(f"others can read the private key {file}; run: chmod 600 {file} (and think whether somebody has)")
    with extra("crypto"):
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
    try:
        key = load_pem_private_key(data, password=None)
    except (ValueError, TypeError) as error:
        raise ComityError(f"{file} is no private key that can be read: {error}; make one with comity keys") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise ComityError(f"{file} is no Ed25519 key; make one with comity keys")
    return key


def read_public_key(path: str | Path) -> str:
    """A public key from its file, as text ``ed25519:...``."""
    text = Path(path).read_text(encoding="utf-8", errors="replace").strip()
    _key_bytes(text, str(path))
    return text


def _public_of(key: Ed25519PrivateKey) -> str:
    return PREFIX + base64.b64encode(key.public_key().public_bytes_raw()).decode()


def _key_bytes(text: str, where: str) -> bytes:
    try:
        raw = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except ValueError:
        raw = b""
    if not text.startswith(PREFIX) or len(raw) != 32:
        raise ComityError(f"{where} holds no public key; one looks like {PREFIX}... and is in the file that ends in .pub")
    return raw


# --- signing and checking ----------------------------------------------------------------------------


@declare("protocol", "A signature on a document, in a file of its own", reference=REFERENCE)
def sign(document: Any, key: Ed25519PrivateKey | str | Path, signer: str, *, signed_at: str = "") -> dict[str, Any]:
    """Sign a document as somebody: what is signed is its digest together with the name, the key and the time stated.

    Parameters
    ----------
    document : path, text, bytes, mapping or object with ``to_json``
        See `canonical_bytes`.
    key : private key or path of one
    signer : str
        Who signs, for example the member's id in the agreement.
    signed_at : str
        A time, as the signer states it; a signature proves no time.

    Returns
    -------
    dict
        The form ``signature/0.1``, plain data.

    Examples
    --------
    >>> from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    >>> signature = sign("We agree.", Ed25519PrivateKey.generate(), "L1")
    >>> bool(check_signature("We agree.", signature)), bool(check_signature("We agree!", signature))
    (True, False)
    """
    if not signer.strip():
        raise ComityError("nobody is named as the signer; give a name, such as the member's id")
    private = read_private_key(key) if isinstance(key, str | Path) else key
    statement = {
        "schema": SCHEMA,
        "signer": signer,
        "key": _public_of(private),
        "sha256": hashlib.sha256(canonical_bytes(document)).hexdigest(),
        "signed_at": signed_at,
    }
    return {**statement, "signature": base64.b64encode(private.sign(_message(statement))).decode()}


@declare("protocol", "Whether a signature is of this document, by this signer's key", reference=REFERENCE)
def check_signature(document: Any, signature: Any, keys: Mapping[str, str] | None = None) -> Certificate:
    """HOLDS if the signature is of this very document and verifies under its key, which is the signer's where keys are known.

    Parameters
    ----------
    document
        As for `sign`.
    signature : mapping or path
        The form ``signature/0.1``.
    keys : mapping of signer to public key, optional
        Keys you know by another way.  Without them the certificate says which key signed, not whose it is.

    Returns
    -------
    Certificate
        That nobody else can sign with a key is an assumption about Ed25519 and about how the key is kept.
    """
    statement, raw = _read_signature(signature)
    signer, key = statement["signer"], statement["key"]
    known = None if keys is None else keys.get(signer)
    whose = f"{signer}'s key" if known is not None else f"the key {key}, said to be {signer}'s,"
    claim = f"{whose} signed this document"
    witness = {**statement, "key_known": known is not None}
    reason = _fault(document, statement, raw, known, keys is not None)
    return Certificate(
        claim,
        Verdict.FAILS if reason else Verdict.HOLDS,
        basis=Basis.ASSUMED,
        witness={**witness, "reason": reason} if reason else witness,
    )


def _fault(document: Any, statement: Mapping[str, str], raw: bytes, known: str | None, keys_given: bool) -> str:
    """Why a signature is refused; empty if it is not."""
    with extra("crypto"):
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    signer = statement["signer"]
    if keys_given and known is None:
        return f"no key of {signer!r} is known"
    if known is not None and _key_bytes(known, f"the key of {signer}") != _key_bytes(statement["key"], "the signature"):
        return f"it was made with another key than {signer}'s"
    if hashlib.sha256(canonical_bytes(document)).hexdigest() != statement["sha256"]:
        return "it is of another document, or the document was changed after signing"
    try:
        Ed25519PublicKey.from_public_bytes(_key_bytes(statement["key"], "the signature")).verify(raw, _message(statement))
    except InvalidSignature:
        return "it does not verify: the signer, the time or the key stated in it was changed, or it is a forgery"
    return ""


def _message(statement: Mapping[str, str]) -> bytes:
    # The first line keeps a signature from meaning anything to another programme.
    return b"comity signature\n" + _canonical_json({key: statement[key] for key in _FIELDS})


_FIELDS = ("schema", "signer", "key", "sha256", "signed_at")


def _read_signature(signature: Any) -> tuple[dict[str, str], bytes]:
    where = str(signature) if isinstance(signature, str | Path) else "this"
    data = _read_json(Path(signature).read_bytes(), Path(signature)) if isinstance(signature, str | Path) else signature
    if not isinstance(data, Mapping) or data.get("schema") != SCHEMA:
        raise ComityError(f'{where} is no signature; its "schema" should be "{SCHEMA}"')
    if not all(isinstance(data.get(key), str) for key in (*_FIELDS, "signature")) or set(data) != {*_FIELDS, "signature"}:
        raise ComityError(f"{where} is no signature as comity writes it; it has the keys {', '.join((*_FIELDS, 'signature'))}")
    _key_bytes(data["key"], where)
    try:
        raw = base64.b64decode(data["signature"], validate=True)
    except ValueError:
        raise ComityError(f"{where}: the signature is not base64") from None
    return {key: data[key] for key in _FIELDS}, raw
