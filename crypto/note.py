"""Signed notes and checkpoints: what the log signs, and what every party compares.

The one fact: the key's name and hash stand in the signature line, so a note may carry signatures of others
(witnesses), which are ignored; the log's own one must be there and hold. Protocol 5;
golang.org/x/mod/sumdb/note, C2SP signed-note and tlog-checkpoint.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from crypto.errors import BadEncoding, BadLogProof, BadSignature
from crypto.group import Random
from crypto.merkle import HASH_LENGTH

NOTE_LIMIT = 65536
MAX_SIGNATURES = 100
MAX_SIZE = 2**63 - 1
_ED25519 = b"\x01"
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_HASH = re.compile(r"[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a log: its name, its number of leaves, their 32-byte root, and when it was signed.

    `time` (Unix seconds) is our one extension line; None for a log that does not say.
    """

    origin: str
    size: int
    root: bytes
    time: int | None = None


@dataclass(frozen=True, slots=True)
class LogVerifier:
    """A log's public key: name, 4-byte key hash, Ed25519 key."""

    name: str
    key_hash: bytes
    public_key: Ed25519PublicKey


@dataclass(frozen=True, slots=True, repr=False)
class LogSigner:
    """A log's private key; its repr shows the name only."""

    name: str
    key_hash: bytes
    secret_key: Ed25519PrivateKey

    def __repr__(self) -> str:
        return f"LogSigner(name={self.name!r}, secret_key=<redacted>)"


def make_log_key(name: str, random: Random) -> tuple[str, str]:
    """Draw an Ed25519 key; return (skey, vkey), its private and its public text."""
    check_name(name)
    seed = random(32)
    public_key = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    key_hash = hash_key(name, _ED25519 + public_key).hex()
    return (
        f"PRIVATE+KEY+{name}+{key_hash}+{_encode_base64(_ED25519 + seed)}",
        f"{name}+{key_hash}+{_encode_base64(_ED25519 + public_key)}",
    )


def parse_signer(skey: str) -> LogSigner:
    """Read the private text of a log key, else BadEncoding, which does not repeat it."""
    parts = skey.split("+", 4)
    if len(parts) != 5 or parts[:2] != ["PRIVATE", "KEY"]:
        raise BadEncoding("expected a log key as PRIVATE+KEY+name+hash+base64")
    name, key_hash, seed = _parse_key_parts(parts[2], parts[3], parts[4])
    secret_key = Ed25519PrivateKey.from_private_bytes(seed)
    if hash_key(name, _ED25519 + secret_key.public_key().public_bytes_raw()) != key_hash:
        raise BadEncoding("the hash in the private log key is not that of its public key")
    return LogSigner(name, key_hash, secret_key)


def verifier_text(skey: str) -> str:
    """The public text of a log key from its private one; fails as `parse_signer`."""
    signer = parse_signer(skey)
    public = _ED25519 + signer.secret_key.public_key().public_bytes_raw()
    return f"{signer.name}+{signer.key_hash.hex()}+{_encode_base64(public)}"


def parse_verifier(vkey: str) -> LogVerifier:
    """Read the public text of a log key, name+hash+base64, else BadEncoding."""
    parts = vkey.split("+", 2)
    if len(parts) != 3:
        raise BadEncoding("expected a log key as name+hash+base64")
    name, key_hash, public_key = _parse_key_parts(*parts)
    if hash_key(name, _ED25519 + public_key) != key_hash:
        raise BadEncoding(f"the hash in the log key {name!r} is not that of its public key")
    return LogVerifier(name, key_hash, Ed25519PublicKey.from_public_bytes(public_key))


def sign_note(text: str, skey: str) -> str:
    """Sign `text`, which ends with a newline; return text, blank line and signature line."""
    signer = parse_signer(skey)
    _check_text(text)
    if not text.endswith("\n"):
        raise BadEncoding("expected the text of a note to end with a newline")
    signature = signer.key_hash + signer.secret_key.sign(text.encode("utf-8"))
    return f"{text}\n\N{EM DASH} {signer.name} {_encode_base64(signature)}\n"


def open_note(note: str, vkey: str) -> str:
    """Return the text of a signed note; BadEncoding when malformed, BadSignature unless the key signed it.

    1. It has at most 64 KiB, is Unicode text, without control characters other than newlines.
    2. A blank line parts text and signature lines; there are 1 to 100 of those, all well formed.
    3. Exactly one of them is by this key.
    4. That one holds.
    """
    verifier = parse_verifier(vkey)
    text, signatures = split_note(note)  # 1, 2
    wanted = (verifier.name, verifier.key_hash)
    own = [signature for name, signature in signatures if (name, signature[:4]) == wanted]
    if len(own) != 1:  # 3
        raise BadSignature(f"expected one signature by {verifier.name!r} with this key, found {len(own)}")
    try:
        verifier.public_key.verify(own[0][4:], text.encode("utf-8"))  # 4
    except InvalidSignature as error:
        raise BadSignature(f"the signature by {verifier.name!r} does not belong to this note") from error
    return text


