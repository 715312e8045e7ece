"""Commit now, reveal later: sealed numbers that nobody can change or read before, and fair draws made of them."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from comity.declaration import declare
from comity.errors import ComityError
from comity.secrets.signatures import canonical_bytes

NONCE_BYTES = 32


@dataclass(frozen=True)
class Opening:
    """What its maker keeps until the commitment is opened: the value and a random number that hides it."""

    value: Any
    nonce: str
    context: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain data; secret until the commitment is opened."""
        return {"schema": "opening/0.1", "value": self.value, "nonce": self.nonce, "context": self.context}

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | str) -> Opening:
        """Read an opening back."""
        data = json.loads(data) if isinstance(data, str) else data
        if data.get("schema") != "opening/0.1" or not {"value", "nonce", "context"} <= set(data):
            raise ComityError('this is no opening; its "schema" should be "opening/0.1"')
        return cls(data["value"], str(data["nonce"]), str(data["context"]))


@declare("protocol", "A sealed value, to be opened later", reference="hash commitment (SHA-256)")
def commit(value: Any, context: str = "") -> tuple[str, Opening]:
    """A commitment to publish and an opening to keep.

    Equal values give different commitments, and a value that could be guessed stays hidden, since a random number of 256 bits
    goes in with it.  The value is plain data.

    Parameters
    ----------
    value : plain data
    context : str
        Who commits to what, for example ``"L1: bid in round 3"``.  It is part of the commitment, so that nobody can pass off
        another's commitment as its own, or one round's as another's.

    Examples
    --------
    >>> commitment, opening = commit(17, "L1: bid")
    >>> opens(commitment, opening), opens(commitment, Opening(18, opening.nonce, "L1: bid"))
    (True, False)
    """
    opening = Opening(value, secrets.token_hex(NONCE_BYTES), context)
    return commitment_of(opening), opening


def commitment_of(opening: Opening) -> str:
    """SHA-256 of the context, the random number and the value, each with its length in front."""
    try:
        nonce = bytes.fromhex(opening.nonce)
    except ValueError:
        nonce = b""
    if len(nonce) != NONCE_BYTES:
        raise ComityError(f"the nonce of an opening has {NONCE_BYTES} bytes in hexadecimal digits")
    # A value inside a list: text, numbers and tables alike have one canonical form.
    parts = (b"comity commitment", opening.context.encode(), nonce, canonical_bytes([opening.value]))
    return hashlib.sha256(b"".join(len(part).to_bytes(8, "big") + part for part in parts)).hexdigest()


@declare("protocol", "Whether an opening is that of a commitment", reference="hash commitment (SHA-256)")
def opens(commitment: str, opening: Opening, context: str | None = None) -> bool:
    """True if the opening gives this very commitment, and is about ``context`` where one is asked for."""
    if context is not None and context != opening.context:
        return False
    return hmac.compare_digest(commitment_of(opening), commitment)


@declare("protocol", "A draw that nobody can steer alone: all commit, then all reveal", reference="Blum (1983)")
def joint_draw(commitments: Mapping[str, str], openings: Mapping[str, Opening], sides: int) -> int:
    """A number from 0 to ``sides`` - 1 from everybody's sealed random numbers, for example which site is inspected.

    Each party calls ``commit(secrets.token_hex(32), context=its name)`` and publishes the commitment; openings are published when
    all commitments are there.  The draw is uniform if one party draws its number at random.

    Whoever opens last knows the result first and may refuse to open: if the others then draw again, it has a second chance at
    a better result (of two sides, 3/4 in place of 1/2: see `bias_of_refusal`).  So a missing opening must count as a
    default with a price that is fixed beforehand, a bond say, and never as a reason to draw again.
    """
    if sides < 1:
        raise ComityError(f"a draw among {sides} sides has no result; give at least 1")
    missing = [name for name in commitments if name not in openings]
    if missing:
        raise ComityError(
            f"{', '.join(missing)} did not open; nothing is drawn. Do not draw again without a price: "
            "whoever opens last knows the result first, and refuses when it dislikes it"
        )
    strangers = [name for name in openings if name not in commitments]
    if strangers:
        raise ComityError(f"{', '.join(strangers)} opened without a commitment; only what was sealed before counts")
    for name, commitment in commitments.items():
        if not opens(commitment, openings[name], context=name):
            raise ComityError(f"the opening of {name} is not that of its commitment, or its context is not {name!r}")
    together = canonical_bytes({name: [openings[name].value, openings[name].nonce] for name in commitments})
    # 512 bits: the remainder favours no side by more than sides / 2**512.
    return int.from_bytes(hashlib.sha512(together).digest(), "big") % sides


def bias_of_refusal(chance: Fraction, redraws: int) -> Fraction:
    """The probability of a result one party wants, of this chance, if it may refuse to open and draw again so many times.

    Examples
    --------
    >>> bias_of_refusal(Fraction(1, 2), 0), bias_of_refusal(Fraction(1, 2), 1)
    (Fraction(1, 2), Fraction(3, 4))
    """
    return 1 - (1 - chance) ** (redraws + 1)
