"""Cosignatures: what a witness puts under a log's checkpoint, and how many of them a verifier wants.

The one fact: a witness signs the time and the whole text of the checkpoint, so its signature says "at this time this
was the largest tree of that log which I saw, and it extends all that I had seen". Protocol 5; C2SP tlog-cosignature,
Ed25519, signature type 04.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from crypto.errors import BadEncoding, BadSignature
from crypto.group import Random
from crypto.note import (
    MAX_SIGNATURES,
    MAX_SIZE,
    NOTE_LIMIT,
    check_name,
    hash_key,
    parse_checkpoint,
    split_note,
)

_COSIGNATURE = b"\x04"
_DASH = "\N{EM DASH}"
TIME_BYTES, SIGNATURE_BYTES = 8, 64


@dataclass(frozen=True, slots=True)
class WitnessKey:
    """A witness's public key: name, 4-byte key hash, Ed25519 key."""

    name: str
    key_hash: bytes
    public_key: Ed25519PublicKey


@dataclass(frozen=True, slots=True, repr=False)
class WitnessSigner:
    """A witness's private key; its repr shows the name only."""

    name: str
    key_hash: bytes
    secret_key: Ed25519PrivateKey

    def __repr__(self) -> str:
        return f"WitnessSigner(name={self.name!r}, secret_key=<redacted>)"


@dataclass(frozen=True, slots=True)
class Cosignature:
    """A witness's signature that holds: whose, and when it was made (Unix seconds)."""

    name: str
    time: int


def make_witness_key(name: str, random: Random) -> tuple[str, str]:
    """Draw an Ed25519 key; return (skey, vkey), its private and its public text."""
    check_name(name)
    seed = random(32)
    public_key = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    key_hash = hash_key(name, _COSIGNATURE + public_key).hex()
    return (
        f"PRIVATE+KEY+{name}+{key_hash}+{base64.b64encode(_COSIGNATURE + seed).decode()}",
        f"{name}+{key_hash}+{base64.b64encode(_COSIGNATURE + public_key).decode()}",
    )


def parse_witness_signer(skey: str) -> WitnessSigner:
    """Read the private text of a witness key, else BadEncoding, which does not repeat it."""
    parts = skey.split("+", 4)
    if len(parts) != 5 or parts[:2] != ["PRIVATE", "KEY"]:
        raise BadEncoding("expected a witness key as PRIVATE+KEY+name+hash+base64")
    secret_key = Ed25519PrivateKey.from_private_bytes(_parse_key(parts[2], parts[4]))
    key_hash = hash_key(parts[2], _COSIGNATURE + secret_key.public_key().public_bytes_raw())
    if key_hash.hex() != parts[3]:
        raise BadEncoding("the hash in the private witness key is not that of its public key")
    return WitnessSigner(parts[2], key_hash, secret_key)


def parse_witness_key(vkey: str) -> WitnessKey:
    """Read the public text of a witness key, name+hash+base64, else BadEncoding."""
    parts = vkey.split("+", 2)
    if len(parts) != 3:
        raise BadEncoding("expected a witness key as name+hash+base64")
    public_key = _parse_key(parts[0], parts[2])
    key_hash = hash_key(parts[0], _COSIGNATURE + public_key)
    if key_hash.hex() != parts[1]:
        raise BadEncoding(f"the hash in the witness key {parts[0]!r} is not that of its public key")
    return WitnessKey(parts[0], key_hash, Ed25519PublicKey.from_public_bytes(public_key))


def cosign(note: str, skey: str, time: int) -> str:
    """The signature line, with its newline, that a witness puts under a note; it has checked the checkpoint before.

    `time`: Unix seconds, when the witness signs.
    """
    signer = parse_witness_signer(skey)
    text, _ = split_note(note)
    parse_checkpoint(text)
    signature = signer.secret_key.sign(_message(text, time))
    encoded = base64.b64encode(signer.key_hash + time.to_bytes(TIME_BYTES, "big") + signature).decode()
    return f"{_DASH} {signer.name} {encoded}\n"


def add_cosignatures(note: str, lines: Sequence[str]) -> str:
    """The note with these signature lines behind its own; BadEncoding when they make it malformed."""
    found = note + "".join(lines)
    if len(found) > NOTE_LIMIT or len(split_note(found)[1]) > MAX_SIGNATURES:
        raise BadEncoding(f"expected at most {MAX_SIGNATURES} signatures under a note")
    return found


def find_cosignature(note: str, vkey: str) -> Cosignature | None:
    """This witness's cosignature under a note, None when it has none; BadSignature when one does not hold.

    1. The lines by other names or keys are ignored. 2. At most one is by this key, of the right length.
    3. It holds over the time it names and the whole text.
    """
    witness = parse_witness_key(vkey)
    text, lines = split_note(note)
    own = [sig for name, sig in lines if (name, sig[:4]) == (witness.name, witness.key_hash)]  # 1
    if not own:
        return None
    if len(own) != 1 or len(own[0]) != 4 + TIME_BYTES + SIGNATURE_BYTES:  # 2
        raise BadSignature(f"expected one cosignature by {witness.name!r} of 76 bytes, found another")
    time = int.from_bytes(own[0][4 : 4 + TIME_BYTES], "big")
    if time > MAX_SIZE:
        raise BadSignature(f"expected the time of a cosignature by {witness.name!r} below 2^63")
    try:
        witness.public_key.verify(own[0][4 + TIME_BYTES :], _message(text, time))  # 3
    except InvalidSignature as error:
        raise BadSignature(f"the cosignature by {witness.name!r} does not belong to this note") from error
    return Cosignature(witness.name, time)


def check_cosignatures(note: str, witnesses: Sequence[str], threshold: int) -> tuple[Cosignature, ...]:
    """Raise BadSignature unless at least `threshold` of these distinct witnesses cosigned the note; return them.

    A signature that does not hold counts for nothing: anyone may append one to a note that is good without it.
    """
    found = [_find_good(note, vkey) for vkey in dict.fromkeys(witnesses)]
    holding = tuple(cosignature for cosignature in found if cosignature is not None)
    if len(holding) < threshold:
        names = ", ".join(cosignature.name for cosignature in holding) or "nobody"
        raise BadSignature(
            f"expected cosignatures of {threshold} of {len(found)} pinned witnesses, found {len(holding)} ({names})"
        )
    return holding


def _find_good(note: str, vkey: str) -> Cosignature | None:
    try:
        return find_cosignature(note, vkey)
    except BadSignature:
        return None


def _message(text: str, time: int) -> bytes:
    if not 0 <= time <= MAX_SIZE:
        raise BadEncoding("expected the time of a cosignature in seconds since 1970")
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def _parse_key(name: str, encoded: str) -> bytes:
    check_name(name)
    try:
        key = base64.b64decode(encoded.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise BadEncoding("expected the base64 of a witness key") from error
    if base64.b64encode(key).decode() != encoded or len(key) != 33 or key[:1] != _COSIGNATURE:
        raise BadEncoding("expected an Ed25519 witness key: byte 04 and 32 bytes")
    return key[1:]