def split_note(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """A note's text, and its signatures as (name, key hash and signature), none of them checked; BadEncoding.

    1. It has at most 64 KiB, is Unicode text, without control characters other than newlines.
    2. A blank line parts text and signature lines; there are 1 to 100 of those, all well formed.
    """
    _check_text(note)  # 1
    text, blank, block = note.rpartition("\n\n")  # 2
    lines = block.split("\n")
    if not blank or lines.pop() != "" or not 1 <= len(lines) <= MAX_SIGNATURES:
        raise BadEncoding(f"expected a blank line and 1 to {MAX_SIGNATURES} signature lines at the end")
    return text + "\n", [_parse_signature_line(line) for line in lines]


def encode_checkpoint(checkpoint: Checkpoint) -> str:
    """Write a checkpoint: origin, size in decimal, root in base64, then `time SECONDS` where it has one."""
    check_name(checkpoint.origin)
    if not 0 <= checkpoint.size <= MAX_SIZE or len(checkpoint.root) != HASH_LENGTH:
        raise BadEncoding(f"expected a size of at most 2^63 - 1 and a root of {HASH_LENGTH} bytes")
    if checkpoint.time is not None and not 0 <= checkpoint.time <= MAX_SIZE:
        raise BadEncoding("expected the time of a checkpoint in seconds since 1970")
    time = "" if checkpoint.time is None else f"time {checkpoint.time}\n"
    return f"{checkpoint.origin}\n{checkpoint.size}\n{_encode_base64(checkpoint.root)}\n{time}"


def parse_checkpoint(text: str) -> Checkpoint:
    """Read exactly what `encode_checkpoint` writes (no other extension lines), else BadEncoding."""
    lines = text.split("\n")
    if len(lines) not in (4, 5) or lines[-1] != "":
        raise BadEncoding("expected a checkpoint of three lines: origin, size, root; and perhaps a time")
    origin, size, root = lines[:3]
    if _SIZE.fullmatch(size) is None:
        raise BadEncoding("expected the size of a checkpoint as decimal digits without leading zeros")
    time = _parse_time(lines[3]) if len(lines) == 5 else None
    checkpoint = Checkpoint(origin, int(size), _parse_base64(root), time)
    if encode_checkpoint(checkpoint) != text:
        raise BadEncoding("expected the one encoding of a checkpoint, found another")
    return checkpoint


def sign_checkpoint(checkpoint: Checkpoint, skey: str) -> str:
    """Sign a checkpoint as a note; the origin must be the key's name."""
    if parse_signer(skey).name != checkpoint.origin:
        raise BadEncoding(f"expected the log key of {checkpoint.origin!r}, found another name")
    return sign_note(encode_checkpoint(checkpoint), skey)


def check_checkpoint(note: str, vkey: str) -> Checkpoint:
    """Return the checkpoint in a signed note; fails as `open_note`, and BadLogProof for another log.

    A size below one already seen, or two roots for one size, is for the caller to see: `check_consistency`.
    """
    checkpoint = parse_checkpoint(open_note(note, vkey))
    name = parse_verifier(vkey).name
    if checkpoint.origin != name:
        raise BadLogProof(f"expected a checkpoint of the log {name!r}, found one of {checkpoint.origin!r}")
    return checkpoint


def _parse_time(line: str) -> int:
    word, _, digits = line.partition(" ")
    if word != "time" or _SIZE.fullmatch(digits) is None:
        raise BadEncoding("expected the fourth line of a checkpoint to be `time` and seconds since 1970")
    return int(digits)


def _parse_key_parts(name: str, key_hash: str, encoded: str) -> tuple[str, bytes, bytes]:
    check_name(name)
    if _HASH.fullmatch(key_hash) is None:
        raise BadEncoding("expected the hash of a log key as 8 lowercase hex digits")
    key = _parse_base64(encoded)
    if len(key) != 33 or key[:1] != _ED25519:
        raise BadEncoding("expected an Ed25519 log key: byte 01 and 32 bytes")
    return name, bytes.fromhex(key_hash), key[1:]


def _parse_signature_line(line: str) -> tuple[str, bytes]:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "\N{EM DASH}":
        raise BadEncoding("expected a signature line: em dash, name, base64")
    check_name(parts[1])
    signature = _parse_base64(parts[2])
    if len(signature) < 5:
        raise BadEncoding("expected a signature after the 4-byte key hash")
    return parts[1], signature


def hash_key(name: str, key: bytes) -> bytes:
    """The 4 bytes that name a key in a signature line; `key` begins with the byte of its type."""
    return hashlib.sha256(name.encode("utf-8") + b"\n" + key).digest()[:4]


def check_name(name: str) -> None:
    """Raise BadEncoding unless this can be the name of a log or a witness."""
    if not name or "+" in name or not name.isprintable() or any(letter.isspace() for letter in name):
        raise BadEncoding("expected a log name of printable characters without spaces or '+'")


def _check_text(text: str) -> None:
    if len(text) > NOTE_LIMIT:
        raise BadEncoding(f"expected a note of at most {NOTE_LIMIT} characters, found {len(text)}")
    if any((letter < " " and letter != "\n") or "\ud800" <= letter <= "\udfff" for letter in text):
        raise BadEncoding("expected a note without control characters and lone surrogates")


def _encode_base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _parse_base64(text: str) -> bytes:
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise BadEncoding("expected padded standard base64 in a note") from error
    if _encode_base64(data) != text:
        raise BadEncoding("expected the one base64 encoding of its bytes in a note, found another")
    return data
